/** What stands at the end of the events, and whether the loss of others was accepted. */

import { decodeShape } from '../../domain/events/event-shapes.js'
import { leafHash } from '../../domain/events/leaf-hash.js'
import { ORIGIN, type Position } from '../../domain/ports/event-store.js'
import { instant } from '../../domain/values/instant.js'
import type { FoundEnd, HistoryEnd } from '../../domain/values/loss.js'
import { recordedAtTextOf } from '../../domain/values/metadata-text.js'
import { LOSSES_STREAM } from '../../domain/values/stream-names.js'
import type { Database } from './driver/index.js'
import type { Layout } from './layout.js'
import type { Reads } from './reads.js'

export interface Ends {
  /** The position of the last event. */
  readonly last: () => Position
  /** The event at a position as the end of a history; `base` is an earlier end, up to which events were counted. */
  readonly at: (position: Position, base: HistoryEnd | null) => HistoryEnd | null
  /** What is there of a history that was longer. */
  readonly found: () => FoundEnd
  /** Whether events up to this end were given up for lost. */
  readonly isGivenUp: (noted: HistoryEnd) => boolean
}

export const endsIn = (
  database: Database,
  { events }: Layout,
  { eventAt, pageOf, lastPosition }: Pick<Reads, 'eventAt' | 'pageOf' | 'lastPosition'>,
): Ends => {
  const between = database.prepare<[number, number], readonly [number]>(
    `SELECT count(*) FROM ${events} WHERE position > ? AND position <= ?`,
  )
  let counted: HistoryEnd | null = null

  const at: Ends['at'] = (position, base) => {
    const event = eventAt(position)
    if (event === undefined) return null
    const recordedAt = recordedAtTextOf(event)
    const [from, before] = base === null || base.position > position ? [ORIGIN, 0] : [base.position, base.events]
    return {
      events: before + (between.get(from, position)?.[0] ?? 0),
      position,
      leaf: leafHash(event, recordedAt),
      ...(instant.is(recordedAt) ? { recordedAt } : {}),
    }
  }

  return {
    last: () => lastPosition(),
    at,
    found: () => {
      const position = lastPosition()
      if (counted?.position !== position) counted = at(position, null)
      return counted ?? { events: 0, position: ORIGIN }
    },
    isGivenUp: ({ position, leaf }) =>
      pageOf({ stream: LOSSES_STREAM, after: -1 }).some((stored) => {
        const event = decodeShape(stored)
        if (typeof event === 'string' || event.type !== 'LossAccepted') return false
        const { first, last, noted } = event
        return noted.leaf === leaf || (first !== undefined && first <= position && position <= last)
      }),
  }
}
