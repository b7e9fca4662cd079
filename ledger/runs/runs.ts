/** Runs: started, summarised and finished, and what they use. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { StartRun, UseArtifactVersion } from '../../domain/run/commands.js'
import { nameBasedUuid } from '../../domain/values/digest.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { runPath, versionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { answered } from '../calling/send-command.js'

export interface RunMethods {
  /** Starts a run, with a new id unless told; answers its path. */
  startRun: (given?: args.StartRun) => Promise<Receipt & { readonly run: string }>
  /** Sets metrics of a run's summary; those that are not named stay. */
  summariseRun: (given: args.SummariseRun) => Promise<Receipt>
  /** Records that a run uses a version; answers the version that was meant, by its number. */
  useArtifact: (given: args.UseArtifact) => Promise<Receipt & { readonly version: string }>
  /** Records how a run ended. */
  finishRun: (given: args.FinishRun) => Promise<Receipt>
}

export const runMethods = ({ sender, names }: Calling): RunMethods => ({
  startRun: async (given = {}) => {
    const input = await sender.checked(inputs.StartRun, given)
    const { group, config, jobType } = input
    // A repetition means the same run.
    const fields = sender.identified(input)
    const started = await names.runNamed(input.run ?? nameBasedUuid('run', fields.commandId))
    const command: StartRun = { type: 'StartRun', run: started, ...omitUndefined({ group, config, jobType }) }
    const receipt = await sender.give(command, fields)
    return { ...receipt, run: runPath(started) }
  },

  summariseRun: async (given) => {
    const input = await sender.checked(inputs.SummariseRun, given)
    return sender.give({ type: 'SummariseRun', run: await names.runNamed(input.run), metrics: input.metrics }, input)
  },

  useArtifact: async (given) => {
    const input = await sender.checked(inputs.UseArtifact, given)
    const run = await names.runNamed(input.run)
    const commandOf = (used: VersionPath): UseArtifactVersion => ({ type: 'UseArtifactVersion', run, used })
    const command = await names.commandNaming(input.version, { commandId: input.commandId, commandOf })
    const receipt = await sender.give(command, input)
    return { ...receipt, version: versionPath(command.used.collection, await answered(receipt, 'version')) }
  },

  finishRun: async (given) => {
    const input = await sender.checked(inputs.FinishRun, given)
    const { outcome } = input
    return sender.give(
      { type: 'FinishRun', run: await names.runNamed(input.run), ...omitUndefined({ outcome }) },
      input,
    )
  },
})
