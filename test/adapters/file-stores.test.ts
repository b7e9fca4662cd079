import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryFileStore } from '../../adapters/memory/index.js'
import { fileStoreContract, right } from '../contracts/file-store.js'

const folder = mkdtempSync(join(tmpdir(), 'file-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

let stores = 0

fileStoreContract('memory', async () => memoryFileStore())
fileStoreContract('directory', async () => right(await directoryFileStore({ path: join(folder, `${stores++}`) })()))
