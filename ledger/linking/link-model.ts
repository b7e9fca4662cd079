/** Logging and linking in one go. */
import { nameToLog, nameToLogBefore, typeToLog } from '../../domain/registered-model/link-model.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { ArtifactRef, ModelRef, RunRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, run } from '../calling/send-command.js'
import type { Contents } from '../files/contents.js'
import { described, log, type VersionReceipt, versionReceipt } from '../logging/log.js'
import { notedSharing } from '../logging/shared-name.js'
import { linkCommand } from './link.js'

export interface LinkModelMethods {
  /** Logs content and links it, in one go. The aliases go to the link. */
  linkModel: (given: args.LinkModel) => Promise<VersionReceipt & { readonly source: VersionReceipt }>
}

export const linkModelMethods = ({ sender, names }: Calling, { store, nameOf }: Contents): LinkModelMethods => ({
  linkModel: async (given) => {
    const { aliases, ...input } = await sender.checked(inputs.LinkModel, given)
    const envelopeFields = sender.identified(input)
    const run = await names.maybeRun(input.run)
    const model = await names.modelNamed(input.to)
    const artifact = await artifactFor({ sender, names }, nameOf, input, run, model)
    const command = {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: await typeFor({ sender, names }, artifact, model, input),
      ...described(input),
      ...omitUndefined({ run }),
    } as const
    const source = await log(sender, command, () => store(input.content, input), envelopeFields)
    const version = { collection: artifact, version: source.version }
    // What is logged gets its link: only a crash comes in between.
    const linked = await sender.give(linkCommand(version, model, { aliases }), { ...envelopeFields, signal: undefined })
    return { ...(await versionReceipt(model, linked)), ...(await notedSharing(names, model, linked)), source }
  },
})

/**
 * Under which name the content is logged. A command that was given before under a name of then goes on there: it may
 * have been cut off between its log and its link.
 */
const artifactFor = async (
  { sender, names }: Calling,
  nameOf: Contents['nameOf'],
  { name, content, commandId }: Named,
  by: RunRef | undefined,
  model: ModelRef,
): Promise<ArtifactRef> => {
  if (name !== undefined) return names.artifactNamed(name)
  if (commandId !== undefined) {
    const artifact = await names.artifactNamed(nameToLogBefore(by, model))
    const anyCommand = { type: 'CreateArtifact', artifact, artifactType: 'model' } as const
    if ((await run(sender.handler.recordedUnder(commandId, anyCommand))) !== 'none') return artifact
  }
  return names.artifactNamed(nameToLog(by, nameOf(content), model))
}

interface Named {
  readonly name?: string
  readonly content: ReadonlyArray<args.ContentItem>
  readonly commandId?: string
}

const typeFor = async (
  { sender, names: { facts } }: Calling,
  artifact: ArtifactRef,
  model: ModelRef,
  { type: told, commandId }: { readonly type?: string; readonly commandId?: string },
): Promise<string> => {
  const anyCommand = { type: 'CreateRegisteredModel', model, artifactType: 'model' } as const
  // What was linked under this id is linked, whatever type another life of the registered model accepts.
  const isLinked =
    commandId !== undefined && (await run(sender.handler.recordedUnder(commandId, anyCommand))) !== 'none'
  const accepted = isLinked ? null : await run(facts.model(model, ({ artifactType }) => artifactType))
  // What was logged under this id is logged, whatever type another life of the artifact has.
  const before = commandId === undefined ? undefined : await run(sender.handler.typeUnder(commandId, artifact))
  const own = before ?? (await run(facts.artifact(artifact, ({ artifactType }) => artifactType)))
  return now(typeToLog(model, { told, own, accepted }))
}
