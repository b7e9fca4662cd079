/** Work that takes long, without holding up the event loop. */
import type { Steps } from '../../projections/registry/questions/in-steps.js'
import { assertGoingOn } from './stopping.js'

/** Each step in a turn of its own, until the signal aborts. */
export const inTurns = async <Outcome>(steps: Steps<Outcome>, signal?: AbortSignal): Promise<Outcome> => {
  for (;;) {
    assertGoingOn(signal)
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))
