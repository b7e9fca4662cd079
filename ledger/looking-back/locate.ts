/** Which version a path means, by the stream of what it names. */
import type { VersionNumber } from '../../domain/values/names.js'
import { isModel, versionPath } from '../../domain/values/references.js'
import type { Stoppable } from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import * as inputs from '../calling/input.js'
import { linkOf, type NameResolver, numberOf } from '../calling/resolve-names.js'

export interface LocateMethods {
  /**
   * The version that a path means now, by its number, and the source of a link. Asked of its own stream alone,
   * so it costs nothing that the rest of the ledger holds.
   */
  locate: (
    version: string,
    options?: Stoppable,
  ) => Promise<{ readonly path: string; readonly version: VersionNumber; readonly source: string | null }>
}

export const locateMethods = ({ facts, versionNamed }: NameResolver): LocateMethods => ({
  locate: async (version) => {
    const { collection, version: choice } = await versionNamed(await checked(inputs.VersionText, version))
    const number = await numberOf(facts, { collection, version: choice })
    const link = isModel(collection) ? await linkOf(facts, collection, number) : undefined
    const source = link === undefined ? null : versionPath(link.source, link.source.version)
    return { path: versionPath(collection, number), version: number, source }
  },
})
