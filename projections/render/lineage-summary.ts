/** What a picture of a lineage shows: every node in a box of its own, or of a large one those that are alike in one. */
import type { LineageEdge, LineageNode } from '../lineage/answer.js'
import type { EdgeKind } from '../lineage/graph.js'
import { edgesBetween, type LineagePicture, labelOf, type NodeLabel } from './lineage-text.js'

export interface Box {
  readonly kind: LineageNode['kind']
  /** The nodes that it stands for, at least one. */
  readonly nodes: ReadonlyArray<LineageNode>
  readonly label: NodeLabel
}

export interface Arrow {
  readonly kind: EdgeKind
  /** The places of its boxes. */
  readonly from: number
  readonly to: number
  /** The edges that it stands for, at least one. */
  readonly edges: ReadonlyArray<LineageEdge>
}

/** What nodes of a kind are called, one and several. */
export const NODE_WORDS: Readonly<Record<LineageNode['kind'], readonly [one: string, several: string]>> = {
  run: ['run', 'runs'],
  draft: ['distributed draft', 'distributed drafts'],
  version: ['artifact version', 'artifact versions'],
  'registered-version': ['registered version', 'registered versions'],
}

export const countOf = (kind: LineageNode['kind'], count: number): string =>
  `${count} ${NODE_WORDS[kind][count === 1 ? 0 : 1]}`

/** In whose box a node stands: its own, that of its artifact or model, that of its project, that of its kind. */
const LEVELS: ReadonlyArray<(node: LineageNode) => string> = [
  ({ id }) => id,
  (node) => ('version' in node ? `${node.kind} ${collectionOf(node)}` : `${node.kind} ${labelOf(node).scope}`),
  (node) => `${node.kind} ${labelOf(node).scope}`,
  ({ kind }) => kind,
]

const collectionOf = ({ name }: LineageNode): string => name.slice(0, name.lastIndexOf(':'))

/** In at most so many boxes, where that can be; what the picture is about has a box of its own. */
export const summarised = (
  picture: LineagePicture,
  most: number,
  focus?: string,
): { readonly boxes: ReadonlyArray<Box>; readonly arrows: ReadonlyArray<Arrow> } => {
  const grouped = LEVELS.map((group) => groupsOf(picture.nodes, (node) => (node.id === focus ? node.id : group(node))))
  const groups = grouped.find(({ size }) => size <= most) ?? grouped.at(-1) ?? new Map<string, LineageNode[]>()
  const places = new Map([...groups.values()].flatMap((nodes, place) => nodes.map(({ id }) => [id, place] as const)))
  const arrows = new Map<string, { kind: EdgeKind; from: number; to: number; edges: LineageEdge[] }>()
  for (const { edge } of edgesBetween(picture)) {
    const [from = 0, to = 0] = [places.get(edge.from), places.get(edge.to)]
    if (from === to) continue
    const key = `${from} ${to} ${edge.kind}`
    const arrow = arrows.get(key)
    if (arrow === undefined) arrows.set(key, { kind: edge.kind, from, to, edges: [edge] })
    else arrow.edges.push(edge)
  }
  return { boxes: [...groups.values()].flatMap(boxOf), arrows: [...arrows.values()] }
}

const groupsOf = (
  nodes: ReadonlyArray<LineageNode>,
  group: (node: LineageNode) => string,
): ReadonlyMap<string, ReadonlyArray<LineageNode>> => {
  const groups = new Map<string, LineageNode[]>()
  for (const node of nodes) {
    const members = groups.get(group(node))
    if (members === undefined) groups.set(group(node), [node])
    else members.push(node)
  }
  return groups
}

const boxOf = (nodes: ReadonlyArray<LineageNode>): ReadonlyArray<Box> => {
  const [first] = nodes
  if (first === undefined) return []
  const { kind } = first
  const label = labelOf(first)
  if (nodes.length === 1) return [{ kind, nodes, label }]
  const isOne = (of: (node: LineageNode) => string): boolean => nodes.every((node) => of(node) === of(first))
  const collection = label.name.slice(0, label.name.lastIndexOf(':'))
  const ofOneCollection = 'version' in first && isOne(collectionOf)
  return [
    {
      kind,
      nodes,
      label: {
        name: ofOneCollection ? `${collection}: ${nodes.length} versions` : countOf(kind, nodes.length),
        scope: isOne((node) => labelOf(node).scope) ? label.scope : 'several projects',
        what: isOne((node) => labelOf(node).what) ? label.what : NODE_WORDS[kind][1],
        mark: null,
        aliases: [],
      },
    },
  ]
}
