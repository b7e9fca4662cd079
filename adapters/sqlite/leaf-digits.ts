/** The leaf hash of an event as it stands in its row's text (`row-checksum.ts`). */
import { leafHash } from '../../domain/events/leaf-hash.js'
import type { NewEvent } from '../../domain/ports/event-store.js'
import { recordedAtTextOf } from '../../domain/values/metadata-text.js'

export const leafDigits = (event: NewEvent, stream: string, revision: number): string => {
  const { id, type, data, metadata } = event
  const digest = leafHash({ id, type, data, metadata, stream, revision }, recordedAtTextOf(event))
  return digest.slice('sha256:'.length).toUpperCase()
}
