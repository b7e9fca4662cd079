import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { leafHash } from '../../domain/events/leaf-hash.js'
import { type EventStore, ORIGIN, type StoredEvent } from '../../domain/ports/event-store.js'
import { ledgerIdOfHistory } from '../../domain/ports/ledger-id.js'
import { openLedger, verifyExport } from '../../index.js'
import { exportEvents, importEvents } from '../../ledger/maintenance/import.js'
import { type Fault, interposed, right } from '../support/domain-ledger.js'
import { sealedLines } from '../support/forged-export.js'
import { openSqlite } from '../support/sqlite-store.js'

const collect = async <A>(items: AsyncIterable<A>): Promise<A[]> => {
  const all: A[] = []
  for await (const item of items) all.push(item)
  return all
}
const eventsOf = async (store: EventStore): Promise<StoredEvent[]> => (await collect(store.readAll(ORIGIN))).flat()
const fingerprint = (event: StoredEvent) => {
  const { position: _, ...rest } = event
  return { ...rest, leaf: leafHash(event, JSON.parse(event.metadata).recordedAt) }
}

/** A store that others go on with when one has closed it. */
const lasting = <Store extends { readonly close: () => Promise<void> }>(store: Store): Store => ({
  ...store,
  close: async () => undefined,
})

describe('export and import', () => {
  let store: EventStore
  let lines: string[]

  beforeAll(async () => {
    store = memoryEventStore()
    const ledger = await openLedger({ events: store, files: memoryFileStore(), actor: 'änna "quoted"', entity: 'acme' })
    for (const bytes of ['a', 'b', 'c']) {
      const content = [{ bytes, as: 'm' }]
      const { path } = await ledger.logArtifact({ name: 'm', type: 'model', content, metadata: { '1': 1e-7, é: '😀' } })
      await ledger.link({ version: path, to: 'churn' })
    }
    await ledger.moveAlias({ version: 'churn:v0', alias: 'production', reason: 'line\nbreak' })
    lines = await collect(exportEvents(store))
  })

  it('gives every event back as it was: numbers, times, actors, ids, bytes and leaf hashes', async () => {
    const copy = memoryEventStore()
    const imported = await importEvents(copy, lines)
    expect(imported.events).toBe(lines.length - 2)
    expect((await eventsOf(copy)).map(fingerprint)).toEqual((await eventsOf(store)).map(fingerprint))
    expect(await collect(exportEvents(copy))).toEqual(lines)
  })

  it('answers as the ledger did that was exported', async () => {
    const ledger = await openLedger({ events: memoryEventStore(), files: memoryFileStore(), entity: 'acme' })
    await ledger.importEvents(lines)
    expect(await ledger.resolve('churn:production')).toMatchObject({ version: 0, aliases: ['production'] })
    expect(await ledger.aliasHistory({ of: 'churn', alias: 'production' })).toMatchObject({
      items: [{ version: 0, from: { reason: 'line\nbreak', actor: 'änna "quoted"' }, until: null }],
    })
    await ledger.close()
  })

  it.each<[string, (all: string[]) => string[], string]>([
    ['another file', () => ['hello\n'], 'not-an-export'],
    ['a format from the future', (all) => [all[0]?.replace(':2}', ':3}') ?? '', ...all.slice(1)], 'not-an-export'],
    ['a changed actor', (all) => all.map((line) => line.replace('änna', 'ben')), 'impossible-event'],
    ['a changed number', (all) => all.map((line) => line.replace('"version":1', '"version":7')), 'not-an-export'],
    ['a missing event', (all) => all.filter((_, index) => index !== all.length - 2), 'not-an-export'],
    ['white space between members', (all) => all.map((line) => line.replace('","', '", "')), 'not-an-export'],
    ['an unknown type', (all) => all.map((line) => line.replace('AliasMoved', 'AliasBent')), 'not-an-export'],
    ['something after the end', (all) => [...all, all[1] ?? ''], 'not-an-export'],
    ['a line that does not end', (all) => [all[0] ?? '', 'x'.repeat(5_000_000)], 'not-an-export'],
    ['nothing', () => [], 'incomplete-export'],
  ])('refuses %s', async (_, change, code) => {
    await expect(importEvents(memoryEventStore(), change(lines))).rejects.toMatchObject({ code })
  })

  it('ends with the digest of everything before its last line, and begins with the id of the ledger', async () => {
    const digest = createHash('sha256').update(lines.slice(0, -1).join('')).digest('hex')
    expect(JSON.parse(lines.at(-1) ?? '')).toEqual({ digest: `sha256:${digest}`, events: lines.length - 2 })
    const ledger = right(await store.ledgerId()())
    expect(JSON.parse(lines[0] ?? '')).toEqual({ format: 'model-ledger-events', ledger, version: 2 })
    expect(await verifyExport(lines)).toEqual({ ledger, digest: `sha256:${digest}`, events: lines.length - 2 })
    await expect(verifyExport(lines.slice(0, -1))).rejects.toMatchObject({ code: 'incomplete-export' })
  })

  it('makes the ledger that which was exported, unless told', async () => {
    const exported = right(await store.ledgerId()())
    const open = async (events: EventStore) => openLedger({ events, files: memoryFileStore(), entity: 'acme' })
    const [copy, other] = [memoryEventStore(), memoryEventStore()]
    const [first, second] = [await open(copy), await open(other)]
    const own = right(await other.ledgerId()())
    expect(own).not.toBe(exported)
    expect(await first.importEvents(lines)).toMatchObject({ ledger: exported })
    expect(await second.importEvents(lines, undefined, { ownId: true })).toMatchObject({ ledger: exported })
    expect([right(await copy.ledgerId()()), right(await other.ledgerId()())]).toEqual([exported, own])
    // The same export again makes no other ledger of one that has a history.
    expect(await second.importEvents(lines)).toMatchObject({ added: 0 })
    expect(right(await other.ledgerId()())).toBe(own)
    await Promise.all([first.close(), second.close()])
  })

  it('that was refused leaves the ledger its id, and one that was interrupted gives it its own when it is repeated', async () => {
    const exported = right(await store.ledgerId()())
    const events = memoryEventStore()
    const ledger = await openLedger({ events, files: memoryFileStore(), entity: 'acme' })
    const own = right(await events.ledgerId()())
    await expect(ledger.importEvents(lines.slice(0, -1))).rejects.toMatchObject({ code: 'incomplete-export' })
    expect(right(await events.ledgerId()())).toBe(own)
    await ledger.close()

    // The process dies while the events are written; a store such as EventStoreDB has the first of them then.
    const died = memoryEventStore()
    const dying: EventStore = {
      ...died,
      appendAll: (_after, all) => async () => {
        for await (const [first] of all) {
          if (first !== undefined) await died.append(first.stream, first.expected, first.events)()
          break
        }
        return new Promise<never>((_, reject) => reject(new Error('killed')))
      },
      setLedgerId: (id, expected) =>
        expected === exported ? async () => Promise.reject(new Error('killed')) : died.setLedgerId(id, expected),
    }
    const one = await openLedger({ events: dying, files: memoryFileStore(), entity: 'acme' })
    await expect(one.importEvents(lines)).rejects.toThrow('killed')
    const next = await openLedger({ events: died, files: memoryFileStore(), entity: 'acme' })
    await next.importEvents(lines)
    expect(right(await died.ledgerId()())).toBe(exported)
    await next.close()
  })

  it('takes the files along that were of the ledger before', async () => {
    const [events, files] = [memoryEventStore(), memoryFileStore()]
    const open = async () =>
      openLedger({ events: lasting(events), files: lasting(files), actor: 'anna', entity: 'acme' })
    const first = await open()
    // Content of a draft that is never logged: the files are of a ledger without a history.
    const draft = await first.newArtifact({ name: 'drafted', type: 'model' })
    await draft.add([{ bytes: 'c', as: 'm' }])
    expect(right(await files.ledgers()())).toEqual([right(await events.ledgerId()())])
    await first.close()
    const second = await open()
    await second.importEvents(lines)
    await second.close()
    const third = await open()
    await third.logArtifact({ name: 'more', type: 'model', content: [{ bytes: 'd', as: 'm' }] })
    expect(right(await files.ledgers()())).toEqual([right(await store.ledgerId()())])
    await third.close()
  })

  it('of version 1 is still read, as one of the ledger that its first event began', async () => {
    const copy = memoryEventStore()
    const old = sealedLines(
      lines.slice(1, -1).map((line) => line.trimEnd()),
      1,
    )
    const { stream, id } = (await eventsOf(store))[0] ?? { stream: '', id: '' }
    expect(await importEvents(copy, old)).toMatchObject({ ledger: ledgerIdOfHistory({ stream, id }) })
    expect((await eventsOf(copy)).map(fingerprint)).toEqual((await eventsOf(store)).map(fingerprint))
  })

  it('of a broken event is an error, and no line that cannot be read', async () => {
    for (const [type, data] of [
      ['AliasMoved', '{"alias":'],
      ['AliasMoved', '{"alias":"x","from":null,"to":-1}'],
      ['OfTheFuture', '{"x":'],
    ] as const) {
      const broken = memoryEventStore()
      const [event] = await eventsOf(store)
      if (event === undefined) throw new Error('no events')
      const { stream, id, metadata } = event
      right(await broken.append(stream, 'none', [{ id, type, data, metadata }])())
      await expect(collect(exportEvents(broken))).rejects.toMatchObject({ code: 'damaged-event' })
    }
  })

  it('does not mix two ledgers', async () => {
    const other = memoryEventStore()
    const ledger = await openLedger({ events: other, files: memoryFileStore(), actor: 'ben', entity: 'acme' })
    await ledger.logArtifact({ name: 'm', type: 'model', content: [{ bytes: 'z', as: 'm' }] })
    const before = await eventsOf(other)
    await expect(ledger.importEvents(lines)).rejects.toMatchObject({ code: 'store-not-empty' })
    expect(await eventsOf(other)).toEqual(before)
    await ledger.close()
  })

  it('does not mix two ledgers that have no stream in common either, nor one that has gone on', async () => {
    const other = memoryEventStore()
    const ledger = await openLedger({ events: other, files: memoryFileStore(), actor: 'ben', entity: 'elsewhere' })
    await ledger.createArtifact({ name: 'm', type: 'model' })
    const before = await eventsOf(other)
    await expect(ledger.importEvents(lines)).rejects.toMatchObject({ code: 'store-not-empty' })
    expect(await eventsOf(other)).toEqual(before)
    await ledger.close()

    const longer = memoryEventStore()
    expect(await importEvents(longer, lines)).toMatchObject({ events: lines.length - 2, added: lines.length - 2 })
    expect(await importEvents(longer, lines)).toMatchObject({ events: lines.length - 2, added: 0 })
    const gone = await openLedger({ events: longer, files: memoryFileStore(), actor: 'ben', entity: 'elsewhere' })
    await gone.createArtifact({ name: 'm', type: 'model' })
    await expect(gone.importEvents(lines)).rejects.toMatchObject({ code: 'store-not-empty' })
    await gone.close()
  })
})

describe('an export whose streams alternate', () => {
  const folder = mkdtempSync(join(tmpdir(), 'transfer-'))
  const stores: ReadonlyArray<readonly [string, () => EventStore | Promise<EventStore>]> = [
    ['memory', memoryEventStore],
    // Nobody pulls the plug here: what is synced to the disk is not asked.
    [
      'SQLite',
      () => openSqlite({ path: join(mkdtempSync(join(folder, 'store-')), 'events.db'), durability: 'relaxed' }),
    ],
  ]
  let lines: string[]

  beforeAll(async () => {
    const events = memoryEventStore()
    const ledger = await openLedger({ events, files: memoryFileStore(), actor: 'anna', entity: 'acme' })
    for (let step = 0; step < 700; step++) {
      const content = [{ bytes: String(step), as: 'm' }]
      await ledger.logArtifact({ name: `m${step % 3}`, type: 'model', content })
    }
    lines = await collect(exportEvents(events))
    await ledger.close()
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it.each(stores)('is the same log in the new store (%s)', async (_, open) => {
    const store = await open()
    await importEvents(store, lines)
    expect(await collect(exportEvents(store))).toEqual(lines)
    await store.close()
  })

  it.each(stores)(
    'leaves nothing where it was cut off, and the whole one is the same log then (%s)',
    async (_, open) => {
      const store = await open()
      for (const cut of [1, 2, 1000, 1001, 1002, lines.length - 1]) {
        await expect(importEvents(store, lines.slice(0, cut))).rejects.toMatchObject({ code: 'incomplete-export' })
        expect(await eventsOf(store)).toEqual([])
      }
      await importEvents(store, lines)
      expect(await collect(exportEvents(store))).toEqual(lines)
      await store.close()
    },
  )

  it.each(stores)(
    'is its beginning when an append fails, and the same log when imported again (%s)',
    async (_, open) => {
      for (const nth of [0, 333, 699]) {
        for (const fault of ['unavailable', 'unknown, written'] satisfies Fault[]) {
          const store = await open()
          const failing = interposed(store, (append) => (append.nth === nth ? fault : undefined))
          await expect(importEvents(failing, lines)).rejects.toMatchObject({ code: 'import-failed' })
          const written = (await collect(exportEvents(store))).slice(1, -1)
          expect(written).toEqual(lines.slice(1, 1 + written.length))
          await importEvents(store, lines)
          expect(await collect(exportEvents(store))).toEqual(lines)
          await store.close()
        }
      }
    },
  )
})
