import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, describe, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { Damage } from '../../testing/file-store/world.js'
import { fileStoreContract, runFileStoreCase } from '../../testing/file-store-contract.js'
import { right } from '../../testing/results.js'
import { runContract } from '../support/contract.js'

const folder = mkdtempSync(join(tmpdir(), 'file-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

let stores = 0

runContract(
  'memory',
  fileStoreContract(async () => memoryFileStore()),
)
const onDisk = async () => right(await directoryFileStore({ path: join(folder, `${stores++}`) })())

/** As a failing disk does: the size stays, and so does the time at which the file was last put. */
const changeAByte: Damage = async (_, kind, digest) => {
  const hex = digest.slice('sha256:'.length)
  const path = join(folder, `${stores - 1}`, `${kind}s`, hex.slice(0, 2), hex.slice(2))
  const { mtime, size } = statSync(path)
  chmodSync(path, 0o600)
  const bytes = readFileSync(path)
  bytes.writeUInt8(bytes.readUInt8(size >> 1) ^ 1, size >> 1)
  writeFileSync(path, bytes)
  utimesSync(path, mtime, mtime)
}

runContract('directory', fileStoreContract(onDisk, changeAByte))

/** Every put, and every other call, comes from a process that knows nothing of the store yet. */
const inOtherProcesses = async (): Promise<FileStore> => {
  const path = join(folder, `${stores++}`)
  const first = right(await directoryFileStore({ path })())
  const put: FileStore['put'] = (kind, source, progress) =>
    TE.bracket(
      TE.rightTask(async () => right(await directoryFileStore({ path })())),
      (store) => store.put(kind, source, progress),
      (store) => TE.fromTask(store.close),
    )
  return { ...first, put }
}

describe('a directory that another process wrote', () => {
  it('keeps and replaces alike', async () => {
    for (const name of [
      'replaces what was damaged when the same bytes are put again',
      'holds equal content once, however often and from wherever it is put',
      'takes a repeated put for the last one',
      'tells how far a put is, upwards and to the end',
    ] as const)
      await runFileStoreCase(name, inOtherProcesses, changeAByte)
  })
})
