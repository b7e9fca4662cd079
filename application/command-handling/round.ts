/** What is decided together on the state of one stream, and written by one append. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { AtHand, Basis } from '../../domain/command-definition.js'
import type { Rejection } from '../../domain/commands/rejections.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { type Clock, timeOf } from '../../domain/ports/clock-and-ids.js'
import {
  type EventRevision,
  MAX_APPEND_BYTES,
  type NewEvent,
  type Revision,
  revisionAfter,
  sizeOf,
} from '../../domain/ports/event-store.js'
import type { Facts } from '../../domain/ports/facts.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import type { Decider, Decision, ReadonlyState, StateSnapshot } from '../../domain/values/decider.js'
import type { CachedState } from './cached-state.js'
import type { CommandError } from './command-error.js'
import { type Call, type EncodedEvents, prepare } from './encode.js'
import type { Receipt } from './receipt.js'

/** The rules of one kind of stream, as rounds need them: `Full` is a command with the facts that its decision needs. */
export interface Rules<Given, Full, State, Event extends DomainEvent> extends Decider<State, Full, Event, Rejection> {
  readonly gather: (
    command: Given,
    facts: Facts<CommandError>,
    atHand: AtHand<ReadonlyState<State>>,
  ) => TE.TaskEither<CommandError, Full>
  readonly basis: (command: Given, state: ReadonlyState<State>) => Basis
  readonly snapshot?: StateSnapshot<State>
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

/** A command that waits for its answer. */
export interface Waiting<Given> {
  readonly given: Given
  readonly call: Call
  /** Until when it is decided again, where others write to the stream. */
  readonly until: number
  /** How often it was decided in vain. */
  attempts: number
  /** Whether its events are on their way to the store: then its signal counts no more. */
  isSent: boolean
  readonly answer: (answer: E.Either<CommandError, Receipt>) => void
  /** Where what must not throw did. */
  readonly fail: (error: unknown) => void
}

/** Whether its signal took it out: then it has its answer, and is not decided. */
export const isTakenOut = <Given>({ call, isSent }: Waiting<Given>): boolean => call.signal?.aborted === true && !isSent

/** A command with the facts that it needs, and what of the stream itself they were gathered for. */
export interface Gathered<Given, Full> {
  readonly waiting: Waiting<Given>
  readonly basis: Basis
  /** `undefined` if the command was recorded before: then it needs none. */
  readonly full: E.Either<CommandError, Full> | undefined
}

/** What was decided of one command. */
export type Decided<Given> = { readonly waiting: Waiting<Given> } & (
  | { readonly how: 'repeated'; readonly recordedAt: number }
  | { readonly how: 'refused'; readonly error: CommandError }
  | { readonly how: 'unchanged'; readonly receipt: Pick<Receipt, 'events' | 'answer'> }
  | { readonly how: 'changed'; readonly receipt: Pick<Receipt, 'events' | 'answer'>; readonly revision: EventRevision }
)

export interface DecidedRound<Given, Event> {
  readonly decisions: ReadonlyArray<Decided<Given>>
  /** The revision on which all of it stands. */
  readonly expected: Revision
  readonly texts: ReadonlyArray<NewEvent>
  /** Whether the state holds events of the round already; the last ones it does not. */
  readonly isAhead: boolean
  readonly unfolded: EncodedEvents<Event> | undefined
}

/** On the wire every event weighs more than its texts; so many of the smallest stay below every store's limit. */
export const MAX_ROUND = 500

/** Gathers the facts that commands need, of all at once: no state runs ahead of the store meanwhile. */
export const gatherAll = async <Given, Full, State, Event extends DomainEvent>(
  rules: Rules<Given, Full, State, Event>,
  facts: Facts<CommandError>,
  cached: CachedState<State, Event>,
  commands: ReadonlyArray<Waiting<Given>>,
): Promise<ReadonlyArray<Gathered<Given, Full>>> => {
  const each = async (waiting: Waiting<Given>): Promise<ReadonlyArray<Gathered<Given, Full>>> => {
    const { given, call, fail } = waiting
    const basis = rules.basis(given, cached.state())
    if (cached.recordedAt(call.envelope.commandId) !== undefined) return [{ waiting, basis, full: undefined }]
    try {
      return [
        {
          waiting,
          basis,
          full: await rules.gather(given, facts, { state: cached.state(), envelope: call.envelope })(),
        },
      ]
    } catch (error) {
      fail(error)
      return []
    }
  }
  return (await Promise.all(commands.map(each))).flat()
}

/**
 * Decides commands in order, each on the events of those before it. It stops before one that the append has no room
 * for, or whose facts were gathered for something else than the state says by now.
 */
export const decideRound = <Given, Full, State, Event extends DomainEvent>(
  stream: string,
  rules: Rules<Given, Full, State, Event>,
  cached: CachedState<State, Event>,
  gathered: ReadonlyArray<Gathered<Given, Full>>,
  clock: Clock,
): DecidedRound<Given, Event> => {
  const expected = cached.revision()
  const decisions: Array<Decided<Given>> = []
  const texts: NewEvent[] = []
  let bytes = 0
  let isAhead = false
  let unfolded: EncodedEvents<Event> | undefined

  for (const { waiting, basis, full } of gathered) {
    if (unfolded !== undefined) {
      cached.fold(unfolded)
      unfolded = undefined
      isAhead = true
    }
    const { given, call } = waiting
    const recordedAt = cached.recordedAt(call.envelope.commandId)
    if (recordedAt !== undefined) {
      decisions.push({ waiting, how: 'repeated', recordedAt })
      continue
    }
    if (full === undefined || basis !== rules.basis(given, cached.state())) break
    // Step by step, here and below: with functions that are piped a command takes a twentieth longer.
    const decision = E.isLeft(full) ? full : rules.decide(full.right)(cached.state())
    const decided = E.isLeft(decision) ? decision : encoded(stream, decision.right, call, clock)
    if (E.isLeft(decided)) {
      decisions.push({ waiting, how: 'refused', error: decided.left })
      continue
    }
    const { receipt, events } = decided.right
    if (events === undefined) {
      decisions.push({ waiting, how: 'unchanged', receipt })
      continue
    }
    bytes += events.texts.reduce((sum, text) => sum + sizeOf(text), 0)
    if (texts.length > 0 && (bytes > MAX_APPEND_BYTES || texts.length + events.texts.length > MAX_ROUND)) break
    texts.push(...events.texts)
    unfolded = events
    const revision = revisionAfter(expected, texts.length)
    decisions.push({ waiting, how: 'changed', receipt, revision })
  }
  return { decisions, expected, texts, isAhead, unfolded }
}

/** What is to be written of a decision; nothing where nothing changes and nobody can give the command again. */
const encoded = <Event extends DomainEvent>(
  stream: string,
  receipt: Decision<Event>,
  { envelope, digest, idFrom }: Call,
  clock: Clock,
): E.Either<CommandError, { readonly receipt: Decision<Event>; readonly events: EncodedEvents<Event> | undefined }> => {
  const { events, answer } = receipt
  if (events.length === 0 && idFrom === 'ledger') return E.right({ receipt, events: undefined })
  const recordedAt = timeOf(clock)
  if (E.isLeft(recordedAt)) return recordedAt
  const accepted: CommandAccepted = { type: 'CommandAccepted', answer }
  const written = prepare(stream, events.length === 0 ? [accepted] : events, envelope, digest, recordedAt.right)
  return E.isLeft(written) ? written : E.right({ receipt, events: written.right })
}
