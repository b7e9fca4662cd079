/** The audit: who did what, when and why, line by line, in pages that later writes do not shift. */
import * as E from 'fp-ts/lib/Either.js'
import { type AuditFilter, type Order, streamOf } from '../../projections/audit/filter.js'
import { type AuditLine, auditLine } from '../../projections/audit/line.js'
import { BAD_CURSOR, type BadCursor, readCursor, writeCursor } from '../../projections/paging/cursor.js'
import type { Page } from '../../projections/paging/page.js'
import { type AuditPorts, eventsOf } from './events-of.js'

export interface AuditQuery extends AuditFilter {
  /** `descending`, the newest first, unless told. */
  readonly order?: Order
  /** The most lines in one page; 100 unless told. */
  readonly limit?: number
  readonly cursor?: string
}

export interface AuditPage extends Page<AuditLine> {
  /** As of which position. */
  readonly moment: number
}

export type { AuditFilter, AuditSubject } from '../../projections/audit/filter.js'

const LIMIT = 100
/** How many events an export looks up at once. */
const AHEAD = 500

/**
 * A page of lines, as of a position. Rejects with an `EventStoreError` where the store cannot be read or an
 * event is damaged.
 */
export const audit = async (
  ports: AuditPorts,
  query: AuditQuery,
  position: number,
): Promise<E.Either<BadCursor, AuditPage>> => {
  const { order = 'descending', limit = LIMIT, cursor, ...filter } = query
  const { of, actor, alias, types, after, until } = filter
  const question = [order, JSON.stringify([of, actor, alias, types?.toSorted(), after, until])]
  const start = cursor === undefined ? { moment: position, place: [] } : readCursor(question, cursor, position)
  if (start === undefined) return E.left(BAD_CURSOR)
  const { moment } = start
  const [passed, passedRevision] = start.place
  let revision = passedRevision

  const home = filter.of === undefined ? undefined : streamOf(filter.of)
  const items: AuditLine[] = []
  for await (const stored of eventsOf(
    ports,
    filter,
    order,
    moment,
    limit + 1,
    passed === undefined ? undefined : { position: passed, revision },
  )) {
    const last = items.at(-1)
    if (last !== undefined && items.length >= limit) {
      const place = revision === undefined ? [last.position] : [last.position, revision]
      return E.right({ items, moment, cursor: writeCursor(question, { moment, place }) })
    }
    items.push(auditLine(stored, ports.positionTimes))
    if (stored.stream === home) revision = stored.revision
  }
  return E.right({ items, moment })
}

/** All lines, as of a position, one after another; for exports. Rejects as `audit` does. */
export async function* auditLines(
  ports: AuditPorts,
  filter: AuditFilter,
  position: number,
  order: Order = 'ascending',
): AsyncGenerator<AuditLine> {
  for await (const stored of eventsOf(ports, filter, order, position, AHEAD))
    yield auditLine(stored, ports.positionTimes)
}
