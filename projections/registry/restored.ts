/** What a snapshot of the registry leaves out, for it follows from the rest. */
import { addPosition } from '../storage/position-list.js'
import { endOfSource, noteLink } from './changes.js'
import { addKin } from './places.js'
import { NONE } from './snapshot-values.js'
import {
  type CollectionEntry,
  type Life,
  type LinkEntry,
  lifeOf,
  type ModelEntry,
  type Registry,
  type TypeEntry,
} from './state.js'

/** When artifacts and registered models of a type came and went; those that had several lives are among each of their types. */
export const restoreLives = ({ artifacts, models }: Registry): void => {
  const entries: ReadonlyArray<CollectionEntry> = [...artifacts, ...models]
  for (const entry of entries) for (const { kin } of entry.lives.slice(1)) addKin(kin, entry)
  const lives = entries.flatMap((entry) => entry.lives)
  for (const { kin, created } of lives.toSorted((one, other) => one.created - other.created))
    addPosition(kin.createdAt, created)
  const ended = lives.flatMap(({ kin, deleted }) => (deleted === undefined ? [] : [{ kin, deleted }]))
  for (const { kin, deleted } of ended.sort((one, other) => one.deleted - other.deleted))
    addPosition(kin.deletedAt, deleted)
}

/** Among which it ever was archived. */
export const noteArchived = (entry: CollectionEntry): void => {
  for (const since of entry.archived.values)
    if (since !== null) entry.lives.findLast(({ created }) => created <= since)?.kin.everArchived.add(entry)
}

/** Which row is which version of which artifact. */
export const restoreLive = ({ artifacts, versions: { count, columns } }: Registry): void => {
  for (let row = 0; row < count; row++) {
    const artifact = artifacts[columns.artifact[row] ?? NONE]
    if (artifact === undefined) throw new RangeError('no such artifact')
    const number = columns.number[row] ?? NONE
    artifact.versions[number] = row
    const position = columns.position[row] ?? NONE
    artifact.addedAt.push(position)
    addPosition(lifeOf(artifact, number).kin.addedAt, position)
    if (!artifact.ended.has(number)) artifact.liveNumbers.push(number)
  }
}

/** The links of versions, in the order in which they were made. */
export const connectLinks = (registry: Registry): void => {
  const links: Array<{ readonly model: ModelEntry; readonly link: LinkEntry }> = []
  for (const model of registry.collections.values()) {
    if (model.kind === 'model') model.versions.forEach((link) => void links.push({ model, link }))
  }
  links.sort((one, other) => one.link.position - other.link.position)
  for (const { model, link } of links) {
    addPosition(lifeOf(model, link.number).kin.addedAt, link.position)
    noteLink(registry, model, link)
    const gone = goneAt(registry, model, link)
    if (gone === Infinity) model.liveNumbers.push(link.number)
    else model.endedAt.push(gone)
  }
  for (const model of new Set(links.map(({ model }) => model))) model.endedAt.sort((one, other) => one - other)
}

/** Where a link was taken away or lost its source, whichever came first. */
const goneAt = (registry: Registry, { ended }: ModelEntry, link: LinkEntry): number =>
  Math.min(ended.get(link.number) ?? Infinity, Math.max(link.position, endOfSource(registry, link) ?? Infinity))

/** Where versions were deleted, or links were gone, of all of a type together. */
export const countEnded = (registry: Registry): void => {
  const endedIn = new Map<TypeEntry, number[]>()
  const note = ({ kin }: Life, position: number): void => {
    const known = endedIn.get(kin)
    if (known === undefined) endedIn.set(kin, [position])
    else known.push(position)
  }
  for (const artifact of registry.artifacts)
    for (const [number, position] of artifact.ended) note(lifeOf(artifact, number), position)
  for (const model of registry.models)
    model.versions.forEach((link) => {
      const gone = goneAt(registry, model, link)
      if (gone !== Infinity) note(lifeOf(model, link.number), gone)
    })
  for (const [{ endedAt }, positions] of endedIn)
    for (const position of positions.sort((one, other) => one - other)) addPosition(endedAt, position)
}
