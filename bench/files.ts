/** Storing files: new ones against copying, hashing and syncing in one pass; known ones against hashing. */
import { createHash, randomFillSync } from 'node:crypto'
import { mkdir, open, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryFileStore, download } from '../adapters/directory/index.js'
import { sha256 } from '../domain/values/digest.js'
import type { ManifestEntry } from '../domain/values/manifest/manifest.js'
import { type Benchmark, timed } from './measure.js'
import { opened, temporaryFolder } from './support.js'

const MIB = 1024 * 1024

const ingest = (name: string, what: string, isNew: boolean, anew = false): Benchmark => ({
  name,
  what,
  unit: 'MiB/s',
  budget: anew ? null : 0.85,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const openStore = () => opened(directoryFileStore({ path: join(folder, 'files') }))
    let store = await openStore()
    const bytes = size === 'full' ? 256 * MIB : MIB
    const file = join(folder, 'content.bin')
    const content = randomFillSync(Buffer.alloc(bytes))
    await writeFile(file, content)
    let copies = 0
    let stored = ''
    /** Other content of the same size: the first bytes say which. */
    const renew = async (): Promise<void> => {
      const handle = await open(file, 'r+')
      await handle.write(Buffer.from(String(copies++).padStart(16)), 0, 16, 0)
      await handle.close()
    }
    return {
      ours: async () => {
        if (isNew) await renew()
        if (anew) {
          await store.close()
          store = await openStore()
        }
        return timed(
          async () => {
            const { digest } = await opened(store.put('file', { path: file }))
            stored = digest
            return bytes / MIB
          },
          () => isDigestOf(file, stored),
        )
      },
      floor: () =>
        timed(
          async () => {
            stored = `sha256:${await hashInto(file, isNew ? join(folder, `copy-${copies++}`) : undefined)}`
            return bytes / MIB
          },
          () => isDigestOf(file, stored),
        ),
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
})

/** Whether a file has this digest, found out in another way. */
const isDigestOf = async (file: string, digest: string): Promise<boolean> => sha256(await readFile(file)) === digest

/** Reads a file once in large steps, the next while the last is hashed; writes it on the way, if told where to. */
const hashInto = async (path: string, copy: string | undefined, sync = true): Promise<string> => {
  const source = await open(path, 'r')
  const target = copy === undefined ? undefined : await open(copy, 'wx')
  const hash = createHash('sha256')
  const buffers = [Buffer.allocUnsafe(MIB), Buffer.allocUnsafe(MIB)] as const
  let reading = source.read(buffers[0], 0, MIB, 0)
  let position = 0
  for (let turn = 0; ; turn++) {
    const { bytesRead, buffer } = await reading
    if (bytesRead === 0) break
    position += bytesRead
    reading = source.read(buffers[(turn + 1) % 2 === 0 ? 0 : 1], 0, MIB, position)
    const chunk = buffer.subarray(0, bytesRead)
    const written = target?.write(chunk)
    hash.update(chunk)
    await written
  }
  if (sync) await target?.sync()
  await target?.close()
  await source.close()
  return hash.digest('hex')
}

export const ingestNew = ingest('ingest-new', 'storing a new file, against copy, SHA-256 and fsync in one pass', true)

export const ingestKnown = ingest('ingest-known', 'storing a file that is there, against streaming SHA-256', false)

/** As the command line does, which knows of no file how this machine left it. */
export const ingestKnownAnew = ingest(
  'ingest-known-anew',
  'storing a file that is there and must be read too, against streaming SHA-256',
  false,
  true,
)

export const downloading: Benchmark = {
  name: 'download',
  what: 'writing 200 files of 512 KiB into a directory, verified, against copying and hashing them one after another',
  unit: 'MiB/s',
  budget: null,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(directoryFileStore({ path: join(folder, 'files') }))
    const [files, bytes] = size === 'full' ? [200, MIB / 2] : [4, 1024]
    const entries: ManifestEntry[] = []
    const originals: string[] = []
    await mkdir(join(folder, 'originals'))
    for (let number = 0; number < files; number++) {
      const content = randomFillSync(Buffer.alloc(bytes))
      const original = join(folder, 'originals', `part-${number}.bin`)
      await writeFile(original, content)
      originals.push(original)
      entries.push({ path: `weights/part-${number}.bin`, ...(await opened(store.put('file', { bytes: content }))) })
    }
    let turn = 0
    const digests = new Set(entries.map(({ digest }) => digest))
    let written = 0
    return {
      ours: () =>
        timed(
          async () => {
            written = (await opened(download({ files: store, entries, to: join(folder, `target-${turn++}`) }))).written
            return (files * bytes) / MIB
          },
          () => written,
        ),
      floor: () =>
        timed(
          async () => {
            const target = join(folder, `target-${turn++}`)
            await mkdir(target)
            written = 0
            for (const [number, original] of originals.entries()) {
              const hex = await hashInto(original, join(target, String(number)), false)
              if (digests.has(`sha256:${hex}`)) written++
            }
            return (files * bytes) / MIB
          },
          () => written,
        ),
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}
