/** What of a registered model's history its decisions need. */

import { type AliasState, aliasesOf, evolveAliases } from '../collections/aliases.js'
import type { ArchiveState } from '../collections/archiving.js'
import { saidAfter } from '../collections/descriptions.js'
import type { LifeState } from '../collections/lives.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import type { JsonObject } from '../values/json.js'
import type { VersionNumber } from '../values/names.js'
import { type VersionRef, versionPath } from '../values/references.js'
import type { RegisteredModelEvent } from './events.js'

export interface LinkState {
  readonly source: VersionRef
  unlinked?: RecordedBy
  /** It went with its registered model. */
  deleted?: RecordedBy
}

/** Whether it was neither taken away nor deleted with its registered model. */
export const isStanding = ({ unlinked, deleted }: ReadonlyState<LinkState>): boolean =>
  unlinked === undefined && deleted === undefined

export interface RegisteredModelState extends AliasState, ArchiveState, LifeState {
  description: string | null
  metadata: JsonObject | null
  /** Who said them and when. */
  metadataBy: RecordedBy | null
  tags: ReadonlyArray<string>
  /** By number; a link keeps its place when it is taken away. */
  readonly links: LinkState[]
  /** The present link of each source version, by its path. */
  readonly linkBySource: Map<string, VersionNumber>
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
  links: [],
  linkBySource: new Map(),
  aliases: new Map(),
  removedAliases: new Map(),
  left: new Set(),
})

export const sourceKey = (source: VersionRef): string => versionPath(source, source.version)

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
      state.links[event.version] = { source: event.source }
      state.linkBySource.set(sourceKey(event.source), event.version)
      return state
    case 'VersionUnlinked': {
      const link = state.links[event.version]
      if (link !== undefined) link.unlinked = recorded
      state.linkBySource.delete(sourceKey(event.source))
      state.left = new Set(aliasesOf(event.version)(state.aliases))
      return state
    }
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
      for (const link of state.links) if (isStanding(link)) link.deleted = recorded
      Object.assign(state, {
        artifactType: null,
        description: null,
        metadata: null,
        metadataBy: null,
        tags: [],
        archived: null,
      })
      state.deleted = recorded
      state.linkBySource.clear()
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
