/** Who took an alias away that a question about the registry does not find: its event says so. */
import * as E from 'fp-ts/lib/Either.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import type { AsOf } from './as-of.js'
import { LedgerError } from './errors.js'

/** The same questions; a refusal of a missing alias tells by whom it was removed, where that can be read. */
export const tellingWhoRemoved = <Questions extends object>(
  questions: Questions,
  asOf: () => Promise<AsOf>,
): Questions => {
  const all = { ...questions }
  for (const name of Object.keys(questions)) {
    const question: unknown = Reflect.get(questions, name)
    if (typeof question !== 'function') continue
    Reflect.set(all, name, (...given: ReadonlyArray<unknown>): unknown => {
      const answer: unknown = Reflect.apply(question, undefined, given)
      return answer instanceof Promise
        ? answer.catch(async (error) => Promise.reject(await withActor(error, asOf)))
        : answer
    })
  }
  return all
}

const withActor = async (refusal: unknown, asOf: () => Promise<AsOf>): Promise<unknown> => {
  if (!(refusal instanceof LedgerError) || refusal.error._tag !== 'version-not-found') return refusal
  const { missingAlias, ...error } = refusal.error
  const removed = missingAlias?.removed ?? null
  if (missingAlias === undefined || removed === null || !('position' in removed)) return refusal
  try {
    const moves = await (await asOf()).aliasMoves(error.collection)
    const [stored] = await moves.eventsAt([removed.position])
    const decoded = stored === undefined ? undefined : decodeEvent(stored)
    if (decoded === undefined || E.isLeft(decoded)) return refusal
    const by = decoded.right.metadata.actor
    const told: QueryError = { ...error, missingAlias: { ...missingAlias, removed: { ...removed, by } } }
    return new LedgerError(told, describeQueryError(told))
  } catch {
    return refusal
  }
}
