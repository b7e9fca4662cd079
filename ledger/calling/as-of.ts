/** A moment in hand. */
import type { AliasMoves } from '../../application/reading-history/alias-tenures.js'
import type { EventReader, Position } from '../../domain/ports/event-store.js'
import type { NameDefaults } from '../../domain/values/name-paths.js'
import type { CollectionRef } from '../../domain/values/references.js'
import type { AuditIndex } from '../../projections/audit/audit-index.js'
import type { LineageGraph } from '../../projections/lineage/graph.js'
import type { RegistryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Registry } from '../../projections/registry/state.js'
import type { PositionTimes } from '../../projections/storage/position-times.js'

/** A ledger at one moment, as the questions need it. */
export interface AsOf {
  /** Where the aliases of a collection pointed, and the events that moved them. */
  readonly aliasMoves: (collection: CollectionRef) => Promise<AliasMoves>
  readonly store: EventReader
  readonly registry: Registry
  readonly graph: LineageGraph
  readonly index: AuditIndex
  readonly position: Position
  /** The time that was asked for, where it was one. */
  readonly asked?: string | undefined
  /** The times of all positions that are known. */
  readonly positionTimes: PositionTimes
  readonly registryQuestions: RegistryQuestions
  readonly defaults: NameDefaults
}

/**
 * What a caller calls a moment: a position, a `Date`, or an ISO 8601 text. A date alone, `2026-05-03`, is that day in UTC,
 * as of its end; `2026-05-03[Europe/Madrid]` (RFC 9557) is the day of that time zone.
 */
export type When = number | Date | string
