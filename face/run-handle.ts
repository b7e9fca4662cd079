/** One run in hand: the methods of a ledger that name a run, with this run named. */
import type { Receipt } from '../domain/write-shell.js'
import type * as inputs from './input.js'
import type { CommitReceipt, Given, VersionReceipt, Writes } from './writes.js'

type WithoutRun<T> = Omit<T, 'run'>

export interface Run {
  /** `entity/project/run` */
  readonly path: string
  /** Records the use of a version; answers its path with its number. */
  readonly useArtifact: (version: string, circumstances?: inputs.Circumstances) => Promise<string>
  readonly logArtifact: (given: WithoutRun<Given<typeof inputs.LogArtifact>>) => Promise<VersionReceipt>
  readonly linkModel: (
    given: WithoutRun<Given<typeof inputs.LinkModel>>,
  ) => Promise<VersionReceipt & { readonly source: VersionReceipt }>
  readonly upsertDistributed: (
    given: WithoutRun<Given<typeof inputs.UpsertDistributed>>,
  ) => Promise<Receipt & { readonly generation: number }>
  readonly commitDistributed: (given: WithoutRun<Given<typeof inputs.CommitDistributed>>) => Promise<CommitReceipt>
  readonly summarise: (metrics: Given<typeof inputs.SummariseRun>['metrics']) => Promise<Receipt>
  readonly finish: (outcome?: Given<typeof inputs.FinishRun>['outcome']) => Promise<Receipt>
}

export const runHandle = (writes: Writes, run: string): Run => ({
  path: run,
  useArtifact: async (version, circumstances = {}) =>
    (await writes.useArtifact({ ...circumstances, run, version })).version,
  logArtifact: (given) => writes.logArtifact({ ...given, run }),
  linkModel: (given) => writes.linkModel({ ...given, run }),
  upsertDistributed: (given) => writes.upsertDistributed({ ...given, run }),
  commitDistributed: (given) => writes.commitDistributed({ ...given, run }),
  summarise: (metrics) => writes.summariseRun({ run, metrics }),
  finish: (outcome = 'finished') => writes.finishRun({ run, outcome }),
})
