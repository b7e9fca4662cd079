/** What every picture shares: text made safe for XML, the width of text, and the document around the drawing. */

/** Text for XML, in content and in attributes. What XML cannot carry becomes U+FFFD. */
export const xml = (text: string): string =>
  text
    .toWellFormed()
    .replace(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '\uFFFD')
    .replace(/[&<>"'\t\n\r]/g, (character) => `&#${character.charCodeAt(0)};`)

type Weight = 'normal' | 'bold'

/** How wide characters are, in parts of the font's size, in the widest of the usual fonts (DejaVu Sans); no font is at hand. */
const WIDTHS: ReadonlyArray<readonly [characters: RegExp, width: number]> = [
  [/[ijlI.,:;'|!]/, 0.34],
  [/[ frt()[\]/-]/, 0.44],
  [/[mMW@%…—→]/, 1],
  [/[wA-Z_~+=<>&#]/, 0.82],
  [/[\u2E80-\u{10FFFF}]/u, 1.1],
]
const USUAL_WIDTH = 0.64
const BOLD = 1.12

/** At most how wide a text is, in pixels. */
export const widthOf = (text: string, fontSize: number, weight: Weight = 'normal'): number => {
  let width = 0
  for (const character of text) width += WIDTHS.find(([characters]) => characters.test(character))?.[1] ?? USUAL_WIDTH
  return Math.ceil(width * fontSize * (weight === 'bold' ? BOLD : 1))
}

/** The text, shortened in the middle until it fits: both ends of a name tell something. */
export const fitted = (text: string, fontSize: number, room: number, weight: Weight = 'normal'): string => {
  if (widthOf(text, fontSize, weight) <= room) return text
  const characters = [...text]
  for (let kept = characters.length - 1; kept > 1; kept--) {
    const head = Math.ceil(kept / 2)
    const short = `${characters.slice(0, head).join('')}…${characters.slice(characters.length - (kept - head)).join('')}`
    if (widthOf(short, fontSize, weight) <= room) return short
  }
  return '…'
}

/** A CSS rule, and what of it is otherwise in dark surroundings. */
export type Rule = readonly [selector: string, declarations: string, inTheDark?: string]

export interface Drawing {
  readonly width: number
  readonly height: number
  /** What the picture shows, in a few words and in a sentence or two: for those who do not see it. */
  readonly title: string
  readonly description: string
  readonly rules: ReadonlyArray<Rule>
  readonly body: string
}

const FONTS = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "DejaVu Sans", sans-serif'
const RULES: ReadonlyArray<Rule> = [
  ['text', `font-family: ${FONTS}; fill: #1f2328`, 'fill: #e6edf3'],
  ['.paper', 'fill: #ffffff', 'fill: #14181d'],
  ['.soft', 'fill: #59636e', 'fill: #9aa5b1'],
]

/**
 * A whole SVG document: no script, no font file, nothing to fetch. Its rules apply to itself alone, so that
 * it may also stand inside a page.
 */
export const svgDocument = ({ width, height, title, description, rules, body }: Drawing): string => {
  const all = [...RULES, ...rules]
  const light = all.map(([selector, declarations]) => css(selector, declarations))
  const dark = all.flatMap(([selector, , inTheDark]) => (inTheDark === undefined ? [] : [css(selector, inTheDark)]))
  return `\
<svg xmlns="http://www.w3.org/2000/svg" class="ledger-picture" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img">
<title>${xml(title)}</title>
<desc>${xml(description)}</desc>
<style>
${light.join('\n')}
@media (prefers-color-scheme: dark) {
${dark.join('\n')}
}
</style>
<rect class="paper" width="${width}" height="${height}"/>
${body}
</svg>
`
}

const css = (selector: string, declarations: string): string => `.ledger-picture ${selector} { ${declarations} }`

/** A number as SVG needs it: at most one decimal. */
export const px = (value: number): string => String(Math.round(value * 10) / 10)
