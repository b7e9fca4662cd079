/**
 * Appending. Always at an explicit revision and with stable ids, so that the server recognises what it has
 * written before: an append whose fate is unknown is sent again, never decided again.
 */

import { type EventData, NO_STREAM } from '@eventstore/db-client'
import * as E from 'fp-ts/lib/Either.js'
import {
  type Append,
  type AppendError,
  type Appended,
  revisionAfter,
  tooLarge,
  toPosition,
} from '../../domain/ports/event-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { hidden } from './deletion.js'
import { type Failure, failureOf, reasonOf } from './failure.js'
import { readStream } from './read-stream.js'
import { CLOSED, Patience, pause, pauseBefore, type Session, withTimeout } from './session.js'
import { toWire } from './wire.js'

/** What a server before 25.1 takes in one append, less one byte. */
const MAX_WIRE_BYTES = 1024 * 1024 - 1

export interface Appends {
  readonly append: (append: Append) => Promise<E.Either<AppendError, Appended>>
  /** Resolves when none is under way. */
  readonly settled: () => Promise<void>
}

/** Appends to one stream wait for each other, since the server takes concurrent calls in any order. */
export const appendsInTurn = (session: Session): Appends => {
  const last = new Map<string, Promise<unknown>>()
  return {
    append: async (append) => {
      const refusal = tooLarge(append.events)
      if (refusal !== undefined) return E.left(refusal)
      const wire = append.events.map(toWire)
      const bytes = wire.reduce((sum, event) => sum + event.bytes, 0)
      if (bytes > MAX_WIRE_BYTES) return E.left({ _tag: 'too-large', bytes, limit: MAX_WIRE_BYTES, what: 'append' })

      const patience = new Patience(session)
      const sent = (last.get(append.stream) ?? Promise.resolve()).then(() =>
        send(session, { ...append, bytes, wire: wire.map(({ event }) => event), patience }),
      )
      last.set(append.stream, sent)
      const outcome = await sent
      if (last.get(append.stream) === sent) last.delete(append.stream)
      return outcome
    },
    settled: async () => {
      await Promise.all(last.values())
    },
  }
}

interface Sending extends Append {
  readonly wire: EventData[]
  readonly bytes: number
  readonly patience: Patience
}

/** Sends it, and sends it again, until there is an answer or the time is up. Never rejects. */
const send = async (session: Session, sending: Sending): Promise<E.Either<AppendError, Appended>> => {
  const { stream, expected, bytes, patience } = sending
  let mayBeWritten = false
  let reason = 'the appends before it took all the time'
  const unanswered = (): AppendError => ({
    _tag: mayBeWritten ? 'unknown-outcome' : 'unavailable',
    reason: `${session.server}: ${reason}`,
  })

  for (let attempt = 0; !patience.isOver; attempt++) {
    if (session.closing.aborted) return E.left(mayBeWritten ? unanswered() : { _tag: 'closed', reason: CLOSED })
    const answer = await trySend(session, sending)
    if (E.isRight(answer)) return answer
    const failure = answer.left
    reason = reasonOf(failure)
    switch (failure._tag) {
      case 'too-large':
        return E.left({ _tag: 'too-large', bytes: failure.bytes ?? bytes, limit: failure.limit, what: failure.what })
      case 'conflict': {
        const conflict: AppendError = { _tag: 'conflict', stream, expected, actual: failure.actual }
        return mayBeWritten ? whereItStands(session, sending, conflict) : E.left(conflict)
      }
      case 'damaged':
        return E.left({ _tag: 'damaged', stream, reason: failure.reason })
      case 'refused':
      case 'stream-not-found':
        return E.left(unanswered())
      case 'unknown':
        mayBeWritten = true
        break
      case 'not-taken':
        break
    }
    await pause(pauseBefore(attempt, session), session.closing)
  }
  return E.left(unanswered())
}

const trySend = async (
  session: Session,
  { stream, expected, wire, patience }: Sending,
): Promise<E.Either<Failure, Appended>> => {
  const { client, prefix, timeout } = session
  const name = prefix + stream
  if (expected === 'none' || session.cut.has(name)) {
    // The server takes a stream that was soft-deleted for one that never was, and would go on with its numbers.
    const reason = await hiddenNow(session, name, patience)
    if (E.isLeft(reason)) return reason
    if (reason.right !== undefined) return E.left({ _tag: 'damaged', reason: reason.right })
  }
  try {
    const call = () =>
      client.appendToStream(name, wire, {
        expectedRevision: expected === 'none' ? NO_STREAM : BigInt(expected),
        requiresLeader: true,
        deadline: timeout,
      })
    // Besides the deadline, which begins only when the client has found a node.
    const answer = await patience.try(() => withTimeout(timeout, call(), session.closing))
    const { nextExpectedRevision, position } = answer
    if (position === undefined) return E.left({ _tag: 'unknown', reason: 'the server told no position' })
    const revision = Number(nextExpectedRevision)
    const meant = revisionAfter(expected, wire.length)
    if (revision === meant) return E.right({ revision: meant, position: toPosition(Number(position.commit)) })
    const what = `the stream ${name} went on at revision ${revision} where ${meant} was meant`
    const why = 'it was deleted with the tools of the server while this was written'
    return E.left({ _tag: 'damaged', reason: `${what}: ${why}; restore a backup` })
  } catch (error) {
    return E.left(failureOf(error))
  }
}

/** Nothing is written by a look, whatever it fails with. */
const hiddenNow = async (
  session: Session,
  name: string,
  patience: Patience,
): Promise<E.Either<Failure, string | undefined>> => {
  try {
    return E.right(await patience.try(() => hidden(session, name)))
  } catch (error) {
    const failure = failureOf(error)
    return E.left(failure._tag === 'unknown' ? { _tag: 'not-taken', reason: failure.reason } : failure)
  }
}

/** After a try that may have been written: what is in the way may be these same events. */
const whereItStands = async (
  session: Session,
  { stream, expected, events }: Sending,
  conflict: AppendError,
): Promise<E.Either<AppendError, Appended>> => {
  let found = 0
  try {
    for await (const page of readStream({ ...session, patience: 4 * session.timeout }, stream, expected)) {
      for (const { id, revision, position } of page) {
        if (id !== events[found]?.id) return E.left(conflict)
        found += 1
        if (found === events.length) return E.right({ revision, position })
      }
    }
    return E.left(conflict)
  } catch (error) {
    return E.left({ _tag: 'unknown-outcome', reason: messageOf(error) })
  }
}
