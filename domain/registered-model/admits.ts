/** Whether an event could follow in a registered model's history. */
import * as E from 'fp-ts/lib/Either.js'
import { admitsAlias, admitsWhileLeft } from '../collections/aliases.js'
import { admitsArchiving, admitsNew } from '../collections/archiving.js'
import { admitsSaid } from '../collections/descriptions.js'
import { admitsDeletion } from '../collections/lives.js'
import { admitsTagChange } from '../collections/tags.js'
import type { ReadonlyState } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible, type Standing } from '../values/impossible.js'
import { isThatValue, type Past, versionWasThere } from '../values/past.js'
import type { SubjectOf } from '../values/stream-names.js'
import type { RegisteredModelEvent, VersionLinked } from './events.js'
import { isStanding, type LinkState, linkAt, numberOfSource, standingCount } from './link-columns.js'
import type { RegisteredModelState } from './state.js'

type State = ReadonlyState<RegisteredModelState>

type Here = Standing<SubjectOf<'model'>, Past>

/** By the rules for events, which hold whatever a command may do today. */
export const admits = (state: State, event: RegisteredModelEvent, { past }: Here): Admitted => {
  if (state.artifactType === null) {
    return event.type === 'RegisteredModelCreated'
      ? admitted
      : impossible({ _tag: 'not-begun', first: 'RegisteredModelCreated' })
  }
  const left = admitsWhileLeft(state.left, event)
  if (E.isLeft(left)) return left
  switch (event.type) {
    case 'RegisteredModelCreated':
      return impossible({ _tag: 'begun-before' })
    case 'VersionLinked':
      return allAdmit(
        () => admitsNew(state, () => admitted),
        () => admitsNumber(state, event),
        () => versionWasThere(event.source, { artifactType: state.artifactType, manifest: event.manifest }, past),
      )
    case 'VersionUnlinked':
      return withLink(state, event.version, ({ source }) => isThatValue('its source', event.source, source))
    case 'RegisteredModelDescribed':
      return admitsSaid('the registered model', event, state)
    case 'RegisteredModelTagged':
      return admitsTagChange('add', event, state.tags)
    case 'RegisteredModelUntagged':
      return admitsTagChange('remove', event, state.tags)
    case 'RegisteredModelArchived':
      return admitsArchiving(true, state)
    case 'RegisteredModelUnarchived':
      return admitsArchiving(false, state)
    case 'RegisteredModelDeleted':
      return admitsDeletion({ ...event, live: event.links }, { ...state, live: standingCount(state.links) })
    case 'AliasMoved':
      return admitsNew(state, () =>
        admitsAlias(state.aliases, event, (version) => withLink(state, version, () => admitted)),
      )
    case 'AliasRemoved':
      return admitsAlias(state.aliases, event, () => admitted)
  }
}

/** Numbers are given out one after another, to a source that has none. */
const admitsNumber = ({ links }: State, { version, source }: VersionLinked): Admitted => {
  if (version !== links.length) {
    return impossible({ _tag: 'not-the-next', what: 'link', number: version, next: links.length })
  }
  const present = numberOfSource(links, source)
  return present === undefined ? admitted : impossible({ _tag: 'there-already', what: 'link', number: present })
}

const withLink = (state: State, number: number, check: (link: LinkState) => Admitted): Admitted => {
  const link = linkAt(state.links, number)
  if (link === undefined) return impossible({ _tag: 'not-there', what: 'link', number })
  return isStanding(state.links, number) ? check(link) : impossible({ _tag: 'gone-before', what: 'link', number })
}
