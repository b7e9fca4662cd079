/** A time that could not be read again is refused where it enters, and nothing is recorded or stored by it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import { ORIGIN } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { openLedger } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { right } from '../support/domain-ledger.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const SOUND = new Date('2026-05-03T14:00:00Z')
/** What a clock may give, and how it is told. */
const UNFIT: ReadonlyArray<readonly [time: Date, told: string]> = [
  [new Date(Number.NaN), 'Invalid Date'],
  [new Date('+010000-01-01T00:00:00Z'), '+010000-01-01T00:00:00.000Z'],
  [new Date(8.64e15), '+275760-09-13T00:00:00.000Z'],
  [new Date('-000001-12-31T23:59:59.999Z'), '-000001-12-31T23:59:59.999Z'],
  // What a clock written in JavaScript may give.
  [JSON.parse('null'), 'null'],
  [JSON.parse('1777816800000'), '1777816800000'],
]
const FIT = [new Date('0000-01-01T00:00:00Z'), new Date('9999-12-31T23:59:59.999Z'), SOUND]

describe.each(UNFIT)('a clock that gives %s', (unfit, told) => {
  /** A ledger whose clock goes wrong after a version was logged, and what is stored below it. */
  const opened = async () => {
    let time = SOUND
    const clock = { ...systemClock, now: () => time }
    const stored: string[] = []
    const files = memoryFileStore({ now: () => time })
    const watched: FileStore = {
      ...files,
      put: (kind, ...given) => {
        stored.push(kind)
        return files.put(kind, ...given)
      },
    }
    const { ledger, events } = await memoryLedger({ clock, files: watched })
    await ledger.logArtifact({ name: 'm', type: 'model', content: text('x') })
    await ledger.startRun({ run: 'r', group: 'g' })
    await ledger.upsertDistributed({ name: 'd', type: 'model', run: 'r', content: text('y') })
    const draft = await ledger.newDraft('m')
    const command = { version: 'm:v0', alias: 'first', commandId: 'once' }
    const receipt = await ledger.moveAlias(command)
    time = unfit
    stored.length = 0
    const recorded = async () => {
      let count = 0
      for await (const page of events.readAll(ORIGIN)) count += page.length
      return count
    }
    return { ledger, draft, stored, recorded, command, receipt, mend: () => (time = SOUND) }
  }

  it('is refused by every kind of command, with nothing recorded or stored', async () => {
    const { ledger, draft, stored, recorded, mend } = await opened()
    const before = await recorded()
    const calls = [
      () => ledger.logArtifact({ name: 'm', type: 'model', content: text('z') }),
      () => ledger.createArtifact({ name: 'n', type: 'model' }),
      () => ledger.upsertDistributed({ name: 'd', type: 'model', run: 'r', content: text('z') }),
      () => ledger.commitDistributed({ name: 'd', type: 'model', run: 'r' }),
      () => ledger.link({ version: 'm', to: 'churn' }),
      () => ledger.moveAlias({ version: 'm:v0', alias: 'best' }),
      () => ledger.finishRun({ run: 'r' }),
    ]
    for (const call of calls) {
      expect(await rejection(call())).toMatchObject({
        code: 'bad-clock',
        error: { gave: told },
        message: expect.stringContaining(told),
      })
    }
    expect(stored).not.toContain('file')
    expect(await rejection(draft.log())).toMatchObject({ code: 'bad-clock' })
    expect(await recorded()).toBe(before)

    mend()
    for (const call of calls) await call()
    expect(await recorded()).toBeGreaterThan(before)
  })

  it('answers a command that was given before as it was answered then, and every question', async () => {
    const { ledger, command, receipt } = await opened()
    expect(await ledger.moveAlias(command)).toEqual(receipt)
    expect(await ledger.resolve('m:first')).toMatchObject({ version: 0 })
    expect(await oneStreamOf(ledger).locate('m')).toMatchObject({ version: 0 })
  })

  it('collects nothing', async () => {
    const { ledger } = await opened()
    expect(await rejection(ledger.collectable())).toMatchObject({ code: 'bad-clock' })
    expect(await rejection(ledger.collectGarbage({ files: [], bytes: 0 }))).toMatchObject({ code: 'bad-clock' })
  })
})

// One of each kind: a directory takes its time to be made.
describe.each(UNFIT.slice(0, 2))('on a disk, a clock that gives %s', (unfit, told) => {
  it('dates no file that is stored again', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'ledger-clock-'))
    let time = SOUND
    for (const store of [
      right(await directoryFileStore({ path: folder, now: () => time })()),
      memoryFileStore({ now: () => time }),
    ]) {
      time = SOUND
      const put = store.put('file', { bytes: Buffer.from('x') })
      right(await put())
      time = unfit
      expect(await put()).toMatchObject({ left: { _tag: 'bad-clock', gave: told } })
      for await (const page of store.list('file'))
        expect(page.map(({ lastPut }) => lastPut < new Date('2026-05-03'))).toEqual([false])
      await store.close()
    }
    rmSync(folder, { recursive: true })
  })
})

it.each(FIT)('a clock that gives %j is recorded by, and read again', async (time) => {
  const { ledger, events, files } = await memoryLedger({ clock: { ...systemClock, now: () => time } })
  await ledger.logArtifact({ name: 'm', type: 'model', content: text('x'), occurredAt: time })
  const { ledger: later } = await memoryLedger({ events, files })
  await later.tag({ version: 'm:v0', tags: ['t'] })
  const { items: lines } = await later.history({ of: 'm', types: ['ArtifactVersionLogged'] })
  expect(lines).toMatchObject([{ recordedAt: time.toISOString(), occurredAt: time.toISOString() }])
})

it.each<[string, string | Date]>([
  ['no time', new Date(Number.NaN)],
  ['a date of the year 10000', new Date('+010000-01-01T00:00:00Z')],
  ['a date of the year -1', new Date('-000001-01-01T00:00:00Z')],
  ['a text of the year 10000', '+010000-01-01T00:00:00Z'],
  ['a text that is of the year 10000 in UTC', '9999-12-31T23:59:59-01:00'],
  ['a text that is of the year -1 in UTC', '0000-01-01T00:00:00+01:00'],
  ['a text without a zone', '2026-05-03T14:00:00'],
])('an occurredAt that is %s is refused', async (_, occurredAt) => {
  const { ledger } = await memoryLedger()
  expect(await rejection(ledger.createArtifact({ name: 'm', type: 'model', occurredAt }))).toMatchObject({
    code: 'invalid-input',
    error: { problems: [{ at: 'occurredAt' }] },
  })
})

it.each([
  ['0050-07-01T00:00:00.000Z', '0050-07-02T00:00:00.000Z'],
  ['0999-12-31T23:59:59.999Z', '1000-01-02T00:00:00.000Z'],
])('a clock of %s is told as such, and can be asked for', async (first, second) => {
  let time = new Date(first)
  const { ledger, events, files } = await memoryLedger({ clock: { ...systemClock, now: () => time } })
  await ledger.createArtifact({ name: 'm', type: 'model' })
  const then = await ledger.at().moment()
  time = new Date(second)
  await ledger.createArtifact({ name: 'n', type: 'model' })
  const { ledger: later } = await memoryLedger({ events, files })
  for (const one of [ledger, later]) {
    expect(await one.at(first).moment()).toEqual({ position: then.position, time: first, asked: first })
    expect(await one.at().moment()).toMatchObject({ time: second })
    expect(await one.artifact('m')).toMatchObject({ created: { time: first } })
    expect((await one.at(first).artifacts()).items).toHaveLength(1)
  }
})

describe('a ledger is not opened on a clock', () => {
  const throwing = () => {
    throw new Error('no battery')
  }
  const lame = [
    ...UNFIT.map(([time, told]) => [told, () => time] as const),
    ['"2026-05-03T14:00:00Z"', () => '2026-05-03T14:00:00Z'],
    ['nothing', () => undefined],
    ['an error (no battery)', throwing],
  ] as const
  it.each(lame)('that gives %s', async (told, now) => {
    const opened: string[] = []
    const opening = openLedger({
      events: async () => {
        opened.push('events')
        return E.right(memoryEventStore())
      },
      files: memoryFileStore(),
      clock: Object.assign({ ...systemClock }, { now }),
    })
    expect(await rejection(opening)).toMatchObject({ code: 'bad-clock', message: expect.stringContaining(told) })
    expect(opened).toEqual([])
  })

  it('but on one that needs its own self', async () => {
    class Own {
      readonly #time = SOUND
      now() {
        return this.#time
      }
      monotonic() {
        return this.#time.getTime()
      }
      async sleep() {
        this.#time.getTime()
      }
    }
    const { ledger } = await memoryLedger({ clock: new Own() })
    await ledger.createArtifact({ name: 'm', type: 'model' })
    expect(await ledger.artifact('m')).toMatchObject({ created: { time: SOUND.toISOString() } })
  })
})

/** Whoever waits for such a clock waits for ever. */
it.each<[string, Clock['sleep']]>([
  ['hears no signal', () => new Promise(() => undefined)],
  [
    'rejects at a signal',
    (_, signal) =>
      new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new Error('aborted')), { once: true })),
  ],
])('a sleep that %s keeps nobody waiting', async (_, sleep) => {
  const { ledger } = await memoryLedger({ clock: { ...systemClock, sleep } })
  await ledger.logArtifact({ name: 'm', type: 'model', content: text('x') })
  await ledger.tag({ version: 'm:v0', tags: ['t'] })
  const given = { of: 'm', pace: { every: 1000 } }
  for (const replay of [
    (signal: AbortSignal) => ledger.replay({ ...given, signal }),
    (signal: AbortSignal) => oneStreamOf(ledger).replay({ ...given, signal }),
  ]) {
    const left = new AbortController()
    const steps = replay(left.signal)[Symbol.asyncIterator]()
    await steps.next()
    const next = steps.next()
    left.abort()
    await next.catch(() => undefined)
  }
  await ledger.close()
})
