/** The whole file, held against itself: rows against checksums, leaf hashes and neighbours, indexes against their tables. */
import { setImmediate as nextTurn } from 'node:timers/promises'
import {
  type EventRevision,
  type EventStoreError,
  type Examined,
  ORIGIN,
  type Position,
  type StoredEvent,
  type StoreFinding,
  toPosition,
} from '../../domain/ports/event-store.js'
import { checkPosition, checkRevision } from './density.js'
import type { Cell, Database } from './driver/index.js'
import type { Layout } from './layout.js'
import type { Page, Reads } from './reads.js'
import { leafDigits } from './row-checksum.js'
import { isDamage, readErrorOf } from './sqlite-error.js'
import type { Tail } from './tail.js'

interface ExaminedFile {
  readonly database: Database
  readonly layout: Layout
  readonly reads: Reads
  readonly tail: Pick<Tail, 'headDamage'>
  /** As the store reads: while it is open, and while nobody is in its way. */
  readonly read: <A>(now: () => A) => Promise<A>
}

/** So many positions are looked at in one turn of the event loop. */
const AT_ONCE = 500
/** So many of the places where an index does not fit its table are told. */
const MOST_OF_INDEXES = 100

export async function* examine({ database, layout, reads, tail, read }: ExaminedFile): AsyncGenerator<Examined> {
  const revisions = new Map<string, EventRevision>()
  let before: Position = ORIGIN
  const leaves = await read(() => leavesIn(database, layout))

  const examinedEvent = (event: StoredEvent, leaf: string | undefined): ReadonlyArray<StoreFinding> => {
    const { stream, revision, position } = event
    const findings = [
      ...found(event, () => checkPosition(event, before)),
      ...found(event, () => checkRevision(event, revisions.get(stream) ?? 'none')),
    ]
    if (leaf !== undefined && leaf !== leafDigits(event, stream, revision)) {
      findings.push({ stream, revision, position, reason: 'its leaf hash is not that of its columns' })
    }
    before = position
    revisions.set(stream, revision)
    return findings
  }

  /** Row by row, where not all of them can be read. */
  const oneByOne = (after: number, upTo: number): Examined => {
    const events: StoredEvent[] = []
    const findings: StoreFinding[] = []
    for (let position = after + 1; position <= upTo; position++) {
      try {
        const event = reads.eventAt(toPosition(position))
        if (event === undefined) continue
        events.push(event)
        findings.push(...examinedEvent(event, leaves(position - 1, 1).get(position)))
      } catch (error) {
        const place = reads.placeOf(toPosition(position))
        if (place?.revision !== undefined) revisions.set(place.stream, place.revision)
        before = toPosition(position)
        findings.push({ position: before, ...place, reason: damageOf(error).message })
      }
    }
    return { events, findings }
  }

  const examined = (after: number, upTo: number): Examined => {
    let page: Page
    try {
      page = reads.eventsUpTo(toPosition(after), toPosition(upTo))
    } catch (error) {
      damageOf(error)
      return oneByOne(after, upTo)
    }
    const digits = leaves(after, upTo - after)
    return { events: page, findings: page.flatMap((event) => examinedEvent(event, digits.get(event.position))) }
  }

  let end: Position = ORIGIN
  try {
    end = await read(reads.highestPosition)
  } catch (error) {
    yield { events: [], findings: [{ reason: damageOf(error).message }] }
  }
  for (let after = 0; after < end; after += AT_ONCE) {
    yield await read(() => examined(after, Math.min(after + AT_ONCE, end)))
    await nextTurn()
  }
  yield { events: [], findings: await read(() => misfits(database)) }
  if (tail.headDamage !== undefined) yield { events: [], findings: [{ reason: tail.headDamage, of: 'head' }] }
}

/** By position, where the rows have any. */
const leavesIn = (database: Database, { events, checked }: Layout) => {
  if (!checked) return () => new Map<number, string>()
  const digits = database.prepare<[number, number], readonly [number, string]>(
    `SELECT position, hex(leaf) FROM ${events} WHERE position > ? AND position <= ?`,
  )
  return (after: number, count: number): ReadonlyMap<number, string> => new Map(digits.all(after, after + count))
}

/** What SQLite itself finds. */
const misfits = (database: Database): ReadonlyArray<StoreFinding> => {
  const said = database.prepare<[], readonly [Cell]>(`PRAGMA integrity_check(${MOST_OF_INDEXES})`)
  try {
    return said.all().flatMap(([text]) =>
      `${text}`
        .split('\n')
        .filter((line) => line !== 'ok' && !line.startsWith('*** in database'))
        .map(misfit),
    )
  } catch (error) {
    return [{ reason: damageOf(error).message }]
  }
}

const misfit = (line: string): StoreFinding => {
  const reason = `SQLite finds in the file: ${line}`
  if (/freelist|never used/i.test(line)) return { reason, of: 'space' }
  return / index |entries/.test(line) ? { reason, of: 'index' } : { reason }
}

const found = ({ stream, revision, position }: StoredEvent, check: () => void): ReadonlyArray<StoreFinding> => {
  try {
    check()
    return []
  } catch (error) {
    return [{ stream, revision, position, reason: damageOf(error).message }]
  }
}

/** @throws what is no damage */
const damageOf = (error: unknown): EventStoreError => {
  if (!isDamage(error)) throw error
  return readErrorOf(error)
}
