import { createHash } from 'node:crypto'
import type { Progress, StoredFile } from '../../domain/ports/file-store.js'
import { digestOf } from '../../domain/values/digest.js'
import type { Fill } from '../shared/file-source.js'

/** Bytes of one read: large enough that the time between two reads does not count. */
export const CHUNK_BYTES = 1024 * 1024

/** Buffers of `CHUNK_BYTES`, used again and again instead of being allocated for every file. */
export interface Buffers {
  readonly take: () => Buffer
  readonly give: (buffer: Buffer) => void
}

export const createBuffers = (): Buffers => {
  const idle: Buffer[] = []
  return {
    take: () => idle.pop() ?? Buffer.allocUnsafeSlow(CHUNK_BYTES),
    give: (buffer) => {
      if (idle.length < 24) idle.push(buffer)
    },
  }
}

/**
 * The SHA-256 of all there is to read. While one chunk is hashed the next is read, and the system writes
 * what `write` has begun to write.
 */
export const hashAhead = async (
  buffers: Buffers,
  fill: Fill,
  write?: (chunk: Uint8Array, position: number) => Promise<void>,
): Promise<StoredFile> => {
  const sum = createHash('sha256')
  let size = 0
  let current = buffers.take()
  let next = buffers.take()
  let written = buffers.take()
  let reading = observed(fill(current))
  let writing = Promise.resolve()
  try {
    for (let length = await reading; length > 0; length = await reading) {
      reading = observed(fill(next))
      const chunk = current.subarray(0, length)
      const before = writing
      if (write !== undefined) writing = observed(write(chunk, size))
      sum.update(chunk)
      size += length
      await before
      ;[current, next, written] = [next, written, current]
    }
    await writing
    return { digest: digestOf(sum), size }
  } finally {
    await Promise.allSettled([reading, writing])
    for (const buffer of [current, next, written]) buffers.give(buffer)
  }
}

/** Tells how many bytes were read so far. */
export const watched = (fill: Fill, progress: Progress): Fill => {
  let done = 0
  return async (into) => {
    const length = await fill(into)
    done += length
    if (length > 0) progress(done)
    return length
  }
}

/** Hashes one thing after another, or several at the same time, until the signal aborts. */
export const hashing = (signal: AbortSignal | undefined): ((fill: Fill) => Promise<StoredFile>) => {
  const buffers = createBuffers()
  return (fill) =>
    hashAhead(
      buffers,
      watched(fill, () => signal?.throwIfAborted()),
    )
}

/** For a promise that is awaited later: if it fails before that, Node must not take the failure for a forgotten one. */
export const observed = <A>(promise: Promise<A>): Promise<A> => {
  promise.catch(() => undefined)
  return promise
}
