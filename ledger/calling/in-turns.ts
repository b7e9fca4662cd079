/** Work that takes long, without holding up the event loop. */
import type { Steps } from '../../projections/registry/questions/in-steps.js'

/** Each step in a turn of its own. */
export const inTurns = async <Outcome>(steps: Steps<Outcome>): Promise<Outcome> => {
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
