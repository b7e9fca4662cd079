/**
 * Puts a large file, verifies it, reads it slowly and downloads it; prints by how many bytes the memory of
 * this process grew at most. Arguments: the store, a folder for the source and the target, the size.
 */
import { truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { directoryFileStore, download } from 'model-ledger/adapters/directory'

const [path = '', folder = '', size = ''] = process.argv.slice(2)
const right = <Left, Right>(either: E.Either<Left, Right>): Right => {
  if (E.isLeft(either)) throw new Error(JSON.stringify(either.left))
  return either.right
}

const store = right(await directoryFileStore({ path })())
const source = join(folder, 'large')
writeFileSync(source, '')
truncateSync(source, Number(size))

const peak = () => process.resourceUsage().maxRSS * 1024
const before = peak()
const stored = right(await store.put('file', { path: source })())
right(await store.put('file', { path: source })())
right(await store.verify('file', stored.digest)())
let chunks = 0
for await (const chunk of right(await store.open('file', stored.digest)())) {
  if (chunk.length > 0 && chunks++ < 20) await setTimeout(10)
}
right(await download({ files: store, entries: [{ path: 'large', ...stored }], to: join(folder, 'target') })())
console.log(JSON.stringify({ size: stored.size, grewBy: peak() - before }))
