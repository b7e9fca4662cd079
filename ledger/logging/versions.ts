/** What is told of a version that was logged: its description, metadata and tags, and that it is deleted. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import type { DeleteArtifactVersion, DescribeArtifactVersion } from '../../domain/artifact/commands.js'
import type { VersionPath } from '../../domain/values/name-paths.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { type ArtifactRef, isModel } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import { type Calling, commandOnSource } from '../calling/resolve-names.js'
import { now, wrong } from '../calling/send-command.js'

export interface VersionMethods {
  /** Replaces description or metadata of a version; through a link, of its source. */
  describe: (given: args.Describe) => Promise<Receipt>
  /** Adds tags to a version; through a link, to its source. */
  tag: (given: args.Tag) => Promise<Receipt>
  /** Takes tags of a version away; through a link, of its source. */
  untag: (given: args.Tag) => Promise<Receipt>
  /** Marks a version, named in full, as deleted; its number and its history stay. */
  deleteVersion: (given: args.DeleteVersion) => Promise<Receipt>
}

export const versionMethods = (calling: Calling): VersionMethods => {
  const { checked, give } = calling.sender

  const changeTags = async (type: 'TagArtifactVersion' | 'UntagArtifactVersion', given: args.Tag): Promise<Receipt> => {
    const input = await checked(inputs.Tag, given)
    const commandOf = ({ collection: artifact, version }: VersionPath<ArtifactRef>) =>
      ({ type, artifact, version, tags: input.tags }) as const
    return give(await commandOnSource(calling, input.version, input, commandOf), input)
  }

  return {
    describe: async (given) => {
      const input = await checked(inputs.Describe, given)
      const { description, metadata } = input
      const commandOf = ({ collection: artifact, version }: VersionPath<ArtifactRef>): DescribeArtifactVersion => ({
        type: 'DescribeArtifactVersion',
        artifact,
        version,
        ...omitUndefined({ description, metadata }),
      })
      return give(await commandOnSource(calling, input.version, input, commandOf), input)
    },

    tag: (given) => changeTags('TagArtifactVersion', given),
    untag: (given) => changeTags('UntagArtifactVersion', given),

    deleteVersion: async (given) => {
      const input = await checked(inputs.DeleteVersion, given)
      const { deleteAliases, expect, commandId } = input
      const commandOf = ({ collection: artifact, version }: VersionPath): DeleteArtifactVersion | undefined =>
        isModel(artifact)
          ? undefined
          : { type: 'DeleteArtifactVersion', artifact, version, ...omitUndefined({ deleteAliases, expect }) }
      const command = await calling.names.commandNamingInFull(input.version, { commandId, commandOf })
      return command === undefined
        ? now(E.left(wrong('version', 'a version of an artifact (unlink takes a link away)', input.version)))
        : give(command, input)
    },
  }
}
