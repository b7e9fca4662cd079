/** Where the boxes and arrows of a graph stand that flows from left to right: the one file that knows the library for it. */
import * as dagre from '@dagrejs/dagre'

export interface Size {
  readonly width: number
  readonly height: number
}

export interface Point {
  readonly x: number
  readonly y: number
}

export interface Graph {
  readonly boxes: ReadonlyArray<Size>
  /** Arrows from box to box, by their places, each with the room that its word needs. */
  readonly edges: ReadonlyArray<{ readonly from: number; readonly to: number; readonly word: Size }>
  /** The room between boxes above each other, and between columns. */
  readonly gap: number
  readonly columnGap: number
}

export interface Layout extends Size {
  /** The middle of each box. */
  readonly boxes: ReadonlyArray<Point>
  /** For each edge the points that it goes through, in its own direction, and where its word stands. */
  readonly edges: ReadonlyArray<{ readonly points: ReadonlyArray<Point>; readonly word: Point }>
}

/** What is used of the library, whose own types cannot be resolved the way in which Node finds modules. */
interface DagreGraph {
  readonly setGraph: (options: Readonly<Record<string, number | string>>) => void
  readonly setNode: (id: string, box: Size) => void
  readonly setEdge: (from: string, to: string, label: Size & { readonly labelpos: 'c' }, name: string) => void
  readonly graph: () => Partial<Size>
  readonly node: (id: string) => Point
  readonly edge: (from: string, to: string, name: string) => Point & { readonly points: ReadonlyArray<Point> }
}

/** The same graph is always laid out alike. */
export const layout = ({ boxes, edges, gap, columnGap }: Graph): Layout => {
  const graph: DagreGraph = new dagre.Graph({ multigraph: true })
  graph.setGraph({ rankdir: 'LR', nodesep: gap, edgesep: gap / 2, ranksep: columnGap })
  for (const [place, { width, height }] of boxes.entries()) graph.setNode(String(place), { width, height })
  for (const [index, { from, to, word }] of edges.entries())
    graph.setEdge(String(from), String(to), { ...word, labelpos: 'c' }, String(index))
  if (boxes.length > 0) dagre.layout(graph)
  const middles = boxes.map((_, place) => graph.node(String(place)))
  const widths = columnWidths(boxes, middles)
  const { width = 0, height = 0 } = graph.graph()
  return {
    width,
    height,
    boxes: middles,
    edges: edges.map(({ from, to }, index) => {
      const { x, y, points } = graph.edge(String(from), String(to), String(index))
      const [start, end] = [middles[from] ?? { x, y }, middles[to] ?? { x, y }]
      const onwards = Math.sign(end.x - start.x)
      const passed = points.slice(1, -1).flatMap((point) => past(point, (widths.get(point.x) ?? 0) / 2, onwards))
      const [away, home] = [boxes[from]?.width ?? 0, boxes[to]?.width ?? 0]
      return {
        points: [beside(start, (away / 2) * onwards), ...passed, beside(end, (-home / 2) * onwards)],
        word: { x, y },
      }
    }),
  }
}

/** How wide the column is that stands around an x. */
const columnWidths = (boxes: ReadonlyArray<Size>, middles: ReadonlyArray<Point>): ReadonlyMap<number, number> => {
  const widths = new Map<number, number>()
  for (const [place, { x }] of middles.entries()) widths.set(x, Math.max(widths.get(x) ?? 0, boxes[place]?.width ?? 0))
  return widths
}

const beside = ({ x, y }: Point, off: number): Point => ({ x: x + off, y })

/** Where an edge passes a column it goes straight on until it has left it, so that it bends only where no box is. */
const past = (point: Point, half: number, onwards: number): ReadonlyArray<Point> =>
  half === 0 ? [point] : [beside(point, -half * onwards), beside(point, half * onwards)]
