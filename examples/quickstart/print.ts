/** What the quickstart prints: aligned columns, and colour on a terminal only, which is what `styleText` sees to. */
import { styleText } from 'node:util'

type Row = ReadonlyArray<string>

export const heading = (text: string): void => {
  console.log(`\n${styleText('bold', text)}`)
}

/** A line of what happens: who does what, the version that comes of it, and a remark. */
export const step = (who: string, what: string, version: string, remark = ''): void => {
  console.log(aligned([who, what, short(version), styleText('dim', remark)], [4, 27, 15]))
}

/** Rows below the names of their columns. */
export const table = (head: Row, rows: ReadonlyArray<Row>): void => {
  const widths = head.map((_, column) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0)))
  console.log(styleText('dim', aligned(head, widths)))
  for (const row of rows) console.log(aligned(row, widths))
}

const aligned = (row: Row, widths: ReadonlyArray<number>): string =>
  `  ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}`.trimEnd()

export const percent = (share: number): string => `${(share * 100).toFixed(1)}%`

/** `digits:v1` of `acme/digits/digits:v1`. */
export const short = (path: string): string => path.slice(path.lastIndexOf('/') + 1)
