/** From a path to a node of the lineage. */
import { type LineageRef, streamAndNumberOf } from '../../domain/values/subjects.js'
import type { BadCursor } from '../paging/cursor.js'
import { findNode, type LineageGraph, NONE, type Row } from './graph.js'

export type LineageRejection =
  | { readonly _tag: 'not-in-lineage'; readonly ref: LineageRef; readonly moment: number }
  | BadCursor

export const locate = (graph: LineageGraph, ref: LineageRef, moment: number): Row => {
  const [stream, number] = streamAndNumberOf(ref)
  const subject = graph.subjects.get(stream)
  const node = subject === undefined ? NONE : findNode(graph, subject, number)
  return node !== NONE && (graph.nodes.since[node] ?? Infinity) <= moment ? node : NONE
}
