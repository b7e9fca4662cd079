import type { Artifact } from './artifact.js'

export interface RegisteredModel extends Omit<Artifact, 'kind'> {
  readonly kind: 'registered-model'
  readonly tags: ReadonlyArray<string>
}
