/** The events of aliases, alike in artifacts and registered models. */
import type * as t from 'io-ts'
import { nullable, oneOf, record } from '../values/codec.js'
import { Alias, VersionNumber } from '../values/names.js'

/** The alias now points to version `to`; before, it pointed to `from`, or nowhere (`null`). */
export const AliasMoved = record('AliasMoved', {
  type: oneOf('AliasMoved'),
  alias: Alias,
  from: nullable(VersionNumber),
  to: VersionNumber,
})
export type AliasMoved = t.TypeOf<typeof AliasMoved>

/** The alias, which pointed to version `from`, now points nowhere. */
export const AliasRemoved = record('AliasRemoved', { type: oneOf('AliasRemoved'), alias: Alias, from: VersionNumber })
export type AliasRemoved = t.TypeOf<typeof AliasRemoved>
