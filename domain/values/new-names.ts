/**
 * What a name that is given for the first time must be. What was recorded before stays what it is: the codecs of names
 * (`names.ts`, `envelope.ts`) read it.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { shown } from './codec.js'

/**
 * Names that stand in paths: entities, projects, registries, artifacts and their types, registered models, runs, aliases, tags. Nobody
 * can tell two of them apart that look alike, nor write one that a path or a URL takes for something else. Answers what would
 * be right, or nothing.
 */
export const wrongName = (name: string): string | undefined =>
  name === '.' || name === '..'
    ? 'a name other than . and ..'
    : (firstWrong(name, /[/:\\?#%]/u, 'a name without / : \\ ? # %') ??
      firstWrong(
        name,
        /(?! )[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u,
        'a name without control, format and separator characters, or others that cannot be seen, but a plain space',
      ) ??
      wrongForm(name))

/**
 * Labels: actors, groups, distributed ids, writers, ids of commands. They come from elsewhere, and hold what they hold there:
 * spaces of any kind, and what chooses the form of a character before it (in names of people, for one).
 */
export const wrongLabel = (label: string): string | undefined =>
  firstWrong(
    label,
    /(?!\p{Variation_Selector})[\p{Cc}\p{Cf}\p{Default_Ignorable_Code_Point}\u2800]/u,
    'a label without control and format characters, or others that cannot be seen',
  ) ?? wrongForm(label)

const wrongForm = (text: string): string | undefined => {
  const formed = text.normalize('NFC')
  if (formed !== text) {
    const at = [...text].findIndex((character, place) => character !== [...formed][place])
    return `its NFC form ${shown(formed)}, with ${codePointOf(formed, at)} (this one has ${codePointOf(text, at)}, which looks the same)`
  }
  const isWrongAtStart = text.trimStart() !== text
  return isWrongAtStart || text.trimEnd() !== text
    ? `no blank at either end (this one has ${codePointOf(text, isWrongAtStart ? 0 : [...text].length - 1)})`
    : undefined
}

/** Of the first word of a text that is in another form than NFC, which nobody sees; nothing where there is none. */
export const wordNotInNfc = (words: string): string | undefined => {
  const word = words.split(/["\s/:;,]+/).find((each) => each !== each.normalize('NFC'))
  return word === undefined ? undefined : `${shown(word)} is not in ${wrongForm(word)}`
}

const firstWrong = (text: string, illegal: RegExp, right: string): string | undefined => {
  const first = firstOf(text, illegal)
  return first === undefined ? undefined : `${right} ${first}`
}

/** What no name of an entity or a project ever held. */
export const PATH_OR_CONTROL = /[/\\#?%:]|\p{Cc}/u

/** The first character that a text may not have, by its code point and its place. */
export const firstOf = (text: string, illegal: RegExp): string | undefined => {
  const found = illegal.exec(text)
  return found === null ? undefined : `(this one has ${codePointOf(text, [...text.slice(0, found.index)].length)})`
}

/**
 * The same codec, which says of a text that it refuses which character is wrong; and of one that is not in NFC, whose form is
 * right, that form.
 */
export const told = <A extends string>(
  codec: t.Type<A, string>,
  which: (value: string) => string | undefined,
): t.Type<A, string> =>
  new t.Type<A, string>(
    codec.name,
    codec.is,
    (value, context) => {
      const validated = codec.validate(value, context)
      if (E.isRight(validated) || typeof value !== 'string') return validated
      const form = codec.is(value.normalize('NFC')) ? wrongForm(value) : undefined
      const more = form === undefined ? which(value) : `in ${form}`
      return more === undefined ? validated : t.failure(value, context, `${codec.name} ${more}`)
    },
    codec.encode,
  )

/** `U+200B at character 11`, counted from 1. */
const codePointOf = (text: string, at: number): string => {
  const code = [...text][at]?.codePointAt(0)
  return code === undefined
    ? `no character ${at + 1}`
    : `U+${code.toString(16).toUpperCase().padStart(4, '0')} at character ${at + 1}`
}

/**
 * A name as it can be told from others: characters written out that are not seen, or look like a plain space, or like what NFC
 * has in their place. Emoji stay, also joined ones.
 */
export const withLookalikesWritten = (name: string): string => {
  if (/^[\w./:@-]*$/.test(name)) return name
  const isFormed = name === name.normalize('NFC')
  const characters = [...name]
  return characters
    .map((character, at) => {
      const isTold =
        isOfEmoji(character, characters[at - 1], characters[at + 1]) ||
        (!isUnseen(character) && (isFormed || !changesForm(character)))
      return isTold ? character : `\\u{${character.codePointAt(0)?.toString(16)}}`
    })
    .join('')
}

/** The same of a name by itself: a space at its end is not seen either. */
export const nameWritten = (name: string): string =>
  withLookalikesWritten(name).replace(/^ +| +$/g, (spaces) => '\\u{20}'.repeat(spaces.length))

const isUnseen = (character: string): boolean =>
  character !== ' ' && /[\p{Cc}\p{Cf}\p{Z}\p{Default_Ignorable_Code_Point}\u2800]/u.test(character)

/** A joiner between two of them, or what makes one of a character: it is seen. */
const isOfEmoji = (character: string, before = '', after = ''): boolean =>
  (character === '\u200d' && /\p{Extended_Pictographic}/u.test(after)) ||
  (character === '\ufe0f' && /\p{Emoji}/u.test(before))

/** Marks that follow a letter, parts of a Hangul syllable, and characters that are another in NFC. */
const changesForm = (character: string): boolean =>
  /[\p{M}\u1160-\u11ff]/u.test(character) || character !== character.normalize('NFC')
