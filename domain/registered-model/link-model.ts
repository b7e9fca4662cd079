/** What a model is logged as, when it is logged and linked in one go. */
import * as E from 'fp-ts/lib/Either.js'
import type { TypeMismatch } from '../collections/version-rejections.js'
import type { ModelRef, RunRef } from '../values/references.js'

/**
 * What is logged has the type that is told, else that of its artifact; a new one that of the registered model, which
 * accepts any where it is new itself (`null`). So a call that was cut off between its two commands gives the first of
 * them again as it was.
 */
export const typeToLog = (
  model: ModelRef,
  { told, own, accepted }: Readonly<{ told: string | undefined; own: string | null; accepted: string | null }>,
): E.Either<TypeMismatch, string> => {
  const offered = told ?? own ?? accepted ?? 'model'
  return accepted === null || accepted === offered
    ? E.right(offered)
    : E.left({ _tag: 'type-mismatch', collection: model, accepted, offered })
}

/** As W&B names what a run links without a name: after the run. Outside a run, after the model. */
export const nameToLog = (run: RunRef | undefined, { name }: ModelRef): string =>
  (run === undefined ? name : `run-${run.run}-${name}`).replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)
