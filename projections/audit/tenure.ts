/** Who held an alias from when to when. */

/** The change that began or ended a tenure. */
export interface AliasChange {
  readonly position: number
  /** The time of its position, by which a moment is asked for: the latest `recordedAt` up to it. ISO 8601, UTC. */
  readonly time: string
  /** When it was recorded, by the clock of who did: earlier than `time` where that clock was behind. */
  readonly recordedAt: string
  readonly occurredAt: string | null
  readonly actor: string
  readonly onBehalfOf: string | null
  readonly reason: string | null
  readonly commandId: string
  readonly correlationId: string | null
}

export interface AliasTenure {
  readonly alias: string
  /** The number of the version that held it. */
  readonly version: number
  /** For a registered model, the version that was linked: `acme/churn/model:v3`. */
  readonly source: string | null
  /** Whether that is deleted, as of the answer: then the alias leads nowhere, or led there while it was held. */
  readonly sourceDeleted: boolean
  /** The version that held it before; `null` for none. */
  readonly replaced: number | null
  readonly from: AliasChange
  /** `null` while it is held. */
  readonly until: AliasChange | null
  /** The version that holds it next; `null` where it was removed, or is still held. */
  readonly replacedBy: number | null
}
