/** What is wrong with the end of a history, as far as a store can tell from what it noted of it. */
import type { FoundEnd, HistoryEnd, Loss } from '../values/loss.js'
import type { LedgerId } from './ledger-id.js'

/** What is wrong with the end of a history: events are lost, or those of another ledger stand there. */
export type HistoryDamage =
  /** Events that were acknowledged are not there any more. */
  | { readonly _tag: 'history-lost'; readonly place: string; readonly loss: Loss }
  /** What was noted of the end is of another ledger than the events: one of them was put in the place of another. */
  | {
      readonly _tag: 'head-of-another-ledger'
      /** Where the events are, and where their end is noted. */
      readonly place: string
      readonly head: string
      /** Whose the events are, and whose the head. */
      readonly ledger: LedgerId
      readonly noted: HistoryEnd & { readonly ledger: LedgerId }
    }

export const describeHistoryDamage = (damage: HistoryDamage): string => {
  switch (damage._tag) {
    case 'history-lost':
      return `${damage.place} has lost ${describeLoss(damage.loss)}; put back a copy that holds them, or go on without them by acceptLoss`
    case 'head-of-another-ledger': {
      const { place, head, ledger, noted } = damage
      return `${place} holds the ledger ${ledger}, and ${head} is of the ledger ${noted.ledger}, whose last event is that ${endText(noted)}: put back the one of them that was replaced, or delete ${head} if the events are those that you mean`
    }
  }
}

/** `the events at the positions 81 to 100: ...`, to be read behind who has lost them. */
export const describeLoss = ({ first, last, noted, found }: Loss): string => {
  const there = found.position === 0 ? 'nothing is there' : `what is there ends with that ${endText(found)}`
  const which =
    first === undefined
      ? `events up to position ${last}, where others stand`
      : first === last
        ? `the event at position ${last}`
        : `the events at the positions ${first} to ${last}`
  return `${which}: ${counted(noted.events)} recorded, the last ${endText(noted)}; ${there}`
}

const counted = (events: number): string => (events === 1 ? 'one event was' : `${events} events were`)

const endText = ({ position, recordedAt }: FoundEnd): string =>
  `at position ${position}${recordedAt === undefined ? '' : ` of ${recordedAt}`}`
