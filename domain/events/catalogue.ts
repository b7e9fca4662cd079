/** Every event, its codec by stream category, and the way to and from stored texts. */

import { type ArtifactEvent, artifactEvents } from '../artifact/events.js'
import { type DistributedDraftEvent, distributedDraftEvents } from '../distributed-draft/events.js'
import { type LossEvent, lossEvents } from '../losses/events.js'
import { type RegisteredModelEvent, registeredModelEvents } from '../registered-model/events.js'
import { type RunEvent, runEvents } from '../run/events.js'
import { CommandAccepted } from '../values/answer.js'
import type { Upcasters } from './upcasting.js'

/** Everything that can have happened, as of the newest schema versions. */
export type DomainEvent =
  | ArtifactEvent
  | DistributedDraftEvent
  | RegisteredModelEvent
  | RunEvent
  | LossEvent
  | CommandAccepted

/** The name of a type of event. */
export type EventType = DomainEvent['type']
/** The events of some types. */
export type EventOf<Type extends EventType> = Extract<DomainEvent, { readonly type: Type }>

/** The codecs of all event types, by the category of stream in which they stand. */
export const eventCodecs = {
  artifact: { ...artifactEvents, CommandAccepted },
  draft: { ...distributedDraftEvents, CommandAccepted },
  model: { ...registeredModelEvents, CommandAccepted },
  run: { ...runEvents, CommandAccepted },
  losses: { ...lossEvents, CommandAccepted },
}

/**
 * The schema version that each event type is written in, where it is not 1, and the steps that bring an
 * older one to it.
 */
export const upcasters: Upcasters = {
  // The first told of the description alone, by the members of its change.
  RegisteredModelDescribed: { version: 2, steps: [(description) => ({ description })] },
  // The first knew no number that JSON does not have: all else is written as ever.
  RunSummarised: { version: 2, steps: [(metrics) => metrics] },
}

/** The schema version in which events of a type are written. */
export const schemaOfToday = (type: string): number => upcasters[type]?.version ?? 1
