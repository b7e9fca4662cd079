/** What has names and values, on one line. */
import { doubleText } from '../../domain/values/double.js'

/** On one line: metrics, metadata, a configuration. */
export const pairsText = (pairs: object): string =>
  Object.entries(pairs)
    .map(([name, value]) => `${name}=${typeof value === 'number' ? shortNumber(value) : JSON.stringify(value)}`)
    .join(' ') || '-'

const shortNumber = (value: number): string => doubleText(value === 0 ? value : Number(value.toPrecision(5)))
