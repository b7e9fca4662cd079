/** The read side: building it from the events, what is asked of it, and opening a large ledger again. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { memoryEventStore } from '../adapters/memory/index.js'
import { sqliteEventStore } from '../adapters/sqlite/index.js'
import { aliasHistory, movesInRegistry } from '../application/reading-history/alias-tenures.js'
import { ORIGIN } from '../domain/ports/event-store.js'
import { ArtifactRef } from '../domain/values/references.js'
import { modelStream } from '../domain/values/stream-names.js'
import { lineage } from '../projections/lineage/lineage.js'
import { registryQuestions, resolveNumber } from '../projections/registry/questions/lookup.js'
import { searchVersions, type VersionPage, type VersionSearch } from '../projections/registry/questions/search.js'
import type { Version } from '../projections/registry/questions/version.js'
import type { CollectionEntry } from '../projections/registry/state.js'
import { decoded } from '../test/support/decoded.js'
import {
  artifactPath,
  fill,
  lineageHistory,
  lineageVersions,
  movedModel,
  movesHistory,
  versionsHistory,
} from './history.js'
import { type Benchmark, type Prepared, timed } from './measure.js'
import { randomNumbers } from './random.js'
import { foldAll, type Known, opened, openSqlite, temporaryFolder } from './support.js'

export const rebuild: Benchmark = {
  name: 'rebuild',
  what: 'registry, lineage and audit from our file of 100,000 versions, against reading its rows and JSON.parse of both columns',
  unit: 'events/s',
  // Rows are held against their checksums, which the floor does not do.
  budget: 0.65,
  prepare: async (size) => {
    const folder = await temporaryFolder()
    const path = join(folder, 'events.db')
    const store = await opened(sqliteEventStore({ path, durability: 'relaxed' }))
    const events = await fill(store, versionsHistory(size === 'full' ? 100_000 : 200, 10))
    const rows = await allRows(path)
    return {
      ours: () => {
        let audited = 0
        return timed(
          async () => {
            audited = (await foldAll(store)).states.audit.count
            return events
          },
          () => audited,
        )
      },
      floor: () => {
        let parsed = 0
        return timed(
          () => {
            parsed = rows.parseAll()
            return events
          },
          () => parsed,
        )
      },
      close: async () => {
        rows.close()
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

/** Reads our file as bare SQLite does: pages of rows as arrays, each with the name of its stream. */
export const allRows = async (path: string) => {
  const database = await openSqlite(path)
  type Row = readonly [
    position: number,
    rev: number,
    id: string,
    type: string,
    data: string,
    meta: string,
    name: string,
  ]
  const columns = 'position, revision, events.id, type, data, metadata, name'
  const join = 'events JOIN streams ON streams.id = events.stream'
  const pageAfter = database.prepare<[number], Row>(
    `SELECT ${columns} FROM ${join} WHERE position > ? ORDER BY position LIMIT 1000`,
  )
  const ofStream = database.prepare<[string], Row>(`SELECT ${columns} FROM ${join} WHERE name = ? ORDER BY revision`)
  function* pages(): Generator<ReadonlyArray<Row>> {
    for (let after = 0; ; ) {
      const rows = pageAfter.all(after)
      const last = rows.at(-1)
      if (last === undefined) return
      yield rows
      after = last[0]
    }
  }
  return {
    pages,
    /** How many rows there are, all of them parsed. */
    parseAll: (): number => {
      let count = 0
      for (const rows of pages()) {
        for (const [, , , , data, metadata] of rows) {
          JSON.parse(data)
          JSON.parse(metadata)
          count++
        }
      }
      return count
    },
    /** The rows of one stream, parsed; how many are of a type. */
    countMoves: (stream: string, alias: string): number => {
      let count = 0
      for (const [, , , type, data, metadata] of ofStream.all(stream)) {
        const event: unknown = JSON.parse(data)
        JSON.parse(metadata)
        if (type === 'AliasMoved' && Object(event).alias === alias) count++
      }
      return count
    },
    close: (): void => {
      database.close()
    },
  }
}

/** An artifact of so many versions, in memory. */
const artifactOf = async (versions: number): Promise<{ known: Known; path: string; collection: CollectionEntry }> => {
  const store = memoryEventStore()
  await fill(store, versionsHistory(versions, 1))
  const known = await foldAll(store)
  const path = artifactPath(0)
  const collection = known.states.registry.collections.get(path)
  if (collection === undefined) throw new Error(`${path} was not built`)
  return { known, path, collection }
}

const nothingToClose = { close: async () => undefined }

/** Looks an alias up by the collection's path, many times, at positions that change; answers the sum of the numbers. */
const lookUp = ({ known, path }: { known: Known; path: string }, count: number, positions: Float64Array) => {
  const { collections } = known.states.registry
  let sum = 0
  return timed(
    () => {
      for (let index = 0; index < count; index++) {
        const collection = collections.get(path)
        if (collection === undefined) continue
        sum += resolveNumber(collection, 'latest', positions[index % positions.length] ?? ORIGIN) ?? 0
      }
      return count
    },
    () => sum / count,
  )
}

const now = ({ known }: { known: Known }): Float64Array => new Float64Array(4096).fill(known.checkpoint)

export const resolveNow: Benchmark = {
  name: 'resolve-now',
  what: 'the number behind an alias, on the synchronous projection, in an artifact of 100,000 versions, against 1,000,000 a second',
  unit: 'lookups/s',
  budget: 1,
  prepare: async (size): Promise<Prepared> => {
    const artifact = await artifactOf(size === 'full' ? 100_000 : 100)
    const positions = now(artifact)
    return {
      ours: () => lookUp(artifact, size === 'full' ? 3_000_000 : 1000, positions),
      floor: 1_000_000,
      ...nothingToClose,
    }
  },
}

export const resolveWhole: Benchmark = {
  name: 'resolve-whole',
  what: 'a whole version by path and alias (parsed name, metadata, aliases, links, times), against 1,000,000 a second',
  unit: 'answers/s',
  budget: null,
  prepare: async (size): Promise<Prepared> => {
    const { known, path } = await artifactOf(size === 'full' ? 100_000 : 100)
    const { resolve } = registryQuestions({
      registry: known.states.registry,
      positionTimes: known.positionTimes,
      position: known.checkpoint,
      defaults: {},
    })
    const count = size === 'full' ? 200_000 : 100
    let version = Number.NaN
    return {
      ours: () =>
        timed(
          () => {
            for (let index = 0; index < count; index++) {
              const found = resolve(`${path}:latest`)
              if (found._tag === 'Right') version = found.right.version
            }
            return count
          },
          () => version,
        ),
      floor: 1_000_000,
      ...nothingToClose,
    }
  },
}

export const resolveAsOf: Benchmark = {
  name: 'resolve-as-of',
  what: 'the number behind an alias as of random past positions, in an artifact of 100,000 versions, against now',
  unit: 'lookups/s',
  budget: 0.5,
  prepare: async (size): Promise<Prepared> => {
    const artifact = await artifactOf(size === 'full' ? 100_000 : 100)
    const count = size === 'full' ? 1_000_000 : 4096
    const next = randomNumbers(7)
    const past = Float64Array.from({ length: 4096 }, () => next() % (artifact.known.checkpoint + 1))
    const present = now(artifact)
    const counted = async (positions: Float64Array) => {
      const { done, seconds } = await lookUp(artifact, count, positions)
      return { done, seconds, answer: done }
    }
    return { ours: () => counted(past), floor: () => counted(present), ...nothingToClose }
  },
}

export const resolveFlat: Benchmark = {
  name: 'resolve-flat',
  what: 'the number behind an alias in an artifact of 100,000 versions, against one of 10',
  unit: 'lookups/s',
  budget: 0.5,
  prepare: async (size): Promise<Prepared> => {
    const long = await artifactOf(size === 'full' ? 100_000 : 100)
    const short = await artifactOf(10)
    const count = size === 'full' ? 3_000_000 : 1000
    const [longNow, shortNow] = [now(long), now(short)]
    const side = (artifact: typeof long, positions: Float64Array) => async () => {
      const { done, seconds, answer } = await lookUp(artifact, count, positions)
      return { done, seconds, answer: answer === artifact.collection.versions.length - 1 }
    }
    return { ours: side(long, longNow), floor: side(short, shortNow), ...nothingToClose }
  },
}

/** A page of versions, and what gives the same of plain objects by looking through them all. */
const page = (
  name: string,
  what: string,
  pageOf: (versions: number) => {
    readonly position: number
    readonly order: 'ascending' | 'descending'
    readonly skipped: number
  },
): Benchmark => ({
  name,
  what: `${what}, whole, against filtering, sorting and copying plain objects`,
  unit: 'pages/s',
  budget: 10,
  prepare: async (size): Promise<Prepared> => {
    const versions = size === 'full' ? 100_000 : 400
    const store = memoryEventStore()
    await fill(store, versionsHistory(versions, 10))
    const { states, positionTimes, checkpoint } = await foldAll(store)
    const { position, order, skipped } = pageOf(checkpoint)
    const asked = { registry: states.registry, positionTimes, position, defaults: {} }
    const search = (more: VersionSearch): VersionPage => {
      const found = searchVersions(asked, { order, ...more })
      if (found._tag === 'Left') throw new Error(found.left._tag)
      return found.right
    }
    const plain = search({ limit: versions, order: 'ascending' }).items
    // All pages of a question have the same limit here, but it is no part of the question.
    const { cursor } = skipped === 0 ? {} : search({ limit: skipped })
    const times = size === 'full' ? 30 : 1
    let items: ReadonlyArray<Version> = []
    const side = (times: number, list: () => ReadonlyArray<Version>) => () =>
      timed(
        () => {
          for (let time = 0; time < times; time++) items = list()
          return times
        },
        () => items,
      )
    const sign = order === 'ascending' ? 1 : -1
    return {
      ours: side(times, () => search(cursor === undefined ? {} : { cursor }).items),
      floor: side(Math.ceil(times / 10), () =>
        plain
          .filter(
            ({ created, deleted, unlinked }) => created.position <= position && deleted === null && unlinked === null,
          )
          .sort((one, other) => sign * (one.created.position - other.created.position))
          .slice(skipped, skipped + 100)
          .map((version) => ({ ...version })),
      ),
      ...nothingToClose,
    }
  },
})

export const listing = page('list-page', 'the 100 newest of 100,000 versions', (position) => ({
  position,
  order: 'descending',
  skipped: 0,
}))

export const listingPast = page(
  'list-page-past',
  'a page in the middle, by its cursor, oldest first, of 100,000 versions as of a past moment',
  (position) => ({ position: Math.floor(position * 0.9), order: 'ascending', skipped: Math.floor(position / 8) }),
)

export const transitiveLineage: Benchmark = {
  name: 'lineage-upstream',
  what: 'everything upstream of a version, 100,000 edges, with names and positions, against a breadth-first walk over plain maps of texts',
  unit: 'edges/s',
  budget: null,
  prepare: async (size): Promise<Prepared> => {
    const edges = size === 'full' ? 100_000 : 300
    const { known, sources } = await lineageOf(edges)
    const version = lineageVersions(edges) - 1
    const artifact = decoded(ArtifactRef, { entity: 'acme', project: 'churn', name: 'model-0' })
    let found = 0
    const edgesFound = () => found
    return {
      ours: () =>
        timed(() => {
          const of = { kind: 'version', artifact, version } as const
          const answer = lineage(
            known.states.lineage,
            { of, direction: 'upstream', limit: 2 * edges },
            known.checkpoint,
          )
          found = answer._tag === 'Right' ? answer.right.edges.length : 0
          return found
        }, edgesFound),
      floor: () =>
        timed(() => {
          found = plainUpstream(sources, `version:acme/churn/model-0:v${version}`)
          return found
        }, edgesFound),
      ...nothingToClose,
    }
  },
}

/** A lineage in memory, folded, and as plain maps: what each thing came from, by name. */
export const lineageOf = async (edges: number) => {
  const store = memoryEventStore()
  await fill(store, lineageHistory(edges))
  const sources = new Map<string, string[]>()
  const add = (to: string, from: string): void => {
    const known = sources.get(to)
    if (known === undefined) sources.set(to, [from])
    else known.push(from)
  }
  for await (const page of store.readAll(ORIGIN)) {
    for (const { type, stream, data } of page) {
      const said: {
        readonly version: { readonly version: number }
        readonly run: { readonly ref: { readonly run: string } }
      } = JSON.parse(data)
      if (type === 'ArtifactVersionUsed')
        add(`run:${stream.slice('run-'.length)}`, `version:acme/churn/model-0:v${said.version.version}`)
      if (type === 'ArtifactVersionLogged')
        add(`version:acme/churn/model-0:v${said.version}`, `run:acme/churn/${said.run.ref.run}`)
    }
  }
  return { known: await foldAll(store), sources }
}

/** The same walk as one writes it without a second thought; answers how many edges there are. */
const plainUpstream = (sources: ReadonlyMap<string, ReadonlyArray<string>>, of: string): number => {
  const reached = new Set([of])
  const edges: Array<{ readonly from: string; readonly to: string }> = []
  for (const to of reached) {
    for (const from of sources.get(to) ?? []) {
      edges.push({ from, to })
      reached.add(from)
    }
  }
  return edges.length
}

export const auditAlias: Benchmark = {
  name: 'audit-alias',
  what: 'who held an alias, 10,000 moves, fully decoded, against reading the rows of its stream and JSON.parse of both columns',
  unit: 'moves/s',
  budget: null,
  prepare: async (size): Promise<Prepared> => {
    const folder = await temporaryFolder()
    const path = join(folder, 'events.db')
    const store = await opened(sqliteEventStore({ path, durability: 'relaxed' }))
    const all = size === 'full' ? 10_000 : 50
    await fill(store, movesHistory(all))
    const head = await opened(store.head())
    const rows = await allRows(path)
    const { states, positionTimes } = await foldAll(store)
    const known = { store, registry: states.registry, index: states.audit, positionTimes }
    const moves = movesInRegistry(known, movedModel)
    let found = 0
    const counted = (count: () => Promise<number> | number) => () =>
      timed(
        async () => {
          found = await count()
          return all
        },
        () => found,
      )
    return {
      ours: counted(
        async () =>
          (await opened(async () => aliasHistory(moves, { alias: 'production', limit: all }, head))).items.length,
      ),
      floor: counted(() => rows.countMoves(modelStream(movedModel), 'production')),
      close: async () => {
        rows.close()
        await store.close()
        await rm(folder, { recursive: true, force: true })
      },
    }
  },
}

/** What a child process says of opening a ledger; see `opening.ts`. */
export interface Opening {
  readonly seconds: number
  readonly bytes: number
  readonly versions: number
}

export const openInChild = async (how: 'rebuild' | 'keep' | 'snapshot', folder: string): Promise<Opening> => {
  const built = import.meta.url.endsWith('.ts') ? '../dist/bench/opening.js' : './opening.js'
  const script = fileURLToPath(new URL(built, import.meta.url))
  const child = spawn(process.execPath, ['--expose-gc', script, how, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [said, [code]] = await Promise.all([text(child.stdout), once(child, 'exit')])
  if (code !== 0) throw new Error(`opening ${folder} by ${how} ended with ${code}`)
  const opening: Opening = JSON.parse(said)
  return opening
}

const large = (
  how: 'rebuild' | 'snapshot',
  { sideOf, ...rest }: Omit<Benchmark, 'prepare'> & { floor: number; sideOf: (opening: Opening) => [number, number] },
): Benchmark => ({
  ...rest,
  prepare: async (size): Promise<Prepared> => {
    const folder = await temporaryFolder()
    const store = await opened(sqliteEventStore({ path: join(folder, 'events.db'), durability: 'relaxed' }))
    const versions = size === 'full' ? 1_000_000 : 2000
    await fill(store, versionsHistory(versions, 10))
    await store.close()
    if (how === 'snapshot') await openInChild('keep', folder)
    return {
      ours: async () => {
        const opening = await openInChild(how, folder)
        const [done, seconds] = sideOf(opening)
        return { done, seconds, answer: opening.versions === versions }
      },
      floor: rest.floor,
      close: () => rm(folder, { recursive: true, force: true }),
    }
  },
})

export const reopen = large('snapshot', {
  name: 'reopen-snapshot',
  what: 'opening a ledger of 1,000,000 versions with its snapshot, up to the first answer, against once in 2 seconds',
  unit: 'openings/s',
  budget: 1,
  floor: 1 / 2,
  sideOf: ({ seconds }) => [1, seconds],
})

export const memory = large('rebuild', {
  name: 'memory-per-version',
  what: 'what registry, lineage and audit of 1,000,000 versions occupy, on the heap and in buffers, against 600 bytes a version',
  unit: 'versions/MB',
  budget: 1,
  floor: 1e6 / 600,
  sideOf: ({ versions, bytes }) => [versions * 1e6, bytes],
})
