/** How a contract is handed to a test runner: as named cases, which any of them registers. */
import { equal } from './expectations.js'

/** One case: `it(name, run)`. It rejects, with an `AssertionError` mostly, if what is tested does not do what its name says. */
export interface ContractCase<Name extends string = string> {
  readonly name: Name
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

/** A store that does not keep the contract, to see that the cases find out. */
export interface BrokenStore<Store, Name extends string> extends ContractCase {
  /** A new one of them, in memory. */
  readonly open: () => Promise<Store>
  /** The cases that must fail on it. */
  readonly noticedBy: ReadonlyArray<Name>
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
): ReadonlyArray<BrokenStore<Store, Name>> =>
  Object.entries(faults).map(([fault, broken]) => {
    const { of, noticedBy } = broken
    const open = async (): Promise<Store> => {
      const store = rightStore()
      return { ...store, ...of(store) }
    }
    return {
      name: `finds the store that ${fault}`,
      open,
      noticedBy,
      run: async () => equal(await failing(noticedBy, (name) => runCase(name, open, broken)), noticedBy),
    }
  })

/** Of the cases, those that fail. */
const failing = async <Name extends string>(
  names: ReadonlyArray<Name>,
  run: (name: Name) => Promise<void>,
): Promise<ReadonlyArray<Name>> => {
  const outcomes = await Promise.allSettled(names.map(run))
  return names.filter((_, index) => outcomes[index]?.status === 'rejected')
}
