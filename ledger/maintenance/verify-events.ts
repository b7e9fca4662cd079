/** Every event looked at again: its bytes, its decoding in full, and whether it could follow on those before it. */
import * as E from 'fp-ts/lib/Either.js'
import { openAdmission } from '../../domain/admission.js'
import { eventDecoder, type RecordedEvent } from '../../domain/events/stored-events.js'
import type { EventStore, Position, StoredEvent, StoreFinding } from '../../domain/ports/event-store.js'
import { describeImpossible } from '../../domain/values/impossible.js'
import { examined } from './examined.js'

/** An event that is not what was written, or that cannot have followed on those before it. */
export interface DamagedEvent {
  /** Where it stands; not known of what cannot be read, and not there of what is wrong with the store as a whole. */
  readonly stream?: string
  readonly revision?: number
  readonly position?: Position
  /** Which part of it does not fit the others, as far as that can be told. */
  readonly column?: string
  readonly reason: string
  /** Which answers may be wrong, or are refused. */
  readonly touches: string
  /** What to do about it. */
  readonly remedy: string
}

export interface VerifiedEvents {
  readonly events: number
  readonly damagedEvents: ReadonlyArray<DamagedEvent>
  /** Types of events from the future, which cannot be verified here, and how many there are of each. */
  readonly unknownEvents: Readonly<Record<string, number>>
}

/** What could be read of a page, and what was decoded of its events: nothing of one of a later release. */
type OnPage = (
  events: ReadonlyArray<StoredEvent>,
  decoded: (stored: StoredEvent) => RecordedEvent['event'] | undefined,
) => void

/** Of a stream that holds what could not be, the first such event is told; nothing is judged by what is damaged. Rejects with an `EventStoreError`. */
export const verifyEvents = async (store: EventStore, onPage: OnPage): Promise<VerifiedEvents> => {
  const damagedEvents: DamagedEvent[] = []
  const unknown = new Map<string, number>()
  let count = 0
  const admission = openAdmission(store.examine !== undefined)
  const decode = eventDecoder()
  let ofPage = new Map<StoredEvent, RecordedEvent['event']>()
  const wrong = ({ stream, revision, position }: StoredEvent, reason: string): void => {
    damagedEvents.push(damagedEvent({ stream, revision, position, reason }))
  }
  const look = (stored: StoredEvent): boolean => {
    const decoded = decode(stored)
    if (E.isRight(decoded)) {
      ofPage.set(stored, decoded.right.event)
      const outcome = admission.admit(stored, decoded.right)
      if (E.isLeft(outcome)) wrong(stored, describeImpossible(outcome.left))
      return true
    }
    admission.pass(stored.stream)
    if (decoded.left._tag === 'unknown-event') {
      unknown.set(stored.type, (unknown.get(stored.type) ?? 0) + 1)
      return true
    }
    wrong(stored, decoded.left.reason)
    return false
  }
  for await (const { events, findings } of examined(store)) {
    count += events.length
    damagedEvents.push(...findings.map(damagedEvent))
    for (const { stream } of findings) if (stream !== undefined) admission.pass(stream)
    ofPage = new Map()
    onPage(events.filter(look), (stored) => ofPage.get(stored))
  }
  const ended = admission.end()
  if (E.isLeft(ended)) {
    const { reason, ...where } = ended.left
    damagedEvents.push(damagedEvent({ ...where, reason: describeImpossible(reason) }))
  }
  return { events: count, damagedEvents, unknownEvents: Object.fromEntries(unknown) }
}

const damagedEvent = ({ of, ...finding }: StoreFinding): DamagedEvent => {
  if (of === 'space') return { ...finding, touches: 'no answer', remedy: ANEW }
  if (of === 'head')
    return { ...finding, touches: 'no answer', remedy: 'open the ledger to be written: it is made anew' }
  if (of === 'tables')
    return { ...finding, touches: 'no answer by itself, and what may be written from now on', remedy: ANEW }
  if (of === 'index') {
    const touches = 'commands, and by whom, when and why something was done'
    return { ...finding, touches, remedy: `the events themselves are there: ${ANEW}` }
  }
  const own = finding.stream === undefined ? 'commands' : `commands on ${finding.stream} and what is told of it`
  const touches = `${own}; histories, exports, and all that is not answered from a snapshot of before`
  return { ...finding, touches, remedy: 'put the events back from a copy that is whole' }
}

const ANEW = 'export the events, and import them into a new ledger'
