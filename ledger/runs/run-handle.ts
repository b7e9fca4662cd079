/** One run in hand: the methods of a ledger that name a run, with this run named. */

import type { Receipt } from '../../application/command-handling/receipt.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { EnvelopeFields, LogDraft, Stopping } from '../calling/input.js'
import { guarded } from '../calling/own.js'
import type { CommitReceipt, DistributedMethods } from '../distributing/distributed.js'
import { type UseModel, UseModelOptions } from '../files/download.js'
import type { UsedModel } from '../files/use-model.js'
import type { LinkModelMethods } from '../linking/link-model.js'
import type { Draft, DraftMethods } from '../logging/draft.js'
import type { LogMethods, VersionReceipt } from '../logging/log.js'
import type { RunMethods } from './runs.js'

type WithoutRun<T> = Omit<T, 'run'>

export interface Run {
  /** `entity/project/run` */
  readonly path: string
  /** Records the use of a version; answers its path with its number. */
  readonly useArtifact: (version: string, envelopeFields?: args.EnvelopeFields) => Promise<string>
  /**
   * Records the use of a version, and answers where its files are on this machine: the path of the file, of a version of
   * one file, else that of a folder. They are in a cache that processes share, or in a directory `to` that is named.
   */
  readonly useModel: (version: string, options?: Omit<UseModel, 'version' | 'run'>) => Promise<string>
  /** Stores content and logs it as the next version; the run is its producer. */
  readonly logArtifact: (given: WithoutRun<args.LogArtifact>) => Promise<VersionReceipt>
  /** Records the use of a version and gives a draft from it, which the run logs unless told. */
  readonly newDraft: (version: string, options?: args.Stoppable) => Promise<Draft>
  /** Logs content and links it, in one go. The aliases go to the link. */
  readonly linkModel: (
    given: WithoutRun<args.LinkModel>,
  ) => Promise<VersionReceipt & { readonly source: VersionReceipt }>
  /** Adds the run's part to a distributed version, which the run's group names unless told. */
  readonly upsertDistributed: (
    given: WithoutRun<args.UpsertDistributed>,
  ) => Promise<Receipt & { readonly generation: number }>
  /** Seals a distributed version, which the run's group names unless told, and logs it. */
  readonly commitDistributed: (given: WithoutRun<args.CommitDistributed>) => Promise<CommitReceipt>
  /** Sets metrics of the run's summary; those that are not named stay. */
  readonly summarise: (metrics: args.SummariseRun['metrics'], envelopeFields?: args.EnvelopeFields) => Promise<Receipt>
  /** Records how the run ended; `finished` unless told. */
  readonly finish: (outcome?: args.FinishRun['outcome'], envelopeFields?: args.EnvelopeFields) => Promise<Receipt>
}

/** The methods of a ledger that a run in hand uses. */
type MethodsOfRuns = LogMethods &
  DraftMethods &
  LinkModelMethods &
  DistributedMethods &
  RunMethods & { readonly useModel: (given: UseModel) => Promise<UsedModel> }

export const runHandle = (writes: MethodsOfRuns, run: string): Run =>
  guarded<Run>({
    path: run,
    useArtifact: async (version, envelopeFields = {}) =>
      (await writes.useArtifact({ ...(await checked(EnvelopeFields, envelopeFields)), run, version })).version,
    useModel: async (version, options = {}) =>
      (await writes.useModel({ ...(await checked(UseModelOptions, options)), run, version })).path,
    logArtifact: (given) => writes.logArtifact({ ...given, run }),
    newDraft: async (version, options = {}) => {
      const stopping = await checked(Stopping, options)
      const used = await writes.useArtifact({ run, version, ...stopping })
      const draft = await writes.newDraft(used.version, stopping)
      return guarded<Draft>({
        ...draft,
        log: async (options = {}) => draft.log({ run, ...(await checked(LogDraft, options)) }),
      })
    },
    linkModel: (given) => writes.linkModel({ ...given, run }),
    upsertDistributed: (given) => writes.upsertDistributed({ ...given, run }),
    commitDistributed: (given) => writes.commitDistributed({ ...given, run }),
    summarise: async (metrics, envelopeFields = {}) =>
      writes.summariseRun({ ...(await checked(EnvelopeFields, envelopeFields)), run, metrics }),
    finish: async (outcome = 'finished', envelopeFields = {}) =>
      writes.finishRun({ ...(await checked(EnvelopeFields, envelopeFields)), run, outcome }),
  })
