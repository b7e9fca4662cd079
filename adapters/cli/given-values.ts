/** Keys and values as they are given on the command line: metadata, configuration, metrics, and conditions on them. */
import { InvalidArgumentError } from 'commander'
import {
  describeNumberChanged,
  isKept,
  type Json,
  type JsonObject,
  numberChangedIn,
  parseJson,
} from '../../domain/values/json.js'
import { COMPARISONS, type Condition } from '../../projections/registry/questions/conditions.js'

/** What a value means, and whose it is. */
type ReadValue = (text: string, key: string) => Json

/** `key=value` and `key:=json`, gathered into one object; later ones win. */
const pairsOf =
  (read: ReadValue) =>
  (text: string, before: JsonObject | undefined): JsonObject => {
    const [, key, colon, value = ''] = /^([^=]*[^=:])(:?)=([\s\S]*)$/.exec(text) ?? []
    if (key === undefined) throw new InvalidArgumentError('key=value is wanted.')
    return { ...before, [key]: colon === ':' ? json(value, key) : read(value, key) }
  }

/** JSON that somebody wrote, whose numbers must mean what they say. */
const json = (text: string, key: string): Json => {
  const read = jsonOrNone(text, key)
  if (read === undefined) throw new InvalidArgumentError('JSON is wanted behind :=, and key=text for a text.')
  return read
}

/** `undefined` for what is no JSON. */
const jsonOrNone = (text: string, key: string): Json | undefined => {
  let changed: ReturnType<typeof numberChangedIn>
  try {
    changed = numberChangedIn(text)
    if (changed === undefined) return parseJson(text) as Json
  } catch {
    return undefined
  }
  const at = changed.path.map((part) => (typeof part === 'number' ? `[${part}]` : `.${part}`)).join('')
  throw new InvalidArgumentError(`${key}${at}: ${describeNumberChanged(changed)}`)
}

/**
 * A key, a comparison and a value, gathered; blanks around them mean nothing. What is unequal to a word is so to the text
 * and to the number that it may be.
 */
const conditionsOf =
  (equal: ReadValue, read: ReadValue) =>
  (text: string, before: ReadonlyArray<Condition> | undefined): ReadonlyArray<Condition> => {
    const [, key, is = '', value = ''] =
      /^\s*([^<>=!]*[^<>=!:\s])\s*(<=|>=|!=|<|>|:=|=)\s*([\s\S]*?)\s*$/.exec(text) ?? []
    const comparison = COMPARISONS.find((each) => each === is.replace(':', ''))
    const readings =
      is === '=' ? [equal] : is === '!=' ? [equal, ...(isKept(value) ? [read] : [])] : is === ':=' ? [json] : [read]
    const wanted = [...new Set(readings.map((reading) => reading(value, key ?? '')))].filter(isPlain)
    if (key === undefined || comparison === undefined || wanted.length === 0) {
      throw new InvalidArgumentError('A condition such as accuracy>=0.9, stage=final or epochs:=3 is wanted.')
    }
    return [...(before ?? []), ...wanted.map((value) => ({ key, is: comparison, value }))]
  }

const isPlain = (value: Json): value is Condition['value'] => typeof value !== 'object' || value === null

const asJson: ReadValue = (text, key) => {
  const read = jsonOrNone(text, key)
  return read === undefined ? text : read
}

/** `nan`, `inf`, `-Infinity` are numbers, as programs print them; in quotes, as JSON, they are texts. */
const asMetric: ReadValue = (text, key) => {
  const [, sign, word] = /^([+-]?)(nan|inf|infinity)$/i.exec(text) ?? []
  if (word === undefined) return asJson(text, key)
  return word.toLowerCase() === 'nan' ? Number.NaN : sign === '-' ? -Infinity : Infinity
}

/** Whether a text reads as something else, too, which a condition of equality does not mean by it. */
export const couldBeJson = ({ is, value }: Condition): boolean =>
  is === '=' && typeof value === 'string' && isKept(value) && typeof asJson(value, '') !== 'string'

const asText: ReadValue = (text) => text

/** Of metadata and configuration: a text stays one, whatever it looks like. */
export const pairs = pairsOf(asText)
export const condition = conditionsOf(asText, asJson)

/** Of metrics, whose numbers may be those that JSON does not have. */
export const metricPairs = pairsOf(asMetric)
export const metricCondition = conditionsOf(asMetric, asMetric)
