/**
 * What had happened in other streams by the time of an event. A fact that was gathered for it must have been true
 * at some position before: it may have changed since.
 */

import type { Envelope } from './envelope.js'
import { type Admitted, admitted, impossible } from './impossible.js'
import type { JsonObject } from './json.js'
import { sameJson } from './json.js'
import type { ManifestSummary } from './manifest/manifest.js'
import type { VersionNumber } from './names.js'
import {
  type ArtifactRef,
  type DraftRef,
  type LinkRef,
  type ModelRef,
  type RunRef,
  runPath,
  type VersionRef,
  versionPath,
} from './references.js'

/** What is asked of the state of a stream, `undefined` before its first event; `unsure` where an event of it could not be read. */
export type Then<State> = State | 'unsure' | undefined

/** Of a sealed draft, what its version repeats. */
interface Seal {
  readonly artifactType: string
  readonly manifest: ManifestSummary
  readonly envelope: Envelope
  readonly run?: { readonly ref: RunRef }
  readonly base?: VersionNumber
  readonly description?: string
  readonly metadata?: JsonObject
  readonly tags?: ReadonlyArray<string>
}

/** Of the states of other streams what an event may say of them. To be looked at, at once, and neither kept nor changed. */
export interface Past {
  readonly artifact: (artifact: ArtifactRef) => Then<{
    readonly artifactType: string | null
    /** Of a version, in whichever life of the name. */
    readonly typeOf: (version: number) => string | null
    readonly manifestOf: (version: number) => ManifestSummary | undefined
    readonly saidOf: (
      version: number,
    ) => { readonly description: string | null; readonly metadata: JsonObject | null } | undefined
    /** Whether this was said of the version, then or before. */
    readonly hasSaid: (version: number, what: string | JsonObject) => boolean
  }>
  readonly model: (model: ModelRef) => Then<{ readonly sourceOf: (link: number) => VersionRef | undefined }>
  readonly run: (run: RunRef) => Then<{ readonly started: object | null; readonly finished: object | null }>
  readonly draft: (draft: DraftRef) => Then<{ readonly ended: ReadonlyArray<{ readonly committed?: Seal }> }>
}

/** The run that an event names was started, and finished if it says so. */
export const runWasThere = (
  named: { readonly ref: RunRef; readonly finished?: true } | undefined,
  past: Past,
): Admitted => {
  if (named === undefined) return admitted
  const run = past.run(named.ref)
  if (run === 'unsure') return admitted
  if (run === undefined || run.started === null) {
    return impossible({ _tag: 'not-by-then', what: `the start of the run ${runPath(named.ref)}` })
  }
  return named.finished === true && run.finished === null
    ? impossible({ _tag: 'not-by-then', what: `the end of the run ${runPath(named.ref)}` })
    : admitted
}

/** The version was logged, in an artifact of that type and with that manifest where they are told. */
export const versionWasThere = (
  { version, ...artifact }: VersionRef,
  { artifactType, manifest }: { readonly artifactType?: string | null; readonly manifest?: ManifestSummary },
  past: Past,
): Admitted => {
  const state = past.artifact(artifact)
  if (state === 'unsure') return admitted
  const path = versionPath(artifact, version)
  const found = state?.manifestOf(version)
  if (state === undefined || found === undefined) {
    return impossible({ _tag: 'not-by-then', what: `the logging of ${path}` })
  }
  if (artifactType !== undefined && artifactType !== state.typeOf(version)) {
    return impossible({
      _tag: 'says-otherwise',
      of: `the type of ${path}`,
      says: artifactType,
      was: state.typeOf(version),
    })
  }
  return manifest === undefined ? admitted : isThatManifest(`the manifest of ${path}`, manifest, found)
}

/** The link was made, and to that version. */
export const linkWasThere = (
  { model, version }: LinkRef,
  source: ArtifactRef & { readonly version?: VersionNumber },
  past: Past,
): Admitted => {
  const state = past.model(model)
  if (state === 'unsure') return admitted
  const found = state?.sourceOf(version)
  const path = versionPath(model, version)
  if (found === undefined) return impossible({ _tag: 'not-by-then', what: `the link ${path}` })
  const { version: number, ...artifact } = found
  return isThatValue(
    `the source of ${path}`,
    source,
    source.version === undefined ? artifact : { ...artifact, version: number },
  )
}

export const isThatManifest = (of: string, says: ManifestSummary, was: ManifestSummary): Admitted =>
  says.digest === was.digest && says.entries === was.entries && says.bytes === was.bytes
    ? admitted
    : impossible({ _tag: 'says-otherwise', of, says, was })

/** Two values of the closed JSON type, where one is said to be the other. */
export const isThatValue = (
  of: string,
  says: Parameters<typeof sameJson>[0],
  was: Parameters<typeof sameJson>[1],
): Admitted => (says === was || sameJson(says, was) ? admitted : impossible({ _tag: 'says-otherwise', of, says, was }))
