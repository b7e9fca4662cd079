/** What can be asked where events are lost. */
import type * as t from 'io-ts'
import { type CommandIn, define, gather, type WithFacts } from '../command-definition.js'

/** Records that what is lost is given up for lost, so that the ledger goes on from what is there. */
export const AcceptLoss = define('AcceptLoss', {
  of: () => ({ category: 'losses' }) as const,
  members: {},
  optional: {},
  facts: (_, read) => gather({ lossFact: read.loss() }),
})
export type AcceptLoss = t.TypeOf<typeof AcceptLoss>

export const lossCommands = { AcceptLoss }
export type LossCommand = CommandIn<typeof lossCommands>
export type LossCommandWithFacts = WithFacts<typeof lossCommands>
