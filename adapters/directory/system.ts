/** What the operating system answers, and how it is asked. */

import { type BigIntStats, constants, type Stats } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { isError, messageOf } from '../../domain/values/built-ins.js'
import { remedyOfOpenFiles, whenOpenable } from '../shared/open-files.js'

/** To read a file, and not what a symbolic link in its place points to. */
export const NO_FOLLOW = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)

/** The code of an error of the operating system, such as `ENOENT`. */
export const codeOf = (cause: unknown): string | undefined =>
  isError(cause) && 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined

/** For the failure of making what is there already. */
export const unlessThere = (cause: unknown): void => {
  if (codeOf(cause) !== 'EEXIST') throw cause
}

/** What went wrong in a directory and what would help. */
export const failureOf = (cause: unknown, directory: string): { readonly reason: string; readonly code?: string } => {
  const message = messageOf(cause)
  const code = codeOf(cause)
  if (code === undefined) return { reason: message }
  const remedy = REMEDIES.get(code)?.(directory) ?? remedyOfOpenFiles(cause)
  return { reason: remedy === undefined ? message : `${message} (${remedy})`, code }
}

const REMEDIES = new Map<string, (directory: string) => string>([
  ['ENOSPC', (directory) => `make room on the device of ${directory} and try again`],
  ['EDQUOT', (directory) => `raise the quota on ${directory} or make room in it, and try again`],
  [
    'EFBIG',
    (directory) =>
      `neither the file system of ${directory} nor a limit of the process (ulimit -f) may be smaller than the file`,
  ],
  ['EACCES', (directory) => `this process must be allowed to read and write ${directory}`],
  ['EPERM', (directory) => `this process must be allowed to read and write ${directory}`],
  ['EROFS', (directory) => `${directory} must be mounted for writing`],
  ['EIO', (directory) => `check the device of ${directory}`],
])

/** Of a regular file; `undefined` if there is none, or something else in its place. */
export const fileStats = async (path: string): Promise<Stats | undefined> => {
  const stats = await lstat(path).catch((cause: unknown) => {
    if (codeOf(cause) === 'ENOENT') return undefined
    throw cause
  })
  return stats?.isFile() ? stats : undefined
}

/** Whether the owner of a file may execute it, as git asks it. */
export const isExecutable = ({ mode }: Stats | BigIntStats): boolean => (Number(mode) & constants.S_IXUSR) !== 0

/** The system may write less than it is asked to. */
export const writeAll = async (handle: FileHandle, bytes: Uint8Array, position: number): Promise<void> => {
  for (let done = 0; done < bytes.length; ) {
    const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, position + done)
    done += bytesWritten
  }
}

/** Makes durable which names a directory holds. Windows cannot, and needs not: its renames are journaled. */
export const syncDirectory = async (path: string): Promise<void> => {
  if (process.platform === 'win32') return
  const handle = await whenOpenable(() => open(path, 'r'))
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
