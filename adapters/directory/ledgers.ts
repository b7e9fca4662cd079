/** The ledgers to which a file store belongs: an empty file for each in its folder `ledgers/`, under its id. */
import { readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import { makeDirectory } from '../shared/make-directory.js'
import { whenOpenable } from '../shared/open-files.js'
import { codeOf, syncDirectory } from './system.js'

export const ledgersIn = (root: string) => {
  const folder = join(root, 'ledgers')
  return {
    list: async (): Promise<ReadonlyArray<LedgerId> | undefined> => {
      const names = await whenOpenable(() => readdir(folder)).catch((cause: unknown) => {
        if (codeOf(cause) === 'ENOENT') return undefined
        throw cause
      })
      // What is as long as an id, and none, was one: with its ledger unseen, others would take its files for theirs.
      const changed = names?.find((name) => name.length === ID_LENGTH && !LedgerId.is(name))
      if (changed !== undefined)
        throw new Error(
          `${join(folder, changed)} is named by no ledger's id: it was changed; give it back its name from a copy, or remove it and open every ledger of these files to be written`,
        )
      return names?.sort().filter((name): name is LedgerId => LedgerId.is(name))
    },
    add: async (ledger: LedgerId): Promise<void> => {
      if ((await makeDirectory(folder)) !== undefined) await syncDirectory(root)
      await whenOpenable(() => writeFile(join(folder, ledger), ''))
      await syncDirectory(folder)
    },
    remove: async (ledger: LedgerId): Promise<void> => {
      await rm(join(folder, ledger), { force: true })
      await syncDirectory(folder)
    },
  }
}

const ID_LENGTH = '00000000-0000-0000-0000-000000000000'.length
