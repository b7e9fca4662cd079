/**
 * The graph behind lineage: what came from what, in the direction in which content flows, each edge with
 * the position from which it holds. Nodes and edges are rows of numbers in typed columns (about 33 and 25 bytes),
 * and the edges of a node are a ring through those columns, oldest first; only names are texts, once per stream.
 */

import { bytes, doubles, grownCapacity, ints } from '../../domain/values/columns.js'
import type { RunRef } from '../../domain/values/references.js'

export const EDGE_KINDS = ['logged', 're-logged', 'used', 'derived-from', 'linked', 'part-of', 'copied'] as const
export type EdgeKind = (typeof EDGE_KINDS)[number]

const MENTION = 0x80

/** How something came to its end: a version, a registered version, a draft's generation, or a run. */
export const ENDINGS = [
  'deleted',
  'unlinked',
  'sealed',
  'abandoned',
  'finished',
  'failed',
  'crashed',
  'killed',
] as const
export type Ending = (typeof ENDINGS)[number]

/** A row; `NONE` for none. */
export type Row = number
export const NONE = -1

export interface LineageGraph {
  /** What has a stream, and the stream of each. */
  readonly subjects: Map<string, Row>
  readonly streams: string[]
  /** The types of each artifact and registered model, one for each life, from the position on where that began. */
  readonly types: Map<Row, Array<readonly [from: number, type: string]>>
  /** The run that was named last, since most events name the one of the event before. */
  lastRun: { readonly ref: RunRef; readonly node: Row } | null
  nodeCount: number
  nodes: {
    readonly subject: Int32Array
    /** Which version or generation of the subject; 0 for a run. */
    readonly number: Int32Array
    readonly since: Float64Array
    /** The position of the end, or 0; and which of `ENDINGS`. */
    readonly endedAt: Float64Array
    readonly ending: Uint8Array
    /** The newest edge; the ring goes on from it to the oldest. */
    readonly lastOut: Int32Array
    readonly lastIn: Int32Array
  }
  edgeCount: number
  edges: {
    readonly from: Int32Array
    readonly to: Int32Array
    /** Which of `EDGE_KINDS`, and whether it is a `MENTION`. */
    readonly kind: Uint8Array
    readonly position: Float64Array
    readonly nextOut: Int32Array
    readonly nextIn: Int32Array
  }
  /** The nodes of each subject by number; of one that has none but number 0, as most runs, that node itself. */
  readonly nodesBySubject: Array<Row | Row[]>
}

export const emptyGraph = (): LineageGraph => ({
  subjects: new Map(),
  streams: [],
  types: new Map(),
  lastRun: null,
  nodeCount: 0,
  nodes: nodeColumns(64),
  edgeCount: 0,
  edges: edgeColumns(64),
  nodesBySubject: [],
})

/** The subject of a stream, added if it is new. */
export const subjectOf = ({ subjects, streams }: LineageGraph, stream: string): Row => {
  const known = subjects.get(stream)
  if (known !== undefined) return known
  const subject = streams.push(stream) - 1
  subjects.set(stream, subject)
  return subject
}

/** The type of what was first known at a position. */
export const typeOf = ({ types }: LineageGraph, subject: Row, since: number): string | null => {
  const all = types.get(subject)
  return (all?.findLast(([from]) => from <= since) ?? all?.[0])?.[1] ?? null
}

/** All that is known of a subject. */
export const nodesOf = ({ nodesBySubject }: LineageGraph, subject: Row): ReadonlyArray<Row> => {
  const place = nodesBySubject[subject]
  return typeof place === 'number' ? [place] : (place ?? []).filter((node) => node !== undefined)
}

/** The node of a version, generation or run; `NONE` if nothing is known of it. */
export const findNode = ({ nodesBySubject }: LineageGraph, subject: Row, number: number): Row => {
  const place = nodesBySubject[subject]
  if (typeof place === 'number') return number === 0 ? place : NONE
  return place?.[number] ?? NONE
}

/** The same, added if it is new. */
export const nodeOf = (graph: LineageGraph, subject: Row, number: number, position: number): Row => {
  const known = findNode(graph, subject, number)
  if (known !== NONE) return known
  const node = graph.nodeCount++
  if (node === graph.nodes.subject.length) graph.nodes = nodeColumns(grownCapacity(node), graph.nodes)
  const { nodes } = graph
  nodes.subject[node] = subject
  nodes.number[node] = number
  nodes.since[node] = position
  nodes.lastOut[node] = NONE
  nodes.lastIn[node] = NONE
  putInPlace(graph.nodesBySubject, subject, number, node)
  return node
}

export const putInPlace = (
  nodesBySubject: LineageGraph['nodesBySubject'],
  subject: Row,
  number: number,
  node: Row,
): void => {
  const place = nodesBySubject[subject]
  if (place === undefined && number === 0) nodesBySubject[subject] = node
  else if (typeof place === 'object') place[number] = node
  else {
    const numbers = place === undefined ? [] : [place]
    numbers[number] = node
    nodesBySubject[subject] = numbers
  }
}

export const endNode = ({ nodes }: LineageGraph, node: Row, ending: Ending, position: number): void => {
  nodes.endedAt[node] = position
  nodes.ending[node] = ENDINGS.indexOf(ending)
}

/**
 * From this position on the edge holds. One that holds already is a mention. The event stands in the stream
 * of `to`, whatever the kind.
 */
export const addEdge = (graph: LineageGraph, from: Row, to: Row, kind: EdgeKind, position: number): void => {
  const code = EDGE_KINDS.indexOf(kind)
  append(graph, from, to, hasEdge(graph, from, to, code) ? code | MENTION : code, position)
}

/** The event names `from`, so that its history has it; nothing came from there by it, and lineage does not walk it. */
export const addMention = (graph: LineageGraph, from: Row, to: Row, kind: EdgeKind, position: number): void =>
  append(graph, from, to, EDGE_KINDS.indexOf(kind) | MENTION, position)

const append = (graph: LineageGraph, from: Row, to: Row, code: number, position: number): void => {
  if (from === to) return
  const edge = graph.edgeCount++
  if (edge === graph.edges.from.length) graph.edges = edgeColumns(grownCapacity(edge), graph.edges)
  const { edges, nodes } = graph
  edges.from[edge] = from
  edges.to[edge] = to
  edges.kind[edge] = code
  edges.position[edge] = position
  chain(nodes.lastOut, edges.nextOut, from, edge)
  chain(nodes.lastIn, edges.nextIn, to, edge)
}

const chain = (last: Int32Array, next: Int32Array, node: Row, edge: Row): void => {
  const before = last[node] ?? NONE
  next[edge] = before === NONE ? edge : (next[before] ?? edge)
  if (before !== NONE) next[before] = edge
  last[node] = edge
}

/** Looks through the edges of both ends at once, so that the shorter list decides. */
const hasEdge = ({ nodes, edges }: LineageGraph, from: Row, to: Row, code: number): boolean => {
  const lastOut = nodes.lastOut[from] ?? NONE
  const lastIn = nodes.lastIn[to] ?? NONE
  if (lastOut === NONE || lastIn === NONE) return false
  let out = lastOut
  let into = lastIn
  for (;;) {
    out = edges.nextOut[out] ?? lastOut
    into = edges.nextIn[into] ?? lastIn
    // One that holds is there without the mark of a mention.
    if (edges.to[out] === to && edges.kind[out] === code) return true
    if (edges.from[into] === from && edges.kind[into] === code) return true
    if (out === lastOut || into === lastIn) return false
  }
}

/** The positions of all edges from a node to nodes of other subjects, up to a moment: the events elsewhere that name it. */
export const namedElsewhere = ({ nodes, edges }: LineageGraph, node: Row, moment: number): ReadonlyArray<number> => {
  const positions: number[] = []
  const newest = nodes.lastOut[node] ?? NONE
  if (newest === NONE) return positions
  for (let edge = edges.nextOut[newest] ?? NONE; ; edge = edges.nextOut[edge] ?? NONE) {
    const position = edges.position[edge] ?? Infinity
    if (position > moment) return positions
    const elsewhere = nodes.subject[edges.to[edge] ?? NONE] !== nodes.subject[node]
    if (elsewhere && positions.at(-1) !== position) positions.push(position)
    if (edge === newest) return positions
  }
}

/** How to walk the edges of nodes one way: down the flow, or up it. */
export interface Traversal {
  /** The oldest edge of a node, or `NONE`. */
  readonly first: (node: Row) => Row
  /** The edge after this one of the same node, or `NONE`. */
  readonly after: (node: Row, edge: Row) => Row
  /** The node at the far end. */
  readonly far: (edge: Row) => Row
}

/** `moment` is inclusive; edges that came after it are not there. */
export const traversalOf = (
  { nodes, edges }: LineageGraph,
  direction: 'upstream' | 'downstream',
  moment: number,
): Traversal => {
  const down = direction === 'downstream'
  const last = down ? nodes.lastOut : nodes.lastIn
  const next = down ? edges.nextOut : edges.nextIn
  const ends = down ? edges.to : edges.from
  const { position, kind } = edges
  const from = (start: Row, newest: Row): Row => {
    for (let edge = start; ; edge = next[edge] ?? NONE) {
      if ((position[edge] ?? Infinity) > moment) return NONE
      if ((kind[edge] ?? 0) < MENTION) return edge
      if (edge === newest) return NONE
    }
  }
  return {
    first: (node) => {
      const newest = last[node] ?? NONE
      return newest === NONE ? NONE : from(next[newest] ?? NONE, newest)
    },
    after: (node, edge) => {
      const newest = last[node] ?? NONE
      return edge === newest ? NONE : from(next[edge] ?? NONE, newest)
    },
    far: (edge) => ends[edge] ?? NONE,
  }
}

export const nodeColumns = (rows: number, before?: LineageGraph['nodes']): LineageGraph['nodes'] => ({
  subject: ints(rows, before?.subject),
  number: ints(rows, before?.number),
  since: doubles(rows, before?.since),
  endedAt: doubles(rows, before?.endedAt),
  ending: bytes(rows, before?.ending),
  lastOut: ints(rows, before?.lastOut),
  lastIn: ints(rows, before?.lastIn),
})

export const edgeColumns = (rows: number, before?: LineageGraph['edges']): LineageGraph['edges'] => ({
  from: ints(rows, before?.from),
  to: ints(rows, before?.to),
  kind: bytes(rows, before?.kind),
  position: doubles(rows, before?.position),
  nextOut: ints(rows, before?.nextOut),
  nextIn: ints(rows, before?.nextIn),
})
