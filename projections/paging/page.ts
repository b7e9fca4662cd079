/** Answers in pages: later ones are as of the moment of the first, so that nothing that is written meanwhile shifts them. */
import * as E from 'fp-ts/lib/Either.js'
import { BAD_CURSOR, type BadCursor, readCursor, writeCursor } from './cursor.js'

export interface Page<A> {
  readonly items: ReadonlyArray<A>
  /** Present where there is more: ask the same again with it as `cursor`. */
  readonly cursor?: string
}

/** Which page is wanted. */
export interface Paging {
  /** At most so many in one answer; 100 unless told. */
  readonly limit?: number
  /** Of the answer before, to the same question. */
  readonly cursor?: string
}

const LIMIT = 100

/** The page that is wanted: as of which moment, behind which place in the whole answer, and the most it holds. */
export interface PageStart {
  readonly moment: number
  /** Of the last item of the page before; `undefined` for the first page. */
  readonly behind: ReadonlyArray<number> | undefined
  readonly size: number
  readonly cursorBehind: (place: ReadonlyArray<number>) => string
}

export const pageStart = (
  question: ReadonlyArray<string>,
  { limit = LIMIT, cursor }: Paging,
  now: number,
): E.Either<BadCursor, PageStart> => {
  const start = cursor === undefined ? { moment: now, place: undefined } : readCursor(question, cursor, now)
  if (start === undefined || start.place?.length === 0 || start.place?.some((number) => number < 0))
    return E.left(BAD_CURSOR)
  const { moment, place: behind } = start
  return E.right({ moment, behind, size: limit, cursorBehind: (place) => writeCursor(question, { moment, place }) })
}
