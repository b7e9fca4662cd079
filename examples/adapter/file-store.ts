import { type Fill, fileStoreCalls, openSourceFile, readStream } from 'model-ledger/adapters/shared'
import {
  type Digest,
  type FileKind,
  type FileSource,
  type FileStore,
  FileStoreFailure,
  type LedgerId,
  sha256,
} from 'model-ledger/domain'

interface Held {
  readonly bytes: Uint8Array
  readonly lastPut: Date
}

/** Maps stand where your objects would. */
export const mapFileStore = (): FileStore => {
  const held: Readonly<Record<FileKind, Map<Digest, Held>>> = { file: new Map(), manifest: new Map() }
  const ledgers = new Set<LedgerId>()
  // It says that the store was closed, and what else went wrong.
  const { attempt, iterate, ended, close } = fileStoreCalls((cause) => ({ reason: String(cause) }))

  const find = (kind: FileKind, digest: Digest): Held => {
    const found = held[kind].get(digest)
    if (found === undefined) throw new FileStoreFailure({ _tag: 'file-missing', digest })
    return found
  }

  return {
    put: (kind, source, progress) =>
      attempt(`store a ${kind}`, async () => {
        const bytes = await bytesOf(source, ended)
        progress?.(bytes.length)
        const digest = sha256(bytes)
        held[kind].set(digest, { bytes, lastPut: new Date() })
        return { digest, size: bytes.length }
      }),
    open: (kind, digest, range) =>
      attempt(`open ${digest}`, async () => {
        const { bytes } = find(kind, digest)
        const { start, end } = range ?? { start: 0, end: bytes.length }
        return iterate(`read ${digest}`, async function* () {
          if (end > bytes.length) throw new Error(`it has ${bytes.length} bytes, and those up to ${end} are wanted`)
          for (let at = start; at < end; at += 65_536) yield bytes.slice(at, Math.min(at + 65_536, end))
        })
      }),
    has: (kind, digest) =>
      attempt(`look for ${digest}`, async () => {
        const found = held[kind].get(digest)
        return found && { digest, size: found.bytes.length }
      }),
    verify: (kind, digest) =>
      attempt(`verify ${digest}`, async () => {
        const { bytes } = find(kind, digest)
        const [found, size] = [sha256(bytes), bytes.length]
        if (found !== digest) throw new FileStoreFailure({ _tag: 'file-damaged', digest, found, size })
        return { digest, size }
      }),
    list: (kind) =>
      iterate('list what it holds', async function* () {
        const all = Array.from(held[kind], ([digest, { bytes, lastPut }]) => ({ digest, size: bytes.length, lastPut }))
        if (all.length > 0) yield all
      }),
    renew: (digests) =>
      attempt('renew what it holds', async () => {
        const missing = new Set<Digest>()
        for (const digest of digests) {
          const found = held.file.get(digest)
          if (found === undefined) missing.add(digest)
          else held.file.set(digest, { ...found, lastPut: new Date() })
        }
        return [...missing]
      }),
    unfinished: () => attempt('say what is unfinished', async () => []),
    now: () => attempt('tell the time', async () => new Date()),
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

/** All in memory, which a store of objects would not do: it would hash what passes by. */
const bytesOf = async (source: FileSource, ended: AbortSignal): Promise<Uint8Array> => {
  if ('bytes' in source) return new Uint8Array(source.bytes)
  if ('stream' in source) {
    const { fill, close } = readStream(source.stream, ended)
    return readAll(fill).finally(close)
  }
  const file = await openSourceFile(source.path, ended)
  try {
    const bytes = await readAll(file.read())
    await file.assertUnchanged()
    return bytes
  } finally {
    await file.close()
  }
}

const readAll = async (fill: Fill): Promise<Uint8Array> => {
  const chunks: Uint8Array[] = []
  for (;;) {
    const chunk = new Uint8Array(65_536)
    const length = await fill(chunk)
    if (length === 0) return Buffer.concat(chunks)
    chunks.push(chunk.subarray(0, length))
  }
}
