/** One stream in this process: its folded state, and whether that is what the store holds. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import {
  type AppendError,
  type EventStore,
  laterOf,
  ORIGIN,
  type Position,
  type Revision,
  revisionAfter,
  type StoredEvent,
} from '../../domain/ports/event-store.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import { type Decider, type ReadonlyState, readonlyState } from '../../domain/values/decider.js'
import type { EventMetadata } from '../../domain/values/envelope.js'
import { asReadError, type CommandError } from './command-error.js'
import type { EncodedEvents } from './encode.js'

/** So many rounds are careful after others were last found to write to the stream. */
const CAREFUL_ROUNDS = 64

export interface CachedState<State, Event> {
  /** To be looked at, at once, and neither kept nor changed. */
  readonly state: () => ReadonlyState<State>
  readonly revision: () => Revision
  /** Of the last event that was read or acknowledged. */
  readonly position: () => Position
  /** The revision of the first event of a command that was recorded before. */
  readonly recordedAt: (commandId: string) => number | undefined
  /** False until the stream was read to its end, and again when others were found to have written to it. */
  readonly isUpToDate: () => boolean
  /**
   * Reads what others wrote; answers whether there was anything. While events of our own are on their way it reads
   * nothing: their acknowledgement will show whether others wrote.
   */
  readonly load: () => Promise<E.Either<CommandError, boolean>>
  /** Makes decided events part of the state. */
  readonly fold: (decided: EncodedEvents<Event>) => void
  /**
   * Events are on their way to the store, until what it gives is called with the position of the last one, or the reason
   * why they were not written. `isAhead` says that the state holds some of them already.
   */
  readonly send: (isAhead: boolean) => (outcome: E.Either<AppendError, Position>) => void
  /** Waits for what is on its way now; answers whether the state is sound. */
  readonly settled: () => Promise<boolean>
  /** False once the state holds events that were not written: then it is of no use any more. */
  readonly isSound: () => boolean
  /** How many rounds are still careful, because others were found to write to the stream too. */
  readonly caution: () => number
}

/** How events of one kind of stream make a state. */
export interface Folding<State, Event extends DomainEvent>
  extends Pick<Decider<State, never, Event, never>, 'initial' | 'evolve'> {
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

/** With `until` the state is that of then: what came later is not read. */
export const openCachedState = <State, Event extends DomainEvent>(
  stream: string,
  { initial, evolve: foldEvent, isEvent }: Folding<State, Event>,
  store: EventStore,
  { caution: cautionBefore = 0, until = Number.POSITIVE_INFINITY }: { caution?: number; until?: number } = {},
): CachedState<State, Event> => {
  let state = initial()
  let revision: Revision = 'none'
  let position: Position = ORIGIN
  let upToDate = false
  let sound = true
  let caution = cautionBefore
  const onTheirWay = voyage()
  const commands = new Map<string, number>()

  const evolve = (event: Event | CommandAccepted, commandId: string, by: string, at: string): void => {
    const own = revisionAfter(revision)
    revision = own
    if (!commands.has(commandId)) commands.set(commandId, own)
    if (event.type !== 'CommandAccepted') state = foldEvent(state, event, { by, at }, own)
  }

  const load = async (): Promise<E.Either<CommandError, boolean>> => {
    let grown = false
    try {
      pages: for await (const page of store.readStream(stream, revision)) {
        for (const stored of page) {
          if (stored.position > until) break pages
          if (onTheirWay.isUnderWay()) return E.right(grown)
          // Somebody else who looks at this state may have folded it meanwhile.
          if (stored.revision !== revisionAfter(revision)) continue
          const decoded = decodeOf(isEvent, stored)
          if (E.isLeft(decoded)) return decoded
          const { event, metadata } = decoded.right
          evolve(event, metadata.commandId, metadata.actor, metadata.recordedAt)
          position = stored.position
          grown = true
        }
      }
      if (grown && caution > 0) caution = CAREFUL_ROUNDS
      upToDate = true
      return E.right(grown)
    } catch (error) {
      return E.left(asReadError(stream, error))
    }
  }

  return {
    state: () => readonlyState(state),
    revision: () => revision,
    position: () => position,
    recordedAt: (commandId) => commands.get(commandId),
    isUpToDate: () => upToDate,
    load,
    fold: ({ commandId, actor, recordedAt, events }) => {
      for (const event of events) evolve(event, commandId, actor, recordedAt)
    },
    send: (isAhead) => {
      const arrived = onTheirWay.begin()
      return (outcome) => {
        arrived()
        if (E.isRight(outcome)) {
          position = laterOf(position, outcome.right)
          caution = Math.max(0, caution - 1)
          return
        }
        const { _tag } = outcome.left
        if (isAhead) sound = false
        if (_tag === 'conflict') caution = CAREFUL_ROUNDS
        if (_tag === 'conflict' || _tag === 'damaged') upToDate = false
      }
    },
    settled: async () => {
      await onTheirWay.over()
      return sound
    },
    isSound: () => sound,
    caution: () => caution,
  }
}

/** An event that this kind of stream may hold. */
const decodeOf = <Event extends DomainEvent>(
  isEvent: (event: DomainEvent) => event is DomainEvent & Event,
  stored: StoredEvent,
): E.Either<CommandError, { readonly event: Event | CommandAccepted; readonly metadata: EventMetadata }> =>
  pipe(
    decodeEvent(stored),
    E.flatMap(
      ({ event, metadata }): ReturnType<typeof decodeOf<Event>> =>
        event.type === 'CommandAccepted' || isEvent(event)
          ? E.right({ event, metadata })
          : E.left({ _tag: 'unknown-event', stream: stored.stream, revision: stored.revision, type: stored.type }),
    ),
  )

/** Whether something is on its way, and when it arrives. */
const voyage = () => {
  let under: Promise<void> | undefined
  return {
    isUnderWay: () => under !== undefined,
    over: async () => under,
    begin: (): (() => void) => {
      let arrived = (): void => undefined
      under = new Promise((resolve) => {
        arrived = resolve
      })
      return () => {
        under = undefined
        arrived()
      }
    },
  }
}
