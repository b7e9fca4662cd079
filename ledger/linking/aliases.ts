/** The aliases of artifacts and registered models. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { MoveAlias, RemoveAlias } from '../../domain/collections/alias-commands.js'
import { nameAlone, type VersionPath } from '../../domain/values/name-paths.js'
import type { VersionNumber } from '../../domain/values/names.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { versionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { answered, now, wrong } from '../calling/send-command.js'

/** The receipt of an alias that was moved, or is there already. */
export interface AliasReceipt extends Receipt {
  /** Of the version to which it points: `entity/project/name:vN` */
  readonly path: string
  readonly version: VersionNumber
}

export interface AliasMethods {
  /** Points an alias of an artifact or a registered model to a version; or several in one step. */
  moveAlias: (given: args.MoveAlias) => Promise<AliasReceipt>
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
    const command = await names.commandNaming(input.version, { commandId, commandOf })
    const receipt = await sender.give(command, input)
    const version = await answered(receipt, 'version')
    return { ...receipt, path: versionPath(command.collection, version), version }
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
