/** How long a text is: in Unicode code points, wherever that is limited. A character of an alphabet is one, an emoji one or a few. */

/** Whether a text has so many Unicode code points. */
export const hasLength = (value: string, least: number, most: number): boolean => {
  if (value.length < least || value.length > 2 * most) return false
  // A code point takes one or two units.
  if (value.length <= most && value.length >= 2 * least) return true
  const count = lengthOf(value)
  return count >= least && count <= most
}

/** How many code points a text has. */
export const lengthOf = (value: string): number => {
  let count = 0
  for (const _ of value) count++
  return count
}

/** Its first code points. */
export const beginningOf = (value: string, most: number): string =>
  value.length <= most ? value : [...value.slice(0, 2 * most)].slice(0, most).join('')
