/** Every function of the package's entry points that takes options says what is wrong with them, and throws nothing raw. */
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { EMPTY } from 'rxjs'
import { afterAll, describe, expect, it } from 'vitest'
import * as directory from '../../adapters/directory/index.js'
import * as eventstoredb from '../../adapters/eventstoredb/index.js'
import * as memory from '../../adapters/memory/index.js'
import * as sqlite from '../../adapters/sqlite/index.js'
import * as face from '../../index.js'
import * as testing from '../../testing/index.js'

const folder = mkdtempSync(join(tmpdir(), 'options-'))
afterAll(() => rmSync(folder, { recursive: true }))
const path = join(folder, 'never')

const NOT_A_PATH = [undefined, null, 5, '', {}, [], () => undefined, Number.NaN, 'a\0b']
const NO_OPTIONS = [undefined, null, 5, 'text', [], () => undefined]
const members = (required: object, wrong: Readonly<Record<string, ReadonlyArray<unknown>>>) =>
  Object.entries({ colour: ['red'], ...wrong }).flatMap(([name, values]) =>
    values.map((value) => [{ ...required, [name]: value }]),
  )
const ofPath = (wrong: Readonly<Record<string, ReadonlyArray<unknown>>>) => [
  ...NO_OPTIONS.map((options) => [options]),
  ...NOT_A_PATH.map((each) => [{ path: each }]),
  ...members({ path }, wrong),
]
const LOGGERS = [
  5,
  null,
  {},
  () => undefined,
  { info: Object, warn: Object },
  { info: Object, warn: Object, error: Object, debug: 5 },
]
const TIMES = [Number.NaN, Infinity, -1, '100', null, {}]
const NO_FUNCTION = [undefined, null, 5, 'text', {}, []]
const NO_FILES = [undefined, null, 5, 'text', [], { 'a.txt': 5 }, { 'a.txt': null }].map((each) => [each])
const ofTestLedger = [
  ...NO_OPTIONS.slice(1).map((each) => [each]),
  ...members(
    {},
    {
      given: [5, null, {}, () => undefined, [5], [null]],
      seed: [null, 'x', Number.NaN, -1, 0.5, 2 ** 32],
      now: [null, 5, 'soon', '2026-05-03'],
      beside: [null, 5, {}, { clock: {}, events: {} }],
      deadline: TIMES,
      actor: [5],
      projections: [{}],
      directory: ['folder'],
      events: [memory.memoryEventStore()],
      files: [memory.memoryFileStore()],
      clock: [testing.testClock()],
    },
  ),
]

interface Row {
  readonly code: string
  readonly wrong: ReadonlyArray<ReadonlyArray<unknown>>
}
const row = (code: string, wrong: Row['wrong']): Row => ({ code, wrong })
const esdb = 'esdb://127.0.0.1:1?tls=false'

/** What each is given, and the code by which it refuses it; a function without options says so. */
const ROWS: Readonly<Record<string, Row | 'takes no options' | 'checked before'>> = {
  openLedger: row('invalid-input', [
    ...NO_OPTIONS.map((each) => [each]),
    [{ directory: 5 }],
    [{ directory: path, deadline: Number.NaN }],
    ...LOGGERS.map((logger) => [{ directory: path, logger }]),
  ]),
  verifyExport: row('invalid-input', [
    ...NO_OPTIONS.filter((each) => !Array.isArray(each)).map((each) => [each]),
    [[], 5],
  ]),
  operations: row(
    'invalid-input',
    [...NO_OPTIONS, {}].map((each) => [each]),
  ),
  taskEither: row(
    'invalid-input',
    [undefined, null, 5, 'text', [], {}].map((each) => [each]),
  ),
  directoryCheckpointStore: row('TypeError', ofPath({})),
  newest: row('invalid-input', [[undefined], [null], [5], ['text'], [{}], [EMPTY, 5], [EMPTY, { signal: 5 }]]),
  projection: row('TypeError', [
    ...NO_OPTIONS.map((each) => [each]),
    ...members(
      { name: 'mine', version: 1, folds: ['AliasMoved'], initial: Object, apply: Object },
      {
        name: ['', 'Mine', '1', 5, null],
        version: [0, 1.5, '1', null],
        folds: [[], ['None'], 'AliasMoved', null],
        initial: [5, null],
        apply: [5, null],
        save: [5, null],
        load: [5, null],
      },
    ),
  ]),
  LedgerError: 'takes no options',
  categoryOf: 'takes no options',
  describeWriteError: 'takes no options',
  sqliteEventStore: row(
    'bad-option',
    ofPath({ durability: ['Full', 'off', null, 5], busyTimeoutMs: TIMES, readOnly: ['yes', 1, null], logger: LOGGERS }),
  ),
  doubleAsJson: 'takes no options',
  sqliteRuntime: 'takes no options',
  directoryFileStore: row('bad-option', ofPath({ now: [5, new Date(0), null], readOnly: ['yes', 1, null] })),
  directorySnapshotStore: row('TypeError', ofPath({ chunkBytes: [0, 0.5, ...TIMES] })),
  // The ledger checks what its own method is given, and gives it on.
  download: 'checked before',
  describeDownloadError: 'takes no options',
  findLocalFiles: 'takes no options',
  outsideLedgers: 'takes no options',
  eventStoreDb: row('bad-option', [
    ...NO_OPTIONS.slice(1).map((each) => [esdb, each]),
    ...members({}, { ledger: ['', 'a b', 5, null], timeout: [0, ...TIMES], patience: [1, ...TIMES] }).map((each) => [
      esdb,
      ...each,
    ]),
  ]),
  memoryEventStore: 'takes no options',
  memoryFileStore: row(
    'TypeError',
    [null, 5, 'text', [], { now: 5 }, { clock: 5 }].map((each) => [each]),
  ),
  memorySnapshotStore: 'takes no options',
  testLedger: row('invalid-input', ofTestLedger),
  testClock: row(
    'TypeError',
    [null, 5, '', 'soon', '2026-05-03T12:00', new Date(Number.NaN), {}].map((each) => [each]),
  ),
  testIds: row(
    'TypeError',
    [null, 'x', '1', Number.NaN, -1, 0.5, 2 ** 32, {}].map((each) => [each]),
  ),
  given: row(
    'TypeError',
    [undefined, null, 5, 'text', {}, [() => undefined]].map((each) => [() => undefined, each]),
  ),
  specification: row('TypeError', ofTestLedger),
  eventStoreContract: row('TypeError', [
    ...NO_FUNCTION.map((each) => [each]),
    ...NO_OPTIONS.slice(1).map((each) => [Object, each]),
    ...members({}, { patienceMs: [0, 0.5, 2 ** 31, ...TIMES] }).map((each) => [Object, ...each]),
  ]),
  fileStoreContract: row('TypeError', [
    ...NO_FUNCTION.map((each) => [each]),
    ...NO_FUNCTION.slice(1).map((each) => [Object, each]),
  ]),
  manifestOf: row('TypeError', NO_FILES),
  contentStored: row('TypeError', NO_FILES),
  versionsLogged: row('TypeError', [
    ...[undefined, null, 5, '', {}].map((each) => [each, 0]),
    ...[null, '1', {}, Number.NaN, Infinity, -1, 1.5].map((each) => ['model', each]),
    ...[...NO_OPTIONS.slice(1), { name: 'other' }].map((each) => ['model', 1, each]),
  ]),
  versionLinked: row(
    'TypeError',
    [...NO_OPTIONS.slice(1), { version: 'other' }, { to: 'other' }].map((each) => ['model', 'churn', each]),
  ),
  aliasMoved: row(
    'TypeError',
    [...NO_OPTIONS.slice(1), { version: 'other' }, { alias: 'other' }].map((each) => ['model', 'best', each]),
  ),
  runFinished: row('TypeError', [
    ...NO_OPTIONS.slice(1).map((each) => ['train', each]),
    ...members(
      {},
      {
        run: ['other'],
        uses: ['model', [5], null, {}],
        logs: ['model', [5], null, {}],
        metrics: [5, null],
        outcome: ['done', null],
        group: [5],
      },
    ).map((each) => ['train', ...each]),
  ]),
  // A name alone, which the ledger checks when the step is played.
  lineageMade: 'takes no options',
  timePassed: row(
    'TypeError',
    [undefined, ...TIMES].map((each) => [each]),
  ),
  recordedIn: row('TypeError', [
    ...[undefined, null, 5, '', 'artifact-model', {}].map((each) => [each]),
    ...[undefined, null, 5, 'ArtifactArchived', [], {}, { type: 5 }, { type: 'RunStarted' }, { type: 'toString' }].map(
      (each) => ['artifact-acme/churn/model', each],
    ),
    ['artifact-acme/churn/model', { type: 'ArtifactArchived', colour: 'red' }],
  ]),
}

const EXPORTED: Readonly<Record<string, unknown>> = {
  ...face,
  ...sqlite,
  ...directory,
  ...eventstoredb,
  ...memory,
  ...testing,
}

/** The code of a refusal, and its words, however it is told. */
const refusalOf = async (call: () => unknown): Promise<{ readonly code: string; readonly words: string }> => {
  try {
    const made = call()
    const answer: unknown = await (typeof made === 'function' ? Reflect.apply(made, undefined, []) : made)
    const left: unknown = typeof answer === 'object' && answer !== null && Reflect.get(answer, 'left')
    if (typeof left !== 'object' || left === null) return { code: 'taken', words: '' }
    return { code: String(Reflect.get(left, '_tag')), words: String(Reflect.get(left, 'reason')) }
  } catch (error) {
    if (error instanceof face.LedgerError) return { code: error.code, words: error.message }
    return { code: error instanceof Error ? error.name : 'thrown', words: String(error) }
  }
}

describe('what the package exports', () => {
  it('has a row for each function', () => {
    const functions = Object.entries(EXPORTED).flatMap(([name, value]) => (typeof value === 'function' ? [name] : []))
    expect(functions.sort()).toEqual(Object.keys(ROWS).sort())
  })

  it.each(Object.entries(ROWS).flatMap(([name, each]) => (typeof each === 'string' ? [] : [[name, each] as const])))(
    '%s refuses wrong options in words, and makes nothing',
    async (name, { code, wrong }) => {
      for (const given of wrong) {
        const refused = await refusalOf(() => {
          const exported = EXPORTED[name]
          if (typeof exported !== 'function') throw new Error(`no function ${name}`)
          return Reflect.apply(exported, undefined, given)
        })
        expect(refused, name).toEqual({ code, words: expect.stringMatching(/expected .+, got|must be/) })
      }
      expect(readdirSync(folder)).toEqual([])
    },
  )

  it.each([undefined, 5, {}, null])('a connection string that is %j is refused as such', async (text) => {
    const refused = await refusalOf(() => Reflect.apply(eventstoredb.eventStoreDb, undefined, [text]))
    expect(refused).toMatchObject({ code: 'bad-connection-string' })
  })

  it.each([
    [5, "logger: expected a logger {info, warn, error, debug?} of pino's shape, got 5"],
    [
      { info: Object, warn: Object },
      "logger: expected a logger {info, warn, error, debug?} of pino's shape, and it came without error, got",
    ],
    [
      { info: Object, warn: Object, error: 5 },
      "logger: expected a logger {info, warn, error, debug?} of pino's shape, and its error is no function, got",
    ],
    [
      { info: Object, warn: Object, error: Object, debug: 5 },
      "logger: expected a logger {info, warn, error, debug?} of pino's shape, and its debug is no function, got",
    ],
    [
      { info: Object, warn: Object, error: Object, debug: undefined },
      "logger: expected a logger {info, warn, error, debug?} of pino's shape, and its debug is undefined: leave it out, got",
    ],
  ])('says of a logger that is none what is wrong with it: %j', async (logger, message) => {
    await expect(Reflect.apply(face.openLedger, undefined, [{ directory: folder, logger }])).rejects.toThrow(message)
  })

  it('opens with the options that are right', async () => {
    const store = await sqlite.sqliteEventStore({
      path: join(folder, 'events.db'),
      durability: 'relaxed',
      busyTimeoutMs: 0,
    })()
    if (E.isLeft(store)) throw new Error(store.left.reason)
    await store.right.close()
  })
})
