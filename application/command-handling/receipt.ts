/** What a command led to, from the events that it left. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { decodeEvent, numbersOf, type RecordedEvent } from '../../domain/events/stored-events.js'
import {
  type EventStore,
  type Position,
  type Revision,
  readFailureOf,
  revisionBefore,
} from '../../domain/ports/event-store.js'
import type { Answer } from '../../domain/values/answer.js'
import type { Digest } from '../../domain/values/digest.js'
import type { CommandId } from '../../domain/values/envelope.js'
import { versionNumberAt } from '../../domain/values/names.js'
import type { CommandError } from './command-error.js'

/** What a command led to. The same command given again yields the same receipt. */
export interface Receipt {
  readonly commandId: CommandId
  readonly stream: string
  /** What was recorded; nothing where the command changed nothing. */
  readonly events: ReadonlyArray<DomainEvent>
  /** What the command is about, whether it changed anything or not. */
  readonly answer: Answer
  /** Of the last event that the command left, or of the stream where it left none. */
  readonly revision: Revision
  readonly position: Position
}

/** What a command is about, by the events that it left: the first of its own stream's numbers that they name. */
export const answerOf = (events: ReadonlyArray<DomainEvent>): Answer => {
  for (const event of events) {
    if (event.type === 'CommandAccepted') return event.answer
    // It names a version of another stream.
    if (event.type === 'ArtifactVersionUsed') return { version: (event.through ?? event.version).version }
    const [number] = numbersOf(event)
    if (number !== undefined)
      return 'generation' in event ? { generation: number } : { version: versionNumberAt(number) }
  }
  return {}
}

/** The events that say what changed. */
export const changesAmong = (events: ReadonlyArray<DomainEvent>): ReadonlyArray<DomainEvent> =>
  events.filter(({ type }) => type !== 'CommandAccepted')

/** The receipt of a command that was recorded before, from its events; or the refusal of a reused id. */
export const repeated = async (
  store: EventStore,
  stream: string,
  first: number,
  commandId: string,
  commandDigest: Digest,
): Promise<E.Either<CommandError, Receipt>> => {
  const found: RecordedEvent[] = []
  try {
    pages: for await (const page of store.readStream(stream, revisionBefore(first))) {
      for (const stored of page) {
        const decoded = decodeEvent(stored)
        if (E.isLeft(decoded)) return decoded
        if (decoded.right.metadata.commandId !== commandId) break pages
        found.push(decoded.right)
      }
    }
  } catch (error) {
    return E.left(readFailureOf(error))
  }
  const last = found.at(-1)
  if (last === undefined) return E.left({ _tag: 'unavailable', reason: `${stream} no longer shows revision ${first}` })
  const { revision, position, metadata } = last
  const events = found.map(({ event }) => event)
  return metadata.commandDigest === commandDigest
    ? E.right({
        commandId: metadata.commandId,
        stream,
        events: changesAmong(events),
        answer: answerOf(events),
        revision,
        position,
      })
    : E.left({ _tag: 'command-id-reused', commandId, stream, at: { by: metadata.actor, at: metadata.recordedAt } })
}

/** Which command was recorded under an id: the one that is meant, another, or none. */
export type RecordedUnder = 'this' | 'another' | 'none'

export const recordedUnder = (
  store: EventStore,
  stream: string,
  first: number | undefined,
  commandId: string,
  commandDigest: Digest,
): TE.TaskEither<CommandError, RecordedUnder> =>
  first === undefined
    ? TE.right('none')
    : pipe(
        () => repeated(store, stream, first, commandId, commandDigest),
        TE.map((): RecordedUnder => 'this'),
        TE.orElse((error) => (error._tag === 'command-id-reused' ? TE.right('another' as const) : TE.left(error))),
      )
