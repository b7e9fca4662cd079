/** The events of a page that came as columns. */
import { type StoredEvent, toPosition, toRevision } from '../../domain/ports/event-store.js'
import { type PageColumns, WIDTH } from './page-columns.js'
import type { Page } from './reads.js'

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
