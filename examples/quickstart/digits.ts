/** The data set: digits of 8 × 8 grey pixels from 0 to 16, drawn from a seed as a hurried hand would write them. */

export interface Digit {
  readonly label: number
  readonly pixels: ReadonlyArray<number>
}

const WIDTH = 8
const HEIGHT = 8

const GLYPHS = [
  ' ###    #    ###  #####    #  #####   ##  #####  ###   ### ',
  '#   #  ##   #   #    #    ##  #      #        # #   # #   #',
  '#  ##   #       #   #    # #  ####  #        #  #   # #   #',
  '# # #   #      #     #  #  #      # ####    #    ###   ####',
  '##  #   #     #       # #####     # #   #  #    #   #     #',
  '#   #   #    #    #   #    #  #   # #   #  #    #   #    # ',
  ' ###   ###  #####  ###     #   ###   ###   #     ###   ##  ',
]

/** Draws digits; of `mislabelled` of them (0 to 1) the label is wrong. The same seed gives the same digits. */
export const drawDigits = (count: number, seed: number, mislabelled = 0): ReadonlyArray<Digit> => {
  const random = randomFrom(seed)
  return Array.from({ length: count }, () => {
    const digit = Math.floor(random() * 10)
    const pixels = draw(digit, random)
    const label = random() < mislabelled ? Math.floor(random() * 10) : digit
    return { label, pixels }
  })
}

const draw = (digit: number, random: () => number): ReadonlyArray<number> => {
  const right = Math.floor(random() * 3)
  const down = Math.floor(random() * 2)
  const slant = (random() - 0.5) * 0.4
  const pen = 9 + random() * 7
  return Array.from({ length: WIDTH * HEIGHT }, (_, at) => {
    const row = Math.floor(at / WIDTH) - down
    const column = (at % WIDTH) - right - Math.round(slant * (row - 3))
    const inked = column >= 0 && column < 5 && GLYPHS[row]?.[digit * 6 + column] === '#' && random() > 0.05
    const grey = (inked ? pen : 0) + (random() + random() - 1) * 4
    return Math.max(0, Math.min(16, Math.round(grey)))
  })
}

/** One digit per line: its label, then its pixels. */
export const toCsv = (digits: ReadonlyArray<Digit>): string =>
  digits.map(({ label, pixels }) => `${[label, ...pixels].join(',')}\n`).join('')

export const fromCsv = (text: string): ReadonlyArray<Digit> =>
  text
    .trimEnd()
    .split('\n')
    .map((line) => {
      const [label = 0, ...pixels] = line.split(',').map(Number)
      return { label, pixels }
    })

/** Numbers in [0, 1), the same for the same seed (mulberry32). */
export const randomFrom = (seed: number): (() => number) => {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
