/** What nobody foresaw, told by the lines of the sources: those of what was built of them say little. */
import { readFileSync } from 'node:fs'
import { SourceMap } from 'node:module'
import { fileURLToPath } from 'node:url'
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { isError } from '../../domain/values/built-ins.js'
import { parseJson } from '../../domain/values/json.js'

/** As much of a source map as is needed. */
const Mapped = t.type({ version: t.number, sources: t.array(t.string), names: t.array(t.string), mappings: t.string })

/** The same error, whose stack names our files. */
export const inSources = (error: unknown): unknown => {
  if (!isError(error) || error.stack === undefined) return error
  error.stack = error.stack.replace(
    /(file:\S+\.js):(\d+):(\d+)/g,
    (place, url: string, line: string, column: string) => {
      const found = mapOf(url)?.findEntry(Number(line) - 1, Number(column) - 1)
      return found !== undefined && 'originalSource' in found
        ? `${found.originalSource.replace(/^(\.\.\/)+/, '')}:${found.originalLine + 1}:${found.originalColumn + 1}`
        : place
    },
  )
  return error
}

const mapOf = (url: string): SourceMap | undefined => {
  try {
    const map = Mapped.decode(parseJson(readFileSync(`${fileURLToPath(url)}.map`, 'utf8')))
    return E.isRight(map) ? new SourceMap({ ...map.right, file: '', sourceRoot: '', sourcesContent: [] }) : undefined
  } catch {
    return undefined
  }
}
