/** What can be asked of a registered model, the collection to which versions are linked. */
import type * as t from 'io-ts'
import { oneOf, record } from '../values/codec.js'
import { Aliases, ArtifactType, Description, ExpectedHolders, Tags, VersionChoice } from '../values/names.js'
import { CollectionRef, ModelRef } from '../values/references.js'

export const CreateRegisteredModel = record(
  'CreateRegisteredModel',
  { type: oneOf('CreateRegisteredModel'), model: ModelRef, artifactType: ArtifactType },
  { description: Description },
)
export type CreateRegisteredModel = t.TypeOf<typeof CreateRegisteredModel>

/** Links a version; the first link makes the registered model. Linking a link links its source. */
export const LinkToRegistry = record(
  'LinkToRegistry',
  {
    type: oneOf('LinkToRegistry'),
    model: ModelRef,
    source: record('the version to link {collection, version}', {
      collection: CollectionRef,
      version: VersionChoice,
    }),
  },
  { aliases: Aliases, expect: ExpectedHolders },
)
export type LinkToRegistry = t.TypeOf<typeof LinkToRegistry>

/** Takes a link away, and its aliases with it. The source stays. */
export const UnlinkFromRegistry = record(
  'UnlinkFromRegistry',
  { type: oneOf('UnlinkFromRegistry'), model: ModelRef, version: VersionChoice },
  { expect: ExpectedHolders },
)
export type UnlinkFromRegistry = t.TypeOf<typeof UnlinkFromRegistry>

export const DescribeRegisteredModel = record('DescribeRegisteredModel', {
  type: oneOf('DescribeRegisteredModel'),
  model: ModelRef,
  description: Description,
})
export type DescribeRegisteredModel = t.TypeOf<typeof DescribeRegisteredModel>

export const TagRegisteredModel = record('TagRegisteredModel', {
  type: oneOf('TagRegisteredModel'),
  model: ModelRef,
  tags: Tags,
})
export type TagRegisteredModel = t.TypeOf<typeof TagRegisteredModel>

export const UntagRegisteredModel = record('UntagRegisteredModel', {
  type: oneOf('UntagRegisteredModel'),
  model: ModelRef,
  tags: Tags,
})
export type UntagRegisteredModel = t.TypeOf<typeof UntagRegisteredModel>
