/** Consumers: each event at least once and in order, by one instance at a time, from a checkpoint that is kept where one says. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { directoryCheckpointStore } from '../../adapters/directory/index.js'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import {
  type Checkpoint,
  type CheckpointStore,
  type Consumer,
  type ConsumerStatus,
  type FeedEvent,
  type Ledger,
  type LedgerOptions,
  openLedger,
} from '../../index.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-consume-'))
const standIn = StandIn.start()
afterAll(async () => {
  await (await standIn).stop()
  rmSync(folder, { recursive: true, force: true })
})

/** Nobody waits between two tries. */
const clock = { ...systemClock, sleep: () => new Promise<void>((resolve) => setImmediate(resolve)) }
const open = (options: LedgerOptions) =>
  openLedger({ actor: 'anna', entity: 'acme', project: 'animals', clock, ...options })
const log = (ledger: Ledger, bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })

/** A checkpoint store in hand. */
const inHand = (kept?: unknown): CheckpointStore & { kept: unknown } => {
  const store = {
    kept,
    load: async () => store.kept,
    save: async (_: string, checkpoint: Checkpoint) => {
      store.kept = JSON.parse(JSON.stringify(checkpoint))
    },
  }
  return store
}
const until = (consumer: Consumer, is: (status: ConsumerStatus) => boolean) =>
  firstValueFrom(consumer.watchStatus.pipe(filter(is)))
const reached = (consumer: Consumer, position: number) =>
  until(consumer, (status) => (status.position ?? 0) >= position)
const positions = (seen: ReadonlyArray<FeedEvent>) => seen.map(({ position }) => position)

const stores: Readonly<Record<string, () => Promise<() => Promise<LedgerOptions>>>> = {
  memory: async () => {
    const shared = { events: { ...memoryEventStore(), close: async () => undefined } }
    return async () => ({ ...shared, files: memoryFileStore(), sharedFiles: true })
  },
  'a directory': async () => {
    const directory = mkdtempSync(join(folder, 'ledger-'))
    return async () => ({ directory })
  },
  EventStoreDB: async () => {
    const files = memoryFileStore()
    return async () => ({ events: eventStoreDb((await standIn).connectionString(), { ledger: 'consume' }), files })
  },
}

describe.each(Object.entries(stores))('a consumer on %s', (name, opening) => {
  it('is given every event once and in order, live, and goes on from its checkpoint', async () => {
    const options = await (await opening())()
    const ledger = await open(options)
    const checkpoint = directoryCheckpointStore({ path: join(folder, `checkpoints of ${name}`) })
    const seen: FeedEvent[] = []
    const handler = (event: FeedEvent) => void seen.push(event)
    await log(ledger, 'one')
    const consumer = await ledger.consume('index', handler, { checkpoint })
    const { position: second } = await log(ledger, 'two')
    expect(await reached(consumer, second)).toMatchObject({ state: 'running', failures: 0, failure: null })
    expect(consumer.status.alone).toBe(name !== 'EventStoreDB')
    await consumer.stop()
    expect(consumer.status.state).toBe('stopped')
    expect(await checkpoint.load('index')).toMatchObject({ position: second, event: seen.at(-1)?.id })

    const { position: third } = await log(ledger, 'three')
    const stop = new AbortController()
    const again = await ledger.consume('index', handler, { checkpoint, signal: stop.signal })
    await reached(again, third)
    stop.abort()
    await until(again, ({ state }) => state === 'stopped').catch(() => undefined)
    const all: FeedEvent[] = []
    for await (const event of ledger.events({ until: third })) all.push(event)
    expect(seen).toEqual(all)
    await ledger.close()
  })
})

describe.each(['memory', 'a directory'])('of several consumers of one name on %s', (name) => {
  it('one runs at a time, and another takes over when it stops', async () => {
    const opened = await stores[name]?.()
    if (opened === undefined) throw new Error('there is no such store')
    const [one, other] = [await open(await opened()), await open(await opened())]
    const checkpoint = inHand()
    const seen: string[] = []
    const { position } = await log(one, 'one')
    const first = await one.consume('index', () => void seen.push('first'), { checkpoint })
    await reached(first, position)
    const second = await other.consume('index', () => void seen.push('second'), { checkpoint })
    const third = await one.consume('another', () => undefined, { checkpoint: inHand() })
    await reached(third, position)
    expect(second.status).toMatchObject({ state: 'waiting', position: null, alone: true })
    await one.close()
    const last = await log(other, 'two')
    await reached(second, last.position)
    expect(seen).toEqual(['first', 'first', 'first', 'second', 'second'])
    await other.close()
  })
})

describe('a consumer', () => {
  it('begins where it is told, and is given what it asks for', async () => {
    const { ledger } = await memoryLedger()
    const { position } = await log(ledger, 'one')
    const seen: FeedEvent[] = []
    const consumer = await ledger.consume('index', (event) => void seen.push(event), {
      ...{ checkpoint: inHand(), after: position, types: ['AliasMoved'], of: 'cats' },
    })
    await log(ledger, 'two')
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('three') })
    const last = await log(ledger, 'four')
    await reached(consumer, last.position)
    expect(seen.map(({ event }) => event)).toMatchObject([
      { type: 'AliasMoved', from: 0, to: 1 },
      { type: 'AliasMoved', from: 1, to: 2 },
    ])
    await ledger.close()
  })

  it('tries an event again until it is handled, and gives none behind it before', async () => {
    const { ledger } = await memoryLedger({ clock })
    const { position } = await log(ledger, 'one')
    const attempts: Array<readonly [number, number]> = []
    const handler = ({ position: at }: FeedEvent, { attempt }: { readonly attempt: number }) => {
      attempts.push([at, attempt])
      if (at === 2 && attempt < 4) throw new Error('the index is away')
    }
    const consumer = await ledger.consume('index', handler, { checkpoint: inHand() })
    await reached(consumer, position)
    expect(attempts).toEqual([
      ...[
        [1, 1],
        [2, 1],
        [2, 2],
        [2, 3],
        [2, 4],
        [3, 1],
      ],
    ])
    expect(consumer.status).toMatchObject({ state: 'running', failures: 0, failure: null })
    await ledger.close()
  })

  it('is parked after so many failures, says so, and goes on when it is resumed', async () => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { ledger } = await memoryLedger({ clock })
    const { position } = await log(ledger, 'one')
    let isAway = true
    let calls = 0
    const handler = async ({ position: at }: FeedEvent) => {
      calls += 1
      if (at === 2 && isAway) throw new Error('the index is away')
    }
    const consumer = await ledger.consume('index', handler, { checkpoint: inHand(), parkAfter: 3 })
    const { failure } = await until(consumer, ({ state }) => state === 'parked')
    expect(calls).toBe(4)
    expect(consumer.status).toMatchObject({ position: 1, failures: 3 })
    expect(failure).toMatchObject({
      code: 'handler-failed',
      category: 'unavailable',
      message: 'the handler failed at position 2: the index is away',
    })
    expect(warned.mock.calls).toEqual([
      [
        'the consumer index is parked after 3 failures, the last: the handler failed at position 2: the index is away',
        'ModelLedgerWarning',
      ],
    ])
    warned.mockRestore()
    isAway = false
    consumer.resume()
    await reached(consumer, position)
    await ledger.close()
  })

  it('finishes the event that it handles before it stops, and tells its handler; the ledger answers until then', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, 'one')
    const checkpoint = inHand()
    let told = false
    let handled: unknown
    let begin = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    await ledger.consume(
      'index',
      async (_, { signal }) => {
        begin()
        await new Promise((resolve) => signal.addEventListener('abort', resolve))
        told = true
        handled = await ledger.resolve('cats')
      },
      { checkpoint },
    )
    await begun
    await ledger.close()
    expect(told).toBe(true)
    expect(handled).toMatchObject({ version: 0 })
    expect(checkpoint.kept).toMatchObject({ position: 1 })
  })

  it('tries the checkpoint again too, and handles again what it could not keep', async () => {
    const { ledger } = await memoryLedger({ clock })
    const { position } = await log(ledger, 'one')
    const checkpoint = inHand()
    let failures = 2
    const seen: FeedEvent[] = []
    const failing: CheckpointStore = {
      load: checkpoint.load,
      save: async (consumer, kept) => {
        if (failures-- > 0) throw new Error('the disk is full')
        await checkpoint.save?.(consumer, kept)
      },
    }
    const consumer = await ledger.consume('index', (event) => void seen.push(event), { checkpoint: failing })
    await reached(consumer, position)
    expect(new Set(positions(seen))).toEqual(new Set([1, 2, 3]))
    expect(positions(seen).slice(0, 3)).toEqual([1, 2, 3])
    expect(seen.length).toBeGreaterThan(3)
    await ledger.close()
  })

  it('leaves the checkpoint to a handler whose store keeps none, and goes on from where that says when it fails', async () => {
    const { ledger } = await memoryLedger({ clock })
    const { position } = await log(ledger, 'one')
    let kept: Checkpoint | undefined
    const seen: number[] = []
    const consumer = await ledger.consume(
      'index',
      ({ position: at }, { checkpoint }) => {
        seen.push(at)
        // Another instance was quicker.
        if (at === 1) kept = { ...checkpoint }
        if (at === 2) throw new Error('it is kept by another')
        kept = checkpoint
      },
      {
        checkpoint: {
          load: async () => (seen.includes(2) ? { ...kept, position: 2, revision: 1, event: second } : kept),
        },
      },
    )
    const second = (await firstOf(ledger, 2))?.id
    await reached(consumer, position)
    expect(seen).toEqual([1, 2, 3])
    expect(kept).toMatchObject({ position: 3 })
    await ledger.close()
  })

  const firstOf = async (ledger: Ledger, at: number) => {
    for await (const event of ledger.events({ after: at - 1 })) return event
    return undefined
  }

  it.each([
    ['of another ledger', { ledger: '0f2a8d9c-6c1e-4b7a-9c35-2f1f4f0b7d11' }, 'it is of the ledger 0f2a8d9c'],
    [
      'ahead of the ledger',
      { revision: 9, position: 12 },
      'its event 9 of the stream artifact-acme/animals/cats, at position 12, is not there',
    ],
    [
      'of another event',
      { event: 'another' },
      'its event 2 of the stream artifact-acme/animals/cats is another one here',
    ],
    ['without an event', { event: undefined }, 'it is no checkpoint: event: expected string'],
  ])('that has a checkpoint %s is parked and says so', async (_, wrong, words) => {
    const warned = vi.spyOn(process, 'emitWarning').mockReturnValue()
    const { ledger } = await memoryLedger({ clock })
    const { position } = await log(ledger, 'one')
    const checkpoint = inHand()
    const before = await ledger.consume('index', () => undefined, { checkpoint })
    await reached(before, position)
    await before.stop()
    const right = checkpoint.kept
    checkpoint.kept = { ...Object(right), ...wrong }
    const consumer = await ledger.consume('index', () => undefined, { checkpoint })
    const states: string[] = []
    consumer.watchStatus.subscribe(({ state }) => states.push(state))
    const { failure } = await until(consumer, ({ state }) => state === 'parked')
    // It is not tried again: it cannot get better by itself.
    expect(states).not.toContain('retrying')
    expect(failure).toMatchObject({
      code: 'checkpoint-mismatch',
      category: 'damaged',
      message: expect.stringContaining(words),
    })
    checkpoint.kept = right
    consumer.resume()
    await reached(consumer, position)
    warned.mockRestore()
    await ledger.close()
  })

  it('goes on in the store that its ledger was moved to', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, 'one')
    const checkpoint = inHand()
    const before = await ledger.consume('index', () => undefined, { checkpoint })
    const { position } = await log(ledger, 'two')
    await reached(before, position)
    await before.stop()
    await log(ledger, 'three')
    const moved = await open({
      events: eventStoreDb((await standIn).connectionString(), { ledger: 'moved' }),
      files: memoryFileStore(),
    })
    await moved.importEvents(ledger.exportEvents())
    const seen: FeedEvent[] = []
    const after = await moved.consume('index', (event) => void seen.push(event), { checkpoint })
    await reached(after, (await moved.moment()).position)
    expect(seen.map(({ event }) => event?.type)).toEqual(['ArtifactVersionLogged', 'AliasMoved'])
    await moved.close()
    await ledger.close()
  })

  it('is refused in words where an argument is wrong', async () => {
    const { ledger } = await memoryLedger()
    const checkpoint = inHand()
    const refusals: ReadonlyArray<readonly [unknown, unknown, unknown, string]> = [
      ['An Index', () => undefined, { checkpoint }, 'the name of the consumer: lower-case letters'],
      ['index', 'handler', { checkpoint }, 'a handler: a function'],
      ['index', () => undefined, {}, 'checkpoint: expected a checkpoint store {load, save?}'],
      [
        'index',
        () => undefined,
        { checkpoint: { load: async () => null, save: undefined } },
        'checkpoint: expected a checkpoint store {load, save?}, and its save is undefined: leave it out',
      ],
      ['index', () => undefined, { checkpoint, colour: 'red' }, 'colour: expected no such member'],
      ['index', () => undefined, { checkpoint, after: 7 }, 'after: expected a position from 0 to 0'],
      ['index', () => undefined, { checkpoint, of: 'nobody' }, 'nobody'],
      ['index', () => undefined, { checkpoint, types: [] }, 'types: expected a list of types of events, at least one'],
    ]
    for (const [name, handler, options, words] of refusals)
      expect((await rejection(Reflect.apply(ledger.consume, ledger, [name, handler, options]))).message).toContain(
        words,
      )
    await ledger.close()
  })
})

describe('checkpoints in a directory', () => {
  const path = join(folder, 'checkpoints')
  const store = directoryCheckpointStore({ path })
  const kept = { ledger: 'a', position: 3, stream: 's', revision: 0, event: 'e' }

  it('are kept by consumer, replaced as a whole, and none where there is none yet', async () => {
    expect(await store.load('index')).toBeUndefined()
    await store.save('index', { ...kept, position: 2 })
    await store.save('index', kept)
    await store.save('bus', { ...kept, position: 9 })
    expect(await store.load('index')).toEqual(kept)
    expect(JSON.parse(readFileSync(join(path, 'index.checkpoint.json'), 'utf8'))).toEqual(kept)
  })

  it('that are no JSON are told of, with what to do', async () => {
    writeFileSync(join(path, 'index.checkpoint.json'), '{')
    await expect(store.load('index')).rejects.toThrow('index.checkpoint.json is no JSON: put it back')
  })
})
