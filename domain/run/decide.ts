/** What a run allows, and what follows from it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { about, type Decision, type ReadonlyState, type RecordedBy } from '../values/decider.js'
import type { RunRef } from '../values/references.js'
import type { FinishRun, RunCommandWithFacts, StartRun, SummariseRun } from './commands.js'
import type { RunEvent } from './events.js'
import { sameMetric } from './metrics.js'
import { digestOf, type RunState, useKey } from './state.js'

type State = ReadonlyState<RunState>

export type RunRejection =
  | { readonly _tag: 'run-not-found'; readonly run: RunRef }
  | { readonly _tag: 'run-already-started'; readonly run: RunRef; readonly started: RecordedBy }
  | {
      readonly _tag: 'run-already-finished'
      readonly run: RunRef
      readonly finished: RecordedBy & { readonly outcome: string }
    }

type Events = E.Either<RunRejection, ReadonlyArray<RunEvent>>

export const decide =
  (command: RunCommandWithFacts) =>
  (state: State): E.Either<RunRejection, Decision<RunEvent>> => {
    if (command.type === 'StartRun') return pipe(start(command, state), about({}))
    if (state.started === null) return E.left({ _tag: 'run-not-found', run: command.run })
    switch (command.type) {
      case 'SummariseRun':
        return pipe(E.right(summarise(command, state)), about({}))
      case 'UseArtifactVersion': {
        const { source: version, through } = command.usedFact
        const used: RunEvent = {
          type: 'ArtifactVersionUsed',
          version,
          ...(through === undefined ? {} : { through }),
          ...(state.finished === null ? {} : { late: true as const }),
        }
        const events = state.used.has(useKey(version, through)) ? [] : [used]
        return E.right({ events, answer: { version: (through ?? version).version } })
      }
      case 'FinishRun':
        return pipe(finish(command, state), about({}))
    }
  }

const start = ({ run, group, config, jobType }: StartRun, state: State): Events => {
  const event: RunEvent = {
    type: 'RunStarted',
    ...(group === undefined ? {} : { group }),
    ...(config === undefined ? {} : { config }),
    ...(jobType === undefined ? {} : { jobType }),
  }
  if (state.started === null) return E.right([event])
  const { by, at, digest } = state.started
  return digest !== null && digest === digestOf(event)
    ? E.right([])
    : E.left({ _tag: 'run-already-started', run, started: { by, at } })
}

const summarise = ({ metrics }: SummariseRun, state: State): ReadonlyArray<RunEvent> => {
  const changed = Object.entries(metrics).filter(([name, value]) => !sameMetric(state.metrics.get(name), value))
  if (changed.length === 0) return []
  return [
    {
      type: 'RunSummarised',
      from: Object.fromEntries(changed.map(([name]) => [name, state.metrics.get(name) ?? null])),
      to: Object.fromEntries(changed),
    },
  ]
}

const finish = ({ run, outcome = 'finished' }: FinishRun, { finished }: State): Events =>
  pipe(
    finished === null
      ? E.right<RunRejection, ReadonlyArray<RunEvent>>([{ type: 'RunFinished', outcome }])
      : finished.outcome === outcome
        ? E.right([])
        : E.left({ _tag: 'run-already-finished', run, finished }),
  )
