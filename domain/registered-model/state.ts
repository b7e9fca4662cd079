/** What of a registered model's history its decisions need. */

import { type AliasState, aliasesOf, evolveAliases } from '../collections/aliases.js'
import type { ArchiveState } from '../collections/archiving.js'
import { saidAfter } from '../collections/descriptions.js'
import type { LifeState } from '../collections/lives.js'
import type { RecordedBy } from '../values/decider.js'
import type { JsonObject } from '../values/json.js'
import type { RegisteredModelEvent } from './events.js'
import { addLink, type LinkColumns, noLinks, setAllDeleted, setUnlinked } from './link-columns.js'

export interface RegisteredModelState extends AliasState, ArchiveState, LifeState {
  description: string | null
  metadata: JsonObject | null
  /** Who said them and when. */
  metadataBy: RecordedBy | null
  tags: ReadonlyArray<string>
  readonly links: LinkColumns
  /** The aliases of a link that was just taken away: they are removed in the same step. */
  left: Set<string>
}

export const initial = (): RegisteredModelState => ({
  artifactType: null,
  description: null,
  metadata: null,
  metadataBy: null,
  tags: [],
  archived: null,
  deleted: null,
  links: noLinks(),
  aliases: new Map(),
  removedAliases: new Map(),
  left: new Set(),
})

export const evolve = (
  state: RegisteredModelState,
  event: RegisteredModelEvent,
  recorded: RecordedBy,
): RegisteredModelState => {
  switch (event.type) {
    case 'RegisteredModelCreated':
      state.artifactType = event.artifactType
      state.deleted = null
      state.description = event.description ?? null
      return state
    case 'VersionLinked':
      addLink(state.links, event.version, event.source)
      return state
    case 'VersionUnlinked':
      setUnlinked(state.links, event.version, recorded)
      state.left = new Set(aliasesOf(event.version)(state.aliases))
      return state
    case 'RegisteredModelDescribed':
      if (event.metadata !== undefined) state.metadataBy = event.metadata.to === null ? null : recorded
      return Object.assign(state, saidAfter(event, state))
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      state.tags = event.to
      return state
    case 'RegisteredModelArchived':
      state.archived = recorded
      return state
    case 'RegisteredModelUnarchived':
      state.archived = null
      return state
    case 'RegisteredModelDeleted':
      setAllDeleted(state.links, recorded)
      Object.assign(state, {
        artifactType: null,
        description: null,
        metadata: null,
        metadataBy: null,
        tags: [],
        archived: null,
      })
      state.deleted = recorded
      state.aliases.clear()
      state.removedAliases.clear()
      return state
    case 'AliasMoved':
    case 'AliasRemoved':
      evolveAliases(state, event, recorded)
      if (event.type === 'AliasRemoved') state.left.delete(event.alias)
      return state
  }
}
