/** File stores that are wrong, each in one way: they show that every case of the contract can fail. */
import { memoryFileStore } from '../adapters/memory/index.js'
import type { FileStore } from '../domain/ports/file-store.js'
import { type BrokenStore, brokenStores } from './contract-case.js'
import { fileStoreFaults } from './file-store/broken.js'
import { type FileStoreCase, runFileStoreCase } from './file-store-contract.js'

export const brokenFileStores: ReadonlyArray<BrokenStore<FileStore>> = brokenStores(
  fileStoreFaults,
  memoryFileStore,
  (name: FileStoreCase, open, { damage }) => runFileStoreCase(name, open, damage),
)
