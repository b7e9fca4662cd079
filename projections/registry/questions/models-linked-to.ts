/** Where links are to be looked for: the registered models that ever linked a version of an artifact, or any of its versions. */
import { type ArtifactRef, collectionPath, type ModelRef } from '../../../domain/values/references.js'
import type { ModelEntry, Registry } from '../state.js'

export const modelsLinkedTo = (
  { collections, links }: Registry,
  artifact: ArtifactRef,
  version?: number,
): ReadonlyArray<ModelRef> => {
  const entry = collections.get(collectionPath(artifact))
  if (entry?.kind !== 'artifact') return []
  const rows = version === undefined ? entry.versions : [entry.versions[version] ?? []].flat()
  const models = new Set<ModelEntry>()
  // A number whose event is of a type from the future has no row.
  rows.forEach((row) => {
    for (const { model } of links.get(row) ?? []) models.add(model)
  })
  return [...models].map(({ ref }) => ref)
}
