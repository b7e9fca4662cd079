/** Facts of manifests: whether one is stored as it is claimed, and what parts make together, with the base on which they lie. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Facts, Part } from '../../domain/ports/facts.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { mergeParts } from '../../domain/values/manifest/merge.js'
import type { ManifestStore } from '../manifest-store.js'
import type { CommandError } from './command-error.js'

export const checkManifest = (claimed: ManifestSummary, manifests: ManifestStore): TE.TaskEither<CommandError, void> =>
  pipe(
    manifests.summary(claimed.digest),
    TE.flatMap(
      (stored): TE.TaskEither<CommandError, void> =>
        stored.entries === claimed.entries && stored.bytes === claimed.bytes
          ? TE.right(undefined)
          : TE.left({ _tag: 'manifest-mismatch', claimed, stored }),
    ),
  )

export const mergeStored = (
  parts: ReadonlyArray<Part>,
  lastWriterWins: boolean,
  base: ManifestSummary | undefined,
  manifests: ManifestStore,
): ReturnType<Facts<CommandError>['merged']> =>
  pipe(
    readStored(parts, base, manifests),
    TE.flatMap((stored) => {
      const merged = mergeParts(stored.parts, lastWriterWins, stored.base)
      if (E.isLeft(merged) || stored.parts.length === 0) {
        return TE.right(E.isLeft(merged) ? merged : E.left({ _tag: 'path-conflict' as const, conflicts: [] }))
      }
      return pipe(
        manifests.put(merged.right),
        // The base may be deleted by the time that an event names them.
        TE.tap(({ digest }) => (base === undefined ? TE.right(undefined) : manifests.keepFiles(digest))),
        TE.map(E.right),
      )
    }),
  )

/** Whether parts fit together, and their base, without anything being stored. */
export const fitStored = (
  parts: ReadonlyArray<Part>,
  base: ManifestSummary | undefined,
  manifests: ManifestStore,
): ReturnType<Facts<CommandError>['fitting']> =>
  pipe(
    readStored(parts, base, manifests),
    TE.map((stored) => E.asUnit(mergeParts(stored.parts, false, stored.base))),
  )

/** Parts and their base, with their manifests. */
const readStored = (parts: ReadonlyArray<Part>, base: ManifestSummary | undefined, manifests: ManifestStore) =>
  pipe(
    parts,
    TE.traverseSeqArray(({ part, ...rest }) =>
      pipe(
        manifests.get(part.digest),
        TE.map((manifest) => ({ ...rest, manifest })),
      ),
    ),
    TE.bindTo('parts'),
    TE.bind('base', () => (base === undefined ? TE.right(undefined) : manifests.get(base.digest))),
  )
