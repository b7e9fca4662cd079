/** What a run allows, and what follows from it. */
import { run as aggregate } from '../../../domain/commands/deciders.js'
import type { Metrics } from '../../../domain/run/metrics.js'
import { manifestOf, model, run, versionOf } from '../../support/domain-samples.js'
import { recordedAt, specify } from '../../support/domain-specification.js'

const rule = specify(aggregate)

const started = { type: 'RunStarted' } as const
const finished = { type: 'RunFinished', outcome: 'finished' } as const
const start = { type: 'StartRun', run } as const
const summarise = (metrics: Metrics) => ({ type: 'SummariseRun', run, metrics }) as const
const through = { model, version: 2 }
const fact = (version: number) => ({
  source: versionOf(version),
  artifactType: 'model',
  manifest: manifestOf(`content ${version}`),
})
const use = (version: number) =>
  ({
    type: 'UseArtifactVersion',
    run,
    used: { collection: versionOf(version), version },
    usedFact: fact(version),
  }) as const
const finish = { type: 'FinishRun', run } as const

export const runDecisions = [
  rule('a run starts').given().when(start).thenRecords(started),
  rule('a run starts with group, configuration and job type')
    .given()
    .when({ ...start, group: 'g', config: { lr: 0.1 }, jobType: 'train' })
    .thenRecords({ ...started, group: 'g', config: { lr: 0.1 }, jobType: 'train' }),
  rule('starting it again the same way changes nothing')
    .given({ ...started, config: { a: 1, b: 2 } })
    .when({ ...start, config: { b: 2, a: 1 } })
    .thenNothingHappens(),
  rule('starting it again in another way is refused')
    .given(started)
    .when({ ...start, group: 'g' })
    .thenRejected({ _tag: 'run-already-started', run, started: recordedAt(0) }),

  rule('metrics are recorded with what they were before')
    .given(started, { type: 'RunSummarised', from: { loss: null }, to: { loss: 1 } })
    .when(summarise({ loss: 0.5, ok: true, note: 'fine' }))
    .thenRecords({
      type: 'RunSummarised',
      from: { loss: 1, ok: null, note: null },
      to: { loss: 0.5, ok: true, note: 'fine' },
    }),
  rule('only metrics that changed are recorded')
    .given(started, { type: 'RunSummarised', from: { a: null, b: null }, to: { a: 1, b: 2 } })
    .when(summarise({ a: 1, b: 3, constructor: 1 }))
    .thenRecords({ type: 'RunSummarised', from: { b: 2, constructor: null }, to: { b: 3, constructor: 1 } }),
  rule('metrics that did not change are no news')
    .given(started, { type: 'RunSummarised', from: { a: null }, to: { a: 1 } })
    .when(summarise({ a: 1 }))
    .thenNothingHappens(),
  rule('numbers that JSON does not have are recorded in words, and are the same as themselves')
    .given(started, {
      type: 'RunSummarised',
      from: { loss: null, zero: null },
      to: { loss: { $numberDouble: 'NaN' }, zero: 0 },
    })
    .when(summarise({ loss: { $numberDouble: 'NaN' }, zero: { $numberDouble: '-0.0' } }))
    .thenRecords({ type: 'RunSummarised', from: { zero: 0 }, to: { zero: { $numberDouble: '-0.0' } } }),
  rule('metrics of an unknown run are refused')
    .given()
    .when(summarise({ a: 1 }))
    .thenRejected({ _tag: 'run-not-found', run }),

  rule('a version that a run uses is its input')
    .given(started)
    .when(use(3))
    .thenRecords({
      type: 'ArtifactVersionUsed',
      version: versionOf(3),
    }),
  rule('a registered version is recorded with its source')
    .given(started)
    .when({ ...use(3), usedFact: { ...fact(3), through } })
    .thenRecords({ type: 'ArtifactVersionUsed', version: versionOf(3), through }),
  rule('using it again is no news')
    .given(started, { type: 'ArtifactVersionUsed', version: versionOf(3), through })
    .when({ ...use(3), usedFact: { ...fact(3), through } })
    .thenNothingHappens({ version: 2 }),
  rule('using it by another way is news')
    .given(started, { type: 'ArtifactVersionUsed', version: versionOf(3), through })
    .when(use(3))
    .thenRecords({ type: 'ArtifactVersionUsed', version: versionOf(3) }),
  rule('a finished run may still use a version, and the event says so')
    .given(started, finished)
    .when(use(3))
    .thenRecords({ type: 'ArtifactVersionUsed', version: versionOf(3), late: true }),
  rule('an unknown run uses nothing').given().when(use(3)).thenRejected({ _tag: 'run-not-found', run }),

  rule('a run finishes').given(started).when(finish).thenRecords(finished),
  rule('a run may finish badly')
    .given(started)
    .when({ ...finish, outcome: 'crashed' })
    .thenRecords({ ...finished, outcome: 'crashed' }),
  rule('finishing it again changes nothing').given(started, finished).when(finish).thenNothingHappens(),
  rule('it does not finish twice in different ways')
    .given(started, finished)
    .when({ ...finish, outcome: 'failed' })
    .thenRejected({ _tag: 'run-already-finished', run, finished: { outcome: 'finished', ...recordedAt(1) } }),
  rule('an unknown run does not finish').given().when(finish).thenRejected({ _tag: 'run-not-found', run }),
]
