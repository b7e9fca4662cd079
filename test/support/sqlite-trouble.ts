/**
 * A process that appends until an append fails, lets its trouble be repaired, sends the failed append again
 * until it is answered, and then goes on. Prints what it saw as one JSON text:
 *
 *     node sqlite-trouble.js <path> <shell command that repairs>
 */

import { execSync } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import type { NewEvent, Revision } from '../../domain/ports/event-store.js'
import { toPosition } from '../../domain/ports/event-store.js'
import { openSqlite } from './sqlite-store.js'

const [path = '', repair = 'true'] = process.argv.slice(2)
const ENOUGH = 2000

const store = await openSqlite({ path })
const acknowledged: string[] = []
const failures: string[] = []
let expected: Revision = 'none'

const append = async (event: NewEvent): Promise<boolean> => {
  const outcome = await store.append('one', expected, [event])()
  if (E.isRight(outcome)) {
    expected = outcome.right.revision
    acknowledged.push(event.id)
  } else {
    failures.push(outcome.left._tag)
  }
  return E.isRight(outcome)
}

let sent = happened()
while (acknowledged.length < ENOUGH && (await append(sent))) sent = happened()
const readInTrouble = await ids()
execSync(repair.replaceAll('PID', String(process.pid)))
for (let attempts = 0; attempts < 5 && !(await append(sent)); attempts++);
for (let more = 0; more < 5; more++) await append(happened())
const readAfterwards = await ids()
await store.close()
console.log(JSON.stringify({ acknowledged, failures, sentAgain: sent.id, readInTrouble, readAfterwards }))

function happened(): NewEvent {
  return { id: randomUUID(), type: 'Happened', data: `{"filler":"${'x'.repeat(2000)}"}`, metadata: '{}' }
}

async function ids(): Promise<ReadonlyArray<string>> {
  const found: string[] = []
  for await (const page of store.readAll(toPosition(0))) found.push(...page.map(({ id }) => id))
  return found
}
