/** Audit lines as files: NDJSON, one object a line, and CSV by RFC 4180. */
import type { Json } from '../../domain/values/json.js'
import type { AuditLine } from './line.js'

/** As they come, or those of a page. */
type Lines = AsyncIterable<AuditLine> | Iterable<AuditLine>

/** One JSON object a line, all members of every line in the same order. */
export async function* auditNdjson(lines: Lines): AsyncGenerator<string> {
  for await (const line of lines) yield `${JSON.stringify(line)}\n`
}

/** The columns, in their order; `before` and `after` are texts, or JSON where they are more than a text. */
const COLUMNS = [
  'position',
  'time',
  'recordedAt',
  'occurredAt',
  'actor',
  'onBehalfOf',
  'what',
  'subject',
  'before',
  'after',
  'reason',
  'type',
  'commandId',
  'correlationId',
  'causationId',
  'stream',
  'revision',
  'eventId',
] as const satisfies ReadonlyArray<keyof AuditLine>

/** A header line and one line for each; `null` is an empty cell. Lines end with CR LF, as RFC 4180 says. */
export async function* auditCsv(lines: Lines): AsyncGenerator<string> {
  yield `${COLUMNS.join(',')}\r\n`
  for await (const line of lines) yield `${COLUMNS.map((column) => cell(line[column])).join(',')}\r\n`
}

const cell = (value: Json): string => {
  if (value === null) return ''
  return typeof value === 'number'
    ? String(value)
    : quoted(harmless(typeof value === 'string' ? value : JSON.stringify(value)))
}

/**
 * A spreadsheet takes a cell that begins with one of = + - @, a tab or a line break for a formula. An apostrophe
 * before it makes it text; one is also put before apostrophes that stand so, so that taking it away again
 * gives what was there (https://owasp.org/www-community/attacks/CSV_Injection).
 */
const harmless = (text: string): string => (/^[\s']*[=+\-@＝＋－＠]|^[\t\r\n]/.test(text) ? `'${text}` : text)

const quoted = (text: string): string =>
  /^[\w.:+/()-][\w.:+/() -]*$/.test(text) && !text.endsWith(' ') ? text : `"${text.replaceAll('"', '""')}"`
