/** The sources of the project, as the checks of the house read them. */
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { posix } from 'node:path'
import { fileURLToPath } from 'node:url'
import { specifiersIn } from './imports.js'

export const root = fileURLToPath(new URL('../../', import.meta.url))

/** Our own files by their path from the root (`domain/values/json.ts`), others by their specifier. */
export function importsOf(file: string, text: string): ReadonlyArray<string> {
  return specifiersIn(file, text).map((specifier) =>
    specifier.startsWith('.') ? posix.join(posix.dirname(file), specifier).replace(/\.js$/, '.ts') : specifier,
  )
}

export function sourceFiles(): ReadonlyArray<string> {
  const notOurs = /^(\..*|node_modules|dist|lib|coverage)$/
  const folders = foldersIn('.').filter((name) => !notOurs.test(name))
  const nested = folders.flatMap((folder) =>
    readdirSync(root + folder, { recursive: true, encoding: 'utf8' }).map((path) => posix.join(folder, path)),
  )
  return [...readdirSync(root), ...nested].filter((path) => path.endsWith('.ts') && !path.includes('node_modules/'))
}

export function foldersIn(folder: string): ReadonlyArray<string> {
  if (!existsSync(root + folder)) return []
  const entries = readdirSync(root + folder, { withFileTypes: true })
  return entries.filter((entry) => entry.isDirectory()).map(({ name }) => name)
}

export function read(file: string): string {
  return readFileSync(root + file, 'utf8')
}
