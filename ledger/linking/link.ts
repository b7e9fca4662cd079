/** Linking: a version gets a number in a registered model, and loses it. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { LinkToRegistry } from '../../domain/registered-model/commands.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { isModel, type ModelRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { type CommandSender, now, type Told, wrong } from '../calling/send-command.js'
import { type VersionReceipt, versionReceipt } from '../logging/log.js'

export const link = async (
  { give }: CommandSender,
  source: VersionPath,
  model: ModelRef,
  { aliases, expect, ...circumstances }: Told & Pick<LinkToRegistry, 'aliases' | 'expect'>,
): Promise<VersionReceipt> =>
  versionReceipt(
    model,
    await give({ type: 'LinkToRegistry', model, source, ...omitUndefined({ aliases, expect }) }, circumstances),
  )

export interface LinkMethods {
  /** Links a version to a registered model, which the first link makes; the same version keeps its number. */
  link: (given: args.Link) => Promise<VersionReceipt>
  /** Takes a link, named in full, and its aliases away; the source stays. */
  unlink: (given: args.Unlink) => Promise<Receipt>
}

export const linkMethods = ({ sender, names }: Calling): LinkMethods => ({
  link: async (given) => {
    const { version, to, ...rest } = await sender.checked(inputs.Link, given)
    return link(sender, await names.versionNamed(version), await names.modelNamed(to), rest)
  },

  unlink: async (given) => {
    const input = await sender.checked(inputs.Unlink, given)
    const { expect } = input
    const { collection: model, version } = await names.versionNamedInFull(input.version)
    if (!isModel(model)) {
      return now(E.left(wrong('version', 'a registered version (deleteVersion deletes others)', input.version)))
    }
    return sender.give({ type: 'UnlinkFromRegistry', model, version, ...omitUndefined({ expect }) }, input)
  },
})
