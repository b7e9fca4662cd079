/**
 * Where an answer goes on that is given in pages. A cursor carries the moment of the first page, so that later writes do not
 * shift the others, and a trace of the question, so that it is not taken for the answer to another.
 */

import { sha256 } from '../../domain/values/digest.js'
import { parseJson } from '../../domain/values/json.js'

export interface Continuation {
  readonly moment: number
  /** What the answer needs to find its place again. */
  readonly place: ReadonlyArray<number>
}

export interface BadCursor {
  readonly _tag: 'bad-cursor'
  readonly expected: string
}
export const BAD_CURSOR: BadCursor = {
  _tag: 'bad-cursor',
  expected: 'the cursor of an answer to the same question, unchanged',
}

export const writeCursor = (question: ReadonlyArray<string | number>, { moment, place }: Continuation): string =>
  Buffer.from(JSON.stringify([trace(question), moment, ...place])).toString('base64url')

/** `undefined` for a text that is no cursor of this question, or one of a later moment than is asked of. */
export const readCursor = (
  question: ReadonlyArray<string | number>,
  cursor: string,
  now: number,
): Continuation | undefined => {
  const parts = partsOf(cursor)
  return parts?.traced === trace(question) && parts.moment <= now ? parts : undefined
}

/**
 * As of when a question is to be understood: a cursor brings the moment of its first page, when the names in it
 * may have meant something else. As of `now`, where it brings none or a later one.
 */
export const momentOfCursor = (cursor: string | undefined, now: number): number =>
  Math.min(partsOf(cursor ?? '')?.moment ?? now, now)

const partsOf = (cursor: string): (Continuation & { readonly traced: unknown }) | undefined => {
  try {
    const parts = parseJson(Buffer.from(cursor, 'base64url').toString())
    if (!Array.isArray(parts)) return undefined
    const [traced, ...numbers]: ReadonlyArray<unknown> = parts
    const [moment, ...place] = numbers.filter((part): part is number => Number.isSafeInteger(part))
    return moment !== undefined && place.length === numbers.length - 1 ? { traced, moment, place } : undefined
  } catch {
    return undefined
  }
}

const trace = (question: ReadonlyArray<string | number>): string => sha256(JSON.stringify(question)).slice(7, 19)
