/**
 * Time and actor of an event, read from the text of its metadata without parsing it: a projection needs no more of the
 * metadata of millions of events. They are what the codec (`envelope.ts`) finds, or nothing where the text is damaged.
 */
import { parseJson } from './json.js'

interface WithMetadata {
  /** Canonical JSON. */
  readonly metadata: string
}

const RECORDED_AT = '"recordedAt":"'
/** From the end of canonical metadata, where `schema` has one digit. */
const USUAL_DISTANCE = '"recordedAt":"2026-05-03T14:00:00.000Z","schema":1}'.length

/**
 * The time in the canonical text of an event's metadata, in milliseconds, without parsing it: in flat canonical JSON these
 * characters stand nowhere else, because a quote inside a text is escaped. `NaN` where there is none.
 */
export const recordedAtOf = ({ metadata }: WithMetadata): number => {
  const usual = metadata.length - USUAL_DISTANCE
  const start = metadata.startsWith(RECORDED_AT, usual) ? usual : metadata.lastIndexOf(RECORDED_AT)
  if (start === -1) return Number.NaN
  const from = start + RECORDED_AT.length
  const end = metadata.indexOf('"', from)
  // As the command handler writes it: 2026-05-03T14:00:00.000Z. `Date.parse` would take as long as all the rest.
  // `Date.UTC` takes the year 50 for 1950.
  return end - from === 24 && metadata[end - 1] === 'Z' && metadata[from] !== '0'
    ? Date.UTC(
        digits(metadata, from, 4),
        digits(metadata, from + 5, 2) - 1,
        digits(metadata, from + 8, 2),
        digits(metadata, from + 11, 2),
        digits(metadata, from + 14, 2),
        digits(metadata, from + 17, 2),
        digits(metadata, from + 20, 3),
      )
    : Date.parse(metadata.slice(from, end))
}

const digits = (text: string, from: number, count: number): number => {
  let value = 0
  for (let at = from; at < from + count; at++) {
    const digit = text.charCodeAt(at) - 48
    value = digit >= 0 && digit <= 9 ? value * 10 + digit : Number.NaN
  }
  return value
}

const ACTOR = '"actor":"'

/** Who gave the command, likewise. */
export const actorOf = ({ metadata }: WithMetadata): string => textOf(metadata, ACTOR, 'actor')

const COMMAND_ID = '"commandId":"'

/** The id of the command, and when it was recorded, likewise; `''` where there is none. */
export const commandIdOf = ({ metadata }: WithMetadata): string => textOf(metadata, COMMAND_ID, 'commandId')
export const recordedAtTextOf = ({ metadata }: WithMetadata): string => textOf(metadata, RECORDED_AT, 'recordedAt')

const textOf = (metadata: string, before: string, member: string): string => {
  const found = metadata.indexOf(before)
  if (found === -1) return ''
  const start = found + before.length
  const text = metadata.slice(start, metadata.indexOf('"', start))
  return text.includes('\\') ? parsedOf(metadata, member) : text
}

const parsedOf = (metadata: string, member: string): string => {
  const parsed = parseJson(metadata)
  const text: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, member) : undefined
  return typeof text === 'string' ? text : ''
}
