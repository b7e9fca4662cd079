/**
 * How a file leaves the store: out of sight first, then looked at once more, then gone. A `put` that dated it anew in
 * between is seen, and the file comes back. Whoever misses a file looks whether it is out of sight only, because the
 * process that hid it may have died, or may have been wrong: then it is brought back, and that process finds nothing to
 * delete.
 */
import { link, lstat, readdir, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { type Digest, digestFrom } from '../../domain/values/digest.js'
import { whenOpenable } from '../shared/open-files.js'
import { HIDDEN, type Layout } from './layout.js'
import { codeOf, fileStats, syncDirectory } from './system.js'

const hexOf = (digest: Digest): string => digest.slice('sha256:'.length)

/** Takes a file out of sight and answers where it is now; `undefined` if it is not there. */
export const hide = async (layout: Layout, digest: Digest): Promise<string | undefined> => {
  const temporary = layout.temporaryName()
  const hidden = join(dirname(temporary), `deleted-${hexOf(digest)}-${basename(temporary)}`)
  return rename(layout.placeOf('file', digest), hidden).then(
    () => hidden,
    (cause: unknown) => {
      if (codeOf(cause) === 'ENOENT') return undefined
      throw cause
    },
  )
}

/** Brings a hidden file back, unless another has taken its place. */
export const bringBack = async (layout: Layout, hidden: string, digest: Digest): Promise<void> => {
  const place = layout.placeOf('file', digest)
  await layout.makeRoomFor(place, true)
  const code = await link(hidden, place).then(() => undefined, codeOf)
  // Deleted, or brought back by somebody else.
  if (code === 'ENOENT') return
  // A file system without links.
  if (code !== undefined && code !== 'EEXIST') return rename(hidden, place).catch(unlessGone)
  await syncDirectory(dirname(place))
  await rm(hidden, { force: true })
}

const hiddenIn = (directory: string): Promise<ReadonlyArray<string>> =>
  whenOpenable(() => readdir(directory)).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return []
    throw cause
  })

const unlessGone = (cause: unknown): void => {
  if (codeOf(cause) !== 'ENOENT') throw cause
}

const unlessReadOnly = (cause: unknown): void => {
  if (!['EROFS', 'EACCES', 'EPERM'].includes(codeOf(cause) ?? '')) throw cause
}

/** Looks for a file that is not in its place among the hidden ones; answers whether it is in its place now. */
export const recover = async (layout: Layout, digest: Digest): Promise<boolean> => {
  const directory = dirname(layout.temporaryName())
  const place = layout.placeOf('file', digest)
  for (const name of await hiddenIn(directory)) {
    // Who may only read leaves that to somebody else.
    if (HIDDEN.exec(name)?.[1] === hexOf(digest))
      await bringBack(layout, join(directory, name), digest).catch(unlessReadOnly)
  }
  return (await fileStats(place)) !== undefined
}

/** Brings back whatever is hidden: what nobody needs is collected again. */
export const recoverAll = async (layout: Layout): Promise<void> => {
  const directory = dirname(layout.temporaryName())
  for (const name of await hiddenIn(directory)) {
    const hex = HIDDEN.exec(name)?.[1]
    if (hex !== undefined) await bringBack(layout, join(directory, name), digestFrom(hex)).catch(unlessReadOnly)
  }
}

/** Deletes a hidden file if its last `put` is not after `unlessPutSince`, else brings it back; answers whether it was deleted. */
export const deleteHidden = async (
  layout: Layout,
  hidden: string,
  digest: Digest,
  unlessPutSince: Date,
): Promise<boolean> => {
  const found = await lstat(hidden).catch(() => undefined)
  if (found === undefined) return false
  if (found.mtime > unlessPutSince) {
    await bringBack(layout, hidden, digest)
    return false
  }
  return rm(hidden).then(
    () => true,
    (cause: unknown) => {
      unlessGone(cause)
      return false
    },
  )
}
