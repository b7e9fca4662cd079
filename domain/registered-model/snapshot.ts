/** How a registered model's state is kept and read again: its columns as they are. */

import type * as t from 'io-ts'
import { CollectionHead, headOf, stateIn, Who, withRoom } from '../collections/snapshot-head.js'
import { isBytes, isFloat64Array } from '../values/built-ins.js'
import { nullable, record, wholeNumber } from '../values/codec.js'
import { bytes, doubles } from '../values/columns.js'
import type { StateSnapshot } from '../values/decider.js'
import { isKeyTable } from '../values/key-table.js'
import { Metadata } from '../values/names.js'
import { keptTexts } from '../values/texts.js'
import { registeredModelEvents } from './events.js'
import { WIDTH } from './link-columns.js'
import type { RegisteredModelState } from './state.js'

const count = wholeNumber('a count')

/** Everything but columns. */
const Head = record('the head of a snapshot of a registered model', {
  collection: CollectionHead,
  metadata: nullable(Metadata),
  metadataBy: nullable(Who),
  links: count,
  texts: count,
  sources: count,
})

export const snapshot: StateSnapshot<RegisteredModelState> = {
  // As that of an artifact, which says why.
  version: ['model 2', ...Object.keys(registeredModelEvents).sort()].join(' '),

  save: (state) => {
    const { metadata, metadataBy, links } = state
    const { length, rows, texts, sources } = links
    const head: t.TypeOf<typeof Head> = {
      collection: headOf(state),
      metadata,
      metadataBy,
      links: length,
      texts: texts.length,
      sources: sources.size,
    }
    return [
      head,
      doubles(withRoom(length) * WIDTH, rows),
      bytes(withRoom(texts.length), texts.bytes),
      sources.slots.slice(),
    ]
  },

  load: ([head, rows, texts, sources]) => {
    if (
      !Head.is(head) ||
      !(isFloat64Array(rows) && rows.length >= head.links * WIDTH) ||
      !(isBytes(texts) && texts.length >= head.texts) ||
      !isKeyTable(head.sources, sources)
    ) {
      return undefined
    }
    const { collection, metadata, metadataBy } = head
    return {
      ...stateIn(collection),
      metadata,
      metadataBy,
      links: {
        length: head.links,
        rows,
        texts: keptTexts(texts, head.texts),
        sources: { size: head.sources, slots: sources },
      },
    }
  },
}
