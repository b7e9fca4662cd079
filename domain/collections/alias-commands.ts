/** Moving and removing an alias: the same two commands for artifacts and for registered models. */
import type * as t from 'io-ts'
import { define, noFacts } from '../command-definition.js'
import { Alias, AliasOrAliases, ExpectedHolder, ExpectedHolderOrHolders, VersionChoice } from '../values/names.js'
import { CollectionRef, isModel } from '../values/references.js'
import type { SubjectOf } from '../values/stream-names.js'

const ofCollection = ({
  collection,
}: {
  readonly collection: CollectionRef
}): SubjectOf<'artifact'> | SubjectOf<'model'> =>
  isModel(collection) ? { category: 'model', model: collection } : { category: 'artifact', artifact: collection }

export const MoveAlias = define('MoveAlias', {
  of: ofCollection,
  /** Several aliases move in one step, or none of them. */
  members: { collection: CollectionRef, alias: AliasOrAliases, version: VersionChoice },
  optional: { expect: ExpectedHolderOrHolders },
  facts: noFacts,
})
export type MoveAlias = t.TypeOf<typeof MoveAlias>

export const RemoveAlias = define('RemoveAlias', {
  of: ofCollection,
  members: { collection: CollectionRef, alias: Alias },
  optional: { expect: ExpectedHolder },
  facts: noFacts,
})
export type RemoveAlias = t.TypeOf<typeof RemoveAlias>

export const aliasCommands = { MoveAlias, RemoveAlias }
