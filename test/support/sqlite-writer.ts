/**
 * A process that appends and says what was acknowledged, one line `stream first-revision id` per append:
 *
 *     node sqlite-writer.js <path> <durability> <appends> <events per append> <stream>...
 *
 * It takes the streams in turn, always at the revision it believes them to stand at, and again after a conflict.
 */
import { randomUUID } from 'node:crypto'
import { writeSync } from 'node:fs'
import * as E from 'fp-ts/lib/Either.js'
import type { NewEvent, Revision } from '../../domain/ports/event-store.js'
import { openSqlite } from './sqlite-store.js'

const [path = '', durability, appends, size, ...streams] = process.argv.slice(2)
const store = await openSqlite({ path, durability: durability === 'relaxed' ? 'relaxed' : 'full' })
const stands = new Map<string, Revision>()

for (let done = 0; done < Number(appends); done++) {
  const stream = streams[done % streams.length] ?? ''
  const [first, ...more] = Array.from({ length: Number(size) }, (_, index) => part(index))
  if (first === undefined) throw new Error('an append needs an event')
  for (let acknowledged = false; !acknowledged; ) {
    const expected = stands.get(stream) ?? 'none'
    const outcome = await store.append(stream, expected, [first, ...more])()
    if (E.isRight(outcome)) {
      stands.set(stream, outcome.right.revision)
      writeSync(1, `${stream} ${outcome.right.revision - more.length} ${first.id}\n`)
      acknowledged = true
    } else if (outcome.left._tag === 'conflict') {
      stands.set(stream, outcome.left.actual)
    } else {
      throw new Error(JSON.stringify(outcome.left))
    }
  }
}
await store.close()

function part(index: number): NewEvent {
  return { id: randomUUID(), type: 'Happened', data: `{"of":${size},"part":${index}}`, metadata: '{}' }
}
