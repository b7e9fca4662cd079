/**
 * Whether the end of the history is still there: the events are held against their head file, and against what this
 * connection knows of them, when they are opened and whenever others have written. The head is read first and the events
 * then, so that what others append in between is no loss.
 */
import { closeSync, fsyncSync, openSync } from 'node:fs'
import { resolve } from 'node:path'
import { type Append, laterOf, type NewEvent, ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { describeLoss, type HistoryDamage } from '../../domain/ports/history-damage.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import type { Tell } from '../../domain/ports/logger.js'
import { type Loss, lossBetween } from '../../domain/values/loss.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { LOSSES_STREAM } from '../../domain/values/stream-names.js'
import { bootOfMachine, isSameBoot } from './boot.js'
import type { Durability, OpenedDatabase } from './database.js'
import { endsIn } from './ends.js'
import { filesOf } from './files-of.js'
import { withoutHead } from './head-beside.js'
import type { Head, HeadFile, ReadHead } from './head-file.js'
import { nowAndThen, ownWrites, writing } from './head-writing.js'
import type { Layout } from './layout.js'
import { giveLedgerId, ledgerIdIn, unchangedLedgerId } from './ledger-id.js'
import { isBusy } from './lock.js'
import type { Reads } from './reads.js'

export interface Tail {
  /** What is wrong with it, as of the last look. */
  readonly damage: () => HistoryDamage | undefined
  /** Looks where others have written since, or something was wrong: before anything is read or written. */
  readonly look: () => void
  /**
   * Within the transaction of an append: why it is refused. While events are lost, all are but the one that accepts that,
   * which stands behind the position `after`.
   */
  readonly refusal: (append: Append) => HistoryDamage | undefined
  readonly after: () => Position
  /** Within the transaction: an event was written, with these digits of its leaf hash. */
  readonly wrote: (event: NewEvent, position: Position, leaf: string) => void
  /** This connection committed what stands up to there. */
  readonly committed: (position: Position) => void
  /** Another one when events that were given out before are there no more. */
  readonly edition: () => number
  /** Whose it is; of events that are all gone, whose they were. Throws an `EventStoreError` where it was changed. */
  readonly ledgerId: () => LedgerId | undefined
  /** The ledger was given another id. */
  readonly identified: () => void
  /** What of the head file was not as it was written when it was opened, in words. */
  readonly headDamage: string | undefined
  readonly close: () => void
}

export interface TailPorts {
  readonly database: OpenedDatabase
  readonly layout: Layout
  readonly reads: Reads
  /** The file of events, by its name for people. */
  readonly place: string
  readonly headPath: string
  readonly file: HeadFile
  /** What the head file said before the events were opened. */
  readonly recorded: ReadHead
  /** What of it was not as it was written, in words. */
  readonly headDamage: string | undefined
  readonly readOnly: boolean
  readonly durability: Durability
  readonly tell: Tell
}

export const openTail = (ports: TailPorts): Tail => {
  const { database, place, headPath, headDamage, readOnly, durability, tell } = ports
  const file = database.path === resolve(place) ? ports.file : undefined
  const ends = endsIn(database, ports.layout, ports.reads)
  const dataVersion = database.prepare<[], readonly [number]>('PRAGMA data_version')
  const boot = bootOfMachine()
  let version = dataVersion.get()?.[0]
  let known: Head = { end: null, durable: ORIGIN, boot }
  let damage: HistoryDamage | undefined
  let ledger: LedgerId | undefined
  let edition = 0
  let pending: Position = ORIGIN
  const own = ownWrites()
  const written = writing(readOnly ? undefined : file, headPath, tell)

  /** Takes over what is there, up to a position; it is as durable as it is known to be. */
  const knowUpTo = (position: Position, durable: Position): void => {
    const end = own.endAt(position, known.end) ?? ends.at(position, known.end)
    known = { end, durable, boot, ...omitUndefined({ ledger }) }
  }

  const writes = nowAndThen(() => {
    if (pending === ORIGIN) return
    written((to) => {
      if ((known.end?.position ?? ORIGIN) < pending) knowUpTo(pending, known.durable)
      if (durability === 'full') known = { ...known, durable: laterOf(known.durable, pending) }
      pending = ORIGIN
      to.write(known)
    })
  })

  /** Holds what is there against the later of two heads, the file's and this connection's: the same history is of one ledger. */
  const hold = (recorded: Head | undefined): void => {
    const noted = recorded !== undefined && isLater(recorded, known) ? recorded : known
    ledger = ledgerIdIn(database)
    if (noted.end === null || ends.at(noted.end.position, noted.end)?.leaf === noted.end.leaf) {
      if (noted.end !== null) ledger = noted.ledger ?? ledger
      known = noted
      damage = undefined
    } else {
      if (damage === undefined) edition += 1
      // What this connection wrote last may be among what is lost: it is not noted as there.
      pending = ORIGIN
      damage = ends.isGivenUp(noted.end)
        ? undefined
        : damageOf({ place, headPath, ledger }, noted, lossBetween(noted.end, ends.found()))
      known = damage === undefined ? { ...noted, end: null } : noted
    }
    if (damage === undefined) knowUpTo(ends.last(), noted.durable)
  }

  /** At the opening, once: says what is to be said, and brings the head file to what is there. */
  const begin = ({ recorded }: TailPorts): void => {
    const head = typeof recorded === 'string' ? undefined : recorded
    hold(head)
    if (head !== undefined && damage?._tag === 'history-lost' && isOfPowerLoss(damage.loss, head, boot)) {
      tell('relaxed-loss', relaxedLoss(damage.loss, place), { path: place })
      damage = undefined
      known = { ...known, end: null }
      knowUpTo(ends.last(), ends.last())
      written(({ replace }) => replace(known))
      return
    }
    if (damage !== undefined) return
    if (recorded === 'missing' && known.end !== null) toldOfHead(ports)(withoutHead(headPath, place, readOnly))
    if (headDamage !== undefined) toldOfHead(ports)(headDamage)
    const survived = head !== undefined && !isSameBoot(head.boot, boot)
    const isNoted = head !== undefined && isSameEnd(head, known) && !survived && headDamage === undefined
    if (readOnly || file === undefined || isNoted) return
    // What a dead process left may not be durable yet.
    if (durability === 'full') syncFiles(database.path)
    if (durability === 'full' || survived) known = { ...known, durable: known.end?.position ?? ORIGIN }
    written(({ replace }) => replace(known))
  }

  unlessUnreadable(() => begin(ports))
  return {
    headDamage,
    damage: () => damage,
    look: () => {
      const now = dataVersion.get()?.[0]
      // A copy stays as it is.
      if (file === undefined || (now === version && damage === undefined)) return
      const recorded = file.read()
      // What this connection wrote a moment ago may not stand in the head yet.
      known = { ...known, end: own.endAt(pending, known.end) ?? known.end }
      unlessUnreadable(() => hold(typeof recorded === 'string' ? undefined : recorded))
      version = now
    },
    refusal: ({ stream }) => {
      if (damage === undefined) return undefined
      if (damage._tag !== 'history-lost' || stream !== LOSSES_STREAM) return damage
      // Of events that are all gone the files are still of the ledger.
      if (known.ledger !== undefined) giveLedgerId(database, known.ledger)
      ledger ??= known.ledger
      return undefined
    },
    wrote: (event, position, leaf) => own.wrote(event, position, leaf, known.end?.position ?? ORIGIN),
    after: () => (damage?._tag === 'history-lost' ? laterOf(damage.loss.last, ORIGIN) : ORIGIN),
    committed: (position) => {
      pending = laterOf(pending, position)
      if (damage === undefined) return writes.soon()
      // What was noted is not there where this goes on without it.
      known = { ...known, end: null }
      damage = undefined
      writes.now()
    },
    edition: () => edition,
    ledgerId: () => unchangedLedgerId(database, ledger) ?? (damage?._tag === 'history-lost' ? known.ledger : undefined),
    identified: () => {
      ledger = ledgerIdIn(database)
      known = { ...known, ...omitUndefined({ ledger }) }
      written(({ replace }) => replace(known))
    },
    close: () => {
      writes.now()
      ports.file.close()
    },
  }
}

const toldOfHead =
  ({ headPath, tell }: TailPorts) =>
  (why: string): void =>
    tell('head-unusable', why, { path: headPath })

const isLater = (one: Head, other: Head): boolean => (one.end?.position ?? ORIGIN) > (other.end?.position ?? ORIGIN)

const isSameEnd = (one: Head, other: Head): boolean =>
  one.ledger === other.ledger && one.end?.position === other.end?.position

const damageOf = (
  { place, headPath, ledger }: Pick<TailPorts, 'place' | 'headPath'> & { readonly ledger: LedgerId | undefined },
  noted: Head,
  loss: Loss,
): HistoryDamage =>
  ledger !== undefined && noted.ledger !== undefined && ledger !== noted.ledger
    ? { _tag: 'head-of-another-ledger', place, head: headPath, ledger, noted: { ...loss.noted, ledger: noted.ledger } }
    : { _tag: 'history-lost', place, loss }

/** Appended with `durability: 'relaxed'`, and the machine was started anew since: so much may go then. */
const isOfPowerLoss = ({ first, found }: Loss, { durable, boot }: Head, now: string): boolean =>
  first !== undefined && found.position >= durable && !isSameBoot(boot, now)

const relaxedLoss = (loss: Loss, place: string): string =>
  `${place} has lost ${describeLoss(loss)}. They were recorded with durability "relaxed", and the machine was started anew since: the ledger goes on without them.`

const syncFiles = (path: string): void => {
  const [file = path, log = ''] = filesOf(path)
  for (const each of [file, log]) {
    const handle = openSync(each, 'r')
    try {
      fsyncSync(handle)
    } finally {
      closeSync(handle)
    }
  }
}

/** A file that cannot be read is told of by whoever reads it; a lock is waited for. */
const unlessUnreadable = (look: () => void): void => {
  try {
    look()
  } catch (error) {
    if (isBusy(error)) throw error
  }
}
