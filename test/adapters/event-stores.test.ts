import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import { type EventStore, ORIGIN, type Revision } from '../../domain/ports/event-store.js'
import { event, standingAt } from '../../testing/event-store/world.js'
import { eventStoreContract } from '../../testing/event-store-contract.js'
import { runContract } from '../support/contract.js'
import { openReadingAhead, openSqlite } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'event-stores-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const openNewSqlite = () => openSqlite({ path: join(folder, `${files++}.db`) })

runContract(
  'memory',
  eventStoreContract(async () => memoryEventStore()),
)
runContract('sqlite', eventStoreContract(openNewSqlite))
runContract(
  'sqlite, by a thread',
  eventStoreContract(() => openReadingAhead({ path: join(folder, `${files++}.db`) })),
)

describe('event stores', () => {
  it('all run the contract', () => {
    const root = fileURLToPath(new URL('../../', import.meta.url))
    const read = (path: string) => (existsSync(root + path) ? readFileSync(root + path, 'utf8') : '')
    const adapters = readdirSync(`${root}adapters`, { withFileTypes: true }).filter((entry) => entry.isDirectory())
    const stores = adapters.filter(({ name }) => /event-?store/i.test(read(`adapters/${name}/index.ts`)))
    const tests = readdirSync(`${root}test/adapters`, { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.test.ts'))
      .map((path) => read(`test/adapters/${path}`))
    const running = stores.filter(({ name }) =>
      tests.some((text) =>
        new RegExp(`^runContract\\(\\s*['\`]${name}\\b.*,\\s*eventStoreContract\\(`, 'm').test(text),
      ),
    )
    const names = stores.map(({ name }) => name)
    expect(names).toEqual(expect.arrayContaining(['memory', 'sqlite']))
    expect(running.map(({ name }) => name)).toEqual(names)
  })

  it.each([
    ['memory', async () => memoryEventStore()],
    ['sqlite', openNewSqlite],
  ])('stand at the origin when they are new: %s', async (_name, open) => {
    const store = await open()
    expect(await store.head()()).toMatchObject({ right: ORIGIN })
    await store.close()
  })

  it('in memory share nothing', async () => {
    const [one, other] = [memoryEventStore(), memoryEventStore()]
    await one.append('a', 'none', [event()])()
    expect(await other.head()()).toMatchObject({ right: ORIGIN })
  })

  it('in SQLite answer every history of appends as those in memory do', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.array(attempt, { minLength: 1, maxLength: 4 }), { maxLength: 12 }),
        async (turns) => {
          const sqlite = await openNewSqlite()
          expect(await answers(sqlite, turns)).toEqual(await answers(memoryEventStore(), turns))
          await sqlite.close()
        },
      ),
      { numRuns: 40 },
    )
  })
})

interface Attempt {
  readonly stream: string
  readonly expected: Revision
  /** So few that the same ones are often sent again. */
  readonly ids: RNEA.ReadonlyNonEmptyArray<number>
}

const attempt: fc.Arbitrary<Attempt> = fc.record({
  stream: fc.constantFrom('a', 'b'),
  expected: fc.constantFrom<Revision>('none', standingAt(0), standingAt(1), standingAt(2), standingAt(3)),
  ids: fc.tuple(fc.nat(2), fc.nat(2)).chain(([first, more]) => fc.constant(RNEA.range(first, first + more))),
})

/** The outcomes of appends, those of each turn sent together, and what can be read afterwards. */
const answers = async (store: EventStore, turns: ReadonlyArray<ReadonlyArray<Attempt>>): Promise<unknown> => {
  const outcomes: unknown[] = []
  for (const turn of turns) {
    const sent = turn.map(({ stream, expected, ids }) =>
      store.append(stream, expected, RNEA.map((id: number) => ({ ...event(id), id: `${stream}${id}` }))(ids))(),
    )
    outcomes.push(await Promise.all(sent))
  }
  const read: unknown[] = []
  for (const pages of [store.readAll(ORIGIN), store.readStream('a', 'none'), store.readStream('b', standingAt(0))]) {
    for await (const page of pages) read.push(page)
  }
  return [outcomes, read, await store.head()()]
}
