/** What differs between two versions, down to the rows of their tables. */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { ManifestStore } from '../../application/manifest-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { dictionary, distinct, record, shown, wholeNumber } from '../../domain/values/codec.js'
import { diffTables, type TableRowsDiff } from '../../domain/values/table/diff-tables.js'
import { ColumnName, isTablePath } from '../../domain/values/table/table.js'
import {
  type DiffSide,
  diffVersions,
  type TableDiff,
  type VersionDiff,
} from '../../projections/registry/questions/diff-versions.js'
import { type RegistryAsOf, registryQuestions } from '../../projections/registry/questions/lookup.js'
import type { Version } from '../../projections/registry/questions/version.js'
import type { Checked, Stoppable } from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { FilePath } from '../calling/content-input.js'
import { describeWriteError, orThrow, promised, type WriteError } from '../calling/errors.js'
import { answered } from '../calling/failures.js'
import { Signal, VersionText } from '../calling/input.js'
import { assertGoingOn } from '../calling/stopping.js'
import { storedTable } from '../files/tables.js'

/** How much of the tables of two versions is told. */
export interface DiffInput extends Stoppable {
  /**
   * By the path of a table the columns that say which of its rows is which. Without them a row is the same only if all
   * its cells are.
   */
  readonly keys?: Readonly<Record<string, ReadonlyArray<string>>> | undefined
  /** How many rows are told at most, of all tables together; 100 unless told. How many there are is always told. */
  readonly limit?: number | undefined
}

/** More tables than one looks at; and as many columns as make a key. */
const [MOST_TABLES, MOST_KEYS] = [1000, 100]
const Keys = dictionary(
  'an object of lists of columns, by the path of a table',
  FilePath,
  distinct(ColumnName, 'a list of columns', MOST_KEYS),
  MOST_TABLES,
)
const DiffInput: t.Type<Checked<DiffInput>> = record(
  '{keys?, limit?}',
  {},
  { keys: Keys, limit: wholeNumber('how many rows at most: 0, 1, 2, ...'), signal: Signal },
)

export interface DiffQuestions {
  /**
   * What differs between two versions: files, metadata, the metrics of the runs that made them, and the rows of the
   * tables that both have.
   */
  readonly diff: (from: string, to: string, input?: DiffInput) => Promise<VersionDiff>
}

export interface DiffPorts {
  readonly manifests: ManifestStore
  readonly files: FileStore
}

const ROWS_TOLD = 100

export const diffQuestions = (asOf: () => Promise<RegistryAsOf>, { manifests, files }: DiffPorts): DiffQuestions => ({
  diff: async (from, to, given = {}) => {
    const paths = [await checked(VersionText, from), await checked(VersionText, to)]
    const { keys = {}, limit = ROWS_TOLD, signal } = await checked(DiffInput, given)
    const answers = registryQuestions(await asOf())
    const side = async (version: Version): Promise<DiffSide> => ({
      version,
      manifest: await promised(describeWriteError)(manifests.get(version.manifest.digest)),
      metrics: (version.run === null ? undefined : answers.metrics(version.run)) ?? {},
    })
    const versions = paths.map((path) => answered(answers.version(path)))
    const [one, other] = await Promise.all(versions.map(side))
    if (one === undefined || other === undefined) throw new TypeError('two versions make two sides')
    const found = diffVersions(one, other)
    for (const path of Object.keys(keys)) checkIsTable(path, [one, other])
    return { ...found, tables: await tablesOf(files, found, keys, limit, signal) }
  },
})

const refused = orThrow<WriteError>(describeWriteError)

/** Of what is no table in either no row can be told by its key. */
const checkIsTable = (path: string, sides: ReadonlyArray<DiffSide>): void => {
  const tables = new Set(sides.flatMap(({ manifest }) => manifest.map((entry) => entry.path).filter(isTablePath)))
  if (!tables.has(path)) refused(E.left({ _tag: 'path-not-found', path, similar: [...tables].slice(0, 3) }))
}

/** One table after another, so that no more than two are in memory. */
const tablesOf = async (
  files: FileStore,
  found: VersionDiff,
  keys: Readonly<Record<string, ReadonlyArray<string>>>,
  limit: number,
  signal: AbortSignal | undefined,
): Promise<ReadonlyArray<TableDiff>> => {
  const tables: TableDiff[] = []
  let left = limit
  for (const change of found.files.changed) {
    const { path } = change.to
    if (!isTablePath(path)) continue
    assertGoingOn(signal)
    const columns = Object.hasOwn(keys, path) ? (keys[path] ?? []) : []
    const rows = await rowsOf(files, found, change, { keys: columns, limit: left })
    tables.push(E.isLeft(rows) ? { path, notCompared: rows.left } : { path, ...rows.right })
    if (E.isRight(rows)) left -= rowsTold(rows.right)
  }
  return tables
}

const rowsTold = ({ changed, removed, added }: TableRowsDiff): number =>
  changed.rows.length + removed.rows.length + added.rows.length

/** The rows of one table that differ, or why they cannot be told. */
const rowsOf = async (
  files: FileStore,
  versions: VersionDiff,
  { from, to }: VersionDiff['files']['changed'][number],
  options: Parameters<typeof diffTables>[2],
): Promise<E.Either<string, TableRowsDiff>> => {
  const before = await storedTable(files, from)
  if (E.isLeft(before)) return before
  const after = await storedTable(files, to)
  if (E.isLeft(after)) return after
  const rows = diffTables(before.right, after.right, options)
  if (E.isRight(rows)) return rows
  const { left: problem } = rows
  switch (problem._tag) {
    case 'key-twice': {
      const named = versions[problem.side].path
      return E.left(`several rows of ${named} have the key ${shown(problem.key)}: name more columns`)
    }
    case 'no-such-key': {
      const at = `keys[${JSON.stringify(to.path)}]`
      const expected = `columns that the table has in both versions (${problem.present.join(', ')})`
      const actual = problem.missing.map((name) => JSON.stringify(name)).join(', ')
      return refused(E.left({ _tag: 'invalid-input', problems: [{ at, expected, actual }] }))
    }
  }
}
