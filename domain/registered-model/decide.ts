/** What a registered model allows, and what follows from it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { type AliasRejection, moveAlias, pointAliases, removeAlias, removeAliasesOf } from '../collections/aliases.js'
import { type Archived, notArchived } from '../collections/archiving.js'
import { type SayingRejection, saySomething } from '../collections/descriptions.js'
import { aliasesMayGo, type CollectionHasAliases, wasDeleted } from '../collections/lives.js'
import { changeTags, type TooManyTags } from '../collections/tags.js'
import type { LinkRemoved, TypeMismatch, VersionRejection } from '../collections/version-rejections.js'
import { about, type Decision, type ReadonlyState, type RecordedBy } from '../values/decider.js'
import { versionNumberAt } from '../values/names.js'
import { omitUndefined } from '../values/omit-undefined.js'
import type { ModelRef } from '../values/references.js'
import type {
  ArchiveRegisteredModel,
  CreateRegisteredModel,
  DeleteRegisteredModel,
  DescribeRegisteredModel,
  RegisteredModelCommandWithFacts,
  TagRegisteredModel,
  UnarchiveRegisteredModel,
  UnlinkFromRegistry,
  UntagRegisteredModel,
} from './commands.js'
import type { RegisteredModelEvent } from './events.js'
import { isStanding, numberOfSource, standingCount } from './link-columns.js'
import { findLink, liveLink } from './links.js'
import type { RegisteredModelState } from './state.js'

type State = ReadonlyState<RegisteredModelState>

export type RegisteredModelRejection =
  | AliasRejection
  | VersionRejection
  | TypeMismatch
  | TooManyTags
  | SayingRejection
  | Archived
  | CollectionHasAliases
  | { readonly _tag: 'model-not-found'; readonly model: ModelRef; readonly deleted?: RecordedBy }
  | LinkRemoved

type EncodedEvents = E.Either<RegisteredModelRejection, Decision<RegisteredModelEvent>>
type Events = E.Either<RegisteredModelRejection, ReadonlyArray<RegisteredModelEvent>>

export const decide =
  (command: RegisteredModelCommandWithFacts) =>
  (state: State): EncodedEvents => {
    switch (command.type) {
      case 'CreateRegisteredModel':
        return pipe(
          notArchived(command.model, state),
          E.flatMap(() => create(command, state)),
          about({}),
        )
      case 'LinkToRegistry':
        return link(command, state)
      case 'UnlinkFromRegistry':
        return unlink(command, state)
      case 'DescribeRegisteredModel':
        return pipe(describeModel(command, state), about({}))
      case 'TagRegisteredModel':
      case 'UntagRegisteredModel':
        return pipe(
          mustExist(command.model, state),
          E.flatMap(() => tag(command, state)),
        )
      case 'ArchiveRegisteredModel':
      case 'UnarchiveRegisteredModel':
        return pipe(archive(command, state), about({}))
      case 'DeleteRegisteredModel':
        return pipe(deleteModel(command, state), about({}))
      case 'MoveAlias':
        return pipe(
          notArchived(command.collection, state),
          E.flatMap(() => liveLink(command.collection, command.version, state)),
          E.flatMap(({ number }) => pipe(moveAlias(command, number)(state.aliases), about({ version: number }))),
        )
      case 'RemoveAlias':
        return removeAlias(command)(state)
      case 'MeanLink':
        return pipe(
          liveLink(command.model, command.version, state),
          E.map(({ number }) => ({ events: [], answer: { version: number } })),
        )
    }
  }

const describeModel = ({ model, ...said }: Omit<DescribeRegisteredModel, 'type'>, state: State): Events =>
  pipe(
    mustExist(model, state),
    E.flatMap(({ description, metadata, metadataBy }) =>
      saySomething(
        said,
        { description, metadata, ...(metadataBy === null ? {} : { metadataBy }) },
        { collection: model, version: null },
      ),
    ),
    E.map((changes) => changes.map((change) => ({ type: 'RegisteredModelDescribed' as const, ...change }))),
  )

const create = (
  { model, artifactType, description }: Pick<CreateRegisteredModel, 'model' | 'artifactType' | 'description'>,
  state: State,
): Events => {
  if (state.artifactType === artifactType) return describeModel({ model, ...omitUndefined({ description }) }, state)
  return state.artifactType === null
    ? E.right([{ type: 'RegisteredModelCreated', artifactType, ...(description === undefined ? {} : { description }) }])
    : E.left({ _tag: 'type-mismatch', collection: model, accepted: state.artifactType, offered: artifactType })
}

const link = (
  { model, aliases = [], expect, sourceFact }: Extract<RegisteredModelCommandWithFacts, { type: 'LinkToRegistry' }>,
  state: State,
): EncodedEvents => {
  const { source, artifactType, manifest, archived } = sourceFact
  const open = notArchived(model, state)
  if (E.isLeft(open)) return open
  if (archived !== undefined) {
    const { version: _, ...collection } = source
    return E.left({ _tag: 'archived', collection, archived })
  }
  const created = create({ model, artifactType }, state)
  if (E.isLeft(created)) return created
  const present = numberOfSource(state.links, source)
  const version = present ?? versionNumberAt(state.links.length)
  return pipe(
    pointAliases([...aliases, 'latest'], version, expect)(state.aliases),
    E.map((moved) => [
      ...created.right,
      ...(present === undefined ? [{ type: 'VersionLinked' as const, version, source, manifest }] : []),
      ...moved,
    ]),
    about({ version }),
  )
}

const unlink = ({ model, version, expect }: UnlinkFromRegistry, state: State): EncodedEvents => {
  const found = findLink(model, version, state)
  if (E.isLeft(found)) return found
  const { number, link } = found.right
  if (!isStanding(state.links, number)) return E.right({ events: [], answer: { version: number } })
  return pipe(
    removeAliasesOf(number, expect)(state.aliases),
    E.map(
      (removed): ReadonlyArray<RegisteredModelEvent> => [
        { type: 'VersionUnlinked', version: number, source: link.source },
        ...removed,
      ],
    ),
    about({ version: number }),
  )
}

const tag = (command: TagRegisteredModel | UntagRegisteredModel, { tags }: State): EncodedEvents => {
  const adds = command.type === 'TagRegisteredModel'
  const type = adds ? 'RegisteredModelTagged' : 'RegisteredModelUntagged'
  return pipe(
    changeTags(adds ? 'add' : 'remove', command.tags, { collection: command.model, version: null })(tags),
    E.map((changes): ReadonlyArray<RegisteredModelEvent> => changes.map((change) => ({ type, ...change }))),
    about({}),
  )
}

/** What is deleted already stays so; what never was there cannot be deleted. */
const deleteModel = ({ model, deleteAliases }: DeleteRegisteredModel, state: State): Events => {
  const { artifactType, links, aliases } = state
  if (artifactType === null && state.deleted !== null) return E.right([])
  return pipe(
    mustExist(model, state),
    E.flatMap(() => aliasesMayGo(model, aliases, deleteAliases)),
    E.map(() => [
      {
        type: 'RegisteredModelDeleted' as const,
        artifactType: artifactType ?? '',
        links: standingCount(links),
        aliases: aliases.size,
      },
    ]),
  )
}

const archive = ({ type, model }: ArchiveRegisteredModel | UnarchiveRegisteredModel, state: State): Events =>
  pipe(
    mustExist(model, state),
    E.map(({ archived }) => {
      const archives = type === 'ArchiveRegisteredModel'
      return archives === (archived !== null)
        ? []
        : [{ type: archives ? ('RegisteredModelArchived' as const) : ('RegisteredModelUnarchived' as const) }]
    }),
  )

const mustExist = (model: ModelRef, state: State): E.Either<RegisteredModelRejection, State> =>
  state.artifactType === null ? E.left({ _tag: 'model-not-found', model, ...wasDeleted(state) }) : E.right(state)
