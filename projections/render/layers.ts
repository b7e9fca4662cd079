/**
 * A drawing in layers, for graphs that flow one way (K. Sugiyama): arrows against the flow are turned,
 * every node stands as far along as its longest way from a source, long arrows get a bend in each layer they
 * pass, the layers are ordered by barycentres so that few arrows cross, and then each item is moved
 * as near to its neighbours as the order allows. Everything is deterministic.
 */
export interface Graph {
  /** The room that each node needs across the flow. */
  readonly sizes: ReadonlyArray<number>
  readonly edges: ReadonlyArray<readonly [from: number, to: number]>
}

export interface Layout {
  /** The layer of each node, from 0. */
  readonly layer: ReadonlyArray<number>
  /** Where the middle of each node is across the flow, from 0. */
  readonly at: ReadonlyArray<number>
  /** For each edge, where it passes the layers between its ends, from the lower layer to the higher. */
  readonly bends: ReadonlyArray<ReadonlyArray<{ readonly layer: number; readonly at: number }>>
  readonly layers: number
  /** The extent across the flow. */
  readonly extent: number
}

const SWEEPS = 12
const BEND_SIZE = 10

export const layered = ({ sizes, edges }: Graph, gap: number): Layout => {
  const nodes = sizes.length
  const downhill = withoutCycles(nodes, edges)
  const layer = layersOf(nodes, downhill)

  // From here on items are nodes and, after them, the bends of long edges.
  const itemLayer = [...layer]
  const itemSize = [...sizes]
  const segments: Array<readonly [number, number]> = []
  const bendsOf = downhill.map(([from, to]) => {
    const bends: number[] = []
    let before = from
    for (let passed = (layer[from] ?? 0) + 1; passed < (layer[to] ?? 0); passed++) {
      const bend = itemLayer.push(passed) - 1
      itemSize.push(BEND_SIZE)
      bends.push(bend)
      segments.push([before, bend])
      before = bend
    }
    if (from !== to) segments.push([before, to])
    return bends
  })

  const above: number[][] = itemLayer.map(() => [])
  const below: number[][] = itemLayer.map(() => [])
  for (const [from, to] of segments) {
    below[from]?.push(to)
    above[to]?.push(from)
  }
  const layers = itemLayer.reduce((most, each) => Math.max(most, each + 1), 0)
  const order = ordered(itemLayer, layers, above, below)
  const at = placed(order, itemSize, gap, above, below)
  return {
    layer,
    at: at.slice(0, nodes),
    bends: bendsOf.map((bends) => bends.map((bend) => ({ layer: itemLayer[bend] ?? 0, at: at[bend] ?? 0 }))),
    layers,
    extent: at.reduce((most, middle, item) => Math.max(most, middle + (itemSize[item] ?? 0) / 2), 0),
  }
}

/** The edges, those turned round that would close a cycle on a walk in depth from the first node on. */
const withoutCycles = (nodes: number, edges: Graph['edges']): ReadonlyArray<readonly [from: number, to: number]> => {
  const out: number[][] = Array.from({ length: nodes }, () => [])
  const indegree = new Array<number>(nodes).fill(0)
  for (const [index, [from, to]] of edges.entries()) {
    out[from]?.push(index)
    if (from !== to) indegree[to] = (indegree[to] ?? 0) + 1
  }
  const result = [...edges]
  const state = new Array<'new' | 'open' | 'done'>(nodes).fill('new')
  const starts = indegree.flatMap((count, node) => (count === 0 ? [node] : []))
  for (const start of [...starts, ...indegree.keys()]) {
    if (state[start] !== 'new') continue
    state[start] = 'open'
    const way = [{ node: start, next: 0 }]
    for (let here = way.at(-1); here !== undefined; here = way.at(-1)) {
      const index = out[here.node]?.[here.next++]
      if (index === undefined) {
        state[here.node] = 'done'
        way.pop()
        continue
      }
      const [from, to] = edges[index] ?? [0, 0]
      if (state[to] === 'open') result[index] = [to, from]
      else if (state[to] === 'new') {
        state[to] = 'open'
        way.push({ node: to, next: 0 })
      }
    }
  }
  return result
}

/** Longest way from a source; sources then move up to their nearest neighbour. */
const layersOf = (nodes: number, edges: Graph['edges']): number[] => {
  const out: number[][] = Array.from({ length: nodes }, () => [])
  const waiting = new Array<number>(nodes).fill(0)
  for (const [from, to] of edges) {
    if (from === to) continue
    out[from]?.push(to)
    waiting[to] = (waiting[to] ?? 0) + 1
  }
  const layer = new Array<number>(nodes).fill(0)
  const sources = waiting.flatMap((count, node) => (count === 0 ? [node] : []))
  const ready = [...sources]
  for (const node of ready) {
    for (const to of out[node] ?? []) {
      layer[to] = Math.max(layer[to] ?? 0, (layer[node] ?? 0) + 1)
      waiting[to] = (waiting[to] ?? 0) - 1
      if (waiting[to] === 0) ready.push(to)
    }
  }
  for (const node of sources) {
    const nearest = (out[node] ?? []).reduce((least, to) => Math.min(least, layer[to] ?? 0), Infinity)
    if (nearest !== Infinity) layer[node] = nearest - 1
  }
  return layer
}

type Neighbours = ReadonlyArray<ReadonlyArray<number>>

/** The items of each layer in an order with few crossings: the best that the sweeps came by. */
const ordered = (
  itemLayer: ReadonlyArray<number>,
  layers: number,
  above: Neighbours,
  below: Neighbours,
): number[][] => {
  const order: number[][] = Array.from({ length: layers }, () => [])
  for (const item of inDepth(above, below)) order[itemLayer[item] ?? 0]?.push(item)
  const rank: number[] = []
  const number = (items: ReadonlyArray<number>): void => {
    for (const [index, item] of items.entries()) rank[item] = index
  }
  order.forEach(number)

  let best = order.map((items) => [...items])
  let fewest = crossings(order, below, rank)
  for (let sweep = 0; sweep < SWEEPS && fewest > 0; sweep++) {
    const down = sweep % 2 === 0
    const towards = down ? above : below
    for (let step = 1; step < layers; step++) {
      const items = order[down ? step : layers - 1 - step] ?? []
      const weight = new Map(items.map((item) => [item, mean(towards[item] ?? [], rank) ?? rank[item] ?? 0]))
      items.sort((a, b) => (weight.get(a) ?? 0) - (weight.get(b) ?? 0) || (rank[a] ?? 0) - (rank[b] ?? 0))
      number(items)
    }
    const crossed = crossings(order, below, rank)
    if (crossed < fewest) {
      fewest = crossed
      best = order.map((items) => [...items])
    }
  }
  return best
}

/** All items, neighbours after neighbours, so that what belongs together begins together. */
const inDepth = (above: Neighbours, below: Neighbours): ReadonlyArray<number> => {
  const seen = new Set<number>()
  for (const start of above.keys()) {
    const waiting = [start]
    for (let item = waiting.pop(); item !== undefined; item = waiting.pop()) {
      if (seen.has(item)) continue
      seen.add(item)
      for (const neighbour of [...(below[item] ?? []), ...(above[item] ?? [])].reverse()) waiting.push(neighbour)
    }
  }
  return [...seen]
}

const mean = (items: ReadonlyArray<number>, of: ReadonlyArray<number>): number | undefined =>
  items.length === 0 ? undefined : items.reduce((sum, item) => sum + (of[item] ?? 0), 0) / items.length

/** How many pairs of segments cross: inversions, counted with a binary indexed tree per pair of layers. */
const crossings = (order: Neighbours, below: Neighbours, rank: ReadonlyArray<number>): number => {
  let count = 0
  for (const [index, items] of order.entries()) {
    const tree = new Array<number>((order[index + 1]?.length ?? 0) + 1).fill(0)
    let placed = 0
    for (const item of items) {
      const ends = (below[item] ?? []).map((to) => rank[to] ?? 0)
      for (const end of ends) {
        let notAfter = 0
        for (let at = end + 1; at > 0; at -= at & -at) notAfter += tree[at] ?? 0
        count += placed - notAfter
      }
      for (const end of ends) {
        for (let at = end + 1; at < tree.length; at += at & -at) tree[at] = (tree[at] ?? 0) + 1
      }
      placed += ends.length
    }
  }
  return count
}

/** The middle of each item: near its neighbours, in order, nothing overlapping. */
const placed = (
  order: Neighbours,
  size: ReadonlyArray<number>,
  gap: number,
  above: Neighbours,
  below: Neighbours,
): number[] => {
  const at = new Array<number>(size.length).fill(0)
  for (const items of order)
    settle(
      items,
      items.map(() => 0),
      size,
      gap,
      at,
    )
  const around = above.map((items, item) => [...items, ...(below[item] ?? [])])
  const widest = order.reduce((most, items, index) => (items.length > (order[most]?.length ?? 0) ? index : most), 0)
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    // Outwards from the fullest layer, which has the least room to give way.
    for (let index = widest + 1; index < order.length; index++) align(order[index] ?? [], above, size, gap, at)
    for (let index = widest - 1; index >= 0; index--) align(order[index] ?? [], below, size, gap, at)
    if (sweep === SWEEPS - 1) break
    for (const items of order) align(items, around, size, gap, at)
  }
  const least = at.reduce((low, middle, item) => Math.min(low, middle - (size[item] ?? 0) / 2), Infinity)
  return at.map((middle) => middle - least)
}

const align = (
  items: ReadonlyArray<number>,
  towards: Neighbours,
  size: ReadonlyArray<number>,
  gap: number,
  at: number[],
): void => {
  const wishes = items.map((item) => mean(towards[item] ?? [], at) ?? at[item] ?? 0)
  settle(items, wishes, size, gap, at)
}

/**
 * Puts items, in order and without overlap, as near to their wishes as the sum of squares allows: blocks
 * that would overlap are merged and stand at the mean of what their members wish (isotonic regression).
 */
const settle = (
  items: ReadonlyArray<number>,
  wishes: ReadonlyArray<number>,
  size: ReadonlyArray<number>,
  gap: number,
  at: number[],
): void => {
  // Subtracting what stands before each item turns "no overlap" into "not decreasing".
  const before: number[] = []
  let room = 0
  for (const item of items) {
    const half = (size[item] ?? 0) / 2
    before.push(room + half)
    room += half * 2 + gap
  }
  const blocks: Array<{ sum: number; count: number }> = []
  for (const [index, wish] of wishes.entries()) {
    let block = { sum: wish - (before[index] ?? 0), count: 1 }
    for (
      let last = blocks.at(-1);
      last !== undefined && last.sum / last.count >= block.sum / block.count;
      last = blocks.at(-1)
    ) {
      block = { sum: last.sum + block.sum, count: last.count + block.count }
      blocks.pop()
    }
    blocks.push(block)
  }
  let index = 0
  for (const { sum, count } of blocks) {
    for (let member = 0; member < count; member++, index++) at[items[index] ?? 0] = sum / count + (before[index] ?? 0)
  }
}
