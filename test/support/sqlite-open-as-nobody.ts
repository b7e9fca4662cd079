/** Opens each file named as a user without rights, also when root runs the tests, and prints how each went. */
import * as E from 'fp-ts/lib/Either.js'
import { driver } from '../../adapters/sqlite/driver/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'

// Whoever may not read the checkout could not load it afterwards.
await driver()

const NOBODY = 65534
if (process.getuid?.() === 0) {
  process.setgroups?.([])
  process.setgid?.(NOBODY)
  process.setuid?.(NOBODY)
}

const results: unknown[] = []
for (const path of process.argv.slice(2)) {
  const opened = await sqliteEventStore({ path })()
  if (E.isRight(opened)) await opened.right.close()
  results.push(E.isLeft(opened) ? opened.left : { _tag: 'opened', path })
}
console.log(JSON.stringify(results))
