/** Which names events give for the first time, and what is wrong with them. */
import { type Problem, shown } from '../values/codec.js'
import { wrongLabel, wrongName } from '../values/new-names.js'
import { type ArtifactRef, collectionPath, type ModelRef, type RunRef, runPath } from '../values/references.js'
import type { Subject } from '../values/stream-names.js'
import type { DomainEvent } from './catalogue.js'

/** A command gives something a name that nothing new may have. */
export interface WrongNames {
  readonly _tag: 'invalid-input'
  readonly problems: ReadonlyArray<Problem>
}

/**
 * What is wrong with the names that a decision gives. A name that is there already is used as it is: who called something
 * so before there was this rule goes on with it, and takes it away. So does the version of a draft that was sealed before.
 */
export const wrongNamesIn = (subject: Subject, events: ReadonlyArray<DomainEvent>): ReadonlyArray<Problem> =>
  events.some((event) => 'distributed' in event) ? [] : events.flatMap((event) => wrongIn(subject, event))

const wrongIn = (subject: Subject, event: DomainEvent): ReadonlyArray<Problem> => {
  switch (event.type) {
    case 'ArtifactCreated':
    case 'RegisteredModelCreated':
      return [...ofSubject(subject), ...named('type', event.artifactType)]
    case 'ArtifactTagged':
    case 'ArtifactVersionTagged':
    case 'RegisteredModelTagged':
      return event.to.filter((tag) => !event.from.includes(tag)).flatMap((tag) => named('tag', tag))
    case 'ArtifactVersionLogged':
    case 'ArtifactVersionRelogged':
      return wrongWords(event)
    case 'AliasMoved':
      return event.from === null ? named('alias', event.alias) : []
    case 'DistributedPartUpserted':
      return [...ofSubject(subject), ...labelled('writer', event.writer)]
    case 'DistributedCommitted':
      return wrongWords(event)
    case 'RunStarted':
      return [...ofSubject(subject), ...(event.group === undefined ? [] : labelled('group', event.group))]
    case 'ArtifactDescribed':
    case 'ArtifactUntagged':
    case 'ArtifactVersionDescribed':
    case 'ArtifactVersionUntagged':
    case 'ArtifactVersionDeleted':
    case 'AliasRemoved':
    case 'VersionLinked':
    case 'VersionUnlinked':
    case 'RegisteredModelDescribed':
    case 'RegisteredModelUntagged':
    case 'DistributedAbandoned':
    case 'RunSummarised':
    case 'ArtifactVersionUsed':
    case 'RunFinished':
    case 'ArtifactArchived':
    case 'ArtifactUnarchived':
    case 'RegisteredModelArchived':
    case 'RegisteredModelUnarchived':
    case 'ArtifactDeleted':
    case 'RegisteredModelDeleted':
    case 'LossAccepted':
    case 'CommandAccepted':
      return []
  }
}

/** Of what is said of a version. */
export const wrongWords = ({
  aliases = [],
  tags = [],
}: {
  readonly aliases?: ReadonlyArray<string> | undefined
  readonly tags?: ReadonlyArray<string> | undefined
}): ReadonlyArray<Problem> => [
  ...aliases.flatMap((alias) => named('alias', alias)),
  ...tags.flatMap((tag) => named('tag', tag)),
]

const ofSubject = (subject: Subject): ReadonlyArray<Problem> => {
  switch (subject.category) {
    case 'artifact':
      return ofCollection(subject.artifact)
    case 'model':
      return ofCollection(subject.model)
    case 'losses':
      return []
    // The artifact is made by a command of its own.
    case 'draft':
      return labelled('distributedId', subject.distributedId)
    case 'run': {
      const path = runPath(subject.run)
      return [...ofProject(subject.run, path), ...named(`run of ${shown(path)}`, subject.run.run)]
    }
  }
}

const ofCollection = (collection: ArtifactRef | ModelRef): ReadonlyArray<Problem> => {
  const path = collectionPath(collection)
  return [...ofProject(collection, path), ...named(`name of ${shown(path)}`, collection.name)]
}

const ofProject = (
  { entity, project }: Pick<ArtifactRef | ModelRef | RunRef, 'entity' | 'project'>,
  path: string,
): ReadonlyArray<Problem> => [
  ...named(`entity of ${shown(path)}`, entity),
  ...named(`project of ${shown(path)}`, project),
]

const named = (at: string, name: string): ReadonlyArray<Problem> => problems(at, name, wrongName(name))
const labelled = (at: string, label: string): ReadonlyArray<Problem> => problems(at, label, wrongLabel(label))
const problems = (at: string, value: string, expected: string | undefined): ReadonlyArray<Problem> =>
  expected === undefined ? [] : [{ at, expected, actual: shown(value) }]
