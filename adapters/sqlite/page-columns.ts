/** A page of events as columns: so it costs least to give it to another thread. */
import type { WholeRow } from './row-lines.js'

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

export const WIDTH = 5

export const columnsOf = (page: ReadonlyArray<WholeRow>): PageColumns => {
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
