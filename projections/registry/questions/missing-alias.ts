/** An alias that was not there. */
import { type MissingAlias, missingAlias } from '../../../domain/collections/missing-alias.js'
import { versionNumberAt } from '../../../domain/values/names.js'
import { countUpTo } from '../../storage/timeline.js'
import type { CollectionEntry } from '../state.js'
import { lifeAt, momentAt, type RegistryAsOf, valueAt } from './as-of.js'
import type { RemovedThen } from './errors.js'

/** What is said of an alias that was not there. */
export const missingThen = (
  registryAsOf: RegistryAsOf,
  collection: CollectionEntry,
  alias: string,
): MissingAlias<RemovedThen> => {
  const { aliases } = collection
  const { positions = [], values = [] } = aliases.get(alias) ?? {}
  // It was put there before it was taken away.
  const last = countUpTo(positions, registryAsOf.position) - 1
  const [position, version] = [positions[last], values[last - 1]]
  const moment = position === undefined ? undefined : momentAt(registryAsOf, position)
  const removed =
    moment === undefined ||
    version === undefined ||
    version === null ||
    // In a life before it was another alias.
    moment.position < lifeAt(registryAsOf, collection).created
      ? null
      : { version: versionNumberAt(version), at: moment.time, position: moment.position }
  const present = [...aliases.values()].filter((entry) => (valueAt(registryAsOf, entry) ?? null) !== null)
  return missingAlias(
    alias,
    removed,
    present.map(({ name }) => name),
  )
}
