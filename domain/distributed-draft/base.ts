/** The version on which a distributed version builds: settled by the first part that names one, or by the commit. */
import * as E from 'fp-ts/lib/Either.js'
import type { SourceFact } from '../ports/facts.js'
import type { ReadonlyState } from '../values/decider.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import { type ArtifactRef, type CollectionRef, collectionPath, type VersionRef } from '../values/references.js'
import type { DistributedDraftState, SettledBase } from './state.js'

export type BaseRejection =
  | { readonly _tag: 'base-of-another-artifact'; readonly artifact: ArtifactRef; readonly base: VersionRef }
  | {
      readonly _tag: 'base-settled'
      readonly generation: number
      readonly settled: SettledBase
      readonly offered: VersionNumber
    }

/** What a command says of the base. */
interface Naming {
  readonly artifact: ArtifactRef
  readonly base?: { readonly collection: CollectionRef; readonly version: VersionChoice }
}

/** The version that a command would build on: the one that it names, or the one that is settled. */
export const baseMeant = (
  { artifact, base }: Naming,
  state: Pick<ReadonlyState<DistributedDraftState>, 'base'>,
): Naming['base'] => base ?? (state.base === null ? undefined : { collection: artifact, version: state.base.version })

/** The base of the generation once the command is accepted. */
export const settleBase = (
  { artifact, base, baseFact }: Naming & { readonly baseFact: Pick<SourceFact, 'source'> | undefined },
  { base: settled, generation }: Pick<ReadonlyState<DistributedDraftState>, 'base' | 'generation'>,
): E.Either<BaseRejection, VersionNumber | undefined> => {
  if (base === undefined || baseFact === undefined) return E.right(settled?.version)
  const { source } = baseFact
  if (collectionPath(source) !== collectionPath(artifact)) {
    return E.left({ _tag: 'base-of-another-artifact', artifact, base: source })
  }
  return settled === null || settled.version === source.version
    ? E.right(source.version)
    : E.left({ _tag: 'base-settled', generation, settled, offered: source.version })
}
