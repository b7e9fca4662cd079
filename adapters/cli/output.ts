/** How answers look: aligned columns and plain times for people, JSON for programs. */
import type { Command } from 'commander'
import stringWidth from 'fast-string-width'
import { doubleAsJson } from '../../domain/values/double.js'
import { withLookalikesWritten } from '../../domain/values/new-names.js'
import { variable } from './environment.js'

export { sizeText as size } from '../../projections/audit/wording.js'

/** Where a command writes, and what it knows of its surroundings. */
export interface Terminal {
  readonly out: (text: string) => void
  /** The same of what a file holds; resolves when there is room for more. */
  readonly outBytes: (bytes: Uint8Array) => Promise<void>
  readonly err: (text: string) => void
  /** What is given to it, read when a command asks for it. */
  readonly in: AsyncIterable<Uint8Array>
  /** Whether a person looks at `out`: then there is colour, and times are relative too. */
  readonly isPerson: boolean
  /** Whether a person looks at `err`: then long work shows a bar. */
  readonly showsProgress: boolean
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly now: () => Date
  /** Aborts when somebody asks the program to stop. */
  readonly interrupted?: AbortSignal
}

/** What tells a terminal where it begins and where it ends. Node has it, too, in a module that takes 2 ms to load. */
const STYLES = {
  bold: [1, 22],
  dim: [2, 22],
  green: [32, 39],
  yellow: [33, 39],
  red: [31, 39],
  cyan: [36, 39],
} as const
type Style = keyof typeof STYLES

const inStyle = (style: Style, text: string): string => {
  const [begin, end] = STYLES[style]
  return `\u001B[${begin}m${text}\u001B[${end}m`
}

/** What a person reads: text as it was recorded, and what is put around it in a style. */
export type Shown = string | { readonly style: Style; readonly text: string } | ReadonlyArray<Shown>

export const styled = (style: Style, text: string): Shown => ({ style, text })

/**
 * Text with the characters written out that would move the cursor, begin a line, or turn the direction of what
 * follows: what somebody recorded cannot pass for what is said here. All that people are shown goes through it.
 */
export const plain = (text: string): string =>
  text.replace(
    /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu,
    (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`,
  )

const plainly = (shown: Shown): string =>
  typeof shown === 'string' ? plain(shown) : 'text' in shown ? plain(shown.text) : shown.map(plainly).join('')

/** As it is printed: in its style, where there is colour. */
export const print = (terminal: Terminal, shown: Shown): string => {
  if (!terminal.isPerson || variable(terminal.env, 'NO_COLOR') !== undefined || typeof shown === 'string')
    return plainly(shown)
  if ('text' in shown) return inStyle(shown.style, plain(shown.text))
  return shown.map((part) => print(terminal, part)).join('')
}

/** A cell of a table, in which nothing can pass for something else. */
const cellOf = (shown: Shown): Shown =>
  typeof shown === 'string'
    ? withLookalikesWritten(shown)
    : 'text' in shown
      ? { ...shown, text: withLookalikesWritten(shown.text) }
      : shown.map(cellOf)

const widthOf = (shown: Shown): number => stringWidth(plainly(shown))

/** Rows in columns; the last cell of each is as wide as it is, so that a row of one cell is a line of its own. */
export const columns = (terminal: Terminal, given: ReadonlyArray<ReadonlyArray<Shown>>): string => {
  const rows = given.map((row) => row.map(cellOf))
  const widths: number[] = []
  for (const row of rows)
    for (const [index, cell] of row.slice(0, -1).entries()) widths[index] = Math.max(widths[index] ?? 0, widthOf(cell))
  const filled = (cell: Shown, index: number): string =>
    print(terminal, cell) + ' '.repeat(Math.max(0, (widths[index] ?? 0) - widthOf(cell)))
  return rows
    .map((row) => [...row.slice(0, -1).map(filled), ...row.slice(-1).map((cell) => print(terminal, cell))])
    .map((cells) => `${cells.join('  ').trimEnd()}\n`)
    .join('')
}

/** A table with a head; without rows, a sentence that says so. */
export const table = (
  terminal: Terminal,
  head: ReadonlyArray<string>,
  rows: ReadonlyArray<ReadonlyArray<Shown>>,
  nothing: string,
): string =>
  rows.length === 0 ? `${nothing}\n` : columns(terminal, [head.map((title) => styled('dim', title)), ...rows])

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
export const time = (terminal: Terminal, iso: string | null): Shown => {
  if (iso === null) return '-'
  return terminal.isPerson ? [iso, ' ', styled('dim', `(${ago(terminal.now(), iso)})`)] : iso
}

const ago = (now: Date, iso: string): string => {
  const seconds = (now.getTime() - Date.parse(iso)) / 1000
  const unit = UNITS.find(([length]) => seconds >= length)
  if (unit === undefined) return seconds < -60 ? 'to come' : 'just now'
  const count = Math.floor(seconds / unit[0])
  return `${counted(count, unit[1])} ago`
}

/** `1 file`, `2 files` */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`

/** Numbers that JSON does not have are written as `{"$numberDouble": "NaN"}`. */
export const json = (value: unknown): string => `${JSON.stringify(value, doubleAsJson)}\n`

/** Says on `err` that there is more, and how to go on; for programs as JSON, as everything is. */
export const hint = (terminal: Terminal, command: Command, more: { cursor: string; total?: number }): void => {
  const { cursor, total } = more
  if (command.optsWithGlobals()['json'] === true) terminal.err(json(more))
  else if (total === undefined) terminal.err(`There is more: --cursor ${cursor}\n`)
  else terminal.err(`${total} in all: go on with --cursor ${cursor}\n`)
}

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
      terminal.err(`\r\u001b[K${what} [${'='.repeat(filled)}${' '.repeat(24 - filled)}] ${plain(note)}`)
    },
    end: (): void => {
      if (drawn > 0) terminal.err('\r\u001b[K')
    },
  }
}
