/** Whether an event could follow in a run's history. */

import type { Answer } from '../values/answer.js'
import type { ReadonlyState } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible, type Standing } from '../values/impossible.js'
import { isThatValue, linkWasThere, type Past, versionWasThere } from '../values/past.js'
import type { SubjectOf } from '../values/stream-names.js'
import type { RunEvent, RunSummarised } from './events.js'
import { sameMetric } from './metrics.js'
import { type RunState, useKey } from './state.js'

type State = ReadonlyState<RunState>

type Here = Standing<SubjectOf<'run'>, Past>

/** By the rules for events, which hold whatever a command may do today. */
export const admits = (state: State, event: RunEvent, { past }: Here): Admitted => {
  if (state.started === null) {
    return event.type === 'RunStarted' ? admitted : impossible({ _tag: 'not-begun', first: 'RunStarted' })
  }
  switch (event.type) {
    case 'RunStarted':
      return impossible({ _tag: 'begun-before' })
    case 'RunSummarised':
      return admitsMetrics(state, event)
    case 'ArtifactVersionUsed':
      return allAdmit(
        () => (state.used.has(useKey(event.version, event.through)) ? NOTHING_NEW : admitted),
        () => isThatValue('whether the run was finished', event.late ?? false, state.finished !== null),
        () => versionWasThere(event.version, {}, past),
        () => (event.through === undefined ? admitted : linkWasThere(event.through, event.version, past)),
      )
    case 'RunFinished':
      return state.finished === null
        ? admitted
        : impossible({ _tag: 'changes-nothing', of: 'the run, which had ended' })
  }
}

/** A command that changed nothing was about a version that the run used already, or about none. */
export const admitsAnswer = ({ started, usedNumbers }: State, { version, generation }: Answer): Admitted => {
  if (started === null) return impossible({ _tag: 'not-begun', first: 'RunStarted' })
  if (generation !== undefined) return impossible({ _tag: 'not-there', what: 'generation', number: generation })
  return version === undefined || usedNumbers.has(version)
    ? admitted
    : impossible({ _tag: 'not-there', what: 'version', number: version })
}

const NOTHING_NEW = impossible({ _tag: 'changes-nothing', of: 'what the run used' })

/** Metrics that changed, each from what it was. */
const admitsMetrics = ({ metrics }: State, { from, to }: RunSummarised): Admitted => {
  const names = Object.keys(to)
  if (names.length === 0) return impossible({ _tag: 'changes-nothing', of: 'the metrics' })
  return allAdmit(
    () => isThatValue('which metrics changed', Object.keys(from).sort(), [...names].sort()),
    ...names.map((name) => (): Admitted => {
      const was = metrics.get(name) ?? null
      return sameMetric(to[name], was)
        ? impossible({ _tag: 'changes-nothing', of: `the metric "${name}"` })
        : isThatValue(`the metric "${name}" before`, from[name], was)
    }),
  )
}
