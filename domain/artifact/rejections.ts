/** Why a command on an artifact is refused. */
import type { AliasRejection } from '../collections/aliases.js'
import type { Archived } from '../collections/archiving.js'
import type { SayingRejection } from '../collections/descriptions.js'
import type { CollectionHasAliases } from '../collections/lives.js'
import type { TooManyTags } from '../collections/tags.js'
import type { TypeMismatch, VersionRejection } from '../collections/version-rejections.js'
import type { StandingLink } from '../ports/facts.js'
import type { RecordedBy } from '../values/decider.js'
import type { VersionNumber } from '../values/names.js'
import type { ArtifactRef } from '../values/references.js'

export type ArtifactRejection =
  | AliasRejection
  | VersionRejection
  | TypeMismatch
  | TooManyTags
  | SayingRejection
  | Archived
  | CollectionHasAliases
  /** There is none, or no longer: `deleted` says by whom and when the last was deleted. */
  | { readonly _tag: 'artifact-not-found'; readonly artifact: ArtifactRef; readonly deleted?: RecordedBy }
  | { readonly _tag: 'reserved-name'; readonly name: string; readonly artifactType: string }
  | { readonly _tag: 'base-outdated'; readonly expectedBase: VersionNumber; readonly newest: VersionNumber | null }
  | {
      readonly _tag: 'version-has-aliases'
      readonly version: VersionNumber
      readonly aliases: ReadonlyArray<string>
      /** The links to it that were not named either. */
      readonly links: ReadonlyArray<StandingLink>
    }
  /** Registered models link to its versions. */
  | {
      readonly _tag: 'artifact-has-links'
      readonly artifact: ArtifactRef
      readonly links: ReadonlyArray<StandingLink>
    }
  /** Registered models link to the version. */
  | {
      readonly _tag: 'version-has-links'
      readonly version: VersionNumber
      readonly links: ReadonlyArray<StandingLink>
    }
