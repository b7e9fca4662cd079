/** One stream in this process: its folded state, and whether that is what the store holds. */
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import {
  type AppendError,
  type EventStore,
  laterOf,
  ORIGIN,
  type Position,
  type Revision,
  readFailureOf,
  revisionAfter,
  type StoredEvent,
} from '../../domain/ports/event-store.js'
import { type Decider, type ReadonlyState, readonlyState } from '../../domain/values/decider.js'
import { numberOfKey } from '../../domain/values/key-table.js'
import type { CommandError } from './command-error.js'
import { decoderOf } from './decode-to-fold.js'
import type { EncodedEvents } from './encode.js'
import { foldNext, isBegun, unfolded } from './folded-stream.js'
import { type StateSnapshots, snapshotOf, type WORTH_AT_CLOSE } from './state-snapshots.js'

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
  /** Whether so much was folded beyond the last snapshot that another is worth its writing. */
  readonly isSnapshotDue: (worth: typeof WORTH_AT_CLOSE) => boolean
  /** Keeps a snapshot, unless events are on their way to the store. */
  readonly keepSnapshot: () => void
  /** Makes decided events part of the state. */
  readonly fold: (decided: EncodedEvents<Event>) => void
  /**
   * Events are on their way to the store, until what it gives is called with the position of the last one, or the reason
   * why they were not written. `isAhead` says that the state holds some of them already.
   */
  readonly send: (isAhead: boolean) => (outcome: E.Either<AppendError, Position>) => void
  /** Waits for what is on its way now; answers whether the state is sound. */
  readonly settled: () => Promise<boolean>
  /** False once the state holds events that were not written, or may be lost: then it is of no use any more. */
  readonly isSound: () => boolean
  /** How many rounds are still careful, because others were found to write to the stream too. */
  readonly caution: () => number
}

/** How events of one kind of stream make a state. */
export interface Folding<State, Event extends DomainEvent>
  extends Pick<Decider<State, never, Event, never>, 'initial' | 'evolve'> {
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

export interface CachedStateOptions<State> {
  readonly caution?: number
  /** The state is that of then: from the first event that came later nothing is read. */
  readonly cameLater?: (event: Pick<StoredEvent, 'position' | 'revision'>) => boolean
  readonly snapshots?: StateSnapshots<State> | undefined
}

export const openCachedState = <State, Event extends DomainEvent>(
  stream: string,
  rules: Folding<State, Event>,
  store: EventStore,
  { caution: cautionBefore = 0, cameLater = () => false, snapshots }: CachedStateOptions<State> = {},
): CachedState<State, Event> => {
  let folded = unfolded(rules.initial)
  let position: Position = ORIGIN
  let upToDate = false
  let sound = true
  let caution = cautionBefore
  const edition = store.edition?.()
  const onTheirWay = voyage()
  const snapshot = snapshotOf(stream, snapshots)

  const isSound = (): boolean => sound && store.edition?.() === edition

  const load = async (): Promise<E.Either<CommandError, boolean>> => {
    let grown = false
    const decode = decoderOf(rules.isEvent)
    try {
      const restored = isBegun(folded) ? undefined : await snapshot.restored()
      // Somebody else may have begun meanwhile.
      if (restored !== undefined && !isBegun(folded)) ({ folded, position } = restored)
      pages: for await (const page of store.readStream(stream, folded.revision)) {
        for (const stored of page) {
          if (cameLater(stored)) break pages
          if (onTheirWay.isUnderWay()) return E.right(grown)
          // Somebody else who looks at this state may have folded it meanwhile.
          if (stored.revision !== revisionAfter(folded.revision)) continue
          const decoded = decode(stored)
          if (E.isLeft(decoded)) return decoded
          foldNext(folded, rules, decoded.right.event, stored, decoded.right.recorded)
          position = stored.position
          grown = true
        }
      }
      if (grown && caution > 0) caution = CAREFUL_ROUNDS
      upToDate = true
      return E.right(grown)
    } catch (error) {
      return E.left(readFailureOf(error))
    }
  }

  return {
    state: () => readonlyState(folded.state),
    revision: () => folded.revision,
    position: () => position,
    recordedAt: (commandId) => numberOfKey(folded.commands, commandId),
    isUpToDate: () => upToDate,
    load,
    isSnapshotDue: (worth) => isSound() && snapshot.isDue(folded, worth),
    keepSnapshot: () => {
      if (isSound() && !onTheirWay.isUnderWay()) snapshot.keep(folded, position)
    },
    fold: ({ events, texts, ...recorded }) => {
      for (const [index, event] of events.entries()) foldNext(folded, rules, event, texts[index], recorded)
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
    settled: () => onTheirWay.over().then(isSound),
    isSound,
    caution: () => caution,
  }
}

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

/** Looks at the state of a stream as it was: it is folded anew, up to the first event that came later. */
export const readThen = <State, Event extends DomainEvent, A>(
  stream: string,
  rules: Folding<State, Event>,
  store: EventStore,
  cameLater: NonNullable<CachedStateOptions<State>['cameLater']>,
  at: (state: ReadonlyState<State>) => A,
): TE.TaskEither<CommandError, A> => {
  const then = openCachedState(stream, rules, store, { cameLater })
  return TE.Functor.map(then.load, () => at(then.state()))
}
