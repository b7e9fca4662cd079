import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import { type EventStore, ORIGIN } from '../../domain/ports/event-store.js'
import { openLedger } from '../../index.js'
import { standingAt } from '../../testing/event-store/world.js'
import { right } from '../../testing/results.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-identity-'))
afterAll(() => rmSync(folder, { recursive: true }))

const idIn = async (store: EventStore) => right(await store.ledgerId()())
const log = { name: 'cats', type: 'model', content: text('meow') }

/** What a store held before ledgers had an id. */
const ofBefore = async (source: EventStore): Promise<EventStore> => {
  const store = memoryEventStore()
  for await (const page of source.readAll(ORIGIN))
    for (const { stream, revision, position: _, ...event } of page)
      right(await store.append(stream, standingAt(revision === 0 ? 'none' : revision - 1), [event])())
  return store
}

describe('the id of a ledger', () => {
  it('is there as soon as it is opened for writing, and stays', async () => {
    const directory = join(folder, 'one')
    const ids = []
    for (let round = 0; round < 2; round++) {
      const ledger = await openLedger({ directory, actor: 'anna', entity: 'acme' })
      const store = right(await sqliteEventStore({ path: join(directory, 'events.db') })())
      ids.push(await idIn(store))
      await store.close()
      await ledger.logArtifact(log)
      await ledger.close()
    }
    expect(ids).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/), ids[0]])
    const { ledger, events } = await memoryLedger()
    expect(await idIn(events)).not.toBe(ids[0])
    await ledger.close()
  })

  it('is one for all who open it at once', async () => {
    const directory = join(folder, 'many')
    const ledgers = await Promise.all([1, 2, 3, 4].map(() => openLedger({ directory, actor: 'anna', entity: 'acme' })))
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    const store = right(await sqliteEventStore({ path: join(directory, 'events.db') })())
    expect(await idIn(store)).toEqual(expect.any(String))
    await store.close()
  })

  it('is not made by who only reads', async () => {
    const { ledger, events } = await memoryLedger({ readOnly: true })
    expect(await idIn(events)).toBeUndefined()
    await ledger.close()
  })

  it('is the same for all copies of a ledger that was begun before there were ids', async () => {
    const { ledger, events } = await memoryLedger()
    await ledger.logArtifact(log)
    const [one, other] = [await ofBefore(events), await ofBefore(events)]
    await ledger.logArtifact({ ...log, content: text('purr') })
    const longer = await ofBefore(events)
    const own = await idIn(events)
    await ledger.close()
    const ids = new Set()
    for (const store of [one, other, longer]) {
      const opened = await openLedger({ events: store, files: memoryFileStore(), entity: 'acme' })
      ids.add(await idIn(store))
      await opened.close()
    }
    expect(ids.size).toBe(1)
    expect(ids).not.toContain(own)
  })
})
