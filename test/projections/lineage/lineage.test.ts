/** Lineage against a graph that is found by looking through all events, and shares no code with it. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { StoredEvent } from '../../../domain/ports/event-store.js'
import type { LineageRef } from '../../../domain/values/subjects.js'
import type { Lineage } from '../../../projections/lineage/answer.js'
import { lineageProjection } from '../../../projections/lineage/apply.js'
import { addEdge, emptyGraph, type LineageGraph, nodeOf, subjectOf } from '../../../projections/lineage/graph.js'
import { lineage } from '../../../projections/lineage/lineage.js'
import { paths } from '../../../projections/lineage/paths.js'
import { left, right } from '../../support/domain-ledger.js'
import { artifactNamed, modelNamed, runNamed } from '../../support/domain-samples.js'
import { happen, history, seen } from '../lineage-history.js'

const folded = (events: ReadonlyArray<StoredEvent>): LineageGraph => {
  const graph = lineageProjection.initial()
  for (const event of seen(events)) lineageProjection.apply(graph, event)
  return graph
}

interface Plain {
  readonly nodes: Map<string, { ended: string | null }>
  readonly edges: Array<{ from: string; to: string; kind: string; position: number }>
}

/** The same from the stored texts, as simply as can be. */
const byHand = (events: ReadonlyArray<StoredEvent>, moment: number): Plain => {
  const plain: Plain = { nodes: new Map(), edges: [] }
  for (const { type, data, stream, position } of events) {
    if (position > moment) break
    const home = decodeURIComponent(stream.slice(stream.indexOf('-') + 1))
    const said = JSON.parse(data)
    const edge = (from: string, to: string, kind: string): void => {
      for (const id of [from, to]) if (!plain.nodes.has(id)) plain.nodes.set(id, { ended: null })
      if (plain.edges.some((other) => other.from === from && other.to === to && other.kind === kind)) return
      plain.edges.push({ from, to, kind, position })
    }
    const end = (id: string, ended: string): void => void plain.nodes.set(id, { ended })
    const version = (ref: { entity: string; project: string; name: string; version: number }): string =>
      `version:${ref.entity}/${ref.project}/${ref.name}:v${ref.version}`
    const run = (ref: { entity: string; project: string; run: string }): string =>
      `run:${ref.entity}/${ref.project}/${ref.run}`
    const own = `version:${home}:v${said.version}`
    const registered = `registered-version:${home}:v${said.version}`
    const draft = `draft:${home}#${said.generation}`
    if (type === 'ArtifactVersionLogged' || type === 'ArtifactVersionRelogged') {
      const isNew = type === 'ArtifactVersionLogged'
      if (isNew) plain.nodes.set(own, { ended: null })
      if (isNew && said.base !== undefined) edge(`version:${home}:v${said.base}`, own, 'derived-from')
      if (isNew && said.copiedFrom !== undefined) edge(version(said.copiedFrom), own, 'copied')
      if (said.distributed)
        edge(`draft:${home}/${said.distributed.distributedId}#${said.distributed.generation}`, own, 'part-of')
      if (said.run) edge(run(said.run.ref), own, isNew ? 'logged' : 're-logged')
    }
    if (type === 'ArtifactVersionDeleted') end(own, 'deleted')
    if (type === 'VersionLinked') edge(version(said.source), registered, 'linked')
    if (type === 'VersionUnlinked') end(registered, 'unlinked')
    if (type === 'ArtifactDeleted' || type === 'RegisteredModelDeleted')
      for (const [id, { ended }] of plain.nodes)
        if (ended === null && /^(registered-)?version:/.test(id) && id.includes(`:${home}:v`)) end(id, 'deleted')
    if (type === 'RunStarted') plain.nodes.set(`run:${home}`, { ended: null })
    if (type === 'RunFinished') end(`run:${home}`, said.outcome)
    if (type === 'ArtifactVersionUsed') {
      edge(version(said.version), `run:${home}`, 'used')
      if (said.through) {
        const { model, version: number } = said.through
        edge(`registered-version:${model.entity}/${model.project}/${model.name}:v${number}`, `run:${home}`, 'used')
      }
    }
    if (type === 'DistributedPartUpserted') {
      if (!plain.nodes.has(draft)) plain.nodes.set(draft, { ended: null })
      if (said.run) edge(run(said.run.ref), draft, 'part-of')
    }
    if (type === 'DistributedCommitted') {
      if (said.run) edge(run(said.run.ref), draft, 'part-of')
      end(draft, 'sealed')
    }
    if (type === 'DistributedAbandoned' && said.sealed !== true) end(draft, 'abandoned')
  }
  return plain
}

/** What is reached from a node one way within so many edges, and by which edges. */
const reachedByHand = ({ edges }: Plain, root: string, down: boolean, depth: number) => {
  const reached = new Map([[root, 0]])
  const followed = new Set<string>()
  for (let far = 0; far < depth; far++) {
    for (const { from, to, kind, position } of edges) {
      const [near, next] = down ? [from, to] : [to, from]
      if (reached.get(near) !== far) continue
      followed.add(`${from} ${kind} ${to} ${position}`)
      if (!reached.has(next)) reached.set(next, far + 1)
    }
    if (![...reached.values()].includes(far + 1)) break
  }
  return { nodes: new Set(reached.keys()), edges: followed }
}

const refOf = (id: string): LineageRef => {
  const [kind = '', name = ''] = [id.slice(0, id.indexOf(':')), id.slice(id.indexOf(':') + 1).replace('acme/', '')]
  const last = name.slice(name.indexOf('/') + 1)
  const [collection = '', number = ''] = last.split(':v')
  if (kind === 'version') return { kind, artifact: artifactNamed(collection), version: Number(number) }
  if (kind === 'registered-version') return { kind, model: modelNamed(collection), version: Number(number) }
  if (kind === 'run') return { kind, run: runNamed(last) }
  const [artifact = '', draft = ''] = last.split('/')
  const [distributedId = '', generation = ''] = draft.split('#')
  return { kind: 'draft', artifact: artifactNamed(artifact), distributedId, generation: Number(generation) }
}

const edgesOf = ({ edges }: Pick<Lineage, 'edges'>): ReadonlyArray<string> =>
  edges.map(({ from, to, kind, position }) => `${from} ${kind} ${to} ${position}`)

const sorted = (texts: Iterable<string>): ReadonlyArray<string> => [...texts].sort()

describe('lineage', () => {
  it('is what the events say: of every node, both ways, to any depth, at every position', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.constantFrom(1, 2, 3, 100), async (steps, depth) => {
        const { events } = await happen(steps)
        const graph = folded(events)
        for (const { position } of events) {
          const plain = byHand(events, position)
          for (const [id] of plain.nodes) {
            const of = refOf(id)
            const up = reachedByHand(plain, id, false, depth)
            const down = reachedByHand(plain, id, true, depth)
            const upstream = right(lineage(graph, { of, direction: 'upstream', depth }, position))
            const downstream = right(lineage(graph, { of, direction: 'downstream', depth }, position))
            const both = right(lineage(graph, { of, depth }, position))
            expect(sorted(upstream.nodes.map((node) => node.id))).toEqual(sorted(up.nodes))
            expect(sorted(edgesOf(upstream))).toEqual(sorted(up.edges))
            expect(sorted(downstream.nodes.map((node) => node.id))).toEqual(sorted(down.nodes))
            expect(sorted(edgesOf(downstream))).toEqual(sorted(down.edges))
            expect(sorted(both.nodes.map((node) => node.id))).toEqual(sorted(new Set([...up.nodes, ...down.nodes])))
            expect(sorted(edgesOf(both))).toEqual(sorted(new Set([...up.edges, ...down.edges])))
            for (const node of both.nodes) {
              expect(node.end?.how ?? null, `the end of ${node.id}`).toBe(plain.nodes.get(node.id)?.ended)
              expect(node.since).toBeLessThanOrEqual(position)
            }
          }
        }
      }),
      { numRuns: 6 },
    )
  })

  it('gives the same answer, in the same order, live, as of later, rebuilt, and from a snapshot', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(1000), async (steps, cut) => {
        const { events } = await happen(steps)
        const position = events[cut % events.length]?.position ?? 0
        const live = folded(events.filter((event) => event.position <= position))
        const later = folded(events)
        const restored = lineageProjection.load(structuredClone([...lineageProjection.save(live)]))
        if (restored === undefined) throw new Error('not loaded')
        const caughtUp = lineageProjection.load(structuredClone([...lineageProjection.save(live)]))
        if (caughtUp === undefined) throw new Error('not loaded')
        for (const event of seen(events)) if (event.position > position) lineageProjection.apply(caughtUp, event)
        for (const [id] of byHand(events, position).nodes) {
          const ask = (graph: LineageGraph, at: number) => right(lineage(graph, { of: refOf(id) }, at))
          expect(ask(later, position)).toEqual(ask(live, position))
          expect(ask(restored, position)).toEqual(ask(live, position))
          expect(ask(caughtUp, Infinity)).toEqual(ask(later, Infinity))
        }
      }),
      { numRuns: 20 },
    )
  })

  it('cut into pages by cursors it is the whole, though others write meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.integer({ min: 1, max: 4 }), fc.nat(1000), async (steps, limit, cut) => {
        const { events } = await happen(steps)
        const position = events[cut % events.length]?.position ?? 0
        const graph = folded(events)
        for (const [id] of byHand(events, position).nodes) {
          const whole = right(lineage(graph, { of: refOf(id) }, position))
          const pages: Lineage[] = []
          let cursor: string | undefined
          do {
            const query = { of: refOf(id), limit, ...(cursor === undefined ? {} : { cursor }) }
            // Later pages are asked of a ledger that has gone on; the cursor holds the moment.
            const page: Lineage = right(lineage(graph, query, cursor === undefined ? position : Infinity))
            pages.push(page)
            cursor = page.cursor
          } while (cursor !== undefined)
          const nodes = pages.flatMap((page) => page.nodes)
          expect([...new Map(nodes.map((node) => [node.id, node])).values()]).toEqual(whole.nodes)
          expect(pages.flatMap(({ edges }) => edges)).toEqual(whole.edges)
          expect(pages.every(({ moment }) => moment === position)).toBe(true)
          for (const { nodes, edges } of pages) {
            expect(edges.length).toBeLessThanOrEqual(limit)
            // Each can be drawn alone: what was asked of, and both ends of each edge.
            expect(nodes[0]?.id).toBe(id)
            const ends = edges.flatMap(({ from, to }) => [from, to])
            expect(sorted(nodes.map((node) => node.id))).toEqual(sorted(new Set([id, ...ends])))
          }
        }
      }),
      { numRuns: 25 },
    )
  })

  it('refuses a cursor of another question, of a later moment, and one that was changed', async () => {
    const graph = chainOf(3)
    const of: LineageRef = { kind: 'run', run: runNamed('run-0') }
    const { cursor = '' } = right(lineage(graph, { of, limit: 1 }, 10))
    expect(right(lineage(graph, { of, limit: 1, cursor }, 10)).edges).toHaveLength(1)
    expect(left(lineage(graph, { of, limit: 1, cursor }, 9))._tag).toBe('bad-cursor')
    expect(left(lineage(graph, { of, depth: 5, limit: 1, cursor }, 10))._tag).toBe('bad-cursor')
    expect(left(lineage(graph, { of, cursor: 'nonsense' }, 10))._tag).toBe('bad-cursor')
    const other = Buffer.from(JSON.stringify(['another', 5, 1])).toString('base64url')
    expect(left(lineage(graph, { of, cursor: other }, 10))._tag).toBe('bad-cursor')
  })

  it('says of what there is none, and of what was not there yet', async () => {
    const { events } = await happen([])
    const graph = folded(events)
    const unknown: LineageRef = { kind: 'run', run: runNamed('never-started') }
    expect(left(lineage(graph, { of: unknown }, 100))).toEqual({ _tag: 'not-in-lineage', ref: unknown, moment: 100 })
    const raw: LineageRef = { kind: 'version', artifact: artifactNamed('raw'), version: 0 }
    const logged = events.find(({ type }) => type === 'ArtifactVersionLogged')?.position ?? 0
    expect(left(lineage(graph, { of: raw }, logged - 1))._tag).toBe('not-in-lineage')
    expect(right(lineage(graph, { of: raw }, logged)).nodes).toHaveLength(1)
  })

  it('shows a tombstone from its deletion on, and not before', async () => {
    const command = (type: string) => async () =>
      type === 'delete'
        ? ({ type: 'DeleteArtifactVersion', artifact: artifactNamed('raw'), version: 0, deleteAliases: true } as const)
        : ({
            type: 'UseArtifactVersion',
            run: runNamed('run-0'),
            used: { collection: artifactNamed('raw'), version: 0 },
          } as const)
    const { events } = await happen([
      { command: command('use'), envelope: {} },
      { command: command('delete'), envelope: {} },
    ])
    const graph = folded(events)
    const deleted = events.find(({ type }) => type === 'ArtifactVersionDeleted')?.position ?? 0
    const endOf = (position: number) =>
      right(lineage(graph, { of: { kind: 'run', run: runNamed('run-0') } }, position)).nodes.find(
        ({ kind }) => kind === 'version',
      )?.end
    expect(endOf(deleted - 1)).toBeNull()
    expect(endOf(deleted)).toEqual({ how: 'deleted', position: deleted })
  })

  it('has no use for a snapshot of another shape', () => {
    for (const saved of [[], [null], [7], [{}], [[], new Map(), {}, {}]]) {
      expect(lineageProjection.load(saved)).toBeUndefined()
    }
  })
})

/** A graph of edges as they come, each at the next position: runs by number, versions of `m` by `v` and number. */
const graphOf = (...edges: ReadonlyArray<readonly [from: string | number, to: string | number]>): LineageGraph => {
  const graph = emptyGraph()
  const [runs, versions] = ['run-acme/churn/run-', 'artifact-acme/churn/m']
  const nodeAt = (end: string | number, position: number): number =>
    typeof end === 'number'
      ? nodeOf(graph, subjectOf(graph, `${runs}${end}`), 0, position)
      : nodeOf(graph, subjectOf(graph, versions), Number(end.slice(1)), position)
  for (const [index, [from, to]] of edges.entries()) {
    addEdge(
      graph,
      nodeAt(from, index + 1),
      nodeAt(to, index + 1),
      typeof from === 'number' ? 'logged' : 'used',
      index + 1,
    )
  }
  return graph
}
/** So many generations: each run logs a version that the next run uses. */
const chainOf = (generations: number): LineageGraph =>
  graphOf(...Array.from({ length: generations }, (_, n) => [[n, `v${n}`] as const, [`v${n}`, n + 1] as const]).flat())

describe('paths', () => {
  /** All simple paths, found by trying everything. */
  const pathsByHand = ({ edges }: Plain, from: string, to: string, length = Infinity): ReadonlyArray<string> => {
    const found: string[] = []
    const follow = (path: ReadonlyArray<Plain['edges'][number]>, at: string): void => {
      if (at === to) {
        found.push(path.map((edge) => `${edge.from} ${edge.kind} ${edge.to}`).join(' > '))
        return
      }
      if (path.length === length) return
      for (const edge of edges) {
        if (edge.from === at && edge.to !== from && !path.some((before) => before.to === edge.to))
          follow([...path, edge], edge.to)
      }
    }
    follow([], from)
    return found
  }

  it('are all ways from one node to another, whole or page by page', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.constantFrom(1, 3, 5, 20, undefined),
        fc.integer({ min: 1, max: 3 }),
        async (steps, length, limit) => {
          const { events } = await happen(steps)
          const graph = folded(events)
          const moment = events.at(-1)?.position ?? 0
          const plain = byHand(events, moment)
          for (const [from] of plain.nodes) {
            for (const [to] of plain.nodes) {
              const expected = pathsByHand(plain, from, to, length)
              if (expected.length > 200) continue
              const question = { from: refOf(from), to: refOf(to), ...(length === undefined ? {} : { length }) }
              const whole = right(paths(graph, { ...question, limit: 1000 }, moment))
              const written = whole.items.map((path) =>
                path.map((edge) => `${edge.from} ${edge.kind} ${edge.to}`).join(' > '),
              )
              expect(sorted(written)).toEqual(sorted(expected))
              expect(whole.cursor).toBeUndefined()
              if (expected.length === 0) continue
              expect(whole.nodes.map(({ id }) => id)).toEqual(expect.arrayContaining([from, to]))

              let cursor: string | undefined
              const inPages: unknown[] = []
              do {
                const page = right(
                  paths(graph, { ...question, limit, ...(cursor === undefined ? {} : { cursor }) }, moment),
                )
                expect(page.items.length).toBeLessThanOrEqual(limit)
                inPages.push(...page.items)
                cursor = page.cursor
              } while (cursor !== undefined)
              expect(inPages).toEqual(whole.items)
            }
          }
        },
      ),
      { numRuns: 15 },
    )
  })

  it('goes on where a cursor says, and refuses one that leads nowhere', async () => {
    const { events } = await happen([])
    const graph = folded(events)
    const question = {
      from: { kind: 'run', run: runNamed('run-0') },
      to: { kind: 'run', run: runNamed('run-1') },
    } as const
    expect(right(paths(graph, question, 100)).items).toEqual([])
    expect(right(paths(graph, { ...question, to: question.from }, 100)).items).toEqual([[]])
    expect(left(paths(graph, { ...question, cursor: 'AAAA' }, 100))._tag).toBe('bad-cursor')
    expect(left(paths(graph, { ...question, to: { kind: 'run', run: runNamed('none') } }, 100))._tag).toBe(
      'not-in-lineage',
    )
  })

  const run = (n: number): LineageRef => ({ kind: 'run', run: runNamed(`run-${n}`) })

  it.each([17, 1000])('are found however long they are: %i generations', (generations) => {
    const graph = chainOf(generations)
    const question = { from: run(0), to: run(generations) }
    const found = right(paths(graph, question, Infinity))
    expect(found.items.map((path) => path.length)).toEqual([2 * generations])
    expect(found.nodes).toHaveLength(2 * generations + 1)
    expect(found).not.toHaveProperty('cursor')
    // The bound is the caller's.
    const bound = (length: number) => right(paths(graph, { ...question, length }, Infinity)).items
    expect([bound(2 * generations), bound(2 * generations - 1)]).toEqual([found.items, []])
  })

  it('that are more than can be counted come in pages, none twice, with a cursor that stays short', () => {
    // From each run to the next by either of two versions, a thousand times: 2 ** 1000 paths.
    const edges = Array.from({ length: 1000 }, (_, n) =>
      [`v${2 * n}`, `v${2 * n + 1}`].flatMap((by) => [[n, by] as const, [by, n + 1] as const]),
    ).flat()
    const graph = graphOf(...edges)
    const question = { from: run(0), to: run(1000), limit: 40 }
    const seen = new Set<string>()
    let cursor: string | undefined
    for (let page = 1; page <= 3; page++) {
      const found = right(paths(graph, { ...question, ...(cursor === undefined ? {} : { cursor }) }, 9999))
      cursor = found.cursor
      for (const path of found.items) seen.add(path.map(({ position }) => position).join())
      expect(seen.size).toBe(40 * page)
      expect(cursor?.length).toBeLessThan(200)
    }
    expect(left(paths(graph, { ...question, cursor: String(cursor) }, 9998))._tag).toBe('bad-cursor')
    // However many are asked for, a page holds no more than fits.
    const { items: many, cursor: next } = right(paths(graph, { ...question, limit: 1e9 }, 9999))
    expect(many.length).toBeGreaterThan(40)
    expect(many.length).toBeLessThan(1000)
    expect(next).toBeDefined()
  })

  it('are found at once where runs log again what they used, each with each', () => {
    // Ways into that thicket are many beyond count, and none of them leads out of it but the way by which one came.
    const thicket = Array.from({ length: 40 }, (_, n) =>
      Array.from({ length: 20 }, (_, v) => [[`v${v}`, n + 1] as const, [n + 1, `v${v}`] as const]).flat(),
    ).flat()
    const graph = graphOf([0, 'v0'], ...thicket, ['v0', 50])
    const found = right(paths(graph, { from: run(0), to: run(50) }, 9999))
    expect(edgesOf({ edges: found.items.flat() })).toEqual([
      'run:acme/churn/run-0 logged version:acme/churn/m:v0 1',
      'version:acme/churn/m:v0 used run:acme/churn/run-50 1602',
    ])
    expect(found).not.toHaveProperty('cursor')
  })
})
