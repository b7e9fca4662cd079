/**
 * What every event store must do, as cases that every adapter runs. A store may hold other events already,
 * number its positions with gaps, be slow, and answer reads in pages of any size; the cases expect no more
 * than the port promises.
 */
import { randomUUID } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import type { EventStore } from '../domain/ports/event-store.js'
import { appendingCases } from './event-store/appending.js'
import { followingCases } from './event-store/following.js'
import { readingCases } from './event-store/reading.js'
import { patience } from './event-store/world.js'
import { right } from './results.js'

export interface ContractOptions {
  /** How long a case waits for what must come, for slow servers; 60,000 ms unless told. */
  readonly patienceMs?: number
}

/**
 * Registers every case for one adapter, and a last one that fails if any was left out.
 *
 * @param open gives a store that is used by one case and closed by it
 */
export const eventStoreContract = (name: string, open: () => Promise<EventStore>, options?: ContractOptions): void => {
  describe(`event store contract: ${name}`, () => {
    const begun = new Set<string>()
    for (const caseName of contractCases) {
      it(caseName, async () => {
        begun.add(caseName)
        await runContractCase(caseName, open, options)
      })
    }

    it('leaves no case out', () => {
      expect([...begun].sort()).toEqual([...contractCases].sort())
    })
  })
}

/** Runs one case on a new store and closes it; rejects if the store does not do what the case says. */
export const runContractCase = async (
  name: ContractCase,
  open: () => Promise<EventStore>,
  { patienceMs = 60_000 }: ContractOptions = {},
): Promise<void> => {
  const store = await open()
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

export type ContractCase = keyof typeof cases

const isContractCase = (name: string): name is ContractCase => name in cases

export const contractCases: ReadonlyArray<ContractCase> = Object.keys(cases).filter(isContractCase)
