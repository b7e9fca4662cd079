/** A page of events as columns: so it costs least to give it to another thread. */
import type { EventRevision, Position, StoredEvent } from '../../domain/ports/event-store.js'
import type { Page } from './reads.js'

export interface PageColumns {
  readonly positions: ReadonlyArray<Position>
  readonly revisions: ReadonlyArray<EventRevision>
  readonly ids: ReadonlyArray<string>
  readonly data: ReadonlyArray<string>
  readonly metadata: ReadonlyArray<string>
  /** Names of streams and types, of which a page has few, and which of them each event has. */
  readonly names: ReadonlyArray<string>
  readonly streams: ReadonlyArray<number>
  readonly types: ReadonlyArray<number>
}

export const columnsOf = (page: Page): PageColumns => {
  const numbers = new Map<string, number>()
  const numberOf = (name: string): number => {
    const known = numbers.get(name)
    if (known !== undefined) return known
    numbers.set(name, numbers.size)
    return numbers.size - 1
  }
  return {
    positions: page.map(({ position }) => position),
    revisions: page.map(({ revision }) => revision),
    ids: page.map(({ id }) => id),
    data: page.map(({ data }) => data),
    metadata: page.map(({ metadata }) => metadata),
    streams: page.map(({ stream }) => numberOf(stream)),
    types: page.map(({ type }) => numberOf(type)),
    names: [...numbers.keys()],
  }
}

export const pageOfColumns = (columns: PageColumns): Page => {
  const { positions, revisions, ids, data, metadata, names, streams, types } = columns
  return positions.map(
    (position, row): StoredEvent => ({
      stream: cell(names, cell(streams, row)),
      revision: cell(revisions, row),
      position,
      id: cell(ids, row),
      type: cell(names, cell(types, row)),
      data: cell(data, row),
      metadata: cell(metadata, row),
    }),
  )
}

const cell = <A>(column: ReadonlyArray<A>, row: number): A => {
  const value = column[row]
  if (value === undefined) throw new RangeError(`a page of ${column.length} rows has none at ${row}`)
  return value
}
