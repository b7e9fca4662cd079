/** Every path between two nodes of the lineage. */
import * as E from 'fp-ts/lib/Either.js'
import { type LineageRef, streamAndNumberOf } from '../../domain/values/subjects.js'
import { BAD_CURSOR, readCursor, writeCursor } from '../paging/cursor.js'
import type { Page } from '../paging/page.js'
import { type Lineage, type LineageEdge, shown } from './answer.js'
import { type LineageGraph, NONE } from './graph.js'
import { searchPaths } from './path-search.js'
import { type LineageRejection, locate } from './ref.js'

export interface PathsQuery {
  readonly from: LineageRef
  readonly to: LineageRef
  /** The most edges of one path; no bound unless told. */
  readonly length?: number
  /** The most paths in one answer; 100 unless told. */
  readonly limit?: number
  readonly cursor?: string
}

/** A page of paths: each as the edges along it, from the one to the other; `nodes` and `edges` are all that occur in them. */
export interface LineagePaths extends Lineage, Page<ReadonlyArray<LineageEdge>> {}

const PATH_LIMIT = 100

/**
 * All ways along which content came from `from` to `to`, none visiting a node twice, as of a position. The
 * older edge comes first. A page may hold fewer paths than its limit, if the search was long.
 */
export const paths = (
  graph: LineageGraph,
  { from, to, length = Infinity, limit = PATH_LIMIT, cursor }: PathsQuery,
  position: number,
): E.Either<LineageRejection, LineagePaths> => {
  const kin = [...streamAndNumberOf(from), ...streamAndNumberOf(to), length]
  const start = cursor === undefined ? { moment: position, place: [] } : readCursor(kin, cursor, position)
  if (start === undefined) return E.left(BAD_CURSOR)
  const { moment } = start
  const [source, target] = [locate(graph, from, moment), locate(graph, to, moment)]
  if (source === NONE) return E.left({ _tag: 'not-in-lineage', ref: from, moment })
  if (target === NONE) return E.left({ _tag: 'not-in-lineage', ref: to, moment })

  const searched = searchPaths(graph, source, target, length, limit, moment, start.place)
  if (searched === undefined) return E.left(BAD_CURSOR)
  const { found, rest } = searched
  const edges = [...new Set(found.flat())]
  const answer = shown(graph, found.length > 0 ? [source] : [], edges, moment)
  const edgeOf = new Map(edges.map((edge, index) => [edge, answer.edges[index]]))
  return E.right({
    ...answer,
    items: found.map((path) => path.flatMap((edge) => edgeOf.get(edge) ?? [])),
    ...(rest === undefined ? {} : { cursor: writeCursor(kin, { moment, place: rest }) }),
  })
}
