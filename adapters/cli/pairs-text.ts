/** What has names and values, on one line. */
import { doubleText } from '../../domain/values/double.js'

/** On one line, as they are: metrics, metadata, a configuration. */
export const pairsText = (pairs: object): string => textOf(pairs, doubleText)

/** For a column of a table: numbers to five digits. */
export const shortPairsText = (pairs: object): string =>
  textOf(pairs, (value) => doubleText(value === 0 ? value : Number(value.toPrecision(5))))

const textOf = (pairs: object, numberText: (value: number) => string): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? numberText(value) : JSON.stringify(value)}`)
    .join(' ') || '-'
