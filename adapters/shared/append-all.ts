import { mkdtemp, open, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { deserialize, serialize } from 'node:v8'
import * as E from 'fp-ts/lib/Either.js'
import type { Append, AppendAllError, EventStore } from '../../domain/ports/event-store.js'
import { whenOpenable } from './open-files.js'

/** What many appends are told that come too late. */
export const HAS_GONE_ON: AppendAllError = {
  _tag: 'in-use',
  reason: 'others wrote to the event store meanwhile: let nobody write to it',
}

/**
 * Many appends for a store without a transaction over streams: each is sent when the one before it was acknowledged,
 * and the first when the last was seen. Until then they lie in a temporary file.
 */
export const appendSequentially =
  ({ append, head }: Pick<EventStore, 'append' | 'head'>): EventStore['appendAll'] =>
  (after, appends) =>
  async () => {
    const folder = await mkdtemp(join(tmpdir(), 'model-ledger-'))
    try {
      const file = await whenOpenable(() => open(join(folder, 'appends'), 'wx+'))
      try {
        const lengths: number[] = []
        for await (const some of appends) {
          const bytes = serialize(some)
          await file.appendFile(bytes)
          lengths.push(bytes.length)
        }
        const before = await head()()
        if (E.isLeft(before)) return before
        if (before.right !== after) return E.left(HAS_GONE_ON)
        let position = after
        let at = 0
        for (const length of lengths) {
          const { buffer } = await file.read(Buffer.alloc(length), 0, length, at)
          at += length
          // As it was written above.
          const some = deserialize(buffer) as ReadonlyArray<Append>
          for (const { stream, expected, events } of some) {
            const outcome = await append(stream, expected, events)()
            if (E.isLeft(outcome)) return outcome
            position = outcome.right.position
          }
        }
        return E.right(position)
      } finally {
        await file.close()
      }
    } finally {
      await rm(folder, { recursive: true, force: true })
    }
  }
