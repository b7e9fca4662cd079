/** Runs, in the order in which they came or by what they were told and measured: all, or those that meet conditions. */
import * as E from 'fp-ts/lib/Either.js'
import type { Json } from '../../../domain/values/json.js'
import { ArtifactProject } from '../../../domain/values/references.js'
import type { BadCursor } from '../../paging/cursor.js'
import { inPlaces, type Page, pageOf } from '../../paging/page.js'
import { timeOf } from '../../storage/position-times.js'
import type { RunEntry } from '../state.js'
import { type RegistryAsOf, valueAt } from './as-of.js'
import { compareValues, memberAt } from './conditions.js'
import type { NameError } from './errors.js'
import { begun, type List, listed } from './in-order.js'
import { type Steps, sortedFrom } from './in-steps.js'
import { isEverywhere, placeOf, projectsIn } from './place.js'
import { metricAt, type RunDetails, runDetails } from './run.js'
import { conditionsIn, oneValue, type ValuesOf, valueOrNone, type Where } from './where.js'

/** What runs are sorted by. */
export type RunOrder = 'started' | 'name' | 'group' | { readonly config: string } | { readonly metric: string }

export interface RunList extends List {
  /** Of this entity. */
  readonly entity?: string
  /** In this project: `[entity/]project`. */
  readonly project?: string
  /** Conditions as one text: `config:lr < 0.1 and (metric:accuracy > 0.91 or group = night)`. */
  readonly where?: string
  /** `started` unless told. Runs without the value come last. */
  readonly orderBy?: RunOrder
  /** `ascending` unless told: the oldest, or the least, first. */
  readonly order?: 'ascending' | 'descending'
}

export function* listRuns(
  registryAsOf: RegistryAsOf,
  list: RunList,
): Steps<E.Either<NameError | BadCursor, Page<RunDetails>>> {
  const place = placeOf(registryAsOf, ArtifactProject, list)
  if (E.isLeft(place)) return place
  const where = conditionsIn(list.where, FIELDS)
  if (E.isLeft(where)) return where
  const { registry } = registryAsOf
  const from = isEverywhere(place.right)
    ? [registry.runsInOrder]
    : [...projectsIn(registry, place.right)].map(({ runs }) => runs)
  const asked = { ...list, ...place.right }
  const runs = { what: 'runs', from, positionOf, nameOf, isMeant: isMeant(where.right), answer: runDetails }
  const { orderBy = 'started', order = 'ascending' } = list
  if (orderBy === 'started' && order === 'ascending') return yield* listed(registryAsOf, asked, runs)

  const found = begun(registryAsOf, asked, runs)
  if (E.isLeft(found)) return found
  const { start, then, onwards } = found.right
  const all: Hit[] = []
  for (const placed of onwards())
    if (placed === undefined) yield
    else all.push({ run: placed[1], value: sortedBy(then, placed[1], orderBy) })
  const first = (start.behind?.[0] ?? -1) + 1
  const sorted = yield* sortedFrom(all, inOrderOf(order === 'ascending' ? 1 : -1), first)
  return E.right(pageOf(start, inPlaces(sorted, first), ({ run }) => runDetails(then, run)))
}

/** A run that is meant, and what it is sorted by before the position at which it came. */
interface Hit {
  readonly run: RunEntry
  readonly value: Json | undefined
}

const positionOf = ({ started }: RunEntry): number => started
const nameOf = ({ path }: RunEntry): string => path

const isMeant =
  (where: Where<FieldName> | undefined) =>
  (then: RegistryAsOf) =>
  (run: RunEntry): run is RunEntry =>
    where?.(valuesOf(then, run)) ?? true

const inOrderOf =
  (sign: 1 | -1) =>
  (one: Hit, other: Hit): number =>
    compareValues(one.value, other.value, sign) || sign * (one.run.started - other.run.started)

const sortedBy = (then: RegistryAsOf, run: RunEntry, orderBy: RunOrder): Json | undefined => {
  if (orderBy === 'started') return run.started
  if (orderBy === 'name') return run.path
  if (orderBy === 'group') return run.group ?? undefined
  return 'config' in orderBy ? memberAt(run.config ?? undefined, orderBy.config) : metricAt(then, run, orderBy.metric)
}

const FIELDS = {
  name: 'plain',
  group: 'plain',
  jobType: 'plain',
  actor: 'plain',
  outcome: 'plain',
  started: 'time',
  config: 'keyed',
  metric: 'keyed',
} as const
type FieldName = keyof typeof FIELDS

const valuesOf =
  (then: RegistryAsOf, run: RunEntry): ValuesOf<FieldName> =>
  ({ name, key }) => {
    switch (name) {
      case 'name':
        return [run.path]
      case 'group':
        return valueOrNone(run.group)
      case 'jobType':
        return valueOrNone(run.jobType)
      case 'actor':
        return [run.actor]
      case 'outcome':
        return valueOrNone(run.outcome === undefined ? undefined : valueAt(then, run.outcome))
      case 'started':
        return valueOrNone(timeOf(then.positionTimes, run.started))
      case 'config':
        return oneValue(memberAt(run.config ?? undefined, key))
      case 'metric':
        return valueOrNone(metricAt(then, run, key))
    }
  }
