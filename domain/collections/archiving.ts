/**
 * An artifact or a registered model that is archived: what is there stays and can be found by name, but it is left out of
 * lists, and nothing new comes to it until it is taken out of the archive again.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { RecordedBy } from '../values/decider.js'
import { type Admitted, admitted, impossible } from '../values/impossible.js'
import type { CollectionRef } from '../values/references.js'

/** Nothing new comes to what is archived: no version, no link, no part of a distributed version, and no alias. */
export interface Archived {
  readonly _tag: 'archived'
  readonly collection: CollectionRef
  readonly archived: RecordedBy
}

export interface ArchiveState {
  /** Who archived it and when; `null` where it is not archived. */
  archived: RecordedBy | null
}

export const notArchived = <State extends Readonly<ArchiveState>>(
  collection: CollectionRef,
  state: State,
): E.Either<Archived, State> =>
  state.archived === null ? E.right(state) : E.left({ _tag: 'archived', collection, archived: state.archived })

/** Whether it could be archived, or taken out of the archive. */
export const admitsArchiving = (isArchived: boolean, { archived }: Readonly<ArchiveState>): Admitted =>
  (archived !== null) === isArchived ? impossible({ _tag: 'changes-nothing', of: 'the archive' }) : admitted

/** Whether something new could come: not to what is archived. */
export const admitsNew = ({ archived }: Readonly<ArchiveState>, check: () => Admitted): Admitted =>
  archived === null ? check() : impossible({ _tag: 'archived-before' })
