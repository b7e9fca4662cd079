import type { JsonObject } from '../../../domain/values/json.js'
import type { ManifestSummary } from '../../../domain/values/manifest/manifest.js'
import type { Moment } from './errors.js'

/** One version of an artifact, or a registered one, as it stood at the moment of the answer. */
export interface Version {
  readonly kind: 'artifact' | 'registered'
  /** `entity/project/name:vN` */
  readonly path: string
  readonly collection: string
  readonly version: number
  readonly type: string
  readonly aliases: ReadonlyArray<string>
  /** Tags, description and metadata of a registered version are those of its source. */
  readonly tags: ReadonlyArray<string>
  readonly description: string | null
  readonly metadata: JsonObject | null
  readonly manifest: ManifestSummary
  /** When it was logged, or linked, and by whom. */
  readonly created: Moment
  readonly actor: string
  /**
   * The run that logged it first, and every run that logged the same content. Of a distributed version that is the run
   * which committed it; the runs of its parts are in `lineage`.
   */
  readonly run: string | null
  readonly producers: ReadonlyArray<string>
  /** The version from which it was drafted. */
  readonly base: string | null
  readonly distributed: { readonly distributedId: string; readonly generation: number } | null
  /** For a registered version, the version that it links to. */
  readonly source: string | null
  /** The registered versions that link here; for a registered version, all those of its source. */
  readonly links: ReadonlyArray<string>
  /** Of the version itself, or of the source of a registered one. */
  readonly deleted: Moment | null
  readonly unlinked: Moment | null
}
