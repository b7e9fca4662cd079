/** A ledger in memory, for a test: its time stands still until it is turned, and its ids are the same in every run. */
import * as t from 'io-ts'
import { memoryEventStore, memoryFileStore } from '../adapters/memory/index.js'
import { decodeEvent, type RecordedEvent } from '../domain/events/stored-events.js'
import type { Ids } from '../domain/ports/clock-and-ids.js'
import { type EventStore, ORIGIN } from '../domain/ports/event-store.js'
import type { FileStore } from '../domain/ports/file-store.js'
import { functionOf, listOf, optionsOrThrow, record, rule } from '../domain/values/codec.js'
import { instant } from '../domain/values/instant.js'
import { Position } from '../domain/values/position.js'
import { type ComposedOptions, type Ledger, openLedger } from '../index.js'
import type { Checked } from '../ledger/calling/arguments.js'
import { checked } from '../ledger/calling/checked.js'
import { composing } from '../ledger/options.js'
import { Seed, type TestClock, testClock, testIds } from './clock-and-ids.js'
import { right } from './results.js'

/** One step of a history: what it does with the ledger, or with what is below it. */
export type Step = (test: TestLedger) => Promise<unknown>

/** All options of `openLedger` but a folder, and what a test adds. */
export interface TestLedgerOptions extends Partial<Omit<ComposedOptions, 'events' | 'files' | 'clock'>> {
  /** What has happened before, in order; nothing unless told. */
  readonly given?: ReadonlyArray<Step>
  /** Another number for other ids; 1 unless told. */
  readonly seed?: number
  /** The time at which it begins; 2026-01-01T00:00:00.000Z unless told. */
  readonly now?: Date | string
  /** A ledger whose stores, clock and ids it shares, as another instance of the same service: no `seed`, `now` or `ids` then. */
  readonly beside?: TestLedger
}

export interface TestLedger extends AsyncDisposable {
  readonly ledger: Ledger
  readonly clock: TestClock
  readonly events: EventStore
  readonly files: FileStore
  readonly ids: Ids
  /** What was recorded after a position, in order; everything unless told. */
  readonly recorded: (after?: number) => Promise<ReadonlyArray<RecordedEvent>>
  /** Closes the ledger; `await using` does it at the end of its block. */
  readonly close: () => Promise<void>
}

export const Steps = listOf(
  functionOf<Step>("a step: a function, as versionsLogged('model') gives it"),
  "a list of steps: [versionsLogged('model'), ...]",
)

const Opened = t.type({ ledger: t.object, clock: t.object, events: t.object, files: t.object, ids: t.object })
const { clock: _, ids, ...ofLedger } = composing
const shared = {
  given: Steps,
  beside: rule('what testLedger gave', (value): value is TestLedger => Opened.is(value)),
  ...ofLedger,
}
const alone: t.Type<Checked<TestLedgerOptions>> = record(
  'the options of testLedger',
  {},
  { seed: Seed, now: instant, ids, ...shared },
)
const besideAnother: t.Type<Checked<TestLedgerOptions>> = record('the options of testLedger {beside}', {}, shared)
const isBesideAnother = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && Reflect.get(value, 'beside') !== undefined

export const TestLedgerOptions: t.Type<Checked<TestLedgerOptions>> = new t.Type(
  alone.name,
  (value): value is Checked<TestLedgerOptions> => alone.is(value) || besideAnother.is(value),
  (value, context) => (isBesideAnother(value) ? besideAnother : alone).validate(value, context),
  (value) => value,
)

const Recorded = record('recorded', { after: Position })

/**
 * Opens a ledger in memory, of the actor `anna`, the entity `acme` and the project `churn` unless told, and plays in it what was
 * given. Two of them share nothing.
 */
export const testLedger = async (options: TestLedgerOptions = {}): Promise<TestLedger> => {
  const { given = [], seed, now, beside, ...others } = await checked(TestLedgerOptions, options)
  const clock = beside?.clock ?? testClock(now)
  const events = beside?.events ?? memoryEventStore()
  const files = beside?.files ?? memoryFileStore({ now: clock.now })
  const ids = beside?.ids ?? others.ids ?? testIds(seed)
  const ledger = await openLedger({
    actor: 'anna',
    entity: 'acme',
    project: 'churn',
    ...others,
    ids,
    clock,
    events,
    files,
  })
  const close = () => ledger.close()
  const test: TestLedger = {
    ledger,
    clock,
    events,
    files,
    ids,
    recorded: async (after = ORIGIN) => {
      const found: RecordedEvent[] = []
      for await (const page of events.readAll(optionsOrThrow(Recorded, { after }).after))
        found.push(...page.map((stored) => right(decodeEvent(stored))))
      return found
    },
    close,
    [Symbol.asyncDispose]: close,
  }
  try {
    for (const step of given) await step(test)
  } catch (error) {
    await close()
    throw error
  }
  return test
}
