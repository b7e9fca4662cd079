/** The whole file, held against itself: rows against checksums, leaf hashes, ids and neighbours, indexes against their tables. */
import { openIds } from '../../domain/events/event-ids.js'
import {
  type EventRevision,
  type Examined,
  ORIGIN,
  type Position,
  type StoredEvent,
  type StoreFinding,
  toPosition,
} from '../../domain/ports/event-store.js'
import { type Wrong, wrongIn } from './damage.js'
import { checkPosition, checkRevision } from './density.js'
import type { Cell, Database } from './driver/index.js'
import type { Layout } from './layout.js'
import { leafDigits } from './leaf-digits.js'
import { type Page, prepareReads, type Reads, type ReadsOf } from './reads.js'
import { damageOf, isDamage } from './sqlite-error.js'
import { otherThanMade } from './tables-as-made.js'

export interface ExaminedFile {
  readonly database: Database
  readonly layout: Layout
  readonly reads: Reads
}

/** So many positions are looked at at once. */
const AT_ONCE = 500
/** So many of the places where an index does not fit its table are told. */
const MOST_OF_INDEXES = 100

/** What was found of the positions up to one, behind those before; the last holds what SQLite itself finds. */
export interface ExaminedStretch extends Examined {
  readonly upTo: number
  readonly isLast: boolean
}

export const examination = ({ database, layout, reads }: ExaminedFile) => {
  const revisions = new Map<string, EventRevision>()
  let before: Position = ORIGIN
  const leaves = leavesIn(database, layout)
  const ids = openIds()

  const examinedEvent = (event: StoredEvent, leaf: string | undefined): ReadonlyArray<StoreFinding> => {
    const { stream, revision, position } = event
    const findings = [
      ...found(event, () => checkPosition(event, before)),
      ...found(event, () => checkRevision(event, revisions.get(stream) ?? 'none')),
    ]
    if (leaf !== undefined && leaf !== leafDigits(event, stream, revision)) {
      findings.push({ stream, revision, position, column: 'leaf', reason: 'its leaf hash is not that of its columns' })
    }
    if (findings.length > 0) ids.pass(stream)
    const reason = ids.whyOther(event)
    if (reason !== undefined) findings.push({ stream, revision, position, column: 'id', reason })
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
        if (place !== undefined) ids.pass(place.stream)
        before = toPosition(position)
        findings.push({ position: before, ...place, ...wrongOf(error) })
      }
    }
    return { events, findings }
  }

  const stretch = (after: number, upTo: number): Examined => {
    let page: Page
    try {
      page = reads.eventsUpTo(toPosition(after), toPosition(upTo))
    } catch (error) {
      wrongOf(error)
      return oneByOne(after, upTo)
    }
    const digits = leaves(after, upTo - after)
    return { events: page, findings: page.flatMap((event) => examinedEvent(event, digits.get(event.position))) }
  }

  let end: Position = ORIGIN
  const unreadable: StoreFinding[] = []
  try {
    end = reads.highestPosition()
  } catch (error) {
    unreadable.push(wrongOf(error))
  }
  let done = 0
  return {
    /** The last position that there is when it begins. */
    end,
    /** To be asked for each of `stretchesTo(end)`; again where it throws. */
    next: (upTo: number): ExaminedStretch => {
      if (done === end)
        return { upTo, isLast: true, events: [], findings: [...unreadable, ...misfits(database, layout)] }
      const examined = stretch(done, upTo)
      done = upTo
      return { upTo, isLast: false, ...examined }
    },
  }
}

/** For who has the file and nothing that reads it. */
export const examinationIn = (file: ReadsOf) => examination({ ...file, reads: prepareReads(file) })

/** So far each stretch of positions goes; behind the last one comes what SQLite finds, likewise up to the end. */
export function* stretchesTo(end: Position): Generator<number> {
  for (let upTo = AT_ONCE; upTo < end; upTo += AT_ONCE) yield upTo
  if (end > ORIGIN) yield end
  yield end
}

/** By position, where the rows have any. */
const leavesIn = (database: Database, { events, checked }: Layout) => {
  if (!checked) return () => new Map<number, string>()
  const digits = database.prepare<[number, number], readonly [number, string]>(
    `SELECT position, hex(leaf) FROM ${events} WHERE position > ? AND position <= ?`,
  )
  return (after: number, count: number): ReadonlyMap<number, string> => new Map(digits.all(after, after + count))
}

/** What SQLite itself finds, and what it does not know: how its tables were made. */
const misfits = (database: Database, layout: Layout): ReadonlyArray<StoreFinding> => {
  const said = database.prepare<[], readonly [Cell]>(`PRAGMA integrity_check(${MOST_OF_INDEXES})`)
  try {
    const lines = said.all().flatMap(([text]) => `${text}`.split('\n'))
    const found = lines.filter((line) => line !== 'ok' && !line.startsWith('*** in database')).map(misfit)
    return [...found, ...otherThanMade(database, layout)]
  } catch (error) {
    return [wrongOf(error)]
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
    return [{ stream, revision, position, ...wrongOf(error) }]
  }
}

/** @throws what is no damage */
const wrongOf = (error: unknown): Wrong => {
  if (!isDamage(error)) throw error
  return wrongIn(damageOf(error))
}
