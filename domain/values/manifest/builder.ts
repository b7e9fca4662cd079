/** A manifest in the making. */
import * as E from 'fp-ts/lib/Either.js'
import { contentText, type Manifest, type ManifestEntry, sameContent, sorted } from './manifest.js'
import { canonicalPath, directoriesOf } from './path.js'

export type ManifestRejection =
  | { readonly _tag: 'illegal-path'; readonly path: string; readonly expected: string }
  /** Both as digests, with a word for what is executable. */
  | { readonly _tag: 'path-taken'; readonly path: string; readonly present: string; readonly offered: string }
  | { readonly _tag: 'path-not-found'; readonly path: string }

/** A manifest in the making; it owns its entries. */
export interface ManifestBuilder {
  /**
   * Adds an entry; its path is brought into canonical form. The same content again is fine, other content needs `overwrite`.
   * A path cannot be a file and a directory, for no directory could hold both.
   */
  readonly add: (entry: ManifestEntry, overwrite?: boolean) => E.Either<ManifestRejection, void>
  /** Removes a file, or everything below a directory; answers what was removed. */
  readonly remove: (path: string) => E.Either<ManifestRejection, ReadonlyArray<ManifestEntry>>
  readonly build: () => Manifest
}

export const manifestBuilder = (base: Manifest = []): ManifestBuilder => {
  const entries = new Map(base.map((entry) => [entry.path, entry]))
  /** How many entries lie below each directory. */
  const below = new Map<string, number>()
  const count = (path: string, change: 1 | -1): void => {
    for (const directory of directoriesOf(path)) below.set(directory, (below.get(directory) ?? 0) + change)
  }
  for (const path of entries.keys()) count(path, 1)

  /** What keeps a new path from lying beside the others. */
  const inTheWay = (path: string): string | undefined => {
    const file = directoriesOf(path).find((directory) => entries.has(directory))
    if (file !== undefined) return `a path that is not below a file, and "${file}" is one; remove that first`
    return (below.get(path) ?? 0) > 0
      ? 'a path that is not a directory, and files lie below it; remove those first'
      : undefined
  }
  return {
    add: (entry, overwrite = false) => {
      const path = legalPath(entry.path)
      if (E.isLeft(path)) return path
      const present = entries.get(path.right)
      if (present !== undefined && !overwrite && !sameContent(present, entry)) {
        const [was, offered] = [contentText(present), contentText(entry)]
        return E.left({ _tag: 'path-taken', path: path.right, present: was, offered })
      }
      if (present === undefined) {
        const expected = inTheWay(path.right)
        if (expected !== undefined) return E.left({ _tag: 'illegal-path', path: path.right, expected })
        count(path.right, 1)
      }
      entries.set(path.right, { ...entry, path: path.right })
      return E.right(undefined)
    },
    remove: (path) => {
      const legal = legalPath(path)
      if (E.isLeft(legal)) return legal
      const exact = entries.get(legal.right)
      const removed =
        exact !== undefined
          ? [exact]
          : [...entries.values()].filter((entry) => entry.path.startsWith(`${legal.right}/`))
      if (removed.length === 0) return E.left({ _tag: 'path-not-found', path: legal.right })
      for (const { path } of removed) {
        entries.delete(path)
        count(path, -1)
      }
      return E.right(removed)
    },
    build: () => sorted(entries.values()),
  }
}

const legalPath = (path: string): E.Either<ManifestRejection, string> => {
  const legal = canonicalPath(path)
  return E.isRight(legal) ? legal : E.left({ _tag: 'illegal-path', path, expected: legal.left })
}
