/** Names and values that the tests of the domain talk about. */
import { sha256 } from '../../domain/values/digest.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import type { ArtifactRef, ModelRef, RunRef, VersionRef } from '../../domain/values/references.js'

export const artifact: ArtifactRef = { entity: 'acme', project: 'churn', name: 'model' }
export const model: ModelRef = { entity: 'acme', project: 'model-registry', name: 'Churn' }
export const run: RunRef = { entity: 'acme', project: 'churn', run: 'run-1' }
export const versionOf = (version: number): VersionRef => ({ ...artifact, version })

/** A manifest of one file with this content, as events say it. */
export const manifestOf = (content: string): ManifestSummary => ({ digest: sha256(content), entries: 1, bytes: 10 })

export const tags = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `tag-${n}`)
