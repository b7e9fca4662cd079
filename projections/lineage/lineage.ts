/**
 * Lineage: what a version, run, registered version or draft came from, what came of it, and how one led
 * to another, as of any moment. Answers cost what they visit, and come in an order that later writes do not change.
 */

import * as E from 'fp-ts/lib/Either.js'
import { type LineageRef, streamAndNumberOf } from '../../domain/values/subjects.js'
import { BAD_CURSOR, readCursor, writeCursor } from '../paging/cursor.js'
import { type Lineage, shown } from './answer.js'
import { type LineageGraph, NONE, type Row, traversalOf } from './graph.js'
import { type LineageRejection, locate } from './ref.js'

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

const LIMIT = 1000

/** What `of` came from and what came of it, as of a position. */
export const lineage = (
  graph: LineageGraph,
  { of, direction = 'both', depth = Infinity, limit = LIMIT, cursor }: LineageQuery,
  position: number,
): E.Either<LineageRejection, Lineage> => {
  const kin = [...streamAndNumberOf(of), direction, depth]
  const start = cursor === undefined ? { moment: position, place: [0] } : readCursor(kin, cursor, position)
  if (start === undefined) return E.left(BAD_CURSOR)
  const { moment } = start
  const root = locate(graph, of, moment)
  if (root === NONE) return E.left({ _tag: 'not-in-lineage', ref: of, moment })

  const from = start.place[0] ?? 0
  const { edges, more } = walk(graph, root, DIRECTIONS[direction], depth, moment, from, from + limit)
  return E.right({
    ...shown(graph, [root], edges, moment),
    ...(more ? { cursor: writeCursor(kin, { moment, place: [from + limit] }) } : {}),
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
  moment: number,
  start: number,
  end: number,
): { readonly edges: ReadonlyArray<Row>; readonly more: boolean } => {
  const edges: Row[] = []
  let count = 0
  /** How far from the root each node is that was reached the way before. */
  let before: ReadonlyMap<Row, number> | undefined
  for (const direction of directions) {
    const traversal = traversalOf(graph, direction, moment)
    const reached = new Map([[root, 0]])
    // A map gives what is added while it is gone through.
    for (const [node, far] of reached) {
      if (far >= depth) break
      for (let edge = traversal.first(node); edge !== NONE; edge = traversal.after(node, edge)) {
        const next = traversal.far(edge)
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
