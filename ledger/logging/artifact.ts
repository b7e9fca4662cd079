/** Artifacts by themselves, and not their versions: described, tagged, archived, deleted. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { ArtifactRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { isVersion, notACollection, onlyWhole, type Verb } from '../calling/collection-or-version.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now } from '../calling/send-command.js'

export interface ArtifactMethods {
  /** Replaces the description of an artifact. */
  describeArtifact: (given: args.DescribeArtifact) => Promise<Receipt>
  /** Adds tags to an artifact itself; each of its versions has tags of its own. */
  tagArtifact: (given: args.TagArtifact) => Promise<Receipt>
  /** Takes tags of an artifact itself away. */
  untagArtifact: (given: args.TagArtifact) => Promise<Receipt>
  /** Leaves an artifact out of lists, and takes nothing new into it: no version, part, link or alias. What it holds stays. */
  archiveArtifact: (given: args.ArchiveArtifact) => Promise<Receipt>
  /** Takes an artifact out of the archive again. */
  unarchiveArtifact: (given: args.ArchiveArtifact) => Promise<Receipt>
  /**
   * Deletes an artifact as a whole: all its versions, its aliases, tags and description. What is logged to its name later begins
   * anew, and its numbers go on.
   */
  deleteArtifact: (given: args.DeleteArtifact) => Promise<Receipt>
}

export const artifactMethods = ({ sender, names }: Calling): ArtifactMethods => {
  const named = async (verb: Verb, name: string): Promise<ArtifactRef> =>
    isVersion(name) ? now(E.left(notACollection(verb, name))) : names.artifactNamed(name)

  const changeTags = async (type: 'TagArtifact' | 'UntagArtifact', given: args.TagArtifact): Promise<Receipt> => {
    const input = await sender.checked(inputs.TagArtifact, given)
    const artifact = await named(type === 'TagArtifact' ? 'tag' : 'untag', input.name)
    return sender.give({ type, artifact, tags: input.tags }, input)
  }

  const archive = async (
    type: 'ArchiveArtifact' | 'UnarchiveArtifact',
    given: args.ArchiveArtifact,
  ): Promise<Receipt> => {
    const { name, ...fields } = await sender.checked(inputs.ArchiveArtifact, given)
    if (isVersion(name)) return now(E.left(onlyWhole('archived', name)))
    return sender.give({ type, artifact: await names.artifactNamed(name) }, fields)
  }

  return {
    describeArtifact: async (given) => {
      const input = await sender.checked(inputs.DescribeArtifact, given)
      const artifact = await named('describe', input.name)
      return sender.give({ type: 'DescribeArtifact', artifact, description: input.description }, input)
    },

    tagArtifact: (given) => changeTags('TagArtifact', given),
    untagArtifact: (given) => changeTags('UntagArtifact', given),

    archiveArtifact: (given) => archive('ArchiveArtifact', given),
    unarchiveArtifact: (given) => archive('UnarchiveArtifact', given),

    deleteArtifact: async (given) => {
      const { name, deleteAliases, leaveLinks, ...fields } = await sender.checked(inputs.DeleteArtifact, given)
      if (isVersion(name)) return now(E.left(onlyWhole('deleted', name)))
      const artifact = await names.artifactNamed(name)
      return sender.give({ type: 'DeleteArtifact', artifact, ...omitUndefined({ deleteAliases, leaveLinks }) }, fields)
    },
  }
}
