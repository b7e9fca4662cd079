/** The read models of a ledger, and what none of them folds. */
import type { EventType } from '../domain/events/catalogue.js'
import { type AuditIndex, auditProjection } from './audit/audit-index.js'
import { lineageProjection } from './lineage/apply.js'
import type { LineageGraph } from './lineage/graph.js'
import type { Projection } from './projection.js'
import { registryProjection } from './registry/apply.js'
import type { Registry } from './registry/state.js'

export const readModels = { registry: registryProjection, lineage: lineageProjection, audit: auditProjection }

/** Their states. */
export interface ReadModels {
  readonly registry: Registry
  readonly lineage: LineageGraph
  readonly audit: AuditIndex
}

type FoldedBy<Model> = Model extends Projection<infer _, infer Folded> ? Folded : never
type Folded = FoldedBy<(typeof readModels)[keyof typeof readModels]>

/** Every type of event that no read model folds, and why: an event that is new stands here, or is folded. */
export const unfoldedEvents: Readonly<Record<Exclude<EventType, Folded>, string>> = {
  LossAccepted: 'What is there is folded from the events that are there; that others are gone stands in the history.',
  CommandAccepted: 'It tells of no change; a repetition of its command is answered from the stream itself.',
}
