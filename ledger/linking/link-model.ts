/** Logging and linking in one go. */
import * as E from 'fp-ts/lib/Either.js'
import type { FactReader } from '../../application/command-handling/facts.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { ArtifactRef, ModelRef, RunRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, run } from '../calling/send-command.js'
import type { Contents } from '../files/contents.js'
import { described, log, type VersionReceipt, versionReceipt } from '../logging/log.js'
import { linkCommand } from './link.js'

export interface LinkModelMethods {
  /** Logs content and links it, in one go. The aliases go to the link. */
  linkModel: (given: args.LinkModel) => Promise<VersionReceipt & { readonly source: VersionReceipt }>
}

export const linkModelMethods = ({ sender, names }: Calling, { store }: Contents): LinkModelMethods => ({
  linkModel: async (given) => {
    const { aliases, ...input } = await sender.checked(inputs.LinkModel, given)
    const circumstances = sender.identified(input)
    const run = await names.maybeRun(input.run)
    const model = await names.modelNamed(input.to)
    const artifact = await names.artifactNamed(input.name ?? nameFor(run, model))
    const command = {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: await typeFor(names.facts, artifact, model, input.type),
      ...described(input),
      ...omitUndefined({ run }),
    } as const
    const source = await log(sender, command, () => store(input.content, input.onProgress), circumstances)
    const version = { collection: artifact, version: source.version }
    const linked = await sender.give(linkCommand(version, model, { aliases }), circumstances)
    return { ...(await versionReceipt(model, linked)), source }
  },
})

/**
 * What is logged has the type of its artifact; a new one that of the registered model, which accepts any where it is new
 * itself. So a call that was cut off between its two commands gives the first of them again as it was.
 */
const typeFor = async (
  facts: FactReader,
  artifact: ArtifactRef,
  model: ModelRef,
  told: string | undefined,
): Promise<string> => {
  const accepted = await run(facts.model(model, ({ artifactType }) => artifactType))
  const own = await run(facts.artifact(artifact, ({ artifactType }) => artifactType))
  const offered = told ?? own ?? accepted ?? 'model'
  return accepted === null || accepted === offered
    ? offered
    : now(E.left({ _tag: 'type-mismatch', collection: model, accepted, offered }))
}

/** As W&B names what a run links without a name: after the run. Outside a run, after the model. */
const nameFor = (run: RunRef | undefined, { name }: ModelRef): string =>
  (run === undefined ? name : `run-${run.run}-${name}`).replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)
