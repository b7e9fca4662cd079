import { rmSync } from 'node:fs'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { inspect } from 'node:util'
import { firstValueFrom, isObservable } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import { type Ledger, LedgerError, operations, taskEither } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { rejection } from '../support/ledger-memory.js'
import {
  ASKED,
  DOWNLOADS,
  DRAFT,
  furnishedAlike,
  type Given,
  LEDGER,
  ONE_STREAM,
  RUN,
} from '../support/public-methods.js'

afterAll(() => rmSync(DOWNLOADS, { recursive: true, force: true }))

type Rows = Readonly<Record<string, Given>>

/** Everything that can be reached and changed is changed; what is alive (functions, signals) is left. */
const spoil = (value: unknown, seen = new Set<unknown>()): void => {
  if (typeof value !== 'object' || value === null || value instanceof AbortSignal || seen.has(value)) return
  seen.add(value)
  if (value instanceof Date) value.setTime(0)
  else if (value instanceof Uint8Array) value.fill(0)
  else if (value instanceof Map || value instanceof Set) {
    for (const item of value.values()) spoil(item, seen)
    value.clear()
  } else {
    for (const key of Reflect.ownKeys(value)) spoil(Reflect.get(value, key), seen)
    for (const key of Reflect.ownKeys(value)) {
      if (key !== 'length' && typeof Reflect.get(value, key) !== 'function') Reflect.set(value, key, 'spoiled')
    }
    Reflect.set(value, 'spoiled', true)
    Reflect.set(value, 'length', 0)
  }
}

/** What a method answers, waited for; of what goes on, all items or the first. */
const answerOf = async (answer: unknown): Promise<unknown> => {
  const settled = await answer
  if (isObservable(settled)) return firstValueFrom(settled)
  if (typeof settled !== 'object' || settled === null || !(Symbol.asyncIterator in settled)) return settled
  const items: unknown[] = []
  for await (const item of iterated(settled)) items.push(item)
  return items
}
const iterated = (value: object): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => Reflect.apply(Reflect.get(value, Symbol.asyncIterator), value, []),
})

/** Calls a method as it is, without waiting. */
const callNow = (methods: object, name: string, given: ReadonlyArray<unknown>): unknown =>
  Reflect.apply(Reflect.get(methods, name), methods, given)

/** A picture of everything that a ledger answers. */
const pictureOf = async (ledger: Ledger): Promise<string> => {
  const [questions, ofOneStream]: ReadonlyArray<Rows> = [ASKED, ONE_STREAM]
  const picture: unknown[] = []
  const ask = async (methods: object, name: string, given: ReadonlyArray<unknown>): Promise<void> => {
    const answer = await answerOf(callNow(methods, name, given)).catch((error: unknown) =>
      error instanceof LedgerError ? [error.message, error.error] : error,
    )
    picture.push([name, answer])
  }
  for (const view of [ledger, ledger.at(7)]) {
    for (const [name, given] of Object.entries(questions ?? {})) await ask(view, name, given())
    for (const version of ['cats:v0', 'cats:v1', 'cats:v2', 'm:v0', 'm:v1']) await ask(view, 'version', [version])
  }
  for (const [name, given] of Object.entries(ofOneStream ?? {})) await ask(oneStreamOf(ledger), name, given())
  for (const version of ['cats:v0', 'cats:v1', 'cats:v2']) await ask(ledger, 'content', [version])
  for (const name of ['history', 'collectable', 'verify', 'progress', 'exportEvents']) await ask(ledger, name, [])
  await ask(ledger, 'diffMoments', [0])
  for (const [version, path] of [['cats:v0', 'weights.bin'] as const, ['cats:v1', 'two.bin'] as const]) {
    const file = await ledger.openFile({ version, path }).catch(() => undefined)
    if (file !== undefined) picture.push(await answerOf(file.bytes))
  }
  return pictured(picture)
}

const pictured = (value: unknown): string =>
  inspect(value, { depth: null, maxArrayLength: null, maxStringLength: null, breakLength: Infinity })

/**
 * Goes through rows on two ledgers that are alike. On one, what was given is spoiled as soon as the call was made, and
 * the answer when it is there. Whatever is asked afterwards, both answer the same.
 */
const goThrough = async (rows: Rows, methodsOf: (ledger: Ledger) => Promise<object>): Promise<void> => {
  const [untouched, touched] = [await furnishedAlike(), await furnishedAlike()]
  const [methods, spoiled] = [await methodsOf(untouched), await methodsOf(touched)]
  const functions = Object.keys(methods).filter((name) => typeof Reflect.get(methods, name) === 'function')
  const known = [...Object.keys(rows), ...(methods === untouched ? ['close'] : [])]
  expect(functions.toSorted()).toEqual(known.toSorted())
  expect(await pictureOf(touched)).toBe(await pictureOf(untouched))
  for (const [name, given] of Object.entries(rows)) {
    const settled = (answer: unknown): Promise<unknown> =>
      answerOf(answer).catch((error: unknown) => (error instanceof LedgerError ? error : Promise.reject(error)))
    rmSync(DOWNLOADS, { recursive: true, force: true })
    const expected = await settled(callNow(methods, name, given()))
    rmSync(DOWNLOADS, { recursive: true, force: true })
    const mine = given()
    const called = callNow(spoiled, name, mine)
    spoil(mine)
    const answer = await settled(called)
    const shown = (value: unknown): string => pictured(value instanceof LedgerError ? value.error : value)
    expect(shown(answer), name).toBe(shown(expected))
    spoil(answer)
    expect(await pictureOf(touched), `after ${name}`).toBe(await pictureOf(untouched))
  }
  await touched.close()
  await untouched.close()
}

describe('what crosses the face is the caller’s own, in both directions', () => {
  it('with a ledger', async () => {
    await goThrough(LEDGER, async (ledger) => ledger)
  })
  it('as of a moment', async () => {
    await goThrough(ASKED, async (ledger) => ledger.at(7))
  })
  it('with one stream', async () => {
    await goThrough(ONE_STREAM, async (ledger) => oneStreamOf(ledger))
  })
  it('with a draft', async () => {
    await goThrough(DRAFT, (ledger) => ledger.newDraft('cats:v1'))
  })
  it('with a run', async () => {
    await goThrough(RUN, async (ledger) => ledger.run('r'))
  })

  it('with the errors that it refuses with', async () => {
    const ledger = await furnishedAlike()
    const refused = [
      () => ledger.resolve('cat'),
      () => ledger.resolve('cats:v9'),
      () => ledger.moveAlias({ version: 'cats:v1', alias: 'best', expect: 7 }),
      () => ledger.deleteVersion({ version: 'cats:v0' }),
      () => ledger.logArtifact({ name: 'cats', type: 'dataset', content: [] }),
      () => ledger.startRun({ run: 'r', commandId: 'again' }),
      () => ledger.logArtifact({ name: 'cats', type: 'model', content: [], commandId: 'c0' }),
      () => ledger.openFile({ version: 'cats:v0', path: 'weights' }),
      () => ledger.at('soon').moment(),
      () => ledger.describe({ version: 'cats:v0', metadata: { lr: Number.NaN } }),
    ]
    for (const call of refused) {
      const first = await rejection(call())
      const before = pictured(first.error)
      spoil(first)
      expect(pictured((await rejection(call())).error)).toBe(before)
    }
    await ledger.close()
  })

  it('with what goes on: each answer, each step with its view, and what is told of progress', async () => {
    const ledger = await furnishedAlike()
    const seen: unknown[] = []
    const listening = ledger
      .watch((now) => now.search({ alias: 'best' }))
      .subscribe((page) => {
        seen.push(page.items.map(({ path, metadata }) => [path, metadata]))
        spoil(page)
      })
    const metadata = { lr: 0.1, layers: [{ units: 64 }, { units: 32 }], q: ['a'] }
    await until(() => seen.length === 1)
    await ledger.moveAlias({ version: 'cats:v1', alias: 'best' })
    await until(() => seen.length === 2)
    listening.unsubscribe()
    expect(seen).toEqual([[['acme/animals/cats:v0', metadata]], [['acme/animals/cats:v1', metadata]]])

    const before = await pictureOf(ledger)
    for await (const step of ledger.replay()) {
      spoil(await step.view.search())
      spoil(step)
    }
    await ledger.replayed().forEach(spoil)
    await ledger.rebuild(spoil)
    await ledger.verify(spoil)
    expect(await pictureOf(ledger)).toBe(before)
    await ledger.close()
  })

  it('with what is run later, as often as it is run', async () => {
    const ledger = await furnishedAlike()
    const given = { version: 'cats:v0', metadata: { lr: [1, 2] }, commandId: 'later' }
    const described = operations(ledger).describe(given)
    const again = taskEither(ledger.describe)(given)
    spoil(given)
    const [first, second] = [await described(), await again()]
    expect(first).toMatchObject({ right: { events: [{ metadata: { to: { lr: [1, 2] } } }] } })
    spoil(first)
    expect(pictured(second)).toContain('lr: [ 1, 2 ]')
    expect(pictured(await described())).toBe(pictured(second))
    expect(await ledger.resolve('cats:v0')).toMatchObject({ metadata: { lr: [1, 2] } })
    await ledger.close()
  })

  it('with bytes and lists that are used again while they are stored', async () => {
    const ledger = await furnishedAlike()
    const bytes = new Uint8Array([1, 2, 3])
    const [content, tags, aliases] = [[{ bytes, as: 'w' }], ['kept'], ['kept']]
    const logged = ledger.logArtifact({ name: 'eels', type: 'model', content, tags, aliases })
    bytes.fill(9)
    content.length = 0
    tags.push('added')
    aliases[0] = 'other'
    await logged
    expect(await ledger.resolve('eels')).toMatchObject({ tags: ['kept'], aliases: ['kept', 'latest'] })
    const { bytes: stored } = await ledger.openFile({ version: 'eels', path: 'w' })
    expect(await answerOf(stored)).toEqual([new Uint8Array([1, 2, 3])])
    await ledger.close()
  })
})

/** Waits, a turn of the event loop at a time, for what is sure to come. */
const until = async (holds: () => boolean): Promise<void> => {
  while (!holds()) await nextTurn()
}
