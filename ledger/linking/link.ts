/** Linking: a version gets a number in a registered model, and loses it. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { LinkToRegistry, UnlinkFromRegistry } from '../../domain/registered-model/commands.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { isModel, type ModelRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, wrong } from '../calling/send-command.js'
import { type VersionReceipt, versionReceipt } from '../logging/log.js'
import { notedSharing } from '../logging/shared-name.js'

/** The command that links a version to a registered model. */
export const linkCommand = (
  source: VersionPath,
  model: ModelRef,
  { aliases, expect }: { readonly [Member in 'aliases' | 'expect']?: LinkToRegistry[Member] | undefined },
): LinkToRegistry => ({ type: 'LinkToRegistry', model, source, ...omitUndefined({ aliases, expect }) })

export interface LinkMethods {
  /** Links a version to a registered model, which the first link makes; the same version keeps its number. */
  link: (given: args.Link) => Promise<VersionReceipt>
  /** Takes a link, named in full, and its aliases away; the source stays. */
  unlink: (given: args.Unlink) => Promise<Receipt>
}

export const linkMethods = ({ sender, names }: Calling): LinkMethods => ({
  link: async (given) => {
    const input = await sender.checked(inputs.Link, given)
    const { version, to, commandId, aliases, expect } = input
    const model = await names.modelNamed(to)
    const commandOf = (source: VersionPath) => linkCommand(source, model, { aliases, expect })
    const command = await names.commandNaming(version, { commandId, commandOf })
    const linked = await versionReceipt(model, await sender.give(command, input))
    return { ...linked, ...(await notedSharing(names, model, linked)) }
  },

  unlink: async (given) => {
    const input = await sender.checked(inputs.Unlink, given)
    const { expect, commandId } = input
    const commandOf = ({ collection: model, version }: VersionPath): UnlinkFromRegistry | undefined =>
      isModel(model) ? { type: 'UnlinkFromRegistry', model, version, ...omitUndefined({ expect }) } : undefined
    const command = await names.commandNamingInFull(input.version, { commandId, commandOf })
    return command === undefined
      ? now(E.left(wrong('version', 'a registered version (deleteVersion deletes others)', input.version)))
      : sender.give(command, input)
  },
})
