/** Names and values that the tests of the domain talk about. */
import { sha256 } from '../../domain/values/digest.js'
import { Loss } from '../../domain/values/loss.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { versionNumberAt } from '../../domain/values/names.js'
import { ArtifactRef, ModelRef, RunRef, type VersionRef } from '../../domain/values/references.js'
import { decoded } from './decoded.js'

export const artifactNamed = (name: string): ArtifactRef =>
  decoded(ArtifactRef, { entity: 'acme', project: 'churn', name })
export const modelNamed = (name: string): ModelRef =>
  decoded(ModelRef, { entity: 'acme', project: 'model-registry', name })
export const runNamed = (run: string): RunRef => decoded(RunRef, { entity: 'acme', project: 'churn', run })

export const artifact = artifactNamed('model')
export const model = modelNamed('Churn')
export const run = runNamed('run-1')
export const versionOf = (version: number): VersionRef => ({ ...artifact, version: versionNumberAt(version) })

/** A manifest of one file with this content, as events say it. */
export const manifestOf = (content: string): ManifestSummary => ({ digest: sha256(content), entries: 1, bytes: 10 })

/** Ten events are lost of a hundred and ten. */
export const loss: Loss = decoded(Loss, {
  first: 101,
  last: 110,
  noted: { events: 110, position: 110, leaf: sha256('the last one'), recordedAt: '2026-05-03T11:00:00.000Z' },
  found: { events: 100, position: 100, leaf: sha256('another one'), recordedAt: '2026-05-03T10:00:00.000Z' },
})

export const tags = (count: number): ReadonlyArray<string> => Array.from({ length: count }, (_, n) => `tag-${n}`)
