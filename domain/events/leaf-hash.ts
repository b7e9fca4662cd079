/** The leaf hash of an event: what a tamper-evident log is built on. A pure function of the event itself. */
import * as E from 'fp-ts/lib/Either.js'
import type { NewEvent } from '../ports/event-store.js'
import { createLeafHash, type Digest, sha256 } from '../values/digest.js'
import { canonicalJson } from '../values/json.js'

/**
 * SHA-256 over 0x00 and the RFC 8785 text of `{stream, revision, id, type, recordedAt, dataSha256,
 * metadataSha256}`. It leaves out the position, which is the business of the store that holds the event:
 * moved to another store, an event keeps its leaf hash. The 0x00 sets leaves apart from nodes (RFC 6962).
 */
export const leafHash = (
  event: NewEvent & { readonly stream: string; readonly revision: number },
  recordedAt: string,
): Digest => {
  const { stream, revision, id, type, data, metadata } = event
  const [dataSha256, metadataSha256] = [sha256(data), sha256(metadata)]
  // In the order of the names, so that this is the canonical text; where it escapes half of a pair of surrogates there is none.
  const text = `{"dataSha256":"${dataSha256}","id":${JSON.stringify(id)},"metadataSha256":"${metadataSha256}","recordedAt":${JSON.stringify(recordedAt)},"revision":${revision},"stream":${JSON.stringify(stream)},"type":${JSON.stringify(type)}}`
  if (!text.includes('\\ud')) return createLeafHash(text)
  return createLeafHash(canonicalText({ dataSha256, id, metadataSha256, recordedAt, revision, stream, type }, id))
}

const canonicalText = (members: unknown, id: string): string => {
  const text = canonicalJson(members)
  if (E.isLeft(text)) throw new TypeError(`the event ${id} has no canonical text: ${text.left.expected}`)
  return text.right
}
