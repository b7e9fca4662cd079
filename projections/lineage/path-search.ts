/** The search for every way along which content came from one node to another, a part of them at a time. */
import { type LineageGraph, NONE, type Row, type Traversal, traversalOf } from './graph.js'

/** How many edges a search follows, and gives as parts of paths, before it gives what it has and its place. */
const MOST_WORK = 1_000_000

export interface FoundPaths {
  /** Each as the edges along it. */
  readonly found: ReadonlyArray<ReadonlyArray<Row>>
  /** Where to go on; `undefined` after the last. */
  readonly rest: ReadonlyArray<number> | undefined
}

/** A node of the way that is followed, and which of its edges is taken, or is next. */
interface Step {
  readonly node: Row
  turn: number
}

/**
 * Depth first, the older edge first, no node twice, and only where the target can still be reached: a node from
 * which it was not, because of the nodes before it, is passed by until one of those lets go of a way.
 * `undefined` where `place` is none of this search.
 */
export const searchPaths = (
  graph: LineageGraph,
  source: Row,
  target: Row,
  length: number,
  limit: number,
  moment: number,
  place: ReadonlyArray<number>,
): FoundPaths | undefined => {
  if (source === target) return { found: [[]], rest: undefined }
  const [down, up] = [traversalOf(graph, 'downstream', moment), traversalOf(graph, 'upstream', moment)]
  const distance = distancesTo(target, source, up, length)
  const onward = edgesTowards(distance, down)
  const { steps, isOpen, enter, leave, noteFound } = wayFrom(source, distance, up, length)

  const [depth = 0, ...turns] = place
  const turnAt = new Map(turns.flatMap((at, index) => (index % 2 === 0 ? [[at, turns[index + 1] ?? 0]] : [])))
  for (let here = steps[0]; here !== undefined; here = steps.at(-1)) {
    here.turn = turnAt.get(steps.length - 1) ?? 0
    if (steps.length > depth) break
    const edge = onward(here.node)[here.turn]
    if (edge === undefined || down.far(edge) === target || !isOpen(down.far(edge))) return undefined
    enter(down.far(edge))
  }
  // What earlier pages found there is not known any more.
  noteFound()

  const found: Row[][] = []
  let work = 0
  for (let here = steps.at(-1); here !== undefined; here = steps.at(-1)) {
    const edge = onward(here.node)[here.turn]
    if (edge === undefined) {
      leave(here)
      continue
    }
    const next = down.far(edge)
    if (work >= MOST_WORK || (next === target && found.length === limit))
      return { found, rest: streamAndNumberOf(steps) }
    work++
    if (next === target) {
      found.push(steps.flatMap(({ node, turn }) => onward(node)[turn] ?? []))
      noteFound()
      work += steps.length
    }
    if (next !== target && isOpen(next)) enter(next)
    else here.turn++
  }
  return { found, rest: undefined }
}

/** How many edges each node is from the target at least. */
const distancesTo = (target: Row, source: Row, up: Traversal, length: number): ReadonlyMap<Row, number> => {
  const distance = new Map([[target, 0]])
  // A map gives what is added while it is gone through.
  for (const [node, far] of distance) {
    if (node === source || far === length) continue
    for (let edge = up.first(node); edge !== NONE; edge = up.after(node, edge)) {
      if (!distance.has(up.far(edge))) distance.set(up.far(edge), far + 1)
    }
  }
  return distance
}

/** The edges of a node that lead towards the target, looked for once. */
const edgesTowards = (distance: ReadonlyMap<Row, number>, down: Traversal): ((node: Row) => ReadonlyArray<Row>) => {
  const onwardOf = new Map<Row, ReadonlyArray<Row>>()
  return (node) => {
    const known = onwardOf.get(node)
    if (known !== undefined) return known
    const edges: Row[] = []
    for (let edge = down.first(node); edge !== NONE; edge = down.after(node, edge)) {
      if (distance.has(down.far(edge))) edges.push(edge)
    }
    onwardOf.set(node, edges)
    return edges
  }
}

/** The way that is followed, from the source on, and what is known of the nodes beside it. */
const wayFrom = (source: Row, distance: ReadonlyMap<Row, number>, up: Traversal, length: number) => {
  const steps: Step[] = [{ node: source, turn: 0 }]
  const on = new Set([source])
  /** How many of the steps, from the first, are known to have led to the target. */
  let depthFound = 0
  /** With how many edges left a node did not lead to the target. */
  const deadEnds = new Map<Row, number>()

  /** What was barren may have been so only because this node was on the way. */
  const reopen = (node: Row): void => {
    const freed = [node]
    for (const each of freed) {
      if (deadEnds.size === 0) return
      deadEnds.delete(each)
      for (let edge = up.first(each); edge !== NONE; edge = up.after(each, edge)) {
        if (deadEnds.delete(up.far(edge))) freed.push(up.far(edge))
      }
    }
  }

  return {
    steps,
    isOpen: (node: Row): boolean =>
      !on.has(node) &&
      steps.length + (distance.get(node) ?? Infinity) <= length &&
      length - steps.length > (deadEnds.get(node) ?? -1),
    enter: (node: Row): void => {
      steps.push({ node, turn: 0 })
      on.add(node)
    },
    leave: ({ node }: Step): void => {
      steps.pop()
      on.delete(node)
      if (steps.length < depthFound) reopen(node)
      else deadEnds.set(node, length - steps.length)
      depthFound = Math.min(depthFound, steps.length)
      const before = steps.at(-1)
      if (before !== undefined) before.turn++
    },
    /** All of the steps count as such that led to the target. */
    noteFound: (): void => {
      depthFound = steps.length
    },
  }
}

/** How deep the search is, and at which depth it took which edge, where not the first: of long ways these are few. */
const streamAndNumberOf = (steps: ReadonlyArray<Step>): ReadonlyArray<number> => [
  steps.length - 1,
  ...steps.flatMap(({ turn }, depth) => (turn === 0 ? [] : [depth, turn])),
]
