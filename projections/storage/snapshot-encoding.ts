/**
 * How a large state is laid down for a snapshot: numbers and texts in the order in which they are
 * read again. A million objects take seconds to clone; a few long arrays and texts take a fraction.
 */
import { isFloat64Array } from '../../domain/values/built-ins.js'
export interface EncodedSnapshot {
  readonly numbers: Float64Array
  /** Texts that occur often, once each. */
  readonly texts: ReadonlyArray<string>
  /** All others, one after another, in pieces, with the lengths among the numbers. */
  readonly pieces: ReadonlyArray<string>
}

const PIECE = 1 << 20

export const snapshotEncoder = () => {
  let numbers = new Float64Array(1024)
  let count = 0
  const texts: string[] = []
  const known = new Map<string, number>()
  const pieces: string[] = []
  let parts: string[] = []
  let length = 0

  const number = (value: number): void => {
    if (count === numbers.length) {
      const larger = new Float64Array(numbers.length * 2)
      larger.set(numbers)
      numbers = larger
    }
    numbers[count++] = value
  }
  const endPiece = (): void => {
    pieces.push(parts.join(''))
    parts = []
    length = 0
  }

  return {
    number,
    numbers: (values: ReadonlyArray<number>): void => {
      number(values.length)
      for (const value of values) number(value)
    },
    /** A text that others are likely to equal. */
    word: (text: string): void => {
      let index = known.get(text)
      if (index === undefined) {
        index = texts.push(text) - 1
        known.set(text, index)
      }
      number(index)
    },
    text: (text: string): void => {
      if (length + text.length > PIECE && length > 0) {
        endPiece()
        number(-1)
      }
      number(text.length)
      parts.push(text)
      length += text.length
    },
    end: (): EncodedSnapshot => {
      endPiece()
      return { numbers: numbers.slice(0, count), texts, pieces }
    },
  }
}

/** Reads in the order of writing. Throws a `RangeError` where the encoded snapshot is at its end. */
export const snapshotDecoder = ({ numbers, texts, pieces }: EncodedSnapshot) => {
  let next = 0
  let piece = 0
  let from = 0

  const number = (): number => {
    const value = numbers[next++]
    if (value === undefined) throw new RangeError('the encoded snapshot is at its end')
    return value
  }

  return {
    number,
    numbers: (): number[] => {
      const count = number()
      if (next + count > numbers.length) throw new RangeError('the encoded snapshot is at its end')
      const values: number[] = []
      for (let index = 0; index < count; index++) values.push(number())
      return values
    },
    word: (): string => {
      const text = texts[number()]
      if (text === undefined) throw new RangeError('no such text')
      return text
    },
    text: (): string => {
      let length = number()
      if (length === -1) {
        piece += 1
        from = 0
        length = number()
      }
      const text = pieces[piece]?.slice(from, from + length)
      if (text === undefined || text.length !== length) throw new RangeError('the encoded snapshot is at its end')
      from += length
      return text
    },
  }
}

export type SnapshotEncoder = ReturnType<typeof snapshotEncoder>
export type SnapshotDecoder = ReturnType<typeof snapshotDecoder>

export const isEncodedSnapshot = (value: unknown): value is EncodedSnapshot =>
  typeof value === 'object' &&
  value !== null &&
  isFloat64Array(Reflect.get(value, 'numbers')) &&
  Array.isArray(Reflect.get(value, 'texts')) &&
  Array.isArray(Reflect.get(value, 'pieces'))
