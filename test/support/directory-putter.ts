/**
 * Puts so many files into a directory file store, the same ones for the same seed, and prints the digest of
 * each when the store acknowledges it. Arguments: the store, a folder for sources, the seed, how many.
 */
import { createHash } from 'node:crypto'
import { writeFileSync, writeSync } from 'node:fs'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { directoryFileStore } from 'model-ledger/adapters/directory'
import type { FileSource } from '../../domain/ports/file-store.js'

const [path = '', sources = '', seed = '', count = ''] = process.argv.slice(2)
const opened = await directoryFileStore({ path })()
if (E.isLeft(opened)) throw new Error(JSON.stringify(opened.left))

const source = (index: number): FileSource => {
  const pattern = createHash('sha256').update(`${seed} ${index}`).digest()
  if (index % 4 !== 0) return { bytes: Buffer.alloc(10_000 * (index % 7) + 1, pattern) }
  const file = join(sources, `${process.pid}-${index % 8}`)
  writeFileSync(file, Buffer.alloc(1_500_000, pattern))
  return { path: file }
}

for (let index = 0; index < Number(count); index++) {
  const stored = await opened.right.put('file', source(index))()
  if (E.isLeft(stored)) throw new Error(JSON.stringify(stored.left))
  writeSync(1, `${stored.right.digest}\n`)
}
