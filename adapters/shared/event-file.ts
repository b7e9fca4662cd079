/** By what the file of an SQLite event store is known, without SQLite. */

import { existsSync, statSync } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { isError } from '../../domain/values/built-ins.js'
import { unlessOutOfFiles, whenOpenable } from './open-files.js'

/** Stands in the file's header and says that it is ours: "MdLg". */
export const EVENT_FILE_APPLICATION_ID = 0x4d644c67

/** The file beside it that says what the end of its history was. */
export const headFileOf = (path: string): string => `${path}-head`

/** Whether there is a file of events at a path, or was: then its head file says so. */
export const isOrWasThere = (path: string): boolean => existsSync(path) || existsSync(headFileOf(path))

/** Where it cannot be told, since a folder above it may not be looked into: the words of the system. */
export const whyUnseen = (path: string): string | undefined => {
  try {
    statSync(path, { throwIfNoEntry: false })
    return undefined
  } catch (error) {
    const isUnseen = isError(error) && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM')
    return isUnseen ? error.message : undefined
  }
}

/** The application id of an SQLite database, from its header; `undefined` of any other file. */
const applicationIdOf = async (handle: FileHandle): Promise<number | undefined> => {
  const header = Buffer.alloc(72)
  const { bytesRead } = await handle.read(header, 0, header.length, 0)
  const isDatabase = bytesRead === header.length && header.toString('latin1', 0, 16) === 'SQLite format 3\0'
  return isDatabase ? header.readUInt32BE(68) : undefined
}

/** Whether an open file of this size is the file of an event store. Pages of SQLite are multiples of 512 bytes. */
export const isEventFile = async (handle: FileHandle, size: number): Promise<boolean> =>
  size >= 512 && size % 512 === 0 && (await applicationIdOf(handle)) === EVENT_FILE_APPLICATION_ID

/**
 * Whether there is the file of an event store at a path. One that was made just now may have its application id in
 * the write-ahead log only: a file without any that has such a log counts where `isNamedAsOurs`.
 */
export const isEventFileAt = async (path: string, isNamedAsOurs = false): Promise<boolean> => {
  const handle = await whenOpenable(() => open(path, 'r')).catch(unlessOutOfFiles)
  if (handle === undefined) return false
  try {
    const found = await applicationIdOf(handle)
    if (found !== 0 || !isNamedAsOurs) return found === EVENT_FILE_APPLICATION_ID
  } catch {
    return false
  } finally {
    await handle.close()
  }
  const log = await whenOpenable(() => open(`${path}-wal`, 'r')).catch(unlessOutOfFiles)
  await log?.close()
  return log !== undefined
}
