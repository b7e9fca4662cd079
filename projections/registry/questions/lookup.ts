/**
 * What can be asked of the registry, now or as of any past position: every answer comes from timelines, so
 * the past costs a binary search more than the present.
 */
import * as E from 'fp-ts/lib/Either.js'
import type { ArtifactEntry, CollectionEntry, ModelEntry, RunEntry } from '../state.js'
import type { Row } from '../version-table.js'
import { type Artifact, artifactNamed, artifactOf } from './artifact.js'
import { momentOfAnswers, type RegistryAsOf } from './as-of.js'
import type { NameError, QueryError } from './errors.js'
import { existing, read } from './find-by-name.js'
import { type OpenDraft, openDrafts } from './open-drafts.js'
import { modelNamed, modelOf, type RegisteredModel } from './registered-model.js'
import { type MetricValues, metricsAt, type RunDetails, runDetails, runNamed } from './run.js'
import {
  aliasesOf,
  describe,
  descriptionAndMetadataAt,
  knownVersion,
  resolve,
  tagsAt,
  type Version,
} from './version.js'

export { type RegistryAsOf, resolveNumber } from './as-of.js'

export type RegistryQuestions = ReturnType<typeof registryQuestions>

export const registryQuestions = ({ registry, positionTimes, position, defaults, asked }: RegistryAsOf) => {
  // Of one shape, whatever else a caller's object holds: so it is read at the same speed for all of them.
  const registryAsOf: RegistryAsOf = { registry, positionTimes, position, defaults, asked }
  return {
    /** The moment of these answers. */
    moment: momentOfAnswers(registryAsOf),

    /** A version by alias or number, that is there; a deleted or unlinked one is an error that says so. */
    resolve: (name: string): E.Either<QueryError, Version> => resolve(registryAsOf, name),

    /** A version by alias or number, also a deleted or unlinked one, which is marked. */
    version: (name: string): E.Either<QueryError, Version> => describe(registryAsOf, name),

    artifact: (name: string): E.Either<NameError, Artifact> => artifactNamed(registryAsOf, name),

    registeredModel: (name: string): E.Either<NameError, RegisteredModel> => modelNamed(registryAsOf, name),

    run: (name: string): E.Either<NameError, RunDetails> => runNamed(registryAsOf, name),

    /** What a path names, whatever version it chooses. */
    collection: (name: string): E.Either<NameError, CollectionEntry> => {
      const found = read(registryAsOf, name)
      return E.isLeft(found) ? found : E.right(found.right[0])
    },

    /** Of entries that are known to be there. */
    artifactOf: (entry: ArtifactEntry): Artifact => artifactOf(registryAsOf, entry),
    modelOf: (entry: ModelEntry): RegisteredModel => modelOf(registryAsOf, entry),
    runDetails: (entry: RunEntry): RunDetails => runDetails(registryAsOf, entry),

    /** A version that is known to be there. */
    entry: (collection: CollectionEntry, number: number): Version => knownVersion(registryAsOf, collection, number),

    /** Of a version that is known by its row. */
    saidOf: (row: Row) => descriptionAndMetadataAt(registryAsOf, row),
    tagsOf: (row: Row): ReadonlyArray<string> => tagsAt(registryAsOf, row),

    /** The aliases of a version by the whole path of its collection; none of one that is not there. */
    aliasesOf: (path: string, number: number): ReadonlyArray<string> => {
      const entry = existing(registryAsOf, path)
      return entry === undefined ? [] : aliasesOf(registryAsOf, entry, number)
    },

    /** The metrics of a run by its whole path; `undefined` for a run that is not there. */
    metrics: (path: string): MetricValues | undefined => metricsAt(registryAsOf, path),

    /** Distributed drafts that take parts, the oldest first. */
    openDrafts: (): ReadonlyArray<OpenDraft> => openDrafts(registryAsOf),
  }
}
