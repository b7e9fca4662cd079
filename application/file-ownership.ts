/** To whom the files of a store belong: to the ledger that used it first, and to others where they share it. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { FileStore, FileStoreError } from '../domain/ports/file-store.js'
import type { LedgerId } from '../domain/ports/ledger-id.js'

/** Refuses a store that is another ledger's already, unless both are to share it. Answers whose it is. */
export const assertClaimable = (
  files: FileStore,
  own: LedgerId,
  shared: boolean,
): TE.TaskEither<FileStoreError, ReadonlyArray<LedgerId>> =>
  pipe(
    files.ledgers(),
    TE.flatMap((ledgers) =>
      ledgers.length === 0 || ledgers.includes(own) || shared ? TE.right(ledgers) : TE.left(ofAnother(own, ledgers)),
    ),
  )

/** Makes a store one of a ledger's that is `assertClaimable`. */
export const claimFiles = (files: FileStore, own: LedgerId, shared: boolean): TE.TaskEither<FileStoreError, void> => {
  /** Another may have come at the same time: then neither stays, and the next of them that comes does. */
  const stay = (all: ReadonlyArray<LedgerId>): TE.TaskEither<FileStoreError, void> => {
    const ledgers = all.filter((each) => each !== own)
    return ledgers.length === 0 || shared
      ? TE.right(undefined)
      : pipe(
          files.removeLedger(own),
          TE.flatMap(() => TE.left(ofAnother(own, ledgers))),
        )
  }

  return pipe(
    assertClaimable(files, own, shared),
    TE.flatMap((ledgers) =>
      ledgers.includes(own)
        ? TE.right(undefined)
        : pipe(files.addLedger(own), TE.flatMap(files.ledgers), TE.flatMap(stay)),
    ),
  )
}

/** Whether a ledger alone may say which of the files are needed. */
export const assertFilesOfOne = (files: FileStore, own: LedgerId | undefined): TE.TaskEither<FileStoreError, void> =>
  pipe(
    files.ledgers(),
    TE.flatMap((all) => {
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
): FileStore & { readonly claim: () => TE.TaskEither<FileStoreError, void> } => {
  let isClaimed = false
  const claim = (): TE.TaskEither<FileStoreError, void> =>
    isClaimed
      ? TE.right(undefined)
      : pipe(
          own(),
          TE.flatMap((id) => claimFiles(files, id, shared)),
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
