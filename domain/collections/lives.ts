/**
 * The lives of a name. An artifact or a registered model that is deleted ends one: its versions or links, its aliases, tags,
 * description and metadata are gone with it. What is logged or linked to the name later begins another, which inherits
 * nothing but that its numbers go on.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { StandingLink } from '../ports/facts.js'
import type { RecordedBy } from '../values/decider.js'
import { type Admitted, allAdmit } from '../values/impossible.js'
import { isThatValue } from '../values/past.js'
import type { CollectionRef } from '../values/references.js'
import type { AliasTable } from './aliases.js'

export interface LifeState {
  /** `null` while there is none of the name. */
  artifactType: string | null
  /** By whom and when the last life of the name was ended, while there is no other. */
  deleted: RecordedBy | null
}

/** How a refusal says that there was one. */
export const wasDeleted = ({ deleted }: Readonly<LifeState>): { readonly deleted?: RecordedBy } =>
  deleted === null ? {} : { deleted }

/** Aliases that somebody set lead somebody somewhere: whoever deletes what they are of says that they go, too. */
export interface CollectionHasAliases {
  readonly _tag: 'collection-has-aliases'
  readonly collection: CollectionRef
  /** Without `latest`, which nobody set. */
  readonly aliases: ReadonlyArray<string>
  /** The links to its versions that were not named either. */
  readonly links: ReadonlyArray<StandingLink>
}

export const aliasesMayGo = (
  collection: CollectionRef,
  table: AliasTable,
  deleteAliases: boolean | undefined,
  links: ReadonlyArray<StandingLink> = [],
): E.Either<CollectionHasAliases, void> => {
  const aliases = [...table.keys()].filter((alias) => alias !== 'latest').sort()
  return aliases.length === 0 || deleteAliases === true
    ? E.right(undefined)
    : E.left({ _tag: 'collection-has-aliases', collection, aliases, links })
}

/** What an event says of a life that it ended. */
interface Ended {
  readonly artifactType: string
  readonly aliases: number
}

/** Whether a life could end as it is told, with so many numbers that were live. */
export const admitsDeletion = (
  { artifactType, aliases, live }: Ended & { readonly live: number },
  was: { readonly artifactType: string | null; readonly aliases: AliasTable; readonly live: number },
): Admitted =>
  allAdmit(
    () => isThatValue('its type', artifactType, was.artifactType),
    () => isThatValue('how many were live', live, was.live),
    () => isThatValue('how many aliases there were', aliases, was.aliases.size),
  )
