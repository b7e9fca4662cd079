/** How an event of a registered model changes the registry. */
import type { EventOf } from '../../domain/events/catalogue.js'
import { collectionPath } from '../../domain/values/references.js'
import { type ProjectedEvent, unfolded } from '../projection.js'
import { interned } from '../storage/dictionary.js'
import { setFrom } from '../storage/timeline.js'
import { beginLife, endLife, linkVersion, setAlias, setArchived, setTags, unlinkVersion } from './changes.js'
import type { ModelEntry, Registry } from './state.js'

export const foldedOfModel = [
  'RegisteredModelCreated',
  'VersionLinked',
  'VersionUnlinked',
  'RegisteredModelDescribed',
  'RegisteredModelTagged',
  'RegisteredModelUntagged',
  'RegisteredModelArchived',
  'RegisteredModelUnarchived',
  'RegisteredModelDeleted',
  'AliasMoved',
  'AliasRemoved',
] as const
type Folded = (typeof foldedOfModel)[number]

export const applyToModel = (
  registry: Registry,
  model: ModelEntry,
  projected: ProjectedEvent<EventOf<Folded>>,
): void => {
  const { event, position } = projected
  switch (event.type) {
    case 'RegisteredModelCreated':
      // The first began the entry.
      if (position !== model.created) beginLife(registry, model, event, projected)
      return
    case 'RegisteredModelDeleted':
      endLife(registry, model, position)
      return
    case 'VersionLinked': {
      const { manifest, version: number } = event
      const { version, ...artifact } = event.source
      const known = registry.collections.get(collectionPath(artifact))
      const link = {
        number,
        position,
        actor: interned(registry.versions.words, projected.actor),
        manifest,
        source: { artifact: known?.kind === 'artifact' ? known.ref : artifact, version },
      }
      linkVersion(registry, model, link)
      return
    }
    case 'VersionUnlinked':
      unlinkVersion(registry, model, event.version, position)
      return
    case 'RegisteredModelDescribed':
      if (event.description !== undefined) setFrom(model.description, position, event.description.to)
      if (event.metadata !== undefined) setFrom(model.metadata, position, event.metadata.to)
      return
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      setTags(registry, model, position, event.to)
      return
    case 'RegisteredModelArchived':
    case 'RegisteredModelUnarchived':
      setArchived(model, position, event.type === 'RegisteredModelArchived')
      return
    case 'AliasMoved':
      setAlias(model, event.alias, position, event.to)
      return
    case 'AliasRemoved':
      setAlias(model, event.alias, position, null)
      return
    default:
      unfolded(event)
  }
}
