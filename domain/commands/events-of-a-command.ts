/** Which events one command leaves together: as the deciders make them, and no others. */
import type { DomainEvent } from '../events/catalogue.js'
import { type Admitted, admitted, impossible } from '../values/impossible.js'

type EventType = DomainEvent['type']

/** What may come right behind an event of the same command. */
const BEHIND: Readonly<Partial<Record<EventType, ReadonlyArray<EventType>>>> = {
  ArtifactCreated: ['ArtifactVersionLogged'],
  ArtifactVersionLogged: ['AliasMoved'],
  ArtifactVersionRelogged: ['AliasMoved'],
  ArtifactVersionDeleted: ['AliasRemoved'],
  RegisteredModelCreated: ['VersionLinked'],
  VersionLinked: ['AliasMoved'],
  VersionUnlinked: ['AliasRemoved'],
  AliasMoved: ['AliasMoved'],
  AliasRemoved: ['AliasRemoved'],
  DistributedPartUpserted: ['DistributedCommitted'],
}

/** The events of a command as far as they came: what those that follow are held to. */
export interface EventsOfCommand {
  readonly first: EventType
  readonly last: EventType
  /** The version or the link that it is about: aliases move to no other. */
  readonly number: number | undefined
  /** Whether it logged or linked that, so that `latest` is there when it ends. */
  readonly isNewest: boolean
  readonly aliases: ReadonlyArray<string>
}

/** The same with one more; those of a new command begin with it. */
export const withEvent = (before: EventsOfCommand | undefined, event: DomainEvent): EventsOfCommand => {
  const { first = event.type, number, isNewest = false, aliases = [] } = before ?? {}
  switch (event.type) {
    case 'ArtifactVersionLogged':
    case 'ArtifactVersionRelogged':
    case 'VersionLinked':
      return { first, last: event.type, number: event.version, isNewest: true, aliases }
    case 'AliasMoved':
      return { first, last: event.type, number: number ?? event.to, isNewest, aliases: [...aliases, event.alias] }
    default:
      return { first, last: event.type, number, isNewest, aliases }
  }
}

/** Whether an event could follow on those before it of the same command. */
export const admitsTogether = (before: EventsOfCommand, event: DomainEvent): Admitted => {
  const { first, last, number, aliases } = before
  const apart = impossible({ _tag: 'not-together', type: event.type, behind: last })
  if (BEHIND[last]?.includes(event.type) !== true) return apart
  switch (event.type) {
    case 'AliasMoved':
      return event.to === number && !aliases.includes(event.alias) ? admitted : apart
    case 'AliasRemoved':
      return first === 'AliasRemoved' ? apart : admitted
    default:
      return admitted
  }
}

/** Whether a command could end there: what is logged or linked is `latest`. */
export const admitsEnd = (command: EventsOfCommand | undefined, latest: number | undefined): Admitted =>
  command?.isNewest !== true || command.number === latest
    ? admitted
    : impossible({ _tag: 'says-otherwise', of: 'who holds "latest"', says: latest ?? null, was: command.number })
