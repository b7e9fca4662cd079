/** Lineage as a picture: content flows from left to right, each kind of thing and of edge in a look of its own. */

import type { LineageNode } from '../lineage/answer.js'
import { EDGE_KINDS, type EdgeKind } from '../lineage/graph.js'
import { layout, type Point, type Size } from './layout.js'
import { type Arrow, type Box, countOf, NODE_WORDS, summarised } from './lineage-summary.js'
import { AND_MORE, detailOf, type LineagePicture, momentText, type NodeLabel } from './lineage-text.js'
import { fitted, px, type Rule, svgDocument, widthOf, xml } from './svg.js'

interface Style {
  readonly light: string
  readonly dark: string
}

const NODE_STYLES: Readonly<Record<LineageNode['kind'], Style>> = {
  run: { light: '#2e7d4f', dark: '#63c48c' },
  draft: { light: '#9a6700', dark: '#d9a93e' },
  version: { light: '#2f6fb3', dark: '#6cb0f5' },
  'registered-version': { light: '#7a4fb5', dark: '#b794f0' },
}

const NODE_KINDS = ['run', 'draft', 'version', 'registered-version'] as const

const EDGE_STYLES: Readonly<Record<EdgeKind, string>> = {
  logged: 'stroke-width: 1.4',
  're-logged': 'stroke-width: 1.4; stroke-dasharray: 9 3 2 3',
  used: 'stroke-width: 1.4; stroke-dasharray: 5 3',
  'derived-from': 'stroke-width: 2.6; stroke-dasharray: 8 4',
  linked: 'stroke-width: 2.6',
  'part-of': 'stroke-width: 1.8; stroke-dasharray: 2 3',
  copied: 'stroke-width: 2.6; stroke-dasharray: 2 4',
}

/** So many boxes at most, so that one sees them at once; above so many edges, they have no words. */
const MOST_BOXES = 50
/** Above so many a box has one line of text, not two. */
const MANY_BOXES = 24
const MANY_EDGES = 40

const MARGIN = 24
const CAPTION = 16
const MOST_TEXT = 320
const LEGEND = 40

export interface LineageSvgOptions {
  /** The id of the node that the picture is about; it is set off. */
  readonly focus?: string
  /** What the picture is called; how much it shows, unless told. */
  readonly title?: string
}

/**
 * An SVG document with nothing to fetch: title and tooltips, colours for light and for dark surroundings. Of a large
 * lineage the versions of one artifact, or more that are alike, stand in one box; `lineageDot` and `lineageMermaid`
 * leave nothing out.
 */
export const lineageSvg = (picture: LineagePicture, { focus, title }: LineageSvgOptions = {}): string => {
  const { nodes, cursor } = picture
  const { boxes, arrows } = summarised(picture, MOST_BOXES, focus)
  const flat = boxes.length > MANY_BOXES
  const texts = boxes.map(({ label }) => textOf(label, flat))
  const worded = arrows.length <= MANY_EDGES
  const laidOut = layout({
    boxes: texts,
    edges: arrows.map(({ kind, from, to }) => ({
      from,
      to,
      word: worded ? wordSize(kind) : { width: 0, height: 0 },
    })),
    gap: flat ? 8 : 18,
    columnGap: worded ? 60 : 80 + boxes.length / 2,
  })
  const legend = legendOf(boxes, arrows)
  const [left, top] = [MARGIN, MARGIN + LEGEND]

  const drawnEdges = arrows.map((arrow, index) => {
    const { points = [], word } = laidOut.edges[index] ?? {}
    return drawEdge(arrow, points, worded ? word : undefined)
  })
  const drawnBoxes = boxes.map((box, place) => {
    const [text, middle] = [texts[place], laidOut.boxes[place]]
    if (text === undefined || middle === undefined) return ''
    return drawBox(box, text, middle, box.nodes[0]?.id === focus)
  })

  const counted = summaryOf(picture)
  const caption = [
    momentText(picture),
    ...(boxes.length < nodes.length ? [`${nodes.length} things in ${boxes.length} boxes`] : []),
    ...(cursor === undefined ? [] : [AND_MORE]),
  ].join(' · ')
  const height = Math.ceil(top + laidOut.height + MARGIN + CAPTION)
  const names = nodes.slice(0, 20).map(({ name }) => name)
  return svgDocument({
    width: Math.ceil(Math.max(left + laidOut.width, legend.right, MARGIN + widthOf(caption, 11)) + MARGIN),
    height,
    title: title ?? `Lineage: ${counted}`,
    description: `${counted}, ${momentText(picture)}; content flows from left to right. ${names.join(', ')}${nodes.length > names.length ? ', …' : ''}`,
    rules: RULES,
    body: [
      ARROW,
      legend.body,
      `<g transform="translate(${left} ${top})">`,
      `<g class="${worded ? 'few' : 'many'}">`,
      ...drawnEdges,
      '</g>',
      ...drawnBoxes,
      '</g>',
      `<text class="detail soft" x="${MARGIN}" y="${height - MARGIN + 6}">${xml(caption)}</text>`,
    ].join('\n'),
  })
}

const ARROW =
  '<marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" markerHeight="8" markerUnits="userSpaceOnUse" orient="auto"><path class="tip" d="M0 0.5 L8 4 L0 7.5 z"/></marker>'

const RULES: ReadonlyArray<Rule> = [
  ['.name', 'font-size: 13px; font-weight: 600'],
  ['.detail', 'font-size: 11px'],
  ['.word', 'font-size: 10px; paint-order: stroke; stroke: #ffffff; stroke-width: 3px', 'stroke: #14181d'],
  ['.edge', 'fill: none; stroke: #818b98', 'stroke: #7d8590'],
  ['.many', 'opacity: 0.8'],
  ['.tip', 'fill: #818b98', 'fill: #7d8590'],
  ['.node rect', 'stroke-width: 1.3; fill-opacity: 0.08'],
  ...Object.entries(NODE_STYLES).map(
    ([kind, { light, dark }]): Rule => [
      `.${kind} rect`,
      `stroke: ${light}; fill: ${light}`,
      `stroke: ${dark}; fill: ${dark}`,
    ],
  ),
  ...Object.entries(EDGE_STYLES).map(([kind, look]): Rule => [`.${kind}`, look]),
  ['.ended rect', 'stroke-dasharray: 4 3'],
  ['.ended .name', 'text-decoration: line-through'],
  ['.focus rect', 'stroke-width: 3'],
]

interface BoxText extends Size {
  readonly name: string
  readonly detail: string
  /** Whether name and detail share one line. */
  readonly flat: boolean
}

const textOf = (label: NodeLabel, flat: boolean): BoxText => {
  const name = fitted(label.name, 13, MOST_TEXT, 'bold')
  const said = detailOf(label)
  const detail = flat ? fitted(said, 11, MOST_TEXT / 2) : fitted(`${said} · ${label.scope}`, 11, MOST_TEXT)
  const [nameWidth, detailWidth] = [widthOf(name, 13, 'bold'), widthOf(detail, 11)]
  const text = flat ? nameWidth + 16 + detailWidth : Math.max(nameWidth, detailWidth)
  return { name, detail, width: text + 32, height: flat ? 24 : 46, flat }
}

/** The room for what an edge is called, set in the middle of it. */
const wordSize = (kind: EdgeKind): Size => ({ width: widthOf(kind, 10) + 8, height: 14 })

const drawBox = (
  { kind, nodes, label }: Box,
  { name, detail, width, height, flat }: BoxText,
  { x, y: middle }: Point,
  focus: boolean,
): string => {
  const [left, right] = [x - width / 2, x + width / 2]
  const classes = ['node', kind, ...(label.mark === null ? [] : ['ended']), ...(focus ? ['focus'] : [])]
  const tip = nodes.length === 1 ? nodes.map(tipOf).join('') : `${countOf(kind, nodes.length)}: ${firstOf(nodes)}`
  const nameAt = `x="${px(left + 16)}" y="${px(middle + (flat ? 4.5 : -4))}"`
  const detailAt = flat
    ? `x="${px(right - 16)}" y="${px(middle + 4)}" text-anchor="end"`
    : `x="${px(left + 16)}" y="${px(middle + 14)}"`
  return [
    `<g class="${classes.join(' ')}"><title>${xml(tip)}</title>`,
    `<rect x="${px(left)}" y="${px(middle - height / 2)}" width="${px(right - left)}" height="${height}" rx="${kind === 'run' ? height / 2 : 4}"/>`,
    `<text class="name" ${nameAt}>${xml(name)}</text><text class="detail soft" ${detailAt}>${xml(detail)}</text></g>`,
  ].join('')
}

const tipOf = (node: LineageNode): string => {
  const ended = node.end === null ? '' : `, ${node.end.how} at position ${node.end.position}`
  return `${NODE_WORDS[node.kind][0]} ${node.name}, since position ${node.since}${ended}`
}

/** Some of many names. */
const firstOf = (nodes: ReadonlyArray<LineageNode>): string =>
  `${nodes
    .slice(0, 10)
    .map(({ name }) => name)
    .join(', ')}${nodes.length > 10 ? ', …' : ''}`

/** In bows, level at every point. */
const drawEdge = ({ kind, edges }: Arrow, points: ReadonlyArray<Point>, word: Point | undefined): string => {
  const [only, ...others] = edges.map(({ from, to }) => `${from} → ${to}`)
  const tip = `${kind}: ${others.length === 0 ? only : `${edges.length} edges`}`
  const path = points.map(({ x, y }, index) => {
    const before = points[index - 1]
    if (before === undefined) return `M${px(x)} ${px(y)}`
    const half = px((before.x + x) / 2)
    return y === before.y ? `L${px(x)} ${px(y)}` : `C${half} ${px(before.y)} ${half} ${px(y)} ${px(x)} ${px(y)}`
  })
  const text =
    word === undefined
      ? ''
      : `<text class="word soft" text-anchor="middle" x="${px(word.x)}" y="${px(word.y + 3)}">${kind}</text>`
  return `<path class="edge ${kind}" marker-end="url(#arrow)" d="${path.join(' ')}"><title>${xml(tip)}</title></path>${text}`
}

/** The kinds that occur, in one row above the picture. */
const legendOf = (
  boxes: ReadonlyArray<Box>,
  arrows: ReadonlyArray<Arrow>,
): { readonly body: string; readonly right: number } => {
  const parts: string[] = []
  let x = MARGIN
  const put = (sign: string, word: string, room: number): void => {
    parts.push(
      `<g transform="translate(${px(x)} ${MARGIN + 6})">${sign}<text class="detail soft" x="${room}" y="4">${word}</text></g>`,
    )
    x += room + widthOf(word, 11) + 20
  }
  for (const [kind, [word]] of Object.entries(NODE_WORDS)) {
    if (!boxes.some((box) => box.kind === kind)) continue
    put(`<g class="node ${kind}"><rect y="-6" width="18" height="12" rx="${kind === 'run' ? 6 : 2}"/></g>`, word, 24)
  }
  for (const kind of EDGE_KINDS) {
    if (!arrows.some((arrow) => arrow.kind === kind)) continue
    put(`<path class="edge ${kind}" marker-end="url(#arrow)" d="M0 0 L34 0"/>`, kind, 40)
  }
  return { body: parts.join('\n'), right: x - 20 }
}

const summaryOf = ({ nodes, edges, cursor }: LineagePicture): string => {
  const counts = NODE_KINDS.flatMap((kind) => {
    const count = nodes.filter((node) => node.kind === kind).length
    return count === 0 ? [] : [countOf(kind, count)]
  })
  return `${counts.join(', ') || 'nothing'}; ${edges.length} ${edges.length === 1 ? 'edge' : 'edges'}${cursor === undefined ? '' : ` ${AND_MORE}`}`
}
