import { randomUUID } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { leafHash } from '../../../domain/events/leaf-hash.js'
import { type EventStore, ORIGIN } from '../../../domain/ports/event-store.js'
import { openLedger } from '../../../index.js'
import { exportEvents, importEvents } from '../../../ledger/maintenance/import.js'
import { interposed } from '../../support/domain-ledger.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-instances-'))
const files = (ledger: string) => directoryFileStore({ path: join(folder, `files-${ledger}`) })
const who = { actor: 'anna', entity: 'acme', project: 'churn' }
// With EVENTSTORE_URL the same on a real server, each in a ledger with a name of its own.
const url = process.env['EVENTSTORE_URL']
let standIn: StandIn | undefined
const connectionString = (): string => url ?? standIn?.connectionString() ?? ''
const newName = (): string => `test.${randomUUID().replaceAll('-', '')}`

beforeAll(async () => {
  if (url === undefined) standIn = await StandIn.start()
})
afterAll(async () => {
  await standIn?.stop()
  rmSync(folder, { recursive: true })
})

/** A ledger of its own on the server. */
const opened = async (ledger: string): Promise<EventStore> => {
  const store = await eventStoreDb(connectionString(), { ledger })()
  if (E.isLeft(store)) throw new Error(store.left.reason)
  return store.right
}
const sqlite = async (name: string): Promise<EventStore> => {
  const store = await sqliteEventStore({ path: join(folder, name) })()
  if (E.isLeft(store)) throw new Error(store.left.reason)
  return store.right
}

describe('several instances on one server', () => {
  it('one finishes the distributed commit that another left between its two streams', async () => {
    const name = newName()
    const store = await opened(name)
    /** Goes away once the seal is written: nothing more of this instance reaches the server. */
    let gone = false
    const dying: EventStore = {
      ...store,
      append: (stream, expected, events) => async () => {
        if (gone) return E.left({ _tag: 'unavailable', reason: 'the instance is gone' })
        gone = events.some(({ type }) => type === 'DistributedCommitted')
        return store.append(stream, expected, events)()
      },
    }
    const first = await openLedger({ ...who, events: dying, files: files(name) })
    const draft = { name: 'sharded', type: 'data', distributedId: 'night' }
    await first.upsertDistributed({ ...draft, writer: 'w1', content: [{ bytes: 'one', as: '1.txt' }] })
    await expect(first.commitDistributed({ ...draft, writer: 'w2', aliases: ['complete'] })).rejects.toMatchObject({
      code: 'unavailable',
    })

    const second = await openLedger({
      ...who,
      events: eventStoreDb(connectionString(), { ledger: name }),
      files: files(name),
    })
    expect(await second.resolve('acme/churn/sharded:complete')).toMatchObject({
      version: 0,
      aliases: ['complete', 'latest'],
    })
    await first.close()
    await second.close()
  })

  it('one reads what another wrote, from the position of its receipt on', async () => {
    const ledger = newName()
    const events = () => eventStoreDb(connectionString(), { ledger })
    const [one, other] = await Promise.all(
      [1, 2].map(() => openLedger({ ...who, events: events(), files: files(ledger) })),
    )
    if (one === undefined || other === undefined) throw new Error('two were opened')
    for (const bytes of ['a', 'b', 'c']) {
      const { position, version } = await one.logArtifact({ name: 'm', type: 'model', content: [{ bytes, as: 'm' }] })
      await other.waitFor(position)
      expect((await other.resolve('acme/churn/m:latest')).version).toBe(version)
    }
    await one.close()
    await other.close()
  })
})

describe('a ledger that moves', () => {
  const eventsOf = async (store: EventStore) => {
    const all: unknown[] = []
    for await (const page of store.readAll(ORIGIN)) {
      for (const { position: _, ...event } of page) {
        all.push({ ...event, leaf: leafHash(event, JSON.parse(event.metadata).recordedAt) })
      }
    }
    return all
  }

  it('from SQLite to the server and back is the same, byte for byte, also after an interruption', async () => {
    const source = await sqlite('source.db')
    const ledger = await openLedger({ ...who, events: source, files: files('source') })
    for (const bytes of ['a', 'b', 'c']) {
      const content = [{ bytes, as: 'm' }]
      const { path } = await ledger.logArtifact({ name: 'm', type: 'model', content, metadata: { '10': 1, '9': 'é' } })
      await ledger.link({ version: path, to: 'churn', aliases: ['production'] })
    }
    const lines: string[] = []
    for await (const line of exportEvents(source)) lines.push(line)

    const server = await opened(newName())
    const breaking = interposed(server, ({ nth }) => (nth === 4 ? 'unknown, written' : undefined))
    await expect(importEvents(breaking, lines)).rejects.toMatchObject({ code: 'import-failed' })
    await importEvents(server, lines)
    const back = await sqlite('back.db')
    await importEvents(back, exportEvents(server))

    expect(await eventsOf(server)).toEqual(await eventsOf(source))
    expect(await eventsOf(back)).toEqual(await eventsOf(source))
    await ledger.close()
    for (const store of [server, back]) await store.close()
  })
})
