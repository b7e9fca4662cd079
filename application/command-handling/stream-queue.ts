/**
 * One queue for each stream of this process. What waits is handled in rounds, one after another; what comes during a
 * round waits for the next.
 */

/** Handles what it takes from the front of the queue, and puts back what is to be handled again. */
export type Round<Item> = (stream: string, queue: Item[]) => Promise<void>

export interface StreamQueues<Item> {
  readonly join: (stream: string, item: Item) => void
}

export const streamQueues = <Item>(round: Round<Item>): StreamQueues<Item> => {
  const queues = new Map<string, Item[]>()

  const inRounds = async (stream: string, queue: Item[]): Promise<void> => {
    while (queue.length > 0) await round(stream, queue)
    queues.delete(stream)
  }

  return {
    join: (stream, item) => {
      const queue = queues.get(stream)
      if (queue !== undefined) queue.push(item)
      else {
        const begun = [item]
        queues.set(stream, begun)
        void inRounds(stream, begun)
      }
    },
  }
}
