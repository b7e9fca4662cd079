/**
 * The index behind the audit: which actor, which type of event and which alias at which position. It says
 * where to look, in 20 bytes an event; who, when and why are then read from the store. Looking through it costs
 * about a millisecond per million events.
 */

import type { EventOf } from '../../domain/events/catalogue.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { isMap } from '../../domain/values/built-ins.js'
import { areColumns, doubles, grownCapacity, ints } from '../../domain/values/columns.js'
import { type EventContext, type ProjectedEvent, readModel, unfolded } from '../projection.js'
import { areTexts, type Dictionary, dictionary, numberOf } from '../storage/dictionary.js'
import type { Order } from './filter.js'

export interface AuditIndex {
  count: number
  columns: {
    readonly position: Float64Array
    readonly actor: Int32Array
    /** Of alias events; `NONE` for others. */
    readonly alias: Int32Array
    readonly type: Int32Array
  }
  /** What the columns name by number. */
  readonly actors: Dictionary
  readonly aliases: Dictionary
  readonly types: Dictionary
  /** A late revision of streams so long that they are not read from their beginning to show their end. */
  readonly heads: Map<string, number>
}

/** Streams up to this many events are read as a whole; others have a head in the index. */
export const SHORT_STREAM = 1000

const NONE = -1

const columnsOf = (rows: number, before?: AuditIndex['columns']): AuditIndex['columns'] => ({
  position: doubles(rows, before?.position),
  actor: ints(rows, before?.actor),
  alias: ints(rows, before?.alias),
  type: ints(rows, before?.type),
})

const initial = (): AuditIndex => ({
  count: 0,
  columns: columnsOf(64),
  actors: dictionary(),
  aliases: dictionary(),
  types: dictionary(),
  heads: new Map(),
})

/** It did happen, whatever it tells, and who and when can be told. */
const note = (index: AuditIndex, { stream, revision, position, actor }: EventContext, type: string): void => {
  const row = index.count++
  if (row === index.columns.position.length) index.columns = columnsOf(grownCapacity(row), index.columns)
  const { columns } = index
  columns.position[row] = position
  columns.actor[row] = numberOf(index.actors, actor)
  columns.alias[row] = NONE
  columns.type[row] = numberOf(index.types, type)
  // Now and then is enough: from a head on, a stream is read to its end.
  if (revision >= SHORT_STREAM && revision % 256 === 0) index.heads.set(stream, revision)
}

const folds = ['AliasMoved', 'AliasRemoved'] as const
type Folded = (typeof folds)[number]

/** What only some events tell, added to what was noted of them. */
const apply = (index: AuditIndex, { event }: ProjectedEvent<EventOf<Folded>>): void => {
  switch (event.type) {
    case 'AliasMoved':
    case 'AliasRemoved':
      index.columns.alias[index.count - 1] = numberOf(index.aliases, event.alias)
      return
    default:
      unfolded(event)
  }
}

export interface IndexFilter {
  readonly actor?: string
  readonly alias?: string
  /** Positions of events that ended the alias and do not name it. */
  readonly endings?: ReadonlySet<number>
  readonly types?: ReadonlyArray<string>
}

/** The rows that match (of all types but `CommandAccepted` unless told), behind one position up to another. */
export function* rowsOf(
  index: AuditIndex,
  { actor, alias, endings, types }: IndexFilter,
  after: number,
  until: number,
  order: Order,
): Generator<number> {
  const [low, high] = [rowsUpTo(index, after), rowsUpTo(index, until)]
  const wantedActor = actor === undefined ? undefined : index.actors.numbers.get(actor)
  const wantedAlias = alias === undefined ? undefined : index.aliases.numbers.get(alias)
  if ((actor !== undefined && wantedActor === undefined) || (alias !== undefined && wantedAlias === undefined)) return
  const wantedTypes = types === undefined ? undefined : new Set(types.map((type) => index.types.numbers.get(type)))
  const accepted = index.types.numbers.get('CommandAccepted')
  const { columns } = index
  for (let step = 0; step < high - low; step++) {
    const row = order === 'ascending' ? low + step : high - 1 - step
    if (wantedActor !== undefined && columns.actor[row] !== wantedActor) continue
    if (
      wantedAlias !== undefined &&
      columns.alias[row] !== wantedAlias &&
      endings?.has(positionOf(index, row)) !== true
    )
      continue
    const type = columns.type[row]
    if (wantedTypes === undefined ? type === accepted : !wantedTypes.has(type)) continue
    yield row
  }
}

/** How many rows are not after a position. */
export const rowsUpTo = ({ count, columns: { position: positions } }: AuditIndex, position: number): number => {
  let low = 0
  let high = count
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((positions[middle] ?? Infinity) <= position) low = middle + 1
    else high = middle
  }
  return low
}

/** The position of a row; `ORIGIN` before the first. */
export const positionOf = ({ columns }: AuditIndex, row: number): number => columns.position[row] ?? ORIGIN

export const auditProjection = readModel<AuditIndex, Folded>({
  name: 'audit',
  version: 2,
  folds,
  initial,
  note,
  apply,
  save: ({ count, columns, actors, aliases, types, heads }) => [
    columnsOf(count, columns),
    ...[actors, aliases, types].map(({ texts }) => [...texts]),
    new Map(heads),
  ],
  load: ([columns, actors, aliases, types, heads]) => {
    if (!areColumns(columns, columnsOf(0)) || !areTexts(actors) || !areTexts(aliases) || !areTexts(types))
      return undefined
    if (!isMap(heads)) return undefined
    const count = columns.position.length
    return {
      count,
      columns: columnsOf(grownCapacity(count), columns),
      actors: dictionary(actors),
      aliases: dictionary(aliases),
      types: dictionary(types),
      heads,
    }
  },
})
