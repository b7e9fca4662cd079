/** Files that are stored, and that nothing names yet. */
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import { COLLECTED_AFTER_MS, type FileStore } from '../../domain/ports/file-store.js'
import { isDigest } from '../../domain/values/digest.js'
import type { ManifestEntry } from '../../domain/values/manifest/manifest.js'

/** So often what is stored already is put again while the rest of it still comes. */
const RENEWED_EVERY_MS = COLLECTED_AFTER_MS / 4

/** What is stored already is not collected while the rest of it still comes, however long that takes. */
export const keepWhile = async (
  done: AbortSignal,
  { files, clock }: { readonly files: FileStore; readonly clock: Clock },
  stored: () => ReadonlyArray<ManifestEntry>,
): Promise<void> => {
  for (;;) {
    const due = clock.monotonic() + RENEWED_EVERY_MS
    await clock.sleep(RENEWED_EVERY_MS, done)
    if (done.aborted || clock.monotonic() < due) return
    // What is missing nevertheless, the log itself finds.
    await files.renew(
      stored().flatMap(({ digest, reference }) => (reference === undefined && isDigest(digest) ? digest : [])),
    )()
  }
}
