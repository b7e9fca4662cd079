/** Logging and linking in one go. */
import * as E from 'fp-ts/lib/Either.js'
import type { FactReader } from '../../application/command-handling/facts.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { ModelRef, RunRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, run } from '../calling/send-command.js'
import type { Contents } from '../files/contents.js'
import { holdingStreams } from '../files/given-streams.js'
import { described, log, type VersionReceipt } from '../logging/log.js'
import { link } from './link.js'

export interface LinkModelMethods {
  /** Logs content and links it, in one go. The aliases go to the link. */
  linkModel: (given: args.LinkModel) => Promise<VersionReceipt & { readonly source: VersionReceipt }>
}

export const linkModelMethods = ({ sender, names }: Calling, { store }: Contents): LinkModelMethods => ({
  linkModel: holdingStreams(async (given) => {
    const { aliases, ...input } = await sender.checked(inputs.LinkModel, given)
    const circumstances = sender.identified(input)
    const run = await names.maybeRun(input.run)
    const model = await names.modelNamed(input.to)
    const command = {
      type: 'LogArtifactVersion',
      artifact: await names.artifactNamed(input.name ?? nameFor(run, model)),
      artifactType: await typeFor(names.facts, model, input.type),
      ...described(input),
      ...omitUndefined({ run }),
    } as const
    const source = await log(sender, command, () => store(input.content, input.onProgress), circumstances)
    const version = { collection: command.artifact, version: source.version }
    return { ...(await link(sender, version, model, { ...circumstances, ...omitUndefined({ aliases }) })), source }
  }),
})

/** What is logged to be linked has the type that the registered model accepts; a new one accepts any. */
const typeFor = async (facts: FactReader, model: ModelRef, told: string | undefined): Promise<string> => {
  const accepted = (await run(facts.model(model, ({ artifactType }) => artifactType))) ?? told ?? 'model'
  const offered = told ?? accepted
  return accepted === offered ? offered : now(E.left({ _tag: 'type-mismatch', collection: model, accepted, offered }))
}

/** As W&B names what a run links without a name: after the run. Outside a run, after the model. */
const nameFor = (run: RunRef | undefined, { name }: ModelRef): string =>
  (run === undefined ? name : `run-${run.run}-${name}`).replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)
