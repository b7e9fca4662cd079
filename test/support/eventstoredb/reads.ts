/** What is read of the log: bounded reads, and what a subscription goes through. */
import streams, { type ReadReq } from '@eventstore/db-client/generated/streams_pb.js'
import type { Log, RecordedBy } from './log.js'
import { nameOf } from './messages.js'

/** Of so many events the server looks at a time, when it looks for those that pass a filter. */
const WINDOW = 32

/** The events of one bounded read, or why there are none. */
export const bounded = (
  log: Log,
  options: ReadReq.Options,
): 'no_stream' | 'tombstoned' | 'no place' | Iterable<RecordedBy> => {
  const all = options.getAll()
  if (all !== undefined) return boundedOfAll(log, all, options)
  const from = options.getStream()
  const events = log.shown(nameOf(from?.getStreamIdentifier()))
  if (typeof events === 'string') return events
  const [count, revision] = [Number(options.getCount()), Number(from?.getRevision())]
  if (isForwards(options)) {
    if (from?.hasEnd()) return []
    const first = from?.hasStart() ? 0 : events.findIndex((event) => event.revision >= revision)
    return first === -1 ? [] : events.slice(first, first + count)
  }
  if (from?.hasStart()) return []
  const last = from?.hasEnd() ? events.length - 1 : events.findLastIndex((event) => event.revision <= revision)
  return events.slice(Math.max(0, last + 1 - count), last + 1).reverse()
}

/** Backwards a position in `$all` is the place behind an event, and one behind the end is none. */
const boundedOfAll = (log: Log, from: ReadReq.Options.AllOptions, options: ReadReq.Options) => {
  const { all } = log
  const count = Math.min(Number(options.getCount()), log.readable)
  const position = Number(from.getPosition()?.getCommitPosition())
  const forwards = isForwards(options)
  if (from.hasPosition() && !log.isPlace(position) && !(forwards && log.isBeyond(position))) return 'no place'
  const first = from.hasStart() ? 0 : from.hasEnd() ? log.readable : all.indexFrom(position)
  return passing(log, forwards ? first : first - 1, forwards ? 1 : -1, count, options)
}

/** So many events that pass the filter, from an index on. */
function* passing(log: Log, first: number, step: 1 | -1, count: number, options: ReadReq.Options) {
  let given = 0
  for (let index = first; given < count && index < log.readable; index += step) {
    const event = log.all.at(index)
    if (event === undefined) return
    if (!wanted(event, options)) continue
    given += 1
    yield event
  }
}

const isForwards = (options: ReadReq.Options): boolean =>
  options.getReadDirection() === streams.ReadReq.Options.ReadDirection.FORWARDS

/** What a subscription to `$all` comes across. A checkpoint whose prepare is 0 is the place where it looked last. */
export type Step =
  | { readonly _tag: 'event'; readonly event: RecordedBy }
  | { readonly _tag: 'checkpoint'; readonly commit: number; readonly prepare: number }
  | { readonly _tag: 'caught up' }
  /** All are told; more come when the log is longer than this. */
  | { readonly _tag: 'end'; readonly length: number }

/** Where a subscription to `$all` begins, as an index: behind its position, which must be a place in the log. */
export const startOf = (log: Log, options: ReadReq.Options): number | 'no place' => {
  const all = options.getAll()
  if (all === undefined || all.hasStart()) return 0
  if (all.hasEnd()) return log.readable
  const position = Number(all.getPosition()?.getCommitPosition())
  if (log.isBeyond(position)) return log.readable
  return log.isPlace(position) ? log.all.indexFrom(position + 1) : 'no place'
}

/**
 * Goes through the log from an index on, as the server does: in windows, with a checkpoint after every so many events
 * looked at, which names the last event that passed in the window, or else where the window began; then, caught up,
 * event by event.
 */
export function* steps(log: Log, options: ReadReq.Options, first: number): Generator<Step, never> {
  const filter = options.getFilter()
  const window = filter?.hasMax() ? filter.getMax() : WINDOW
  const interval = filter === undefined ? Number.POSITIVE_INFINITY : window * filter.getCheckpointintervalmultiplier()
  const { all } = log
  let next = first
  let looked = 0
  const passes = (event: RecordedBy | undefined): event is RecordedBy => event !== undefined && wanted(event, options)
  while (next < log.readable) {
    let place = { commit: all.positionAt(next), prepare: 0 }
    const end = Math.min(next + window, log.readable)
    looked += end - next
    for (; next < end; next++) {
      const event = all.at(next)
      if (!passes(event)) continue
      place = { commit: event.position, prepare: event.position }
      yield { _tag: 'event', event }
    }
    if (looked >= interval && next < log.readable) {
      looked %= interval
      yield { _tag: 'checkpoint', ...place }
    }
  }
  yield { _tag: 'caught up' }
  for (;;) {
    for (; next < log.readable; next++) {
      const event = all.at(next)
      if (passes(event)) yield { _tag: 'event', event }
      looked += 1
      if (event === undefined || looked < interval) continue
      looked = 0
      yield { _tag: 'checkpoint', commit: event.position, prepare: event.position }
    }
    yield { _tag: 'end', length: next }
  }
}

const wanted = (event: RecordedBy, options: ReadReq.Options): boolean => {
  const filter = options.getFilter()
  if (filter === undefined) return true
  const expression = filter.getStreamIdentifier() ?? filter.getEventType()
  const text = filter.hasStreamIdentifier() ? event.stream : event.type
  if (expression?.getRegex()) return new RegExp(expression.getRegex()).test(text)
  return expression?.getPrefixList().some((prefix) => text.startsWith(prefix)) ?? true
}
