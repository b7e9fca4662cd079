/**
 * A file store in a directory. Processes on one machine, or on several that share the file system, may use
 * it at once: every file comes into being complete, by a rename.
 */
import { lutimes, open } from 'node:fs/promises'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { COLLECTED_AFTER_MS, type FileStore, FileStoreFailure } from '../../domain/ports/file-store.js'
import { decodeOptions, functionOf, pathText, record } from '../../domain/values/codec.js'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import { forEachConcurrently } from '../shared/concurrency.js'
import { dating, fileStoreCalls } from '../shared/file-store-calls.js'
import { whenOpenable } from '../shared/open-files.js'
import { deleteHidden, hide, recover } from './deleting.js'
import { knownLargeFiles } from './known-large-files.js'
import { type Layout, type OpenError, openLayout } from './layout.js'
import { ledgersIn } from './ledgers.js'
import { putInto } from './put.js'
import { CHUNK_BYTES, createBuffers } from './read-ahead.js'
import { listIn, readingFrom, unfinishedIn } from './reading.js'
import { codeOf, failureOf, fileStats, NO_FOLLOW } from './system.js'

const Options = record(
  'the options of directoryFileStore',
  { path: pathText },
  { now: functionOf<() => Date>('a function that gives the time'), readOnly: t.boolean },
)

/**
 * Opens the file store in a directory; makes one if there is no directory or an empty one. `now` is the clock by which
 * a repeated `put` is dated, files are old enough to be collected, and what dead processes left is found old (after a
 * day): that of the file system unless told. With `readOnly` it is read as it lies, also by whoever may not write
 * there; what would change it fails.
 */
export const directoryFileStore = (options: {
  readonly path: string
  readonly now?: () => Date
  readonly readOnly?: boolean
}): TE.TaskEither<OpenError, FileStore> =>
  pipe(
    TE.fromEither(decodeOptions(Options)(options)),
    TE.flatMap(({ path, now, readOnly = false }) =>
      pipe(
        openLayout(path, now && dating(now), readOnly),
        TE.map((layout) => (readOnly ? onlyRead(storeIn(layout)) : storeIn(layout))),
      ),
    ),
  )

const onlyRead = (store: FileStore): FileStore => {
  const refused = (operation: string) =>
    TE.left({ _tag: 'file-store-failed' as const, operation, reason: 'it was opened only to be read' })
  return {
    ...store,
    put: (kind) => refused(`store a ${kind}`),
    renew: () => refused('renew what it holds'),
    delete: (digest) => refused(`delete ${digest}`),
    addLedger: () => refused('enter a ledger'),
    removeLedger: () => refused('take a ledger away'),
  }
}

const storeIn = (layout: Layout): FileStore => {
  const buffers = createBuffers()
  const known = knownLargeFiles(layout.largeFiles)
  const ledgers = ledgersIn(layout.root)
  const calls = fileStoreCalls((cause) => failureOf(cause, layout.root))
  const { attempt, iterate, assertGoingOn, close } = calls
  const { has, read, verify } = readingFrom({ layout, buffers, ended: calls.ended, assertGoingOn })
  const put = putInto({ layout, buffers, known, ended: calls.ended, assertGoingOn })

  const remove = async (digest: Digest, unlessPutSince: Date): Promise<boolean> => {
    if (!isDigest(digest)) return false
    const place = layout.placeOf('file', digest)
    const found = await fileStats(place)
    if (found === undefined || found.mtime > unlessPutSince) return false
    if (found.size >= CHUNK_BYTES) await forget(place, found.size)
    const hidden = await hide(layout, digest)
    return hidden !== undefined && deleteHidden(layout, hidden, digest, unlessPutSince)
  }

  /** Whether it is there and stays for some hours; dated anew where that is not sure by its date. */
  const isKept = async (digest: Digest, now: Date): Promise<boolean> => {
    if (!isDigest(digest)) return false
    const place = layout.placeOf('file', digest)
    const found = (await fileStats(place)) ?? ((await recover(layout, digest)) ? await fileStats(place) : undefined)
    if (found === undefined) return false
    if (found.mtimeMs > now.getTime() - RENEWED_AFTER_MS) return true
    const code = await lutimes(place, now, now).then(() => undefined, codeOf)
    if (code === undefined) return (await fileStats(place)) !== undefined || recover(layout, digest)
    if (code === 'ENOENT') return isKept(digest, now)
    // Another user's, which only a new file can date anew.
    await put('file', { path: place })
    return true
  }

  const renew = async (digests: Iterable<Digest>): Promise<ReadonlyArray<Digest>> => {
    const missing: Digest[] = []
    const now = await layout.now()
    await forEachConcurrently(digests, 16, async (digest) => {
      if (!(await isKept(digest, now))) missing.push(digest)
    })
    return missing
  }

  const forget = async (path: string, size: number): Promise<void> => {
    const handle = await whenOpenable(() => open(path, NO_FOLLOW)).catch(() => undefined)
    if (handle === undefined) return
    try {
      await known.remove(await known.fingerprintOf(handle, size))
    } finally {
      await handle.close()
    }
  }

  return {
    put: (kind, source, progress) => attempt(`store a ${kind}`, () => put(kind, source, progress)),
    open: (kind, digest, range) =>
      attempt(`open ${digest}`, async () => {
        if ((await has(kind, digest)) === undefined) throw new FileStoreFailure({ _tag: 'file-missing', digest })
        return iterate(`read ${digest}`, () => read(kind, digest, range))
      }),
    has: (kind, digest) => attempt(`look for ${digest}`, () => has(kind, digest)),
    verify: (kind, digest) => attempt(`verify ${digest}`, () => verify(kind, digest)),
    list: (kind) => iterate('list what it holds', () => listIn(layout, kind)),
    renew: (digests) => attempt('renew what it holds', () => renew(digests)),
    unfinished: () => attempt('say what is unfinished', () => unfinishedIn(layout)),
    now: () => attempt('tell the time', layout.now),
    delete: (digest, unlessPutSince) => attempt(`delete ${digest}`, () => remove(digest, unlessPutSince)),
    ledgers: () => attempt('say whose files it holds', ledgers.list),
    addLedger: (ledger) => attempt('enter a ledger', () => ledgers.add(ledger)),
    removeLedger: (ledger) => attempt('take a ledger away', () => ledgers.remove(ledger)),
    close,
  }
}

/** Half of what a file is left alone after its last `put`. */
const RENEWED_AFTER_MS = COLLECTED_AFTER_MS / 2
