/** An import into SQLite is all or nothing, on a file that nobody else has open. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../../adapters/memory/index.js'
import { fill, versionsHistory } from '../../../bench/history.js'
import type { EventStore } from '../../../domain/ports/event-store.js'
import { exportEvents, importEvents } from '../../../ledger/maintenance/import.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { eventsIn, right } from '../../support/domain-ledger.js'
import { sealedLines } from '../../support/forged-export.js'
import { openConnection, openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-imports-'))
afterAll(() => rmSync(folder, { recursive: true }))
let stores = 0
const newPath = (): string => join(folder, `${stores++}.db`)
const open = (path: string): Promise<EventStore> => openSqlite({ path, durability: 'relaxed' })

let lines: ReadonlyArray<string>
let events = 0
beforeAll(async () => {
  const source = memoryEventStore()
  events = await fill(source, versionsHistory(1200, 3))
  const all: string[] = []
  for await (const line of exportEvents(source)) all.push(line)
  lines = all
})

const refused = (work: Promise<unknown>): Promise<unknown> =>
  work.then(
    () => 'imported',
    (error: unknown) => error,
  )

describe('an import', () => {
  it('that is refused at its end leaves what was there before, and the right one follows', async () => {
    const path = newPath()
    const store = await open(path)
    const half = sealedLines(lines.slice(1, 1 + events / 2).map((line) => line.trimEnd()))
    await importEvents(store, half)
    const before = await eventsIn(store)
    expect(before).toHaveLength(Math.floor(events / 2))
    for (const wrong of [
      lines.slice(0, -1),
      lines.map((line, at) => (at === lines.length - 2 ? line.replace('"revision":', '"revision":1') : line)),
      [...lines.slice(0, -2), ...lines.slice(-1)],
    ]) {
      expect(await refused(importEvents(store, wrong))).toHaveProperty('code')
      expect(await eventsIn(store)).toEqual(before)
    }
    expect(await importEvents(store, lines)).toMatchObject({ events, added: events - before.length })
    expect(await eventsIn(store)).toHaveLength(events)
    await store.close()
  })

  it('is refused while others have the file open, who then go on as before', async () => {
    const path = newPath()
    const [store, other] = [await open(path), await open(path)]
    expect(await refused(importEvents(store, lines))).toMatchObject({ code: 'in-use' })
    expect(await eventsIn(store)).toEqual([])
    const [event] = await eventsIn(memoryEventStore())
    expect(event).toBeUndefined()
    const made = { id: 'x', type: 'T', data: '{}', metadata: '{}' }
    right(await other.append('artifact-a/b/c', 'none', [made])())
    right(await store.append('artifact-a/b/c', standingAt(0), [{ ...made, id: 'y' }])())
    await other.close()
    expect(await refused(importEvents(store, lines))).toMatchObject({ code: 'store-not-empty' })
    await store.close()
  })

  it('is not seen before it is whole, neither here nor by others, who may open the file when it is', async () => {
    const path = newPath()
    const store = await open(path)
    const [one, ...rest] = [lines.slice(0, 2100), lines.slice(2100)]
    let seen: Promise<unknown> | undefined
    const pieces = async function* () {
      yield* one
      await nextTurn()
      seen = eventsIn(store)
      const others = openConnection(path)
      expect(() => others.prepare('SELECT count(*) FROM events').get()).toThrow(/locked/)
      others.close()
      yield* rest.flat()
    }
    await importEvents(store, pieces())
    expect(await seen).toHaveLength(events)
    const other = await open(path)
    expect(await eventsIn(other)).toHaveLength(events)
    right(await other.append('artifact-a/b/c', 'none', [{ id: 'x', type: 'T', data: '{}', metadata: '{}' }])())
    expect(await eventsIn(store)).toHaveLength(events + 1)
    const others = openConnection(path)
    expect(others.pragma('journal_mode')).toBe('wal')
    others.close()
    await Promise.all([store.close(), other.close()])
  })

  it('whose source is stalled ends when the store is closed, and leaves nothing', async () => {
    const path = newPath()
    const store = await open(path)
    let stall: () => void = () => undefined
    const stalled = new Promise<void>((resolve) => {
      stall = resolve
    })
    const pieces = async function* () {
      yield* lines.slice(0, 2100)
      stall()
      await new Promise(() => undefined)
    }
    const outcome = refused(importEvents(store, pieces()))
    await stalled
    await store.close()
    expect(await outcome).toMatchObject({ code: 'closed' })
    const again = await open(path)
    expect(await eventsIn(again)).toEqual([])
    await again.close()
  })
})
