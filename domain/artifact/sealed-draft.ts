/** Which sealed draft a version was logged from. */
import type * as t from 'io-ts'
import { record } from '../values/codec.js'
import { DistributedId, Generation } from '../values/names.js'

export const SealedDraft = record('a sealed draft', { distributedId: DistributedId, generation: Generation })
export type SealedDraft = t.TypeOf<typeof SealedDraft>
