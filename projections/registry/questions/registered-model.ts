/** A registered model as a whole. */
import * as E from 'fp-ts/lib/Either.js'
import type { JsonObject } from '../../../domain/values/json.js'
import { parseModel } from '../../../domain/values/name-paths.js'
import { collectionPath } from '../../../domain/values/references.js'
import { endOfSource } from '../changes.js'
import type { ModelEntry } from '../state.js'
import { type Artifact, aliasTable, archivedAt, lifeThen, liveCount } from './artifact.js'
import { hasHappened, type RegistryAsOf, valueAt } from './as-of.js'
import type { NameError } from './errors.js'
import { existing, notFound } from './find-by-name.js'

export interface RegisteredModel extends Omit<Artifact, 'kind'> {
  readonly kind: 'registered-model'
  readonly metadata: JsonObject | null
  /** The aliases that point to a link whose source is deleted, by name. */
  readonly sourceDeleted: ReadonlyArray<string>
}

export const modelNamed = (registryAsOf: RegistryAsOf, name: string): E.Either<NameError, RegisteredModel> => {
  const parsed = parseModel(name, registryAsOf.defaults)
  if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
  const entry = existing(registryAsOf, collectionPath(parsed.right))
  return entry?.kind === 'model'
    ? E.right(modelOf(registryAsOf, entry))
    : notFound(registryAsOf, 'registered model', collectionPath(parsed.right))
}

/** Of an entry that is known to be there. */
export const modelOf = (registryAsOf: RegistryAsOf, entry: ModelEntry): RegisteredModel => ({
  kind: 'registered-model',
  path: entry.path,
  ...lifeThen(registryAsOf, entry),
  description: valueAt(registryAsOf, entry.description) ?? null,
  tags: valueAt(registryAsOf, entry.tags) ?? [],
  metadata: valueAt(registryAsOf, entry.metadata) ?? null,
  versionCount: liveCount(registryAsOf, entry),
  newest: valueAt(registryAsOf, entry.newest) ?? null,
  aliases: aliasTable(registryAsOf, entry),
  sourceDeleted: sourceDeletedIn(registryAsOf, entry),
  archived: archivedAt(registryAsOf, entry),
})

const sourceDeletedIn = (registryAsOf: RegistryAsOf, entry: ModelEntry): ReadonlyArray<string> =>
  Object.entries(aliasTable(registryAsOf, entry))
    .flatMap(([alias, number]) => {
      const link = entry.versions[number]
      return link !== undefined && hasHappened(registryAsOf, endOfSource(registryAsOf.registry, link)) ? [alias] : []
    })
    .sort()
