/** Snapshots in memory: as long as the process lives. What is given back shares nothing with what was kept. */

import * as TE from 'fp-ts/lib/TaskEither.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { clone } from '../../domain/values/clone.js'

export const memorySnapshotStore = (): SnapshotStore => {
  const kept = new Map<string, ReadonlyArray<unknown>>()
  return {
    load: (key) => TE.fromIO(() => clone(kept.get(key))),
    save: (key, parts) =>
      TE.tryCatch(
        async () => {
          kept.set(key, clone([...parts]))
        },
        (cause) => ({ _tag: 'snapshot-failed', reason: String(cause) }),
      ),
  }
}
