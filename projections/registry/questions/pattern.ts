/** Patterns of paths: `*` for characters other than `/`, `**` for any, `?` for one other than `/`. */

/**
 * Whether a path fits. Where nothing fits, the last `*` takes a character more, or else the last `**`; an earlier
 * one would not help. So the work is bounded whatever a stranger sends, as it is not with a regular expression.
 */
export const patternOf = (glob: string): ((path: string) => boolean) => {
  const parts = glob.replaceAll(/\*{3,}/g, '**').match(/\*\*|[*?]|[^*?]+/g) ?? []
  return (path) => {
    let [part, at] = [0, 0]
    // The parts behind the last `*` and the last `**`, 0 for none, and how far these reach.
    let [star, starEnd, stars, starsEnd] = [0, 0, 0, 0]
    while (at < path.length) {
      const wanted = parts[part]
      if (wanted === '**') {
        part += 1
        ;[star, stars, starsEnd] = [0, part, at]
      } else if (wanted === '*') {
        part += 1
        ;[star, starEnd] = [part, at]
      } else if (wanted === '?' && path[at] !== '/') {
        part += 1
        at += widthAt(path, at)
      } else if (wanted !== undefined && path.startsWith(wanted, at)) {
        part += 1
        at += wanted.length
      } else if (star > 0 && path[starEnd] !== '/') {
        starEnd += 1
        ;[part, at] = [star, starEnd]
      } else if (stars > 0) {
        starsEnd += 1
        ;[part, at] = [stars, starsEnd]
      } else return false
    }
    return parts.slice(part).every((left) => left.startsWith('*'))
  }
}

/** Whether a pattern says all of a path: `acme/churn/model`, or anything with `**`. */
export const isOfWholePath = (glob: string): boolean => glob.includes('**') || glob.split('/').length > 2

/** Of names: a pattern that leaves out the entity, or the project too, is of the end of the path. `model` is all of that name. */
export const namePatternOf = (glob: string): ((path: string) => boolean) => {
  const fits = patternOf(glob)
  if (isOfWholePath(glob)) return fits
  const count = glob.split('/').length
  return (path) => fits(path.split('/').slice(-count).join('/'))
}

/** Some characters take two units of a text. */
const widthAt = (path: string, at: number): number => ((path.codePointAt(at) ?? 0) > 0xffff ? 2 : 1)
