/**
 * Reads JSON (RFC 8259) without the engine's way of reading objects, for engines where that is faulty (docs/adr/0010).
 * It takes the texts that `JSON.parse` takes, and makes the same values of them.
 */

/** Deeper than anything that is recorded, and never so deep that reading it overflows the stack. */
const MOST_LEVELS = 1000

/** The way to a value: `['metadata', 'lr']`. */
export type JsonPath = ReadonlyArray<string | number>

/** What a listener of numbers is told: each as it is written, and where. */
export type NumberListener = (written: string, path: JsonPath) => void

/**
 * Throws a `SyntaxError` for a text that is not JSON, or is nested more than 1,000 levels deep. Whoever listens is told
 * every number.
 */
export const readJson = (text: string, onNumber?: NumberListener): unknown => {
  let at = 0
  const path: Array<string | number> = []

  const wrong = (): SyntaxError =>
    new SyntaxError(
      at < text.length ? `Unexpected ${JSON.stringify(text[at])} at position ${at}` : 'Unexpected end of the JSON text',
    )
  /** The next character that is no white space, which stays where it is. */
  const next = (): string | undefined => {
    while (isBlank(text.charCodeAt(at))) at++
    return text[at]
  }
  const take = (character: string): void => {
    if (next() !== character) throw wrong()
    at++
  }

  const value = (): unknown => {
    const first = next()
    if (first === '"') return string()
    if (first !== '{' && first !== '[') return scalar()
    if (path.length === MOST_LEVELS) throw new SyntaxError(`more than ${MOST_LEVELS} levels at position ${at}`)
    return first === '{' ? object() : array()
  }
  const valueAt = (key: string | number): unknown => {
    path.push(key)
    const inside = value()
    path.pop()
    return inside
  }

  /** What has no quotes and no brackets, by the engine, whose fault is in keys alone. */
  const scalar = (): unknown => {
    SCALAR.lastIndex = at
    const word = SCALAR.exec(text)?.[0]
    if (word === undefined) throw wrong()
    const read: unknown = JSON.parse(word)
    if (typeof read === 'number') onNumber?.(word, path)
    at += word.length
    return read
  }

  /** Likewise a string: the fault is in keys that stand in their objects. */
  const string = (): string => {
    const start = at++
    while (text[at] !== '"') {
      if (at >= text.length) throw wrong()
      at += text[at] === '\\' ? 2 : 1
    }
    return String(JSON.parse(text.slice(start, ++at)))
  }

  const array = (): unknown[] => {
    const items: unknown[] = []
    at++
    if (next() === ']') at++
    else {
      do items.push(valueAt(items.length))
      while (isMore(']'))
    }
    return items
  }

  const object = (): object => {
    const members = {}
    at++
    if (next() === '}') at++
    else {
      do {
        if (next() !== '"') throw wrong()
        const key = string()
        take(':')
        // As `JSON.parse` does: of a key that comes twice the last, and __proto__ as a member like others.
        Object.defineProperty(members, key, {
          value: valueAt(key),
          writable: true,
          enumerable: true,
          configurable: true,
        })
      } while (isMore('}'))
    }
    return members
  }

  /** Behind a member or an item: whether another follows. */
  const isMore = (end: string): boolean => {
    if (next() === ',') at++
    else {
      take(end)
      return false
    }
    return true
  }

  const whole = value()
  if (next() !== undefined) throw wrong()
  return whole
}

const isBlank = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09

const SCALAR = /[-+.\w]+/y
