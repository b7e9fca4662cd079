/** Lineage as text for other tools: Mermaid, Graphviz DOT, and JSON. */

import type { Lineage, LineageEdge, LineageNode } from '../lineage/answer.js'
import type { Ending } from '../lineage/graph.js'

/** What is drawn: an answer, or part of one. Edges whose ends are not among the nodes are left out. */
export type LineagePicture = Pick<Lineage, 'nodes' | 'edges' | 'moment' | 'time' | 'cursor'>

/** What the picture says of an answer that goes on. */
export const AND_MORE = '… and more'

/** What a node is called in a picture: its name in two lines, what it is, and how it ended. */
export interface NodeLabel {
  /** `features:v3`, `train-7`. */
  readonly name: string
  /** `acme/churn` */
  readonly scope: string
  /** `dataset`, `registered model`, `run`, `draft`. */
  readonly what: string
  /** `deleted`, `unlinked`…; `null` where nothing of the kind is to be said. */
  readonly mark: string | null
  readonly aliases: ReadonlyArray<string>
}

export const labelOf = (node: LineageNode): NodeLabel => {
  const [entity = '', project = '', ...rest] = node.name.split('/')
  const [what, mark, { aliases = [] }] = [whatItIs(node), markOf(node.end?.how), node]
  return { name: rest.join('/'), scope: `${entity}/${project}`, what, mark, aliases }
}

const whatItIs = (node: LineageNode): string => {
  switch (node.kind) {
    case 'version':
      return node.type ?? 'artifact'
    case 'registered-version':
      return `registered ${node.type ?? 'version'}`
    case 'run':
      return 'run'
    case 'draft':
      return 'draft'
  }
}

/** What it is, how it ended, and the aliases that it held at the moment of the answer. */
export const detailOf = ({ what, mark, aliases }: NodeLabel): string =>
  [mark === null ? what : `${what}, ${mark}`, ...(aliases.length === 0 ? [] : [aliases.join(', ')])].join(' · ')

/** Of which moment a picture is. */
export const momentText = ({ moment, time }: LineagePicture): string =>
  typeof time === 'string' ? `as of ${time} (position ${moment})` : `as of position ${moment}`

/** An end worth a word in a picture: a run that finished and a draft that was sealed went their way. */
const markOf = (how: Ending | undefined): string | null =>
  how === undefined || how === 'finished' || how === 'sealed' ? null : how

/** The edges whose two ends are there, each end as the place of its node among the nodes. */
export const edgesBetween = ({
  nodes,
  edges,
}: LineagePicture): ReadonlyArray<{ readonly edge: LineageEdge; readonly from: number; readonly to: number }> => {
  const places = new Map(nodes.map(({ id }, place) => [id, place]))
  return edges.flatMap((edge) => {
    const [from, to] = [places.get(edge.from), places.get(edge.to)]
    return from === undefined || to === undefined ? [] : [{ edge, from, to }]
  })
}

const MERMAID_SHAPE: Readonly<Record<LineageNode['kind'], readonly [open: string, close: string]>> = {
  version: ['[', ']'],
  'registered-version': ['[[', ']]'],
  run: ['([', '])'],
  draft: ['[/', '/]'],
}

/** A Mermaid flowchart. */
export const lineageMermaid = (picture: LineagePicture): string => {
  const lines = ['---', `title: "${momentText(picture)}"`, '---', 'flowchart LR']
  for (const [place, node] of picture.nodes.entries()) {
    const label = labelOf(node)
    const [open, close] = MERMAID_SHAPE[node.kind]
    const text = mermaidText([label.name, label.scope, detailOf(label)])
    lines.push(`  n${place}${open}"${text}"${close}`)
  }
  for (const { edge, from, to } of edgesBetween(picture)) lines.push(`  n${from} -->|${edge.kind}| n${to}`)
  const ended = picture.nodes.flatMap((node, place) => (labelOf(node).mark === null ? [] : [`n${place}`]))
  if (ended.length > 0) {
    lines.push('  classDef ended stroke-dasharray:4 3,opacity:0.6', `  class ${ended.join(',')} ended`)
  }
  if (picture.cursor !== undefined) lines.push(`  more["${AND_MORE}"]`, '  style more fill:none,stroke:none')
  return `${lines.join('\n')}\n`
}

/** Lines for a quoted Mermaid label: unless all is plain, whatever is no letter, digit or space as `#code;`. */
export const mermaidText = (lines: ReadonlyArray<string>): string => {
  const plain = lines.every((line) => /^[\p{L}\p{M}\p{N} _./,:-]*$/u.test(line))
  const coded = (line: string): string =>
    line.toWellFormed().replace(/[^\p{L}\p{M}\p{N} ]/gu, (character) => `#${character.codePointAt(0)};`)
  return lines.map((line) => (plain ? line : coded(line))).join('<br/>')
}

const DOT_SHAPE: Readonly<Record<LineageNode['kind'], string>> = {
  version: 'box',
  'registered-version': 'component',
  run: 'ellipse',
  draft: 'parallelogram',
}

/** A Graphviz digraph. */
export const lineageDot = (picture: LineagePicture): string => {
  const lines = [
    'digraph lineage {',
    '  rankdir=LR',
    '  node [fontname="sans-serif"]',
    '  edge [fontname="sans-serif"]',
  ]
  for (const [place, node] of picture.nodes.entries()) {
    const label = labelOf(node)
    const text = [label.name, label.scope, detailOf(label)].map(dotText).join('\\n')
    const style = label.mark === null ? '' : ', style=dashed'
    lines.push(`  n${place} [label="${text}", shape=${DOT_SHAPE[node.kind]}${style}]`)
  }
  for (const { edge, from, to } of edgesBetween(picture)) lines.push(`  n${from} -> n${to} [label="${edge.kind}"]`)
  lines.push(`  label="${[momentText(picture), ...(picture.cursor === undefined ? [] : [AND_MORE])].join(', ')}"`)
  return `${lines.join('\n')}\n}\n`
}

/** Text for a quoted DOT label. Backslashes begin escapes there, and `&` entities. */
export const dotText = (text: string): string =>
  text
    .toWellFormed()
    .replace(/\p{Cc}/gu, '\uFFFD')
    .replace(/[\\"]/g, '\\$&')
    .replaceAll('&', '&amp;')

/** The answer as it is. */
export const lineageJson = (picture: LineagePicture): string => `${JSON.stringify(picture, null, 2)}\n`
