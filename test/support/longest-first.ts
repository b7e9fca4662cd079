import { relative } from 'node:path'
import { BaseSequencer, type TestSpecification } from 'vitest/node'

/** What takes more than ten seconds by itself, as packing the package, and would leave processors idle at the end. */
const LONG = [
  'test/package.test.ts',
  'test/bench/smoke.test.ts',
  'test/house.test.ts',
  'test/campaigns/damage.campaign.test.ts',
  'test/campaigns/imports.campaign.test.ts',
  'test/docs.test.ts',
  'test/adapters/file-stores.test.ts',
  'test/adapters/directory/directory.test.ts',
  'test/adapters/directory/faults.test.ts',
  'test/examples/wandb.test.ts',
]

/** Long files first, also in a new checkout, where Vitest does not know yet how long each takes and goes by their size. */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files)
    const rank = ({ moduleId }: TestSpecification): number => {
      const index = LONG.indexOf(relative(this.ctx.config.root, moduleId).replaceAll('\\', '/'))
      return index < 0 ? LONG.length : index
    }
    return sorted.toSorted((one, other) => rank(one) - rank(other))
  }
}
