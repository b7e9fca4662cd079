/** What has happened to a registered model. */
import type * as t from 'io-ts'
import { AliasMoved, AliasRemoved } from '../collections/alias-events.js'
import { saidChange } from '../collections/descriptions.js'
import { tagChange } from '../collections/tags.js'
import { oneOf, record, wholeNumber } from '../values/codec.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import { ArtifactType, Description, VersionNumber } from '../values/names.js'
import { VersionRef } from '../values/references.js'

export const RegisteredModelCreated = record(
  'RegisteredModelCreated',
  { type: oneOf('RegisteredModelCreated'), artifactType: ArtifactType },
  { description: Description },
)
export type RegisteredModelCreated = t.TypeOf<typeof RegisteredModelCreated>

export const VersionLinked = record('VersionLinked', {
  type: oneOf('VersionLinked'),
  version: VersionNumber,
  source: VersionRef,
  manifest: ManifestSummary,
})
export type VersionLinked = t.TypeOf<typeof VersionLinked>

export const VersionUnlinked = record('VersionUnlinked', {
  type: oneOf('VersionUnlinked'),
  version: VersionNumber,
  source: VersionRef,
})
export type VersionUnlinked = t.TypeOf<typeof VersionUnlinked>

export const RegisteredModelDescribed = record(
  'RegisteredModelDescribed',
  { type: oneOf('RegisteredModelDescribed') },
  saidChange,
)
export type RegisteredModelDescribed = t.TypeOf<typeof RegisteredModelDescribed>

export const RegisteredModelTagged = record('RegisteredModelTagged', {
  type: oneOf('RegisteredModelTagged'),
  ...tagChange,
})
export type RegisteredModelTagged = t.TypeOf<typeof RegisteredModelTagged>

export const RegisteredModelUntagged = record('RegisteredModelUntagged', {
  type: oneOf('RegisteredModelUntagged'),
  ...tagChange,
})
export type RegisteredModelUntagged = t.TypeOf<typeof RegisteredModelUntagged>

/** It is left out of lists, and nothing new comes to it. */
export const RegisteredModelArchived = record('RegisteredModelArchived', { type: oneOf('RegisteredModelArchived') })
export type RegisteredModelArchived = t.TypeOf<typeof RegisteredModelArchived>

export const RegisteredModelUnarchived = record('RegisteredModelUnarchived', {
  type: oneOf('RegisteredModelUnarchived'),
})
export type RegisteredModelUnarchived = t.TypeOf<typeof RegisteredModelUnarchived>

/** A life of its name ended, with all its links and aliases; the next begins with `RegisteredModelCreated`. */
export const RegisteredModelDeleted = record('RegisteredModelDeleted', {
  type: oneOf('RegisteredModelDeleted'),
  artifactType: ArtifactType,
  /** How many links there were, and how many aliases. */
  links: wholeNumber('a count of links'),
  aliases: wholeNumber('a count of aliases'),
})
export type RegisteredModelDeleted = t.TypeOf<typeof RegisteredModelDeleted>

export const registeredModelEvents = {
  RegisteredModelCreated,
  VersionLinked,
  VersionUnlinked,
  RegisteredModelDescribed,
  RegisteredModelTagged,
  RegisteredModelUntagged,
  RegisteredModelArchived,
  RegisteredModelUnarchived,
  RegisteredModelDeleted,
  AliasMoved,
  AliasRemoved,
}
export type RegisteredModelEvent = t.TypeOf<(typeof registeredModelEvents)[keyof typeof registeredModelEvents]>
