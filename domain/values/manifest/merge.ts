/** The manifest of a distributed version, merged from its parts and the version that it builds on. */
import * as E from 'fp-ts/lib/Either.js'
import { contentText, type Manifest, type ManifestEntry, sameContent, sorted } from './manifest.js'
import { compareUtf8, directoriesOf } from './path.js'

/** What one writer brought, in the order in which it was brought. */
export interface Part {
  readonly writer: string
  readonly manifest: Manifest
  /** Files, and directories with everything below, that are taken out first. */
  readonly removed?: ReadonlyArray<string>
  /** Whether its entries may lie over what the base holds under their paths. */
  readonly overwrite?: boolean
}

/**
 * Two writers brought different content for one path; or one took out what another brought; or the path is a file for one
 * and a directory for the other.
 */
export interface PathConflict {
  readonly path: string
  readonly claims: ReadonlyArray<{
    readonly writer: string
    /** `null` where the writer took the path out. */
    readonly digest: string | null
    /** Whether the writer brought it as executable: the same bytes with another mode are other content. */
    readonly executable?: true
    /** The path of a file for which the path is a directory. */
    readonly below?: string
  }>
}

/** What a writer brought that does not fit the base. */
export type BaseConflict = {
  readonly path: string
  readonly writer: string
} /** Both as digests, with a word for what is executable. */ & (
  | { readonly why: 'taken'; readonly present: string; readonly offered: string }
  /** It was to be removed, and neither the base nor the writer had it. */
  | { readonly why: 'not-there' }
  /** The base has a file where a directory would be, or the other way round. */
  | { readonly why: 'in-the-way'; readonly present: string }
)

export type MergeProblem =
  | { readonly _tag: 'path-conflict'; readonly conflicts: ReadonlyArray<PathConflict> }
  | { readonly _tag: 'base-conflict'; readonly conflicts: ReadonlyArray<BaseConflict> }

/** What a writer says of a path. */
interface Claim {
  /** `null` where the writer took it out. */
  readonly entry: ManifestEntry | null
  /** Whether the writer ever brought it. */
  readonly brought: boolean
  /** Whether it may lie over other content of the base. */
  readonly replaces: boolean
}

/** Every path's claims by writer, the one that came last at the end. */
type Claims = Map<string, Map<string, Claim>>

/**
 * The union of the parts of a distributed version, over what its base holds. A writer's later entry for a path replaces
 * its earlier one. Two writers agree on a path if they brought the same content, or both took it out; if they do not,
 * that is a conflict, unless `lastWriterWins`. A path that is a file and a directory is always one: no directory could
 * hold both. What nobody touched stays as it is in the base.
 */
export const mergeParts = (
  parts: ReadonlyArray<Part>,
  lastWriterWins: boolean,
  base: Manifest = [],
): E.Either<MergeProblem, Manifest> => {
  const before = new Map(base.map((entry) => [entry.path, entry]))
  const { claims, notThere } = claimsOf(parts, before)
  const merged = claims.size === 0 ? [...base] : base.filter(({ path }) => !claims.has(path))
  const conflicts: PathConflict[] = []
  const misfits: BaseConflict[] = [...notThere]
  for (const [path, byWriter] of claims) {
    const all = [...byWriter]
    const last = all.at(-1)?.[1].entry
    if (last === undefined) continue
    misfits.push(...taken(before.get(path), all))
    if (!lastWriterWins && !all.every(([, { entry }]) => isSame(entry, last))) {
      conflicts.push({ path, claims: all.map(claimed) })
    } else if (last !== null) merged.push(last)
  }
  if (conflicts.length + misfits.length === 0) {
    const collisions = collisionsOf(claims, base, before)
    conflicts.push(...collisions.conflicts)
    misfits.push(...collisions.misfits)
  }
  const byPath = (a: { readonly path: string }, b: { readonly path: string }) => compareUtf8(a.path, b.path)
  if (conflicts.length > 0) return E.left({ _tag: 'path-conflict', conflicts: conflicts.sort(byPath) })
  return misfits.length > 0
    ? E.left({ _tag: 'base-conflict', conflicts: misfits.sort(byPath) })
    : E.right(sorted(merged))
}

const claimed = ([writer, { entry }]: readonly [
  writer: string,
  claim: Pick<Claim, 'entry'>,
]): PathConflict['claims'][number] => ({
  writer,
  digest: entry?.digest ?? null,
  ...(entry?.executable === true ? { executable: true } : {}),
})

const isSame = (one: ManifestEntry | null, other: ManifestEntry | null): boolean =>
  one === null || other === null ? one === other : sameContent(one, other)

const claimsOf = (
  parts: ReadonlyArray<Part>,
  base: ReadonlyMap<string, ManifestEntry>,
): { readonly claims: Claims; readonly notThere: ReadonlyArray<BaseConflict> } => {
  const claims: Claims = new Map()
  const notThere: BaseConflict[] = []
  const claim = (path: string, writer: string, entry: ManifestEntry | null, replaces: boolean): void => {
    const byWriter = claims.get(path) ?? new Map<string, Claim>()
    const own = byWriter.get(writer)
    // Taken out and put in again, so that the map's last value is the one that came last.
    byWriter.delete(writer)
    byWriter.set(writer, {
      entry,
      brought: entry !== null || own?.brought === true,
      replaces: replaces || own?.replaces === true || own?.entry === null,
    })
    claims.set(path, byWriter)
  }
  const under = parts.some(({ removed }) => removed !== undefined) ? pathsUnder(parts, base) : () => []
  for (const { writer, manifest, removed = [], overwrite = false } of parts) {
    for (const path of removed) {
      const meant = under(path)
      if (!meant.some((each) => base.has(each) || claims.get(each)?.get(writer)?.brought === true)) {
        notThere.push({ path, writer, why: 'not-there' })
      }
      // Also what others bring there later: whoever takes a directory out does not know of it.
      for (const each of meant) claim(each, writer, null, false)
    }
    for (const entry of manifest) claim(entry.path, writer, entry, overwrite)
  }
  return { claims, notThere }
}

/** Answers which paths, of the base and of all parts, a path stands for: its own, and all below it. */
const pathsUnder = (
  parts: ReadonlyArray<Part>,
  base: ReadonlyMap<string, ManifestEntry>,
): ((path: string) => ReadonlyArray<string>) => {
  const known = new Set(base.keys())
  for (const { manifest } of parts) for (const { path } of manifest) known.add(path)
  const inOrder = [...known].sort(compareUtf8)
  return (path) => [...(known.has(path) ? [path] : []), ...pathsBelow(path, inOrder, (each) => each)]
}

/** Those below a directory, of many in their order. */
function* pathsBelow<A>(directory: string, inOrder: ReadonlyArray<A>, pathOf: (item: A) => string): Iterable<string> {
  const prefix = `${directory}/`
  const pathAt = (index: number): string | undefined => {
    const item = inOrder[index]
    return item === undefined ? undefined : pathOf(item)
  }
  let [first, end] = [0, inOrder.length]
  while (first < end) {
    const middle = (first + end) >> 1
    if (compareUtf8(pathAt(middle) ?? '', prefix) < 0) first = middle + 1
    else end = middle
  }
  for (let path = pathAt(first); path?.startsWith(prefix); path = pathAt(++first)) yield path
}

/** Who brought other content than the base has, and neither said so nor took that out. */
const taken = (
  present: ManifestEntry | undefined,
  claims: ReadonlyArray<readonly [writer: string, claim: Claim]>,
): ReadonlyArray<BaseConflict> =>
  present === undefined
    ? []
    : claims.flatMap(([writer, { entry, replaces }]) =>
        entry === null || replaces || sameContent(entry, present)
          ? []
          : [
              {
                path: entry.path,
                writer,
                why: 'taken' as const,
                present: contentText(present),
                offered: contentText(entry),
              },
            ],
      )

/**
 * Files that are directories, too, each with one file below it: of two writers, or of a writer and the base. Two of the base
 * alone are never in each other's way, so what was claimed is looked at and no more.
 */
const collisionsOf = (
  claims: Claims,
  base: Manifest,
  before: ReadonlyMap<string, ManifestEntry>,
): { readonly conflicts: PathConflict[]; readonly misfits: BaseConflict[] } => {
  const lastClaim = (path: string) => [...(claims.get(path) ?? [])].at(-1)
  const isFile = (path: string): boolean => {
    const last = lastClaim(path)
    return last === undefined ? before.has(path) : last[1].entry !== null
  }
  /** By the file. */
  const conflicts = new Map<string, PathConflict>()
  const misfits: BaseConflict[] = []
  for (const path of claims.keys()) {
    const [writer, { entry }] = lastClaim(path) ?? ['', { entry: null }]
    if (entry === null) continue
    const file = directoriesOf(path).find(isFile)
    const ofFile = file === undefined ? undefined : lastClaim(file)
    if (file !== undefined && ofFile === undefined) misfits.push({ path, writer, why: 'in-the-way', present: file })
    if (file !== undefined && ofFile !== undefined) {
      conflicts.set(file, { path: file, claims: [claimed(ofFile), { ...claimed([writer, { entry }]), below: path }] })
    }
    if (before.has(path)) continue
    for (const below of pathsBelow(path, base, (each) => each.path)) {
      if (claims.has(below)) continue
      misfits.push({ path, writer, why: 'in-the-way', present: below })
      break
    }
  }
  return { conflicts: [...conflicts.values()], misfits }
}
