/** Two versions side by side: their files, their metadata, what their runs measured, and the rows of their tables. */

import { sameMetric } from '../../../domain/run/metrics.js'
import type { Json } from '../../../domain/values/json.js'
import { sameJson } from '../../../domain/values/json.js'
import { diffManifests, type ManifestDiff } from '../../../domain/values/manifest/diff.js'
import type { Manifest } from '../../../domain/values/manifest/manifest.js'
import type { TableRowsDiff } from '../../../domain/values/table/diff-tables.js'
import type { MetricValues } from './run.js'
import type { Version } from './version.js'

/** One of the two versions, with all that may differ. */
export interface DiffSide {
  readonly version: Version
  readonly manifest: Manifest
  /** Of the run that logged it first. */
  readonly metrics: MetricValues
}

/** A value that differs; a side is absent where there is none. */
export interface Difference {
  readonly key: string
  readonly from?: Json
  readonly to?: Json
}

export interface VersionDiff {
  readonly from: Version
  readonly to: Version
  readonly files: ManifestDiff
  /** How many bytes the second version has more than the first. */
  readonly bytes: number
  readonly metadata: ReadonlyArray<Difference>
  readonly metrics: ReadonlyArray<Difference>
  /** The tables (`*.table.json`) that both have, with other content. */
  readonly tables: ReadonlyArray<TableDiff>
}

/** The rows of a table that differ, or why they cannot be told. */
export type TableDiff =
  | ({ readonly path: string } & TableRowsDiff)
  | { readonly path: string; readonly notCompared: string }

/** All but the rows of tables, for which their files must be read. */
export const diffVersions = (from: DiffSide, to: DiffSide): VersionDiff => ({
  from: from.version,
  to: to.version,
  files: diffManifests(from.manifest, to.manifest),
  bytes: to.version.manifest.bytes - from.version.manifest.bytes,
  metadata: differences(from.version.metadata ?? {}, to.version.metadata ?? {}, sameJson),
  metrics: differences(from.metrics, to.metrics, sameMetric),
  tables: [],
})

const differences = <Value extends Json>(
  from: Readonly<Record<string, Value>>,
  to: Readonly<Record<string, Value>>,
  isSame: (one: Value | undefined, other: Value | undefined) => boolean,
): ReadonlyArray<Difference> =>
  [...new Set([...Object.keys(from), ...Object.keys(to)])].sort().flatMap((key) => {
    const [before, after] = [own(from, key), own(to, key)]
    if (isSame(before, after)) return []
    return [{ key, ...(before === undefined ? {} : { from: before }), ...(after === undefined ? {} : { to: after }) }]
  })

const own = <Value>(object: Readonly<Record<string, Value>>, key: string): Value | undefined =>
  Object.hasOwn(object, key) ? object[key] : undefined
