/** From a stored event to what a state is folded of. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { StoredEvent } from '../../domain/ports/event-store.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import { actorOf, commandIdOf, recordedAtTextOf } from '../../domain/values/metadata-text.js'
import type { CommandError } from './command-error.js'
import type { Recorded } from './folded-stream.js'

type Foldable<Event> = E.Either<CommandError, { readonly event: Event | CommandAccepted; readonly recorded: Recorded }>

/** So many events of one reading are decoded in full. */
const IN_FULL = 1000

/**
 * Gives what this kind of stream may hold, event by event. Each was decoded in full when it was written: of a stream so long
 * that a snapshot would spare the reading, the shape of an event is enough, as it is for the read model. What has another
 * shape is decoded in full, so that it is told what is wrong with it.
 */
export const decoderOf = <Event extends DomainEvent>(isEvent: (event: DomainEvent) => event is DomainEvent & Event) => {
  const recordedIn = recordedReader()
  let decoded = 0
  return (stored: StoredEvent): Foldable<Event> => {
    if (decoded++ < IN_FULL) return decodeInFull(isEvent, stored)
    const event = decodeShape(stored)
    const recorded = recordedIn(stored)
    return typeof event === 'object' && recorded !== undefined && (event.type === 'CommandAccepted' || isEvent(event))
      ? E.right({ event, recorded })
      : decodeInFull(isEvent, stored)
  }
}

/** All events of a command have the same metadata: it is read once. */
const recordedReader = () => {
  let text = ''
  let recorded: Recorded | undefined
  return (stored: StoredEvent): Recorded | undefined => {
    if (stored.metadata === text) return recorded
    text = stored.metadata
    const [commandId, actor, recordedAt] = [commandIdOf(stored), actorOf(stored), recordedAtTextOf(stored)]
    recorded = commandId === '' || actor === '' || recordedAt === '' ? undefined : { commandId, actor, recordedAt }
    return recorded
  }
}

const decodeInFull = <Event extends DomainEvent>(
  isEvent: (event: DomainEvent) => event is DomainEvent & Event,
  stored: StoredEvent,
): Foldable<Event> =>
  pipe(
    decodeEvent(stored),
    E.flatMap(
      ({ event, metadata }): ReturnType<typeof decodeInFull<Event>> =>
        event.type === 'CommandAccepted' || isEvent(event)
          ? E.right({ event, recorded: metadata })
          : E.left({ _tag: 'unknown-event', stream: stored.stream, revision: stored.revision, type: stored.type }),
    ),
  )
