/** What can be asked of a run: the work that makes versions and uses them. */
import type * as t from 'io-ts'
import { type CommandIn, define, gather, noFacts, type WithFacts } from '../command-definition.js'
import { jsonObject, record, text } from '../values/codec.js'
import { hasLength } from '../values/length.js'
import { GroupName, RunOutcome, VersionChoice } from '../values/names.js'
import { CollectionRef, RunRef } from '../values/references.js'
import { Metrics } from './metrics.js'

export const Config = jsonObject('a configuration: a JSON object of at most 1,000 members', 1000)

const ofRun = ({ run }: { readonly run: RunRef }) => ({ category: 'run', run }) as const

export const StartRun = define('StartRun', {
  of: ofRun,
  members: { run: RunRef },
  optional: {
    group: GroupName,
    config: Config,
    jobType: text('a job type: 1 to 128 code points', (value) => hasLength(value, 1, 128)),
  },
  facts: noFacts,
})
export type StartRun = t.TypeOf<typeof StartRun>

/** Sets metrics of the run's summary; those that are not named stay. */
export const SummariseRun = define('SummariseRun', {
  of: ofRun,
  members: { run: RunRef, metrics: Metrics },
  optional: {},
  facts: noFacts,
})
export type SummariseRun = t.TypeOf<typeof SummariseRun>

/** Records that the run used a version: its input lineage. A registered version is recorded with its source. */
export const UseArtifactVersion = define('UseArtifactVersion', {
  of: ofRun,
  members: {
    run: RunRef,
    used: record('the version used {collection, version}', { collection: CollectionRef, version: VersionChoice }),
  },
  optional: {},
  facts: ({ used }, read) => gather({ usedFact: read.source(used) }),
})
export type UseArtifactVersion = t.TypeOf<typeof UseArtifactVersion>

export const FinishRun = define('FinishRun', {
  of: ofRun,
  members: { run: RunRef },
  optional: { outcome: RunOutcome },
  facts: noFacts,
})
export type FinishRun = t.TypeOf<typeof FinishRun>

export const runCommands = { StartRun, SummariseRun, UseArtifactVersion, FinishRun }
export type RunCommand = CommandIn<typeof runCommands>
export type RunCommandWithFacts = WithFacts<typeof runCommands>
