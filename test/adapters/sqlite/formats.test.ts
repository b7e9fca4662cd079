/** Files of earlier formats: brought to this one when they are opened to be written, and read as they are before. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it } from 'vitest'
import { type EventStore, ORIGIN, type StoredEvent } from '../../../domain/ports/event-store.js'
import { event, ledgerId } from '../../../testing/event-store/world.js'
import { earlierWriter, fillEarlier } from '../../support/earlier-format.js'
import { openConnection, openSqlite } from '../../support/sqlite-store.js'
import { warningsTo } from '../../support/warnings.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-formats-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newPath = () => join(folder, `${files++}.db`)

const STREAMS = ['artifact-acme/one/a', 'artifact-acme/one/b', 'run-acme/one/r']

/** What the file says that its format is, and which tables it has. */
const layoutOf = (path: string) => {
  const database = openConnection(path)
  const tables = database
    .prepare<[], readonly [string]>("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name")
    .all()
  const format = database.pragma('user_version')
  database.close()
  return { format, tables: tables.flat() }
}
const THIS = { format: 3, tables: ['events', 'ledger', 'streams'] }

const readAs = async (path: string): Promise<ReadonlyArray<StoredEvent>> => {
  const told: string[] = []
  const store = await openSqlite({ path, readOnly: true, logger: warningsTo(told) })
  expect(told).toContainEqual(expect.stringContaining(`${path} is of an earlier format, whose rows have no checksums`))
  const events = await all(store)
  await store.close()
  return events
}

describe('a file of an earlier format', () => {
  it.each([1, 2] as const)(
    'of format %i is read as it is, and becomes one of this format when it is opened',
    async (format) => {
      const path = newPath()
      fillEarlier(path, format, STREAMS, 3, event)
      const before = layoutOf(path)
      const events = await readAs(path)
      expect(events).toHaveLength(9)
      expect(events[4]).toMatchObject({ position: 5, stream: STREAMS[1], revision: 1 })
      expect(layoutOf(path)).toEqual(before)

      // Several processes at once, as after an upgrade.
      const stores = await Promise.all([openSqlite({ path }), openSqlite({ path }), openSqlite({ path })])
      const id = ledgerId()
      expect(await stores[0].setLedgerId(id, undefined)()).toEqual(E.right(id))
      for (const each of stores) {
        expect(await each.ledgerId()()).toEqual(E.right(id))
        expect(await all(each)).toEqual(events)
      }
      expect(await stores[1].append('run-acme/one/s', 'none', [event()])()).toMatchObject({ right: { position: 10 } })
      expect(await all(stores[2])).toHaveLength(10)
      for (const each of stores) await each.close()
      expect(layoutOf(path)).toEqual(THIS)
    },
  )

  it('that is empty becomes one of this format, too', async () => {
    const path = newPath()
    fillEarlier(path, 1, [], 0, event)
    const store = await openSqlite({ path })
    expect(await store.append('a', 'none', [event()])()).toMatchObject({ right: { position: 1 } })
    await store.close()
    expect(layoutOf(path)).toEqual(THIS)
  })

  it('is written no more by a process of the earlier release that has it open', async () => {
    const path = newPath()
    const earlier = earlierWriter(path, 2)
    earlier.append(STREAMS[0] ?? '', 0, event())
    const store = await openSqlite({ path })
    expect(() => earlier.append('new', 0, event())).toThrow(/NOT NULL/)
    expect(() => earlier.append(STREAMS[0] ?? '', 1, event())).toThrow(/NOT NULL/)
    earlier.close()
    expect(await all(store)).toHaveLength(1)
    await store.close()
  })
})

const all = async (store: EventStore): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  return events
}
