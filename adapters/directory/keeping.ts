/** How a file that is written under a temporary name comes to rest under its digest, or is found there already. */
import { type FileHandle, lutimes, open, rename, rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { FileKind, StoredFile } from '../../domain/ports/file-store.js'
import { whenOpenable } from '../shared/open-files.js'
import type { KnownLargeFiles } from './known-large-files.js'
import type { Layout } from './layout.js'
import { type Buffers, CHUNK_BYTES } from './read-ahead.js'
import { codeOf, fileStats, syncDirectory } from './system.js'
import { wholeFiles } from './whole-files.js'

export interface Keeping {
  readonly layout: Layout
  readonly buffers: Buffers
  readonly known: KnownLargeFiles
  readonly ended: AbortSignal
}

export const keepingIn = ({ layout, buffers, known, ended }: Keeping) => {
  const whole = wholeFiles(buffers)

  const create = async (kind: FileKind, write: (handle: FileHandle) => Promise<StoredFile>): Promise<StoredFile> => {
    const temporary = layout.temporaryName()
    return keep(kind, temporary, await whenOpenable(() => open(temporary, 'wx+', layout.fileMode), ended), write)
  }

  /** Completes a temporary file and moves it to its digest; removes it if that is there by now. */
  const keep = async (
    kind: FileKind,
    temporary: string,
    handle: FileHandle,
    complete: (handle: FileHandle) => Promise<StoredFile>,
  ): Promise<StoredFile> => {
    try {
      const stored = await complete(handle)
      if (stored.size >= CHUNK_BYTES) await known.add(await known.fingerprintOf(handle, stored.size), stored.digest)
      const isThere = await renew(kind, stored)
      const place = layout.placeOf(kind, stored.digest)
      if (!isThere) await Promise.all([handle.sync(), layout.makeRoomFor(place)])
      await handle.close()
      if (isThere) await rm(temporary)
      else {
        await moveIn(temporary, place)
        await whole.leave(place)
      }
      return stored
    } catch (cause) {
      await handle.close()
      await rm(temporary, { force: true }).catch(() => undefined)
      throw cause
    }
  }

  const moveIn = async (temporary: string, place: string): Promise<void> => {
    await rename(temporary, place).catch(async (cause: unknown) => {
      if (codeOf(cause) !== 'ENOENT') throw cause
      await layout.makeRoomFor(place, true)
      await rename(temporary, place)
    })
    await syncDirectory(dirname(place))
  }

  /** Answers whether it is there and whole, and dates it anew if it is. */
  const renew = async (kind: FileKind, stored: StoredFile, isWhole = false): Promise<boolean> => {
    const place = layout.placeOf(kind, stored.digest)
    const found = await fileStats(place)
    if (found === undefined || found.size !== stored.size) return false
    // What is damaged is replaced.
    if (!isWhole && !(await whole.isWhole(place, stored, found))) return false
    try {
      const time = await layout.now()
      await lutimes(place, time, time)
    } catch (cause) {
      // Deleted just now; or another user's, which only a new file can date anew.
      if (['ENOENT', 'EPERM', 'EACCES'].includes(codeOf(cause) ?? '')) return false
      throw cause
    }
    // Whoever renamed it into place may not have made that durable yet, and may have died before.
    if (!whole.isAsLeft(place, found) && found.ctimeMs > Date.now() - SETTLED_MS) {
      await layout.makeRoomFor(place)
      await syncDirectory(dirname(place))
    }
    await whole.leave(place)
    return true
  }

  return { create, keep, renew, whole }
}

/** By then every file system has made a rename durable by itself. */
const SETTLED_MS = 60_000
