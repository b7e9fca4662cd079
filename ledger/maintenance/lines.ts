/** The lines of a text that arrives in pieces. */
import { isBytes, messageOf } from '../../domain/values/built-ins.js'
import { rule } from '../../domain/values/codec.js'
import { LedgerError } from '../calling/errors.js'
import { failureOf, readFrom } from '../calling/given-streams.js'

/** A text, or the bytes of one in UTF-8, in pieces of whatever size. */
export type Pieces = AsyncIterable<string | Uint8Array> | Iterable<string | Uint8Array>

export const Lines = rule(
  'an export: an iterable of its text in pieces',
  (value): value is Pieces =>
    typeof value === 'object' &&
    value !== null &&
    [Symbol.asyncIterator, Symbol.iterator].some((iterates) => typeof Reflect.get(value, iterates) === 'function'),
)

/** In which the first line has to end: whoever cuts the line feeds off is told so before all of it is in memory. */
const FIRST_LINE = 1024
/** Longer than any line of an export: an event has at most 256 KiB, in JSON maybe some times as many. */
const LONGEST_LINE = 4 * 1024 * 1024

/**
 * Lines end at a line feed alone, with or without a carriage return before it: what else breaks lines elsewhere, such
 * as U+2028, stands inside JSON texts. A byte order mark and blank lines at the end are left out. `wrong` is what to
 * throw for a line that is none, and why.
 */
export async function* linesOf(
  pieces: Pieces,
  wrong: (line: number, reason: string) => Error,
): AsyncGenerator<string, void, undefined> {
  const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
  let ended = 0
  let blank = 0
  let rest = ''

  const textOf = (piece?: string | Uint8Array): string => {
    if (piece !== undefined && typeof piece !== 'string' && !isBytes(piece))
      throw wrong(ended + 1, `text or bytes are wanted, and it came as a ${typeof piece}`)
    try {
      return isBytes(piece) ? decoder.decode(piece, { stream: true }) : decoder.decode() + (piece ?? '')
    } catch {
      throw wrong(ended + 1, 'it is not UTF-8')
    }
  }
  const cut = (line: string): string => {
    const from = ended++ === 0 && line.startsWith('\ufeff') ? 1 : 0
    return line.slice(from, line.endsWith('\r') ? -1 : undefined)
  }

  for await (const piece of readable(pieces)) {
    const text = textOf(piece)
    let from = 0
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', from)) {
      const line = cut(rest + text.slice(from, end))
      rest = ''
      from = end + 1
      if (line === '') blank += 1
      else {
        for (; blank > 0; blank--) yield ''
        yield line
      }
    }
    rest += text.slice(from)
    if (ended === 0 && rest.length > FIRST_LINE)
      throw wrong(1, 'it does not end; give the text with its line feeds, as a stream of the file does')
    if (rest.length > LONGEST_LINE) throw wrong(ended + 1, 'it is longer than any line of an export')
  }
  rest = cut(rest + textOf())
  if (rest === '') return
  for (; blank > 0; blank--) yield ''
  yield rest
}

/** A stream that fails is the caller's own; what it says is told by our error. */
async function* readable(pieces: Pieces): AsyncGenerator<string | Uint8Array, void, undefined> {
  try {
    if (!(Symbol.asyncIterator in pieces)) return yield* pieces
    const failed = failureOf(pieces)
    if (failed !== undefined) throw failed.cause
    yield* readFrom(pieces)
  } catch (cause) {
    if (cause instanceof LedgerError) throw cause
    const reason = messageOf(cause)
    throw new LedgerError({ _tag: 'source-failed', reason }, `the export could not be read: ${reason}`)
  }
}
