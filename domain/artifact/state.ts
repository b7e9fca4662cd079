/** What of an artifact's history its decisions need. What is said of a version is read where a decision needs it. */

import { type AliasState, aliasesOf, evolveAliases } from '../collections/aliases.js'
import type { ArchiveState } from '../collections/archiving.js'
import type { LifeState } from '../collections/lives.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { addKey, emptyKeyTable, type KeyTable } from '../values/key-table.js'
import { type VersionNumber, versionNumberAt } from '../values/names.js'
import { type RunRef, runPath } from '../values/references.js'
import type { ArtifactEvent } from './events.js'
import {
  addProducer,
  addVersion,
  isLiveVersion,
  noVersions,
  setAllDeleted,
  setDeleted,
  setSaid,
  setTags,
  type VersionColumns,
} from './version-columns.js'

export interface ArtifactState extends AliasState, ArchiveState, LifeState {
  description: string | null
  tags: ReadonlyArray<string>
  readonly versions: VersionColumns
  /** The newest version that is not deleted. */
  newestLive: VersionNumber | null
  /** The aliases of a version that was just deleted: they are removed in the same step. */
  left: Set<string>
  /** The version of each sealed draft, by `draftKey`. */
  readonly distributed: KeyTable
}

export const initial = (): ArtifactState => ({
  artifactType: null,
  description: null,
  tags: [],
  versions: noVersions(),
  newestLive: null,
  archived: null,
  deleted: null,
  aliases: new Map(),
  removedAliases: new Map(),
  left: new Set(),
  distributed: emptyKeyTable(),
})

export const producer = (run: RunRef | undefined): string => (run === undefined ? '' : runPath(run))

export const draftKey = ({ distributedId, generation }: { distributedId: string; generation: number }): string =>
  `${generation}/${distributedId}`

/** The newest live version, where that is another than the base of a draft. */
export const newerThan = (
  base: VersionNumber,
  { newestLive }: ReadonlyState<ArtifactState>,
): { readonly newest?: VersionNumber } => (newestLive === null || newestLive === base ? {} : { newest: newestLive })

/** From the newest that was, downwards. */
const newestLiveOf = ({ versions, newestLive }: ArtifactState): VersionNumber | null => {
  for (let number = newestLive ?? -1; number >= 0; number--) {
    if (isLiveVersion(versions, number)) return versionNumberAt(number)
  }
  return null
}

export const evolve = (
  state: ArtifactState,
  event: ArtifactEvent,
  recorded: RecordedBy,
  revision: number,
): ArtifactState => {
  switch (event.type) {
    case 'ArtifactCreated':
      state.artifactType = event.artifactType
      state.deleted = null
      state.description = event.description ?? null
      return state
    case 'ArtifactDescribed':
      state.description = event.description.to
      return state
    case 'ArtifactTagged':
    case 'ArtifactUntagged':
      state.tags = event.to
      return state
    case 'ArtifactArchived':
      state.archived = recorded
      return state
    case 'ArtifactUnarchived':
      state.archived = null
      return state
    case 'ArtifactVersionLogged':
      addVersion(state.versions, event.version, {
        manifest: event.manifest,
        said: {
          description: event.description === undefined ? null : revision,
          metadata: event.metadata === undefined ? null : revision,
        },
        tags: event.tags ?? [],
      })
      addProducer(state.versions, event.version, producer(event.run?.ref))
      state.newestLive = event.version
      if (event.distributed !== undefined) addKey(state.distributed, draftKey(event.distributed), event.version)
      return state
    case 'ArtifactVersionRelogged':
      addProducer(state.versions, event.version, producer(event.run?.ref))
      if (event.distributed !== undefined) addKey(state.distributed, draftKey(event.distributed), event.version)
      return state
    case 'ArtifactVersionDescribed':
      setSaid(state.versions, event.version, {
        ...(event.description === undefined ? {} : { description: event.description.to === null ? null : revision }),
        ...(event.metadata === undefined ? {} : { metadata: event.metadata.to === null ? null : revision }),
      })
      return state
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged':
      setTags(state.versions, event.version, event.to)
      return state
    case 'ArtifactVersionDeleted':
      setDeleted(state.versions, event.version, recorded)
      state.left = new Set(aliasesOf(event.version)(state.aliases))
      state.newestLive = newestLiveOf(state)
      return state
    case 'ArtifactDeleted':
      setAllDeleted(state.versions, recorded)
      state.artifactType = null
      state.description = null
      state.tags = []
      state.newestLive = null
      state.archived = null
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
