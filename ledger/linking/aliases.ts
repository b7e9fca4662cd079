/** The aliases of artifacts and registered models. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { MoveAlias, RemoveAlias } from '../../domain/collections/alias-commands.js'
import { nameAlone, type VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now, wrong } from '../calling/send-command.js'

export interface AliasMethods {
  /** Points an alias of an artifact or a registered model to a version; or several in one step. */
  moveAlias: (given: args.MoveAlias) => Promise<Receipt>
  /** Takes an alias of an artifact or a registered model away. */
  removeAlias: (given: args.RemoveAlias) => Promise<Receipt>
}

export const aliasMethods = ({ sender, names }: Calling): AliasMethods => ({
  moveAlias: async (given) => {
    const input = await sender.checked(inputs.MoveAlias, given)
    const { alias, expect, commandId } = input
    const commandOf = ({ collection, version }: VersionPath): MoveAlias => ({
      type: 'MoveAlias',
      collection,
      version,
      alias,
      ...omitUndefined({ expect }),
    })
    return sender.give(await names.commandNaming(input.version, { commandId, commandOf }), input)
  },

  removeAlias: async (given) => {
    const input = await sender.checked(inputs.RemoveAlias, given)
    const { name, alias, expect, commandId } = input
    if (name.includes(':')) return now(E.left(wrong('name', nameAlone(name), name)))
    const commandOf = ({ collection }: VersionPath): RemoveAlias => ({
      type: 'RemoveAlias',
      collection,
      alias,
      ...omitUndefined({ expect }),
    })
    return sender.give(await names.commandNaming(name, { commandId, commandOf }), input)
  },
})
