/** Opens each file named, and prints how each went. */
import * as E from 'fp-ts/lib/Either.js'
import { sqliteEventStore } from 'model-ledger/adapters/sqlite'

const results: unknown[] = []
for (const path of process.argv.slice(2)) {
  const opened = await sqliteEventStore({ path })()
  if (E.isRight(opened)) await opened.right.close()
  results.push(E.isLeft(opened) ? opened.left : { _tag: 'opened', path })
}
console.log(JSON.stringify(results))
