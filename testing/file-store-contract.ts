/**
 * What every file store must do, as cases that every adapter runs. A store may hold other files already and
 * answer lists and reads in pieces of any size; the cases expect no more than the port promises.
 */
import { randomBytes } from 'node:crypto'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import type { FileStore } from '../domain/ports/file-store.js'
import { collectingCases } from './file-store/collecting.js'
import { sourceCases } from './file-store/sources.js'
import { storingCases } from './file-store/storing.js'
import { type Damage, unreachable } from './file-store/world.js'

/**
 * Registers every case for one adapter, and a last one that fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 * @param damage changes a byte of a stored file; left out where nothing but the store itself can reach the bytes
 */
export const fileStoreContract = (name: string, open: () => Promise<FileStore>, damage: Damage = unreachable): void => {
  describe(`file store contract: ${name}`, () => {
    const begun = new Set<string>()
    for (const caseName of fileContractCases) {
      it(caseName, async () => {
        begun.add(caseName)
        await runFileContractCase(caseName, open, damage)
      })
    }

    it('leaves no case out', () => {
      expect([...begun].sort()).toEqual([...fileContractCases].sort())
    })
  })
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runFileContractCase = async (
  name: FileContractCase,
  open: () => Promise<FileStore>,
  damage: Damage = unreachable,
): Promise<void> => {
  const store = await open()
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

export type FileContractCase = keyof typeof cases

const isContractCase = (name: string): name is FileContractCase => name in cases

export const fileContractCases: ReadonlyArray<FileContractCase> = Object.keys(cases).filter(isContractCase)
