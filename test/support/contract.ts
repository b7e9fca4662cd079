import { describe, it } from 'vitest'
import type { ContractCase } from '../../testing/contract-case.js'

/** Registers every case of a contract for one adapter. */
export const runContract = (adapter: string, cases: ReadonlyArray<ContractCase>): void => {
  describe(`contract: ${adapter}`, () => {
    for (const { name, run } of cases) it(name, run)
  })
}
