/** Registered models by themselves: made before their first link, described, tagged, archived, deleted. */
import * as E from 'fp-ts/lib/Either.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { collectionPath, type ModelRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { isVersion, notACollection, onlyWhole, type Verb } from '../calling/collection-or-version.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { now } from '../calling/send-command.js'
import type { CollectionReceipt } from '../logging/log.js'
import { notedSharing } from '../logging/shared-name.js'

export interface RegisteredModelMethods {
  /**
   * Makes a registered model that has no link yet; one that is there gets the description, if one is given. The receipt's `notes` tell where
   * an artifact has its name: alone it means neither.
   */
  createRegisteredModel: (given: args.CreateModel) => Promise<CollectionReceipt>
  /** Replaces description or metadata of a registered model. */
  describeRegisteredModel: (given: args.DescribeModel) => Promise<Receipt>
  /** Adds tags to a registered model. */
  tagRegisteredModel: (given: args.TagModel) => Promise<Receipt>
  /** Takes tags of a registered model away. */
  untagRegisteredModel: (given: args.TagModel) => Promise<Receipt>
  /** Leaves a registered model out of lists, and takes no link and no alias into it. What it holds stays. */
  archiveRegisteredModel: (given: args.ArchiveModel) => Promise<Receipt>
  /** Takes a registered model out of the archive again. */
  unarchiveRegisteredModel: (given: args.ArchiveModel) => Promise<Receipt>
  /**
   * Deletes a registered model as a whole: all its links, its aliases, tags, description and metadata; their sources stay. What is
   * linked to its name later begins anew, and its numbers go on.
   */
  deleteRegisteredModel: (given: args.DeleteModel) => Promise<Receipt>
}

export const registeredModelMethods = ({ sender, names }: Calling): RegisteredModelMethods => {
  const named = async (verb: Verb, name: string): Promise<ModelRef> =>
    isVersion(name) ? now(E.left(notACollection(verb, name))) : names.modelNamed(name)

  const changeModelTags = async (
    type: 'TagRegisteredModel' | 'UntagRegisteredModel',
    given: args.TagModel,
  ): Promise<Receipt> => {
    const input = await sender.checked(inputs.TagModel, given)
    const model = await named(type === 'TagRegisteredModel' ? 'tag' : 'untag', input.name)
    return sender.give({ type, model, tags: input.tags }, input)
  }

  const archive = async (
    type: 'ArchiveRegisteredModel' | 'UnarchiveRegisteredModel',
    given: args.ArchiveModel,
  ): Promise<Receipt> => {
    const { name, ...fields } = await sender.checked(inputs.ArchiveModel, given)
    if (isVersion(name)) return now(E.left(onlyWhole('archived', name)))
    return sender.give({ type, model: await names.modelNamed(name) }, fields)
  }

  return {
    createRegisteredModel: async (given) => {
      const input = await sender.checked(inputs.CreateModel, given)
      const { type: artifactType, description } = input
      const model = await names.modelNamed(input.name)
      const command = { type: 'CreateRegisteredModel', model, artifactType, ...omitUndefined({ description }) } as const
      const receipt = await sender.give(command, input)
      return { ...receipt, path: collectionPath(model), ...(await notedSharing(names, model, receipt)) }
    },

    describeRegisteredModel: async (given) => {
      const input = await sender.checked(inputs.DescribeModel, given)
      const { description, metadata, mergeMetadata, expectMetadata } = input
      const said = omitUndefined({ description, metadata, mergeMetadata, expectMetadata })
      const model = await named('describe', input.name)
      return sender.give({ type: 'DescribeRegisteredModel', model, ...said }, input)
    },

    tagRegisteredModel: (given) => changeModelTags('TagRegisteredModel', given),
    untagRegisteredModel: (given) => changeModelTags('UntagRegisteredModel', given),

    archiveRegisteredModel: (given) => archive('ArchiveRegisteredModel', given),
    unarchiveRegisteredModel: (given) => archive('UnarchiveRegisteredModel', given),

    deleteRegisteredModel: async (given) => {
      const { name, deleteAliases, ...fields } = await sender.checked(inputs.DeleteModel, given)
      if (isVersion(name)) return now(E.left(onlyWhole('deleted', name)))
      const model = await names.modelNamed(name)
      return sender.give({ type: 'DeleteRegisteredModel', model, ...omitUndefined({ deleteAliases }) }, fields)
    },
  }
}
