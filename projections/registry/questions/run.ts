/** A run: what it was told, measured, used and logged. */
import * as E from 'fp-ts/lib/Either.js'
import { type MetricValue, metricOf } from '../../../domain/run/metrics.js'
import type { JsonObject } from '../../../domain/values/json.js'
import { parseRun } from '../../../domain/values/name-paths.js'
import type { RunOutcome } from '../../../domain/values/names.js'
import { versionPath } from '../../../domain/values/references.js'
import { countUpTo } from '../../storage/timeline.js'
import { pathOfRow, type RunEntry } from '../state.js'
import { hasHappened, momentAt, type RegistryAsOf, valueAt } from './as-of.js'
import type { Moment, NameError } from './errors.js'
import { notFound } from './find-by-name.js'

export type MetricValues = Readonly<Record<string, MetricValue>>

export interface RunDetails {
  readonly path: string
  readonly started: Moment
  readonly actor: string
  readonly group: string | null
  readonly jobType: string | null
  readonly config: JsonObject | null
  /** Numbers as they were given, NaN and infinities too: `doubleAsJson` writes them as JSON. */
  readonly metrics: MetricValues
  /** `null` while it runs. */
  readonly outcome: RunOutcome | null
  readonly used: ReadonlyArray<{ readonly version: string; readonly through: string | null }>
  /** The versions of which it is a producer; those of which it brought a part are in `lineage`. */
  readonly logged: ReadonlyArray<string>
}

export const runNamed = (registryAsOf: RegistryAsOf, name: string): E.Either<NameError, RunDetails> => {
  const parsed = parseRun(name, registryAsOf.defaults)
  if (E.isLeft(parsed)) return E.left({ _tag: 'invalid-input', problems: parsed.left })
  const { entity, project, run } = parsed.right
  const entry = registryAsOf.registry.runs.get(`${entity}/${project}/${run}`)
  return entry !== undefined && hasHappened(registryAsOf, entry.started)
    ? E.right(runDetails(registryAsOf, entry))
    : notFound(registryAsOf, 'run', name)
}

/** The metrics of a run by its whole path; `undefined` for a run that is not there. */
export const metricsAt = (registryAsOf: RegistryAsOf, path: string): MetricValues | undefined => {
  const run = registryAsOf.registry.runs.get(path)
  return run !== undefined && hasHappened(registryAsOf, run.started) ? metricsOf(registryAsOf, run) : undefined
}

/** Of an entry that is known to be there. */
export const runDetails = (registryAsOf: RegistryAsOf, entry: RunEntry): RunDetails => ({
  path: entry.path,
  started: momentAt(registryAsOf, entry.started),
  actor: entry.actor,
  group: entry.group,
  jobType: entry.jobType,
  config: entry.config,
  metrics: metricsOf(registryAsOf, entry),
  outcome: (entry.outcome && valueAt(registryAsOf, entry.outcome)) ?? null,
  used: entry.used.slice(0, countPast(registryAsOf, entry.used)).map(({ version, through }) => ({
    version: pathAt(version),
    through: through === null ? null : pathAt(through),
  })),
  logged: entry.logged.values
    .slice(0, countUpTo(entry.logged.positions, registryAsOf.position))
    .map((row) => pathOfRow(registryAsOf.registry, row)),
})

const metricsOf = (registryAsOf: RegistryAsOf, { metrics = new Map() }: RunEntry): MetricValues =>
  Object.fromEntries(
    [...metrics].flatMap(([name, values]) => {
      const value = valueAt(registryAsOf, values)
      return value === undefined ? [] : [[name, metricOf(value)] as const]
    }),
  )

/** One of them; `undefined` where it was not measured yet. */
export const metricAt = (
  registryAsOf: RegistryAsOf,
  { metrics }: RunEntry,
  name: string,
): MetricValues[string] | undefined => {
  const values = metrics?.get(name)
  const value = values === undefined ? undefined : valueAt(registryAsOf, values)
  return value === undefined ? undefined : metricOf(value)
}

const pathAt = ({ collection, number }: RunEntry['used'][number]['version']): string => versionPath(collection, number)

/** How many entries of a list in the order of positions are not after the moment. */
const countPast = (registryAsOf: RegistryAsOf, entries: ReadonlyArray<{ readonly position: number }>): number => {
  let count = entries.length
  while (count > 0 && !hasHappened(registryAsOf, entries[count - 1]?.position)) count -= 1
  return count
}
