/**
 * Bytes on their way into a file store. They are always read into the store's own memory first: what is
 * hashed is then what is stored, whatever the caller's file or memory does meanwhile.
 */

import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { FileStoreFailure } from '../../domain/ports/file-store.js'
import { isBytes, messageOf } from '../../domain/values/built-ins.js'
import { whenAborted } from '../../domain/values/when-aborted.js'
import { isEventFile } from './event-file.js'
import { whenOpenable } from './open-files.js'

/** Puts the next bytes at the start of `into` and answers how many: fewer than it holds only at the end. */
export type Fill = (into: Uint8Array) => Promise<number>

/** A file of the caller's, opened to be read any number of times. */
export interface SourceFile {
  readonly handle: FileHandle
  readonly size: number
  readonly device: bigint
  readonly read: () => Fill
  /** Rejects if the file changed since it was opened. */
  readonly assertUnchanged: () => Promise<void>
  readonly close: () => Promise<void>
}

/** Opens a regular file, or a symbolic link to one. Whatever goes wrong is a `source-failed`. */
export const openSourceFile = async (path: string, signal?: AbortSignal): Promise<SourceFile> => {
  const blame = (cause: unknown) => sourceFailed(`${path}: ${messageOf(cause)}`, cause)
  // Without O_NONBLOCK, opening a pipe would wait for its writer for ever.
  const flags = constants.O_RDONLY | (constants.O_NONBLOCK ?? 0)
  const handle = await whenOpenable(() => open(path, flags), signal).catch((cause: unknown) => {
    throw blame(cause)
  })
  try {
    const before = await handle.stat({ bigint: true })
    if (!before.isFile())
      throw sourceFailed(`${path} is ${before.isDirectory() ? 'a directory' : 'not a regular file'}`)
    const size = Number(before.size)
    if (await isEventFile(handle, size))
      throw sourceFailed(`${path} is the file of events of a ledger, which is no content: leave it out`)
    return {
      handle,
      size,
      device: before.dev,
      read: () => {
        // Files that the system makes up while they are read, such as those in /proc, say that they are empty.
        const fill = readHandle(handle, size === 0 ? Number.POSITIVE_INFINITY : size)
        return (into) =>
          fill(into).catch((cause: unknown) => {
            throw blame(cause)
          })
      },
      assertUnchanged: async () => {
        const after = await handle.stat({ bigint: true })
        if (after.size !== before.size || after.mtimeNs !== before.mtimeNs)
          throw sourceFailed(`${path} was changed while it was read; add it again when nothing writes to it`)
      },
      close: () => handle.close(),
    }
  } catch (cause) {
    await handle.close()
    throw cause instanceof FileStoreFailure ? cause : blame(cause)
  }
}

/** So many bytes of an open file, from `start` on. */
export const readHandle = (handle: FileHandle, size: number, start = 0): Fill => {
  const end = start + size
  let position = start
  return async (into) => {
    let filled = 0
    while (filled < into.length && position < end) {
      const { bytesRead } = await handle.read(into, filled, Math.min(into.length - filled, end - position), position)
      if (bytesRead === 0) break
      filled += bytesRead
      position += bytesRead
    }
    return filled
  }
}

export const readBytes = (bytes: Uint8Array): Fill => {
  let position = 0
  return async (into) => {
    const part = bytes.subarray(position, position + into.length)
    into.set(part)
    position += part.length
    return part.length
  }
}

export const wasClosed = (): FileStoreFailure =>
  new FileStoreFailure({ _tag: 'closed', reason: 'the file store was closed: open it again' })

/** `close` tells a stream that was not read to its end that no more is wanted. Nobody waits for one beyond `ended`. */
export const readStream = (stream: AsyncIterable<Uint8Array>, ended: AbortSignal) => {
  const iterator = stream[Symbol.asyncIterator]()
  let rest: Uint8Array = new Uint8Array()
  let isOver = false
  /** It may never answer, and what waits for an answer takes no `return`. */
  let isStalled = false

  const unlessEnded = async <A>(answer: Promise<A>): Promise<A> => {
    let stop = (): void => undefined
    const stopped = new Promise<never>((_resolve, reject) => {
      stop = () => {
        isStalled = true
        reject(wasClosed())
      }
    })
    whenAborted(ended, stop)
    try {
      return await Promise.race([answer, stopped])
    } finally {
      ended.removeEventListener('abort', stop)
    }
  }

  const next = async (): Promise<Uint8Array> => {
    const step = await unlessEnded(iterator.next()).catch((cause: unknown) => {
      isOver = !isStalled
      throw isStalled ? cause : sourceFailed(messageOf(cause), cause)
    })
    isOver = step.done === true
    if (isOver) return rest
    if (isBytes(step.value)) return step.value
    throw sourceFailed(`the stream gave a ${typeof step.value} where a Uint8Array is wanted`)
  }
  const fill: Fill = async (into) => {
    let filled = 0
    while (filled < into.length && !isOver) {
      if (rest.length === 0) rest = await next()
      const part = rest.subarray(0, into.length - filled)
      into.set(part, filled)
      filled += part.length
      rest = rest.subarray(part.length)
    }
    return filled
  }
  const close = async (): Promise<void> => {
    const returned = isOver ? undefined : iterator.return?.()
    if (isStalled) returned?.catch(() => undefined)
    else await returned
  }
  return { fill, close }
}

const sourceFailed = (reason: string, cause?: unknown): FileStoreFailure =>
  new FileStoreFailure({ _tag: 'source-failed', reason }, { cause })
