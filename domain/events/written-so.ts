/** Whether an event stands in its store as it is written: its texts, and its id (ADR 6). */
import * as E from 'fp-ts/lib/Either.js'
import type { StoredEvent } from '../ports/event-store.js'
import type { EventMetadata } from '../values/envelope.js'
import { type Admitted, admitted, impossible } from '../values/impossible.js'
import { isSurelyCanonical } from '../values/json.js'
import { type DecodedEvent, encodeEvent, idOfEvent, isOfTodaysSchema } from './stored-events.js'

/**
 * Its texts are those of its values.
 *
 * @param isMetadataHeld whether the same metadata were held to this with another event
 */
export const areTextsOf = (stored: StoredEvent, decoded: DecodedEvent, isMetadataHeld: boolean): Admitted => {
  const { type, ...data } = decoded.event
  const { metadata, values } = decoded
  // What an older version wrote is written otherwise today.
  if (!isOfTodaysSchema(type, metadata.schema)) return admitted
  const isSure =
    isSurelyCanonical(stored.data, values.data, data) &&
    (isMetadataHeld || isSurelyCanonical(stored.metadata, values.metadata, metadata))
  if (isSure) return admitted
  const written = encodeEvent(stored.stream, 0, decoded.event, metadata)
  if (E.isLeft(written))
    return impossible({ _tag: 'written-otherwise', says: stored.data, right: written.left.expected })
  for (const text of ['data', 'metadata'] as const) {
    const [says, right] = [stored[text], written.right[text]]
    if (says !== right) return impossible({ _tag: 'written-otherwise', says, right })
  }
  return admitted
}

/** Its id is that of its place among the events of its command, and of its texts. */
export const isIdOf = (
  stored: StoredEvent,
  index: number,
  { commandId }: Pick<EventMetadata, 'commandId'>,
): Admitted => {
  const right = idOfEvent(stored.stream, commandId, index, stored)
  return right === stored.id ? admitted : impossible({ _tag: 'id-of-another', id: stored.id, right })
}
