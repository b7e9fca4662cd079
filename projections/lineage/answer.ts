/** What questions about lineage answer: nodes and edges, in names. */
import { collectionPath, runPath } from '../../domain/values/references.js'
import { parseStream } from '../../domain/values/stream-names.js'
import type { LineageRef } from '../../domain/values/subjects.js'
import { EDGE_KINDS, type EdgeKind, ENDINGS, type Ending, type LineageGraph, NONE, type Row, typeOf } from './graph.js'

export type LineageNode = LineageRef & {
  /** Unlike every other: the kind and the name, `run:acme/churn/train-7`. */
  readonly id: string
  /** `acme/churn/features:v3`, `acme/churn/train-7`, `acme/churn/features/sweep-1#0` for a draft's generation 0. */
  readonly name: string
  /** The artifact's or registered model's type; `null` for runs. */
  readonly type: string | null
  /** From which position on it is known. */
  readonly since: number
  /** How and at which position it ended: it stays to be seen. `null` as long as it has not. */
  readonly end: { readonly how: Ending; readonly position: number } | null
  /** Of a version, where a ledger was asked: those that it held at that moment. */
  readonly aliases?: ReadonlyArray<string>
}

/** `to` came from `from`: content flows along the arrow. */
export interface LineageEdge {
  readonly from: string
  readonly to: string
  readonly kind: EdgeKind
  /** From which position on it holds. */
  readonly position: number
}

export interface Lineage {
  /** What was asked of, then the ends of these `edges` as they are met: the nearest first, the older first. */
  readonly nodes: ReadonlyArray<LineageNode>
  readonly edges: ReadonlyArray<LineageEdge>
  /** As of which position. */
  readonly moment: number
  /** The time of that position, where a ledger was asked: ISO 8601; `null` before the first event. */
  readonly time?: string | null
  /** Present where there is more: ask the same again with it as `cursor`. */
  readonly cursor?: string
}

/** Rows as an answer shows them, as of a moment: some nodes, and edges with the nodes at their ends. */
export const shown = (
  graph: LineageGraph,
  first: ReadonlyArray<Row>,
  edges: ReadonlyArray<Row>,
  moment: number,
): Pick<Lineage, 'nodes' | 'edges' | 'moment'> => {
  const { subject, number, since, endedAt, ending } = graph.nodes
  const { from, to, kind, position } = graph.edges
  const formats = new Map<string, NodeFormat>()
  const show = (node: Row): LineageNode => {
    const row = subject[node] ?? NONE
    const type = typeOf(graph, row, since[node] ?? 0)
    const key = `${row} ${type}`
    const known = formats.get(key)
    const format = known ?? nodeFormatOf(graph.streams[row] ?? '', type)
    if (known === undefined) formats.set(key, format)
    const ended = endedAt[node] ?? 0
    const how = ENDINGS[ending[node] ?? 0]
    const end = ended > 0 && ended <= moment && how !== undefined ? { how, position: ended } : null
    return format(number[node] ?? 0, since[node] ?? 0, end)
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
type NodeFormat = (number: number, since: number, end: LineageNode['end']) => LineageNode

const nodeFormatOf = (stream: string, type: string | null): NodeFormat => {
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
    case 'losses':
    case undefined:
      throw new TypeError(`not a stream of a ledger, yet in its lineage: ${stream}`)
  }
}
