/** What those who wait are told once it is known what became of a round. */
import * as E from 'fp-ts/lib/Either.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { AppendFailure, Positions } from './append.js'
import type { CachedState } from './cached-state.js'
import type { CommandError } from './command-error.js'
import { repeated } from './receipt.js'
import { type Decided, isTakenOut, type Waiting } from './round.js'
import { asCommandError, notSent } from './store-failure.js'

export const ABORTED: E.Either<CommandError, never> = E.left({ _tag: 'aborted' })

export const answerAll = <Given>(
  commands: ReadonlyArray<Waiting<Given>>,
  given: E.Either<CommandError, never>,
): void => {
  for (const { answer } of commands) answer(given)
}

/** It stands: each has its own receipt, or its own refusal. */
export const answerEach = <Given, State, Event>(
  store: EventStore,
  stream: string,
  cached: CachedState<State, Event>,
  decisions: ReadonlyArray<Decided<Given>>,
  positions: Positions,
): void => {
  const [revision, position] = [cached.revision(), cached.position()]
  for (const decided of decisions) {
    const { answer, fail, call } = decided.waiting
    const { commandId } = call.envelope
    switch (decided.how) {
      case 'repeated':
        repeated(store, stream, decided.recordedAt, commandId, call.digest).then(answer, fail)
        break
      case 'refused':
        answer(E.left(decided.error))
        break
      case 'unchanged':
        answer(E.right({ commandId, stream, ...decided.receipt, revision, position }))
        break
      case 'changed': {
        const at = { revision: decided.revision, position: positions.get(decided.revision) ?? position }
        answer(E.right({ commandId, stream, ...decided.receipt, ...at }))
        break
      }
    }
  }
}

/** Others wrote to the stream: the same commands come first again, but for those whose time is over. */
export const decideAgain = <Given>(
  stream: string,
  queue: Array<Waiting<Given>>,
  commands: ReadonlyArray<Waiting<Given>>,
  now: number,
): void => {
  for (const command of commands) {
    command.attempts += 1
    command.isSent = false
    if (isTakenOut(command)) command.answer(ABORTED)
    else if (now >= command.until) command.answer(E.left({ _tag: 'contention', stream, attempts: command.attempts }))
  }
  queue.unshift(...commands.filter((command) => now < command.until && !isTakenOut(command)))
}

/**
 * The append failed, and what it held has its answer. All else is decided anew, but for those whose time is over.
 */
export const answerFailed = <Given>(
  queue: Array<Waiting<Given>>,
  commands: ReadonlyArray<Waiting<Given>>,
  decisions: ReadonlyArray<Decided<Given>>,
  error: AppendFailure,
  now: number,
): void => {
  const sent = new Set(decisions.flatMap(({ how, waiting }) => (how === 'changed' ? [waiting] : [])))
  for (const { answer, call } of sent) answer(E.left(asCommandError(error, call.envelope.commandId)))
  const others = [...commands.filter((command) => !sent.has(command)), ...queue.splice(0)]
  answerAll(
    others.filter(({ until }) => now >= until),
    E.left(notSent(error)),
  )
  queue.push(...others.filter(({ until }) => now < until))
}
