/** How answers look: aligned columns and plain times for people, JSON for programs. */
import { stripVTControlCharacters, styleText } from 'node:util'

export { sizeText as size } from '../../projections/audit-account.js'

/** Where a command writes, and what it knows of its surroundings. */
export interface Terminal {
  readonly out: (text: string) => void
  readonly err: (text: string) => void
  /** Whether a person looks at `out`: then there is colour, and times are relative too. */
  readonly isPerson: boolean
  /** Whether a person looks at `err`: then long work shows a bar. */
  readonly showsProgress: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now: () => Date
}

type Style = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan'

export const styled = (terminal: Terminal, style: Style, text: string): string =>
  terminal.isPerson && terminal.env['NO_COLOR'] === undefined ? styleText(style, text, { validateStream: false }) : text

const widthOf = (text: string): number => [...stripVTControlCharacters(text)].length

/** Rows in columns; the last one is not filled up. */
export const columns = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  return rows
    .map((row) =>
      row
        .map((cell, index) =>
          index === row.length - 1 ? cell : cell + ' '.repeat((widths[index] ?? 0) - widthOf(cell)),
        )
        .join('  ')
        .trimEnd(),
    )
    .map((line) => `${line}\n`)
    .join('')
}

/** A table with a head; without rows, a sentence that says so. */
export const table = (
  terminal: Terminal,
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<string>>,
  nothing: string,
): string =>
  rows.length === 0 ? `${nothing}\n` : columns([head.map((title) => styled(terminal, 'dim', title)), ...rows])

const UNITS: ReadonlyArray<readonly [seconds: number, name: string]> = [
  [31_536_000, 'year'],
  [2_592_000, 'month'],
  [86_400, 'day'],
  [3600, 'hour'],
  [60, 'minute'],
]

/**
 * A time as it was recorded, so that it can be given back to `--as-of`: to the millisecond, since what happened later
 * in the same second is not meant. For a person also how long ago that is.
 */
export const time = (terminal: Terminal, iso: string | null): string => {
  if (iso === null) return '-'
  return terminal.isPerson ? `${iso} ${styled(terminal, 'dim', `(${ago(terminal.now(), iso)})`)}` : iso
}

const ago = (now: Date, iso: string): string => {
  const seconds = (now.getTime() - Date.parse(iso)) / 1000
  const unit = UNITS.find(([length]) => seconds >= length)
  if (unit === undefined) return seconds < -60 ? 'to come' : 'just now'
  const count = Math.floor(seconds / unit[0])
  return `${count} ${unit[1]}${count === 1 ? '' : 's'} ago`
}

export const json = (value: unknown): string => `${JSON.stringify(value)}\n`

/** A bar on one line of `err`, drawn anew at most ten times a second and gone at the end. */
export const progressBar = (terminal: Terminal, what: string) => {
  let drawn = 0
  return {
    show: (done: number, all: number, note: string): void => {
      const now = terminal.now().getTime()
      if (!terminal.showsProgress || now - drawn < 100) return
      drawn = now
      const share = all > 0 ? Math.min(1, done / all) : 0
      const filled = Math.round(share * 24)
      terminal.err(`\r\u001b[K${what} [${'='.repeat(filled)}${' '.repeat(24 - filled)}] ${note}`)
    },
    end: (): void => {
      if (drawn > 0) terminal.err('\r\u001b[K')
    },
  }
}
