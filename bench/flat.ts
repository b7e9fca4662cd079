/** What an answer costs in a large ledger against the same answer in a small one: as long as the answer does not grow, no more than twice as much. */
import { memoryEventStore } from '../adapters/memory/index.js'
import { aliasHistory, movesInRegistry } from '../application/reading-history/alias-tenures.js'
import { readDiffMoments } from '../application/reading-history/diff-moments.js'
import { atOnce } from '../projections/registry/questions/in-steps.js'
import { searchVersions } from '../projections/registry/questions/search.js'
import { artifactPath, fill, movedModel, movesHistory, versionsHistory } from './history.js'
import { type Benchmark, timed } from './measure.js'
import { foldAll, type Known, opened } from './support.js'

type History = Parameters<typeof fill>[1]

interface Flat {
  readonly name: string
  readonly what: string
  readonly large: number
  readonly small: number
  readonly historyOf: (size: number) => History
  /** The question, to be put again and again; it answers how long its answer is. */
  readonly question: (ledger: Known & { readonly store: ReturnType<typeof memoryEventStore> }) => () => Promise<number>
}

const flat = ({ name, what, large, small, historyOf, question }: Flat): Benchmark => ({
  name,
  what,
  unit: 'answers/s',
  budget: 0.5,
  prepare: async (size) => {
    const times = size === 'full' ? 200 : 2
    const side = async (count: number) => {
      const store = memoryEventStore()
      await fill(store, historyOf(count))
      const ask = question({ ...(await foldAll(store)), store })
      let length = 0
      return () =>
        timed(
          async () => {
            for (let time = 0; time < times; time++) length = await ask()
            return times
          },
          () => length,
        )
    }
    return {
      ours: await side(size === 'full' ? large : 1200),
      floor: await side(size === 'full' ? small : 600),
      close: async () => undefined,
    }
  },
})

export const aliasPage = flat({
  name: 'alias-page',
  what: 'who held an alias, a page of 100 tenures in the middle of 100,000 moves, against one of 1,000',
  large: 100_000,
  small: 1000,
  historyOf: movesHistory,
  question: ({ store, states, positionTimes, checkpoint }) => {
    const known = { store, registry: states.registry, index: states.audit, positionTimes }
    const moves = movesInRegistry(known, movedModel)
    const query = { alias: 'production', after: Math.floor(checkpoint / 2) }
    return async () => (await opened(async () => aliasHistory(moves, query, checkpoint))).items.length
  },
})

export const searchByName = flat({
  name: 'search-name',
  what: 'the ten newest versions of an artifact by its name, of 20,000, against 10',
  large: 20_000,
  small: 10,
  historyOf: (versions) => versionsHistory(versions, 1),
  question: ({ states, positionTimes, checkpoint: position }) => {
    const asked = { registry: states.registry, positionTimes, position, defaults: {} }
    const search = { name: artifactPath(0), limit: 10 }
    return async () => (await opened(async () => searchVersions(asked, search))).items.length
  },
})

/** The same answer whatever came before: about 500 versions. */
export const lastMoments = flat({
  name: 'diff-moments',
  what: 'what is different since 1,000 positions ago, in 100,000 versions, against 30,000',
  large: 100_000,
  small: 30_000,
  historyOf: (versions) => versionsHistory(versions, 10),
  question: ({ store, states, checkpoint }) => {
    const ports = { store, registry: states.registry, index: states.audit }
    return async () => atOnce(await readDiffMoments(ports, checkpoint - 1000, checkpoint)).logged.length
  },
})
