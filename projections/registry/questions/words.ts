/** Finding by words, as a search bar does. */
import type { CollectionEntry } from '../state.js'
import { type RegistryAsOf, valueAt } from './as-of.js'

/**
 * Whether some texts hold all words of another, each anywhere, also inside a word and in whichever text. Capital letters are
 * as small ones, and an accent is the same whether it is written with its letter or after it.
 */
export const wordsIn = (text: string): ((texts: ReadonlyArray<string>) => boolean) => {
  const words = folded(text)
    .split(/\s+/u)
    .filter((word) => word.length > 0)
  return (texts) => {
    const all = folded(texts.join('\n'))
    return words.every((word) => all.includes(word))
  }
}

const folded = (text: string): string => text.normalize('NFC').toLowerCase()

/** Of an artifact or a registered model as a whole: its path, tags and description. */
export const textsOf = (registryAsOf: RegistryAsOf, entry: CollectionEntry): ReadonlyArray<string> => [
  entry.path,
  ...(valueAt(registryAsOf, entry.tags) ?? []),
  valueAt(registryAsOf, entry.description) ?? '',
]
