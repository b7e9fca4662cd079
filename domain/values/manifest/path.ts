/**
 * Paths inside a manifest: relative POSIX paths in one canonical form, the same on every platform. They
 * come from outside and become file names, so they are checked when they are logged and again when they
 * are written to a disk.
 */
import * as E from 'fp-ts/lib/Either.js'

/** In bytes of UTF-8. */
export const MAX_PATH_BYTES = 1024
/** In bytes of UTF-8; what the usual file systems take as one name. */
export const MAX_SEGMENT_BYTES = 255

/** The path itself if it is legal and canonical, or else what would be right. */
export const checkManifestPath = (text: string): E.Either<string, string> => {
  if (text === '') return E.left('a relative path (this one is empty)')
  if (!text.isWellFormed()) return E.left('a path of well-formed Unicode (this one holds a lone surrogate)')
  if (text.startsWith('/')) return E.left('a relative path (this one begins with "/")')
  if (text.includes('\\')) return E.left('a path with "/" between its parts (this one holds a backslash)')
  if (/^[A-Za-z]:/.test(text)) return E.left('a path without a drive letter')
  if (/\p{Cc}/u.test(text)) return E.left('a path without NUL and other control characters')
  if (Buffer.byteLength(text) > MAX_PATH_BYTES) return E.left(`a path of at most ${MAX_PATH_BYTES} bytes of UTF-8`)
  for (const segment of text.split('/')) {
    if (segment === '..') return E.left('a path without ".."')
    if (segment === '.' || segment === '') return E.left('a canonical path (no "//", no "." and no "/" at its end)')
    if (Buffer.byteLength(segment) > MAX_SEGMENT_BYTES)
      return E.left(`a path whose parts have at most ${MAX_SEGMENT_BYTES} bytes of UTF-8 each`)
  }
  return E.right(text)
}

/**
 * The canonical form of a path as callers write it (`a//b` is `a/b`, `./c` is `c`, `d/` is `d`), or what
 * would be right. As W&B does it with Python's `PurePosixPath`.
 */
export const canonicalPath = (text: string): E.Either<string, string> => {
  if (text.startsWith('/')) return checkManifestPath(text)
  const segments = text.split('/').filter((segment) => segment !== '' && segment !== '.')
  return segments.length === 0
    ? E.left('a relative path that names a file (this one names none)')
    : checkManifestPath(segments.join('/'))
}

/** Orders texts by their UTF-8 bytes, without encoding them. */
export const compareUtf8 = (one: string, other: string): number => {
  const shared = Math.min(one.length, other.length)
  for (let at = 0; at < shared; at++) {
    const left = one.charCodeAt(at)
    const right = other.charCodeAt(at)
    if (left === right) continue
    // A surrogate stands for a code point above U+FFFF, which UTF-8 sorts behind every other.
    return isSurrogate(left) === isSurrogate(right) ? left - right : isSurrogate(left) ? 1 : -1
  }
  return one.length - other.length
}

const isSurrogate = (unit: number): boolean => (unit & 0xf800) === 0xd800

/** Which names a file system takes for one and the same. */
export interface NamesAlike {
  /** Names that differ only in upper and lower case, as on NTFS and APFS. */
  readonly case: boolean
  /** Names that differ only in their Unicode normalisation form, as on APFS. */
  readonly form: boolean
}

/** Two paths that one directory cannot hold both. */
export type PathCollision =
  | { readonly _tag: 'same-name'; readonly paths: readonly [string, string] }
  /** The first is a file, the second lies in a directory of that name. */
  | { readonly _tag: 'file-and-directory'; readonly paths: readonly [string, string] }

/**
 * The paths that a directory could not hold beside each other, each named with one that is in its way. By
 * default for the least able file system; `{ case: false, form: false }` is one that tells all names apart.
 */
export const pathsThatCollide = (
  paths: Iterable<string>,
  alike: NamesAlike = { case: true, form: true },
): ReadonlyArray<PathCollision> => {
  const collisions: PathCollision[] = []
  const files = new Map<string, string>()
  for (const path of paths) {
    const name = foldName(path, alike)
    const other = files.get(name)
    if (other === undefined) files.set(name, path)
    else collisions.push({ _tag: 'same-name', paths: [other, path] })
  }
  for (const [name, path] of files)
    for (const directory of directoriesOf(name)) {
      const file = files.get(directory)
      if (file !== undefined) collisions.push({ _tag: 'file-and-directory', paths: [file, path] })
    }
  return collisions
}

/** The directories in which a path lies, the outermost first: `a` and `a/b` for `a/b/c`. */
export const directoriesOf = (path: string): ReadonlyArray<string> => {
  const directories: string[] = []
  for (let slash = path.indexOf('/'); slash !== -1; slash = path.indexOf('/', slash + 1)) {
    directories.push(path.slice(0, slash))
  }
  return directories
}

/** One text for all names that a file system takes for one. Up and down again also joins letters of one upper case, such as σ and ς: rather refused than overwritten. */
export const foldName = (path: string, alike: NamesAlike): string => {
  const formed = alike.form ? path.normalize('NFD') : path
  const cased = alike.case ? formed.toUpperCase().toLowerCase() : formed
  return alike.form ? cased.normalize('NFD') : cased
}

/** Whether Windows can hold a file of that path; some names are devices there, some are not told apart. */
export const fitsWindows = (path: string): boolean =>
  path
    .split('/')
    .every(
      (segment) =>
        !/[<>:"|?*]|[. ]$/.test(segment) &&
        !/^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³]|conin\$|conout\$)(\.|$)/i.test(segment),
    )
