/** What the snapshots of an artifact and of a registered model say alike: everything of their states but columns. */
import * as t from 'io-ts'
import { nullable, record } from '../values/codec.js'
import type { ReadonlyState } from '../values/decider.js'
import { VersionNumber } from '../values/names.js'
import type { AliasState } from './aliases.js'
import type { ArchiveState } from './archiving.js'
import type { LifeState } from './lives.js'

interface CollectionState extends AliasState, ArchiveState, LifeState {
  readonly description: string | null
  readonly tags: ReadonlyArray<string>
  readonly left: Set<string>
}

/** With the version that holds each, or did, and who had put it there or taken it away. */
const Aliases = t.readonlyArray(
  t.tuple([t.string, record('a holder', { version: VersionNumber, by: t.string, at: t.string })]),
)

/** Who did it, and when. */
export const Who = record('who did it', { by: t.string, at: t.string })

export const CollectionHead = record('what a snapshot says of a collection', {
  artifactType: nullable(t.string),
  description: nullable(t.string),
  tags: t.readonlyArray(t.string),
  archived: nullable(Who),
  deleted: nullable(Who),
  aliases: Aliases,
  removedAliases: Aliases,
  left: t.readonlyArray(t.string),
})

export const headOf = (state: ReadonlyState<CollectionState>): t.TypeOf<typeof CollectionHead> => {
  const { artifactType, description, tags, archived, deleted, aliases, removedAliases, left } = state
  const texts = { aliases: [...aliases], removedAliases: [...removedAliases], left: [...left] }
  return { artifactType, description, tags, archived, deleted, ...texts }
}

export const stateIn = ({ aliases, removedAliases, left, ...rest }: t.TypeOf<typeof CollectionHead>) => ({
  ...rest,
  aliases: new Map(aliases),
  removedAliases: new Map(removedAliases),
  left: new Set(left),
})

/** Room for what comes next: what is full is copied as a whole by the first row that does. */
export const withRoom = (rows: number): number => rows + Math.ceil(rows / 16) + 64
