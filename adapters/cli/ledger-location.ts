/** Which ledger a command means. */
import { existsSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { describeInsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type Ledger, LedgerError, openLedger } from '../../index.js'
import { directoryFileStore, outsideLedgers } from '../directory/index.js'
import { eventStoreDb } from '../eventstoredb/index.js'
import type { Terminal } from './output.js'

/** The options that every command takes. */
export interface LedgerLocation {
  readonly ledger?: string
  readonly events?: string
  readonly actor?: string
  readonly entity?: string
  readonly project?: string
  readonly cache?: string
}

export const DEFAULT_NAME = '.model-ledger'

/** The directory that is named, or by the environment, or the nearest above: as git looks for its own. */
export const findDirectory = ({ ledger }: LedgerLocation, { env, cwd }: Terminal): string | undefined => {
  const named = ledger ?? env['MODEL_LEDGER']
  if (named !== undefined) return resolve(cwd, named)
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, DEFAULT_NAME), folder]) {
      if (existsSync(join(candidate, 'events.db'))) return candidate
    }
    if (folder === dirname(folder)) return undefined
  }
}

/** For names that leave them out. A project may be given with its entity: `acme/churn`. */
export const defaultsOf = (location: LedgerLocation, { env }: Terminal) => {
  const project = location.project ?? env['MODEL_LEDGER_PROJECT']
  const [, owner, name] = /^([^/]+)\/([^/]+)$/.exec(project ?? '') ?? []
  return owner !== undefined && (location.entity ?? owner) === owner
    ? { entity: owner, project: name }
    : { entity: location.entity ?? env['MODEL_LEDGER_ENTITY'], project }
}

/** Opens the ledger that a command means; one that only answers unless it is to write. */
export const openAtLocation = async (
  location: LedgerLocation,
  terminal: Terminal,
  readOnly: boolean,
): Promise<Ledger> => {
  const { env } = terminal
  const directory = findDirectory(location, terminal)
  const connection = location.events ?? env['MODEL_LEDGER_EVENTS']
  const who = {
    readOnly,
    ...omitUndefined({
      actor: location.actor ?? env['MODEL_LEDGER_ACTOR'] ?? userName(),
      ...defaultsOf(location, terminal),
      cache: cacheAt(location, terminal),
    }),
  }
  if (connection !== undefined) {
    if (directory === undefined) throw noLedger('the files of a ledger on EventStoreDB need a directory: say --ledger')
    return openLedger({
      ...who,
      events: eventStoreDb(connection),
      files: directoryFileStore({ path: join(directory, 'files'), readOnly }),
    })
  }
  if (directory === undefined || !existsSync(join(directory, 'events.db'))) {
    throw noLedger(
      directory === undefined
        ? 'there is no ledger here or above: make one with "model-ledger init", or name one with --ledger or MODEL_LEDGER'
        : `there is no ledger in ${directory}: make one with "model-ledger init ${directory}"`,
    )
  }
  return openLedger({ ...who, directory })
}

/** The folder of the cache that is named, or by the environment. */
const cacheAt = ({ cache }: LedgerLocation, { env, cwd }: Terminal): string | undefined => {
  const named = cache ?? env['MODEL_LEDGER_CACHE']
  return named === undefined || named === '' ? undefined : resolve(cwd, named)
}

/** Where a command is to write a file: absolute, and nothing of a ledger. */
export const targetFile = async ({ cwd }: Terminal, file: string): Promise<string> => {
  const path = resolve(cwd, file)
  const outside = await outsideLedgers(path)()
  if (outside._tag === 'Left') throw new LedgerError(outside.left, describeInsideALedger(outside.left))
  return path
}

/** In a container the user of the machine may have no name, only a number. */
const userName = (): string => {
  try {
    return userInfo().username
  } catch {
    return `uid-${process.getuid?.() ?? 'unknown'}`
  }
}

const noLedger = (message: string) => new LedgerError({ _tag: 'no-ledger' }, message)
