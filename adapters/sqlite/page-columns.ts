/** A page of events as columns: so it costs least to give it to another thread. */
import { type StoredEvent, toPosition, toRevision } from '../../domain/ports/event-store.js'
import type { Page } from './reads.js'

export interface PageColumns {
  /** Of each event its position and revision, and which of the names are its stream and type and which of the metadata its own. */
  readonly numbers: Float64Array
  readonly ids: ReadonlyArray<string>
  readonly data: ReadonlyArray<string>
  /** Neighbours that have the same share it, as most events of a command do. */
  readonly metadata: ReadonlyArray<string>
  /** Of streams and types, of which a page has few. */
  readonly names: ReadonlyArray<string>
}

const WIDTH = 5

export const columnsOf = (page: Page): PageColumns => {
  const numbers = new Float64Array(page.length * WIDTH)
  const [ids, data, metadata]: [string[], string[], string[]] = [[], [], []]
  const numberOf = new Map<string, number>()
  const nameOf = (name: string): number => {
    const known = numberOf.get(name)
    if (known !== undefined) return known
    numberOf.set(name, numberOf.size)
    return numberOf.size - 1
  }
  let at = 0
  for (const event of page) {
    if (event.metadata !== metadata[metadata.length - 1]) metadata.push(event.metadata)
    ids.push(event.id)
    data.push(event.data)
    numbers[at++] = event.position
    numbers[at++] = event.revision
    numbers[at++] = nameOf(event.stream)
    numbers[at++] = nameOf(event.type)
    numbers[at++] = metadata.length - 1
  }
  return { numbers, ids, data, metadata, names: [...numberOf.keys()] }
}

export const pageOfColumns = ({ numbers, ids, data, metadata, names }: PageColumns): Page =>
  ids.map((id, row): StoredEvent => {
    const at = row * WIDTH
    return {
      stream: cell(names, cell(numbers, at + 2)),
      revision: toRevision(cell(numbers, at + 1)),
      position: toPosition(cell(numbers, at)),
      id,
      type: cell(names, cell(numbers, at + 3)),
      data: cell(data, row),
      metadata: cell(metadata, cell(numbers, at + 4)),
    }
  })

const cell = <A>(column: ArrayLike<A>, at: number): A => {
  const value = column[at]
  if (value === undefined) throw new RangeError(`a column of ${column.length} cells has none at ${at}`)
  return value
}
