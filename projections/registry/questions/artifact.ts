import type { Moment } from './errors.js'

export interface Artifact {
  readonly kind: 'artifact'
  readonly path: string
  readonly type: string
  readonly description: string | null
  readonly created: Moment
  readonly actor: string
  /** Versions that are not deleted. */
  readonly versionCount: number
  /** The number of the newest of them. */
  readonly newest: number | null
  readonly aliases: Readonly<Record<string, number>>
}
