/** Names like one that is not there, for a hint. */
import leven from 'leven'

/** How many names are looked at: a hint must not cost more than an answer. */
const MOST = 10_000

/** At most three that begin alike or differ by little; `called` is what of a name is compared. */
export const similarNames = (
  wanted: string,
  names: Iterable<string>,
  called: (name: string) => string = (name) => name,
): ReadonlyArray<string> => {
  const word = called(wanted).toLowerCase()
  const changes = word.length < 3 ? 0 : word.length < 5 ? 1 : 2
  const found: string[] = []
  let looked = 0
  for (const name of names) {
    const other = called(name).toLowerCase()
    if (
      other.startsWith(word) ||
      (other.length > 2 && word.startsWith(other)) ||
      leven(word, other, { maxDistance: changes + 1 }) <= changes
    )
      found.push(name)
    if (found.length === 3 || ++looked === MOST) break
  }
  return found
}

/** `; did you mean best or latest?` */
export const didYouMean = (similar: ReadonlyArray<string>): string =>
  similar.length === 0 ? '' : `; did you mean ${similar.join(' or ')}?`
