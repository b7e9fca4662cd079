/** What of a run's history its decisions need. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { type Digest, sha256 } from '../values/digest.js'
import { canonicalJson } from '../values/json.js'
import { type VersionRef, versionPath } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'
import type { ArtifactVersionUsed, RunEvent, RunStarted } from './events.js'
import type { RecordedMetric } from './metrics.js'

export interface RunState {
  /** With which group, and the digest of all that was said of it: a configuration may be large. */
  started: (RecordedBy & { readonly group: string | null; readonly digest: Digest | null }) | null
  readonly metrics: Map<string, RecordedMetric>
  /** What was used, by `useKey`. */
  readonly used: Set<string>
  /** Their numbers, each in its own collection: what an answer names. */
  readonly usedNumbers: Set<number>
  finished: (RecordedBy & { readonly outcome: string }) | null
}

export const initial = (): RunState => ({
  started: null,
  metrics: new Map(),
  used: new Set(),
  usedNumbers: new Set(),
  finished: null,
})

export const useKey = (version: VersionRef, through: ArtifactVersionUsed['through']): string =>
  `${versionPath(version, version.version)} ${through === undefined ? '' : versionPath(through.model, through.version)}`

export const evolve = (state: RunState, event: RunEvent, recorded: RecordedBy): RunState => {
  switch (event.type) {
    case 'RunStarted':
      state.started = { ...recorded, group: event.group ?? null, digest: digestOf(event) }
      return state
    case 'RunSummarised':
      for (const [name, value] of Object.entries(event.to)) state.metrics.set(name, value)
      return state
    case 'ArtifactVersionUsed':
      state.used.add(useKey(event.version, event.through))
      state.usedNumbers.add((event.through ?? event.version).version)
      return state
    case 'RunFinished':
      state.finished = { ...recorded, outcome: event.outcome }
      return state
  }
}

/** Of what was said when a run was started; two that are equal said the same. */
export const digestOf = (event: RunStarted): Digest | null =>
  pipe(
    canonicalJson(event),
    E.match(() => null, sha256),
  )

/** What other streams need to know of a run; `null` if it was never started. */
export const runFact = ({ started, finished }: ReadonlyState<RunState>): RunFact | null =>
  started === null ? null : { group: started.group, finished: finished !== null }
