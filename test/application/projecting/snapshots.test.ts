/** Snapshots make opening quick and never change an answer, whatever happened to them. */

import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { isDeepStrictEqual } from 'node:util'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { directorySnapshotStore } from '../../../adapters/directory/index.js'
import { memorySnapshotStore } from '../../../adapters/memory/index.js'
import { systemClock } from '../../../adapters/system/index.js'
import { foldedAnew } from '../../../application/projecting/kept-model.js'
import { projector } from '../../../application/projecting/projector.js'
import { describeReadError } from '../../../application/projecting/read-error.js'
import type { EventStore, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import type { Tell } from '../../../domain/ports/logger.js'
import type { SnapshotStore } from '../../../domain/ports/snapshot-store.js'
import type { Projection } from '../../../projections/projection.js'
import { readModels } from '../../../projections/read-models.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import type { Registry } from '../../../projections/registry/state.js'
import { historyOf, partly } from '../../projections/histories.js'
import { left, right } from '../../support/domain-ledger.js'

const NUMBERS = Array.from({ length: 60 }, (_, index) => (index + 1) * 9_876_543_211)

const projectorOn = (
  store: EventStore,
  snapshots: SnapshotStore,
  registry: Projection<Registry> = registryProjection,
) => projector<{ readonly registry: Registry }>({ store, projections: { registry }, clock: systemClock, snapshots })

/** How many events a shell has to apply to know everything. */
const appliedBy = async (store: EventStore, snapshots: SnapshotStore, registry?: Projection<Registry>) => {
  const readSide = projectorOn(store, snapshots, registry)
  const { states } = right(await readSide.fresh()())
  return { applied: right(await readSide.progress()()).applied, saved: [...registryProjection.save(states.registry)] }
}

const keepOf = async (store: EventStore, snapshots: SnapshotStore): Promise<void> => {
  const readSide = projectorOn(store, snapshots)
  right(await readSide.fresh()())
  await readSide.snapshot()
}

let directory: string
let events: ReadonlyArray<StoredEvent>
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'model-ledger-snapshots-'))
  events = await historyOf(NUMBERS)
})
afterEach(() => rm(directory, { recursive: true, force: true }))

/** Beside the marker. */
const onlyFile = async (): Promise<string> => {
  const [name, ...others] = (await readdir(directory)).filter((each) => each !== 'model-ledger-snapshots')
  if (name === undefined || others.length > 0) throw new Error(`expected one file, got ${name} and ${others}`)
  return join(directory, name)
}

describe('a snapshot', () => {
  it('spares the events that it holds', async () => {
    const snapshots = directorySnapshotStore({ path: directory })
    const store = partly(events)
    store.upTo = toPosition(20)
    await keepOf(store, snapshots)
    store.upTo = toPosition(events.length)
    const { applied, saved } = await appliedBy(store, snapshots)
    expect(applied).toBe(events.length - 20)
    expect(saved).toEqual((await appliedBy(store, memorySnapshotStore())).saved)
  })

  it('is held to be what the events give, wherever it was made', async () => {
    const store = partly(events)
    for (const cut of [1, 7, 20, 33, events.length]) {
      const snapshots = directorySnapshotStore({ path: join(directory, `${cut}`) })
      store.upTo = toPosition(cut)
      const model = projector({ store, projections: readModels, clock: systemClock, snapshots })
      right(await model.fresh()())
      await model.snapshot()
      store.upTo = toPosition(events.length)
      const anew = foldedAnew(store, readModels, snapshots, isDeepStrictEqual)
      anew.add(events)
      expect([cut, await anew.whyOtherThanKept()]).toEqual([cut, undefined])
    }
  })

  it('holds what was known when it was begun, whatever is recorded while it is written', async () => {
    const snapshots = memorySnapshotStore()
    const store = partly(events)
    store.upTo = toPosition(30)
    let readSide = projectorOn(store, snapshots)
    const slow: SnapshotStore = {
      ...snapshots,
      save: (key, parts) => async () => {
        const taken: unknown[] = []
        for (const part of parts) {
          taken.push(part)
          store.upTo = toPosition(store.upTo + 5)
          await nextTurn()
          right(await readSide.fresh()())
        }
        return snapshots.save(key, taken)()
      },
    }
    readSide = projectorOn(store, slow)
    right(await readSide.fresh()())
    await readSide.snapshot()
    expect(readSide.known().checkpoint).toBeGreaterThan(30)
    store.upTo = toPosition(30)
    const { applied, saved } = await appliedBy(store, snapshots)
    expect(applied).toBe(0)
    expect(saved).toEqual((await appliedBy(store, memorySnapshotStore())).saved)
  })

  it.each<[string, (bytes: Buffer) => Buffer]>([
    ['is empty', () => Buffer.alloc(0)],
    ['is torn', (bytes) => bytes.subarray(0, bytes.length >> 1)],
    ['lacks its last byte', (bytes) => bytes.subarray(0, -1)],
    ['has one flipped bit', (bytes) => Buffer.from(bytes.map((byte, at) => (at === 300 ? byte ^ 1 : byte)))],
    ['is something else', () => Buffer.from('hello')],
  ])('that %s is as good as none, and this is said once', async (_, damage) => {
    const snapshots = directorySnapshotStore({ path: directory })
    await keepOf(partly(events), snapshots)
    const file = await onlyFile()
    await writeFile(file, damage(await readFile(file)))
    const said: string[] = []
    const projections = { registry: registryProjection }
    const tell: Tell = (_event, message) => void said.push(message)
    const readSide = projector({ store: partly(events), projections, clock: systemClock, snapshots, tell })
    for (let asked = 0; asked < 3; asked++) {
      right(await readSide.fresh()())
      await nextTurn()
    }
    expect(said).toEqual([expect.stringContaining(file)])
    const { applied, snapshotProblem } = right(await readSide.progress()())
    expect({ applied, snapshotProblem }).toEqual({
      applied: events.length,
      snapshotProblem: expect.stringContaining(file),
    })
    await readSide.snapshot()
    expect(right(await readSide.progress()()).snapshotProblem).toBeNull()
    expect((await appliedBy(partly(events), snapshots)).applied).toBe(0)
  })

  it('of another format is none, and nothing to speak of', async () => {
    const snapshots = directorySnapshotStore({ path: directory })
    await keepOf(partly(events), snapshots)
    const file = await onlyFile()
    const bytes = await readFile(file)
    await writeFile(file, Buffer.from(bytes.toString('latin1').replace('format 2', 'format 3'), 'latin1'))
    expect(await snapshots.load('registry')()).toEqual({ _tag: 'Right', right: undefined })
    expect((await appliedBy(partly(events), snapshots)).applied).toBe(events.length)
  })

  it('is read in pieces, however large it is', async () => {
    const parts = [{ texts: ['\u2028', 'ä'] }, new Float64Array([1, NaN]), new Map([[1, 'one']]), null]
    for (const [write, read] of [
      [undefined, 7],
      [5, undefined],
      [1, 1],
    ]) {
      right(await directorySnapshotStore({ path: directory, ...(write && { chunkBytes: write }) }).save('k', parts)())
      const store = directorySnapshotStore({ path: directory, ...(read && { chunkBytes: read }) })
      expect(right(await store.load('k')())).toEqual(parts)
    }
  })

  it('that is given up in its midst leaves what was kept before, and nothing else', async () => {
    const snapshots = directorySnapshotStore({ path: directory, chunkBytes: 10 })
    right(await snapshots.save('k', ['before'])())
    const ending = new AbortController()
    const parts = function* (): Iterable<unknown> {
      yield 'x'.repeat(1000)
      ending.abort()
      yield 'after'
    }
    expect(left(await snapshots.save('k', parts(), ending.signal)())).toMatchObject({ _tag: 'snapshot-failed' })
    expect(right(await snapshots.load('k')())).toEqual(['before'])
    await onlyFile()
  })

  it('that is being written when its shell is closed has the time that closing has', async () => {
    const ending = new AbortController()
    const given: Array<AbortSignal | undefined> = []
    const snapshots: SnapshotStore = {
      ...memorySnapshotStore(),
      save: (_key, _parts, signal) => async () => {
        given.push(signal)
        if (signal?.aborted !== true) await new Promise((resolve) => signal?.addEventListener('abort', resolve))
        return { _tag: 'Left', left: { _tag: 'snapshot-failed', reason: 'no time' } }
      },
    }
    const readSide = projectorOn(partly(events), snapshots)
    right(await readSide.fresh()())
    const kept = readSide.snapshot()
    const closed = readSide.close(ending.signal)
    ending.abort()
    await Promise.all([kept, closed])
    expect(given.map((signal) => signal?.aborted)).toEqual([true])
  })

  it('of another version of a projection is thrown away, and replaced', async () => {
    const snapshots = directorySnapshotStore({ path: directory })
    await keepOf(partly(events), snapshots)
    const newer = { ...registryProjection, version: registryProjection.version + 1 }
    expect((await appliedBy(partly(events), snapshots, newer)).applied).toBe(events.length)
    const readSide = projectorOn(partly(events), snapshots, newer)
    right(await readSide.fresh()())
    await readSide.snapshot()
    expect((await appliedBy(partly(events), snapshots, newer)).applied).toBe(0)
    await onlyFile()
  })

  it('of another store, or of a store that was put back to an older copy, is none of this one', async () => {
    const snapshots = memorySnapshotStore()
    await keepOf(partly(events), snapshots)
    const elsewhere = events.map((event) => ({ ...event, id: `${event.id}-elsewhere` }))
    expect((await appliedBy(partly(elsewhere), snapshots)).applied).toBe(elsewhere.length)
    expect((await appliedBy(partly(events.slice(0, 30)), snapshots)).applied).toBe(30)
    const branched = events.map((event, index) => (index < 30 ? event : { ...event, id: `${event.id}-branched` }))
    expect((await appliedBy(partly(branched), snapshots)).applied).toBe(branched.length)
  })

  it('that passed over an event type is thrown away once the type is known', async () => {
    const snapshots = memorySnapshotStore()
    const passedOver = (type: string): SnapshotStore => ({
      ...snapshots,
      save: (key, parts) => {
        const [header, head, ...rest] = parts
        return snapshots.save(key, [header, { ...(head as object), unknown: new Map([[type, 1]]) }, ...rest])
      },
    })
    await keepOf(partly(events), passedOver('StillUnknown'))
    expect((await appliedBy(partly(events), snapshots)).applied).toBe(0)
    const again = memorySnapshotStore()
    await keepOf(partly(events), { ...passedOver('RunStarted'), load: again.load })
    expect((await appliedBy(partly(events), snapshots)).applied).toBe(events.length)
  })

  it('that cannot be kept is a note in the progress and nothing else', async () => {
    const file = join(directory, 'a-file')
    await writeFile(file, '')
    const readSide = projectorOn(partly(events), directorySnapshotStore({ path: join(file, 'snapshots') }))
    right(await readSide.fresh()())
    await readSide.snapshot()
    expect(right(await readSide.progress()()).snapshotProblem).toMatch(/ENOTDIR/)
  })
})

describe('the projector', () => {
  it('counts event types and schema versions from the future, and passes over them', async () => {
    const future = events.map((event, index) =>
      index === 1
        ? { ...event, metadata: event.metadata.replace('"schema":1}', '"schema":2}') }
        : index === 4
          ? { ...event, type: 'FromTheFuture' }
          : event,
    )
    const readSide = projectorOn(partly(future), memorySnapshotStore())
    right(await readSide.fresh()())
    const { unknownEvents, checkpoint } = right(await readSide.progress()())
    expect(unknownEvents).toEqual({ [String(events[1]?.type)]: 1, FromTheFuture: 1 })
    expect(JSON.stringify(unknownEvents)).toContain('"FromTheFuture":1')
    expect(checkpoint).toBe(events.length)
  })

  it.each<[string, (event: StoredEvent) => StoredEvent]>([
    ['data that are not JSON', (event) => ({ ...event, data: '{' })],
    ['data of another shape', (event) => ({ ...event, type: 'ArtifactVersionLogged', data: '{}' })],
    ['no time', (event) => ({ ...event, metadata: '{"actor":"anna","schema":1}' })],
  ])('stays before an event with %s, says which, and goes on when it is put right', async (_, damage) => {
    const stored = [...events]
    const whole = events[9] as StoredEvent
    stored[9] = damage(whole)
    const readSide = projectorOn(partly(stored), memorySnapshotStore())
    const error = left(await readSide.fresh()())
    expect(error).toMatchObject({ _tag: 'damaged-event', position: 10, stream: whole.stream })
    expect(describeReadError(error)).toContain('position 10')
    expect(readSide.known().checkpoint).toBe(9)
    stored[9] = whole
    await nextTurn()
    expect(right(await readSide.fresh()()).checkpoint).toBe(events.length)
  })
})
