/** What a name means in the registry as of a position, and names like one that is not there. */
import * as E from 'fp-ts/lib/Either.js'
import { meantOf, parseVersion } from '../../../domain/values/name-paths.js'
import type { VersionChoice } from '../../../domain/values/names.js'
import { collectionPath } from '../../../domain/values/references.js'
import { similarNames } from '../../../domain/values/similar-names.js'
import type { CollectionEntry, RunEntry } from '../state.js'
import { hasHappened, isThere, lifeAt, momentAt, past, type RegistryAsOf } from './as-of.js'
import type { Ended, NameError } from './errors.js'

/** What is there, or was: also what is deleted. */
export const existing = (registryAsOf: RegistryAsOf, path: string): CollectionEntry | undefined => {
  const entry = registryAsOf.registry.collections.get(path)
  return entry !== undefined && hasHappened(registryAsOf, entry.created) ? entry : undefined
}

const deletedThen = (registryAsOf: RegistryAsOf, entry: CollectionEntry | undefined): { readonly deleted?: Ended } => {
  const deleted = entry === undefined ? undefined : lifeAt(registryAsOf, entry).deleted
  if (deleted === undefined || !hasHappened(registryAsOf, deleted)) return {}
  const { time, position } = momentAt(registryAsOf, deleted)
  return { deleted: { at: time, position } }
}

export const notFound = (
  registryAsOf: RegistryAsOf,
  what: Extract<NameError, { _tag: 'not-found' }>['what'],
  name: string,
  entry?: CollectionEntry,
): E.Either<NameError, never> => {
  const { runs, collections } = registryAsOf.registry
  return E.left({
    _tag: 'not-found',
    what,
    name,
    ...deletedThen(registryAsOf, entry),
    similar: similarNames(name, namesNow(registryAsOf, (what === 'run' ? runs : collections).values()), lastOf),
    ...past(registryAsOf),
  })
}

function* namesNow(registryAsOf: RegistryAsOf, entries: Iterable<CollectionEntry | RunEntry>): Generator<string> {
  for (const entry of entries)
    if (entry.kind === 'run' ? hasHappened(registryAsOf, entry.started) : isThere(registryAsOf, entry)) yield entry.path
}

/** The collection that a path names, and the version that it chooses. */
export const read = (
  registryAsOf: RegistryAsOf,
  name: string,
): E.Either<NameError, readonly [CollectionEntry, VersionChoice]> => {
  const parsed = parseVersion(name, registryAsOf.defaults)
  if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
  const [first, ...others] = parsed.right
  const present = parsed.right.flatMap(({ collection }) => {
    const entry = existing(registryAsOf, collectionPath(collection))
    return entry === undefined ? [] : [{ collection, entry }]
  })
  // What is there is meant rather than what was.
  const there = present.filter(({ entry }) => isThere(registryAsOf, entry))
  const meant = meantOf(name, there.length === 0 ? present : there)
  if (E.isLeft(meant)) return meant
  if (meant.right !== undefined) return E.right([meant.right.entry, first.version])
  return notFound(registryAsOf, 'name', others.length === 0 ? collectionPath(first.collection) : name)
}

/** The name of a collection or a run, without where it is and without a version. */
const lastOf = (path: string): string => {
  const [name = path] = path.split(':')
  return name.slice(name.lastIndexOf('/') + 1)
}
