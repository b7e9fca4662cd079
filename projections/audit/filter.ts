/** Which events an audit is about. */
import type { DomainEvent } from '../../domain/events/catalogue.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import type { StoredEvent } from '../../domain/ports/event-store.js'
import { actorOf } from '../../domain/values/metadata-text.js'
import type { ArtifactRef, ModelRef } from '../../domain/values/references.js'
import { artifactStream, modelStream } from '../../domain/values/stream-names.js'
import { type LineageRef, streamAndNumberOf } from '../../domain/values/subjects.js'

/** What has a history. That of a version, registered version, run or draft holds every event elsewhere that names it, too. */
export type AuditSubject =
  | LineageRef
  | { readonly kind: 'artifact'; readonly artifact: ArtifactRef }
  | { readonly kind: 'registered-model'; readonly model: ModelRef }

/** Which events; all that are given must hold. */
export interface AuditFilter {
  readonly of?: AuditSubject
  readonly actor?: string
  readonly alias?: string
  /** Positions at which a whole artifact or registered model was deleted and the alias, or the version, ended with it. */
  readonly endings?: ReadonlySet<number>
  /** Of these types alone. Without it, of all but `CommandAccepted`, which tells of no change. */
  readonly types?: ReadonlyArray<DomainEvent['type']>
  /** `CommandAccepted` too, where no types are told. */
  readonly acceptances?: boolean
  /** Behind this position. */
  readonly after?: number
  /** Up to this position, which is included. */
  readonly until?: number
}

/** By position: the oldest first, or the newest. */
export type Order = 'ascending' | 'descending'

export type Test = (stored: StoredEvent) => boolean

/** The stream in which a subject's own events stand. */
export const streamOf = (subject: AuditSubject): string => {
  switch (subject.kind) {
    case 'artifact':
      return artifactStream(subject.artifact)
    case 'registered-model':
      return modelStream(subject.model)
    default:
      return streamAndNumberOf(subject)[0]
  }
}

export const testOf = ({ actor, alias, endings, types, acceptances = false }: AuditFilter): Test => {
  const wantedTypes = types === undefined ? undefined : new Set<string>(types)
  return (stored) => {
    if (!(wantedTypes?.has(stored.type) ?? (acceptances || stored.type !== 'CommandAccepted'))) return false
    if (actor !== undefined && actorOf(stored) !== actor) return false
    if (alias === undefined || endings?.has(stored.position) === true) return true
    if (stored.type !== 'AliasMoved' && stored.type !== 'AliasRemoved') return false
    const event = decodeShape(stored)
    // A damaged event goes through, so that it is reported where its line is made.
    return event === 'damaged' || (event !== 'unknown' && 'alias' in event && event.alias === alias)
  }
}

/** Whether an event of a subject's stream is about the subject: a stream holds many versions, or generations. */
export const aboutOf = (subject: AuditSubject, { endings }: Pick<AuditFilter, 'endings'> = {}): Test => {
  const says = namedIn(subject)
  return (stored) => says(stored) || endings?.has(stored.position) === true
}

const namedIn = (subject: AuditSubject): Test => {
  switch (subject.kind) {
    case 'artifact':
    case 'registered-model':
    case 'run':
      return () => true
    case 'version':
    case 'registered-version':
      return isAbout((event) => mentions(event, subject.version))
    case 'draft':
      return isAbout((event) => generationOf(event) === subject.generation)
  }
}

export const isAbout =
  (says: (event: DomainEvent) => boolean): Test =>
  (stored) => {
    const event = decodeShape(stored)
    return event === 'damaged' || (event !== 'unknown' && says(event))
  }

const generationOf = (event: DomainEvent): number | undefined =>
  event.type === 'CommandAccepted' ? event.answer.generation : 'generation' in event ? event.generation : undefined

const mentions = (event: DomainEvent, version: number): boolean => {
  if (event.type === 'CommandAccepted') return event.answer.version === version
  if (event.type === 'AliasMoved') return event.from === version || event.to === version
  if (event.type === 'AliasRemoved') return event.from === version
  return ('version' in event && event.version === version) || ('base' in event && event.base === version)
}
