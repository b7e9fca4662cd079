/** What has happened in a run. */
import * as t from 'io-ts'
import { dictionary, nullable, oneOf, record } from '../values/codec.js'
import { GroupName, RunOutcome } from '../values/names.js'
import { LinkRef, VersionRef } from '../values/references.js'
import { Config } from './commands.js'
import { Metric, MetricName, Metrics } from './metrics.js'

export const RunStarted = record(
  'RunStarted',
  { type: oneOf('RunStarted') },
  { group: GroupName, config: Config, jobType: t.string },
)
export type RunStarted = t.TypeOf<typeof RunStarted>

/** Metrics that changed: their values before (`null`: none) and after. */
export const RunSummarised = record('RunSummarised', {
  type: oneOf('RunSummarised'),
  from: dictionary('metrics before, null where there was none', MetricName, nullable(Metric), 1000),
  to: Metrics,
})
export type RunSummarised = t.TypeOf<typeof RunSummarised>

export const ArtifactVersionUsed = record(
  'ArtifactVersionUsed',
  { type: oneOf('ArtifactVersionUsed'), version: VersionRef },
  {
    /** The registered version through which it was reached. */
    through: LinkRef,
    /** Present and true where the run was finished before: late logging. */
    late: t.literal(true),
  },
)
export type ArtifactVersionUsed = t.TypeOf<typeof ArtifactVersionUsed>

export const RunFinished = record('RunFinished', { type: oneOf('RunFinished'), outcome: RunOutcome })
export type RunFinished = t.TypeOf<typeof RunFinished>

export const runEvents = { RunStarted, RunSummarised, ArtifactVersionUsed, RunFinished }
export type RunEvent = t.TypeOf<(typeof runEvents)[keyof typeof runEvents]>
