/** The driver for the Node that runs, loaded when it is first asked for. */

import * as nodeModule from 'node:module'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { messageOf } from '../../../domain/values/built-ins.js'
import { throwIfOutOfFiles } from '../../shared/open-files.js'
import { betterSqlite3 } from './better-sqlite3.js'
import { choose, remedy } from './choice.js'
import type { Driver } from './driver.js'
import { nodeSqlite } from './node-sqlite.js'

export { type Bound, type Cell, type Database, type Driver, OUT_OF_RANGE, type Statement } from './driver.js'
export { codeOf } from './result-code.js'

let loaded: Promise<E.Either<string, Driver>> | undefined

/** The left side says in words why there is none, and what to do. Rejects while too many files are open to tell. */
export const driver: TE.TaskEither<string, Driver> = () => {
  loaded ??= load(process.versions.node).catch((error: unknown) => {
    loaded = undefined
    throw error
  })
  return loaded
}

const load = async (node: string): Promise<E.Either<string, Driver>> => {
  const installed = installedVersion()
  const choice = choose(node, installed)
  if (E.isLeft(choice)) return choice
  if (choice.right === 'node:sqlite') {
    return E.fromNullable('this Node was built without SQLite: take one that has node:sqlite')(nodeSqlite())
  }
  try {
    return E.right(await betterSqlite3(installed ?? 'unknown'))
  } catch (error) {
    throwIfOutOfFiles()
    const reason = messageOf(error).replaceAll(/\s+/g, ' ').slice(0, 300)
    return E.left(remedy(node, `better-sqlite3 ${installed} has no binary for it (${reason})`))
  }
}

const Manifest = t.type({ version: t.string })

/** Told without loading it. */
const installedVersion = (): string | undefined => {
  try {
    // A program bundled as CommonJS does not know where it lies, which is where it was started.
    const here = import.meta.url ?? process.argv[1] ?? join(process.cwd(), 'program.js')
    // By its module: a call by the name alone webpack would understand, and warns that it cannot.
    const manifest: unknown = nodeModule.createRequire(here)('better-sqlite3/package.json')
    return Manifest.is(manifest) ? manifest.version : undefined
  } catch {
    throwIfOutOfFiles()
    return undefined
  }
}
