/**
 * Commands on one kind of stream, in rounds: load the stream, gather the facts of others, decide all commands that wait,
 * append once, answer all. On a conflict the same commands are decided again, until the deadline of each.
 */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { timeOf } from '../../domain/ports/clock-and-ids.js'
import type { Facts } from '../../domain/ports/facts.js'
import type { ReadonlyState } from '../../domain/values/decider.js'
import type { Digest } from '../../domain/values/digest.js'
import { ABORTED, answerAll, answerEach, answerFailed, decideAgain } from './answering.js'
import { type AppendPorts, writeRound } from './append.js'
import { openCachedState, readThen } from './cached-state.js'
import type { CommandError } from './command-error.js'
import { decidedStepEnded, stepEnded } from './command-trace.js'
import type { Call } from './encode.js'
import { type Receipt, type RecordedUnder, recordedUnder } from './receipt.js'
import { backOff } from './retry.js'
import { decideRound, gatherAll, isTakenOut, MAX_ROUND, type Rules, type Waiting } from './round.js'
import { readSettled, type StateCache, stateCache } from './state-cache.js'
import { type SnapshotsOfStates, WORTH_AT_CLOSE, WORTH_WHILE_RUNNING } from './state-snapshots.js'
import { type Round, streamQueues } from './stream-queue.js'

export interface StreamHandlerPorts extends AppendPorts {
  /** How long a command tries against others who write to its stream, in milliseconds. */
  readonly deadline: number
  /** Of all kinds of stream. */
  readonly facts: () => Facts<CommandError>
  /** Where states are kept between two openings; nowhere if not told. */
  readonly snapshots?: SnapshotsOfStates | undefined
}

export interface StreamHandler<Given, Full, State> {
  readonly handle: (stream: string, given: Given, call: Call) => TE.TaskEither<CommandError, Receipt>
  /** Looks at the present state: what was written, or on its way, when it was asked for is in it. */
  readonly readState: <A>(stream: string, at: (state: ReadonlyState<State>) => A) => TE.TaskEither<CommandError, A>
  /** Decides and records nothing. Of a command that was recorded before no facts are read, and it is not refused. */
  readonly check: (
    stream: string,
    full: TE.TaskEither<CommandError, Full>,
    commandId: string,
  ) => TE.TaskEither<CommandError, unknown>
  /** Which command was recorded under an id: the one with this digest, another, or none. */
  readonly recordedUnder: (
    stream: string,
    commandId: string,
    digest: Digest,
  ) => TE.TaskEither<CommandError, RecordedUnder>
  /** Looks at the state as a command that was recorded under this id left it with its first event; `undefined` where none was. */
  readonly readStateUnder: <A>(
    stream: string,
    commandId: string,
    at: (state: ReadonlyState<State>) => A,
  ) => TE.TaskEither<CommandError, A | undefined>
  /** Keeps snapshots that are worth it. */
  readonly keepSnapshots: () => void
}

/** The five steps of a round. */
const roundsOf = <Given, Full, State, Event extends DomainEvent>(
  rules: Rules<Given, Full, State, Event>,
  ports: Omit<StreamHandlerPorts, 'deadline' | 'snapshots'>,
  states: StateCache<State, Event>,
): Round<Waiting<Given>> => {
  const { store, clock, ids } = ports
  /** How many commands the next round of a stream takes, where facts of the last one were gathered in vain. */
  const sizes = new Map<string, number>()
  return async (stream, queue) => {
    const cached = states.get(stream)
    const isContended = cached.caution() > 0
    const size = sizes.get(stream) ?? MAX_ROUND
    const commands = wanted(queue.splice(0, isContended && store.turn === undefined ? 1 : size))
    if (commands.length === 0) return
    stepEnded('queue', commands)
    try {
      const loaded = cached.isUpToDate() && !isContended ? E.right(false) : await cached.load()
      stepEnded('load', commands)
      if (E.isLeft(loaded)) return answerAll(commands, loaded)
      const gathered = await gatherAll(rules, ports.facts(), cached, commands)
      stepEnded('gather', commands)
      // Several run ahead of the store, and a state that did so in vain has to be read anew from its first event.
      if (store.turn !== undefined && (isContended || commands.length > 1)) {
        await store.turn()
        const reloaded = await cached.load()
        stepEnded('load', commands)
        if (E.isLeft(reloaded)) return answerAll(commands, reloaded)
      }
      // From here to the append nothing is waited for: who is taken out later has been sent.
      const stillWanted = gathered.filter(({ waiting }) => !isTakenOut(waiting))
      const decided = decideRound(stream, rules, cached, stillWanted, clock)
      const { decisions } = decided
      decidedStepEnded('decide', decisions)
      const outcome = await writeRound(ports, stream, cached, decided)
      decidedStepEnded('append', decisions)
      switch (outcome._tag) {
        case 'stands': {
          queue.unshift(...stillWanted.slice(decisions.length).map(({ waiting }) => waiting))
          const next = 2 * (decisions.length < stillWanted.length ? decisions.length : size)
          if (queue.length > 0 && next < MAX_ROUND) sizes.set(stream, Math.max(1, next))
          else sizes.delete(stream)
          answerEach(store, stream, cached, decisions, outcome.positions)
          if (cached.isSnapshotDue(WORTH_WHILE_RUNNING)) {
            // Not before those who were answered had their turn, and not while the next round is on its way.
            await new Promise((resolve) => setImmediate(resolve))
            cached.keepSnapshot()
          }
          return
        }
        case 'conflict':
          await clock.sleep(backOff(Math.min((commands[0]?.attempts ?? 0) + 1, 6), ids))
          return decideAgain(stream, queue, commands, clock.monotonic())
        case 'outdated':
          return decideAgain(stream, queue, commands, clock.monotonic())
        case 'unreadable':
          return answerAll(commands, E.left(outcome.error))
        case 'failed':
          return answerFailed(queue, commands, decisions, outcome.error, clock.monotonic())
      }
    } catch (error) {
      for (const { fail } of commands) fail(error)
    }
  }
}

const wanted = <Given>(commands: ReadonlyArray<Waiting<Given>>): ReadonlyArray<Waiting<Given>> =>
  commands.filter((command) => !isTakenOut(command))

/** The same, answered as soon as its signal takes it out; the queue drops it when its turn comes. */
const untilTakenOut = <Given>(waiting: Waiting<Given>, signal: AbortSignal): Waiting<Given> => {
  const takeOut = (): void => {
    if (isTakenOut(taken)) taken.answer(ABORTED)
  }
  const letGo = (): void => signal.removeEventListener('abort', takeOut)
  const taken: Waiting<Given> = {
    ...waiting,
    answer: (answer) => {
      letGo()
      waiting.answer(answer)
    },
    fail: (error) => {
      letGo()
      waiting.fail(error)
    },
  }
  signal.addEventListener('abort', takeOut)
  takeOut()
  return taken
}

export const streamHandler = <Given, Full, State, Event extends DomainEvent>(
  rules: Rules<Given, Full, State, Event>,
  { facts, deadline, snapshots: allSnapshots, ...ports }: StreamHandlerPorts,
): StreamHandler<Given, Full, State> => {
  const { store, clock } = ports
  const snapshots = rules.snapshot === undefined ? undefined : allSnapshots?.of(rules.snapshot)
  const states = stateCache<State, Event>((stream, before) =>
    openCachedState(stream, rules, store, { caution: before?.caution() ?? 0, snapshots }),
  )

  const queues = streamQueues(roundsOf(rules, { ...ports, facts }, states))

  return {
    handle: (stream, given, call) => () =>
      new Promise((answer, fail) => {
        const waiting: Waiting<Given> = {
          ...{ given, call, until: clock.monotonic() + deadline, attempts: 0, isSent: false },
          ...{ answer, fail },
        }
        queues.join(stream, call.signal === undefined ? waiting : untilTakenOut(waiting, call.signal))
      }),
    readState: (stream, at) => readSettled(states, stream, (cached) => at(cached.state())),
    check: (stream, full, commandId) => {
      const unlessRecorded = (decides: (state: ReadonlyState<State>) => E.Either<CommandError, unknown>) =>
        pipe(
          readSettled(states, stream, (cached) =>
            cached.recordedAt(commandId) === undefined ? E.map(() => true)(decides(cached.state())) : E.right(false),
          ),
          TE.flatMapEither((outcome) => outcome),
        )
      return pipe(
        unlessRecorded(() => timeOf(clock)),
        TE.flatMap((isNew) =>
          isNew
            ? pipe(
                full,
                TE.flatMap((command) => unlessRecorded(rules.decide(command))),
              )
            : TE.right(false),
        ),
      )
    },
    recordedUnder: (stream, commandId, digest) =>
      pipe(
        readSettled(states, stream, (cached) => cached.recordedAt(commandId)),
        TE.flatMap((first) => recordedUnder(store, stream, first, commandId, digest)),
      ),
    readStateUnder: (stream, commandId, at) =>
      pipe(
        readSettled(states, stream, (cached) => cached.recordedAt(commandId)),
        TE.flatMap((first) =>
          first === undefined
            ? TE.right(undefined)
            : readThen(stream, rules, store, ({ revision }) => revision > first, at),
        ),
      ),
    keepSnapshots: () => {
      for (const cached of states.all()) if (cached.isSnapshotDue(WORTH_AT_CLOSE)) cached.keepSnapshot()
    },
  }
}
