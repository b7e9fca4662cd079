/** How an artifact's state is kept and read again: its columns as they are, so that a million versions are opened at once. */
import * as t from 'io-ts'
import { nullable, record, wholeNumber } from '../values/codec.js'
import { bytes, doubles } from '../values/columns.js'
import type { StateSnapshot } from '../values/decider.js'
import { isKeyTable } from '../values/key-table.js'
import { VersionNumber } from '../values/names.js'
import { artifactEvents } from './events.js'
import type { ArtifactState } from './state.js'
import { DIGEST_BYTES, WIDTH } from './version-columns.js'

const count = wholeNumber('a count')

/** With the version that holds each, or did, and who had put it there or taken it away. */
const Aliases = t.readonlyArray(
  t.tuple([t.string, record('a holder', { version: VersionNumber, by: t.string, at: t.string })]),
)

/** Who did it, and when. */
const Who = record('who did it', { by: t.string, at: t.string })

/** Everything but columns. */
const Head = record('the head of a snapshot of an artifact', {
  artifactType: nullable(t.string),
  description: nullable(t.string),
  tags: t.readonlyArray(t.string),
  newestLive: nullable(VersionNumber),
  archived: nullable(Who),
  deleted: nullable(Who),
  aliases: Aliases,
  removedAliases: Aliases,
  left: t.readonlyArray(t.string),
  versions: count,
  contents: count,
  texts: count,
  producers: count,
  distributed: count,
})

/** With room for what comes next: what is full is copied as a whole by the first row that does. */
const withRoom = (rows: number): number => rows + Math.ceil(rows / 16) + 64

export const snapshot: StateSnapshot<ArtifactState> = {
  // Another number with whatever the columns hold, and with how keys are hashed. Code that knows fewer events has to find
  // the first that it does not know: it goes on from no snapshot that may be behind one.
  version: ['artifact 4', ...Object.keys(artifactEvents).sort()].join(' '),

  save: ({ versions, distributed, aliases, removedAliases, left, ...state }) => {
    const { artifactType, description, tags, newestLive, archived, deleted } = state
    const { length, rows, digests, contents, contentsUsed, texts, producers } = versions
    const head: t.TypeOf<typeof Head> = {
      artifactType,
      description,
      tags,
      newestLive,
      archived,
      deleted,
      aliases: [...aliases],
      removedAliases: [...removedAliases],
      left: [...left],
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
      !(rows instanceof Float64Array && rows.length >= head.versions * WIDTH) ||
      !(digests instanceof Uint8Array && digests.length * WIDTH === rows.length * DIGEST_BYTES) ||
      !(contents instanceof Int32Array && Number.isInteger(Math.log2(contents.length))) ||
      !(head.contents < contents.length) ||
      !(texts instanceof Uint8Array && texts.length >= head.texts) ||
      !isKeyTable(head.producers, producers) ||
      !isKeyTable(head.distributed, distributed)
    ) {
      return undefined
    }
    const { artifactType, description, tags, newestLive, archived, deleted, aliases, removedAliases, left } = head
    return {
      artifactType,
      description,
      tags,
      newestLive,
      archived,
      deleted,
      aliases: new Map(aliases),
      removedAliases: new Map(removedAliases),
      left: new Set(left),
      versions: {
        length: head.versions,
        rows,
        digests,
        contents,
        contentsUsed: head.contents,
        texts: { bytes: texts, length: head.texts, recent: new Map() },
        producers: { size: head.producers, slots: producers },
      },
      distributed: { size: head.distributed, slots: distributed },
    }
  },
}
