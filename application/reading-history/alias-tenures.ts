/**
 * The history of aliases as tenures: who held an alias, from when to when, put there by whom and why, and what it
 * replaced. Timelines say which tenures there were, so that a page costs no more the longer the history is; the events
 * that began and ended those of the page are read from the store.
 */

import * as E from 'fp-ts/lib/Either.js'
import { damagedEvent, eventDamaged } from '../../domain/events/damaged-event.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { type EventReader, EventStoreError, ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { type CollectionRef, collectionPath, versionPath } from '../../domain/values/references.js'
import type { AuditIndex } from '../../projections/audit/audit-index.js'
import type { AliasChange, AliasTenure } from '../../projections/audit/tenure.js'
import type { BadCursor } from '../../projections/paging/cursor.js'
import { type Onwards, type Page, type Paging, pageOf, pageStart, questionOf } from '../../projections/paging/page.js'
import { endOfSource } from '../../projections/registry/changes.js'
import type { AliasEntry, CollectionEntry, LinkEntry, Registry } from '../../projections/registry/state.js'
import { merged } from '../../projections/storage/merge.js'
import { type PositionTimes, timeOfEvent } from '../../projections/storage/position-times.js'
import { countUpTo } from '../../projections/storage/timeline.js'
import { eventsAt } from './events-of.js'

export interface TenureQuery extends Paging {
  /** One alias; all unless told. */
  readonly alias?: string
  /** Tenures that went on behind this position. */
  readonly after?: number
  /** Tenures that had begun by this position. */
  readonly until?: number
}

/** Where the aliases of a collection pointed, and how the events are had that moved them. */
export interface AliasMoves {
  readonly collection: CollectionEntry | undefined
  /** The events at positions of its stream, in order. */
  readonly eventsAt: (positions: ReadonlyArray<number>) => Promise<ReadonlyArray<StoredEvent>>
  /** The position at which the source of a link was deleted, if it ever was. */
  readonly endOfSource: (link: LinkEntry) => Promise<number | undefined>
  readonly positionTimes: PositionTimes
}

/** As the read models know them. */
export const movesInRegistry = (
  {
    store,
    registry,
    index,
    positionTimes,
  }: Pick<AliasMoves, 'positionTimes'> & {
    readonly store: EventReader
    readonly registry: Registry
    readonly index: AuditIndex
  },
  collection: CollectionRef,
): AliasMoves => ({
  positionTimes,
  collection: registry.collections.get(collectionPath(collection)),
  eventsAt: (positions) => eventsAt(store, index, positions),
  endOfSource: async (link) => endOfSource(registry, link),
})

/**
 * A page of the tenures of one alias of a collection, or of all its aliases, as of a position, by when they began. Rejects
 * with an `EventStoreError` where the store cannot be read or an event is damaged.
 */
export const aliasHistory = async (
  { collection, eventsAt, endOfSource, positionTimes }: AliasMoves,
  query: TenureQuery,
  position: number,
): Promise<E.Either<BadCursor, Page<AliasTenure>>> => {
  const { limit, cursor, ...wanted } = query
  const start = pageStart(questionOf('tenures', { of: collection?.path, ...wanted }), { limit, cursor }, position)
  if (E.isLeft(start)) return start
  if (collection === undefined) return E.right({ items: [] })
  const { items, ...more } = pageOf(start.right, tenuresIn(collection, wanted, start.right.moment), (tenure) => tenure)
  const positions = new Set(items.flatMap(({ from, until }) => (until === null ? [from] : [from, until])))
  const changes = new Map<number, AliasChange>()
  for (const stored of await eventsAt([...positions].sort((one, other) => one - other)))
    changes.set(stored.position, changeOf(stored, positionTimes))
  const changeAt = (at: number): AliasChange => {
    const change = changes.get(at)
    if (change === undefined) throw new EventStoreError('damaged', `there is no event at position ${at} any more`)
    return change
  }
  const tenures: AliasTenure[] = []
  for (const { from, until, ...tenure } of items) {
    const link = collection.kind === 'model' ? collection.versions[tenure.version] : undefined
    const end = link === undefined ? undefined : await endOfSource(link)
    tenures.push({
      ...tenure,
      source: link === undefined ? null : versionPath(link.source.artifact, link.source.version),
      sourceDeleted: end !== undefined && end <= start.right.moment,
      from: changeAt(from),
      until: until === null ? null : changeAt(until),
    })
  }
  return E.right({ items: tenures, ...more })
}

/** A tenure with the positions of its beginning and its end. */
interface Held extends Omit<AliasTenure, 'source' | 'sourceDeleted' | 'from' | 'until'> {
  readonly from: number
  readonly until: number | null
}

/** The place of a tenure is the position of its beginning. */
const tenuresIn = (
  { aliases }: CollectionEntry,
  { alias, after = ORIGIN, until = Infinity }: TenureQuery,
  moment: number,
): Onwards<Held> =>
  function* ([behind] = []) {
    const entries = alias === undefined ? [...aliases.values()] : [aliases.get(alias) ?? []].flat()
    const latest = Math.min(until, moment)
    const lists = entries.map((entry) => tenuresOf(entry, after, behind ?? ORIGIN, latest, moment))
    for (const held of merged(lists, (one, other) => one.from < other.from)) yield [[held.from], held]
  }

/** Those of an alias that went on behind one position, and began behind a second and up to a third; as of a moment. */
function* tenuresOf(
  { name, positions, values }: AliasEntry,
  after: number,
  behind: number,
  latest: number,
  moment: number,
): Generator<Held> {
  for (let at = Math.max(countUpTo(positions, after) - 1, countUpTo(positions, behind)); ; at++) {
    const from = positions[at]
    if (from === undefined || from > latest) return
    const version = values[at] ?? null
    if (version === null) continue
    const next = positions[at + 1] ?? Infinity
    const isHeld = next > moment
    yield {
      alias: name,
      version,
      replaced: values[at - 1] ?? null,
      from,
      until: isHeld ? null : next,
      replacedBy: isHeld ? null : (values[at + 1] ?? null),
    }
  }
}

const changeOf = (stored: StoredEvent, positionTimes: PositionTimes): AliasChange => {
  const decoded = decodeEvent(stored)
  if (E.isLeft(decoded)) {
    const { left } = decoded
    throw damagedEvent(
      left._tag === 'damaged-event' ? left : eventDamaged(stored, `its type ${left.type} is not known here`),
    )
  }
  const { position, metadata } = decoded.right
  return {
    position,
    time: timeOfEvent(positionTimes, position, metadata.recordedAt),
    recordedAt: metadata.recordedAt,
    occurredAt: metadata.occurredAt ?? null,
    actor: metadata.actor,
    onBehalfOf: metadata.onBehalfOf ?? null,
    reason: metadata.reason ?? null,
    commandId: metadata.commandId,
    correlationId: metadata.correlationId ?? null,
  }
}
