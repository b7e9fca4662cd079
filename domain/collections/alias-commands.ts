/** Moving and removing an alias: the same two commands for artifacts and for registered models. */
import type * as t from 'io-ts'
import { oneOf, record } from '../values/codec.js'
import { Alias, ExpectedHolder, VersionChoice } from '../values/names.js'
import { CollectionRef } from '../values/references.js'

export const MoveAlias = record(
  'MoveAlias',
  { type: oneOf('MoveAlias'), collection: CollectionRef, alias: Alias, version: VersionChoice },
  { expect: ExpectedHolder },
)
export type MoveAlias = t.TypeOf<typeof MoveAlias>

export const RemoveAlias = record(
  'RemoveAlias',
  { type: oneOf('RemoveAlias'), collection: CollectionRef, alias: Alias },
  { expect: ExpectedHolder },
)
export type RemoveAlias = t.TypeOf<typeof RemoveAlias>
