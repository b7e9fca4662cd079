/** What an artifact's events are held to: more than decisions keep at hand, for what one says of before must be what was. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { NOTHING_SAID, saidAfter } from '../collections/descriptions.js'
import type { Said } from '../ports/facts.js'
import type { Decider, ReadonlyState } from '../values/decider.js'
import { type Digest, sha256 } from '../values/digest.js'
import { canonicalJson, type JsonObject, sameJson } from '../values/json.js'
import type { ArtifactEvent } from './events.js'
import { type ArtifactState, evolve, initial } from './state.js'

export interface ArtifactHistory extends ArtifactState {
  /** What is said of each version, by its number. */
  readonly said: Said[]
  /** From which number on its versions are of which type: a name may have several lives. */
  readonly types: Array<{ readonly from: number; readonly artifactType: string }>
  /** The version that a sealed draft has just been logged as: it gets its aliases in the same step. */
  ofSeal: number | null
  /** Digests of what was said of a version before, where that was changed: a draft may have taken it over. */
  readonly saidBefore: Map<number, Set<Digest>>
}

/** The type of a version, in whichever life of its name. */
export const typeOf = ({ types }: ReadonlyState<ArtifactHistory>, version: number): string | null =>
  types.findLast(({ from }) => from <= version)?.artifactType ?? null

/** What is said of its version after an event. */
export const saidBy = (event: ArtifactEvent, before: Said = NOTHING_SAID): Said => {
  switch (event.type) {
    case 'ArtifactVersionLogged':
      return { description: event.description ?? null, metadata: event.metadata ?? null }
    case 'ArtifactVersionDescribed':
      return saidAfter(event, before)
    default:
      return before
  }
}

export const history: Pick<Decider<ArtifactHistory, never, ArtifactEvent, never>, 'initial' | 'evolve'> = {
  initial: () => ({ ...initial(), said: [], saidBefore: new Map(), types: [], ofSeal: null }),
  evolve: (state, event, recorded, revision) => {
    evolve(state, event, recorded, revision)
    if (event.type === 'ArtifactCreated')
      state.types.push({ from: state.versions.length, artifactType: event.artifactType })
    if ('distributed' in event && event.distributed !== undefined) state.ofSeal = event.version
    else if (event.type !== 'AliasMoved') state.ofSeal = null
    if (!('version' in event)) return state
    const before = state.said[event.version]
    if (event.type === 'ArtifactVersionDescribed' && before !== undefined) {
      if (event.description !== undefined) noteSaid(state, event.version, before.description)
      if (event.metadata !== undefined) noteSaid(state, event.version, before.metadata)
    }
    state.said[event.version] = saidBy(event, before)
    return state
  },
}

const digestOfSaid = (said: string | JsonObject): Digest =>
  sha256(
    pipe(
      canonicalJson(said),
      E.getOrElse(() => ''),
    ),
  )

const noteSaid = ({ saidBefore }: ArtifactHistory, version: number, said: string | JsonObject | null): void => {
  if (said === null) return
  const digests = saidBefore.get(version) ?? new Set()
  saidBefore.set(version, digests.add(digestOfSaid(said)))
}

/** What is said of a version, if there is one. */
export const saidOf =
  ({ said }: ReadonlyState<ArtifactHistory>) =>
  (version: number): Said | undefined =>
    said[version]

/** Whether this is said of a version, or was before. */
export const hasSaid =
  ({ said, saidBefore }: ReadonlyState<ArtifactHistory>) =>
  (version: number, what: string | JsonObject): boolean =>
    sameJson(what, typeof what === 'string' ? said[version]?.description : said[version]?.metadata) ||
    saidBefore.get(version)?.has(digestOfSaid(what)) === true
