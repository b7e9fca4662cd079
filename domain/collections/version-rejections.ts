/** Why a version cannot be had: the same for artifacts and registered models. */
import type { RecordedBy } from '../values/decider.js'
import type { VersionChoice, VersionNumber } from '../values/names.js'
import type { CollectionRef, ModelRef } from '../values/references.js'

export type VersionRejection =
  | {
      readonly _tag: 'version-not-found'
      readonly collection: CollectionRef
      readonly version: VersionChoice
      readonly newest: VersionNumber | null
      /** Whether there is such an artifact or registered model at all. */
      readonly exists: boolean
    }
  | {
      readonly _tag: 'version-deleted'
      readonly collection: CollectionRef
      readonly version: VersionNumber
      readonly deleted: RecordedBy
      /** The link through which it was asked for. */
      readonly link?: { readonly model: ModelRef; readonly version: VersionNumber }
    }

/** A collection accepts one type, fixed when it was created. */
export interface TypeMismatch {
  readonly _tag: 'type-mismatch'
  readonly collection: CollectionRef
  readonly accepted: string
  readonly offered: string
}
