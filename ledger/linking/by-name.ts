/**
 * For ways in whose users write a name and not of what it is: an alias or a number behind it names a version, and a name
 * alone the artifact or the registered model of that name, whichever there is.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type {
  ArchiveArtifact,
  DeleteArtifact,
  DescribeArtifact,
  TagArtifact,
  UnarchiveArtifact,
  UntagArtifact,
} from '../../domain/artifact/commands.js'
import type {
  ArchiveRegisteredModel,
  DeleteRegisteredModel,
  DescribeRegisteredModel,
  TagRegisteredModel,
  UnarchiveRegisteredModel,
  UntagRegisteredModel,
} from '../../domain/registered-model/commands.js'
import { shown } from '../../domain/values/codec.js'
import type { JsonObject } from '../../domain/values/json.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { isModel } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { isVersion, onlyWhole } from '../calling/collection-or-version.js'
import type { WriteError } from '../calling/errors.js'
import * as inputs from '../calling/input.js'
import { type Calling, wasGivenOnSource } from '../calling/resolve-names.js'
import { now, wrong } from '../calling/send-command.js'
import { type Change, describing, tagging, type VersionMethods } from '../logging/versions.js'

/** As the methods of these names; `version` may be a name alone. */
export interface ByName {
  /** Replaces the description, or the metadata where it has some. */
  describe: (given: args.Describe) => Promise<Receipt>
  /** Adds tags. */
  tag: (given: args.Tag) => Promise<Receipt>
  /** Takes tags away. */
  untag: (given: args.Tag) => Promise<Receipt>
  /** Puts it into the archive, as a whole. */
  archive: (given: args.ArchiveArtifact) => Promise<Receipt>
  /** Takes it out of the archive. */
  unarchive: (given: args.ArchiveArtifact) => Promise<Receipt>
  /** Deletes it as a whole; no version of a registered model has links to leave. */
  deleteWhole: (given: args.DeleteArtifact) => Promise<Receipt>
}

/** Of which ledger: for the ways in, which are given a ledger. */
const ofLedgers = new WeakMap<object, ByName>()

export const byNameOf = (ledger: object): ByName => {
  const found = ofLedgers.get(ledger)
  if (found === undefined) throw new TypeError('not a ledger that openLedger opened')
  return found
}

export const nameForAnything = (ledger: object, methods: ByName): void => void ofLedgers.set(ledger, methods)

type OnCollection =
  | DeleteArtifact
  | DeleteRegisteredModel
  | ArchiveArtifact
  | UnarchiveArtifact
  | ArchiveRegisteredModel
  | UnarchiveRegisteredModel
  | DescribeArtifact
  | TagArtifact
  | UntagArtifact
  | DescribeRegisteredModel
  | TagRegisteredModel
  | UntagRegisteredModel

export const byName = (calling: Calling, versions: Pick<VersionMethods, 'describe' | 'tag' | 'untag'>): ByName => {
  const { sender, names } = calling

  /** Whether a version is meant: a name alone meant `latest` once, and what was given so is repeated so. */
  const isOfVersion = async (name: string, fields: args.EnvelopeFields, change: Change): Promise<boolean> =>
    isVersion(name) || wasGivenOnSource(calling, name, fields, change)

  const commandNaming = <C extends OnCollection | undefined>(
    name: string,
    { commandId }: args.EnvelopeFields,
    commandOf: (reading: VersionPath) => C,
  ): Promise<C> => names.commandNaming(name, { commandId, commandOf, ofWhatIsThere: true })

  const changeTags = async (verb: 'tag' | 'untag', given: args.Tag): Promise<Receipt> => {
    const { version: name, tags, ...fields } = await sender.checked(inputs.Tag, given)
    if (await isOfVersion(name, fields, tagging(verb, tags))) return versions[verb]({ version: name, tags, ...fields })
    const command = await commandNaming<OnCollection>(name, fields, ({ collection }) =>
      isModel(collection)
        ? { type: verb === 'tag' ? 'TagRegisteredModel' : 'UntagRegisteredModel', model: collection, tags }
        : { type: verb === 'tag' ? 'TagArtifact' : 'UntagArtifact', artifact: collection, tags },
    )
    return sender.give(command, fields)
  }

  const archiving = async (verb: 'archive' | 'unarchive', given: args.ArchiveArtifact): Promise<Receipt> => {
    const { name, ...fields } = await sender.checked(inputs.ArchiveArtifact, given)
    if (isVersion(name)) return now(E.left(onlyWhole('archived', name)))
    const command = await commandNaming<OnCollection>(name, fields, ({ collection }) =>
      isModel(collection)
        ? { type: verb === 'archive' ? 'ArchiveRegisteredModel' : 'UnarchiveRegisteredModel', model: collection }
        : { type: verb === 'archive' ? 'ArchiveArtifact' : 'UnarchiveArtifact', artifact: collection },
    )
    return sender.give(command, fields)
  }

  const deleteWhole = async (given: args.DeleteArtifact): Promise<Receipt> => {
    const { name, deleteAliases, leaveLinks, ...fields } = await sender.checked(inputs.DeleteArtifact, given)
    if (isVersion(name)) return now(E.left(onlyWhole('deleted', name)))
    const command = await commandNaming<OnCollection>(name, fields, ({ collection }) =>
      isModel(collection)
        ? { type: 'DeleteRegisteredModel', model: collection, ...omitUndefined({ deleteAliases }) }
        : { type: 'DeleteArtifact', artifact: collection, ...omitUndefined({ deleteAliases, leaveLinks }) },
    )
    return sender.give(command, fields)
  }

  return {
    describe: async (given) => {
      const { version: name, ...input } = await sender.checked(inputs.Describe, given)
      const { description, metadata, mergeMetadata, expectMetadata, ...fields } = input
      const said = omitUndefined({ description, metadata, mergeMetadata, expectMetadata })
      if (await isOfVersion(name, fields, describing(said)))
        return versions.describe({ version: name, ...said, ...fields })
      const command = await commandNaming(name, fields, ({ collection }) => {
        if (isModel(collection)) return { type: 'DescribeRegisteredModel', model: collection, ...said }
        return description === undefined || (metadata ?? mergeMetadata ?? expectMetadata) !== undefined
          ? undefined
          : { type: 'DescribeArtifact', artifact: collection, description }
      })
      return command === undefined
        ? now(E.left(notForArtifact(name, metadata === undefined ? mergeMetadata : metadata)))
        : sender.give(command, fields)
    },
    tag: (given) => changeTags('tag', given),
    untag: (given) => changeTags('untag', given),
    archive: (given) => archiving('archive', given),
    unarchive: (given) => archiving('unarchive', given),
    deleteWhole,
  }
}

/** What is said of an artifact as a whole is its description. */
const notForArtifact = (name: string, metadata: JsonObject | null | undefined): WriteError =>
  metadata === undefined
    ? wrong('description', 'a description', 'none')
    : wrong(
        'metadata',
        `none: the artifact has a description alone, its versions have metadata (${name}:latest, ${name}:v3)`,
        shown(metadata),
      )
