/** What can be asked of a registered model, the collection to which versions are linked. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { aliasCommands, MoveAlias } from '../collections/alias-commands.js'
import { type AtHand, type CommandIn, define, gather, noFacts, type WithFacts } from '../command-definition.js'
import type { Facts } from '../ports/facts.js'
import { nullable, record } from '../values/codec.js'
import type { ReadonlyState } from '../values/decider.js'
import { Aliases, ArtifactType, Description, ExpectedHolders, Metadata, Tags, VersionChoice } from '../values/names.js'
import { CollectionRef, collectionPath, isModel, ModelRef } from '../values/references.js'
import { linkMeant, liveLink } from './links.js'
import type { RegisteredModelState } from './state.js'

const ofModel = ({ model }: { readonly model: ModelRef }) => ({ category: 'model', model }) as const

export const CreateRegisteredModel = define('CreateRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef, artifactType: ArtifactType },
  optional: { description: Description },
  facts: noFacts,
})
export type CreateRegisteredModel = t.TypeOf<typeof CreateRegisteredModel>

/** Links a version; the first link makes the registered model. Linking a link links its source. */
export const LinkToRegistry = define('LinkToRegistry', {
  of: ofModel,
  members: {
    model: ModelRef,
    source: record('the version to link {collection, version}', {
      collection: CollectionRef,
      version: VersionChoice,
    }),
  },
  optional: { aliases: Aliases, expect: ExpectedHolders },
  facts: ({ source }, read) => gather({ sourceFact: read.source(source) }),
  // A link of the same model stands for its source.
  basis: ({ model, source: { collection, version } }, state: ReadonlyState<RegisteredModelState>) =>
    collectionPath(collection) === collectionPath(model) ? linkMeant(collection, version, state) : undefined,
})
export type LinkToRegistry = t.TypeOf<typeof LinkToRegistry>

/** Takes a link away, and its aliases with it. The source stays. */
export const UnlinkFromRegistry = define('UnlinkFromRegistry', {
  of: ofModel,
  members: { model: ModelRef, version: VersionChoice },
  optional: { expect: ExpectedHolders },
  facts: noFacts,
})
export type UnlinkFromRegistry = t.TypeOf<typeof UnlinkFromRegistry>

/** Replaces the description or the metadata of a registered model; what is left out stays as it is, `null` takes it away. */
export const DescribeRegisteredModel = define('DescribeRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef },
  optional: {
    description: nullable(Description),
    metadata: nullable(Metadata),
    mergeMetadata: Metadata,
    expectMetadata: nullable(Metadata),
  },
  facts: noFacts,
})
export type DescribeRegisteredModel = t.TypeOf<typeof DescribeRegisteredModel>

export const TagRegisteredModel = define('TagRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type TagRegisteredModel = t.TypeOf<typeof TagRegisteredModel>

export const UntagRegisteredModel = define('UntagRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef, tags: Tags },
  optional: {},
  facts: noFacts,
})
export type UntagRegisteredModel = t.TypeOf<typeof UntagRegisteredModel>

/** Leaves a registered model out of lists, and takes no link into it; what it holds stays. */
export const ArchiveRegisteredModel = define('ArchiveRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef },
  optional: {},
  facts: noFacts,
})
export type ArchiveRegisteredModel = t.TypeOf<typeof ArchiveRegisteredModel>

/** Takes it out of the archive again. */
export const UnarchiveRegisteredModel = define('UnarchiveRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef },
  optional: {},
  facts: noFacts,
})
export type UnarchiveRegisteredModel = t.TypeOf<typeof UnarchiveRegisteredModel>

/** Ends this life of the name: its links, aliases, tags, description and metadata are gone. What was linked stays. */
export const DeleteRegisteredModel = define('DeleteRegisteredModel', {
  of: ofModel,
  members: { model: ModelRef },
  optional: {
    /** Needed while there are aliases besides `latest`. */
    deleteAliases: t.boolean,
  },
  facts: noFacts,
})
export type DeleteRegisteredModel = t.TypeOf<typeof DeleteRegisteredModel>

export const registeredModelCommands = {
  CreateRegisteredModel,
  LinkToRegistry,
  UnlinkFromRegistry,
  DescribeRegisteredModel,
  TagRegisteredModel,
  UntagRegisteredModel,
  ArchiveRegisteredModel,
  UnarchiveRegisteredModel,
  DeleteRegisteredModel,
}

/**
 * Which link is meant by a command to its source that is named through it. Nobody gives it alone: it is remembered under
 * the id of that command, whose repetition means the same link, wherever an alias points by then.
 */
const MeanLink = define('MeanLink', {
  of: ofModel,
  members: { model: ModelRef, version: VersionChoice },
  optional: {},
  facts: noFacts,
})
export type MeanLink = t.TypeOf<typeof MeanLink>

/** An alias of a registered model is to lead to files: the source of the link is live. */
const moveAliasOfModel = {
  of: MoveAlias.of,
  basis: ({ collection, version }: MoveAlias, state: ReadonlyState<RegisteredModelState>) =>
    linkMeant(collection, version, state),
  facts: <Failure>(
    { collection, version }: MoveAlias,
    read: Facts<Failure>,
    { state }: AtHand<ReadonlyState<RegisteredModelState>>,
  ): TE.TaskEither<Failure, object> => {
    const found = liveLink(collection, version, state)
    // What is wrong with the link itself, the decision says.
    if (E.isLeft(found) || !isModel(collection)) return noFacts()
    const { number, link } = found.right
    return pipe(
      read.sourceOfLink(collection, number, link.source),
      TE.flatMap(() => noFacts<Failure>()),
    )
  },
}

/** Everything that is decided against the history of a registered model. */
export const commandsOnRegisteredModel = {
  ...registeredModelCommands,
  ...aliasCommands,
  MoveAlias: moveAliasOfModel,
  MeanLink,
}
export type RegisteredModelCommand = CommandIn<typeof commandsOnRegisteredModel>
export type RegisteredModelCommandWithFacts = WithFacts<typeof commandsOnRegisteredModel>
