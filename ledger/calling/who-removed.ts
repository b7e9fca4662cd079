/**
 * Who deleted something, archived it, took a link or an alias away, and why: the registry knows where that stands, and its
 * event says it. Refusals tell it, and the answers of `version`, `artifact` and `registeredModel`.
 */

import * as E from 'fp-ts/lib/Either.js'
import { eventsAt } from '../../application/reading-history/events-of.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import { isPromise } from '../../domain/values/built-ins.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { Artifact } from '../../projections/registry/questions/artifact.js'
import {
  describeQueryError,
  type Ending,
  type QueryError,
  type Who,
} from '../../projections/registry/questions/errors.js'
import type { RegisteredModel } from '../../projections/registry/questions/registered-model.js'
import type { Version } from '../../projections/registry/questions/version.js'
import type { AsOf } from './as-of.js'
import { eachMember } from './each-member.js'
import { LedgerError } from './errors.js'

/** The same questions; their refusals tell who and why, where that can be read. */
export const tellingWhoRemoved = <Questions extends object>(
  questions: Questions,
  asOf: () => Promise<AsOf>,
): Questions =>
  eachMember(questions, (question) => {
    if (typeof question !== 'function') return question
    return (...given: ReadonlyArray<unknown>): unknown => {
      const answer: unknown = Reflect.apply(question, undefined, given)
      return isPromise(answer) ? answer.catch(async (error) => Promise.reject(await withActor(error, asOf))) : answer
    }
  })

/** A version that says who ended it. */
export const withWhoEnded = async (version: Version, asOf: () => Promise<AsOf>): Promise<Version> => ({
  ...version,
  deleted: await withWho(version.deleted, asOf),
  unlinked: await withWho(version.unlinked, asOf),
})

/** An artifact or a registered model that says who deleted or archived it. */
export const withWhoClosed = async <Whole extends Artifact | RegisteredModel>(
  whole: Whole,
  asOf: () => Promise<AsOf>,
): Promise<Whole> => ({
  ...whole,
  deleted: await withWho(whole.deleted, asOf),
  archived: await withWho(whole.archived, asOf),
})

const withWho = async (end: Ending | null, asOf: () => Promise<AsOf>): Promise<Ending | null> =>
  end === null ? null : endedBy(end, asOf)

const endedBy = async <End extends { readonly position: number }>(
  end: End,
  asOf: () => Promise<AsOf>,
): Promise<End & Who> => ({
  ...end,
  ...(await whoAt(end.position, asOf)),
})

const withActor = async (refusal: unknown, asOf: () => Promise<AsOf>): Promise<unknown> => {
  if (!(refusal instanceof LedgerError)) return refusal
  const told = await toldOf(refusal.error, asOf)
  return told === undefined ? refusal : new LedgerError(told, describeQueryError(told))
}

const toldOf = async (error: LedgerError['error'], asOf: () => Promise<AsOf>): Promise<QueryError | undefined> => {
  switch (error._tag) {
    case 'version-not-found': {
      const { missingAlias, deleted: _, ...rest } = error
      const removed = missingAlias?.removed ?? null
      if (missingAlias === undefined || removed === null || !('position' in removed)) return undefined
      return { ...rest, missingAlias: { ...missingAlias, removed: await endedBy(removed, asOf) } }
    }
    case 'not-found': {
      const { deleted, ...rest } = error
      return deleted === undefined ? undefined : { ...rest, deleted: await endedBy(deleted, asOf) }
    }
    case 'version-deleted': {
      const { deleted, ...rest } = error
      return 'position' in deleted ? { ...rest, deleted: await endedBy(deleted, asOf) } : undefined
    }
    case 'link-removed': {
      const { unlinked, ...rest } = error
      return 'position' in unlinked ? { ...rest, unlinked: await endedBy(unlinked, asOf) } : undefined
    }
    default:
      return undefined
  }
}

/** Nothing where the event cannot be read: the answer is right without it. */
const whoAt = async (position: number, asOf: () => Promise<AsOf>): Promise<Who> => {
  try {
    const { store, index } = await asOf()
    const [stored] = await eventsAt(store, index, [position])
    const decoded = stored === undefined ? undefined : decodeEvent(stored)
    if (decoded === undefined || E.isLeft(decoded)) return {}
    const { actor, reason } = decoded.right.metadata
    return { by: actor, ...omitUndefined({ reason }) }
  } catch {
    return {}
  }
}
