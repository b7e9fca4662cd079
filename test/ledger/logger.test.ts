/** What an operator is told by the logger that a ledger was given, and where it goes without one. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { filter, firstValueFrom } from 'rxjs'
import { afterAll, describe, expect, it, vi } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type EventStore, EventStoreError, type StoredEvent } from '../../domain/ports/event-store.js'
import { type FileStore, FileStoreFailure } from '../../domain/ports/file-store.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { type CheckpointStore, type Ledger, type LogEvent, type Logger, openLedger, projection } from '../../index.js'
import { event } from '../../testing/event-store/world.js'
import { gather } from '../../testing/results.js'
import { fillEarlier } from '../support/earlier-format.js'
import { memoryLedger, text } from '../support/ledger-memory.js'
import { losing } from '../support/losing-store.js'
import { openConnection } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'logger-'))
afterAll(() => rmSync(folder, { recursive: true }))

const ignore = (): void => undefined
const who = { actor: 'anna', entity: 'acme', project: 'animals' }

interface Line {
  readonly level: keyof Logger
  readonly event: LogEvent
  readonly message: string
  readonly [known: string]: unknown
}

const logging = () => {
  const lines: Line[] = []
  const at =
    (level: keyof Logger) =>
    (known: object, message: string): void =>
      void lines.push({ level, message, ...(known as { event: LogEvent }) })
  const logger: Logger = { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') }
  return { logger, lines, events: () => lines.map(({ event }) => event) }
}

/** What the process is warned of meanwhile. */
const warnings = async (work: () => Promise<unknown>): Promise<ReadonlyArray<string>> => {
  const told: string[] = []
  const note = ({ name, message }: Error): void => {
    if (name === 'ModelLedgerWarning') told.push(message)
  }
  process.on('warning', note)
  try {
    await work()
    // A warning comes a turn later.
    await nextTurn()
    return told
  } finally {
    process.off('warning', note)
  }
}

const broken: SnapshotStore = {
  load: () => TE.left({ _tag: 'snapshot-failed', reason: 'the disk is old' }),
  save: () => TE.right(undefined),
}

describe('a logger', () => {
  it('is told of a rebuild, and of each read model of an embedder', async () => {
    const { logger, lines } = logging()
    const own = projection({ name: 'own', version: 1, folds: ['RunStarted'], initial: () => 0, apply: (n) => n + 1 })
    const { ledger } = await memoryLedger({ logger, projections: [own] })
    await ledger.startRun()
    await ledger.rebuild()
    const readModels = ['registry', 'lineage', 'audit']
    expect(lines).toMatchObject([
      {
        level: 'info',
        event: 'rebuild-begun',
        readModels,
        message: 'All events are folded anew into registry, lineage, audit.',
      },
      { level: 'info', event: 'rebuild-ended', readModels, events: 1, seconds: expect.any(Number) },
      { event: 'rebuild-begun', readModels: ['own'] },
      { event: 'rebuild-ended', readModels: ['own'], events: 1 },
    ])
    await ledger.close()
  })

  it('is told once of a read model that stopped, and of a rebuild that fails', async () => {
    const { logger, lines, events } = logging()
    const own = projection({
      ...{ name: 'own', version: 3, folds: ['RunStarted', 'RunFinished'], initial: () => ({ count: 0 }) },
      apply: (state, { event }) => {
        if (event.type === 'RunFinished') throw new Error('no end')
        return { count: state.count + 1 }
      },
    })
    const { ledger } = await memoryLedger({ logger, projections: [own] })
    await ledger.startRun({ run: 'r' })
    await ledger.finishRun({ run: 'r' })
    await ledger.read(own).catch(ignore)
    await ledger.read(own).catch(ignore)
    expect(lines).toMatchObject([
      {
        ...{ level: 'error', event: 'projection-stopped', code: 'projection-failed', projection: 'own', version: 3 },
        ...{ position: 2, type: 'RunFinished', reason: 'no end' },
        message: expect.stringContaining('the projection own (version 3) cannot fold the event at position 2'),
      },
    ])
    await ledger.rebuild()
    expect(events().slice(1)).toEqual(['rebuild-begun', 'rebuild-ended', 'rebuild-begun', 'rebuild-failed'])
    await ledger.close()
  })

  it('is told of snapshots that are thrown away, and kept, and the process is not', async () => {
    const { logger, lines } = logging()
    const told = await warnings(async () => {
      const { ledger } = await memoryLedger({ logger, snapshots: broken })
      await ledger.startRun({ run: 'r' })
      await ledger.runs()
      await ledger.close()
    })
    const message = 'The snapshot cannot be read, and all events are read instead: the disk is old'
    expect(lines).toEqual([{ level: 'warn', event: 'snapshot-thrown-away', message }])
    expect(told).toEqual([])

    const kept = logging()
    const ledger = await openLedger({ ...who, directory: join(folder, 'kept'), logger: kept.logger })
    await ledger.startRun({ run: 'r' })
    const metrics = Array.from({ length: 1000 }, (_, loss) => ledger.summariseRun({ run: 'r', metrics: { loss } }))
    await Promise.all(metrics)
    await ledger.runs()
    await ledger.close()
    expect(kept.lines).toMatchObject([{ level: 'debug', event: 'snapshot-kept', of: 'read-models' }])
  })

  it('is told of snapshots that cannot be kept, and why, and the process is not', async () => {
    const { logger, lines } = logging()
    const full: SnapshotStore = {
      load: () => TE.right(undefined),
      save: () => TE.left({ _tag: 'snapshot-failed', reason: 'the disk is full' }),
    }
    const own = projection({
      ...{ name: 'own', version: 1, folds: ['AliasMoved'], initial: () => 0 },
      apply: (n: number) => n + 1,
      save: (n) => {
        if (n > 0) throw new Error('too many')
        return n
      },
      load: (saved) => (typeof saved === 'number' ? saved : undefined),
    })
    const told = await warnings(async () => {
      const { ledger } = await memoryLedger({ logger, snapshots: full, projections: [own] })
      await ledger.logArtifact({ name: 'cats', type: 'model', content: text('meow') })
      const aliases = Array.from({ length: 1000 }, (_, number) => `best-${number}`)
      await Promise.all(aliases.map((alias) => ledger.moveAlias({ version: 'cats:v0', alias })))
      await ledger.read(own)
      await ledger.close()
    })
    const line = { level: 'warn', event: 'snapshot-not-kept' }
    expect(lines).toHaveLength(3)
    expect(lines).toEqual(
      expect.arrayContaining([
        { ...line, message: 'The snapshot cannot be kept, and the next opening takes longer: the disk is full' },
        {
          ...line,
          message: expect.stringMatching(
            /^The snapshot of the stream artifact-acme\/animals\/cats cannot be kept,.*: the disk is full$/,
          ),
        },
        {
          ...line,
          message: 'The snapshot cannot be kept, and the next opening takes longer: too many (the projection own)',
        },
      ]),
    )
    expect(told).toEqual([])
  })

  it('is told of a consumer that is parked, and the process is not', async () => {
    const { logger, lines } = logging()
    const { ledger } = await memoryLedger({ logger })
    const told = await warnings(async () => {
      await ledger.startRun({ run: 'r' })
      const handler = () => Promise.reject(new Error('the index is away'))
      const checkpoint: CheckpointStore = { load: async () => undefined }
      const consumer = await ledger.consume('index', handler, { checkpoint, parkAfter: 1 })
      await firstValueFrom(consumer.watchStatus.pipe(filter(({ state }) => state === 'parked')))
    })
    expect(lines).toEqual([
      {
        ...{ level: 'error', event: 'consumer-parked', consumer: 'index', failures: 1, code: 'handler-failed' },
        message: 'the consumer index is parked: the handler failed at position 1: the index is away',
      },
    ])
    expect(told).toEqual([])
    await ledger.close()
  })

  it('is told once that a store cannot be asked, and that it can again', async () => {
    const { logger, lines } = logging()
    const store = memoryEventStore()
    let isDown = false
    const down = { _tag: 'unavailable', reason: 'no route to the server' } as const
    const events: EventStore = {
      ...store,
      head: () => () => (isDown ? Promise.resolve(E.left(down)) : store.head()()),
      append: (...given) => (isDown ? TE.left(down) : store.append(...given)),
    }
    const { ledger } = await memoryLedger({ logger, events })
    isDown = true
    await ledger.startRun().catch(ignore)
    await ledger.runs().catch(ignore)
    isDown = false
    await ledger.startRun()
    expect(lines).toMatchObject([
      {
        ...{ level: 'error', event: 'store-unavailable', store: 'event' },
        message: 'The event store cannot be asked: no route to the server',
      },
      { level: 'info', event: 'store-back', store: 'event', seconds: expect.any(Number) },
    ])
    await ledger.close()
  })

  it.each([
    ['all events', 'readAll', (ledger: Ledger) => ledger.runs()],
    ['a stream', 'readStream', (ledger: Ledger) => ledger.startRun({ run: 'r' })],
  ] as const)('is told of a store that cannot be asked while it reads %s', async (_, method, work) => {
    const { logger, events: told } = logging()
    const store = memoryEventStore()
    const before = await memoryLedger({ events: { ...store, close: async () => undefined } })
    await before.ledger.startRun({ run: 'r' })
    await before.ledger.close()
    let isDown = true
    const read = async function* (pages: AsyncIterable<ReadonlyArray<StoredEvent>>) {
      if (isDown) throw new EventStoreError('unavailable', 'the line went dead')
      yield* pages
    }
    const events: EventStore =
      method === 'readAll'
        ? { ...store, readAll: (after) => read(store.readAll(after)) }
        : { ...store, readStream: (stream, after) => read(store.readStream(stream, after)) }
    const { ledger } = await memoryLedger({ logger, events })
    await expect(work(ledger)).rejects.toMatchObject({ code: 'unavailable' })
    expect(told()).toEqual(['store-unavailable'])
    isDown = false
    // It is asked once in a turn.
    await nextTurn()
    await work(ledger)
    expect(told()).toEqual(['store-unavailable', 'store-back'])
    await ledger.close()
  })

  it('is told of a file store that breaks off in the middle of a file', async () => {
    const { logger, lines } = logging()
    const store = memoryFileStore()
    const broken: FileStore = {
      ...store,
      open: (kind, digest, range) =>
        kind === 'manifest'
          ? store.open(kind, digest, range)
          : TE.right(
              (async function* () {
                yield new Uint8Array(1)
                throw new FileStoreFailure({ _tag: 'file-store-failed', operation: 'open', reason: 'the disk is gone' })
              })(),
            ),
    }
    const { ledger } = await memoryLedger({ logger, files: broken })
    await ledger.logArtifact({ name: 'cats', type: 'dataset', content: text('meow') })
    const { bytes } = await ledger.openFile({ version: 'cats:v0', path: 'weights.txt' })
    await expect(gather(bytes)).rejects.toThrow('the disk is gone')
    expect(lines).toMatchObject([
      {
        ...{ level: 'error', event: 'store-unavailable', store: 'file' },
        message: 'The file store cannot be asked: the disk is gone',
      },
    ])
    await ledger.close()
  })

  it('is told that the history is damaged, when it is opened, and that it was accepted', async () => {
    const { logger, lines } = logging()
    const { ledger } = await memoryLedger({ logger, events: losing(memoryEventStore()) })
    expect(lines).toMatchObject([
      {
        level: 'error',
        event: 'history-damaged',
        code: 'history-lost',
        message: expect.stringContaining('acceptLoss'),
      },
    ])
    await ledger.acceptLoss({ reason: 'r' })
    expect(lines.slice(1)).toMatchObject([{ level: 'info', event: 'history-whole' }])
    await ledger.close()
  })

  it('is told of a lock that is waited for over a second', async () => {
    const { logger, lines } = logging()
    const directory = join(folder, 'locked')
    const ledger = await openLedger({ ...who, directory, logger })
    await ledger.startRun()
    const other = openConnection(join(directory, 'events.db'))
    other.exec('BEGIN IMMEDIATE')
    const [real, since] = [performance.now.bind(performance), performance.now()]
    // A second is over in ten milliseconds.
    const now = vi.spyOn(performance, 'now').mockImplementation(() => since + (real() - since) * 100)
    try {
      const waiting = ledger.startRun()
      await expect.poll(() => lines, { interval: 1 }).not.toEqual([])
      other.exec('ROLLBACK')
      await waiting
    } finally {
      now.mockRestore()
      other.close()
    }
    expect(lines[0]).toMatchObject({ level: 'warn', event: 'lock-waited-for', path: join(directory, 'events.db') })
    await ledger.close()
  })

  it('is told of a file of an earlier format, where it is brought to this one', async () => {
    const { logger, lines } = logging()
    const directory = join(folder, 'earlier')
    await openLedger({ ...who, directory }).then((ledger) => ledger.close())
    for (const file of ['events.db', 'events.db-head']) rmSync(join(directory, file))
    fillEarlier(join(directory, 'events.db'), 1, ['run-acme/animals/r'], 1, event)
    const read = await openLedger({ ...who, directory, logger, readOnly: true })
    await read.close()
    const written = await openLedger({ ...who, directory, logger })
    await written.close()
    expect(lines.map(({ level, event, path }) => [level, event, path])).toEqual([
      ['warn', 'no-checksums', join(directory, 'events.db')],
      ['warn', 'head-unusable', join(directory, 'events.db-head')],
      ['info', 'migration-begun', join(directory, 'events.db')],
      ['info', 'migration-ended', join(directory, 'events.db')],
      ['warn', 'head-unusable', join(directory, 'events.db-head')],
    ])
  })

  it.each([
    [
      'throws',
      (): never => {
        throw new Error('the log is full')
      },
    ],
    ['answers with a promise that is rejected', () => Promise.reject(new Error('the log is full'))],
  ])('that %s takes nothing away, and its line is a warning', async (_, fail) => {
    const logger = { info: fail, warn: fail, error: fail }
    const told = await warnings(async () => {
      const { ledger } = await memoryLedger({ logger })
      await ledger.startRun()
      await ledger.rebuild()
      await ledger.close()
    })
    expect(told).toContain('All events are folded anew into registry, lineage, audit.')
  })
})

describe('without a logger', () => {
  it('the process is warned of what is a warning, and of nothing else', async () => {
    const told = await warnings(async () => {
      const stores = { events: losing(memoryEventStore()), files: memoryFileStore(), snapshots: broken }
      const ledger = await openLedger({ ...who, ...stores })
      await ledger.logArtifact({ name: 'cats', type: 'model', content: text('a') }).catch(ignore)
      await ledger.acceptLoss({ reason: 'r' })
      await ledger.runs()
      await ledger.rebuild()
      await ledger.close()
    })
    expect(told).toEqual(['The snapshot cannot be read, and all events are read instead: the disk is old'])
  })
})
