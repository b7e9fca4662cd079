/** What has happened to the history itself. */
import type * as t from 'io-ts'
import { oneOf, record } from '../values/codec.js'
import { lossFirst, lossMembers } from '../values/loss.js'

/**
 * Events were lost, and the ledger went on without them. In the store that lost them it stands behind the positions that
 * it names. Revisions of streams and numbers that only lost events had given out nobody knows: they may be given out again.
 */
export const LossAccepted = record('LossAccepted', { type: oneOf('LossAccepted'), ...lossMembers }, lossFirst)
export type LossAccepted = t.TypeOf<typeof LossAccepted>

export const lossEvents = { LossAccepted }
export type LossEvent = t.TypeOf<(typeof lossEvents)[keyof typeof lossEvents]>
