/**
 * What every file store must do, as cases that every adapter runs. A store may hold other files already and
 * answer lists and reads in pieces of any size; the cases expect no more than the port promises.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { FileStore } from '../domain/ports/file-store.js'
import { functionOf, optionsOrThrow, record } from '../domain/values/codec.js'
import { objectWith } from '../domain/values/object-with.js'
import { type ContractCase, withNoneLeftOut } from './contract-case.js'
import { collectingCases } from './file-store/collecting.js'
import { sourceCases } from './file-store/sources.js'
import { storingCases } from './file-store/storing.js'
import { type Damage, unreachable } from './file-store/world.js'

const Arguments = record('fileStoreContract', {
  open: functionOf<() => Promise<FileStore>>('a function that opens a store'),
  damage: functionOf<Damage>('a function that changes a byte of a stored file'),
})
const Opened = record('fileStoreContract', { opened: objectWith<FileStore>('a file store', ['put', 'close']) })

/**
 * The cases for one adapter, to be given to a test runner: `for (const { name, run } of fileStoreContract(open)) it(name, run)`.
 * The last one fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 * @param damage changes a byte of a stored file; left out where nothing but the store itself can reach the bytes
 */
export const fileStoreContract = (
  open: () => Promise<FileStore>,
  damage: Damage = unreachable,
): ReadonlyArray<ContractCase> => {
  optionsOrThrow(Arguments, { open, damage })
  return withNoneLeftOut(fileStoreCases.map((name) => ({ name, run: () => runFileStoreCase(name, open, damage) })))
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runFileStoreCase = async (
  name: FileStoreCase,
  open: () => Promise<FileStore>,
  damage: Damage = unreachable,
): Promise<void> => {
  const { opened: store } = optionsOrThrow(Opened, { opened: await open() })
  const folder = await mkdtemp(join(tmpdir(), 'file-contract-'))
  try {
    await cases[name]({
      store,
      damage,
      file: async (bytes) => {
        const path = join(folder, randomBytes(8).toString('hex'))
        await writeFile(path, bytes)
        return path
      },
    })
  } finally {
    await store.close()
    await rm(folder, { recursive: true })
  }
}
const cases = { ...storingCases, ...collectingCases, ...sourceCases }

export type FileStoreCase = keyof typeof cases

const isCase = (name: string): name is FileStoreCase => name in cases

export const fileStoreCases: ReadonlyArray<FileStoreCase> = Object.keys(cases).filter(isCase)
