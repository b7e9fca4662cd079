/** Which version a path means, and which aliases there are, by the stream of what is named. */
import type { AliasState } from '../../domain/collections/aliases.js'
import type { ReadonlyState } from '../../domain/values/decider.js'
import type { VersionNumber } from '../../domain/values/names.js'
import { isModel, versionPath } from '../../domain/values/references.js'
import type { Stoppable } from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import * as inputs from '../calling/input.js'
import { linkOf, type NameResolver, numberOf } from '../calling/resolve-names.js'
import { run } from '../calling/send-command.js'

export interface LocateMethods {
  /**
   * The version that a path means now, by its number, and the source of a link. Asked of its own stream alone,
   * so it costs nothing that the rest of the ledger holds.
   */
  locate: (
    version: string,
    options?: Stoppable,
  ) => Promise<{ readonly path: string; readonly version: VersionNumber; readonly source: string | null }>
  /** The aliases that versions of an artifact or a registered model hold now; none of one that is not there. */
  aliases: (collection: string, options?: Stoppable) => Promise<ReadonlyArray<string>>
}

export const locateMethods = ({ facts, versionNamed }: NameResolver): LocateMethods => ({
  locate: async (version) => {
    const { collection, version: choice } = await versionNamed(await checked(inputs.VersionText, version))
    const number = await numberOf(facts, { collection, version: choice })
    const link = isModel(collection) ? await linkOf(facts, collection, number) : undefined
    const source = link === undefined ? null : versionPath(link.source, link.source.version)
    return { path: versionPath(collection, number), version: number, source }
  },
  aliases: async (name) => {
    const { collection } = await versionNamed(await checked(inputs.VersionText, name))
    const namesIn = ({ aliases }: ReadonlyState<AliasState>) => [...aliases.keys()]
    return run(isModel(collection) ? facts.model(collection, namesIn) : facts.artifact(collection, namesIn))
  },
})
