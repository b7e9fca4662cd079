/** The categories of errors as docs/reference/errors.md has them, each with an error of it. */
import { readFileSync } from 'node:fs'
import { LedgerError, type LedgerErrorCode } from '../../index.js'
import { CATEGORIES } from '../../ledger/calling/error-category.js'

const page = new URL('../../docs/reference/errors.md', import.meta.url)

export const categoriesOnPage = (): ReadonlyArray<{
  readonly category: string
  readonly exitCode: number
  readonly status: number
}> =>
  [...readFileSync(page, 'utf8').matchAll(/^\| `([a-z-]+)` \| [^|]+ \| (\d) \| (\d{3}) \|$/gm)].map(
    ([, category = '', exitCode, status]) => ({ category, exitCode: Number(exitCode), status: Number(status) }),
  )

/** One for each code of the category, with no particulars. */
export const errorsOf = (category: string): ReadonlyArray<LedgerError<{ readonly _tag: LedgerErrorCode }>> =>
  codes.filter((code) => CATEGORIES[code] === category).map((_tag) => new LedgerError({ _tag }, `an error: ${_tag}`))

const isCode = (code: string): code is LedgerErrorCode => Object.hasOwn(CATEGORIES, code)
const codes = Object.keys(CATEGORIES).filter(isCode)
