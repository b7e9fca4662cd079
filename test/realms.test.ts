import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { runInNewContext } from 'node:vm'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../adapters/memory/index.js'
import { systemClock } from '../adapters/system/index.js'
import { isError } from '../domain/values/built-ins.js'
import type { Ledger } from '../index.js'
import {
  contentStored,
  eventStoreContract,
  recordedIn,
  runFinished,
  type Step,
  type TestLedger,
  testLedger,
  versionLinked,
  versionsLogged,
} from '../testing/index.js'
import { memoryLedger, rejection } from './support/ledger-memory.js'
import { root } from './support/sources.js'

const folder = mkdtempSync(join(tmpdir(), 'realms-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** What code of another realm makes, given these names. */
const abroad = (code: string, names: object = {}): unknown => runInNewContext(`(${code})`, { ...names })

/** A method as a caller without types calls it. */
const call = (ledger: Ledger, method: keyof Ledger, ...given: ReadonlyArray<unknown>): unknown =>
  Reflect.apply(ledger[method] as (...all: ReadonlyArray<unknown>) => unknown, undefined, given)

const logged = (content: unknown) => ({ name: 'm', type: 'model', content })

describe('what another realm made is told for what it is:', () => {
  it.each<readonly [what: string, given: unknown, files: ReadonlyArray<readonly [path: string, size: number]>]>([
    ['bytes', logged([{ bytes: abroad('new Uint8Array([1, 2, 3])'), as: 'a' }]), [['a', 3]]],
    ['an argument as a whole', abroad(`{ name: 'm', type: 'model', content: [{ bytes: 'ab', as: 'a' }] }`), [['a', 2]]],
    [
      'a stream',
      logged([{ stream: abroad('(async function* () { yield new Uint8Array(4) })()'), as: 'a' }]),
      [['a', 4]],
    ],
    [
      'metadata',
      abroad(`{ name: 'm', type: 'model', content: [], metadata: { by: { depth: [1, { a: null }] } } }`),
      [],
    ],
    [
      'a table with dates',
      logged([{ table: abroad(`{ columns: ['at'], rows: [[new Date(0)]] }`), as: 'a.table.json' }]),
      [['a.table.json', expect.any(Number)]],
    ],
  ])('%s', async (_, given, files) => {
    const { ledger } = await memoryLedger()
    await call(ledger, 'logArtifact', given)
    const { manifest } = await ledger.content('m:v0')
    expect(manifest.map(({ path, size }) => [path, size])).toEqual(files)
  })

  it('a moment', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'm', type: 'model', content: [] })
    const past = call(ledger, 'at', abroad('new Date(0)')) as ReturnType<Ledger['at']>
    expect((await past.artifacts()).items).toEqual([])
  })

  it('the time of a clock, and what it throws', async () => {
    const clock = (now: string) => ({ ...systemClock, now: abroad(now) as () => Date })
    const { ledger } = await memoryLedger({ clock: clock(`() => new Date('2026-05-03T14:00:00Z')`) })
    await ledger.logArtifact({ name: 'm', type: 'model', content: [] })
    expect(await ledger.version('m:v0')).toMatchObject({ created: { time: '2026-05-03T14:00:00.000Z' } })
    const refused = await rejection(memoryLedger({ clock: clock(`() => { throw new RangeError('stopped') }`) }))
    expect(refused).toMatchObject({ code: 'bad-clock', error: { gave: 'an error (stopped)' } })
  })

  it('an error of a stream', async () => {
    const { ledger } = await memoryLedger()
    const stream = abroad(`(async function* () { throw new TypeError('out of paper') })()`)
    const refused = await rejection(Promise.resolve(call(ledger, 'logArtifact', logged([{ stream, as: 'a' }]))))
    expect(refused.message).toContain('could not be read: out of paper')
  })

  it.each([
    ['new Map()', 'a Map'],
    ['new Uint8Array(3)', 'a Uint8Array'],
    [`new RangeError('x')`, 'an Error'],
    ['new Date(0)', 'the Date 1970-01-01T00:00:00.000Z'],
  ])('%s, where it is refused', async (code, shown) => {
    const { ledger } = await memoryLedger()
    const wrong = call(ledger, 'logArtifact', { ...logged([]), description: abroad(code) })
    expect((await rejection(Promise.resolve(wrong))).message).toContain(`got ${shown}`)
  })

  it('an answer that is watched', async () => {
    const { ledger } = await memoryLedger()
    const answer = abroad(`{ at: new Date(0), all: new Map([[1, new Set([{ a: 1 }])]]), bytes: new Uint8Array(2) }`)
    const watched = await new Promise((resolve, reject) => {
      ledger.watch(async () => answer).subscribe({ next: resolve, error: reject })
    })
    expect(watched).toBeDefined()
    await ledger.close()
  })

  it('what is given to a test of one’s own', async () => {
    const step = (make: unknown, ...given: ReadonlyArray<unknown>) =>
      Reflect.apply(make as () => Step, undefined, given)
    const files = abroad(`{ 'a.txt': 'x' }`)
    const given = [
      step(versionsLogged, 'model', 1, abroad(`{ type: 'model', tags: ['a'] }`)),
      step(versionLinked, 'model', 'churn', abroad(`{ aliases: ['best'] }`)),
      step(runFinished, 'train', abroad(`{ uses: ['model'], metrics: { loss: 1 } }`)),
      step(contentStored, files),
      step(recordedIn, 'artifact-acme/churn/data', abroad(`{ type: 'ArtifactCreated', artifactType: 'dataset' }`)),
    ]
    const names = { given, events: memoryEventStore() }
    const test: unknown = await step(testLedger, abroad(`{ now: new Date(0), given: [...given] }`, names))
    await using played = test as TestLedger
    await Reflect.apply(played.clock.set, undefined, [abroad(`new Date(60_000)`)])
    expect(played.clock.now().toISOString()).toBe('1970-01-01T00:01:00.000Z')
    expect(await played.ledger.resolve('churn:best')).toMatchObject({ source: 'acme/churn/model:v0' })
    const beside: unknown = await step(testLedger, abroad(`{ beside: { ...test } }`, { test }))
    await using other = beside as TestLedger
    expect(await other.ledger.artifact('data')).toMatchObject({ type: 'dataset' })
    const contract = step(eventStoreContract, abroad(`async () => events`, names), abroad(`{ patienceMs: 5000 }`))
    expect(contract.length).toBeGreaterThan(10)
  })

  it('an error, also one that is no native one', () => {
    const oldStyle = `(() => { function Old(m) { this.message = m } Old.prototype = Object.create(Error.prototype); return new Old('x') })()`
    for (const code of [`new Error('x')`, `new (class Mine extends RangeError {})('x')`, oldStyle])
      expect(isError(abroad(code)), code).toBe(true)
    expect(isError(new DOMException('x'))).toBe(true)
    for (const code of [`{ name: 'Error', message: '' }`, `null`, `'Error'`, `Object.create(null)`, `() => 1`])
      expect(isError(abroad(code)), code).toBe(false)
  })

  it.each([
    ['an object of a class', '{ metadata: new (class Mine {})() }'],
    ['a map', '{ metadata: new Map() }'],
    ['an object that inherits', '{ metadata: Object.create({ a: 1 }) }'],
  ])('%s is no plain data', async (_, given) => {
    const { ledger } = await memoryLedger()
    const wrong = call(ledger, 'logArtifact', { ...logged([]), ...(abroad(given) as object) })
    expect(await rejection(Promise.resolve(wrong))).toMatchObject({ code: 'invalid-input' })
  })
})

describe('in a realm of its own, as in Jest', () => {
  it('README.md’s example runs, and what is kept is read again', () => {
    const config = join(root, 'test/support/realm/vitest.config.ts')
    const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--config', config]
    const { status, stdout, stderr } = spawnSync(process.execPath, vitest, { cwd: folder, encoding: 'utf8' })
    expect(status, stdout + stderr).toBe(0)
  })
})
