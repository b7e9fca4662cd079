/** Read models of whoever embeds the ledger. Each has a projector of its own, so that none waits for another, or ends with it. */

import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { identity, pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { whyOtherThanEvents } from '../application/projecting/kept-model.js'
import type { Progress } from '../application/projecting/model.js'
import type { Observe } from '../application/projecting/observe.js'
import { type Projector, type ProjectorPorts, projector } from '../application/projecting/projector.js'
import type { ReadError } from '../application/projecting/read-error.js'
import type { Position } from '../domain/ports/event-store.js'
import type { Tell } from '../domain/ports/logger.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { messageOf } from '../domain/values/built-ins.js'
import { clone } from '../domain/values/clone.js'
import { functionOf, listOf, shown } from '../domain/values/codec.js'
import { type ReadonlyState, readonlyState } from '../domain/values/decider.js'
import { Definition, type Holder, heldProjection, type OwnProjection } from '../projections/own-projection.js'
import { readModels } from '../projections/read-models.js'
import type { Stoppable } from './calling/arguments.js'
import { pictureOf, samePicture } from './calling/comparable.js'
import { type InvalidInput, LedgerError } from './calling/errors.js'
import { answer, checkedTaskIfGiven, type MomentFailure } from './calling/failures.js'
import { Stopping } from './calling/input.js'

/** What is asked of a read model of one's own. */
export interface OwnQuestions {
  /**
   * The state of a projection that `openLedger` was given, or the answer to a question about it: a function that reads the state
   * and answers at once. What is answered is a copy, as plain data, maps, sets, dates and typed arrays; the state itself stays inside, and goes on
   * with the events. As of a moment it is folded up to there, from the snapshot or from the first event on. Rejects with
   * `projection-failed` where the projection threw at an event, and with what the question throws.
   */
  readonly read: {
    <State>(projection: OwnProjection<State>, question?: undefined, options?: Stoppable): Promise<ReadonlyState<State>>
    <State, A>(
      projection: OwnProjection<State>,
      question: (state: ReadonlyState<State>) => A,
      options?: Stoppable,
    ): Promise<A>
  }
}

export interface OwnProjections {
  /** The questions as of the position that is answered before each; as of now where there is none. */
  readonly questions: (moment: TE.TaskEither<MomentFailure, Position | undefined>) => OwnQuestions
  readonly noteOwnWrite: (position: Position) => void
  /** How far each is, by name. */
  readonly progress: TE.TaskEither<ReadError, Readonly<Record<string, Progress>>>
  /** Each anew, one after another; one that throws says so and stays what it was. It ends with what `onPage` throws. */
  readonly rebuild: (onPage: () => void) => TE.TaskEither<ReadError, Readonly<Record<string, Progress>>>
  /** Of each whose kept snapshot is not what the events give: its name, and why. */
  readonly otherThanKept: () => Promise<ReadonlyArray<OtherThanKept>>
  readonly close: (signal?: AbortSignal) => Promise<void>
}

export interface OtherThanKept {
  readonly name: string
  readonly reason: string
}

interface OwnPorts extends Omit<ProjectorPorts<unknown>, 'projections' | 'turn' | 'observe'> {
  /** Of the projector of one. */
  readonly observe: (readModels: ReadonlyArray<string>) => Observe
}

interface Opened<State> {
  readonly own: OwnProjection<State>
  readonly whyOtherThanKept: () => Promise<string | undefined>
  readonly projector: Projector<{ readonly own: Holder<State> }>
}

/** How long one folds before others have their turn, in milliseconds. */
const TURN = 10

export const ownProjections = (
  projections: ReadonlyArray<OwnProjection<unknown>>,
  { snapshots, tell, observe, ...ports }: OwnPorts,
): OwnProjections => {
  const all = projections.map((own): Opened<unknown> => {
    const kept = own.load === undefined || snapshots === undefined ? undefined : apartFromOurs(snapshots)
    const held = { projections: { own: heldProjection(own) }, snapshots: kept, turn: TURN }
    const told: Tell = (event, message) => tell?.(event, `${message} (the projection ${own.name})`)
    return {
      own,
      whyOtherThanKept: () => whyOtherThanEvents({ ...ports, ...held }, isDeepStrictEqual),
      projector: projector({ ...ports, ...held, tell: told, observe: observe([own.name]) }),
    }
  })
  const ofEach =
    (
      answer: (of: Projector<object>) => TE.TaskEither<ReadError, Progress>,
    ): TE.TaskEither<ReadError, Readonly<Record<string, Progress>>> =>
    async () => {
      const answers: Array<readonly [string, Progress]> = []
      for (const { own, projector } of all) {
        const answered = await answer(projector)()
        if (E.isLeft(answered)) return answered
        answers.push([own.name, answered.right])
      }
      return E.right(Object.fromEntries(answers))
    }

  return {
    questions: (moment) => asking(all, moment),
    noteOwnWrite: (position) => {
      for (const { projector } of all) projector.noteOwnWrite(position)
    },
    progress: ofEach((each) => each.progress()),
    rebuild: (onPage) =>
      ofEach((each) =>
        TE.orElse((error: ReadError) =>
          error._tag === 'projection-failed'
            ? TE.Functor.map(each.progress(), (progress): Progress => ({ ...progress, failure: error }))
            : TE.left(error),
        )(each.rebuild(onPage)),
      ),
    otherThanKept: async () => {
      const found: OtherThanKept[] = []
      for (const { own, whyOtherThanKept } of all) {
        const reason = await whyOtherThanKept()
        if (reason !== undefined) found.push({ name: own.name, reason })
      }
      return found
    },
    close: async (signal) => {
      await Promise.all(all.map(({ projector }) => projector.close(signal)))
    },
  }
}

/** Asks one of them, as of the position that is answered before. */
const asking = (
  all: ReadonlyArray<Opened<unknown>>,
  moment: TE.TaskEither<MomentFailure, Position | undefined>,
): OwnQuestions => {
  async function ask<State>(
    projection: OwnProjection<State>,
    question?: undefined,
    options?: Stoppable,
  ): Promise<ReadonlyState<State>>
  async function ask<State, A>(
    projection: OwnProjection<State>,
    question: (state: ReadonlyState<State>) => A,
    options?: Stoppable,
  ): Promise<A>
  async function ask<State, A>(
    projection: OwnProjection<State>,
    question?: (state: ReadonlyState<State>) => A,
    options?: Stoppable,
  ): Promise<A | ReadonlyState<State>> {
    return answer(
      'read',
      pipe(
        TE.Do,
        TE.bind('opened', () => TE.fromEither(openedOf(all, projection))),
        TE.tap(() => checkedTaskIfGiven(Question, question)),
        TE.tap(() => checkedTaskIfGiven(Stopping, options)),
        TE.bindW('position', () => moment),
        TE.flatMap(({ opened, position }) =>
          opened.projector.ask(({ own }) => {
            const state = readonlyState(own.state)
            return copied(question === undefined ? state : question(state))
          }, position),
        ),
        TE.flatMapEither(identity),
      ),
    )
  }
  return { read: ask }
}

const Question = functionOf<(state: never) => unknown>('a question: a function')

/** Snapshots under names that none of the ledger's own has. */
const apartFromOurs = ({ load, save }: SnapshotStore): SnapshotStore => ({
  load: (key) => load(`own-${key}`),
  save: (key, parts, signal) => save(`own-${key}`, parts, signal),
})

/** By its fold, which stays the same when arguments are copied. */
const openedOf = <State>(
  all: ReadonlyArray<Opened<unknown>>,
  projection: OwnProjection<State>,
): E.Either<InvalidInput, Opened<State>> => {
  const wanted: { readonly name?: unknown; readonly apply?: unknown } =
    typeof projection === 'object' && projection !== null ? projection : {}
  const found = all.find(
    (each): each is Opened<State> => each.own.name === wanted.name && each.own.apply === wanted.apply,
  )
  if (found !== undefined) return E.right(found)
  const names = all.map(({ own }) => own.name)
  const same = names.find((name) => name === wanted.name)
  if (same !== undefined)
    return refused(
      'projection',
      `${same} as openLedger was given it`,
      'another of that name, as a module that is loaded anew makes it',
    )
  return refused(
    'projection',
    `one that openLedger was given${names.length === 0 ? ', and it was given none' : `: ${names.join(', ')}`}`,
    shown(wanted.name ?? projection),
  )
}

const copied = <A>(answer: A): E.Either<InvalidInput, A> => {
  try {
    return E.right(clone(answer))
  } catch (error) {
    return refused('question', `an answer of ${PLAIN}`, messageOf(error))
  }
}

const refused = (at: string, expected: string, actual: string): E.Either<InvalidInput, never> =>
  E.left({ _tag: 'invalid-input', problems: [{ at, expected, actual }] })

type Wrong = readonly [member: keyof OwnProjection<unknown>, expected: string, actual: unknown]

/** What is wrong with one among others: a name that another has, a state that cannot be copied, a snapshot that is not read again. */
const wrongIn = (own: OwnProjection<unknown>, before: ReadonlyArray<string>): Wrong | undefined => {
  if (Object.values(readModels).some(({ name }) => name === own.name))
    return ['name', `a name that is none of the ledger's own: ${Object.keys(readModels).join(', ')}`, own.name]
  if (before.includes(own.name)) return ['name', 'another name for each projection', own.name]
  const state = attempt(() => own.initial())
  const plain = attempt(() => isSame(clone(state.done), state.done))
  if (state.threw !== undefined || state.done === undefined || plain.done !== true)
    return ['initial', `a function that answers a state of ${PLAIN}`, state.threw ?? plain.threw ?? state.done]
  if (own.load === undefined)
    return own.save === undefined ? undefined : ['load', 'a function that reads what save writes', undefined]
  const saved = attempt(() => clone(own.save === undefined ? state.done : own.save(state.done)))
  if (saved.threw !== undefined) return ['save', `a function that answers ${PLAIN}`, saved.threw]
  const loaded = attempt(() => own.load?.(saved.done))
  if (loaded.threw === undefined && attempt(() => isSame(loaded.done, state.done)).done === true) return undefined
  return ['load', 'a function that answers the state again, here that of initial', loaded.threw ?? loaded.done]
}

/** Throws of what is no data. */
const isSame = (one: unknown, other: unknown): boolean => samePicture(pictureOf(one), pictureOf(other))

const PLAIN = 'plain data, maps, sets, dates and typed arrays'

const attempt = (work: () => unknown): { readonly done?: unknown; readonly threw?: string } => {
  try {
    return { done: work() }
  } catch (error) {
    return { threw: error instanceof LedgerError ? whatIsNoData(error) : messageOf(error) }
  }
}

const whatIsNoData = ({ message, error }: LedgerError): string =>
  error._tag === 'not-comparable' ? `${error.actual}${error.at === '' ? '' : ` at ${error.at}`}` : message

const List = listOf(t.unknown)
type Own = ReadonlyArray<OwnProjection<unknown>>

/** Projections as `openLedger` takes them: each as `projection` checks it, and what it does at first. */
export const OwnProjections: t.Type<Own> = new t.Type<Own>(
  'a list of projections',
  (value): value is Own => List.is(value) && value.every(isOwn),
  (value, context) => {
    const list = List.validate(value, context)
    if (E.isLeft(list)) return t.failure(value, context)
    const names: string[] = []
    const errors = list.right.flatMap((each, index): t.Errors => {
      const at = t.appendContext(context, String(index), Definition, each)
      const checked = Definition.validate(each, at)
      if (E.isLeft(checked)) return checked.left
      const wrong = isOwn(each) ? wrongIn(each, names) : undefined
      names.push(checked.right.name)
      if (wrong === undefined) return []
      const [member, message, actual] = wrong
      return [{ value: actual, context: t.appendContext(at, member, t.unknown, actual), message }]
    })
    return errors.length > 0 ? t.failures(errors) : t.success(list.right.filter(isOwn))
  },
  (value) => value,
)

const isOwn = (value: unknown): value is OwnProjection<unknown> => Definition.is(value)
