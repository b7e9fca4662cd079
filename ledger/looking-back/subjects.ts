/** What the names mean that a question about the history is given. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { AuditSubject } from '../../application/reading-history/history.js'
import type { Problem } from '../../domain/values/codec.js'
import { meantOf, parseArtifact, parseEither, parseModel, parseRun } from '../../domain/values/name-paths.js'
import { type CollectionRef, collectionPath, isModel } from '../../domain/values/references.js'
import type { LineageRef } from '../../domain/values/subjects.js'
import { momentOfCursor } from '../../projections/paging/cursor.js'
import type { NameError, QueryError } from '../../projections/registry/questions/errors.js'
import { type RegistryQuestions, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { AsOf } from '../calling/as-of.js'
import { isVersion } from '../calling/collection-or-version.js'
import type { InvalidInput } from '../calling/errors.js'
import type { SubjectInput } from './input.js'

/** What the names of a question meant when its first page was asked for: an alias may have moved since. */
export const asFirstAsked = <Failure, A>(
  at: AsOf,
  cursor: string | undefined,
  meaning: (then: AsOf) => E.Either<Failure, A>,
): E.Either<Failure, A> => {
  const position = momentOfCursor(cursor, at.position)
  if (position === at.position) return meaning(at)
  const meant = meaning({ ...at, registryQuestions: registryQuestions({ ...at, position }) })
  // Where nothing of the name was there then, the cursor is another question's.
  return E.isRight(meant) ? meant : meaning(at)
}

/** What a caller names, as lineage names it. */
export const refOf = (thing: SubjectInput, { registryQuestions, defaults }: AsOf): E.Either<QueryError, LineageRef> => {
  const artifactOf = (name: string) => named(parseArtifact(name, defaults))
  if (typeof thing === 'string')
    return pipe(
      registryQuestions.version(thing),
      E.flatMap(({ kind, collection, version }): E.Either<QueryError, LineageRef> => {
        if (kind === 'artifact')
          return pipe(
            artifactOf(collection),
            E.map((artifact) => ({ kind: 'version', artifact, version })),
          )
        return pipe(
          named(parseModel(collection, defaults)),
          E.map((model) => ({ kind: 'registered-version', model, version })),
        )
      }),
    )
  if ('run' in thing)
    return pipe(
      named(parseRun(thing.run, defaults)),
      E.map((run) => ({ kind: 'run', run })),
    )
  const { draft, distributedId, generation } = thing
  return pipe(
    artifactOf(draft),
    E.map((artifact) => ({ kind: 'draft', artifact, distributedId, generation })),
  )
}

/** Whether an artifact or a registered model is named. */
export const isCollection = (thing: SubjectInput): thing is string => typeof thing === 'string' && !isVersion(thing)

export const subjectOf = (thing: SubjectInput, at: AsOf): E.Either<QueryError, AuditSubject> =>
  isCollection(thing) ? collectionOf(thing, at) : refOf(thing, at)

type CollectionSubject = Extract<AuditSubject, { readonly kind: 'artifact' | 'registered-model' }>

/** An artifact or a registered model by its name; of a bare name, the one that exists. */
export const collectionOf = (
  name: string,
  { registryQuestions, defaults }: AsOf,
): E.Either<NameError, CollectionSubject> =>
  pipe(
    named(parseEither(name, defaults)),
    E.flatMap((readings) => {
      const known = readings.flatMap(({ collection, version }) => {
        const path = collectionPath(collection)
        const found = isModel(collection) ? registryQuestions.registeredModel(path) : registryQuestions.artifact(path)
        return E.isLeft(found) ? [] : [{ collection, version, deleted: found.right.deleted }]
      })
      // What is there is meant rather than what was.
      const there = known.filter(({ deleted }) => deleted === null)
      return meantOf(name, there.length === 0 ? known : there)
    }),
    E.flatMap(
      (meant): E.Either<NameError, CollectionSubject> =>
        meant === undefined ? E.left(notThere(name, registryQuestions)) : E.right(subjectNamed(meant.collection)),
    ),
  )

const subjectNamed = (collection: CollectionRef): CollectionSubject =>
  isModel(collection) ? { kind: 'registered-model', model: collection } : { kind: 'artifact', artifact: collection }

/** As every question tells it: with what is called alike, and as of when. */
const notThere = (name: string, { version }: RegistryQuestions): NameError => {
  const found = version(name)
  return E.isLeft(found) && found.left._tag === 'not-found'
    ? found.left
    : { _tag: 'not-found', what: 'name', name, similar: [] }
}

const named = <A>(parsed: E.Either<ReadonlyArray<Problem>, A>): E.Either<InvalidInput, A> =>
  E.mapLeft((problems: ReadonlyArray<Problem>): InvalidInput => ({ _tag: 'invalid-input', problems }))(parsed)
