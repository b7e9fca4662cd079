/** The shape of every rule book of this domain: what a stream's history means, and what it allows. */
import type * as E from 'fp-ts/lib/Either.js'

/** Who recorded an event, and when: what a refusal tells the next one who comes. */
export interface Recorded {
  readonly by: string
  readonly at: string
}

/**
 * Commands of one stream, decided against its history.
 *
 * `initial` gives the state of a stream without events, anew at each call: the fold owns its state and
 * updates it in place, and nobody else does. `decide` is pure: it gives the events that follow from the
 * command (none: accepted, nothing to change) or the rejection.
 */
export interface Decider<State, Command, Event, Rejection> {
  readonly initial: () => State
  readonly evolve: (state: State, event: Event, recorded: Recorded) => State
  readonly decide: (command: Command) => (state: State) => E.Either<Rejection, ReadonlyArray<Event>>
}
