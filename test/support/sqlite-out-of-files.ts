/**
 * Opens event stores while the process can open next to no file, which it can again a little later, and prints as JSON
 * how each went, what was warned of, and what is said where it stays like that:
 *
 *     node sqlite-out-of-files.js <folder>
 */
import { closeSync, openSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import { sqliteEventStore } from 'model-ledger/adapters/sqlite'
import { warningsTo } from './warnings.js'

const [folder = ''] = process.argv.slice(2)
const warnings: string[] = []
const open = (path: string, busyTimeoutMs?: number) =>
  sqliteEventStore({
    path,
    logger: warningsTo(warnings),
    ...(busyTimeoutMs !== undefined && { busyTimeoutMs }),
  })()

/** Opens what can be opened but for a few; answers what closes it again. */
const allBut = (left: number): (() => void) => {
  const held: number[] = []
  try {
    for (;;) held.push(openSync('/dev/null', 'r'))
  } catch {
    for (const file of held.splice(0, left)) closeSync(file)
  }
  return () => {
    for (const file of held) closeSync(file)
  }
}

const results: string[] = []
// A new file, and then the same again; the first time of all SQLite is not loaded yet.
for (let left = 0; left < 8; left++)
  for (const _ of ['new', 'there']) {
    const release = allBut(left)
    const opening = open(join(folder, `${left}.db`))
    for (let turn = 0; turn < 20; turn++) await nextTurn()
    release()
    const opened = await opening
    if (E.isRight(opened)) await opened.right.close()
    results.push(E.isRight(opened) ? 'opened' : opened.left.reason)
  }

const release = allBut(0)
const refused = [await open(join(folder, '0.db'), 1), await open(join(folder, 'new.db'), 1)]
release()
console.log(
  JSON.stringify({ results, warnings, refused: refused.map((each) => (E.isLeft(each) ? each.left : 'opened')) }),
)
