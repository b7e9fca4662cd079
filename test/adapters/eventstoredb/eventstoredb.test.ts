import { randomUUID } from 'node:crypto'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { afterEach, expect, it } from 'vitest'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { memoryEventStore } from '../../../adapters/memory/index.js'
import { type EventStore, ORIGIN, type Revision } from '../../../domain/ports/event-store.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { eventStoreContract } from '../../../testing/event-store-contract.js'
import { runContract } from '../../support/contract.js'
import { all, newEvent } from '../../support/eventstoredb/open-store.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

// With EVENTSTORE_URL the same cases run on a real server, each in a ledger with a name of its own.
const url = process.env['EVENTSTORE_URL']

let standIn: StandIn | undefined
afterEach(async () => {
  await standIn?.stop()
  standIn = undefined
})

const openNew = async (): Promise<EventStore> => {
  if (url === undefined) standIn ??= await StandIn.start()
  const ledger = `test.${randomUUID().replaceAll('-', '')}`
  const store = await eventStoreDb(url ?? standIn?.connectionString() ?? '', { ledger })()
  if (E.isLeft(store)) throw new Error(store.left.reason)
  return store.right
}

runContract(
  `eventstoredb, ${url === undefined ? 'over the stand-in' : 'on a real server'}`,
  eventStoreContract(openNew, { patienceMs: 20_000 }),
)

interface Attempt {
  readonly stream: string
  readonly expected: Revision
  /** So few that the same ones are often sent again, and are in several streams. */
  readonly ids: RNEA.ReadonlyNonEmptyArray<number>
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  stream: fc.constantFrom('run-a', 'run-b'),
  expected: fc.constantFrom<Revision>('none', standingAt(0), standingAt(1), standingAt(2), standingAt(3)),
  ids: fc.tuple(fc.nat(2), fc.nat(2)).map(([first, more]) => RNEA.range(first, first + more)),
})

it('answers every history of appends, those of a turn sent together, as the store in memory does', async () => {
  const answers = async (store: EventStore, turns: ReadonlyArray<ReadonlyArray<Attempt>>) => {
    const outcomes: unknown[] = []
    for (const turn of turns) {
      const sent = turn.map(({ stream, expected, ids }) =>
        store.append(
          stream,
          expected,
          RNEA.map((id: number) => ({ ...newEvent(id), id: `00000000-0000-4000-8000-00000000000${id}` }))(ids),
        )(),
      )
      // Positions have gaps there.
      outcomes.push((await Promise.all(sent)).map(E.map(({ revision }) => revision)))
    }
    const streams = [await all(store.readStream('run-a', 'none')), await all(store.readStream('run-b', standingAt(0)))]
    const log = await all(store.readAll(ORIGIN))
    expect(log.map(({ position }) => position)).toEqual(log.map(({ position }) => position).sort((a, b) => a - b))
    expect(await store.head()()).toMatchObject({ right: log.at(-1)?.position ?? ORIGIN })
    await store.close()
    return [outcomes, streams.map((events) => events.map(({ revision, id, data }) => [revision, id, data])), log.length]
  }
  await fc.assert(
    fc.asyncProperty(fc.array(fc.array(attempt, { minLength: 1, maxLength: 4 }), { maxLength: 12 }), async (turns) => {
      expect(await answers(await openNew(), turns)).toEqual(await answers(memoryEventStore(), turns))
    }),
    { numRuns: 30 },
  )
})
