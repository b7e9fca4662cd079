/** How a contract is handed to a test runner: as named cases, which any of them registers. */
import { equal } from './expectations.js'

/** One case: `it(name, run)`. It rejects, with an `AssertionError` mostly, if what is tested does not do what its name says. */
export interface ContractCase {
  readonly name: string
  readonly run: () => Promise<void>
}

/** All cases, and behind them one that fails if any was not run before: nobody leaves one out unnoticed. */
export const withNoneLeftOut = (cases: ReadonlyArray<ContractCase>): ReadonlyArray<ContractCase> => {
  const left = new Set(cases.map(({ name }) => name))
  return [
    ...cases.map(({ name, run }) => ({
      name,
      run: () => {
        left.delete(name)
        return run()
      },
    })),
    {
      name: 'leaves no case out',
      run: async () => {
        if (left.size > 0) throw new Error(`these cases were not run before: ${[...left].join('; ')}`)
      },
    },
  ]
}

/** A store that does not keep the contract. Its `run` rejects unless each of `cases` does: then the contract finds it. */
export interface BrokenStore<Store> extends ContractCase {
  /** A new one of them, in memory. */
  readonly open: () => Promise<Store>
  /** The cases of the contract that must fail on it. */
  readonly cases: ReadonlyArray<ContractCase>
}

/** What is wrong with each is its name. */
export const brokenStores = <
  Store extends object,
  Name extends string,
  Fault extends { readonly of: (store: Store) => Partial<Store>; readonly noticedBy: ReadonlyArray<Name> },
>(
  faults: Readonly<Record<string, Fault>>,
  rightStore: () => Store,
  runCase: (name: Name, open: () => Promise<Store>, fault: Fault) => Promise<void>,
): ReadonlyArray<BrokenStore<Store>> =>
  Object.entries(faults).map(([fault, broken]) => {
    const open = async (): Promise<Store> => {
      const store = rightStore()
      return { ...store, ...broken.of(store) }
    }
    const cases = broken.noticedBy.map((name) => ({ name, run: () => runCase(name, open, broken) }))
    const run = async () => {
      const outcomes = await Promise.allSettled(cases.map((each) => each.run()))
      const failing = cases.filter((_, index) => outcomes[index]?.status === 'rejected')
      equal(
        failing.map(({ name }) => name),
        broken.noticedBy,
      )
    }
    return { name: `finds the store that ${fault}`, run, open, cases }
  })
