/** To whom the files of a store belong: to the ledger that used it first, and to others where they share it. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { type FileStore, type FileStoreError, FileStoreFailure } from '../domain/ports/file-store.js'
import type { LedgerId } from '../domain/ports/ledger-id.js'

/** Refuses a store that is another ledger's already, unless both are to share it. Answers whose it is. */
export const assertClaimable = (
  files: FileStore,
  own: LedgerId,
  shared: boolean,
): TE.TaskEither<FileStoreError, ReadonlyArray<LedgerId> | undefined> =>
  pipe(
    files.ledgers(),
    TE.flatMap((ledgers) =>
      ledgers === undefined || ledgers.length === 0 || ledgers.includes(own) || shared
        ? TE.right(ledgers)
        : TE.left(ofAnother(own, ledgers)),
    ),
  )

/** Whether there are files in a store. */
const hasFiles = (files: FileStore): TE.TaskEither<FileStoreError, boolean> =>
  TE.tryCatch(
    async () => {
      for await (const page of files.list('file')) if (page.length > 0) return true
      return false
    },
    (cause) =>
      cause instanceof FileStoreFailure
        ? cause.error
        : { _tag: 'file-store-failed', operation: 'list what it holds', reason: String(cause) },
  )

/**
 * Makes a store one of a ledger's that is `assertClaimable`. Files from before ledgers had ids are taken only by a
 * ledger that `isFromBefore` as well: any other began without them, and would collect them.
 */
export const claimFiles = (
  files: FileStore,
  own: LedgerId,
  shared: boolean,
  isFromBefore: TE.TaskEither<FileStoreError, boolean>,
): TE.TaskEither<FileStoreError, void> => {
  /** Whoever enters a ledger does so before the first file: another process may have done both just now. */
  const assertEntered = pipe(
    files.ledgers(),
    TE.flatMap((ledgers) => (ledgers === undefined ? TE.left(ofAnother(own, [])) : TE.right(undefined))),
  )
  const assertOwn = pipe(
    hasFiles(files),
    TE.flatMap((has) => (has && !shared ? isFromBefore : TE.right(true))),
    TE.flatMap((may) => (may ? TE.right(undefined) : assertEntered)),
  )
  /** Another may have come at the same time: then neither stays, and the next of them that comes does. */
  const stay = (all: ReadonlyArray<LedgerId> = []): TE.TaskEither<FileStoreError, void> => {
    const ledgers = all.filter((each) => each !== own)
    return ledgers.length === 0 || shared
      ? TE.right(undefined)
      : pipe(
          files.removeLedger(own),
          TE.flatMap(() => TE.left(ofAnother(own, ledgers))),
        )
  }
  const enter = pipe(files.addLedger(own), TE.flatMap(files.ledgers), TE.flatMap(stay))

  return pipe(
    assertClaimable(files, own, shared),
    TE.flatMap((ledgers) => {
      if (ledgers === undefined)
        return pipe(
          assertOwn,
          TE.flatMap(() => enter),
        )
      return ledgers.includes(own) ? TE.right(undefined) : enter
    }),
  )
}

/** Whether a ledger alone may say which of the files are needed. */
export const assertFilesOfOne = (files: FileStore, own: LedgerId | undefined): TE.TaskEither<FileStoreError, void> =>
  pipe(
    files.ledgers(),
    TE.flatMap((all = []) => {
      const ledgers = all.filter((each) => each !== own)
      return ledgers.length === 0 ? TE.right(undefined) : TE.left(ofAnother(own, ledgers))
    }),
  )

const ofAnother = (own: LedgerId | undefined, ledgers: ReadonlyArray<LedgerId>): FileStoreError => ({
  _tag: 'files-of-another-ledger',
  own,
  ledgers,
})

/** A store that is claimed before the first bytes are put into it. */
export const claimedFiles = (
  files: FileStore,
  own: () => TE.TaskEither<FileStoreError, LedgerId>,
  shared: boolean,
  isFromBefore: (own: LedgerId) => TE.TaskEither<FileStoreError, boolean>,
): FileStore & { readonly claim: () => TE.TaskEither<FileStoreError, void> } => {
  let isClaimed = false
  const claim = (): TE.TaskEither<FileStoreError, void> =>
    isClaimed
      ? TE.right(undefined)
      : pipe(
          own(),
          TE.flatMap((id) => claimFiles(files, id, shared, isFromBefore(id))),
          TE.tapIO(() => () => {
            isClaimed = true
          }),
        )
  return {
    ...files,
    claim,
    put: (kind, source, progress) =>
      pipe(
        claim(),
        TE.flatMap(() => files.put(kind, source, progress)),
      ),
  }
}
