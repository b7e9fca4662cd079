/** A command as it stands, in its envelope. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../application/command-handling/receipt.js'
import { completeCommit } from '../application/process-managers/complete-distributed-commit.js'
import { decodeCommand } from '../domain/commands/catalogue.js'
import type { DomainEvent } from '../domain/events/catalogue.js'
import type { Stoppable } from './calling/arguments.js'
import { checkedIfGivenNow } from './calling/checked.js'
import { Stopping } from './calling/input.js'
import { type CommandSender, run } from './calling/send-command.js'
import { assertGoingOn, heededFromNow } from './calling/stopping.js'
import { begin } from './distributing/distributed.js'

export interface ExecuteMethods {
  /**
   * Gives a command in its envelope as it stands; from a queue, for instance. What a CommitDistributed seals is logged
   * as well; the receipt is that of the seal.
   */
  execute: (given: unknown, options?: Stoppable) => Promise<Receipt>
}

export const executeMethods = ({ handler, writable }: CommandSender): ExecuteMethods => ({
  execute: async (given, options) => {
    await writable()
    const { signal } = checkedIfGivenNow(Stopping, options) ?? {}
    assertGoingOn(signal)
    const decoded = decodeCommand(given)
    const draft = E.isRight(decoded) && 'distributedId' in decoded.right.command ? decoded.right.command : undefined
    const generation = draft === undefined ? undefined : await begin(handler, draft)
    heededFromNow(signal)
    const receipt = await run(handler.handle(given, { generation, signal }))
    const sealed = eventOf(receipt, 'DistributedCommitted')
    if (draft !== undefined && sealed !== undefined) {
      await run(completeCommit(handler, draft, sealed.generation))
    }
    return receipt
  },
})

type EventOf<T extends DomainEvent['type']> = Extract<DomainEvent, { readonly type: T }>

const eventOf = <T extends DomainEvent['type']>({ events }: Receipt, type: T): EventOf<T> | undefined =>
  events.find((event): event is EventOf<T> => event.type === type)
