/** Events that are lost: going on without them. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import * as inputs from '../calling/input.js'
import type { CommandSender } from '../calling/send-command.js'

export interface LossMethods {
  /**
   * Goes on without the events that `damage` says are lost: records which they were, as far as that is known, and why
   * they are given up. Their positions are never given out again; revisions of streams and numbers of versions that only
   * they had given out cannot be known, and may be. Refused as `nothing-lost` where no event is missing.
   */
  acceptLoss: (given: args.AcceptLoss) => Promise<Receipt>
}

export const lossMethods = (sender: CommandSender): LossMethods => ({
  acceptLoss: async (given) => {
    await sender.writable()
    return sender.give({ type: 'AcceptLoss' }, await checked(inputs.AcceptLoss, given))
  },
})
