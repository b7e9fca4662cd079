/** What of an artifact's history its decisions need. What is said of a version is read where a decision needs it. */
import { type AliasState, aliasesOf, evolveAliases } from '../collections/aliases.js'
import type { SaidAt } from '../ports/facts.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import type { Digest } from '../values/digest.js'
import type { ManifestSummary } from '../values/manifest/manifest.js'
import { type VersionNumber, versionNumberAt } from '../values/names.js'
import { type RunRef, runPath } from '../values/references.js'
import type { ArtifactEvent } from './events.js'

export interface VersionState {
  readonly manifest: ManifestSummary
  readonly said: { -readonly [Part in keyof SaidAt]: SaidAt[Part] }
  tags: ReadonlyArray<string>
  /** The runs that logged it, by path; `''` stands for outside any run. */
  readonly producers: [string, ...string[]]
  deleted?: RecordedBy
}

export interface ArtifactState extends AliasState {
  artifactType: string | null
  description: string | null
  tags: ReadonlyArray<string>
  /** By number; a version keeps its place when it is deleted. */
  readonly versions: VersionState[]
  /** The live version of each content. */
  readonly liveByDigest: Map<Digest, VersionNumber>
  /** The newest version that is not deleted. */
  newestLive: VersionNumber | null
  /** The aliases of a version that was just deleted: they are removed in the same step. */
  left: Set<string>
  /** The version of each sealed draft, by `draftKey`. */
  readonly distributed: Map<string, VersionNumber>
}

export const initial = (): ArtifactState => ({
  artifactType: null,
  description: null,
  tags: [],
  versions: [],
  liveByDigest: new Map(),
  newestLive: null,
  aliases: new Map(),
  removedAliases: new Map(),
  left: new Set(),
  distributed: new Map(),
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
    if (versions[number]?.deleted === undefined) return versionNumberAt(number)
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
      state.description = event.description ?? null
      return state
    case 'ArtifactDescribed':
      state.description = event.description.to
      return state
    case 'ArtifactTagged':
    case 'ArtifactUntagged':
      state.tags = event.to
      return state
    case 'ArtifactVersionLogged':
      state.versions[event.version] = {
        manifest: event.manifest,
        said: {
          description: event.description === undefined ? null : revision,
          metadata: event.metadata === undefined ? null : revision,
        },
        tags: event.tags ?? [],
        producers: [producer(event.run?.ref)],
      }
      state.liveByDigest.set(event.manifest.digest, event.version)
      state.newestLive = event.version
      if (event.distributed !== undefined) state.distributed.set(draftKey(event.distributed), event.version)
      return state
    case 'ArtifactVersionRelogged': {
      const producers = state.versions[event.version]?.producers
      const path = producer(event.run?.ref)
      if (producers !== undefined && !producers.includes(path)) producers.push(path)
      if (event.distributed !== undefined) state.distributed.set(draftKey(event.distributed), event.version)
      return state
    }
    case 'ArtifactVersionDescribed': {
      const said = state.versions[event.version]?.said
      if (said === undefined) return state
      if (event.description !== undefined) said.description = event.description.to === null ? null : revision
      if (event.metadata !== undefined) said.metadata = event.metadata.to === null ? null : revision
      return state
    }
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged': {
      const version = state.versions[event.version]
      if (version !== undefined) version.tags = event.to
      return state
    }
    case 'ArtifactVersionDeleted': {
      const version = state.versions[event.version]
      if (version !== undefined) version.deleted = recorded
      state.left = new Set(aliasesOf(event.version)(state.aliases))
      state.liveByDigest.delete(event.manifest.digest)
      state.newestLive = newestLiveOf(state)
      return state
    }
    case 'AliasMoved':
    case 'AliasRemoved':
      evolveAliases(state, event, recorded)
      if (event.type === 'AliasRemoved') state.left.delete(event.alias)
      return state
  }
}
