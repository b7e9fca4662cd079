/**
 * A process that gives commands on an artifact which others write to as well:
 *
 *     node contender.js <folder> <name> bulk|mover|lone <seconds>
 *
 * It says "ready", waits for a line on its input, and says as JSON what it came to.
 */
import { once } from 'node:events'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import type { Contended } from './contention.js'
import { commandsOn, opened } from './support.js'

const [folder = '', name = '', how = '', seconds = ''] = process.argv.slice(2)
const store = await opened(sqliteEventStore({ path: join(folder, 'events.db') }))
const { logVersion, moveAlias } = commandsOn(store)
const AT_ONCE = 64
/** Between the moves of a caller who moves an alias now and then, in milliseconds. */
const REST = 100

let given = 0
const took: number[] = []
const move = async (): Promise<void> => {
  const start = performance.now()
  await moveAlias('shared', name, given++ % 2)
  took.push(performance.now() - start)
}
const steps: Readonly<Record<string, () => Promise<unknown>>> = {
  bulk: () => Promise.all(Array.from({ length: AT_ONCE }, () => logVersion('shared', `${name} ${given++}`))),
  mover: move,
  lone: () => move().then(() => sleep(REST)),
}
const step = steps[how] ?? (() => Promise.reject(new Error(`nobody does ${how}`)))

await step()
given = 0
took.length = 0
console.log('ready')
await once(process.stdin, 'data')
const start = performance.now()
while (performance.now() - start < Number(seconds) * 1000) await step()
const contended: Contended = {
  done: given,
  seconds: (performance.now() - start) / 1000,
  took: took.sort((a, b) => a - b),
}
console.log(JSON.stringify(contended))
await store.close()
process.exit()
