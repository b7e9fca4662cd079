/**
 * Which paths of a disk are a ledger's own, of any ledger: everything in a folder that holds `events.db` or is a
 * file store, and the file of an event store wherever it is.
 */
import { lstat, readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { isEventFileAt } from '../shared/event-file.js'
import { BEING_MADE, MARKER } from './layout.js'

const EVENTS = 'events.db'

/** What of these makes a folder a ledger's must still be looked at; a folder that holds none of them is none. */
export const LEDGER_NAMES: ReadonlySet<string> = new Set([EVENTS, MARKER, BEING_MADE])

export const isLedgerFolder = async (folder: string): Promise<boolean> => {
  const isThere = (name: string) =>
    lstat(join(folder, name)).then(
      () => true,
      () => false,
    )
  const [events, marker, beingMade] = await Promise.all([EVENTS, MARKER, BEING_MADE].map(isThere))
  return marker === true || beingMade === true || (events === true && (await isEventFileAt(join(folder, EVENTS), true)))
}

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
  // SQLite's own files beside it hold the last events.
  const file = join(dirname(real), basename(real).replace(/-(wal|shm|journal)$/, ''))
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
