/**
 * Which stored files are known to be whole: this process wrote them, or compared them with their digest, and they
 * are as it left them. Of any other that is found, a `put` must read the bytes before it may rely on them.
 */
import type { Stats } from 'node:fs'
import { lstat, open } from 'node:fs/promises'
import type { StoredFile } from '../../domain/ports/file-store.js'
import { readHandle } from '../shared/file-source.js'
import { unlessOutOfFiles, whenOpenable } from '../shared/open-files.js'
import { type Buffers, hashAhead } from './read-ahead.js'
import { NO_FOLLOW } from './system.js'

/** Bytes that are compared with those of a stored file, chunk by chunk. */
export interface VersionDiff {
  readonly write: (chunk: Uint8Array, position: number) => Promise<void>
  /** Whether all that was compared was equal; the stored file is whole if that was all of it. */
  readonly isEqual: () => boolean
  readonly close: () => Promise<void>
}

export interface WholeFiles {
  /** Whether it is as this process left it. */
  readonly isAsLeft: (place: string, found: Stats) => boolean
  /** It is whole, and as it is now this process leaves it. */
  readonly leave: (place: string) => Promise<void>
  /** Whether it is whole; read if that is not known. */
  readonly isWhole: (place: string, stored: StoredFile, found: Stats) => Promise<boolean>
  /** `undefined` if there is nothing to compare with. */
  readonly comparisonWith: (place: string) => Promise<VersionDiff | undefined>
}

const MOST_REMEMBERED = 10_000

export const wholeFiles = (buffers: Buffers): WholeFiles => {
  const left = new Map<string, string>()

  const isWhole: WholeFiles['isWhole'] = async (place, { digest }, found) => {
    if (left.get(place) === identityOf(found)) return true
    const handle = await whenOpenable(() => open(place, NO_FOLLOW)).catch(unlessOutOfFiles)
    if (handle === undefined) return false
    try {
      return (await hashAhead(buffers, readHandle(handle, found.size))).digest === digest
    } catch {
      // What cannot be read is as good as damaged.
      return false
    } finally {
      await handle.close()
    }
  }

  const comparisonWith: WholeFiles['comparisonWith'] = async (place) => {
    const handle = await whenOpenable(() => open(place, NO_FOLLOW)).catch(unlessOutOfFiles)
    if (handle === undefined) return undefined
    let isEqual = true
    return {
      write: async (chunk, position) => {
        if (!isEqual) return
        const buffer = buffers.take()
        const stored = buffer.subarray(0, chunk.length)
        const length = await readHandle(handle, chunk.length, position)(stored).catch(() => 0)
        if (length < chunk.length || !stored.equals(chunk)) isEqual = false
        buffers.give(buffer)
      },
      isEqual: () => isEqual,
      close: () => handle.close(),
    }
  }

  return {
    isAsLeft: (place, found) => left.get(place) === identityOf(found),
    leave: async (place) => {
      const found = await lstat(place).catch(() => undefined)
      if (left.size >= MOST_REMEMBERED) left.clear()
      if (found !== undefined) left.set(place, identityOf(found))
    },
    isWhole,
    comparisonWith,
  }
}

/** Whoever writes to a file changes its ctime, which nobody can set back. */
const identityOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): string =>
  `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`
