/** Texts that occur often, by small numbers: a column names one in four bytes. */
export interface Dictionary {
  readonly texts: string[]
  readonly numbers: Map<string, number>
}

export const dictionary = (texts: ReadonlyArray<string> = []): Dictionary => ({
  texts: [...texts],
  numbers: new Map(texts.map((text, number) => [text, number])),
})

/** The number of a text, which is added if it is new: as a copy, for a part of a longer text would keep all of it in memory. */
export const numberOf = ({ texts, numbers }: Dictionary, text: string): number => {
  const known = numbers.get(text)
  if (known !== undefined) return known
  const copy = Buffer.from(text).toString()
  const number = texts.push(copy) - 1
  numbers.set(copy, number)
  return number
}

/** The same text for equal texts. */
export const interned = (words: Dictionary, text: string): string => words.texts[numberOf(words, text)] ?? text

export const areTexts = (value: unknown): value is ReadonlyArray<string> =>
  Array.isArray(value) && value.every((text) => typeof text === 'string')
