/** Whether an event could follow in an artifact's history. */
import * as E from 'fp-ts/lib/Either.js'
import { admitsAlias, admitsWhileLeft } from '../collections/aliases.js'
import { admitsArchiving, admitsNew } from '../collections/archiving.js'
import { admitsSaid, NOTHING_SAID } from '../collections/descriptions.js'
import { admitsDeletion } from '../collections/lives.js'
import { admitsTagChange } from '../collections/tags.js'
import type { ReadonlyState } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible, type Standing } from '../values/impossible.js'
import { numberOfKey } from '../values/key-table.js'
import { isThatManifest, isThatValue, linkWasThere, type Past, runWasThere, versionWasThere } from '../values/past.js'
import type { SubjectOf } from '../values/stream-names.js'
import type { ArtifactEvent, ArtifactVersionLogged, ArtifactVersionRelogged } from './events.js'
import { type ArtifactHistory, hasSaid, saidOf } from './history.js'
import { draftKey, newerThan } from './state.js'
import { liveCount, numberOfContent, type VersionState, versionAt } from './version-columns.js'
import { notAppliedTo } from './what-is-said.js'

type State = ReadonlyState<ArtifactHistory>

type Here = Standing<SubjectOf<'artifact'>, Past>

/**
 * By the rules for events, which hold whatever a command may do today: what is named may be called what no command
 * could call it any more.
 */
export const admits = (state: State, event: ArtifactEvent, here: Here): Admitted => {
  if (state.artifactType === null) {
    return event.type === 'ArtifactCreated' ? admitted : impossible({ _tag: 'not-begun', first: 'ArtifactCreated' })
  }
  const left = admitsWhileLeft(state.left, event)
  if (E.isLeft(left)) return left
  switch (event.type) {
    case 'ArtifactCreated':
      return impossible({ _tag: 'begun-before' })
    case 'ArtifactDescribed':
      return admitsSaid('the artifact', event, { description: state.description, metadata: null })
    case 'ArtifactTagged':
      return admitsTagChange('add', event, state.tags)
    case 'ArtifactUntagged':
      return admitsTagChange('remove', event, state.tags)
    case 'ArtifactArchived':
      return admitsArchiving(true, state)
    case 'ArtifactUnarchived':
      return admitsArchiving(false, state)
    case 'ArtifactVersionLogged':
      return allAdmit(
        () => admitsInArchive(state, event),
        () => admitsNumber(state, event),
        () => admitsBase(state, event),
        () => admitsCopy(event, here),
        () => admitsTakenOver(state, event, here),
        () => admitsOrigin(state, event, here),
      )
    case 'ArtifactVersionRelogged':
      return allAdmit(
        () => admitsInArchive(state, event),
        () =>
          withVersion(state, event.version, (version) =>
            allAdmit(
              () => isThatManifest('its content', event.manifest, version.manifest),
              // Once it was not told.
              () =>
                event.notApplied === undefined
                  ? admitted
                  : isThatValue(
                      'what was not applied',
                      event.notApplied,
                      notAppliedTo({ ...(state.said[event.version] ?? NOTHING_SAID), tags: version.tags }, event),
                    ),
            ),
          ),
        () => admitsBase(state, event),
        () => admitsCopy(event, here),
        () => admitsOrigin(state, event, here),
      )
    case 'ArtifactVersionDescribed':
      return withVersion(state, event.version, () =>
        admitsSaid('the version', event, state.said[event.version] ?? NOTHING_SAID),
      )
    case 'ArtifactVersionTagged':
      return withVersion(state, event.version, ({ tags }) => admitsTagChange('add', event, tags))
    case 'ArtifactVersionUntagged':
      return withVersion(state, event.version, ({ tags }) => admitsTagChange('remove', event, tags))
    case 'ArtifactVersionDeleted':
      return withVersion(state, event.version, ({ manifest }) =>
        allAdmit(
          () => isThatManifest('its content', event.manifest, manifest),
          ...(event.linksLeft ?? []).map(
            (link) => () => linkWasThere(link, { ...here.subject.artifact, version: event.version }, here.past),
          ),
        ),
      )
    case 'ArtifactDeleted':
      return allAdmit(
        () => admitsDeletion({ ...event, live: event.versions }, { ...state, live: liveCount(state.versions) }),
        ...(event.linksLeft ?? []).map((link) => () => linkWasThere(link, here.subject.artifact, here.past)),
      )
    case 'AliasMoved': {
      const check = () => admitsAlias(state.aliases, event, (version) => isLive(state, version))
      return event.to === state.ofSeal ? check() : admitsNew(state, check)
    }
    case 'AliasRemoved':
      return admitsAlias(state.aliases, event, () => admitted)
  }
}

/** What was sealed before is logged, and what is archived takes nothing else. */
const admitsInArchive = (state: State, { distributed }: ArtifactVersionLogged | ArtifactVersionRelogged): Admitted =>
  distributed === undefined ? admitsNew(state, () => admitted) : admitted

/** Numbers are given out one after another, to content that has none. */
const admitsNumber = ({ versions }: State, { version, manifest }: ArtifactVersionLogged): Admitted => {
  if (version !== versions.length) {
    return impossible({ _tag: 'not-the-next', what: 'version', number: version, next: versions.length })
  }
  const twin = numberOfContent(versions, manifest.digest)
  return twin === undefined ? admitted : impossible({ _tag: 'there-already', what: 'version', number: twin })
}

/**
 * A draft is of a version that is there; what a sealed draft builds on was there when that was sealed. Once it was not told
 * which one was newer.
 */
const admitsBase = (
  state: State,
  { base, newest, distributed }: ArtifactVersionLogged | ArtifactVersionRelogged,
): Admitted =>
  allAdmit(
    () => {
      if (base === undefined) return admitted
      if (distributed === undefined) return isLive(state, base)
      return versionAt(state.versions, base) === undefined
        ? impossible({ _tag: 'not-there', what: 'version', number: base })
        : admitted
    },
    () =>
      newest === undefined
        ? admitted
        : isThatValue(
            'the newest version beside its base',
            newest,
            (base === undefined ? undefined : newerThan(base, state).newest) ?? null,
          ),
  )

/** What is copied was there before, with this content. */
const admitsCopy = (
  { copiedFrom, manifest }: ArtifactVersionLogged | ArtifactVersionRelogged,
  { past }: Here,
): Admitted => (copiedFrom === undefined ? admitted : versionWasThere(copiedFrom, { manifest }, past))

/** What a draft took over, its base said when it was begun; and what a copy took over, what was copied. */
const admitsTakenOver = (
  state: State,
  { base, copiedFrom, takenOver = [], description, metadata }: ArtifactVersionLogged,
  { past }: Here,
): Admitted => {
  const origin =
    copiedFrom === undefined
      ? { name: 'its base', version: base, state: { saidOf: saidOf(state), hasSaid: hasSaid(state) } }
      : { name: 'what was copied', version: copiedFrom.version, state: past.artifact(copiedFrom) }
  const { name, version, state: then } = origin
  if (then === 'unsure') return admitted
  return allAdmit(
    ...takenOver.map((what) => (): Admitted => {
      const says = what === 'description' ? description : metadata
      return says !== undefined && version !== undefined && then?.hasSaid(version, says) === true
        ? admitted
        : impossible({
            _tag: 'says-otherwise',
            of: `the ${what} of ${name}`,
            says,
            was: (version === undefined ? undefined : then?.saidOf(version))?.[what] ?? null,
          })
    }),
  )
}

/** The run that logged it, and the sealed draft that it was logged from, once. */
const admitsOrigin = (
  { artifactType, distributed: logged }: State,
  event: ArtifactVersionLogged | ArtifactVersionRelogged,
  { subject: { artifact }, metadata, past }: Here,
): Admitted => {
  const { run, distributed } = event
  const named = runWasThere(run, past)
  if (E.isLeft(named) || distributed === undefined) return named
  const { distributedId, generation } = distributed
  if (numberOfKey(logged, draftKey(distributed)) !== undefined)
    return impossible({ _tag: 'changes-nothing', of: 'a draft that was logged before' })
  const draft = past.draft({ artifact, distributedId })
  if (draft === 'unsure') return admitted
  const seal = draft?.ended[generation]?.committed
  if (seal === undefined) {
    return impossible({
      _tag: 'not-by-then',
      what: `the seal of generation ${generation} of the draft "${distributedId}"`,
    })
  }
  return allAdmit(
    () => isThatManifest('the content of its draft', event.manifest, seal.manifest),
    () => isThatValue('the type of its draft', artifactType, seal.artifactType),
    () => isThatValue('the version that its draft builds on', event.base, seal.base),
    () => isThatValue('the run of its draft', run?.ref, seal.run?.ref),
    () => isThatValue('the description of its draft', event.description, seal.description),
    () => isThatValue('the metadata of its draft', event.metadata, seal.metadata),
    () => isThatValue('the tags of its draft', event.tags, seal.tags),
    () => isThatValue('who sealed its draft', metadata.actor, seal.envelope.actor),
    () => isThatValue('the command that sealed its draft', metadata.causationId, seal.envelope.commandId),
  )
}

const withVersion = (state: State, number: number, check: (version: VersionState) => Admitted): Admitted => {
  const version = versionAt(state.versions, number)
  if (version === undefined) return impossible({ _tag: 'not-there', what: 'version', number })
  return version.deleted === undefined ? check(version) : impossible({ _tag: 'gone-before', what: 'version', number })
}

const isLive = (state: State, number: number): Admitted => withVersion(state, number, () => admitted)
