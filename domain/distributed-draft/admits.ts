/** Whether an event could follow in a draft's history. */

import type { Answer } from '../values/answer.js'
import type { ReadonlyState } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible, type Standing } from '../values/impossible.js'
import type { VersionNumber } from '../values/names.js'
import { isThatValue, type Past, runWasThere, versionWasThere } from '../values/past.js'
import { collectionPath } from '../values/references.js'
import type { SubjectOf } from '../values/stream-names.js'
import type {
  DistributedAbandoned,
  DistributedCommitted,
  DistributedDraftEvent,
  DistributedPartUpserted,
} from './events.js'
import { type DistributedDraftState, isSamePart, partOf } from './state.js'
import { writersOf } from './writers.js'

type State = ReadonlyState<DistributedDraftState>

type Here = Standing<SubjectOf<'draft'>, Past>

/** By the rules for events, which hold whatever a command may do today. */
export const admits = (state: State, event: DistributedDraftEvent, here: Here): Admitted => {
  const { generation } = state
  if (event.type === 'DistributedAbandoned' && event.sealed === true) return givesUpSeal(state, event)
  if (event.generation !== generation) {
    return impossible({ _tag: 'not-the-next', what: 'generation', number: event.generation, next: generation })
  }
  switch (event.type) {
    case 'DistributedPartUpserted':
      return allAdmit(
        () => isNew(state, event),
        () => artifactWasThere(event, here),
        () => (event.base === undefined ? admitted : isItsBase(event.base, state, here)),
        () => runWasThere(event.run, here.past),
      )
    case 'DistributedCommitted':
      return allAdmit(
        () => countsWriters(state, event),
        () => isItsOwn(event, here),
        () => artifactWasThere(event, here),
        () =>
          event.base === undefined
            ? isThatValue('the version that it builds on', null, state.base?.version ?? null)
            : isItsBase(event.base, state, here),
        () => runWasThere(event.run, here.past),
      )
    case 'DistributedAbandoned':
      return countsWriters(state, event)
  }
}

/** A command that changed nothing was a part that the open generation had already: no other changes nothing. */
export const admitsAnswer = (state: State, { version, generation }: Answer): Admitted => {
  if (version !== undefined) return impossible({ _tag: 'not-there', what: 'version', number: version })
  return generation === state.generation && state.parts.length > 0
    ? admitted
    : impossible({ _tag: 'not-open', generation })
}

/** What the writer before brought, brought again, would have left no event. */
const isNew = ({ parts, base }: State, event: DistributedPartUpserted): Admitted =>
  isSamePart(parts.at(-1), partOf(event)) && (event.base === undefined || base !== null)
    ? impossible({ _tag: 'changes-nothing', of: 'the draft' })
    : admitted

/** All who name a base name one, which was there. */
const isItsBase = (version: VersionNumber, { base }: State, { subject, past }: Here): Admitted =>
  allAdmit(
    () => isThatValue('the version that it builds on', version, base?.version ?? version),
    () => versionWasThere({ ...subject.artifact, version }, {}, past),
  )

/** A generation ends with the parts that it has, one at least. */
const countsWriters = (
  { parts, generation }: State,
  { writers, writerNames }: Pick<DistributedCommitted, 'writers' | 'writerNames'>,
): Admitted => {
  if (parts.length === 0) return impossible({ _tag: 'not-by-then', what: `a part of generation ${generation}` })
  const came = writersOf(parts)
  return allAdmit(
    () => isThatValue('how many writers brought parts', writers, came.length),
    () => (writerNames === undefined ? admitted : isThatValue('who brought parts', writerNames, came)),
  )
}

/** Which type its artifact had when that was looked up is not known any more. */
const givesUpSeal = ({ ended }: State, { generation, writers }: DistributedAbandoned): Admitted => {
  const end = ended[generation]
  return end?.how === 'sealed'
    ? isThatValue('how many writers brought parts', writers, end.writers.length)
    : impossible({ _tag: 'not-by-then', what: `the seal of generation ${generation}` })
}

/** The envelope under which the version is logged is that of the commit. */
const isItsOwn = ({ envelope }: DistributedCommitted, { metadata }: Here): Admitted => {
  const { commandDigest: _, recordedAt: __, schema: ___, ...given } = metadata
  return isThatValue('its own envelope', envelope, given)
}

/** The artifact is made first, with the type of the draft. */
const artifactWasThere = ({ artifactType }: { readonly artifactType: string }, { subject, past }: Here): Admitted => {
  const state = past.artifact(subject.artifact)
  if (state === 'unsure') return admitted
  const path = collectionPath(subject.artifact)
  return state === undefined || state.artifactType === null
    ? impossible({ _tag: 'not-by-then', what: `the creation of ${path}` })
    : isThatValue(`the type of ${path}`, artifactType, state.artifactType)
}
