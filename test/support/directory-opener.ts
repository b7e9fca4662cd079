/**
 * Opens each file store named, and prints how each went, and how a `put` of a file went that this process may
 * not read.
 */
import * as E from 'fp-ts/lib/Either.js'
import { directoryFileStore } from 'model-ledger/adapters/directory'

const [secret = '', ...paths] = process.argv.slice(2)
const results: unknown[] = []
for (const path of paths) {
  const opened = await directoryFileStore({ path })()
  results.push(E.isLeft(opened) ? opened.left : await opened.right.put('file', { path: secret })())
}
console.log(JSON.stringify(results))
