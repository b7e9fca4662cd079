/** Calls that their signal aborts: which methods take one, what they answer, and what they leave behind. */
import { EventEmitter, getEventListeners, once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { randomNumbers } from '../../bench/random.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import {
  type Draft,
  type Ledger,
  type LedgerAsOf,
  LedgerError,
  openLedger,
  type Run,
  verifyExport,
} from '../../index.js'
import { type OneStream, oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { foreignSignal } from '../support/foreign-signal.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import {
  ASKED,
  counted,
  DOWNLOADS,
  DRAFT,
  furnished,
  type Given,
  LEDGER,
  ONE_STREAM,
  RUN,
} from '../support/public-methods.js'

const next = randomNumbers(Number(process.env['MODEL_LEDGER_SEED']))
const random = (): number => next() / 2 ** 32
const folder = mkdtempSync(join(tmpdir(), 'ledger-stopping-'))
afterAll(() => {
  for (const each of [folder, DOWNLOADS]) rmSync(each, { recursive: true, force: true })
})

type HasSignal<Argument> = Argument extends unknown ? ('signal' extends keyof Argument ? true : never) : never
type Signals<All extends ReadonlyArray<unknown>> = { [At in keyof All]: HasSignal<NonNullable<All[At]>> }[number]
type Without<Methods> = {
  [Name in keyof Methods]: Methods[Name] extends (...given: infer All extends ReadonlyArray<unknown>) => unknown
    ? true extends Signals<All>
      ? never
      : Name
    : Name
}[keyof Methods]
/** Why what takes no signal needs none. Whatever else is added to the public API takes one, or gets a row here, or does not compile. */
type Reasons<Methods> = Readonly<Record<Extract<Without<Methods>, string>, string>>

const OBSERVED = 'ends when nobody subscribes to it any more'
const AT_ONCE = 'answers at once'
const WITHOUT = {
  ledger: {
    run: AT_ONCE,
    at: AT_ONCE,
    damage: AT_ONCE,
    watch: OBSERVED,
    watchPosition: OBSERVED,
    behind: OBSERVED,
    replayed: OBSERVED,
    watchEvents: OBSERVED,
    close: 'takes a time',
  } satisfies Reasons<Ledger>,
  asked: {} satisfies Reasons<LedgerAsOf>,
  stream: {} satisfies Reasons<OneStream>,
  run: { path: AT_ONCE } satisfies Reasons<Run>,
  draft: {
    artifact: AT_ONCE,
    base: AT_ONCE,
    description: AT_ONCE,
    metadata: AT_ONCE,
    entries: AT_ONCE,
    remove: 'touches no store',
  } satisfies Reasons<Draft>,
}

/** The same arguments with this signal in them; nothing where they take none. */
const withSignal = (given: Given, signal: AbortSignal): ReadonlyArray<unknown> | undefined => {
  const list = given()
  const options = list.find((each) => typeof each === 'object' && each !== null && 'signal' in each)
  if (options === undefined) return undefined
  return list.map((each) => (each === options ? { ...options, signal } : each))
}

const outcomeOf = async (methods: object, name: string, given: ReadonlyArray<unknown>): Promise<unknown> => {
  const answer: unknown = Reflect.apply(Reflect.get(methods, name), methods, given)
  if (typeof answer !== 'object' || answer === null || !(Symbol.asyncIterator in answer)) return answer
  const items: unknown[] = []
  for await (const item of answer as AsyncIterable<unknown>) items.push(item)
  return items
}

const SIGNALS = {
  'of Node': () => {
    const controller = new AbortController()
    return {
      signal: controller.signal,
      abort: () => controller.abort(),
      listeners: () => getEventListeners(controller.signal, 'abort').length,
    }
  },
  'of another realm': foreignSignal,
}

const FACES: ReadonlyArray<
  readonly [face: keyof typeof WITHOUT, rows: Readonly<Record<string, Given>>, of: (ledger: Ledger) => Promise<object>]
> = [
  ['ledger', LEDGER, async (ledger) => ledger],
  ['asked', ASKED, async (ledger) => ledger.at()],
  ['stream', ONE_STREAM, async (ledger) => oneStreamOf(ledger)],
  ['run', RUN, async (ledger) => ledger.run('r')],
  ['draft', DRAFT, (ledger) => ledger.newDraft('cats:v0')],
]

describe.each(FACES)('every method of the %s', (face, rows, of) => {
  it.each(Object.entries(SIGNALS))(
    'that takes long takes a signal, and does nothing under one %s that has aborted',
    async (_, make) => {
      const { ledger, events } = await memoryLedger({ projections: [counted] })
      await furnished(ledger)
      const [methods, head] = [await of(ledger), await events.head()()]
      const { signal, abort, listeners } = make()
      abort()
      for (const [name, given] of Object.entries(rows)) {
        const list = withSignal(given, signal)
        expect(list === undefined, name).toBe(name in WITHOUT[face])
        if (list === undefined) continue
        // What goes on until it is stopped has no other end.
        if (name === 'consume') {
          await outcomeOf(methods, name, list)
          continue
        }
        const error = await rejection(outcomeOf(methods, name, list))
        expect({ name, code: error.code, category: error.category }).toEqual({
          name,
          code: 'aborted',
          category: 'closed',
        })
      }
      expect(await events.head()()).toEqual(head)
      expect(listeners()).toBe(0)
      await ledger.close()
    },
  )

  it.each(Object.entries(SIGNALS))(
    'answers as ever under a signal %s, leaves no listener, and hears no abort behind its end',
    async (_, make) => {
      const { ledger } = await memoryLedger({ projections: [counted] })
      await furnished(ledger)
      const methods = await of(ledger)
      for (const [name, given] of Object.entries(rows)) {
        const { signal, abort, listeners } = make()
        const list = withSignal(given, signal)
        // A consumer goes on behind the call.
        if (list === undefined || name === 'consume') continue
        const outcome = await outcomeOf(methods, name, list).catch((error: unknown) => error)
        if (outcome instanceof LedgerError) expect(['aborted', 'invalid-input'], name).not.toContain(outcome.code)
        expect({ name, listeners: listeners() }).toEqual({ name, listeners: 0 })
        abort()
      }
      await ledger.close()
    },
  )
})

it.each(Object.entries(SIGNALS))(
  'the feed ends under a signal %s, and one that has an end of its own says that it was cut off before',
  async (_, make) => {
    const { ledger } = await memoryLedger()
    await furnished(ledger)
    const fed = async (until: number | undefined, stopAt: number): Promise<number> => {
      const { signal, abort, listeners } = make()
      if (stopAt === 0) abort()
      let count = 0
      try {
        for await (const _event of ledger.events({ until, signal })) if (++count === stopAt) abort()
      } finally {
        expect({ count, listeners: listeners() }).toEqual({ count: Math.min(stopAt, until ?? stopAt), listeners: 0 })
      }
      return count
    }
    for (const stopAt of [0, 3]) {
      expect(await fed(undefined, stopAt)).toBe(stopAt)
      expect(await rejection(fed(5, stopAt))).toMatchObject({ code: 'aborted', category: 'closed' })
    }
    expect(await fed(5, Infinity)).toBe(5)
    await ledger.close()
  },
)

it('one signal for a hundred calls has one listener', async () => {
  const { ledger } = await memoryLedger()
  const { signal, abort, listeners } = SIGNALS['of Node']()
  const calls = Array.from({ length: 100 }, (_, number) =>
    ledger.createArtifact({ name: `a${number}`, type: 'model', signal }),
  )
  expect(listeners()).toBe(1)
  await Promise.all(calls)
  expect(listeners()).toBe(0)
  abort()
  expect((await ledger.artifacts()).items).toHaveLength(100)
  await ledger.close()
})

it.each(Object.entries(SIGNALS))(
  'a consumer leaves no listener on a signal %s when it has stopped',
  async (_, make) => {
    const { ledger } = await memoryLedger()
    const { signal, abort, listeners } = make()
    const options = { checkpoint: { load: async () => undefined, save: async () => undefined }, signal }
    const consumers = await Promise.all(['one', 'two'].map((name) => ledger.consume(name, () => undefined, options)))
    expect(listeners()).toBe(1)
    await Promise.all(consumers.map(({ stop }) => stop()))
    expect(listeners()).toBe(0)
    const third = await ledger.consume('three', () => undefined, options)
    abort()
    await third.stop()
    expect(listeners()).toBe(0)
    await ledger.close()
  },
)

it('a question to a store that answers nothing ends with its signal', async () => {
  const store = memoryEventStore()
  let answers = true
  const never = new Promise<never>(() => undefined)
  const events: EventStore = {
    ...store,
    head: () => async () => (answers ? store.head()() : never),
    async *readAll(after) {
      if (!answers) await never
      yield* store.readAll(after)
    },
  }
  const { ledger } = await memoryLedger({ events })
  await ledger.createArtifact({ name: 'cats', type: 'model' })
  answers = false
  const asked: ReadonlyArray<(signal: AbortSignal) => Promise<unknown>> = [
    (signal) => ledger.resolve('cats', { signal }),
    (signal) => ledger.search({ signal }),
    (signal) => ledger.waitFor(9, 60_000, { signal }),
    (signal) => ledger.verify(undefined, { signal }),
    (signal) => ledger.diffMoments(0, 1, { signal }),
    (signal) => outcomeOf(ledger, 'replay', [{ signal }]),
    (signal) => outcomeOf(ledger, 'exportEvents', [{ signal }]),
    (signal) => outcomeOf(ledger, 'exportHistory', [{ format: 'csv', signal }]),
  ]
  for (const ask of asked) {
    const stop = new AbortController()
    const outcome = rejection(ask(stop.signal))
    setImmediate(() => stop.abort())
    expect(await outcome).toMatchObject({ code: 'aborted', message: 'the signal of the call aborted it' })
  }
  await ledger.close(0)
})

/** A store whose appends wait until they are let through, and whose answer may be lost. */
const gated = () => {
  const store = memoryEventStore()
  const waiting: Array<() => void> = []
  let answersAreLost = false
  const events: EventStore = {
    ...store,
    append:
      (...given) =>
      async () => {
        await new Promise<void>((resolve) => waiting.push(resolve))
        const outcome = await store.append(...given)()
        return answersAreLost ? E.left({ _tag: 'unknown-outcome', reason: 'the line broke' }) : outcome
      },
  }
  return {
    events,
    /** Resolves once an append waits. */
    begun: async () => {
      while (waiting.length === 0) await new Promise((resolve) => setImmediate(resolve))
    },
    letThrough: () => {
      for (const go of waiting.splice(0)) go()
    },
    loseAnswers: (lost: boolean) => {
      answersAreLost = lost
    },
  }
}

describe('a command', () => {
  const aborted = { code: 'aborted', message: 'the signal of the call aborted it: nothing was recorded' }
  const opened = async () => {
    const gate = gated()
    const { ledger } = await memoryLedger({ events: gate.events, deadline: 60_000 })
    const stop = new AbortController()
    const create = (description: string, signal?: AbortSignal) =>
      ledger.createArtifact({ name: 'cats', type: 'model', description, commandId: description, signal })
    return { ...gate, ledger, stop, create }
  }

  it('that waits behind others is taken out, and they go on', async () => {
    const { ledger, begun, letThrough, stop, create } = await opened()
    const first = create('first')
    await begun()
    const [second, third] = [rejection(create('second', stop.signal)), create('third')]
    await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    // It does not wait for those before it.
    expect(await second).toMatchObject(aborted)
    letThrough()
    await Promise.race([Promise.all([first, third]), begun().then(letThrough)])
    await Promise.all([first, third])
    expect((await ledger.history()).items.map(({ commandId }) => commandId)).not.toContain('second')
    expect(await ledger.artifact('cats')).toMatchObject({ description: 'third' })
    await ledger.close()
  })

  it('whose events are on their way is carried through', async () => {
    const { ledger, begun, letThrough, stop, create } = await opened()
    const call = create('told', stop.signal)
    await begun()
    stop.abort()
    letThrough()
    expect(await call).toMatchObject({ path: 'acme/animals/cats' })
    expect(await ledger.artifact('cats')).toMatchObject({ description: 'told' })
    await ledger.close()
  })

  it('of which the store does not say what became of it is not sent again, and says so', async () => {
    const { ledger, begun, letThrough, stop, create, loseAnswers } = await opened()
    loseAnswers(true)
    const call = rejection(create('perhaps', stop.signal))
    await begun()
    stop.abort()
    letThrough()
    expect(await call).toMatchObject({ code: 'unknown-outcome', error: { commandId: 'perhaps' } })
    loseAnswers(false)
    const again = create('perhaps')
    await Promise.race([again, begun().then(letThrough)])
    expect(await again).toMatchObject({ path: 'acme/animals/cats' })
    expect((await ledger.history({ types: ['ArtifactCreated'] })).items).toHaveLength(1)
    await ledger.close()
  })

  it('that lost against others is not decided again', async () => {
    const stores = { events: memoryEventStore(), files: memoryFileStore() }
    const { ledger: other } = await memoryLedger(stores)
    const stop = new AbortController()
    let appends = 0
    const events: EventStore = {
      ...stores.events,
      append:
        (...given) =>
        async () => {
          if (appends++ === 0) {
            await other.createArtifact({ name: 'cats', type: 'model', description: 'theirs' })
            stop.abort()
          }
          return stores.events.append(...given)()
        },
    }
    const { ledger } = await memoryLedger({ ...stores, events })
    const mine = { name: 'cats', type: 'model', description: 'mine', signal: stop.signal }
    expect(await rejection(ledger.createArtifact(mine))).toMatchObject(aborted)
    expect(await ledger.artifact('cats')).toMatchObject({ description: 'theirs' })
    await ledger.close()
  })
})

/** Some bytes, and then nothing for ever. */
async function* stalling(): AsyncGenerator<Uint8Array> {
  yield new Uint8Array(100_000)
  await new Promise(() => undefined)
}

describe('a ledger whose opening is aborted', () => {
  /** A store that says when it is being opened, waits until it may be, and says when it is closed. */
  const waiting = () => {
    const told = new EventEmitter()
    const [begun, mayOpen, closed] = ['begun', 'may open', 'closed'].map((name) => once(told, name))
    const store: EventStore = { ...memoryEventStore(), close: async () => void told.emit('closed') }
    const events = async () => {
      told.emit('begun')
      await mayOpen
      return E.right(store)
    }
    return { begun, closed, open: () => told.emit('may open'), options: { events, files: memoryFileStore() } }
  }

  it('is given to nobody, and closed where it is opened all the same', async () => {
    const [stop, { begun, open, closed, options }] = [foreignSignal(), waiting()]
    const refused = rejection(openLedger({ ...options, signal: stop.signal }))
    await begun
    stop.abort()
    expect(await refused).toMatchObject({ code: 'aborted' })
    expect(stop.listeners()).toBe(0)
    open()
    await closed
  })

  it('is not begun by a signal that has aborted, and does not mind one that aborts later', async () => {
    expect(await rejection(openLedger({ ...waiting().options, signal: AbortSignal.abort() }))).toMatchObject({
      code: 'aborted',
    })
    const stop = new AbortController()
    const ledger = await openLedger({ events: memoryEventStore(), files: memoryFileStore(), signal: stop.signal })
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    stop.abort()
    expect((await ledger.artifacts()).items).toEqual([])
    await ledger.close()
  })
})

describe('what is stored when it is aborted', () => {
  const temporary = (directory: string) => readdirSync(join(directory, 'files', 'tmp'))

  it('is no version, leaves no half file, and a draft stays open, as it was', async () => {
    const directory = join(folder, 'stalling')
    const ledger = await openLedger({ directory, actor: 'anna', entity: 'acme', project: 'animals' })
    const draft = await ledger.newArtifact({ name: 'cats', type: 'model' })
    await draft.add(text('1', 'one.txt'))
    const calls: ReadonlyArray<(signal: AbortSignal) => Promise<unknown>> = [
      (signal) =>
        ledger.logArtifact({ name: 'cats', type: 'model', content: [{ stream: stalling(), as: 'x' }], signal }),
      (signal) => ledger.linkModel({ to: 'm', name: 'cats', content: [{ stream: stalling(), as: 'x' }], signal }),
      (signal) =>
        ledger.upsertDistributed({
          ...{ name: 'cats', type: 'model', distributedId: 'd', writer: 'w', signal },
          content: [{ stream: stalling(), as: 'x' }],
        }),
      (signal) => draft.add([{ stream: stalling(), as: 'x' }, ...text('2', 'two.txt')], { signal }),
    ]
    for (const call of calls) {
      const stop = new AbortController()
      const outcome = rejection(call(stop.signal))
      setTimeout(() => stop.abort(), 5)
      expect(await outcome).toMatchObject({ code: 'aborted' })
      expect(temporary(directory)).toEqual([])
    }
    expect((await ledger.moment()).position).toBe(0)
    expect(draft.entries().map(({ path }) => path)).toEqual(['one.txt'])
    await draft.add(text('2', 'two.txt'))
    expect(await draft.log()).toMatchObject({ version: 0 })
    await ledger.close()
  })
})

describe('an import that is aborted', () => {
  it('goes on from what is there when it is given again', async () => {
    const { ledger } = await memoryLedger()
    for (let at = 0; at < 50; at++) await ledger.createArtifact({ name: `a${at}`, type: 'model' })
    const lines: string[] = []
    for await (const line of ledger.exportEvents()) lines.push(line)
    const { ledger: copy } = await memoryLedger()
    const stop = new AbortController()
    async function* cutAt(count: number) {
      for (const [at, line] of lines.entries()) {
        if (at === count) stop.abort()
        yield line
      }
    }
    expect(await rejection(copy.importEvents(cutAt(20), undefined, { signal: stop.signal }))).toMatchObject({
      code: 'aborted',
    })
    expect(await rejection(verifyExport(cutAt(20), undefined, { signal: stop.signal }))).toMatchObject({
      code: 'aborted',
    })
    expect(await copy.importEvents(lines)).toMatchObject({ events: 50 })
    expect((await copy.artifacts()).items).toHaveLength(50)
    await copy.close()
    await ledger.close()
  })
})

/** Aborted anywhere, and given again with the same id until it is done: the history is that without any abort. */
it('leaves a history without a trace of aborts', async () => {
  const given: ReadonlyArray<(ledger: Ledger, call: { commandId: string; signal?: AbortSignal }) => Promise<unknown>> =
    [
      (ledger, call) => ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), ...call }),
      (ledger, call) =>
        ledger.logArtifact({ name: 'cats', type: 'model', content: text('2'), aliases: ['best'], ...call }),
      (ledger, call) => ledger.linkModel({ name: 'dogs', to: 'm', content: text('3'), ...call }),
      (ledger, call) => ledger.upsertDistributed({ ...dist, writer: 'a', content: text('a', 'a'), ...call }),
      (ledger, call) => ledger.upsertDistributed({ ...dist, writer: 'b', content: text('b', 'b'), ...call }),
      (ledger, call) => ledger.commitDistributed({ ...dist, writer: 'c', ...call }),
      (ledger, call) => ledger.copy({ version: 'cats:v1', to: 'lions', ...call }),
      (ledger, call) => ledger.startRun({ run: 'r', ...call }),
      (ledger, call) => ledger.run('r').useArtifact('cats:best', call),
      (ledger, call) => ledger.run('r').summarise({ loss: 1 }, call),
      (ledger, call) => ledger.moveAlias({ version: 'cats:v0', alias: 'best', expect: 1, ...call }),
      (ledger, call) => ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true, ...call }),
      (ledger, call) => ledger.run('r').finish('finished', call),
    ]
  const dist = { name: 'shards', type: 'dataset', distributedId: 'd' }
  const historyOf = async (ledger: Ledger) =>
    (await ledger.history({ limit: 1000, order: 'ascending' })).items.map(({ type, stream, commandId, position }) => ({
      ...{ type, stream, commandId, position },
    }))
  const { ledger: plain } = await memoryLedger()
  for (const [at, give] of given.entries()) await give(plain, { commandId: `c${at}` })
  for (let round = 0; round < 10; round++) {
    const { ledger } = await memoryLedger()
    for (const [at, give] of given.entries()) {
      for (let attempt = 0; ; attempt++) {
        const stop = new AbortController()
        const outcome = give(ledger, { commandId: `c${at}`, signal: stop.signal }).then(
          () => 'done',
          (error: unknown) => (error instanceof LedgerError ? error.code : error),
        )
        const ticks = Math.floor(random() * 60) * (attempt + 1)
        for (let tick = 0; tick < ticks; tick++) await undefined
        stop.abort()
        const code = await outcome
        if (code === 'done') break
        expect(code).toBe('aborted')
      }
    }
    expect(await historyOf(ledger)).toEqual(await historyOf(plain))
    await ledger.close()
  }
  await plain.close()
})
