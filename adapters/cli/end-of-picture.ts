/** Up to when a picture of a history is drawn. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { Ledger } from '../../index.js'
import { LastTime } from '../../ledger/calling/interval.js'

/** The earliest of now and of the bounds that the question has taken: a position or a time each. */
export const endOfPicture = async (
  ledger: Ledger,
  now: string,
  bounds: ReadonlyArray<number | string | undefined>,
): Promise<string> => {
  let end = now
  for (const bound of bounds) {
    const time =
      typeof bound === 'number'
        ? (await ledger.at(bound).moment()).time
        : pipe(
            LastTime.decode(bound),
            E.getOrElse(() => now),
          )
    // Before the first event there is no time, and nothing to draw.
    if (time !== null && time < end) end = time
  }
  return end
}
