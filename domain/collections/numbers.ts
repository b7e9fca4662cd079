/** The numbers that a collection gives out. */
import type { Answer } from '../values/answer.js'
import { type Admitted, admitted, impossible, type Numbered } from '../values/impossible.js'

/**
 * Whether a command that changed nothing could have been about this: a number that was given out, also of what is gone
 * (deleting it again changes nothing), or none.
 */
export const admitsNumberOf = (
  what: Numbered,
  givenOut: { readonly length: number },
  { version, generation }: Answer,
): Admitted => {
  if (generation !== undefined) return impossible({ _tag: 'not-there', what: 'generation', number: generation })
  return version === undefined || version < givenOut.length
    ? admitted
    : impossible({ _tag: 'not-there', what, number: version })
}
