import { describe, expect, it } from 'vitest'
import { addText, emptyTexts, keptTexts, type Texts } from '../../../domain/values/texts.js'

const addAll = (texts: Texts, words: ReadonlyArray<string>): Texts => {
  for (const word of words) addText(texts, word)
  return texts
}
const written = ({ bytes, length, recent }: Texts) => ({ text: Buffer.from(bytes.slice(0, length)).toString(), recent })

describe('texts that were kept', () => {
  it.each([0, 1, 2, 999, 1000, 1001, 2500])('go on as if they had not been, after %i of them', (count) => {
    const before = Array.from({ length: count }, (_, index) => `text ${index} é`)
    const after = [...before.slice(-3), 'another', ...before.slice(0, 3), '']
    const kept = addAll(emptyTexts(), before)
    const again = keptTexts(kept.bytes.slice(), kept.length)
    expect(written(addAll(again, after))).toEqual(written(addAll(kept, after)))
  })
})
