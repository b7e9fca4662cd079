/** Finding by words, as a search bar does. */
import type { CollectionEntry } from '../state.js'
import { type RegistryAsOf, valueAt } from './as-of.js'

/**
 * Whether some texts hold all words of another, each anywhere, also inside a word and in whichever text. Capital letters are
 * as small ones, and an accent is the same whether it is written with its letter or after it.
 */
export const wordsIn = (text: string): ((texts: Iterable<string>) => boolean) => {
  const words = folded(text)
    .split(/\s+/u)
    .filter((word) => word.length > 0)
  return (texts) => {
    let missing = words
    for (const text of texts) {
      const among = folded(text)
      missing = missing.filter((word) => !among.includes(word))
      if (missing.length === 0) return true
    }
    return false
  }
}

/** Whether a text holds another, in capital or small letters. */
export const containsText = (text: string, part: string): boolean => folded(text).includes(folded(part))

const folded = (text: string): string => text.normalize('NFC').toLowerCase()

/** Of an artifact or a registered model as a whole: its path, tags and description. */
export function* textsOf(registryAsOf: RegistryAsOf, entry: CollectionEntry): Generator<string> {
  yield entry.path
  yield* valueAt(registryAsOf, entry.tags) ?? []
  yield valueAt(registryAsOf, entry.description) ?? ''
}

/** Likewise, with the aliases that point somewhere. */
export function* textsWithAliases(registryAsOf: RegistryAsOf, entry: CollectionEntry): Generator<string> {
  yield* textsOf(registryAsOf, entry)
  for (const alias of entry.aliases.values()) if (typeof valueAt(registryAsOf, alias) === 'number') yield alias.name
}
