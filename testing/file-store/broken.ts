/** File stores that do not keep their contract. */
import { readFile } from 'node:fs/promises'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { FileSource, FileStore, FileStoreError } from '../../domain/ports/file-store.js'
import type { Digest } from '../../domain/values/digest.js'
import type { FileStoreCase } from '../file-store-contract.js'
import { type Damage, digestOf } from './world.js'

/** What is wrong with a store that is right otherwise, and the cases that must notice it. */
export interface FileStoreFault {
  readonly of: (store: FileStore) => Partial<FileStore>
  readonly noticedBy: ReadonlyArray<FileStoreCase>
  readonly damage?: Damage
}

const damaged = new Set<Digest>()

export const fileStoreFaults: Readonly<Record<string, FileStoreFault>> = {
  'loses the last byte of what is long': {
    of: ({ put }) => ({
      put: (kind, source, progress) => async () => {
        const bytes = await bytesOf(source)
        return put(kind, { bytes: bytes.length > 1_048_576 ? bytes.subarray(0, -1) : bytes }, progress)()
      },
    }),
    noticedBy: ['gives back what was put, byte for byte, under its SHA-256', 'takes bytes, a file and a stream alike'],
  },
  'refuses nothing': {
    of: ({ put }) => ({
      put: (kind, source, progress) =>
        TE.orElse(() => TE.right({ digest: digestOf(Buffer.of()), size: 0 }))(put(kind, source, progress)),
    }),
    noticedBy: ['stores nothing of a source that fails', 'lets a stream clean up that it does not read to its end'],
  },
  'stores the beginning of a source that fails': {
    of: ({ put }) => ({
      put: (kind, source, progress) => async () => {
        if (!('stream' in source)) return put(kind, source, progress)()
        const begin: Uint8Array[] = []
        try {
          for await (const chunk of source.stream) begin.push(chunk)
        } catch {
          await put(kind, { bytes: Buffer.concat(begin) })()
          return E.left({ _tag: 'source-failed', reason: 'the cable was pulled' })
        }
        return put(kind, { bytes: Buffer.concat(begin) }, progress)()
      },
    }),
    noticedBy: ['stores nothing of a source that fails'],
  },
  'leaves something of a source that fails': {
    of: () => {
      const left: Array<{ readonly size: number; readonly since: Date }> = []
      return {
        unfinished: () =>
          TE.fromIO(() => {
            left.push({ size: 10, since: new Date() })
            return [...left]
          }),
      }
    },
    noticedBy: ['stores nothing of a source that fails'],
  },
  'takes an empty file for none': {
    of: ({ open }) => ({
      open: (kind, digest) => (digest === digestOf(Buffer.of()) ? TE.left(missing(digest)) : open(kind, digest)),
    }),
    noticedBy: ['stores an empty file'],
  },
  'lists a file as often as it was put': {
    of: ({ put, list }) => {
      const all: Array<{ digest: Digest; size: number; lastPut: Date }> = []
      return {
        put: (kind, source, progress) =>
          TE.map((stored: { digest: Digest; size: number }) => {
            all.push({ ...stored, lastPut: new Date() })
            return stored
          })(put(kind, source, progress)),
        list: async function* (kind) {
          yield kind === 'file' ? all : []
          yield* list('manifest')
        },
      }
    },
    noticedBy: [
      'holds equal content once, however often and from wherever it is put',
      'takes many puts at once, of the same content and of different',
    ],
  },
  'keeps manifests among the files': {
    of: ({ put, open, has, verify, list }) => ({
      put: (_kind, source, progress) => put('file', source, progress),
      open: (_kind, digest) => open('file', digest),
      has: (_kind, digest) => has('file', digest),
      verify: (_kind, digest) => verify('file', digest),
      list: () => list('file'),
    }),
    noticedBy: ['keeps files and manifests apart', 'deletes no manifest'],
  },
  'opens what is not there': {
    of: ({ open }) => ({
      open: (kind, digest) =>
        TE.orElse(() => TE.right<never, AsyncIterable<Uint8Array>>(nothing()))(open(kind, digest)),
    }),
    noticedBy: ['says what is missing', 'keeps files and manifests apart'],
  },
  'verifies without looking': {
    of: () => ({ verify: (_kind, digest) => TE.right({ digest, size: 10 }) }),
    noticedBy: ['says what is missing', 'verifies what is stored'],
  },
  'lists one file': {
    of: ({ list }) => ({
      list: async function* (kind) {
        for await (const page of list(kind)) {
          yield page.slice(0, 1)
          return
        }
      },
    }),
    noticedBy: ['lists all that it holds, with sizes and times'],
  },
  'ends its list with an empty page': {
    of: ({ list }) => ({
      list: async function* (kind) {
        yield []
        yield* list(kind)
      },
    }),
    noticedBy: ['lists in pages, which a reader need not read to the end'],
  },
  'deletes in name only': {
    of: () => ({ delete: () => TE.right(true) }),
    noticedBy: [
      'deletes a file, which can then be put again',
      'deletes no file that was put after the given time',
      'does nothing before it is run, and the same when it is run again',
    ],
  },
  'deletes without looking at the time': {
    of: (store) => ({ delete: (digest) => store.delete(digest, new Date(Date.now() + 60_000)) }),
    noticedBy: ['deletes no file that was put after the given time', 'takes a repeated put for the last one'],
  },
  'dates only the first put': {
    of: ({ put, has }) => ({
      put: (kind, source, progress) => async () => {
        const bytes = await bytesOf(source)
        const there = await has(kind, digestOf(bytes))()
        return E.isRight(there) && there.right !== undefined ? E.right(there.right) : put(kind, { bytes }, progress)()
      },
    }),
    noticedBy: ['takes a repeated put for the last one'],
  },
  'keeps no bytes of its own': {
    of: ({ put, open }) => {
      const kept = new Map<Digest, FileSource>()
      return {
        put: (kind, source, progress) =>
          TE.map((stored: { digest: Digest; size: number }) => {
            if (!('stream' in source)) kept.set(stored.digest, source)
            return stored
          })(put(kind, source, progress)),
        open: (kind, digest) => async () => {
          const source = kept.get(digest)
          return source === undefined ? open(kind, digest)() : E.right(chunks(await bytesOf(source)))
        },
      }
    },
    noticedBy: ['keeps what it was given when the caller changes it afterwards, or already meanwhile'],
  },
  'gathers a stream without copying': {
    of: ({ put }) => ({
      put: (kind, source, progress) => async () => {
        if (!('stream' in source)) return put(kind, source, progress)()
        const gathered: Uint8Array[] = []
        for await (const chunk of source.stream) gathered.push(chunk)
        return put(kind, { bytes: Buffer.concat(gathered) }, progress)()
      },
    }),
    noticedBy: ['takes a stream that uses one buffer for all its chunks'],
  },
  'tells no progress': {
    of: ({ put }) => ({ put: (kind, source) => put(kind, source) }),
    noticedBy: ['tells how far a put is, upwards and to the end'],
  },
  'puts when it is asked, not when it is run': {
    of: ({ put }) => ({
      put: (kind, source, progress) => {
        const outcome = put(kind, source, progress)()
        return () => outcome
      },
    }),
    noticedBy: ['does nothing before it is run, and the same when it is run again'],
  },
  'reads a file once, and in one piece': {
    of: ({ open }) => ({
      open: (kind, digest) => TE.map((stream: AsyncIterable<Uint8Array>) => whole(stream))(open(kind, digest)),
    }),
    noticedBy: ['reads a file any number of times, and chunk by chunk'],
  },
  'gives all of a file for a range of it': {
    of: ({ open }) => ({ open: (kind, digest) => open(kind, digest) }),
    noticedBy: ['reads a range of a file, and refuses one that is longer'],
  },
  'takes what is damaged for what is put': {
    of: ({ verify }) => ({
      verify: (kind, digest) =>
        damaged.has(digest)
          ? TE.left({ _tag: 'file-damaged', digest, found: digestOf(Buffer.of()), size: 1 })
          : verify(kind, digest),
    }),
    damage: async (_, __, digest) => void damaged.add(digest),
    noticedBy: ['replaces what was damaged when the same bytes are put again'],
  },
  'has everything': {
    of: () => ({ renew: () => TE.right([]) }),
    noticedBy: ['renews files without their bytes, and says which are not there'],
  },
  'belongs to whoever asks': {
    of: () => ({ addLedger: () => TE.right(undefined) }),
    noticedBy: ['knows the ledgers to which it belongs'],
  },
  'closes over the puts under way': {
    of: ({ put }) => ({
      put: (kind, source, progress) => async () => {
        await new Promise((resolve) => setTimeout(resolve, 20))
        return put(kind, source, progress)()
      },
    }),
    noticedBy: ['finishes the puts under way before it closes'],
  },
  'takes its own end for a failure': {
    of: ({ put }) => ({
      put: (kind, source, progress) =>
        TE.mapLeft(
          (error: FileStoreError): FileStoreError =>
            error._tag === 'closed' ? { _tag: 'file-store-failed', operation: 'store it', reason: 'closed' } : error,
        )(put(kind, source, progress)),
    }),
    noticedBy: ['gives up a put that stalls when its time to close is over'],
  },
  'never closes': {
    of: () => ({ close: async () => undefined }),
    noticedBy: ['says that it is closed to whoever uses it afterwards'],
  },
}

const missing = (digest: Digest) => ({ _tag: 'file-missing', digest }) as const

const bytesOf = async (source: FileSource): Promise<Uint8Array> => {
  if ('bytes' in source) return source.bytes
  if ('path' in source) return readFile(source.path)
  const chunks: Uint8Array[] = []
  for await (const chunk of source.stream) chunks.push(Buffer.from(chunk))
  return Buffer.concat(chunks)
}

async function* nothing(): AsyncGenerator<Uint8Array> {}

async function* chunks(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += 65_536) yield bytes.subarray(at, at + 65_536)
}

async function* whole(stream: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield await bytesOf({ stream })
}
