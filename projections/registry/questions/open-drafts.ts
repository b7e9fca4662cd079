/** Distributed drafts that are open, or sealed and without their version. */
import type { Registry, UnfinishedDraft } from '../state.js'
import type { Moment } from './errors.js'

export interface OpenDraft {
  readonly artifact: string
  readonly distributedId: string
  readonly generation: number
  readonly opened: Moment
  readonly writers: ReadonlyArray<string>
  readonly parts: number
}

/** Drafts that were sealed and whose version is not logged yet. */
export const unfinishedDrafts = (registry: Registry): ReadonlyArray<UnfinishedDraft> => [
  ...registry.unfinished.values(),
]
