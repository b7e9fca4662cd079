/** A part of what a version holds, by the paths of files and directories, or patterns of them. */
import type * as t from 'io-ts'
import { distinct, record } from '../../domain/values/codec.js'
import type { Manifest } from '../../domain/values/manifest/manifest.js'
import { patternOf } from '../../projections/registry/questions/pattern.js'
import type { Checked, Stoppable } from '../calling/arguments.js'
import { FilePath } from '../calling/content-input.js'
import { describeWriteError, LedgerError } from '../calling/errors.js'
import { Signal } from '../calling/input.js'

export interface Part {
  /**
   * Only these files: each a path inside the version, that of a directory for all that is below it, or a pattern with `*` for
   * characters other than `/`, `**` for any, `?` for one. A file that is called so is meant before a pattern. All unless told.
   */
  readonly paths?: ReadonlyArray<string> | undefined
}

export interface PartOrAll extends Part, Stoppable {}

export const part = { paths: distinct(FilePath, 'a list of 1 to 1,000 paths or patterns of paths', 1000, 1) }
export const PartOrAll: t.Decoder<unknown, Checked<PartOrAll>> = record('{paths?}', {}, { ...part, signal: Signal })

/** In the order of the manifest. Throws a `LedgerError` that names a path that nothing fits. */
export const partOf = (manifest: Manifest, paths: ReadonlyArray<string> | undefined): Manifest => {
  if (paths === undefined) return manifest
  const wanted = new Set<string>()
  for (const path of paths) {
    const found = manifest.filter(matching(manifest, path))
    if (found.length === 0) throw noSuchPath(path, manifest)
    for (const entry of found) wanted.add(entry.path)
  }
  return manifest.filter(({ path }) => wanted.has(path))
}

const matching = (manifest: Manifest, path: string): ((entry: Manifest[number]) => boolean) => {
  const directory = path.endsWith('/') ? path : `${path}/`
  const isThere = (entry: Manifest[number]) => entry.path === path || entry.path.startsWith(directory)
  if (manifest.some(isThere) || !/[*?]/.test(path)) return isThere
  const fits = patternOf(path)
  return (entry) => fits(entry.path)
}

/** With the three paths that are most like it. */
export const noSuchPath = (path: string, manifest: Manifest): Error => {
  const error = { _tag: 'path-not-found', path, similar: similarTo(path, manifest) } as const
  return new LedgerError(error, describeWriteError(error))
}

const similarTo = (wanted: string, manifest: Manifest): ReadonlyArray<string> =>
  manifest
    .map(({ path }) => ({ path, likeness: `/${path}/`.includes(`/${wanted}/`) ? 1 : likeness(wanted, path) }))
    .filter(({ likeness }) => likeness >= 0.5)
    .sort((one, other) => other.likeness - one.likeness)
    .slice(0, 3)
    .map(({ path }) => path)

/** How much of two texts is what both begin and end with, from 0 to 1. */
const likeness = (one: string, other: string): number => {
  const most = Math.min(one.length, other.length)
  let first = 0
  while (first < most && one[first] === other[first]) first += 1
  let last = 0
  while (last < most - first && one.at(-1 - last) === other.at(-1 - last)) last += 1
  return (first + last) / Math.max(one.length, other.length)
}
