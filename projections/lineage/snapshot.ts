/** The graph of the lineage in a snapshot. */
import { isMap } from '../../domain/values/built-ins.js'
import { areColumns, grownCapacity } from '../../domain/values/columns.js'
import { edgeColumns, type LineageGraph, nodeColumns, putInPlace } from './graph.js'

/** For a snapshot; `subjects` and `nodesBySubject` are made again. */
export const saveGraph = ({ streams, types, nodeCount, nodes, edgeCount, edges }: LineageGraph): Iterable<unknown> => [
  [...streams],
  new Map([...types].map(([subject, all]) => [subject, [...all]])),
  nodeColumns(nodeCount, nodes),
  edgeColumns(edgeCount, edges),
]

/** The graph again; `undefined` for anything else. */
export const loadGraph = ([streams, types, nodes, edges]: ReadonlyArray<unknown>): LineageGraph | undefined => {
  if (!Array.isArray(streams) || !isMap(types)) return undefined
  if (!areColumns(nodes, nodeColumns(0)) || !areColumns(edges, edgeColumns(0))) return undefined
  const [nodeCount, edgeCount] = [nodes.subject.length, edges.from.length]
  const nodesBySubject: LineageGraph['nodesBySubject'] = []
  for (const [node, subject] of nodes.subject.entries())
    putInPlace(nodesBySubject, subject, nodes.number[node] ?? 0, node)
  return {
    subjects: new Map(streams.map((stream, subject) => [stream, subject])),
    streams,
    types,
    lastRun: null,
    nodeCount,
    nodes: nodeColumns(grownCapacity(nodeCount), nodes),
    edgeCount,
    edges: edgeColumns(grownCapacity(edgeCount), edges),
    nodesBySubject,
  }
}
