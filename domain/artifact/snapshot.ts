/** How an artifact's state is kept and read again: its columns as they are, so that a million versions are opened at once. */

import type * as t from 'io-ts'
import { CollectionHead, headOf, stateIn, withRoom } from '../collections/snapshot-head.js'
import { isBytes, isFloat64Array, isInt32Array } from '../values/built-ins.js'
import { nullable, record, wholeNumber } from '../values/codec.js'
import { bytes, doubles } from '../values/columns.js'
import type { StateSnapshot } from '../values/decider.js'
import { isKeyTable } from '../values/key-table.js'
import { VersionNumber } from '../values/names.js'
import { keptTexts } from '../values/texts.js'
import { artifactEvents } from './events.js'
import type { ArtifactState } from './state.js'
import { DIGEST_BYTES, WIDTH } from './version-columns.js'

const count = wholeNumber('a count')

/** Everything but columns. */
const Head = record('the head of a snapshot of an artifact', {
  collection: CollectionHead,
  newestLive: nullable(VersionNumber),
  versions: count,
  contents: count,
  texts: count,
  producers: count,
  distributed: count,
})

export const snapshot: StateSnapshot<ArtifactState> = {
  // Another number with whatever the columns hold, and with how keys are hashed. Code that knows fewer events has to find
  // the first that it does not know: it goes on from no snapshot that may be behind one.
  version: ['artifact 6', ...Object.keys(artifactEvents).sort()].join(' '),

  save: (state) => {
    const { versions, distributed, newestLive } = state
    const { length, rows, digests, contents, contentsUsed, texts, producers } = versions
    const head: t.TypeOf<typeof Head> = {
      collection: headOf(state),
      newestLive,
      versions: length,
      contents: contentsUsed,
      texts: texts.length,
      producers: producers.size,
      distributed: distributed.size,
    }
    return [
      head,
      doubles(withRoom(length) * WIDTH, rows),
      bytes(withRoom(length) * DIGEST_BYTES, digests),
      contents.slice(),
      bytes(withRoom(texts.length), texts.bytes),
      producers.slots.slice(),
      distributed.slots.slice(),
    ]
  },

  load: ([head, rows, digests, contents, texts, producers, distributed]) => {
    if (
      !Head.is(head) ||
      !(isFloat64Array(rows) && rows.length >= head.versions * WIDTH) ||
      !(isBytes(digests) && digests.length * WIDTH === rows.length * DIGEST_BYTES) ||
      !(isInt32Array(contents) && Number.isInteger(Math.log2(contents.length))) ||
      !(head.contents < contents.length) ||
      !(isBytes(texts) && texts.length >= head.texts) ||
      !isKeyTable(head.producers, producers) ||
      !isKeyTable(head.distributed, distributed)
    ) {
      return undefined
    }
    return {
      ...stateIn(head.collection),
      newestLive: head.newestLive,
      versions: {
        length: head.versions,
        rows,
        digests,
        contents,
        contentsUsed: head.contents,
        texts: keptTexts(texts, head.texts),
        producers: { size: head.producers, slots: producers },
      },
      distributed: { size: head.distributed, slots: distributed },
    }
  },
}
