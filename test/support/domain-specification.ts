/**
 * A rule as a row of a table: given these events, when this command comes, then these events follow, or it is
 * refused. The row is data; a test runs it, and another one looks through all rows for what is missing.
 */
import { isDeepStrictEqual } from 'node:util'
import type * as E from 'fp-ts/lib/Either.js'
import type { Rejection } from '../../domain/commands/rejections.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { Answer } from '../../domain/values/answer.js'
import { type Decider, type Decision, type RecordedBy, readonlyState } from '../../domain/values/decider.js'
import type { Plain } from '../../testing/plain.js'
import { branded } from './decoded.js'

export interface Row {
  readonly rule: string
  readonly command: string
  readonly outcome:
    | { readonly events: ReadonlyArray<DomainEvent>; readonly answer?: Answer }
    | { readonly rejection: { readonly _tag: Rejection['_tag'] } }
  /** Decides on the given events; a rejection must have the members named in the outcome, and may have more. */
  readonly decide: () => { readonly actual: E.Either<Rejection, Decision<DomainEvent>>; readonly meddled: boolean }
}

/** The given events are recorded by `anna`, one a minute, from here on. */
export const recordedAt = (index: number): RecordedBy => ({
  by: 'anna',
  at: `2026-05-03T12:${String(index).padStart(2, '0')}:00.000Z`,
})

export const specify = <
  State,
  Command extends { readonly type: string },
  Event extends DomainEvent,
  No extends Rejection,
>(
  decider: Decider<State, Command, Event, No>,
) => {
  const row = (rule: string, given: ReadonlyArray<Event>, command: Command, outcome: Row['outcome']): Row => ({
    rule,
    command: command.type,
    outcome,
    decide: () => {
      const state = fold(decider, given)
      const actual = decider.decide(command)(readonlyState(state))
      return { actual, meddled: !isDeepStrictEqual(state, fold(decider, given)) }
    },
  })

  return (rule: string) => ({
    given: (...given: ReadonlyArray<Plain<Event>>) => ({
      when: (command: Plain<Command>) => {
        const rowOf = (outcome: Row['outcome']): Row =>
          row(
            rule,
            given.map((event) => branded<Event>(event)),
            branded<Command>(command),
            outcome,
          )
        return {
          thenRecords: (...events: ReadonlyArray<Plain<Event>>): Row =>
            rowOf({ events: events.map((event) => branded<Event>(event)) }),
          thenNothingHappens: (answer: Plain<Answer> = {}): Row =>
            rowOf({ events: [], answer: branded<Answer>(answer) }),
          thenRejected: <T extends No['_tag']>(
            rejection: { readonly _tag: T } & Partial<Plain<Extract<No, { _tag: T }>>>,
          ): Row => rowOf({ rejection }),
        }
      },
    }),
  })
}

const fold = <State, Command, Event, No>(
  { initial, evolve }: Decider<State, Command, Event, No>,
  events: ReadonlyArray<Event>,
): State => events.reduce((state, event, index) => evolve(state, event, recordedAt(index), index), initial())

export const isRejected = (outcome: Row['outcome']): outcome is Extract<Row['outcome'], { rejection: unknown }> =>
  'rejection' in outcome
