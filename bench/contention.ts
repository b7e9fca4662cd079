/** Several processes that write to one artifact, on one SQLite file: nobody starves. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import type { Benchmark, Done, Prepared } from './measure.js'
import { commandsOn, opened, temporaryFolder } from './support.js'

/** What a child process did; see `contender.ts`. */
export interface Contended {
  readonly done: number
  readonly seconds: number
  /** How long each move took, in milliseconds, ascending. */
  readonly took: ReadonlyArray<number>
}

type Role = 'bulk' | 'mover' | 'lone'

/** Processes of these roles at once, for so many seconds. */
const contend = async (
  folder: string,
  seconds: number,
  roles: ReadonlyArray<Role>,
): Promise<ReadonlyArray<Contended>> => {
  const built = import.meta.url.endsWith('.ts') ? '../dist/bench/contender.js' : './contender.js'
  const script = fileURLToPath(new URL(built, import.meta.url))
  const children = roles.map((role, index) =>
    spawn(process.execPath, [script, folder, `process-${index}`, role, `${seconds}`], {
      stdio: ['pipe', 'pipe', 'inherit'],
    }),
  )
  await Promise.all(children.map(({ stdout }) => once(stdout, 'data')))
  const said = children.map(({ stdout }) => text(stdout))
  for (const { stdin } of children) stdin.end('go\n')
  return Promise.all(said.map(async (each): Promise<Contended> => JSON.parse(await each)))
}

const SECONDS = 12

const contention = ({
  sides,
  ...rest
}: Omit<Benchmark, 'prepare'> & {
  sides: (run: (...roles: ReadonlyArray<Role>) => Promise<ReadonlyArray<Contended>>) => Pick<Prepared, 'ours' | 'floor'>
}): Benchmark => ({
  ...rest,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
    const { logVersion } = commandsOn(store)
    for (let version = 0; version < (size === 'full' ? 1000 : 100); version += 100) {
      await Promise.all(Array.from({ length: 100 }, (_, offset) => logVersion('shared', `${version + offset}`)))
    }
    await store.close()
    return {
      ...sides((...roles) => contend(folder, size === 'full' ? SECONDS : 0.2, roles)),
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
})

const rateOf = (contended: Contended | undefined): Done => {
  const { done = 0, seconds = 1 } = contended ?? {}
  return { done, seconds, answer: done > 0 }
}

/** The rate of moves that take as long as the one at a share of all, from the quickest on. */
const rateAt = (share: number, lone: Contended | undefined): Done => {
  const took = lone?.took ?? []
  const milliseconds = took[Math.ceil(share * took.length) - 1] ?? Number.NaN
  return { done: 1, seconds: milliseconds / 1000, answer: took.length > 0 }
}

export const loneMove = contention({
  name: 'lone-move',
  what: 'a move now and then beside a bulk writer of another process, at the 99th percentile, against 60 ms',
  unit: 'moves/s',
  budget: 1,
  sides: (run) => ({ ours: async () => rateAt(0.99, (await run('bulk', 'lone'))[1]), floor: 1000 / 60 }),
})

export const loneMoveWorst = contention({
  name: 'lone-move-worst',
  what: 'the same at worst, against 500 ms',
  unit: 'moves/s',
  budget: 1,
  sides: (run) => ({ ours: async () => rateAt(1, (await run('bulk', 'lone'))[1]), floor: 2 }),
})

export const bulkBesideMoves = contention({
  name: 'bulk-beside-moves',
  what: 'a bulk writer beside a process that moves an alias of its artifact now and then, against one alone',
  unit: 'commands/s',
  budget: 0.9,
  sides: (run) => ({
    ours: async () => rateOf((await run('bulk', 'lone'))[0]),
    floor: async () => rateOf((await run('bulk'))[0]),
  }),
})

/** The last run of four, of which each side takes one of them. */
export const fourInContention = contention({
  name: 'four-in-contention',
  what: 'the least of four processes that move aliases of one artifact, against the one that gets the most through',
  unit: 'moves/s',
  budget: 0.5,
  sides: (run) => {
    let shares: ReadonlyArray<Contended> = []
    const byShare = async (which: 0 | -1): Promise<Done> => {
      const known = shares
      shares =
        known.length > 0 ? [] : [...(await run('mover', 'mover', 'mover', 'mover'))].sort((a, b) => a.done - b.done)
      return rateOf((known.length > 0 ? known : shares).at(which))
    }
    return { ours: () => byShare(0), floor: () => byShare(-1) }
  },
})
