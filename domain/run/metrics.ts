/** What a run measured: IEEE doubles, which come back as they were, texts and truth values. */
import * as t from 'io-ts'
import { dictionary, text } from '../values/codec.js'
import { decodeDouble, EncodedDouble, encodeDouble } from '../values/double.js'

/** As a caller gives it and has it back. */
export type MetricValue = number | string | boolean

/** As it stands in commands and events, which are JSON. A number is taken either way. */
export type RecordedMetric = MetricValue | EncodedDouble

const isRecorded = (value: unknown): value is RecordedMetric =>
  typeof value === 'boolean' ||
  (typeof value === 'number' && encodeDouble(value) === value) ||
  (typeof value === 'string' && value.isWellFormed()) ||
  EncodedDouble.is(value)

export const Metric = new t.Type<RecordedMetric, RecordedMetric, unknown>(
  'a metric: a number, a text or a boolean',
  isRecorded,
  (value, context) => {
    const recorded = typeof value === 'number' ? encodeDouble(value) : value
    return isRecorded(recorded) ? t.success(recorded) : t.failure(value, context)
  },
  (value) => value,
)
export const MetricName = text('the name of a metric, other than __proto__', (value) => value !== '__proto__')
export const Metrics = dictionary('metrics: an object of at most 1,000 members', MetricName, Metric, 1000)
export type Metrics = t.TypeOf<typeof Metrics>

/** What was recorded, as it was given. */
export const metricOf = (recorded: RecordedMetric): MetricValue =>
  typeof recorded === 'object' ? decodeDouble(recorded) : recorded

/** Also -0 and 0 are two, and NaN is one. */
export const sameMetric = (one: RecordedMetric | null | undefined, other: RecordedMetric | null | undefined): boolean =>
  Object.is(metricOrNone(one), metricOrNone(other))

/** The same of one that there may not be. */
export const metricOrNone = (recorded: RecordedMetric | null | undefined): MetricValue | null =>
  recorded === undefined || recorded === null ? null : metricOf(recorded)
