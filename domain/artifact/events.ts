/** What has happened to an artifact. */

import * as t from 'io-ts'
import { AliasMoved, AliasRemoved } from '../collections/alias-events.js'
import { DescriptionChange, saidChange } from '../collections/descriptions.js'
import { tagChange } from '../collections/tags.js'
import { distinct, oneOf, record, wholeNumber } from '../values/codec.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import { ArtifactType, Description, Metadata, Tags, VersionNumber } from '../values/names.js'
import { LinkRef, VersionRef } from '../values/references.js'
import { NamedRun } from '../values/run-fact.js'
import { SealedDraft } from './sealed-draft.js'

export const ArtifactCreated = record(
  'ArtifactCreated',
  { type: oneOf('ArtifactCreated'), artifactType: ArtifactType },
  { description: Description },
)
export type ArtifactCreated = t.TypeOf<typeof ArtifactCreated>

export const ArtifactDescribed = record('ArtifactDescribed', {
  type: oneOf('ArtifactDescribed'),
  description: DescriptionChange,
})
export type ArtifactDescribed = t.TypeOf<typeof ArtifactDescribed>

/** The artifact itself was tagged, and not one of its versions. */
export const ArtifactTagged = record('ArtifactTagged', { type: oneOf('ArtifactTagged'), ...tagChange })
export type ArtifactTagged = t.TypeOf<typeof ArtifactTagged>

export const ArtifactUntagged = record('ArtifactUntagged', { type: oneOf('ArtifactUntagged'), ...tagChange })
export type ArtifactUntagged = t.TypeOf<typeof ArtifactUntagged>

/** It is left out of lists, and nothing new comes to it. */
export const ArtifactArchived = record('ArtifactArchived', { type: oneOf('ArtifactArchived') })
export type ArtifactArchived = t.TypeOf<typeof ArtifactArchived>

export const ArtifactUnarchived = record('ArtifactUnarchived', { type: oneOf('ArtifactUnarchived') })
export type ArtifactUnarchived = t.TypeOf<typeof ArtifactUnarchived>

/** What is said of a version when it is logged, and where it came from. */
const saidOfVersion = {
  description: Description,
  metadata: Metadata,
  tags: Tags,
  run: NamedRun,
  base: VersionNumber,
  /** The newest live version of then, where it was no longer `base`. */
  newest: VersionNumber,
  /** The version of another artifact whose content this is, where it was copied. */
  copiedFrom: VersionRef,
  distributed: SealedDraft,
}

/** Which of these are those of `base`, or of `copiedFrom`, and were taken over; none where it is absent. */
export const TakenOver = distinct(oneOf('description', 'metadata'), 'what was taken over', 2)
export type TakenOver = t.TypeOf<typeof TakenOver>

export const ArtifactVersionLogged = record(
  'ArtifactVersionLogged',
  { type: oneOf('ArtifactVersionLogged'), version: VersionNumber, manifest: ManifestSummary },
  { ...saidOfVersion, takenOver: TakenOver },
)
export type ArtifactVersionLogged = t.TypeOf<typeof ArtifactVersionLogged>

/** Which of these were said of a version that was there already and says otherwise; none where it is absent. */
export const NotApplied = distinct(oneOf('description', 'metadata', 'tags'), 'what was not applied', 3)
export type NotApplied = t.TypeOf<typeof NotApplied>

/**
 * Content that version `version` already has was logged again. The run becomes a further producer; what the
 * caller said of description, metadata and tags is recorded here and not applied.
 */
export const ArtifactVersionRelogged = record(
  'ArtifactVersionRelogged',
  { type: oneOf('ArtifactVersionRelogged'), version: VersionNumber, manifest: ManifestSummary },
  { ...saidOfVersion, notApplied: NotApplied },
)
export type ArtifactVersionRelogged = t.TypeOf<typeof ArtifactVersionRelogged>

export const ArtifactVersionDescribed = record(
  'ArtifactVersionDescribed',
  { type: oneOf('ArtifactVersionDescribed'), version: VersionNumber },
  saidChange,
)
export type ArtifactVersionDescribed = t.TypeOf<typeof ArtifactVersionDescribed>

export const ArtifactVersionTagged = record('ArtifactVersionTagged', {
  type: oneOf('ArtifactVersionTagged'),
  version: VersionNumber,
  ...tagChange,
})
export type ArtifactVersionTagged = t.TypeOf<typeof ArtifactVersionTagged>

export const ArtifactVersionUntagged = record('ArtifactVersionUntagged', {
  type: oneOf('ArtifactVersionUntagged'),
  version: VersionNumber,
  ...tagChange,
})
export type ArtifactVersionUntagged = t.TypeOf<typeof ArtifactVersionUntagged>

/** So many links that stay are named; that there are more, their models say. */
export const MOST_LINKS_LEFT = 100

/** The links that stood, as far as they were known, and that were to stay; none where it is absent. */
const LinksLeft = t.readonlyArray(LinkRef, 'registered versions')

export const ArtifactVersionDeleted = record(
  'ArtifactVersionDeleted',
  { type: oneOf('ArtifactVersionDeleted'), version: VersionNumber, manifest: ManifestSummary },
  {
    linksLeft: LinksLeft,
  },
)
export type ArtifactVersionDeleted = t.TypeOf<typeof ArtifactVersionDeleted>

/** A life of its name ended, with all its versions and aliases; the next begins with `ArtifactCreated`. */
export const ArtifactDeleted = record(
  'ArtifactDeleted',
  {
    type: oneOf('ArtifactDeleted'),
    artifactType: ArtifactType,
    /** How many versions there were, and how many aliases. */
    versions: wholeNumber('a count of versions'),
    aliases: wholeNumber('a count of aliases'),
  },
  { linksLeft: LinksLeft },
)
export type ArtifactDeleted = t.TypeOf<typeof ArtifactDeleted>

export const artifactEvents = {
  ArtifactCreated,
  ArtifactDescribed,
  ArtifactTagged,
  ArtifactUntagged,
  ArtifactArchived,
  ArtifactUnarchived,
  ArtifactVersionLogged,
  ArtifactVersionRelogged,
  ArtifactVersionDescribed,
  ArtifactVersionTagged,
  ArtifactVersionUntagged,
  ArtifactVersionDeleted,
  ArtifactDeleted,
  AliasMoved,
  AliasRemoved,
}
export type ArtifactEvent = t.TypeOf<(typeof artifactEvents)[keyof typeof artifactEvents]>
