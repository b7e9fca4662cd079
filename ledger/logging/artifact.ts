/** Artifacts by themselves, and not their versions: described, tagged. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import type * as args from '../calling/arguments.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'

export interface ArtifactMethods {
  /** Replaces the description of an artifact. */
  describeArtifact: (given: args.DescribeArtifact) => Promise<Receipt>
  /** Adds tags to an artifact itself; each of its versions has tags of its own. */
  tagArtifact: (given: args.TagArtifact) => Promise<Receipt>
  /** Takes tags of an artifact itself away. */
  untagArtifact: (given: args.TagArtifact) => Promise<Receipt>
}

export const artifactMethods = ({ sender, names }: Calling): ArtifactMethods => {
  const changeTags = async (type: 'TagArtifact' | 'UntagArtifact', given: args.TagArtifact): Promise<Receipt> => {
    const input = await sender.checked(inputs.TagArtifact, given)
    return sender.give({ type, artifact: await names.artifactNamed(input.name), tags: input.tags }, input)
  }

  return {
    describeArtifact: async (given) => {
      const input = await sender.checked(inputs.DescribeArtifact, given)
      const { description } = input
      return sender.give(
        { type: 'DescribeArtifact', artifact: await names.artifactNamed(input.name), description },
        input,
      )
    },

    tagArtifact: (given) => changeTags('TagArtifact', given),
    untagArtifact: (given) => changeTags('UntagArtifact', given),
  }
}
