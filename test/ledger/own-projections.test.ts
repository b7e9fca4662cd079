/** Read models of whoever embeds the ledger: the law of the read side holds for them, and what one does harms no other. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isDeepStrictEqual } from 'node:util'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, describe, expect, expectTypeOf, it } from 'vitest'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { projector } from '../../application/projecting/projector.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { ORIGIN, type StoredEvent, toPosition } from '../../domain/ports/event-store.js'
import {
  type EventOf,
  type Fault,
  type Ledger,
  type LedgerError,
  type LedgerOptions,
  type MethodFailures,
  type OwnProjection,
  openLedger,
  operations,
  projection,
  type RecordedEvent,
  taskEither,
} from '../../index.js'
import { heldProjection } from '../../projections/own-projection.js'
import { historyOf, manyTimes, partly } from '../projections/histories.js'
import { left, right } from '../support/domain-ledger.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'own-projections-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

/** Who did what to which alias, and why: changed in place. Events of old schema versions are among its own. */
interface Moves {
  readonly byAlias: Map<string, Array<readonly [string, number | null, string, string | undefined]>>
  readonly ids: string[]
  last: number
}

const moves = projection({
  name: 'moves',
  version: 1,
  folds: ['AliasMoved', 'AliasRemoved', 'RegisteredModelDescribed', 'RunSummarised'],
  initial: (): Moves => ({ byAlias: new Map(), ids: [], last: 0 }),
  apply: (state, { event, stream, position, id, metadata: { actor, reason } }) => {
    state.last = position
    state.ids.push(id)
    switch (event.type) {
      case 'AliasMoved':
      case 'AliasRemoved': {
        const of = state.byAlias.get(event.alias) ?? []
        of.push([stream, event.type === 'AliasMoved' ? event.to : null, actor, reason])
        state.byAlias.set(event.alias, of)
        return state
      }
      case 'RegisteredModelDescribed':
        // As it is told today: the first version of it had the description alone.
        expect(event).not.toHaveProperty('from')
        return state
      case 'RunSummarised':
        return state
    }
  },
  load: (saved) => (isMoves(saved) ? saved : undefined),
})

const isMoves = (saved: unknown): saved is Moves =>
  typeof saved === 'object' && saved !== null && 'byAlias' in saved && saved.byAlias instanceof Map

/** The types that it saw, in order: another state after each event, and written as a text. */
const types = projection({
  name: 'types',
  version: 3,
  folds: ['ArtifactVersionLogged', 'VersionLinked', 'RunStarted'],
  initial: (): ReadonlyArray<string> => [],
  apply: (seen, { event }) => [...seen, event.type],
  save: (seen) => seen.join(),
  load: (saved) => (typeof saved !== 'string' ? undefined : saved === '' ? [] : saved.split(',')),
})

/** The state by the events alone, decoded in full. */
const foldedBy = <State>(own: OwnProjection<State>, events: ReadonlyArray<StoredEvent>, until: number): State => {
  let state = own.initial()
  for (const stored of events.slice(0, until)) {
    const recorded: RecordedEvent = right(decodeEvent(stored))
    if (own.folds.includes(recorded.event.type)) state = own.apply(state, recorded)
  }
  return state
}

const history = fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 10, maxLength: 60, size: 'max' })

describe('the law of the read side holds for a projection of one’s own', () => {
  const lawOf = async <State>(own: OwnProjection<State>, events: ReadonlyArray<StoredEvent>, kept: number) => {
    const store = partly(events)
    const opened = (snapshots = memorySnapshotStore()) =>
      projector({ store, projections: { own: heldProjection(own) }, clock: systemClock, snapshots, turn: 0 })
    const [later, live] = [opened(), opened()]
    const snapshots = memorySnapshotStore()
    store.upTo = toPosition(kept)
    const keeper = opened(snapshots)
    right(await keeper.fresh()())
    await keeper.snapshot()
    store.upTo = toPosition(events.length)
    right(await later.fresh()())
    for (let position = 0; position <= events.length; position++) {
      const expected = foldedBy(own, events, position)
      const holds = async (of: ReturnType<typeof opened>, at?: number) => {
        const asked = of.ask(({ own: { state } }) => structuredClone(state), at === undefined ? at : toPosition(at))
        const state = right(await asked())
        if (!isDeepStrictEqual(state, expected)) expect(state).toEqual(expected)
      }
      // Live, as of a later one, from a snapshot, and rebuilt.
      await holds(live, position)
      if (position % 7 === kept % 7) {
        await holds(later, position)
        if (position >= kept) await holds(opened(snapshots), position)
        store.upTo = toPosition(position)
        const rebuilt = opened(snapshots)
        right(await rebuilt.rebuild()())
        await holds(rebuilt)
        store.upTo = toPosition(events.length)
      }
    }
    const restored = opened(snapshots)
    right(await restored.fresh()())
    expect(right(await restored.progress()()).applied).toBe(events.length - kept)
  }

  it('live = rebuilt = from a snapshot = as of, at every position of random histories', {
    timeout: 60_000,
  }, async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(99), async (numbers, percent) => {
        const events = await historyOf(numbers)
        const kept = Math.floor((events.length * percent) / 100)
        await lawOf(moves, events, kept)
        await lawOf(types, events, kept)
      }),
      { numRuns: 10 },
    )
  })

  const standIn = StandIn.start()
  afterAll(async () => (await standIn).stop())
  const stores: Readonly<Record<string, () => Promise<LedgerOptions>>> = {
    memory: async () => ({ events: memoryEventStore(), files: memoryFileStore(), snapshots: memorySnapshotStore() }),
    'a directory': async () => ({ directory: mkdtempSync(join(folder, 'ledger-')) }),
    EventStoreDB: async () => ({
      events: eventStoreDb((await standIn).connectionString()),
      files: memoryFileStore(),
    }),
  }
  it.each(Object.entries(stores))('by the methods of a ledger on %s', { timeout: 30_000 }, async (_, options) => {
    const [numbers = []] = fc.sample(history, { numRuns: 1, seed: 11 })
    const events = await historyOf(numbers)
    const source = await openLedger({ events: partly(events), files: memoryFileStore(), readOnly: true })
    const given = await options()
    const ledger = await openLedger({ ...given, projections: [moves, types] })
    expect(await ledger.read(moves)).toEqual(moves.initial())
    await ledger.importEvents(source.exportEvents())
    const stored = await storedIn(ledger, events)
    const holds = async (of: Ledger) => {
      expect(await of.read(moves)).toEqual(foldedBy(moves, stored, stored.length))
      for (const share of [0, 0.3, 0.8, 1]) {
        const at = of.at(Math.floor(stored.length * share))
        const { position } = await at.moment()
        expect(await at.read(moves)).toEqual(foldedBy(moves, stored, countUpTo(stored, position)))
        expect(await at.read(types)).toEqual(foldedBy(types, stored, countUpTo(stored, position)))
      }
    }
    await holds(ledger)
    const { projections } = await ledger.rebuild()
    expect(projections['moves']).toMatchObject({ checkpoint: (await ledger.moment()).position, failure: null })
    await holds(ledger)
    await ledger.close()
    await source.close()
  })
})

/** The events as they stand in the ledger, whose positions are its own; without those that no replay shows. */
const storedIn = async (ledger: Ledger, events: ReadonlyArray<StoredEvent>): Promise<ReadonlyArray<StoredEvent>> => {
  const positions = new Map<string, number>()
  for await (const { event } of ledger.replay()) if (event !== null) positions.set(event.id, event.position)
  return events.flatMap((event) => {
    const position = positions.get(event.id)
    return position === undefined ? [] : { ...event, position: toPosition(position) }
  })
}

const countUpTo = (events: ReadonlyArray<StoredEvent>, position: number): number =>
  events.filter((event) => event.position <= position).length

/** Counts what it is given, and throws at one event. */
const failing = (at: number, version = 1) =>
  projection({
    name: 'failing',
    version,
    folds: ['AliasMoved', 'ArtifactVersionLogged', 'VersionLinked', 'RunStarted', 'ArtifactCreated'],
    initial: () => ({ events: 0 }),
    apply: (state, { position }) => {
      state.events += 1
      if (position >= at) throw new RangeError('no room')
      return state
    },
    load: (saved) => (isCounted(saved) ? saved : undefined),
  })
const isCounted = (saved: unknown): saved is { events: number } =>
  typeof saved === 'object' && saved !== null && 'events' in saved && typeof saved.events === 'number'

const alike = { actor: 'anna', entity: 'acme', project: 'animals' }
const anAlias = (ledger: Ledger, alias: string) => ledger.moveAlias({ version: 'cats:v0', alias })
const cats = (ledger: Ledger) => ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })

describe('a projection that throws at the 1,000th event', () => {
  it('says where, is refused by itself, and harms no other', { timeout: 20_000 }, async () => {
    const numbers = Array.from({ length: 60 }, (_, index) => (index + 1) * 9_876_543_211)
    const events = manyTimes(await historyOf(numbers), 1500)
    const fatal = events.findIndex(({ type }, index) => index >= 999 && failing(0).folds.some((each) => each === type))
    const [mine, fixed] = [failing(fatal + 1), failing(Infinity, 2)]
    const stores = { events: partly(events), files: memoryFileStore(), snapshots: memorySnapshotStore() }
    const ledger = await openLedger({ ...stores, projections: [mine, types], readOnly: true })
    const failure = {
      ...{ _tag: 'projection-failed', projection: 'failing', version: 1, position: fatal + 1 },
      ...{ type: events[fatal]?.type, stream: events[fatal]?.stream, reason: 'no room' },
    }
    for (let asked = 0; asked < 2; asked++) {
      const refused = await rejection(ledger.read(mine))
      expect(refused).toMatchObject({ code: 'projection-failed', category: 'bug', error: failure })
      expect(refused.message).toMatch(/failing \(version 1\).* position \d+, \w+ at revision \d+ of .*: no room; open/)
      expect(await ledger.read(types)).toEqual(foldedBy(types, events, events.length))
      expect(await ledger.moment()).toMatchObject({ position: events.length })
    }
    await ledger.waitFor(events.length)
    const { projections, ...ours } = await ledger.progress()
    expect(ours).toMatchObject({ checkpoint: events.length, failure: null })
    expect(projections).toMatchObject({
      failing: { checkpoint: fatal, head: events.length, failure },
      types: { checkpoint: events.length, failure: null },
    })
    expect(structuredClone(projections)).toEqual(projections)
    // What was before it can be asked as ever.
    expect(await ledger.at(fatal).read(mine)).toEqual(foldedBy(mine, events, fatal))
    expect(await rejection(ledger.at(fatal + 1).read(mine))).toMatchObject({ code: 'projection-failed' })
    const rebuilt = await ledger.rebuild()
    expect(rebuilt).toMatchObject({ checkpoint: events.length, projections: { failing: { failure } } })
    await ledger.close()

    const repaired = await openLedger({ ...stores, projections: [fixed, types], readOnly: true })
    expect(await repaired.read(fixed)).toEqual(foldedBy(fixed, events, events.length))
    expect(await repaired.read(types, ({ length }) => length)).toBe(foldedBy(types, events, events.length).length)
    const { failing: anew, types: kept } = (await repaired.progress()).projections
    expect([anew?.applied, kept?.applied]).toEqual([events.length, 0])
    await repaired.close()
    await expectKept(stores.snapshots, fixed, events)
  })

  it.each([
    ['answers nothing', () => undefined as never, /answered nothing for AliasMoved: it has to answer the state/],
    ['answers later', () => Promise.reject(new Error('too late')) as never, /answered a Promise for AliasMoved/],
  ])('and one that %s is told so', async (_, apply, words) => {
    const wrong = projection({ name: 'wrong', version: 1, folds: ['AliasMoved'], initial: () => ({}), apply })
    const { ledger } = await memoryLedger({ projections: [wrong] })
    await cats(ledger)
    expect(await rejection(ledger.read(wrong))).toMatchObject({
      code: 'projection-failed',
      error: { reason: expect.stringMatching(words) },
    })
    await ledger.close()
  })

  it('does nothing to a watch of another; its own ends with the error', async () => {
    const mine = failing(0)
    const { ledger } = await memoryLedger({ projections: [mine, types] })
    const seen: unknown[] = []
    const ended = new Promise((resolve) => ledger.watch((now) => now.read(mine)).subscribe({ error: resolve }))
    const watching = ledger.watch((now) => now.read(types)).subscribe((state) => seen.push(state))
    await cats(ledger)
    expect(await ended).toMatchObject({ code: 'projection-failed' })
    await anAlias(ledger, 'best')
    while (seen.length < 2) await new Promise((resolve) => setImmediate(resolve))
    expect(seen.at(-1)).toEqual(['ArtifactVersionLogged'])
    watching.unsubscribe()
    await ledger.close()
  })
})

/** That the next opening folds nothing anew. */
const expectKept = async (
  snapshots: ReturnType<typeof memorySnapshotStore>,
  own: OwnProjection<unknown>,
  events: ReadonlyArray<StoredEvent>,
): Promise<void> => {
  const ledger = await openLedger({
    ...{ events: partly(events), files: memoryFileStore(), snapshots },
    ...{ projections: [own], readOnly: true },
  })
  await ledger.read(own)
  expect((await ledger.progress()).projections).toMatchObject({ [own.name]: { applied: 0, snapshotProblem: null } })
  await ledger.close()
}

describe('a snapshot of a projection', () => {
  const numbers = Array.from({ length: 60 }, (_, index) => (index + 1) * 9_876_543_211)
  /** How many events another opening folds, after one that kept a snapshot. */
  const appliedWith = async (changes: Partial<OwnProjection<Moves>>): Promise<unknown> => {
    const events = manyTimes(await historyOf(numbers), 1100)
    const stores = { events: partly(events), files: memoryFileStore(), snapshots: memorySnapshotStore() }
    const before = await openLedger({ ...stores, projections: [moves], readOnly: true })
    const expected = await before.read(moves)
    await before.close()
    const own = { ...moves, ...changes }
    const ledger = await openLedger({ ...stores, projections: [own], readOnly: true })
    expect(await ledger.read(own)).toEqual(expected)
    const { applied } = (await ledger.progress()).projections['moves'] ?? {}
    await ledger.close()
    return applied
  }

  it('spares the events that it holds', async () => {
    expect(await appliedWith({})).toBe(0)
  })
  it('holds what was known when it was begun, whatever is folded while it is written', async () => {
    const events = await historyOf(numbers)
    const [store, snapshots] = [partly(events), memorySnapshotStore()]
    let write = (): void => undefined
    const begun = new Promise<void>((resolve) => {
      write = resolve
    })
    const slow: typeof snapshots = {
      ...snapshots,
      save: (key, parts) => async () => {
        await begun
        return snapshots.save(key, parts)()
      },
    }
    const opened = () =>
      projector({ store, projections: { own: heldProjection(moves) }, clock: systemClock, snapshots: slow })
    store.upTo = toPosition(20)
    const model = opened()
    right(await model.fresh()())
    const written = model.snapshot()
    store.upTo = toPosition(events.length)
    right(await model.ask(() => undefined, store.upTo)())
    write()
    await written
    store.upTo = toPosition(20)
    const restored = right(await opened().fresh()())
    expect(restored.states.own.state).toEqual(foldedBy(moves, events, 20))
  })
  it('of another version is thrown away', async () => {
    expect(await appliedWith({ version: 2 })).toBe(1100)
  })
  it('of other types of events is thrown away', async () => {
    const folds = [...moves.folds, 'ArtifactUnarchived'] as const
    const apply: typeof moves.apply = (state, recorded) =>
      recorded.event.type === 'ArtifactUnarchived' ? state : moves.apply(state, recorded)
    expect(await appliedWith({ folds, apply })).toBe(1100)
  })
  it('that cannot be read is as good as none', async () => {
    let reads = 0
    const load = (saved: unknown) => {
      if (reads++ > 0) throw new Error('of another shape')
      return isMoves(saved) ? saved : undefined
    }
    expect(await appliedWith({ load })).toBe(1100)
  })
  it('that cannot be written is told, and no answer is the worse for it', async () => {
    const own = projection({
      ...{ name: 'unwritten', version: 1, folds: ['ArtifactVersionLogged'], initial: () => ({ events: 0 }) },
      apply: ({ events }) => ({ events: events + 1 }),
      save: (state) => (state.events === 0 ? state : { ...state, later: () => state }),
      load: (saved) => (isCounted(saved) ? saved : undefined),
    })
    const [events, snapshots] = [manyTimes(await historyOf(numbers), 1100), memorySnapshotStore()]
    const stores = { events: partly(events), files: memoryFileStore(), snapshots }
    const ledger = await openLedger({ ...stores, projections: [own], readOnly: true })
    const { events: count } = await ledger.read(own)
    expect(count).toBe(events.filter(({ type }) => type === 'ArtifactVersionLogged').length)
    await ledger.close()
    expect(await snapshots.load('own-unwritten')()).toEqual(E.right(undefined))
    expect(await ledger.progress().catch(() => undefined)).toMatchObject({
      projections: { unwritten: { snapshotProblem: expect.stringContaining('could not be cloned') } },
    })
  })
})

describe('a slow projection', () => {
  it('holds up nobody but who asks it, and is given up when the ledger is closed', async () => {
    let folded = 0
    const until = (reached: number) => {
      while (performance.now() < reached);
    }
    const slow = projection({
      name: 'slow',
      version: 1,
      folds: ['AliasMoved'],
      initial: () => ({ events: 0 }),
      apply: (state) => {
        folded += 1
        until(performance.now() + 11)
        return { events: state.events + 1 }
      },
    })
    const { ledger } = await memoryLedger({ projections: [slow] })
    await cats(ledger)
    for (let alias = 0; alias < 60; alias++) await anAlias(ledger, `a${alias}`)
    const asked = rejection(ledger.read(slow))
    const { position } = await anAlias(ledger, 'more')
    await ledger.waitFor(position)
    expect((await ledger.resolve('cats:more')).aliases).toContain('more')
    expect((await ledger.progress()).projections).toMatchObject({ slow: { failure: null } })
    expect(folded).toBeLessThan(60)
    await ledger.close()
    expect(await asked).toMatchObject({ code: 'closed' })
    expect(folded).toBeLessThan(60)
    expect(await rejection(ledger.read(slow))).toMatchObject({ code: 'closed' })
  })
})

describe('what is asked of a projection', () => {
  it('is not changed by another fold of it, though each begins with the same state', async () => {
    const [same, begun] = [new Map<string, number>(), { name: 'same', version: 1 }]
    const initial = () => same
    const own = projection({
      ...begun,
      initial,
      folds: ['AliasMoved'],
      apply: (state, { event }) => state.set(event.alias, event.to),
    })
    const { ledger } = await memoryLedger({ projections: [own] })
    await cats(ledger)
    expect((await ledger.read(own)).size).toBe(1)
    expect((await ledger.at(0).read(own)).size).toBe(0)
    expect(same.size).toBe(0)
    await ledger.close()
  })

  it('has what was written before, here and by others', async () => {
    const stores = { events: memoryEventStore(), files: memoryFileStore() }
    const [one, other] = [
      await openLedger({ ...stores, ...alike, projections: [moves] }),
      await openLedger({ ...stores, ...alike, projections: [moves] }),
    ]
    await cats(one)
    const aliases = ({ byAlias }: { readonly byAlias: ReadonlyMap<string, unknown> }) => [...byAlias.keys()]
    expect(await one.read(moves, aliases)).toEqual(['latest'])
    const { position } = await anAlias(one, 'best')
    expect(await one.read(moves, aliases)).toEqual(['latest', 'best'])
    await other.waitFor(position)
    expect(await other.read(moves, aliases)).toEqual(['latest', 'best'])
    await Promise.all([one.close(), other.close()])
  })

  it('has what was waited for, where the store tells of it late', async () => {
    const events = memoryEventStore()
    let stale = 0
    const late = { ...events, head: () => (stale-- > 0 ? TE.right(ORIGIN) : events.head()) }
    const stores = { files: memoryFileStore(), ...alike, projections: [types] }
    const [one, other] = [await openLedger({ ...stores, events }), await openLedger({ ...stores, events: late })]
    const { position } = await cats(one)
    await other.waitFor(position)
    // Of the ledger's own and of this one: each looks once.
    stale = 2
    expect(await other.read(types)).toEqual(['ArtifactVersionLogged'])
    await Promise.all([one.close(), other.close()])
  })

  it('is a copy: nobody’s change of it changes what the fold goes on with', async () => {
    const { ledger } = await memoryLedger({ projections: [moves, types] })
    await cats(ledger)
    const before = await ledger.read(moves)
    const list = await ledger.read(types, (seen) => seen)
    expect(list).toEqual(['ArtifactVersionLogged'])
    Reflect.apply(Map.prototype.clear, before.byAlias, [])
    expect(Reflect.set(list, 0, 'spoiled')).toBe(false)
    await anAlias(ledger, 'best')
    expect(before.byAlias.size).toBe(0)
    expect((await ledger.read(moves)).byAlias.size).toBe(2)
    await ledger.link({ version: 'cats:v0', to: 'm' })
    expect(await ledger.read(types)).toEqual(['ArtifactVersionLogged', 'VersionLinked'])
    await ledger.close()
  })

  it('is refused in words where it cannot be asked so', async () => {
    const stranger = projection({ ...types, name: 'stranger' })
    const { ledger } = await memoryLedger({ projections: [types] })
    const refusals: ReadonlyArray<readonly [Promise<unknown>, string]> = [
      [ledger.read(stranger), 'projection: expected one that openLedger was given: types, got "stranger"'],
      [
        ledger.read(projection({ ...types, apply: (seen) => seen })),
        'projection: expected types as openLedger was given it, got another of that name, as a module that is loaded anew makes it',
      ],
      [Reflect.apply(ledger.read, ledger, [undefined]), 'got nothing'],
      [Reflect.apply(ledger.read, ledger, [types, 'length']), 'expected a question: a function'],
      [ledger.read(types, async () => 1), 'question: expected an answer of plain data'],
      [ledger.read(types, (seen) => () => seen), 'question: expected an answer of plain data'],
      [ledger.at('soon').read(types), 'expected a position, a Date'],
    ]
    for (const [refused, words] of refusals) {
      const { category, message } = await rejection(refused)
      expect([category, message]).toEqual(['invalid', expect.stringContaining(words)])
    }
    const { ledger: without } = await memoryLedger()
    expect((await rejection(without.read(types))).message).toContain('and it was given none')
    await expect(ledger.read(types, () => Reflect.apply(JSON.parse, JSON, ['no']))).rejects.toThrow(SyntaxError)
    await Promise.all([ledger.close(), without.close()])
  })

  it('has the type of the projection, or of the question; so have the TaskEithers', async () => {
    const { ledger } = await memoryLedger({ projections: [types, moves] })
    await cats(ledger)
    expectTypeOf(await ledger.read(types)).toEqualTypeOf<ReadonlyArray<string>>()
    expectTypeOf(await ledger.at(1).read(moves, ({ last }) => last)).toEqualTypeOf<number>()
    // @ts-expect-error: a state is read, and not written
    await ledger.read(moves, (state) => state.byAlias.clear()).catch(() => undefined)
    const { read, at } = operations(ledger)
    const [all, some] = [await read(types)(), await at(1).read(types, ({ length }) => length)()]
    expectTypeOf(all).toEqualTypeOf<E.Either<LedgerError<MethodFailures['read'] | Fault>, ReadonlyArray<string>>>()
    expectTypeOf(some).toEqualTypeOf<E.Either<LedgerError<MethodFailures['read'] | Fault>, number>>()
    expect([all, some]).toEqual([E.right(['ArtifactVersionLogged']), E.right(1)])
    expect(await taskEither(ledger.read)(types, (seen) => seen)()).toEqual(all)
    expect(left(await read(projection({ ...types, name: 'stranger' }))())).toMatchObject({ code: 'invalid-input' })
    await ledger.close()
  })
})

describe('the events of a projection', () => {
  it('are those that it names, and a forgotten one is a type error', () => {
    const { name, version, initial } = types
    projection({
      ...{ name, version, initial: () => 0 },
      folds: ['AliasMoved', 'RunFinished'],
      apply: (count, { event, position, metadata }) => {
        expectTypeOf(event.type).toEqualTypeOf<'AliasMoved' | 'RunFinished'>()
        expectTypeOf(metadata.actor).toEqualTypeOf<string>()
        switch (event.type) {
          case 'AliasMoved':
            return count + event.to
          case 'RunFinished':
            expectTypeOf(event.outcome).toEqualTypeOf<'finished' | 'failed' | 'crashed' | 'killed'>()
            return count + position
        }
      },
    })
    projection({
      ...{ name, version, initial: () => 0 },
      folds: ['AliasMoved', 'RunFinished'],
      // @ts-expect-error: RunFinished is forgotten
      apply: (count, { event }) => {
        switch (event.type) {
          case 'AliasMoved':
            return count + 1
        }
      },
    })
    projection({
      ...{ name, version, initial: () => 0 },
      folds: ['AliasMoved', 'RunFinished'],
      // @ts-expect-error: it is given RunFinished, too
      apply: (count, { event }: RecordedEvent<EventOf<'AliasMoved'>>) => count + event.to,
    })
    projection({
      ...{ name, version, initial },
      folds: ['AliasMoved'],
      apply: (seen, { event }) => {
        // @ts-expect-error: it is not given that one
        return event.type === 'RunFinished' ? seen : [...seen, event.type]
      },
    })
    expect(() =>
      projection({
        ...{ name, version, initial },
        // @ts-expect-error: there is no such event
        folds: ['AliasMovd'],
        apply: (seen) => seen,
      }),
    ).toThrow(/folds\[0\]: expected a type of event, such as "AliasMoved", got "AliasMovd"/)
  })
})

class Board {
  readonly cards = new Map<string, number>()
}

describe('openLedger refuses, before anything is opened,', () => {
  const of = (changes: object) => ({ ...types, ...changes })
  it.each<readonly [string, ReadonlyArray<unknown>, RegExp]>([
    [
      'a name of ours',
      [of({ name: 'lineage' })],
      /projections\[0\]\.name: expected a name that is none of the ledger's own: registry, lineage, audit, got "lineage"/,
    ],
    [
      'a name twice',
      [types, moves, of({})],
      /projections\[2\]\.name: expected another name for each projection, got "types"/,
    ],
    ['no name', [of({ name: 'Über' })], /projections\[0\]\.name: expected a name: lower-case letters.*, got "Über"/],
    ['a bad version', [of({ version: 0 })], /projections\[0\]\.version: expected a version: 1, 2, \.\.\., got 0/],
    [
      'no events',
      [of({ folds: [] })],
      /projections\[0\]\.folds: expected a list of types of events, at least one, got \[\]/,
    ],
    ['what is none', ['types'], /projections\[0\]: expected a projection.*, got "types"/],
    ['no list', [], /projections: expected a list of projections, got "types"/],
    ['a member that is unknown', [of({ fold: 1 })], /projections\[0\]\.fold: expected no such member/],
    [
      'a state of a class',
      [of({ initial: () => new Board() })],
      /initial: expected a function that answers a state of plain data.*, got "an object of the class Board"$/,
    ],
    ['a state with functions', [of({ initial: () => ({ add: () => 1 }) })], /initial: .*could not be cloned/],
    ['no state', [of({ initial: () => undefined })], /initial: expected .*, got nothing/],
    ['a beginning that throws', [of({ initial: () => JSON.parse('no') })], /initial: expected .* not valid JSON/],
    [
      'what is written as no data',
      [of({ save: () => () => 1 })],
      /save: expected a function that answers plain data.*could not be cloned/,
    ],
    [
      'what is not read again',
      [of({ load: () => undefined })],
      /load: expected a function that answers the state again, here that of initial, got nothing/,
    ],
    ['what is read as another', [of({ load: () => ['other'] })], /load: expected .* got \["other"\]/],
    [
      'a way to write and none to read',
      [of({ load: undefined })],
      /load: expected a function that reads what save writes, got nothing/,
    ],
  ])('%s', async (_, given, words) => {
    const options = { events: memoryEventStore(), files: memoryFileStore() }
    const projections = given.length === 0 ? 'types' : given
    const refused = await rejection(Reflect.apply(openLedger, undefined, [{ ...options, projections }]))
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(words) })
  })
})
