/**
 * What every event store must do, as cases that every adapter runs. A store may hold other events already,
 * number its positions with gaps, be slow, and answer reads in pages of any size; the cases expect no more
 * than the port promises.
 */
import { randomUUID } from 'node:crypto'
import type { EventStore } from '../domain/ports/event-store.js'
import { functionOf, optionsOrThrow, record, rule } from '../domain/values/codec.js'
import { objectWith } from '../domain/values/object-with.js'
import { type ContractCase, withNoneLeftOut } from './contract-case.js'
import { appendingCases } from './event-store/appending.js'
import { followingCases } from './event-store/following.js'
import { readingCases } from './event-store/reading.js'
import { patience } from './event-store/world.js'
import { right } from './results.js'

export interface ContractOptions {
  /** How long a case waits for what must come, for slow servers; 60,000 ms unless told. */
  readonly patienceMs?: number
}

const Arguments = record(
  'eventStoreContract',
  { open: functionOf<() => Promise<EventStore>>('a function that opens a store') },
  {
    options: record(
      '{patienceMs?}',
      {},
      {
        // A timer of Node takes no more, some 24 days.
        patienceMs: rule(
          'a whole number of milliseconds from 1 to 2,147,483,647',
          (value): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31,
        ),
      },
    ),
  },
)
const Opened = record('eventStoreContract', { opened: objectWith<EventStore>('an event store', ['head', 'close']) })

/**
 * The cases for one adapter, to be given to a test runner: `for (const { name, run } of eventStoreContract(open)) it(name, run)`.
 * The last one fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 */
export const eventStoreContract = (
  open: () => Promise<EventStore>,
  options?: ContractOptions,
): ReadonlyArray<ContractCase> => {
  optionsOrThrow(Arguments, { open, options })
  return withNoneLeftOut(eventStoreCases.map((name) => ({ name, run: () => runEventStoreCase(name, open, options) })))
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runEventStoreCase = async (
  name: EventStoreCase,
  open: () => Promise<EventStore>,
  { patienceMs = 60_000 }: ContractOptions = {},
): Promise<void> => {
  const { opened: store } = optionsOrThrow(Opened, { opened: await open() })
  const within = patience(patienceMs)
  try {
    const from = right(await within('the head', store.head()()))
    const prefix = `artifact-${randomUUID()}`
    await cases[name]({ store, from, stream: (label = 'one') => `${prefix}/${label}`, within })
  } finally {
    await within('closing', store.close())
  }
}
const cases = { ...readingCases, ...appendingCases, ...followingCases }

export type EventStoreCase = keyof typeof cases

const isCase = (name: string): name is EventStoreCase => name in cases

export const eventStoreCases: ReadonlyArray<EventStoreCase> = Object.keys(cases).filter(isCase)
