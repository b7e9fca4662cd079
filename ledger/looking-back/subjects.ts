/** What the names mean that a question about the history is given. */
import * as E from 'fp-ts/lib/Either.js'
import type { AuditSubject } from '../../application/reading-history/history.js'
import type { Problem } from '../../domain/values/codec.js'
import { meantOf, parseArtifact, parseEither, parseModel, parseRun } from '../../domain/values/name-paths.js'
import { collectionPath, isModel } from '../../domain/values/references.js'
import type { LineageRef } from '../../domain/values/subjects.js'
import { momentOfCursor } from '../../projections/paging/cursor.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import { type RegistryQuestions, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { AsOf } from '../calling/as-of.js'
import { isVersion } from '../calling/collection-or-version.js'
import { describeWriteError, type InvalidInput, orThrow } from '../calling/errors.js'
import type { SubjectInput } from './input.js'

/** What the names of a question meant when its first page was asked for: an alias may have moved since. */
export const asFirstAsked = <A>(at: AsOf, cursor: string | undefined, meaning: (then: AsOf) => A): A => {
  const position = momentOfCursor(cursor, at.position)
  if (position === at.position) return meaning(at)
  try {
    return meaning({ ...at, registryQuestions: registryQuestions({ ...at, position }) })
  } catch {
    // Nothing of the name was there then, so the cursor is another question's.
    return meaning(at)
  }
}

/** What a caller names, as lineage names it. */
export const refOf = (thing: SubjectInput, { registryQuestions, defaults }: AsOf): LineageRef => {
  if (typeof thing === 'string') {
    const { kind, collection, version } = answered(registryQuestions.version(thing))
    return kind === 'artifact'
      ? { kind: 'version', artifact: named(parseArtifact(collection, defaults)), version }
      : { kind: 'registered-version', model: named(parseModel(collection, defaults)), version }
  }
  if ('run' in thing) return { kind: 'run', run: named(parseRun(thing.run, defaults)) }
  const { draft, distributedId, generation } = thing
  return { kind: 'draft', artifact: named(parseArtifact(draft, defaults)), distributedId, generation }
}

/** Whether an artifact or a registered model is named. */
export const isCollection = (thing: SubjectInput): thing is string => typeof thing === 'string' && !isVersion(thing)

export const subjectOf = (thing: SubjectInput, at: AsOf): AuditSubject =>
  isCollection(thing) ? collectionOf(thing, at) : refOf(thing, at)

type CollectionSubject = Extract<AuditSubject, { readonly kind: 'artifact' | 'registered-model' }>

/** An artifact or a registered model by its name; of a bare name, the one that exists. */
export const collectionOf = (name: string, { registryQuestions, defaults }: AsOf): CollectionSubject => {
  const known = named(parseEither(name, defaults)).flatMap(({ collection, version }) => {
    const path = collectionPath(collection)
    const found = isModel(collection) ? registryQuestions.registeredModel(path) : registryQuestions.artifact(path)
    return E.isLeft(found) ? [] : [{ collection, version, deleted: found.right.deleted }]
  })
  // What is there is meant rather than what was.
  const there = known.filter(({ deleted }) => deleted === null)
  const { collection } =
    answered(meantOf(name, there.length === 0 ? known : there)) ?? answered(notThere(name, registryQuestions))
  return isModel(collection)
    ? { kind: 'registered-model', model: collection }
    : { kind: 'artifact', artifact: collection }
}

/** As every question tells it: with what is called alike, and as of when. */
const notThere = (name: string, { version }: RegistryQuestions): E.Either<QueryError, never> => {
  const found = version(name)
  return E.isLeft(found) ? found : E.left({ _tag: 'not-found', what: 'name', name, similar: [] })
}

const answered = orThrow(describeQueryError)

const named = <A>(parsed: E.Either<ReadonlyArray<Problem>, A>): A =>
  orThrow(describeWriteError)(
    E.mapLeft((problems: ReadonlyArray<Problem>): InvalidInput => ({ _tag: 'invalid-input', problems }))(parsed),
  )
