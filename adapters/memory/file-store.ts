/** A file store in memory: for tests and trials. */

import {
  type ByteRange,
  type FileKind,
  type FileSource,
  type FileStore,
  FileStoreFailure,
  type Progress,
  type StoredFile,
} from '../../domain/ports/file-store.js'
import type { LedgerId } from '../../domain/ports/ledger-id.js'
import { messageOf } from '../../domain/values/built-ins.js'
import { functionOf, optionsOrThrow, record } from '../../domain/values/codec.js'
import { type Digest, sha256 } from '../../domain/values/digest.js'
import { type Fill, openSourceFile, readStream } from '../shared/file-source.js'
import { dating, fileStoreCalls } from '../shared/file-store-calls.js'

const PAGE = 1000
const CHUNK_BYTES = 64 * 1024

interface Held {
  readonly bytes: Uint8Array
  readonly lastPut: Date
}

/** Holds its files as long as the process lives. Two stores share nothing. `now` dates every `put`. */
const Options = record(
  'the options of memoryFileStore',
  {},
  { now: functionOf<() => Date>('a function that gives the time') },
)

/** Throws a `TypeError` in words if an option is wrong. */
export const memoryFileStore = (options: { readonly now?: () => Date } = {}): FileStore => {
  const { now = () => new Date() } = optionsOrThrow(Options, options)
  const held: Readonly<Record<FileKind, Map<Digest, Held>>> = { file: new Map(), manifest: new Map() }
  const ledgers = new Set<LedgerId>()
  const { attempt, iterate, ended, close } = fileStoreCalls((cause) => ({
    reason: messageOf(cause),
  }))

  const find = (kind: FileKind, digest: Digest): Held => {
    const found = held[kind].get(digest)
    if (found === undefined) throw new FileStoreFailure({ _tag: 'file-missing', digest })
    return found
  }

  return {
    put: (kind, source, progress) =>
      attempt(`store a ${kind}`, async () => {
        const bytes = await readSource(source, ended, progress)
        const digest = sha256(bytes)
        held[kind].set(digest, { bytes, lastPut: dating(now)() })
        return { digest, size: bytes.length }
      }),
    open: (kind, digest, range) =>
      attempt(`open ${digest}`, async () => {
        find(kind, digest)
        return iterate(`read ${digest}`, () => chunksOf(rangeOf(find(kind, digest).bytes, range)))
      }),
    has: (kind, digest) =>
      attempt(`look for ${digest}`, async () => {
        const found = held[kind].get(digest)
        return found && { digest, size: found.bytes.length }
      }),
    verify: (kind, digest) =>
      attempt(`verify ${digest}`, async () => ({ digest, size: find(kind, digest).bytes.length })),
    list: (kind) => iterate('list what it holds', () => pagesOf(held[kind])),
    renew: (digests) =>
      attempt('renew what it holds', async () => {
        const missing: Digest[] = []
        for (const digest of digests) {
          const found = held.file.get(digest)
          if (found === undefined) missing.push(digest)
          else held.file.set(digest, { ...found, lastPut: dating(now)() })
        }
        return missing
      }),
    unfinished: () => attempt('say what is unfinished', async () => []),
    now: () => attempt('tell the time', async () => dating(now)()),
    delete: (digest, unlessPutSince) =>
      attempt(`delete ${digest}`, async () => {
        const found = held.file.get(digest)
        return found !== undefined && found.lastPut <= unlessPutSince && held.file.delete(digest)
      }),
    ledgers: () => attempt('say whose files it holds', async () => [...ledgers]),
    addLedger: (ledger) => attempt('enter a ledger', async () => void ledgers.add(ledger)),
    removeLedger: (ledger) => attempt('take a ledger away', async () => void ledgers.delete(ledger)),
    close,
  }
}

const readSource = async (source: FileSource, ended: AbortSignal, progress?: Progress): Promise<Uint8Array> => {
  if ('bytes' in source) {
    // A copy: the caller may go on writing to the original.
    const bytes = new Uint8Array(source.bytes)
    if (bytes.length > 0) progress?.(bytes.length)
    return bytes
  }
  if ('stream' in source) {
    const { fill, close } = readStream(source.stream, ended)
    return readAll(fill, progress).finally(close)
  }
  const file = await openSourceFile(source.path, ended)
  try {
    const bytes = await readAll(file.read(), progress)
    await file.assertUnchanged()
    return bytes
  } finally {
    await file.close()
  }
}

const readAll = async (fill: Fill, progress?: Progress): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  let size = 0
  for (;;) {
    const chunk = new Uint8Array(CHUNK_BYTES)
    const length = await fill(chunk)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, length))
    size += length
    progress?.(size)
  }
}

const rangeOf = (bytes: Uint8Array, { start, end }: ByteRange = { start: 0, end: bytes.length }): Uint8Array => {
  if (end > bytes.length) throw new Error(`it has ${bytes.length} bytes, and those up to ${end} are wanted`)
  return bytes.subarray(start, end)
}

async function* chunksOf(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += CHUNK_BYTES) yield bytes.slice(at, at + CHUNK_BYTES)
}

async function* pagesOf(
  held: ReadonlyMap<Digest, Held>,
): AsyncGenerator<ReadonlyArray<StoredFile & { readonly lastPut: Date }>> {
  const all = Array.from(held, ([digest, { bytes, lastPut }]) => ({ digest, size: bytes.length, lastPut }))
  for (let at = 0; at < all.length; at += PAGE) yield all.slice(at, at + PAGE)
}
