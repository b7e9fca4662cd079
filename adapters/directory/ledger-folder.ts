/**
 * Which paths of a disk are a ledger's own, of any ledger: everything in a folder that holds `events.db`, is a file
 * store or keeps snapshots, and the file of an event store wherever it is.
 */
import { readdirSync } from 'node:fs'
import { lstat, open, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import { headFileOf, isEventFileAt, isOrWasThere } from '../shared/event-file.js'
import { unlessOutOfFiles, whenOpenable } from '../shared/open-files.js'
import { BEING_MADE, MARKER } from './layout.js'
import { SNAPSHOTS_MARKER } from './snapshot-store.js'

const EVENTS = 'events.db'

/** What of these makes a folder a ledger's must still be looked at; a folder that holds none of them is none. */
export const LEDGER_NAMES: ReadonlySet<string> = new Set([
  EVENTS,
  headFileOf(EVENTS),
  MARKER,
  BEING_MADE,
  SNAPSHOTS_MARKER,
])

/** The ledger whose files lie in a folder, where there is nothing else of it: neither its events nor what was noted of them. */
export const whoseEventsAreGone = (folder: string): LedgerId | undefined => {
  if (isOrWasThere(join(folder, EVENTS))) return undefined
  try {
    return readdirSync(join(folder, 'files', 'ledgers')).find(LedgerId.is)
  } catch {
    return undefined
  }
}

/** What stands beside a database, by its name: there may be the last events in it, or what undoes or notes them. */
export const BESIDE_EVENTS = /-(wal|shm|journal|waiting|head|wal-lost|lock-[a-z0-9_-]+)$/

export const isLedgerFolder = async (folder: string): Promise<boolean> =>
  (await isPartOfLedger(folder)) ||
  (await isEventFileAt(join(folder, EVENTS), true)) ||
  beginsAsOurs(headFileOf(join(folder, EVENTS)))

/** Whether a folder is a file store, also while it is being made, or keeps snapshots. */
const isPartOfLedger = async (folder: string): Promise<boolean> => {
  const isMarked = (name: string) => beginsAsOurs(join(folder, name))
  const [isBeingMade, ...marked] = await Promise.all([
    lstat(join(folder, BEING_MADE)).then(
      (found) => found.isDirectory(),
      () => false,
    ),
    ...[MARKER, SNAPSHOTS_MARKER].map(isMarked),
  ])
  return isBeingMade || marked.includes(true)
}

/** The file store or the folder of snapshots in which a path lies, or would come to lie. */
export const partOfLedgerAround = async (path: string): Promise<string | undefined> => {
  for (let folder = await whereItLeads(resolve(path)); ; folder = dirname(folder)) {
    if (await isPartOfLedger(folder)) return folder
    if (folder === dirname(folder)) return undefined
  }
}

/** A file that has only the name of a mark makes nothing a ledger's. */
const beginsAsOurs = async (mark: string): Promise<boolean> => {
  const handle = await whenOpenable(() => open(mark, 'r')).catch(unlessOutOfFiles)
  if (handle === undefined) return false
  try {
    const { buffer } = await handle.read(Buffer.alloc(OURS.length), 0, OURS.length, 0)
    return buffer.toString() === OURS
  } catch {
    return false
  } finally {
    await handle.close()
  }
}

/** How the text of every mark begins. */
const OURS = 'model-ledger '

/**
 * The ledger to which a path belongs, if any: its folder, or its file of events. Links are followed; what is not
 * there yet belongs where it would come to be.
 */
export const ledgerAround = async (path: string): Promise<string | undefined> => {
  const real = await whereItLeads(resolve(path))
  for (let folder = real; ; folder = dirname(folder)) {
    if (await isLedgerFolder(folder)) return folder
    if (folder === dirname(folder)) break
  }
  const file = join(dirname(real), basename(real).replace(BESIDE_EVENTS, ''))
  return (await isEventFileAt(file)) ? file : undefined
}

const MOST_LINKS = 40

const whereItLeads = async (path: string, links = 0): Promise<string> => {
  const found = await realpath(path).catch(() => undefined)
  if (found !== undefined) return found
  if (path === dirname(path)) return path
  const place = join(await whereItLeads(dirname(path), links), basename(path))
  const target = await readlink(place).catch(() => undefined)
  return target === undefined || links === MOST_LINKS ? place : whereItLeads(resolve(dirname(place), target), links + 1)
}
