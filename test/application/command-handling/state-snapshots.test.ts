/** A snapshot of a stream's state spares the events that it holds, and never changes a decision, whatever became of it. */
import { mkdtemp, readdir, readFile, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { directorySnapshotStore } from '../../../adapters/directory/index.js'
import { memoryEventStore, memorySnapshotStore } from '../../../adapters/memory/index.js'
import { type CachedState, type Folding, openCachedState } from '../../../application/command-handling/cached-state.js'
import { whyOtherThanStream } from '../../../application/command-handling/kept-states.js'
import { snapshotsOfStates } from '../../../application/command-handling/state-snapshots.js'
import type { ArtifactCommandWithFacts } from '../../../domain/artifact/commands.js'
import { artifactEvents } from '../../../domain/artifact/events.js'
import { snapshot } from '../../../domain/artifact/snapshot.js'
import type { ArtifactState } from '../../../domain/artifact/state.js'
import * as deciders from '../../../domain/commands/deciders.js'
import type { DomainEvent } from '../../../domain/events/catalogue.js'
import { decodeEvent } from '../../../domain/events/stored-events.js'
import type { EventStore, StoredEvent } from '../../../domain/ports/event-store.js'
import type { Tell } from '../../../domain/ports/logger.js'
import type { SnapshotStore } from '../../../domain/ports/snapshot-store.js'
import type { RegisteredModelCommandWithFacts } from '../../../domain/registered-model/commands.js'
import { registeredModelEvents } from '../../../domain/registered-model/events.js'
import { standingLinks } from '../../../domain/registered-model/links.js'
import { snapshot as snapshotOfModel } from '../../../domain/registered-model/snapshot.js'
import { readonlyState, type StateSnapshot } from '../../../domain/values/decider.js'
import { artifactStream, modelStream } from '../../../domain/values/stream-names.js'
import { type Ledger, openLedger } from '../../../index.js'
import { historyOf } from '../../projections/histories.js'
import { branded, type Plain } from '../../support/decoded.js'
import { right } from '../../support/domain-ledger.js'
import { artifact, artifactNamed, manifestOf, modelNamed, run, runNamed } from '../../support/domain-samples.js'

const stream = artifactStream(artifact)
const streams = ['model', 'data'].map((name) => artifactStream(artifactNamed(name)))

/** Holds these events, and tells of every read. */
const storeOf = (events: ReadonlyArray<StoredEvent>, reads: StoredEvent[] = []): EventStore => ({
  ...memoryEventStore(),
  async *readStream(name, after) {
    const page = events.filter(({ stream, revision }) => stream === name && revision > (after === 'none' ? -1 : after))
    reads.push(...page)
    if (page.length > 0) yield page
  },
})

/** Holds one snapshot, whatever key it is asked for, with one part another where that is told. */
const onePlace = (): SnapshotStore & {
  wrong?: { readonly at: number; readonly part: unknown }
  parts: () => number
} => {
  let kept: ReadonlyArray<unknown> = []
  const place: ReturnType<typeof onePlace> = {
    parts: () => kept.length,
    load: () => async () => {
      const parts = structuredClone(kept)
      return E.right(place.wrong === undefined ? parts : parts.with(place.wrong.at, place.wrong.part))
    },
    save: (_key, parts) => async () => {
      kept = structuredClone([...parts])
      return E.right(undefined)
    },
  }
  return place
}

/** The cached states of one kind of stream, and how a snapshot is kept of one as some events leave it. */
const statesOf = <State, Event extends DomainEvent>(
  rules: Folding<State, Event>,
  snapshot: StateSnapshot<State>,
): {
  readonly cachedOn: (
    name: string,
    store: EventStore,
    snapshots?: SnapshotStore,
    tell?: Tell,
  ) => CachedState<State, Event>
  readonly keep: (name: string, events: ReadonlyArray<StoredEvent>, snapshots: SnapshotStore) => Promise<void>
} => ({
  cachedOn: (name, store, snapshots, tell) =>
    openCachedState(name, rules, store, {
      snapshots: snapshots === undefined ? undefined : snapshotsOfStates(snapshots, store, tell).of(snapshot),
    }),
  keep: async (name, events, snapshots) => {
    const store = storeOf(events)
    const all = snapshotsOfStates(snapshots, store)
    const cached = openCachedState(name, rules, store, { snapshots: all.of(snapshot) })
    right(await cached.load())
    cached.keepSnapshot()
    await all.close()
  },
})

const { cachedOn, keep } = statesOf(deciders.artifact, snapshot)

const number = fc.nat({ max: 6 })
const choice = fc.oneof(number, fc.constantFrom('latest', 'production', 'best', 'nobody'))
const facts = fc.record({
  runFact: fc.constantFrom(undefined, { group: null, finished: true }),
  said: fc.record({ description: fc.constantFrom(null, 'better'), metadata: fc.constantFrom(null, { lr: 1 }) }),
})
const expected = fc.option(fc.dictionary(fc.constantFrom('latest', 'production'), number), { nil: undefined })
const commands: fc.Arbitrary<Plain<ArtifactCommandWithFacts>> = fc.oneof(
  fc
    .record({
      word: fc.constantFrom('one', 'two', 'three', 'four', 'new'),
      run: fc.constantFrom(undefined, run, runNamed('a'), runNamed('b')),
      aliases: fc.constantFrom([], ['best']),
      base: fc.option(number, { nil: undefined }),
      distributed: fc.option(
        fc.record({ distributedId: fc.constantFrom('d1', 'd2'), generation: fc.nat({ max: 2 }) }),
        { nil: undefined },
      ),
      expect: expected,
      facts,
    })
    .map(({ word, run, base, distributed, expect, facts, ...rest }) => ({
      type: 'LogArtifactVersion' as const,
      artifact,
      artifactType: 'model',
      manifest: manifestOf(word),
      ...(run === undefined ? {} : { run }),
      ...(base === undefined ? {} : { base }),
      ...(distributed === undefined ? {} : { distributed }),
      ...(expect === undefined ? {} : { expect }),
      ...facts,
      ...rest,
    })),
  fc.record({
    type: fc.constant('DescribeArtifactVersion' as const),
    artifact: fc.constant(artifact),
    version: choice,
    description: fc.constantFrom(null, 'better'),
    said: facts.map(({ said }) => said),
  }),
  fc.record({
    type: fc.constantFrom('TagArtifactVersion' as const, 'UntagArtifactVersion' as const),
    artifact: fc.constant(artifact),
    version: choice,
    tags: fc.subarray(['x', 'y', 'z'], { minLength: 1 }),
  }),
  fc.record({
    type: fc.constant('MoveAlias' as const),
    collection: fc.constant(artifact),
    alias: fc.constantFrom('latest', 'best'),
    version: choice,
  }),
  fc.record({
    type: fc.constant('RemoveAlias' as const),
    collection: fc.constant(artifact),
    alias: fc.constantFrom('latest', 'best'),
  }),
  fc.record({
    type: fc.constant('DeleteArtifactVersion' as const),
    artifact: fc.constant(artifact),
    version: choice,
    deleteAliases: fc.boolean(),
    links: fc.constant([]),
  }),
)
const history = fc.array(
  fc.nat({ max: 2 ** 31 - 1 }).map((seed) => seed * 1_048_573),
  { minLength: 20, maxLength: 120 },
)

/** What can be asked of a state, as texts, so that the order of members counts. */
const answersOf = (cached: ReturnType<typeof cachedOn>, asked: ReadonlyArray<Plain<ArtifactCommandWithFacts>>) => [
  cached.revision(),
  cached.position(),
  ...asked.map((command) =>
    JSON.stringify(deciders.artifact.decide(branded<ArtifactCommandWithFacts>(command))(cached.state())),
  ),
]

describe('a state from a snapshot and what came behind it', () => {
  it('decides as the state that was folded of all events, to the byte', async () => {
    const property = fc.asyncProperty(
      history,
      fc.array(commands, { minLength: 30 }),
      fc.nat(),
      async (numbers, asked, cut) => {
        const events = await historyOf(numbers)
        for (const name of streams) {
          const own = events.filter((event) => event.stream === name)
          if (own.length === 0) continue
          const snapshots = memorySnapshotStore()
          await keep(name, own.slice(0, 1 + (cut % own.length)), snapshots)
          const [restored, whole] = [cachedOn(name, storeOf(own), snapshots), cachedOn(name, storeOf(own))]
          right(await restored.load())
          right(await whole.load())
          expect(answersOf(restored, asked)).toEqual(answersOf(whole, asked))
          for (const { metadata } of events) {
            const { commandId } = JSON.parse(metadata)
            expect(restored.recordedAt(commandId)).toBe(whole.recordedAt(commandId))
          }
          // And on: what is recorded next is kept and read again likewise.
          await keep(name, own, snapshots)
          const again = cachedOn(name, storeOf(own), snapshots)
          right(await again.load())
          expect(answersOf(again, asked)).toEqual(answersOf(whole, asked))
        }
      },
    )
    await fc.assert(property, { numRuns: 60 })
  })

  it('is the state that full decoding of every event gives', async () => {
    const property = fc.asyncProperty(history, async (numbers) => {
      const events = await historyOf(numbers)
      for (const name of streams) {
        const own = events.filter((event) => event.stream === name)
        const whole = cachedOn(name, storeOf(own))
        right(await whole.load())
        const state = own.reduce<ArtifactState>((before, stored) => {
          const { event, metadata, revision } = right(decodeEvent(stored))
          const recorded = { by: metadata.actor, at: metadata.recordedAt }
          return deciders.artifact.isEvent(event) ? deciders.artifact.evolve(before, event, recorded, revision) : before
        }, deciders.artifact.initial())
        expect(whole.state()).toEqual(readonlyState(state))
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('reads no event that the snapshot holds, but the last', async () => {
    const events = (await historyOf(NUMBERS)).filter((event) => event.stream === stream)
    const snapshots = memorySnapshotStore()
    await keep(stream, events.slice(0, -2), snapshots)
    const reads: StoredEvent[] = []
    const restored = cachedOn(stream, storeOf(events, reads), snapshots)
    right(await restored.load())
    expect(events.length).toBeGreaterThan(10)
    expect(new Set(reads)).toEqual(new Set(events.slice(-3)))
  })
})

describe('the state of a registered model from a snapshot and what came behind it', () => {
  const model = modelNamed('Churn')
  const name = modelStream(model)
  const { cachedOn, keep } = statesOf(deciders.registeredModel, snapshotOfModel)
  const source = fc.record({
    artifact: fc.constantFrom(...['model', 'data', 'none'].map(artifactNamed)),
    version: number,
  })
  const asked: fc.Arbitrary<Plain<RegisteredModelCommandWithFacts>> = fc.oneof(
    fc
      .record({ source, aliases: fc.constantFrom([], ['best']), expect: expected })
      .map(({ source: { artifact, version }, aliases, expect }) => ({
        type: 'LinkToRegistry' as const,
        model,
        source: { collection: artifact, version },
        sourceFact: { source: { ...artifact, version }, artifactType: 'model', manifest: manifestOf('one') },
        aliases,
        ...(expect === undefined ? {} : { expect }),
      })),
    fc.record({
      type: fc.constant('UnlinkFromRegistry' as const),
      model: fc.constant(model),
      version: choice,
    }),
    fc.record({
      type: fc.constant('MoveAlias' as const),
      collection: fc.constant(model),
      alias: fc.constantFrom('latest', 'best'),
      version: choice,
    }),
    fc.record({
      type: fc.constant('DeleteRegisteredModel' as const),
      model: fc.constant(model),
      deleteAliases: fc.boolean(),
    }),
    fc.constant({ type: 'DescribeRegisteredModel' as const, model, metadata: { stage: 'new' } }),
  )

  it('decides as the state that was folded of all events, to the byte', async () => {
    const answers = (
      cached: ReturnType<typeof cachedOn>,
      commands: ReadonlyArray<Plain<RegisteredModelCommandWithFacts>>,
    ) => [
      cached.revision(),
      ...commands.map((command) =>
        JSON.stringify(
          deciders.registeredModel.decide(branded<RegisteredModelCommandWithFacts>(command))(cached.state()),
        ),
      ),
      ...['model', 'data', 'none'].map((each) => standingLinks(model, cached.state(), artifactNamed(each), undefined)),
    ]
    const property = fc.asyncProperty(
      history,
      fc.array(asked, { minLength: 30 }),
      fc.nat(),
      async (numbers, all, cut) => {
        const own = (await historyOf(numbers)).filter((event) => event.stream === name)
        if (own.length === 0) return
        const snapshots = memorySnapshotStore()
        await keep(name, own.slice(0, 1 + (cut % own.length)), snapshots)
        const [restored, whole] = [cachedOn(name, storeOf(own), snapshots), cachedOn(name, storeOf(own))]
        right(await restored.load())
        right(await whole.load())
        expect(answers(restored, all)).toEqual(answers(whole, all))
        await keep(name, own, snapshots)
        const again = cachedOn(name, storeOf(own), snapshots)
        right(await again.load())
        expect(answers(again, all)).toEqual(answers(whole, all))
      },
    )
    await fc.assert(property, { numRuns: 30 })
  })

  it('is read instead of the events that it holds but the last, and not where its parts are none', async () => {
    const own = (await historyOf(NUMBERS)).filter((event) => event.stream === name)
    const snapshots = onePlace()
    await keep(name, own, snapshots)
    const few: StoredEvent[] = []
    right(await cachedOn(name, storeOf(own, few), snapshots).load())
    expect(own.length).toBeGreaterThan(20)
    expect(few).toEqual(own.slice(-1))
    for (let at = 0; at < snapshots.parts(); at++) {
      for (const part of [undefined, null, 7, [], new Int32Array(3), new Float64Array(1), new Uint8Array(0), {}]) {
        snapshots.wrong = { at, part }
        const reads: StoredEvent[] = []
        const [restored, whole] = [cachedOn(name, storeOf(own, reads), snapshots), cachedOn(name, storeOf(own))]
        right(await restored.load())
        right(await whole.load())
        expect(restored.state()).toEqual(whole.state())
        expect(new Set(reads)).toEqual(new Set(own))
      }
    }
    expect(snapshotOfModel.version.split(' ')).toEqual(expect.arrayContaining(Object.keys(registeredModelEvents)))
  })
})

describe('a snapshot that was kept of a state that began with another', () => {
  it.each([
    ['an artifact', stream, statesOf(deciders.artifact, snapshot)],
    ['a registered model', modelStream(modelNamed('Churn')), statesOf(deciders.registeredModel, snapshotOfModel)],
  ] as const)('is what verify makes of the events of %s', async (_, name, { keep }) => {
    const property = fc.asyncProperty(history, fc.nat(), async (numbers, cut) => {
      const own = (await historyOf(numbers)).filter((event) => event.stream === name)
      if (own.length === 0) return
      const snapshots = memorySnapshotStore()
      for (const length of [1 + (cut % own.length), own.length]) {
        await keep(name, own.slice(0, length), snapshots)
        const held = { store: storeOf(own), snapshots, isSame: isDeepStrictEqual }
        expect(await whyOtherThanStream(name, held)).toBeUndefined()
      }
    })
    await fc.assert(property, { numRuns: 20 })
  })
})

const NUMBERS = Array.from({ length: 400 }, (_, index) => (index + 1) * 7_654_321_987)

describe('a snapshot that is not of this stream as it is', () => {
  /** Answers what is told of it. */
  const foldsAll = async (name: string, events: ReadonlyArray<StoredEvent>, snapshots: SnapshotStore) => {
    const reads: StoredEvent[] = []
    const told: string[] = []
    const restored = cachedOn(name, storeOf(events, reads), snapshots, (_event, message) => void told.push(message))
    const whole = cachedOn(name, storeOf(events))
    right(await restored.load())
    right(await whole.load())
    expect(restored.state()).toEqual(whole.state())
    expect(restored.revision()).toBe(whole.revision())
    expect(new Set(reads)).toEqual(new Set(events.filter((event) => event.stream === name)))
    return told
  }
  const saying = (why: string) => [
    expect.stringMatching(
      new RegExp(`^The snapshot of the stream artifact-.* ${why}.*, and all its events are read instead`),
    ),
  ]
  let events: ReadonlyArray<StoredEvent>
  beforeEach(async () => {
    events = await historyOf(NUMBERS)
  })

  it('is passed over where the stream is shorter, or has another event there, and that is told', async () => {
    const own = events.filter((event) => event.stream === stream)
    const snapshots = memorySnapshotStore()
    await keep(stream, own, snapshots)
    const others = saying(`is of other events than those that are there up to position ${own.at(-1)?.position}`)
    expect(await foldsAll(stream, own.slice(0, -1), snapshots)).toEqual(others)
    const other = own.map((event, index) => (index === own.length - 1 ? { ...event, id: 'another' } : event))
    expect(await foldsAll(stream, other, snapshots)).toEqual(others)
  })

  it('is passed over where it is of another stream, which is told, or of other code, which is not', async () => {
    const [one, other] = streams
    const snapshots = onePlace()
    await keep(one ?? '', events, snapshots)
    expect(await foldsAll(other ?? '', events, snapshots)).toEqual(saying(`is that of ${one}`))
    const older = snapshotsOfStates(snapshots, storeOf(events))
    const cached = openCachedState(stream, deciders.artifact, storeOf(events), {
      snapshots: older.of({ ...snapshot, version: 'artifact 0' }),
    })
    right(await cached.load())
    cached.keepSnapshot()
    await older.close()
    expect(await foldsAll(stream, events, snapshots)).toEqual([])
  })

  it('names the events that its code knows, so that none that others do not know is behind it', () => {
    expect(snapshot.version.split(' ')).toEqual(expect.arrayContaining(Object.keys(artifactEvents)))
  })

  it('is passed over, whatever its parts are', async () => {
    const snapshots = onePlace()
    await keep(stream, events, snapshots)
    for (let at = 0; at < snapshots.parts(); at++) {
      for (const part of [undefined, null, 7, [], new Int32Array(3), new Float64Array(1), new Uint8Array(0), {}]) {
        snapshots.wrong = { at, part }
        expect(await foldsAll(stream, events, snapshots)).toEqual(saying('is none'))
      }
    }
  })

  it('is passed over where a bit is flipped, or it is cut', async () => {
    const path = await mkdtemp(join(tmpdir(), 'model-ledger-states-'))
    try {
      const snapshots = directorySnapshotStore({ path })
      await keep(stream, events, snapshots)
      const [name] = (await readdir(path)).filter((each) => each.endsWith('.snapshot'))
      const file = join(path, name ?? expect.fail())
      const bytes = await readFile(file)
      for (let part = 0; part <= 40; part++) {
        const at = Math.floor(((bytes.length - 1) * part) / 40)
        const flipped = Buffer.from(bytes)
        flipped[at] = (flipped[at] ?? 0) ^ (1 << (part % 8))
        await writeFile(file, flipped)
        // Read at once, and in pieces.
        const inPieces = directorySnapshotStore({ path, chunkBytes: 1000 })
        const unreadable = saying('cannot be read')
        expect(await foldsAll(stream, events, part % 2 === 0 ? snapshots : inPieces)).toEqual(unreadable)
        await writeFile(file, bytes)
        await truncate(file, at)
        expect(await foldsAll(stream, events, part % 2 === 0 ? inPieces : snapshots)).toEqual(unreadable)
      }
      await rm(path, { recursive: true })
      expect(await foldsAll(stream, events, snapshots)).toEqual([])
    } finally {
      await rm(path, { recursive: true, force: true })
    }
  })
})

describe('a ledger in a folder', () => {
  const who = { actor: 'anna', entity: 'acme', project: 'churn' }
  let directory: string
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'model-ledger-states-'))
    return () => rm(directory, { recursive: true, force: true })
  })
  const kept = async (): Promise<ReadonlyArray<string>> =>
    (await readdir(join(directory, 'snapshots')).catch(() => [])).filter((name) => name.startsWith('stream-'))
  /** More events than a snapshot at the end has to spare. */
  const fill = async (ledger: Ledger): Promise<void> => {
    await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes: 'a', as: 'a' }] })
    await Promise.all(
      Array.from({ length: 1100 }, (_, index) =>
        ledger.moveAlias({ version: 'model:v0', alias: `a${index % 7}x${index}` }),
      ),
    )
  }

  it('keeps the state of a long artifact when it is closed, and goes on with it', async () => {
    const first = await openLedger({ directory, ...who })
    await fill(first)
    expect(await kept()).toEqual([])
    await first.close()
    expect(await kept()).toHaveLength(1)
    const second = await openLedger({ directory, ...who })
    const given = { version: 'model:v0', alias: 'late', commandId: 'once' }
    const receipt = await second.moveAlias(given)
    expect(receipt.revision).toBe(1102 + 1)
    expect((await second.resolve('model:a0x7')).version).toBe(0)
    await second.close()
    const third = await openLedger({ directory, ...who })
    expect((await third.moveAlias(given)).revision).toBe(receipt.revision)
    await third.close()
  })

  it('writes none where it only reads, and needs none that goes while it is open', async () => {
    const first = await openLedger({ directory, ...who })
    await fill(first)
    await first.close()
    const second = await openLedger({ directory, ...who })
    await rm(join(directory, 'snapshots'), { recursive: true })
    await second.moveAlias({ version: 'model:v0', alias: 'late' })
    await second.close()
    await rm(join(directory, 'snapshots'), { recursive: true, force: true })
    const reading = await openLedger({ directory, ...who, readOnly: true })
    expect((await reading.resolve('model:late')).version).toBe(0)
    await reading.close()
    expect(await kept()).toEqual([])
  })

  it('is right after two that had it open kept theirs at the same time', async () => {
    const ledgers = [await openLedger({ directory, ...who }), await openLedger({ directory, ...who })]
    for (const [index, ledger] of ledgers.entries()) {
      if (index === 0) await fill(ledger)
      await ledger.moveAlias({ version: 'model:v0', alias: `by${index}` })
    }
    await Promise.all(ledgers.map((ledger) => ledger.close()))
    expect(await kept()).toHaveLength(1)
    const next = await openLedger({ directory, ...who })
    const receipt = await next.removeAlias({ name: 'model', alias: 'by1' })
    expect(receipt.revision).toBe(1102 + 3)
    await next.close()
  })
})
