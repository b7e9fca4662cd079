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

/** Appends that came to their end, from the one of this index on; as often as one likes. */
export type ReadAppends = (from?: number) => AsyncGenerator<Append, void, undefined>

/**
 * For a store without a transaction over streams, which writes the first append when the last was seen. Until then they lie in a
 * temporary file.
 */
export const whenAllSeen = async <A>(
  appends: Parameters<EventStore['appendAll']>[1],
  use: (read: ReadAppends) => Promise<A>,
): Promise<A> => {
  const folder = await mkdtemp(join(tmpdir(), 'model-ledger-'))
  try {
    const file = await whenOpenable(() => open(join(folder, 'appends'), 'wx+'))
    try {
      const pages: Array<{ readonly bytes: number; readonly appends: number }> = []
      for await (const some of appends) {
        const bytes = serialize(some)
        await file.appendFile(bytes)
        pages.push({ bytes: bytes.length, appends: some.length })
      }
      return await use(async function* (from = 0) {
        let [at, index] = [0, 0]
        for (const page of pages) {
          if (index + page.appends > from) {
            const { buffer } = await file.read(Buffer.alloc(page.bytes), 0, page.bytes, at)
            // As it was written above.
            const some = deserialize(buffer) as ReadonlyArray<Append>
            yield* some.slice(Math.max(from - index, 0))
          }
          at += page.bytes
          index += page.appends
        }
      })
    } finally {
      await file.close()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

/** Many appends, each sent when the one before it was acknowledged. */
export const appendSequentially =
  ({ append, head }: Pick<EventStore, 'append' | 'head'>): EventStore['appendAll'] =>
  (after, appends) =>
  () =>
    whenAllSeen(appends, async (read) => {
      const before = await head()()
      if (E.isLeft(before)) return before
      if (before.right !== after) return E.left(HAS_GONE_ON)
      let position = after
      for await (const { stream, expected, events } of read()) {
        const outcome = await append(stream, expected, events)()
        if (E.isLeft(outcome)) return outcome
        position = outcome.right.position
      }
      return E.right(position)
    })
