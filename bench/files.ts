/** Storing files: new ones against copying, hashing and syncing in one pass; known ones against hashing. */
import { createHash, randomFillSync } from 'node:crypto'
import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { directoryFileStore } from '../adapters/directory/index.js'
import { type Benchmark, timed } from './measure.js'
import { opened, temporaryFolder } from './support.js'

const MIB = 1024 * 1024

const ingest = (name: string, what: string, isNew: boolean): Benchmark => ({
  name,
  what,
  unit: 'MiB',
  budget: 0.85,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(directoryFileStore({ path: join(folder, 'files') }))
    const bytes = size === 'full' ? 256 * MIB : MIB
    const file = join(folder, 'content.bin')
    const content = randomFillSync(Buffer.alloc(bytes))
    await writeFile(file, content)
    let copies = 0
    /** Other content of the same size: the first bytes say which. */
    const renew = async (): Promise<void> => {
      const handle = await open(file, 'r+')
      await handle.write(Buffer.from(String(copies++).padStart(16)), 0, 16, 0)
      await handle.close()
    }
    return {
      ours: async () => {
        if (isNew) await renew()
        return timed(async () => {
          await opened(store.put('file', { path: file }))
          return bytes / MIB
        })
      },
      floor: () =>
        timed(async () => {
          await hashInto(file, isNew ? join(folder, `copy-${copies++}`) : undefined)
          return bytes / MIB
        }),
      close: async () => {
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
})

/** Reads a file once in large steps, the next while the last is hashed; writes it on the way, if told where to. */
const hashInto = async (path: string, copy: string | undefined): Promise<string> => {
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
  await target?.sync()
  await target?.close()
  await source.close()
  return hash.digest('hex')
}

export const ingestNew = ingest('ingest-new', 'storing a new file, against copy, SHA-256 and fsync in one pass', true)

export const ingestKnown = ingest('ingest-known', 'storing a file that is there, against streaming SHA-256', false)
