/** Finding versions, and holding two of them against each other. */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { instant, oneOf, record, rule, text, wholeNumber } from '../domain/codec.js'
import type { ManifestStore } from '../domain/manifest/manifest-store.js'
import { type Compared, type Comparison, compareVersions } from '../projections/compare.js'
import { type Asked, describeQueryError, type QueryError, queries, type Version } from '../projections/queries.js'
import { COMPARISONS, searchVersions, type VersionPage } from '../projections/search.js'
import { describeWriteError, LedgerError, promised } from './error.js'
import { checked, VersionText } from './input.js'

const Text = text('a text of at least one character', (value) => value.length > 0)
const Value = rule(
  'a number, a text, true, false or null',
  (value): value is number | string | boolean | null =>
    value === null || typeof value === 'string' || typeof value === 'boolean' || Number.isFinite(value),
)
const Conditions = t.readonlyArray(
  record('a condition {key, is, value}', { key: Text, is: oneOf(...COMPARISONS), value: Value }),
  'a list of conditions {key, is, value}',
)
const By = t.union(
  [oneOf('created', 'name'), record('{metadata}', { metadata: Text }), record('{metric}', { metric: Text })],
  '"created", "name", {metadata: key} or {metric: name}',
)

const SearchInput = record(
  'search',
  {},
  {
    name: Text,
    kind: oneOf('artifact', 'registered'),
    type: Text,
    tag: Text,
    alias: Text,
    metadata: Conditions,
    metrics: Conditions,
    actor: Text,
    since: instant,
    until: instant,
    withDeleted: t.boolean,
    by: By,
    order: oneOf('ascending', 'descending'),
    limit: wholeNumber('how many at most: 1, 2, 3, ...', 1),
    cursor: Text,
  },
)
export type SearchInput = t.TypeOf<typeof SearchInput>

export interface SearchQuestions {
  /** Versions by name pattern, type, tag, alias, metadata, metric, creator or time: a page of them. */
  readonly search: (input?: SearchInput) => Promise<VersionPage>
  /** What differs between two versions: files, metadata, and the metrics of the runs that made them. */
  readonly compare: (from: string, to: string) => Promise<Comparison>
}

const answered = <A>(answer: E.Either<QueryError, A>): A => {
  if (E.isRight(answer)) return answer.right
  throw new LedgerError(answer.left, describeQueryError(answer.left))
}

export const searchQuestions = (stand: () => Promise<Asked>, manifests: ManifestStore): SearchQuestions => ({
  search: async (given = {}) => {
    const input = await checked(SearchInput, given)
    const page = searchVersions(await stand(), input)
    if (E.isRight(page)) return page.right
    throw new LedgerError(page.left, `the cursor: expected ${page.left.expected}`)
  },

  compare: async (from, to) => {
    const paths = [await checked(VersionText, from), await checked(VersionText, to)]
    const answers = queries(await stand())
    const side = async (version: Version): Promise<Compared> => ({
      version,
      manifest: await promised(describeWriteError)(manifests.get(version.manifest.digest)),
      metrics: (version.run === null ? undefined : answers.metrics(version.run)) ?? {},
    })
    const [one, other] = await Promise.all(paths.map((path) => side(answered(answers.version(path)))))
    if (one === undefined || other === undefined) throw new TypeError('two versions make two sides')
    return compareVersions(one, other)
  },
})
