/** Which ledger a command means. */
import { existsSync, statSync } from 'node:fs'
import { userInfo } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { describeInsideALedger } from '../../domain/ports/inside-a-ledger.js'
import { describeProblem } from '../../domain/values/codec.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Ledger } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import { openLedger } from '../../open-ledger.js'
import { directoryFileStore, directorySnapshotStore, outsideLedgers } from '../directory/index.js'
import { MARKER as FILES_MARKER } from '../directory/layout.js'
import { whoseEventsAreGone } from '../directory/ledger-folder.js'
import { isOrWasThere, whyUnseen } from '../shared/event-file.js'
import { DEFAULT_NAME, defaultsOf, type LedgerLocation, namingVariables, said, variableOf } from './environment.js'
import { localPath } from './local-path.js'
import type { Terminal } from './output.js'

/** The directory that is named, or by the environment, or the nearest above: as git looks for its own. */
const findDirectory = (location: LedgerLocation, { env, cwd }: Terminal): string | undefined => {
  const isMeant = said(location, env, 'events') === undefined ? isLedger : holdsFiles
  const named = said(location, env, 'ledger')
  if (named !== undefined) return localPath(cwd, named, 'a directory')
  for (let folder = cwd; ; folder = dirname(folder)) {
    for (const candidate of [join(folder, DEFAULT_NAME), folder]) {
      if (isMeant(candidate)) return candidate
    }
    if (folder === dirname(folder)) return undefined
  }
}

/** Also where its events are gone, or it may not be looked into: whoever opens it is told. */
const isLedger = (directory: string): boolean => {
  const path = join(directory, 'events.db')
  return isOrWasThere(path) || whoseEventsAreGone(directory) !== undefined || whyUnseen(path) !== undefined
}

/** What is beside events that are elsewhere. */
const holdsFiles = (directory: string): boolean => existsSync(join(directory, 'files', FILES_MARKER))

/** Opens the ledger that a command means; one that only answers unless it is to write. */
export const openAtLocation = async (
  location: LedgerLocation,
  terminal: Terminal,
  readOnly: boolean,
): Promise<Ledger> => {
  const { env } = terminal
  const directory = findDirectory(location, terminal)
  const connection = said(location, env, 'events')
  const { entity, project } = defaultsOf(location, env)
  const who = {
    readOnly,
    ...omitUndefined({
      actor: said(location, env, 'actor') ?? userName(),
      entity,
      project,
      cache: cacheAt(location, terminal),
    }),
  }
  const opening =
    connection === undefined
      ? { directory: present(directory, location, terminal) }
      : await storesAt(connection, directory, location, terminal, readOnly)
  return openLedger({ ...who, ...opening }).catch((error: unknown) => {
    throw namingVariables(location, env, error)
  })
}

/** Makes a ledger, or finds it there. */
export const initAtLocation = async (location: LedgerLocation, { env }: Terminal, directory: string) => {
  const connection = said(location, env, 'events')
  const isNew = connection === undefined ? !isOrWasThere(join(directory, 'events.db')) : !holdsFiles(directory)
  const ledger = await openLedger(
    connection === undefined ? { directory } : await serverStores(connection, directory, location, env, false),
  ).catch((error: unknown) => {
    throw namingVariables(location, env, error)
  })
  await ledger.close()
  return { ledger, isNew }
}

const serverStores = async (
  connection: string,
  directory: string,
  location: LedgerLocation,
  env: Terminal['env'],
  readOnly: boolean,
) => {
  // Loading the client takes a sixth of a command's start, which those on a directory do not wait for.
  const { eventStoreDb } = await import('../eventstoredb/index.js')
  return {
    events: eventStoreDb(connection, omitUndefined({ ledger: said(location, env, 'eventsLedger') })),
    files: directoryFileStore({ path: join(directory, 'files'), readOnly }),
    snapshots: directorySnapshotStore({ path: join(directory, 'snapshots') }),
  }
}

/** The stores of a ledger that was made: none is by a name that was mistyped. */
const storesAt = async (
  connection: string,
  directory: string | undefined,
  location: LedgerLocation,
  { env }: Terminal,
  readOnly: boolean,
) => {
  const how = 'make one with "model-ledger --events ... init <directory>", or name one with --ledger'
  if (directory === undefined)
    throw noLedger(`the files of a ledger on EventStoreDB need a directory, and there is none here or above: ${how}`)
  if (!holdsFiles(directory))
    throw noLedger(`there are no files of a ledger on EventStoreDB in ${directory}: ${how}`, directory)
  const { events, ...stores } = await serverStores(connection, directory, location, env, readOnly)
  const opened = await events()
  if (opened._tag === 'Left') return { ...stores, events }
  const store = opened.right
  const [id, head] = [await store.ledgerId()(), await store.head()()]
  if (id._tag === 'Right' && id.right === undefined && head._tag === 'Right' && head.right === ORIGIN) {
    await store.close()
    const name = said(location, env, 'eventsLedger') ?? 'ledger'
    throw noLedger(
      `there is no ledger "${name}" on that EventStoreDB: make it with init, or name another with --events-ledger`,
    )
  }
  return { ...stores, events: store }
}

/** A directory in which there is a ledger. */
const present = (directory: string | undefined, location: LedgerLocation, { env }: Terminal): string => {
  if (directory === undefined)
    throw noLedger(
      'there is no ledger here or above: make one with "model-ledger init", or name one with --ledger or MODEL_LEDGER',
    )
  if (isLedger(directory)) return directory
  const name = variableOf(location, env, 'ledger')
  throw noLedger(
    `${name === undefined ? '' : `${name}: `}there is no ledger in ${directory}: make one with "model-ledger init ${directory}"`,
    directory,
  )
}

/** The folder of the cache that is named, or by the environment. */
const cacheAt = (location: LedgerLocation, { env, cwd }: Terminal): string | undefined => {
  const named = said(location, env, 'cache')
  if (named === undefined || named === '') return undefined
  const path = localPath(cwd, named, 'a directory')
  if (statSync(path, { throwIfNoEntry: false })?.isDirectory() !== false) return path
  const problem = { at: 'cache', expected: 'the path of a folder', actual: `that of a file: ${path}` }
  throw namingVariables(
    location,
    env,
    new LedgerError({ _tag: 'invalid-input', problems: [problem] }, describeProblem(problem)),
  )
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

const noLedger = (message: string, path?: string) =>
  new LedgerError({ _tag: 'no-ledger', ...(path === undefined ? {} : { path }) }, message)
