/** The same operations for functional callers: each answers a TaskEither that never rejects. */

import * as TE from 'fp-ts/lib/TaskEither.js'
import { messageOf } from '../domain/values/built-ins.js'
import { functionOf, rule } from '../domain/values/codec.js'
import type { ReadonlyState } from '../domain/values/decider.js'
import type { OwnProjection } from '../projections/own-projection.js'
import type { Stoppable } from './calling/arguments.js'
import type { When } from './calling/as-of.js'
import { checkedNow } from './calling/checked.js'
import { type Fault, LedgerError } from './calling/errors.js'
import type { MethodFailures } from './calling/failures.js'
import { listenedTo } from './calling/given-streams.js'
import { ownCopy } from './calling/own-copy.js'
import type { Ledger } from './ledger.js'
import type { LedgerAsOf } from './ledger-as-of.js'
import type { OwnQuestions } from './own-projections.js'

const Method = functionOf<unknown>('a method of a ledger, a draft or a run')
const OpenLedger = rule(
  'a ledger that openLedger opened',
  (value): value is Ledger =>
    typeof value === 'object' &&
    value !== null &&
    ['execute', 'at', 'watch', 'close'].every((name) => typeof Reflect.get(value, name) === 'function'),
)

/** One that answers once. */
const Answering = functionOf<(...given: ReadonlyArray<unknown>) => Promise<unknown>>('a method of a ledger')

/**
 * A method of a ledger, a draft or a run, as one that gives a TaskEither. Nothing is done until it is run; but streams are
 * listened to, lest one that fails before then ends the process.
 */
export const taskEither = <Arguments extends ReadonlyArray<unknown>, A>(
  method: (...given: Arguments) => Promise<A>,
) => {
  checkedNow(Method, method)
  return (...given: Arguments): TE.TaskEither<LedgerError, A> => {
    // It may be run much later, and more than once: each time with what was given now.
    for (const [at, argument] of given.entries()) Reflect.set(given, at, ownCopy(argument))
    listenedTo(given)
    return TE.tryCatch(async () => method(...given), asLedgerError)
  }
}

/** What is no `LedgerError` is a fault of this library, or of a function that it was given. */
const asLedgerError = (cause: unknown): LedgerError =>
  cause instanceof LedgerError ? cause : new LedgerError({ _tag: 'fault', cause }, messageOf(cause))

/** The names of the methods that answer once. */
type Once<Methods> = {
  [Name in Extract<keyof Methods, string>]: Methods[Name] extends (...given: never) => Promise<unknown> ? Name : never
}[Extract<keyof Methods, string>]

/** What a method that names it is refused with. */
type Refused<Name extends keyof MethodFailures> = LedgerError<MethodFailures[Name] | Fault>

/** The methods of an object that answer once, as TaskEithers: of those in `MethodFailures`, the left side is what stands there. */
type Operations<Methods> = {
  [Name in Once<Methods>]: Methods[Name] extends (...given: infer Given) => Promise<infer A>
    ? (...given: Given) => TE.TaskEither<Name extends keyof MethodFailures ? Refused<Name> : LedgerError, A>
    : never
}

/** `others` are its members that do not answer once: the type checker says which. */
const operationsOf = <Methods extends object>(
  methods: Methods,
  others: Readonly<Record<Exclude<Extract<keyof Methods, string>, Once<Methods>>, true>>,
): Operations<Methods> => {
  const names = Object.keys(methods).filter((name) => !Object.hasOwn(others, name))
  const All = rule(
    'every method that answers once',
    (value): value is Operations<Methods> =>
      typeof value === 'object' && value !== null && names.every((name) => Object.hasOwn(value, name)),
  )
  const made = names.map((name) => [name, taskEither(checkedNow(Answering, Reflect.get(methods, name)))] as const)
  return checkedNow(All, Object.fromEntries(made))
}

/** `read`, whose answer has the type of the projection, or of the question. */
const reading = (asked: OwnQuestions) => {
  function read<State>(
    projection: OwnProjection<State>,
    question?: undefined,
    options?: Stoppable,
  ): TE.TaskEither<Refused<'read'>, ReadonlyState<State>>
  function read<State, A>(
    projection: OwnProjection<State>,
    question: (state: ReadonlyState<State>) => A,
    options?: Stoppable,
  ): TE.TaskEither<Refused<'read'>, A>
  function read<State, A>(
    projection: OwnProjection<State>,
    question?: (state: ReadonlyState<State>) => A,
    options?: Stoppable,
  ) {
    return TE.tryCatch<LedgerError, A | ReadonlyState<State>>(
      () =>
        question === undefined ? asked.read(projection, undefined, options) : asked.read(projection, question, options),
      asLedgerError,
    )
  }
  return { read }
}

const questions = (asked: LedgerAsOf) => ({
  ...operationsOf(asked, { exportHistory: true }),
  ...reading(asked),
})

/** Everything that a ledger can be told and asked, as TaskEithers. */
export const operations = (given: Ledger) => {
  const ledger = checkedNow(OpenLedger, given)
  return {
    ...operationsOf(ledger, {
      at: true,
      damage: true,
      run: true,
      watch: true,
      watchPosition: true,
      behind: true,
      replay: true,
      events: true,
      watchEvents: true,
      replayed: true,
      exportHistory: true,
      exportEvents: true,
    }),
    ...reading(ledger),
    at: (when?: When) => questions(ledger.at(when)),
  }
}
