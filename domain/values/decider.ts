/** The shape of every rule book of this domain: what a stream's history means, and what it allows. */
import * as E from 'fp-ts/lib/Either.js'
import type { Answer } from './answer.js'
import type { Column, ReadonlyColumn } from './columns.js'
import type { JsonObject } from './json.js'

/** Who recorded an event, and when: what a refusal tells the next one who comes. */
export interface RecordedBy {
  readonly by: string
  readonly at: string
}

/** What follows from a command that is accepted. No events: there was nothing to change. */
export interface Decision<Event> {
  readonly events: ReadonlyArray<Event>
  /** What the command is about, whether it changed anything or not. */
  readonly answer: Answer
}

/** The decision that these events follow, of a command that is about this. */
export const about =
  (answer: Answer) =>
  <No, Event>(decided: E.Either<No, ReadonlyArray<Event>>): E.Either<No, Decision<Event>> =>
    E.map((events: ReadonlyArray<Event>) => ({ events, answer }))(decided)

/** A state as everybody but its fold has it: to be read, to its depths, and not written to. */
export type ReadonlyState<A> = A extends string | number | boolean | null | undefined
  ? A
  : A extends Column
    ? ReadonlyColumn
    : A extends ReadonlyMap<infer Key, infer Value>
      ? ReadonlyMap<Key, ReadonlyState<Value>>
      : A extends ReadonlySet<infer Item>
        ? ReadonlySet<Item>
        : // JSON is read-only already, and has no end.
          [JsonObject, string] extends [A, keyof A]
          ? A
          : { readonly [Member in keyof A]: ReadonlyState<A[Member]> }

/** The state of a fold for everybody else. What the type takes away is the writing alone, so that it stays the same value. */
export const readonlyState = <State>(state: State): ReadonlyState<State> => state as ReadonlyState<State>

/**
 * Commands of one stream, decided against its history.
 *
 * `initial` gives the state of a stream without events, anew at each call: the fold owns its state and
 * updates it in place, and nobody else does. `revision` is that of the event. `decide` is pure: it gives what follows from the command, or the
 * rejection.
 */
export interface Decider<State, Command, Event, Rejection> {
  readonly initial: () => State
  readonly evolve: (state: State, event: Event, recorded: RecordedBy, revision: number) => State
  readonly decide: (command: Command) => (state: ReadonlyState<State>) => E.Either<Rejection, Decision<Event>>
}

/** How the state of a long stream is kept between two openings: as arrays that are used as they are read. */
export interface StateSnapshot<State> {
  /** Another one for another shape of state, or for another meaning of it. */
  readonly version: string
  /** The parts of a snapshot, which share nothing with the state. */
  readonly save: (state: State) => ReadonlyArray<unknown>
  /** The state again; it owns the parts. `undefined` for what is no such snapshot. */
  readonly load: (parts: ReadonlyArray<unknown>) => State | undefined
}
