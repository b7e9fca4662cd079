/** Which losses were accepted, as far as the next decision needs to know. */
import type { RecordedBy } from '../values/decider.js'
import type { Digest } from '../values/digest.js'
import type { LossEvent } from './events.js'

export interface LossesState {
  /** The last one, and the event with which the lost history had ended. */
  accepted: (RecordedBy & { readonly last: number; readonly leaf: Digest }) | null
}

export const initial = (): LossesState => ({ accepted: null })

export const evolve = (state: LossesState, { last, noted }: LossEvent, recorded: RecordedBy): LossesState => {
  state.accepted = { ...recorded, last, leaf: noted.leaf }
  return state
}
