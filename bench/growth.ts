/**
 * How costs grow: each curve is measured at several sizes, several times, and fitted by cost = c · size^e.
 * An exponent near 0 is a cost that does not grow, near 1 one that grows as the size does.
 */

import { randomUUID } from 'node:crypto'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { memoryFileStore } from '../adapters/memory/index.js'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { manifestStore } from '../application/manifest-store.js'
import { completeCommits } from '../application/process-managers/complete-distributed-commit.js'
import { sha256 } from '../domain/values/digest.js'
import { ArtifactRef } from '../domain/values/references.js'
import { lineage } from '../projections/lineage/lineage.js'
import { decoded } from '../test/support/decoded.js'
import { fill, lineageVersions, versionsHistory } from './history.js'
import { fillLong, firstCommandIn, type Long } from './long-streams.js'
import { type Spread, spread } from './measure.js'
import { lineageOf, openInChild } from './reading.js'
import { commandsOn, handlerOn, opened, temporaryFolder } from './support.js'

export interface Curve {
  readonly name: string
  readonly title: string
  readonly size: string
  /** What one measurement gives: smaller is better. */
  readonly cost: string
  readonly points: ReadonlyArray<Point>
  /** Of the least-squares line through the medians, in logarithms. */
  readonly exponent: number
}

export interface Point {
  readonly size: number
  readonly cost: Spread
}

export interface Growth {
  readonly name: string
  readonly title: string
  readonly size: string
  readonly cost: string
  readonly sizes: ReadonlyArray<number>
  readonly smallSizes: ReadonlyArray<number>
  /** Measures at one size, so often; answers what each time cost. */
  readonly costsAt: (size: number, times: number) => Promise<ReadonlyArray<number>>
}

export const grow = async (growth: Growth, size: 'full' | 'smoke', times: number): Promise<Curve> => {
  const points: Point[] = []
  for (const each of size === 'full' ? growth.sizes : growth.smallSizes) {
    points.push({ size: each, cost: spread(await growth.costsAt(each, times)) })
  }
  const { name, title, size: what, cost } = growth
  return { name, title, size: what, cost, points, exponent: exponentOf(points) }
}

/** The slope of the least-squares line through the logarithms. */
export const exponentOf = (points: ReadonlyArray<Point>): number => {
  const logs = points.map(({ size, cost }) => [Math.log(size), Math.log(cost.median)] as const)
  const meanX = logs.reduce((sum, [x]) => sum + x, 0) / logs.length
  const meanY = logs.reduce((sum, [, y]) => sum + y, 0) / logs.length
  const covariance = logs.reduce((sum, [x, y]) => sum + (x - meanX) * (y - meanY), 0)
  return covariance / logs.reduce((sum, [x]) => sum + (x - meanX) ** 2, 0)
}

/** Milliseconds. */
const WARM_UP = 300

const repeated = async (times: number, once: () => Promise<number>): Promise<ReadonlyArray<number>> => {
  const costs: number[] = []
  // For the compiler: what takes a millisecond is not yet compiled when it was done once.
  const start = performance.now()
  do await once()
  while (performance.now() - start < WARM_UP)
  for (let time = 0; time < times; time++) costs.push(await once())
  return costs
}

/** Milliseconds that work takes. */
const milliseconds = async (work: () => Promise<unknown>): Promise<number> => {
  const start = performance.now()
  await work()
  return performance.now() - start
}

const inTemporaryFolder = async <A>(use: (folder: string) => Promise<A>): Promise<A> => {
  const folder = await temporaryFolder()
  try {
    return await use(folder)
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

const commandCost: Growth = {
  name: 'command',
  title: 'Moving an alias, by the versions of the artifact',
  size: 'versions in one artifact',
  cost: 'microseconds a command',
  sizes: [10, 1000, 100_000],
  smallSizes: [10, 100],
  costsAt: (versions, times) =>
    inTemporaryFolder(async (folder) => {
      const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
      const { logVersion, moveAlias } = commandsOn(store)
      for (let version = 0; version < versions; version += 10) {
        await Promise.all(Array.from({ length: 10 }, (_, offset) => logVersion('grown', String(version + offset))))
      }
      const commands = versions < 1000 ? 200 : 1000
      let turn = 0
      const costs = await repeated(times, async () => {
        const spent = await milliseconds(async () => {
          for (let count = 0; count < commands; count++)
            await moveAlias('grown', 'production', (turn++ * 7919) % versions)
        })
        return (spent * 1000) / commands
      })
      await store.close()
      return costs
    }),
}

/** A ledger of about so many events, opened by folding all of them in a process of its own. */
const rebuildIn = (
  rest: Pick<Growth, 'name' | 'title' | 'cost'>,
  costOf: (opening: Awaited<ReturnType<typeof openInChild>>) => number,
): Growth => ({
  ...rest,
  size: 'events',
  sizes: [10_000, 100_000, 1_000_000],
  smallSizes: [100, 1000],
  costsAt: (events, times) =>
    inTemporaryFolder(async (folder) => {
      const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
      // 100 versions make 203 events.
      await fill(store, versionsHistory(Math.round(events / 2.03), 10))
      await store.close()
      const costs: number[] = []
      for (let time = 0; time < times; time++) costs.push(costOf(await openInChild('rebuild', folder)))
      return costs
    }),
})

const rebuildCost = rebuildIn(
  { name: 'rebuild', title: 'Opening without a snapshot, by events', cost: 'seconds to the first answer' },
  ({ seconds }) => seconds,
)

const memoryCost = rebuildIn(
  { name: 'memory', title: 'Memory of the read model, by events', cost: 'megabytes' },
  ({ bytes }) => bytes / 1e6,
)

/** Milliseconds to seal a draft of so many parts, with so many paths in all, and to log its version. */
const commitCosts = (parts: number, paths: number, times: number): Promise<ReadonlyArray<number>> =>
  inTemporaryFolder(async (folder) => {
    const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
    // Of the files nothing but their names is there.
    const manifests = manifestStore({ ...memoryFileStore(), renew: () => TE.right([]) })
    const handler = handlerOn(store, manifests)
    const artifact = decoded(ArtifactRef, { entity: 'acme', project: 'bench', name: 'distributed' })
    const draft = { artifact, artifactType: 'model', distributedId: 'sweep' }
    const give = (command: object) => opened(handler.handle({ commandId: randomUUID(), actor: 'bench', command }))
    let round = 0
    const costs = await repeated(times, async () => {
      round++
      for (let part = 0; part < parts; part++) {
        const count = Math.floor(((part + 1) * paths) / parts) - Math.floor((part * paths) / parts)
        const entries = Array.from({ length: count }, (_, index) => ({
          path: `shard-${part}/file-${String(index).padStart(6, '0')}.bin`,
          digest: sha256(`${round}/${part}/${index}`),
          size: 1,
        }))
        const summary = await opened(manifests.put(entries))
        await give({ type: 'UpsertDistributedPart', ...draft, writer: `writer-${part}`, part: summary })
      }
      return milliseconds(async () => {
        await give({ type: 'CommitDistributed', ...draft, writer: 'committer' })
        const [logged] = await opened(completeCommits(handler, { artifact, distributedId: 'sweep' }))
        if (logged === undefined) throw new Error('the version was not logged')
      })
    })
    await store.close()
    return costs
  })

const commitByParts: Growth = {
  name: 'commit-parts',
  title: 'Committing a distributed version of 1,000 paths, by parts',
  size: 'parts',
  cost: 'milliseconds',
  sizes: [1, 100, 1000],
  smallSizes: [1, 10],
  costsAt: (parts, times) => commitCosts(parts, 1000, times),
}

const commitByPaths: Growth = {
  name: 'commit-paths',
  title: 'Committing a distributed version of 100 parts, by paths',
  size: 'paths',
  cost: 'milliseconds',
  sizes: [1000, 10_000, 100_000],
  smallSizes: [100, 200],
  costsAt: (paths, times) => commitCosts(100, paths, times),
}

const lineageCost: Growth = {
  name: 'lineage',
  title: 'Everything upstream of a version, by edges',
  size: 'edges',
  cost: 'milliseconds',
  sizes: [1000, 10_000, 100_000],
  smallSizes: [100, 300],
  costsAt: async (edges, times) => {
    const { known } = await lineageOf(edges)
    const artifact = decoded(ArtifactRef, { entity: 'acme', project: 'churn', name: 'model-0' })
    const of = { kind: 'version', artifact, version: lineageVersions(edges) - 1 } as const
    return repeated(times, () =>
      milliseconds(async () => {
        const answer = lineage(known.states.lineage, { of, direction: 'upstream', limit: 2 * edges }, known.checkpoint)
        if (answer._tag === 'Left' || answer.right.edges.length < edges / 2) throw new Error('too little was found')
      }),
    )
  },
}

const firstCommand = (how: 'with' | 'without', long: Long, rest: Pick<Growth, 'name' | 'title' | 'size'>): Growth => ({
  ...rest,
  cost: 'milliseconds from the open ledger to the receipt',
  sizes: [10, 1000, 10_000, 100_000, 1_000_000],
  smallSizes: [10, 1000],
  costsAt: (count, times) =>
    inTemporaryFolder(async (folder) => {
      await fillLong(folder, long, count)
      // Unmeasured: it keeps the snapshot.
      if (how === 'with') await firstCommandIn(how, folder, long)
      const costs: number[] = []
      for (let time = 0; time < times; time++) costs.push((await firstCommandIn(how, folder, long)).milliseconds)
      return costs
    }),
})

const firstWith = firstCommand('with', 'artifact', {
  size: 'versions in one artifact',
  name: 'first-command',
  title: 'The first command of a process, with a snapshot, by the versions of the artifact',
})
const firstWithout = firstCommand('without', 'artifact', {
  size: 'versions in one artifact',
  name: 'first-command-without',
  title: 'The first command of a process, without a snapshot, by the versions of the artifact',
})

const firstOnModel = firstCommand('with', 'model', {
  name: 'first-command-on-model',
  title: 'The first command of a process, with a snapshot, by the links of the registered model',
  size: 'links in one registered model',
})

export const growths: ReadonlyArray<Growth> = [
  commandCost,
  firstWith,
  firstWithout,
  firstOnModel,
  rebuildCost,
  memoryCost,
  commitByParts,
  commitByPaths,
  lineageCost,
]
