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

/**
 * As W&B names what a run links without a name: after the run and the file; outside a run, after the file. Never as the
 * model: its bare name would mean either of the two.
 */
export const nameToLog = (run: RunRef | undefined, file: string, { name }: ModelRef): string => {
  const own = legal(file.replace(/^\.+$/, '')) || 'model'
  return legal(run === undefined ? (own === name ? `${own}-source` : own) : `run-${run.run}-${own}`)
}

/** Once it was named after the model: so was what a command that is given again logged then. */
export const nameToLogBefore = (run: RunRef | undefined, { name }: ModelRef): string =>
  legal(run === undefined ? name : `run-${run.run}-${name}`)

const legal = (name: string): string => name.replace(/[^A-Za-z0-9_.-]/g, '-').slice(0, 128)
