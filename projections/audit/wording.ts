/** Words and numbers as the audit writes them. */
import type { AliasChange } from './tenure.js'

/** Whether the clock was behind by which something was recorded: another had recorded a later time before. */
export const wasBehind = ({ time, recordedAt }: Pick<AliasChange, 'time' | 'recordedAt'>): boolean =>
  Date.parse(recordedAt) < Date.parse(time)

/** Who did it, and on whose behalf: `ben for carla`. */
export const whoOf = ({ actor, onBehalfOf }: Pick<AliasChange, 'actor' | 'onBehalfOf'>): string =>
  onBehalfOf === null ? actor : `${actor} for ${onBehalfOf}`

/** `12,345`. Node's own words for numbers take 10 ms to be loaded. */
const grouped = (count: number): string => String(count).replace(/\B(?=(\d{3})+$)/g, ',')

/** `1 alias`, `12,345 aliases` */
export const counted = (count: number, what: string, many = `${what}s`): string =>
  `${grouped(count)} ${count === 1 ? what : many}`

/** `1.5 MiB` */
export const sizeText = (bytes: number): string => {
  if (bytes < 1024) return `${bytes} B`
  const power = Math.min(4, Math.floor(Math.log2(bytes) / 10))
  return `${(bytes / 1024 ** power).toFixed(1)} ${['B', 'KiB', 'MiB', 'GiB', 'TiB'][power] ?? 'B'}`
}

/** `description, metadata and tags` */
export const listed = (words: ReadonlyArray<string>): string =>
  words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`

const FEW = 8
export const few = (words: ReadonlyArray<string>): string =>
  words.length <= FEW ? words.join(', ') : `${words.slice(0, FEW).join(', ')} and ${words.length - FEW} more`

/**
 * A name inside a sentence: as it is where nothing in it could be mistaken, else in quotation marks, with
 * characters that are not seen, or that turn the direction of what follows, written out.
 */
export const plain = (name: string): string =>
  /^[\p{L}\p{N}_./:#@-]+$/u.test(name)
    ? name
    : `"${name.replace(/["\\\p{C}\p{Zl}\p{Zp}]/gu, (character) =>
        character === '"' || character === '\\' ? `\\${character}` : `\\u{${character.codePointAt(0)?.toString(16)}}`,
      )}"`
