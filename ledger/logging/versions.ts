/** What is told of a version that was logged: its description, metadata and tags, and that it is deleted. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type {
  DeleteArtifactVersion,
  DescribeArtifactVersion,
  TagArtifactVersion,
  UntagArtifactVersion,
} from '../../domain/artifact/commands.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type ArtifactRef, isModel } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import type { EnvelopeFields } from '../calling/arguments.js'
import { isVersion, notAVersion, type Verb } from '../calling/collection-or-version.js'
import * as inputs from '../calling/input.js'
import { type Calling, commandOnSource, wasGivenOnSource } from '../calling/resolve-names.js'
import { now, wrong } from '../calling/send-command.js'

export interface VersionMethods {
  /** Replaces description or metadata of a version, named in full; through a link, of its source. */
  describe: (given: args.Describe) => Promise<Receipt>
  /** Adds tags to a version, named in full; through a link, to its source. */
  tag: (given: args.Tag) => Promise<Receipt>
  /** Takes tags of a version, named in full, away; through a link, of its source. */
  untag: (given: args.Tag) => Promise<Receipt>
  /**
   * Marks a version, named in full, as deleted; its number and its history stay. What hangs on it, its aliases and the links to
   * it, is to be named.
   */
  deleteVersion: (given: args.DeleteVersion) => Promise<Receipt>
}

/** A change of what is said of a version: the command on that version, or on the source of a link. */
export type Change = (
  version: VersionPath<ArtifactRef>,
) => DescribeArtifactVersion | TagArtifactVersion | UntagArtifactVersion

export const describing =
  (said: Omit<DescribeArtifactVersion, 'type' | 'artifact' | 'version'>): Change =>
  ({ collection: artifact, version }) => ({ type: 'DescribeArtifactVersion', artifact, version, ...said })

export const tagging =
  (verb: 'tag' | 'untag', tags: ReadonlyArray<string>): Change =>
  ({ collection: artifact, version }) => ({
    type: verb === 'tag' ? 'TagArtifactVersion' : 'UntagArtifactVersion',
    artifact,
    version,
    tags,
  })

export const versionMethods = (calling: Calling): VersionMethods => {
  const { checked, give } = calling.sender

  /** A name alone meant `latest` once: what was given so is repeated so. */
  const change = async (verb: Verb, path: string, fields: EnvelopeFields, commandOf: Change): Promise<Receipt> => {
    if (!(isVersion(path) || (await wasGivenOnSource(calling, path, fields, commandOf)))) {
      await now(E.left(notAVersion(verb, path)))
    }
    return give(await commandOnSource(calling, path, fields, commandOf), fields)
  }

  const changeTags = async (verb: 'tag' | 'untag', given: args.Tag): Promise<Receipt> => {
    const { version, tags, ...fields } = await checked(inputs.Tag, given)
    return change(verb, version, fields, tagging(verb, tags))
  }

  return {
    describe: async (given) => {
      const { version, description, metadata, mergeMetadata, expectMetadata, ...fields } = await checked(
        inputs.Describe,
        given,
      )
      const said = omitUndefined({ description, metadata, mergeMetadata, expectMetadata })
      return change('describe', version, fields, describing(said))
    },

    tag: (given) => changeTags('tag', given),
    untag: (given) => changeTags('untag', given),

    deleteVersion: async (given) => {
      const input = await checked(inputs.DeleteVersion, given)
      const { deleteAliases, leaveLinks, expect, commandId } = input
      const commandOf = ({ collection: artifact, version }: VersionPath): DeleteArtifactVersion | undefined =>
        isModel(artifact)
          ? undefined
          : {
              type: 'DeleteArtifactVersion',
              artifact,
              version,
              ...omitUndefined({ deleteAliases, leaveLinks, expect }),
            }
      const command = await calling.names.commandNamingInFull(input.version, { commandId, commandOf })
      return command === undefined
        ? now(E.left(wrong('version', 'a version of an artifact (unlink takes a link away)', input.version)))
        : give(command, input)
    },
  }
}
