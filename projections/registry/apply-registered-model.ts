/** How an event of a registered model changes the registry. */
import { collectionPath } from '../../domain/values/references.js'
import type { ProjectedEvent } from '../projection.js'
import { interned } from '../storage/dictionary.js'
import { setFrom } from '../storage/timeline.js'
import { addVersionTo, endVersion, noteLink, setAlias } from './changes.js'
import type { ModelEntry, Registry } from './state.js'

export const applyToModel = (registry: Registry, model: ModelEntry, seen: ProjectedEvent): void => {
  const { event, position } = seen
  switch (event.type) {
    case 'VersionLinked': {
      const { manifest, version: number } = event
      const { version, ...artifact } = event.source
      const known = registry.collections.get(collectionPath(artifact))
      const link = {
        number,
        position,
        actor: interned(registry.versions.words, seen.actor),
        manifest,
        source: { artifact: known?.kind === 'artifact' ? known.ref : artifact, version },
      }
      addVersionTo(model, number, position, link)
      noteLink(registry, model, link)
      return
    }
    case 'VersionUnlinked':
      endVersion(model, event.version, position)
      return
    case 'RegisteredModelDescribed':
      setFrom(model.description, position, event.to)
      return
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      setFrom(model.tags, position, event.to)
      return
    case 'AliasMoved':
      setAlias(model, event.alias, position, event.to)
      return
    case 'AliasRemoved':
      setAlias(model, event.alias, position, null)
      return
  }
}
