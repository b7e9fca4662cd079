/**
 * The ledger over EventStoreDB: on the stand-in of the tests, in this process, so nothing here says how fast a server is. What is measured is what
 * the adapter makes of one that takes as long to write as a real one (2 ms, docs/run-on-eventstoredb.md).
 */
import { randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { eventStoreDb } from '../adapters/eventstoredb/index.js'
import { toWire } from '../adapters/eventstoredb/wire.js'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../adapters/memory/index.js'
import { appendSequentially } from '../adapters/shared/index.js'
import type { EventStore } from '../domain/ports/event-store.js'
import { type Ledger, openLedger } from '../index.js'
import { exportEvents, importEvents } from '../ledger/maintenance/import.js'
import { StandIn } from '../test/support/eventstoredb/stand-in.js'
import { type Append, fill, versionsHistory } from './history.js'
import { type Benchmark, spread, timed } from './measure.js'
import { opened } from './support.js'

/** What a server takes to write, in ms. */
const LATENCY = 2

export const serverImport: Benchmark = {
  name: 'server-import',
  what: 'an export into an empty ledger on a server that takes 2 ms to write, against one append after another',
  unit: 'events/s',
  budget: 3,
  prepare: async (size) => {
    const source = memoryEventStore()
    await fill(source, versionsHistory(size === 'full' ? 2000 : 10, 10))
    const lines: string[] = []
    for await (const line of exportEvents(source)) lines.push(line)
    const imported = (how: (store: EventStore) => EventStore) => async () => {
      const standIn = await StandIn.start({ latency: LATENCY })
      const store = await opened(eventStoreDb(standIn.connectionString()))
      try {
        return await timed(
          async () => (await importEvents(how(store), lines)).events,
          () => opened(store.head()),
        )
      } finally {
        await store.close()
        await standIn.stop()
      }
    }
    return {
      ours: imported((store) => store),
      floor: imported((store) => ({ ...store, appendAll: appendSequentially(store) })),
      close: async () => undefined,
    }
  },
}

/** As if they had been appended by a ledger of the name that it has by default. */
const writeInto = ({ log }: StandIn, history: Iterable<Append>): void => {
  for (const { stream, events } of history) {
    const name = `ledger:${stream}`
    const last = log.stream(name).length - 1
    const proposed = events.map(toWire).map(({ event: { id, type, data, metadata } }) => ({
      ...{ id, type, json: true },
      data: Buffer.from(JSON.stringify(data)),
      metadata: Buffer.from(JSON.stringify(metadata)),
    }))
    log.append(name, last === -1 ? 'no_stream' : last, proposed)
  }
}

/** Instances of one ledger, which keep one snapshot. */
const instancesOn = (standIn: StandIn): (() => Promise<Ledger>) => {
  const [snapshots, files] = [memorySnapshotStore(), { ...memoryFileStore(), close: async () => undefined }]
  return () => {
    const events = eventStoreDb(standIn.connectionString())
    return openLedger({ events, files, snapshots, actor: 'bench', entity: 'acme', project: 'bench' })
  }
}

export const serverOpen: Benchmark = {
  name: 'server-open',
  what: 'openLedger and a question, with a snapshot behind 100,000 events of ours, where others wrote 1,000,000 before it, against 2,000',
  unit: 'openings/s',
  budget: 1 / 1.5,
  prepare: async (size) => {
    const isFull = size === 'full'
    const opening = async (others: number) => {
      const standIn = await StandIn.start()
      standIn.log.others(others)
      writeInto(standIn, versionsHistory(isFull ? 33_000 : 500, 10))
      const instance = instancesOn(standIn)
      const artifacts = async () => {
        const ledger = await instance()
        const found = (await ledger.artifacts({ limit: 1000 })).items.length
        return { ledger, found }
      }
      // Keeps a snapshot when it is closed.
      await (await artifacts()).ledger.close()
      const side = async () => {
        let ledger: Ledger | undefined
        let found = 0
        const done = await timed(
          async () => {
            const answer = await artifacts()
            ledger = answer.ledger
            found = answer.found
            return 1
          },
          () => found,
        )
        await ledger?.close()
        return done
      }
      return { side, close: () => standIn.stop() }
    }
    const few = await opening(2000)
    const many = await opening(isFull ? 1_000_000 : 4000)
    return {
      ours: many.side,
      floor: few.side,
      close: async () => {
        await few.close()
        await many.close()
      },
    }
  },
}

export const serverSeen: Benchmark = {
  name: 'server-seen',
  what: 'a command seen at another instance that watches, after its receipt, at the median: one in 5 ms',
  unit: 'a second',
  budget: 1,
  prepare: async (size) => {
    const standIn = await StandIn.start()
    const instance = instancesOn(standIn)
    const [writer, reader] = [await instance(), await instance()]
    await writer.createArtifact({ name: 'cats', type: 'model' })
    let seen = 0
    let tell = (): void => undefined
    const watching = reader.watchPosition.subscribe((position) => {
      seen = position
      tell()
    })
    let texts = 0
    const late = async (): Promise<number> => {
      const { position } = await writer.describeArtifact({ name: 'cats', description: `${texts++}` })
      const receipt = performance.now()
      while (seen < position)
        await new Promise<void>((resolve) => {
          tell = resolve
        })
      return performance.now() - receipt
    }
    return {
      ours: async () => {
        const times: number[] = []
        while (times.length < (size === 'full' ? 200 : 5)) times.push(await late())
        // One that was seen before its receipt came took no time.
        return { done: 1, seconds: Math.max(spread(times).median, 0.01) / 1000, answer: times.length }
      },
      floor: 1000 / 5,
      close: async () => {
        watching.unsubscribe()
        await writer.close()
        await reader.close()
        await standIn.stop()
      },
    }
  },
}

export const serverIdle: Benchmark = {
  name: 'server-idle',
  what: 'seconds for each request of an instance that watches and hears of nothing, looked at for a minute once',
  unit: 's',
  budget: 1,
  prepare: async (size) => {
    const standIn = await StandIn.start()
    const ledger = await instancesOn(standIn)()
    await ledger.createArtifact({ name: 'cats', type: 'model' })
    const watching = ledger.watchPosition.subscribe()
    const requests = (): number => {
      const { append, batchAppend, read, subscription } = standIn.seen
      return append + batchAppend + read + subscription
    }
    const seconds = size === 'full' ? 60 : 1
    const measured = (async () => {
      await wait(1000)
      const before = requests()
      await wait(1000 * seconds)
      return { done: seconds / Math.max(requests() - before, 1), seconds: 1, answer: true }
    })()
    return {
      ours: () => measured,
      floor: 10,
      close: async () => {
        await measured
        watching.unsubscribe()
        await ledger.close()
        await standIn.stop()
      },
    }
  },
}

export const serverElection: Benchmark = {
  name: 'server-election',
  what: 'the first answer after an election, with the settings that there are by default, where the leader froze and another was there after 7 s: in 6 s',
  unit: 'a second',
  budget: 1,
  prepare: async (size) => {
    const electionTime = size === 'full' ? 7000 : 100
    const options = size === 'full' ? {} : { timeout: 200, patience: 20_000 }
    return {
      ours: async () => {
        const standIn = await StandIn.start({ nodes: 3, electionTime })
        const store = await opened(eventStoreDb(standIn.connectionString(), options))
        const event = (number: number) => ({ id: randomUUID(), type: 'Written', data: `${number}`, metadata: '{}' })
        await opened(store.append('run-one', 'none', [event(0)]))
        standIn.nodes[0]?.freeze()
        const answered = opened(store.append('run-two', 'none', [event(1)]))
        while (standIn.leader === undefined || standIn.leader === 0) await wait(1)
        const elected = performance.now()
        const answer = (await answered).revision === 0
        const seconds = Math.max(performance.now() - elected, 1) / 1000
        await store.close()
        await standIn.stop()
        return { done: 1, seconds, answer }
      },
      floor: 1 / 6,
      close: async () => undefined,
    }
  },
}
