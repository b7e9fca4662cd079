/** The feed of events: what was recorded, and then what is being recorded, as whoever takes it takes it. */
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import * as fc from 'fast-check'
import { firstValueFrom, take, toArray } from 'rxjs'
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore, Revision, StoredEvent } from '../../domain/ports/event-store.js'
import { EventStoreError, revisionBefore, toRevision } from '../../domain/ports/event-store.js'
import type { FeedEvent, Ledger, LedgerOptions, SubjectInput, UnknownEvent } from '../../index.js'
import { type EventOf, openLedger, type RecordedEvent } from '../../index.js'
import { historyOf } from '../projections/histories.js'
import { eventsIn, right } from '../support/domain-ledger.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { HISTORY_LOST } from '../support/losing-store.js'
import { root } from '../support/sources.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-events-'))
const standIn = StandIn.start()
afterAll(async () => {
  await (await standIn).stop()
  rmSync(folder, { recursive: true, force: true })
})

const log = (ledger: Ledger, bytes: string) =>
  ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes), reason: `for ${bytes}` })

/** So many items, or all that there are. */
const taken = async <A>(items: AsyncIterable<A>, most = Infinity): Promise<ReadonlyArray<A>> => {
  const found: A[] = []
  if (most === 0) return found
  for await (const item of items) if (found.push(item) === most) break
  return found
}
const typeOf = (recorded: FeedEvent): string =>
  recorded.event === null ? `${recorded.unknown.type}, unknown` : recorded.event.type

/** Two ledgers on the same stores, as two processes have them. */
const stores: Readonly<Record<string, () => Promise<() => Promise<LedgerOptions>>>> = {
  memory: async () => {
    const shared = { events: memoryEventStore(), files: memoryFileStore() }
    return async () => shared
  },
  'a directory': async () => {
    const directory = mkdtempSync(join(folder, 'ledger-'))
    return async () => ({ directory })
  },
  EventStoreDB: async () => {
    const [{ connectionString }, files] = [await standIn, memoryFileStore()]
    return async () => ({ events: eventStoreDb(connectionString.call(await standIn)), files })
  },
}

describe.each(Object.entries(stores))('the feed of events on %s', (_, opening) => {
  it('gives what was recorded and then what is, here and by others, each event once and in order', async () => {
    const options = await opening()
    const open = async () => openLedger({ ...(await options()), actor: 'anna', entity: 'acme', project: 'animals' })
    const [ledger, other] = [await open(), await open()]
    const { position } = await log(ledger, 'one')
    const before = await taken(ledger.events({ until: position }))
    expect(before.map(typeOf)).toEqual(['ArtifactCreated', 'ArtifactVersionLogged', 'AliasMoved'])
    expect(before[1]).toMatchObject({
      stream: 'artifact-acme/animals/cats',
      revision: 1,
      event: { version: 0 },
      metadata: { actor: 'anna', reason: 'for one', recordedAt: expect.any(String), commandId: expect.any(String) },
    })
    expect(before.at(-1)?.position).toBe(position)
    expect(Object.isFrozen(before[1]?.event)).toBe(true)

    const feed = ledger.events({ after: position, types: ['ArtifactVersionLogged'] })
    const live = taken(feed, 2)
    const observed = firstValueFrom(ledger.watchEvents({ after: position }).pipe(take(4), toArray()))
    await log(ledger, 'two')
    const last = await log(other, 'three')
    expect((await live).map(({ event }) => event?.version)).toEqual([1, 2])
    const all = await taken(ledger.events({ after: position, until: last.position }))
    expect(all.map(typeOf)).toEqual(['ArtifactVersionLogged', 'AliasMoved', 'ArtifactVersionLogged', 'AliasMoved'])
    expect(await observed).toEqual(all)
    expect(await taken(other.events({ after: last.position, until: last.position }))).toEqual([])

    const ended = taken(ledger.events({ after: last.position }))
    await ledger.close()
    expect(await rejection(ended)).toMatchObject({ code: 'closed', category: 'closed' })
    await other.close()
  })

  it('ends when its signal aborts, and when who takes it returns, also while it waits', async () => {
    const ledger = await openLedger({
      ...(await (
        await opening()
      )()),
      actor: 'anna',
      entity: 'acme',
      project: 'animals',
    })
    const { position } = await log(ledger, 'one')
    const stop = new AbortController()
    const waiting = taken(ledger.events({ after: position, signal: stop.signal }))
    stop.abort()
    expect(await waiting).toEqual([])
    expect(await taken(ledger.events({ signal: stop.signal }))).toEqual([])
    const iterator = ledger.events({ after: position })[Symbol.asyncIterator]()
    const next = iterator.next()
    await iterator.return?.()
    expect(await next).toMatchObject({ done: true })
    const stream = Readable.from(ledger.events({ after: position }))
    stream.resume()
    const closed = new Promise((resolve) => stream.once('close', resolve))
    stream.destroy()
    await closed
    await ledger.close()
  })
})

describe('the feed of events', () => {
  const ledgerOf = async (numbers: ReadonlyArray<number>) => {
    const store = memoryEventStore()
    const events = await historyOf(numbers)
    for (const event of events) right(await store.append(event.stream, revisionBefore(event.revision), [event])())
    const ledger = await openLedger({ events: store, files: memoryFileStore(), readOnly: true })
    return { ledger, store, last: events.length }
  }
  const history = fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 5, maxLength: 60 })

  it('is what an export holds, from every position and up to every other', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(99), fc.nat(99), async (numbers, one, other) => {
        const { ledger, last } = await ledgerOf(numbers)
        const exported: unknown[] = []
        for await (const line of ledger.exportEvents()) exported.push(JSON.parse(line))
        const lines = exported.slice(1, -1)
        const fed = await taken(ledger.events({ until: last }))
        const written = fed.map(({ event, position: _, ...rest }) => {
          const { type, ...data } = event ?? { type: 'unknown' }
          return { ...rest, type, data }
        })
        expect(written).toEqual(lines)
        const [after = 0, until = 0] = [one, other]
          .map((share) => Math.floor((share * last) / 100))
          .sort((a, b) => a - b)
        expect(await taken(ledger.events({ after, until }))).toEqual(fed.slice(after, until))
        await ledger.close()
      }),
      { numRuns: 15 },
    )
  })

  it('of one thing is what its history holds, and each acceptance of a command', { timeout: 60_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(history, async (numbers) => {
        const { ledger, last } = await ledgerOf(numbers)
        const subjects: SubjectInput[] = []
        for (const { path } of (await ledger.artifacts({ limit: 9 })).items) subjects.push(path, `${path}:v0`)
        for (const { path } of (await ledger.registeredModels({ limit: 9 })).items) subjects.push(path, `${path}:v0`)
        for (const { path } of (await ledger.runs({ limit: 9 })).items) subjects.push({ run: path })
        for (const of of subjects) {
          const told = await ledger.history({ of, limit: 1e6, order: 'ascending' }).catch(() => undefined)
          if (told === undefined) continue
          const fed = await taken(ledger.events({ of, until: last }))
          const positions = fed
            .filter((recorded) => typeOf(recorded) !== 'CommandAccepted')
            .map(({ position }) => position)
          expect(positions, JSON.stringify(of)).toEqual(told.items.map(({ position }) => position))
        }
        await ledger.close()
      }),
      { numRuns: 10 },
    )
  })

  it('of one thing is the same from every position, also where its stream cannot be read for a while', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(20), fc.nat(99), fc.nat(99), async (numbers, readable, one, other) => {
        const { ledger, store, last } = await ledgerOf(numbers)
        const fails = async function* (stream: string, behind: Revision) {
          let left = readable
          for await (const page of store.readStream(stream, behind))
            for (const stored of page) {
              if (left-- === 0) throw new EventStoreError('unavailable', 'it is away')
              yield [stored]
            }
        }
        const failing = await openLedger({
          events: { ...store, readStream: fails },
          files: memoryFileStore(),
          readOnly: true,
        })
        const [after = 0, until = 0] = [one, other]
          .map((share) => Math.floor((share * last) / 100))
          .sort((a, b) => a - b)
        const subjects: SubjectInput[] = []
        for (const { path } of (await ledger.artifacts({ limit: 9 })).items)
          subjects.push(path, `${path}:v0`, `${path}:v1`)
        for (const { path } of (await ledger.runs({ limit: 9 })).items) subjects.push({ run: path })
        for (const of of subjects) {
          const fed = await taken(ledger.events({ of, until: last })).catch(() => undefined)
          if (fed === undefined) continue
          const between = fed.filter(({ position }) => position > after && position <= until)
          expect(await taken(ledger.events({ of, after, until })), JSON.stringify(of)).toEqual(between)
          expect(await taken(failing.events({ of, after, until })), JSON.stringify(of)).toEqual(between)
        }
        await ledger.close()
        await failing.close()
      }),
      { numRuns: 10 },
    )
  })

  it('of one thing reads what stands in its streams, and not the whole ledger', async () => {
    const store = memoryEventStore()
    let read = 0
    async function* counted(pages: AsyncIterable<ReadonlyArray<StoredEvent>>) {
      for await (const page of pages) {
        read += page.length
        yield page
      }
    }
    const { ledger } = await memoryLedger({
      events: {
        ...store,
        readStream: (stream, after) => counted(store.readStream(stream, after)),
        readAll: (after) => counted(store.readAll(after)),
        subscribe: (after, signal) => counted(store.subscribe(after, signal)),
      },
    })
    await log(ledger, 'one')
    const [first] = await eventsIn(store)
    if (first === undefined) throw new Error('there is no event')
    for (let number = 0; number < 3000; number++) {
      const id = `00000000-0000-4000-8000-${String(number).padStart(12, '0')}`
      right(await store.append(`artifact-acme/animals/dogs${number}`, 'none', [{ ...first, id }])())
    }
    const { position: until } = await log(ledger, 'two')
    await ledger.resolve('cats')
    read = 0
    expect(await taken(ledger.events({ of: 'cats', until }))).toHaveLength(5)
    expect(read).toBeLessThanOrEqual(5 + 1)
    await ledger.close()
  })

  it('of one thing goes on with what names it elsewhere', async () => {
    const { ledger } = await memoryLedger()
    const { path } = await log(ledger, 'one')
    const feed = taken(ledger.events({ of: path, types: ['VersionLinked', 'ArtifactVersionUsed'] }), 2)
    await log(ledger, 'two')
    await ledger.link({ version: 'cats:v1', to: 'pets' })
    await ledger.link({ version: 'cats:v0', to: 'pets' })
    const run = await ledger.startRun()
    await run.useArtifact('cats:v0')
    expect((await feed).map(typeOf)).toEqual(['VersionLinked', 'ArtifactVersionUsed'])
    await ledger.close()
  })

  it('knows by its types which events come', async () => {
    const { ledger } = await memoryLedger()
    expectTypeOf(ledger.events({ types: ['AliasMoved', 'AliasRemoved'] })).toEqualTypeOf<
      AsyncIterable<RecordedEvent<EventOf<'AliasMoved' | 'AliasRemoved'>> | UnknownEvent>
    >()
    expectTypeOf(ledger.events()).toEqualTypeOf<AsyncIterable<FeedEvent>>()
    await ledger.close()
  })

  const appended = async (
    store: EventStore,
    change: (event: { type: string; metadata: string; data: string }) => object,
  ) => {
    const [first] = await eventsIn(store)
    if (first === undefined) throw new Error('there is no event')
    const stream = 'artifact-acme/animals/dogs'
    const event = { ...first, id: '00000000-0000-4000-8000-000000000001', ...change(first) }
    right(await store.append(stream, 'none', [event])())
  }

  it('hands over what a newer version wrote as what it is, where its type is asked for and where all are', async () => {
    const { ledger, events } = await memoryLedger()
    await log(ledger, 'one')
    const later = (metadata: string) => metadata.replace('"schema":1', '"schema":9')
    await appended(events, ({ metadata }) => ({
      type: 'ArtifactCreated',
      data: '{"kind":"model"}',
      metadata: later(metadata),
    }))
    const strange = { type: 'ArtifactPainted', data: '{"colour":"red"}' }
    const [, , , newer] = await eventsIn(events)
    if (newer === undefined) throw new Error('there are four events')
    const id = '00000000-0000-4000-8000-000000000002'
    right(await events.append(newer.stream, toRevision(0), [{ ...newer, ...strange, id }])())
    const fed = await taken(ledger.events({ after: 3, until: 5 }))
    expect(fed).toMatchObject([
      {
        event: null,
        unknown: { type: 'ArtifactCreated', data: { kind: 'model' } },
        metadata: { actor: 'anna', schema: 9 },
      },
      { event: null, unknown: { type: 'ArtifactPainted', data: { colour: 'red' } }, position: 5 },
    ])
    const created = await taken(ledger.events({ types: ['ArtifactCreated'], until: 5 }))
    expect(created.map(typeOf)).toEqual(['ArtifactCreated', 'ArtifactCreated, unknown'])
    await ledger.close()
  })

  it('gives an event of an older schema as one of today', async () => {
    const { ledger, events } = await memoryLedger()
    await log(ledger, 'one')
    const [first] = await eventsIn(events)
    const data = '{"from":"some","to":"all of them"}'
    const described = { type: 'RegisteredModelDescribed', data, metadata: first?.metadata ?? '', id: first?.id ?? '' }
    right(await events.append('model-acme/model-registry/pets', 'none', [described])())
    const [recorded] = await taken(ledger.events({ types: ['RegisteredModelDescribed'], until: 4 }))
    expect(recorded?.event).toEqual({
      type: 'RegisteredModelDescribed',
      description: { from: 'some', to: 'all of them' },
    })
    await ledger.close()
  })

  it('gives what stands before a damaged event, and then says which one it is', async () => {
    const { ledger, events } = await memoryLedger()
    await log(ledger, 'one')
    await appended(events, () => ({ data: '{"artifactType":1}' }))
    const seen: string[] = []
    const through = async () => {
      for await (const recorded of ledger.events({ until: 4 })) seen.push(typeOf(recorded))
    }
    expect(await rejection(through())).toMatchObject({
      code: 'damaged-event',
      message: expect.stringContaining('revision 0 of artifact-acme/animals/dogs'),
    })
    expect(seen).toHaveLength(3)
    await ledger.close()
  })

  it('reads a page when it is asked for, and no more', async () => {
    const store = memoryEventStore()
    let pages = 0
    const counting: EventStore = {
      ...store,
      subscribe: async function* (after, signal) {
        for await (const page of store.subscribe(after, signal)) {
          pages += 1
          for (const stored of page) yield [stored]
        }
      },
    }
    const { ledger } = await memoryLedger({ events: counting })
    for (const bytes of ['one', 'two', 'three']) await log(ledger, bytes)
    const feed = ledger.events()[Symbol.asyncIterator]()
    await feed.next()
    await new Promise(setImmediate)
    expect(pages).toBe(1)
    await feed.return?.()
    await ledger.close()
  })

  it.each(['after', 'until'])('refuses a position that lies ahead, by its name: %s', async (name) => {
    const { ledger } = await memoryLedger()
    const { position } = await log(ledger, 'one')
    const ahead = ledger.events({ [name]: position + 1 })
    expect(await rejection(taken(ahead))).toMatchObject({
      code: 'bad-moment',
      message: `${name}: expected a position from 0 to 3, got 4`,
    })
    await ledger.close()
  })

  it('refuses a list of no types, of which no event would ever come', async () => {
    const { ledger } = await memoryLedger()
    const feed = taken(ledger.events({ types: [], signal: AbortSignal.timeout(2000) }))
    expect((await rejection(feed)).message).toBe('types: expected a list of types of events, at least one, got []')
    await ledger.close()
  })

  it('says at once that events which it gave are lost, though it waits', async () => {
    const store = memoryEventStore()
    let edition = 0
    const { ledger } = await memoryLedger({
      events: { ...store, edition: () => edition, damage: () => (edition > 0 ? HISTORY_LOST : undefined) },
    })
    const { position } = await log(ledger, 'one')
    const waiting = taken(ledger.events({ after: position }))
    await new Promise(setImmediate)
    edition += 1
    expect(await rejection(waiting)).toMatchObject({
      code: 'damaged-store',
      message: expect.stringContaining('events that were given out are there no more: the store has lost the events'),
    })
    await ledger.close()
  })

  it('ends what is observed when the ledger is closed', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, 'one')
    const all = firstValueFrom(ledger.watchEvents().pipe(toArray()))
    await ledger.close()
    expect((await all).length).toBeLessThanOrEqual(3)
  })

  it('keeps no process up, of which somebody took one event and no more', () => {
    const script = `
      const { openLedger } = await import('./lib/index.js')
      const { memoryEventStore, memoryFileStore } = await import('./lib/adapters/memory/index.js')
      const ledger = await openLedger({ events: memoryEventStore(), files: memoryFileStore(), actor: 'anna', entity: 'acme', project: 'animals' })
      await ledger.logArtifact({ name: 'cats', type: 'model', content: { bytes: 'one', as: 'model' } })
      for (const query of [{}, { until: 1 }, { until: 2 }]) await ledger.events(query)[Symbol.asyncIterator]().next()
      await ledger.close()
      console.log('closed')`
    const given = { cwd: root, encoding: 'utf8', timeout: 60_000 } as const
    const { stdout, status } = spawnSync(process.execPath, ['--input-type=module', '-e', script], given)
    expect([stdout, status]).toEqual(['closed\n', 0])
  })
})
