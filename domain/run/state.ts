/** What of a run's history its decisions need. */

import type { ReadonlyState, RecordedBy } from '../values/decider.js'
import { type VersionRef, versionPath } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'
import type { ArtifactVersionUsed, RunEvent, RunStarted } from './events.js'

export interface RunState {
  started: RunStarted | null
  startedAt: RecordedBy | null
  readonly metrics: Map<string, number | string | boolean>
  /** What was used, by `useKey`. */
  readonly used: Set<string>
  /** Their numbers, each in its own collection: what an answer names. */
  readonly usedNumbers: Set<number>
  finished: (RecordedBy & { readonly outcome: string }) | null
}

export const initial = (): RunState => ({
  started: null,
  startedAt: null,
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
      state.started = event
      state.startedAt = recorded
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

/** What other streams need to know of a run; `null` if it was never started. */
export const runFact = ({ started, finished }: ReadonlyState<RunState>): RunFact | null =>
  started === null ? null : { group: started.group ?? null, finished: finished !== null }
