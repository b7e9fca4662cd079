/**
 * Lineage: what a version, run, registered version or draft came from, what came of it, and how one led
 * to another, as of any moment. Answers cost what they visit, and come in an order that later writes do not change.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Position } from '../../domain/ports/event-store.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunRef, runPath } from '../../domain/values/names.js'
import { artifactStream, draftStream, modelStream, parseStream, runStream } from '../../domain/values/stream-names.js'
import { BAD_CURSOR, type BadCursor, readCursor, writeCursor } from '../paging/cursor.js'
import {
  EDGE_KINDS,
  type EdgeKind,
  ENDINGS,
  type Ending,
  findNode,
  type LineageGraph,
  NONE,
  type Row,
  wayOf,
} from './graph.js'
import { waysBetween } from './path-search.js'

/** What can have a lineage. */
export type LineageRef =
  | { readonly kind: 'version'; readonly artifact: ArtifactRef; readonly version: number }
  | { readonly kind: 'registered-version'; readonly model: ModelRef; readonly version: number }
  | { readonly kind: 'run'; readonly run: RunRef }
  | {
      readonly kind: 'draft'
      readonly artifact: ArtifactRef
      readonly distributedId: string
      readonly generation: number
    }

export type LineageNode = LineageRef & {
  /** Unlike every other: the kind and the name, `run:acme/churn/train-7`. */
  readonly id: string
  /** `acme/churn/features:v3`, `acme/churn/train-7`, `acme/churn/features/sweep-1#0` for a draft's generation 0. */
  readonly name: string
  /** The artifact's or registered model's type; `null` for runs. */
  readonly type: string | null
  /** From which position on it is known. */
  readonly since: Position
  /** How and at which position it ended: it stays to be seen. `null` as long as it has not. */
  readonly end: { readonly how: Ending; readonly position: Position } | null
}

/** `to` came from `from`: content flows along the arrow. */
export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  /** From which position on it holds. */
  readonly position: Position
}

export interface Lineage {
  /** What was asked of, then the ends of these `edges` as they are met: the nearest first, the older first. */
  readonly nodes: ReadonlyArray<LineageNode>
  readonly edges: ReadonlyArray<LineageEdge>
  /** As of which position. */
  readonly moment: Position
  /** Present where there is more: ask the same again with it as `cursor`. */
  readonly cut?: string
}

export interface LineageQuery {
  readonly of: LineageRef
  /** `upstream`: what it came from; `downstream`: what came of it; `both` (the default): first the one, then the other. */
  readonly direction?: 'upstream' | 'downstream' | 'both'
  /** How many edges away at most; no bound unless told. */
  readonly depth?: number
  /** The most edges in one answer; 1,000 unless told. */
  readonly limit?: number
  readonly cursor?: string
}

export interface PathsQuery {
  readonly from: LineageRef
  readonly to: LineageRef
  /** The most edges of one path; no bound unless told. */
  readonly length?: number
  /** The most paths in one answer; 100 unless told. */
  readonly limit?: number
  readonly cursor?: string
}

/** Each path as the edges along it, from the one to the other; `nodes` and `edges` are all that occur in them. */
export interface LineagePaths extends Lineage {
  readonly paths: ReadonlyArray<ReadonlyArray<LineageEdge>>
}

export type LineageRejection =
  | { readonly _tag: 'not-in-lineage'; readonly ref: LineageRef; readonly moment: Position }
  | BadCursor

const LIMIT = 1000
const PATH_LIMIT = 100

/** What `of` came from and what came of it, as of a position. */
export const lineage = (
  graph: LineageGraph,
  { of, direction = 'both', depth = Infinity, limit = LIMIT, cursor }: LineageQuery,
  position: Position,
): E.Either<LineageRejection, Lineage> => {
  const kin = [...placeOf(of), direction, depth]
  const start = cursor === undefined ? { moment: position, place: [0] } : readCursor(kin, cursor, position)
  if (start === undefined) return E.left(BAD_CURSOR)
  const { moment } = start
  const root = locate(graph, of, moment)
  if (root === NONE) return E.left({ _tag: 'not-in-lineage', ref: of, moment })

  const from = start.place[0] ?? 0
  const { edges, more } = walk(graph, root, DIRECTIONS[direction], depth, moment, from, from + limit)
  return E.right({
    ...shown(graph, [root], edges, moment),
    ...(more ? { cut: writeCursor(kin, { moment, place: [from + limit] }) } : {}),
  })
}

const DIRECTIONS = {
  upstream: ['upstream'],
  downstream: ['downstream'],
  both: ['upstream', 'downstream'],
} as const

/**
 * Breadth first from the root, all ways in turn: the edges from number `start` to before number `end` in
 * the order in which they are met.
 */
const walk = (
  graph: LineageGraph,
  root: Row,
  directions: ReadonlyArray<'upstream' | 'downstream'>,
  depth: number,
  moment: Position,
  start: number,
  end: number,
): { readonly edges: ReadonlyArray<Row>; readonly more: boolean } => {
  const edges: Row[] = []
  let count = 0
  /** How far from the root each node is that was reached the way before. */
  let before: ReadonlyMap<Row, number> | undefined
  for (const direction of directions) {
    const way = wayOf(graph, direction, moment)
    const reached = new Map([[root, 0]])
    // A map gives what is added while it is gone through.
    for (const [node, far] of reached) {
      if (far >= depth) break
      for (let edge = way.first(node); edge !== NONE; edge = way.after(node, edge)) {
        const next = way.far(edge)
        if (!reached.has(next)) reached.set(next, far + 1)
        const farBefore = before?.get(next)
        // Where there is a cycle the same edge can be met both ways.
        if (farBefore !== undefined && farBefore < depth) continue
        if (count === end) return { edges, more: true }
        if (count >= start) edges.push(edge)
        count++
      }
    }
    before = reached
  }
  return { edges, more: false }
}

/**
 * All ways along which content came from `from` to `to`, none visiting a node twice, as of a position. The
 * older edge comes first. A cut answer may hold fewer paths than its limit, if the search was long.
 */
export const paths = (
  graph: LineageGraph,
  { from, to, length = Infinity, limit = PATH_LIMIT, cursor }: PathsQuery,
  position: Position,
): E.Either<LineageRejection, LineagePaths> => {
  const kin = [...placeOf(from), ...placeOf(to), length]
  const start = cursor === undefined ? { moment: position, place: [] } : readCursor(kin, cursor, position)
  if (start === undefined) return E.left(BAD_CURSOR)
  const { moment } = start
  const [source, target] = [locate(graph, from, moment), locate(graph, to, moment)]
  if (source === NONE) return E.left({ _tag: 'not-in-lineage', ref: from, moment })
  if (target === NONE) return E.left({ _tag: 'not-in-lineage', ref: to, moment })

  const searched = waysBetween(graph, source, target, length, limit, moment, start.place)
  if (searched === undefined) return E.left(BAD_CURSOR)
  const { found, rest } = searched
  const edges = [...new Set(found.flat())]
  const answer = shown(graph, found.length > 0 ? [source] : [], edges, moment)
  const edgeOf = new Map(edges.map((edge, index) => [edge, answer.edges[index]]))
  return E.right({
    ...answer,
    paths: found.map((path) => path.flatMap((edge) => edgeOf.get(edge) ?? [])),
    ...(rest === undefined ? {} : { cut: writeCursor(kin, { moment, place: rest }) }),
  })
}

const locate = (graph: LineageGraph, ref: LineageRef, moment: Position): Row => {
  const [stream, number] = placeOf(ref)
  const subject = graph.subjects.get(stream)
  const node = subject === undefined ? NONE : findNode(graph, subject, number)
  return node !== NONE && (graph.nodes.since[node] ?? Infinity) <= moment ? node : NONE
}

/** The stream of a node, and which of its nodes it is. */
export const placeOf = (ref: LineageRef): readonly [stream: string, number: number] => {
  switch (ref.kind) {
    case 'version':
      return [artifactStream(ref.artifact), ref.version]
    case 'registered-version':
      return [modelStream(ref.model), ref.version]
    case 'run':
      return [runStream(ref.run), 0]
    case 'draft':
      return [draftStream(ref.artifact, ref.distributedId), ref.generation]
  }
}

/** Rows as an answer shows them, as of a moment: some nodes, and edges with the nodes at their ends. */
const shown = (
  graph: LineageGraph,
  first: ReadonlyArray<Row>,
  edges: ReadonlyArray<Row>,
  moment: Position,
): Pick<Lineage, 'nodes' | 'edges' | 'moment'> => {
  const { subject, number, since, endedAt, ending } = graph.nodes
  const { from, to, kind, position } = graph.edges
  const showers = new Map<Row, Shower>()
  const show = (node: Row): LineageNode => {
    const row = subject[node] ?? NONE
    const known = showers.get(row)
    const shower = known ?? showerOf(graph.streams[row] ?? '', graph.types.get(row) ?? null)
    if (known === undefined) showers.set(row, shower)
    const ended = endedAt[node] ?? 0
    const how = ENDINGS[ending[node] ?? 0]
    const end = ended > 0 && ended <= moment && how !== undefined ? { how, position: ended } : null
    return shower(number[node] ?? 0, since[node] ?? 0, end)
  }
  const nodes = new Set(first)
  for (const edge of edges) nodes.add(from[edge] ?? NONE).add(to[edge] ?? NONE)
  const ids = new Map<Row, string>()
  return {
    nodes: [...nodes].map((node) => {
      const answer = show(node)
      ids.set(node, answer.id)
      return answer
    }),
    edges: edges.map((edge) => ({
      from: ids.get(from[edge] ?? NONE) ?? '',
      to: ids.get(to[edge] ?? NONE) ?? '',
      kind: EDGE_KINDS[kind[edge] ?? 0] ?? 'logged',
      position: position[edge] ?? 0,
    })),
    moment,
  }
}

/** From what the columns say of a node to the node of an answer; what its subject gives is made once. */
type Shower = (number: number, since: Position, end: LineageNode['end']) => LineageNode

const showerOf = (stream: string, type: string | null): Shower => {
  const subject = parseStream(stream)
  switch (subject?.category) {
    case 'artifact': {
      const { artifact } = subject
      const path = collectionPath(artifact)
      return (version, since, end) => {
        const name = `${path}:v${version}`
        return { kind: 'version', id: `version:${name}`, name, artifact, version, type, since, end }
      }
    }
    case 'model': {
      const { model } = subject
      const path = collectionPath(model)
      return (version, since, end) => {
        const name = `${path}:v${version}`
        return { kind: 'registered-version', id: `registered-version:${name}`, name, model, version, type, since, end }
      }
    }
    case 'run': {
      const { run } = subject
      const name = runPath(run)
      return (_, since, end) => ({ kind: 'run', id: `run:${name}`, name, run, type, since, end })
    }
    case 'draft': {
      const { artifact, distributedId } = subject
      const path = `${collectionPath(artifact)}/${distributedId}`
      return (generation, since, end) => {
        const name = `${path}#${generation}`
        return { kind: 'draft', id: `draft:${name}`, name, artifact, distributedId, generation, type, since, end }
      }
    }
    case undefined:
      throw new TypeError(`not a stream of a ledger, yet in its lineage: ${stream}`)
  }
}
