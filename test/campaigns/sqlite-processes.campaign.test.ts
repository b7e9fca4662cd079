import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type EventStore, ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { killed, startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'sqlite-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const WRITERS = ['w0', 'w1', 'w2', 'w3']

describe('several processes on one SQLite file', () => {
  it('lose no append, number every stream densely, and never show a reader a position out of order', async () => {
    const path = join(folder, 'shared.db')
    const store = await openSqlite({ path })
    const [appends, size] = [100, 3]
    const writers = WRITERS.map((own) =>
      startScript('sqlite-writer', [path, 'full', `${appends}`, `${size}`, 'shared', own]),
    )

    const total = WRITERS.length * appends * size
    const [subscribed, polled] = await Promise.all([takeSubscribed(store, total), takePolled(store, total)])
    const acknowledged = (await Promise.all(writers.map(({ ended }) => ended))).flat()

    const events = await all(store)
    expect(events).toHaveLength(total)
    expect(subscribed).toEqual(events)
    expect(polled).toEqual(events)
    expectWhole(events, acknowledged, size)
    expect(events.filter(({ stream }) => stream === 'shared')).toHaveLength(total / 2)
    await store.close()
  })

  it('keep what was acknowledged, and no half of an append, when they are killed', async () => {
    const path = join(folder, 'killed.db')
    const acknowledged: string[] = []
    const rounds = campaign.rounds(50)
    for (let round = 0; round < rounds; round++) {
      const writers = WRITERS.map((own) =>
        startScript('sqlite-writer', [path, 'full', '1000000', '3', 'shared', `${own}-${round}`]),
      )
      const lines = await Promise.all(writers.map((writer) => killed(writer, campaign.random, 5)))
      acknowledged.push(...lines.flat())

      const store = await openSqlite({ path })
      expectWhole(await all(store), acknowledged, 3)
      await store.close()
    }
    expect(acknowledged.length).toBeGreaterThanOrEqual(rounds * WRITERS.length)
  })
})

/** Revisions are dense, appends are whole, and each one acknowledged stands where the acknowledgement said. */
const expectWhole = (events: ReadonlyArray<StoredEvent>, acknowledged: ReadonlyArray<string>, size: number): void => {
  for (const name of new Set(events.map(({ stream }) => stream))) {
    const found = events.filter(({ stream }) => stream === name)
    expect(found.map(({ revision }) => revision)).toEqual(found.map((_, index) => index))
    expect(found.map(({ data }) => data)).toEqual(found.map((_, index) => `{"of":${size},"part":${index % size}}`))
  }
  const present = new Set(events.map(({ stream, revision, id }) => `${stream} ${revision} ${id}`))
  expect(acknowledged.filter((line) => !present.has(line))).toEqual([])
}

const takeSubscribed = async (store: EventStore, count: number): Promise<ReadonlyArray<StoredEvent>> => {
  const taken: StoredEvent[] = []
  for await (const page of store.subscribe(ORIGIN)) {
    taken.push(...page)
    if (taken.length >= count) break
  }
  return taken
}

const takePolled = async (store: EventStore, count: number): Promise<ReadonlyArray<StoredEvent>> => {
  const taken: StoredEvent[] = []
  while (taken.length < count) {
    for await (const page of store.readAll(taken.at(-1)?.position ?? ORIGIN)) taken.push(...page)
    await new Promise(setImmediate)
  }
  return taken
}

const all = async (store: EventStore): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of store.readAll(ORIGIN)) events.push(...page)
  return events
}
