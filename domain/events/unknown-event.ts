/** What can be told of an event that a newer version wrote. */
import * as E from 'fp-ts/lib/Either.js'
import type { StoredEvent } from '../ports/event-store.js'
import type { JsonObject } from '../values/json.js'
import { decodeMetadataShape } from './event-shapes.js'
import { parseObject, type RecordedEvent } from './stored-events.js'

/** An event of a type, or of a schema version of it, that this software does not know: a newer one wrote it. */
export interface UnknownEvent extends RecordedEvent<null> {
  /** Its type, and its data as they were written. */
  readonly unknown: { readonly type: string; readonly data: JsonObject }
}

/** Its metadata are checked by their shape alone: a newer version may say more in them. What is wrong with it, else. */
export const decodeUnknown = (stored: StoredEvent): E.Either<string, UnknownEvent> => {
  const { stream, revision, position, id, type } = stored
  const metadata = decodeMetadataShape(stored)
  if (metadata === 'damaged') return E.left('its metadata are not those of an event')
  return E.Functor.map(parseObject(stored.data), (data) => ({
    ...{ stream, revision, position, id, metadata },
    event: null,
    unknown: { type, data },
  }))
}
