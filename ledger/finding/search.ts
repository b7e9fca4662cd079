/** What there is, in lists; and finding versions. */
import type * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { oneOf, record, rule, text, wholeNumber } from '../../domain/values/codec.js'
import type { BadCursor } from '../../projections/paging/cursor.js'
import type { Page } from '../../projections/paging/page.js'
import type { Artifact } from '../../projections/registry/questions/artifact.js'
import { describeQueryError, type QueryError } from '../../projections/registry/questions/errors.js'
import {
  listArtifacts,
  listRegisteredModels,
  listRuns,
  listVersions,
} from '../../projections/registry/questions/list.js'
import type { RegistryAsOf } from '../../projections/registry/questions/lookup.js'
import type { RegisteredModel } from '../../projections/registry/questions/registered-model.js'
import type { RunDetails } from '../../projections/registry/questions/run.js'
import { COMPARISONS, searchVersions, type VersionPage } from '../../projections/registry/questions/search.js'
import type { Version } from '../../projections/registry/questions/version.js'
import type { Checked } from '../calling/arguments.js'
import { orThrow } from '../calling/errors.js'
import { checked, NameText } from '../calling/input.js'
import { FirstTime, LastTime } from '../calling/interval.js'

const Text = text('a text of at least one character', (value) => value.length > 0)
const Value = rule(
  'a number, a text, true, false or null',
  (value): value is number | string | boolean | null =>
    value === null ||
    (typeof value === 'string' ? value.isWellFormed() : typeof value === 'boolean' || Number.isFinite(value)),
)
const Conditions = t.readonlyArray(
  record('a condition {key, is, value}', { key: Text, is: oneOf(...COMPARISONS), value: Value }),
  'a list of conditions {key, is, value}',
)
const OrderBy = t.union(
  [oneOf('created', 'name'), record('{metadata}', { metadata: Text }), record('{metric}', { metric: Text })],
  '"created", "name", {metadata: key} or {metric: name}',
)

const paging = { limit: wholeNumber('how many at most: 1, 2, 3, ...', 1), cursor: Text }
export interface PageInput {
  /** How many at most. */
  readonly limit?: number | undefined
  /** That of the page before. */
  readonly cursor?: string | undefined
}
const PageInput: t.Type<Checked<PageInput>> = record('{limit?, cursor?}', {}, paging)

export interface ListInput extends PageInput {
  /** A pattern of the path: `*` for characters other than `/`, `**` for any, `?` for one. */
  readonly name?: string | undefined
}
const ListInput: t.Type<Checked<ListInput>> = record('{name?, limit?, cursor?}', {}, { name: Text, ...paging })

/** What metadata or a metric must be. */
export interface Condition {
  readonly key: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value: number | string | boolean | null
}

export interface SearchInput extends ListInput {
  /** Versions of artifacts or of registered models; both unless told. */
  readonly kind?: 'artifact' | 'registered' | undefined
  /** The artifact type. */
  readonly type?: string | undefined
  /** A tag that it has. */
  readonly tag?: string | undefined
  /** An alias that points to it. */
  readonly alias?: string | undefined
  /** Conditions on its metadata; all must hold. */
  readonly metadata?: ReadonlyArray<Condition> | undefined
  /** Conditions on the metrics of the run that made it; all must hold. */
  readonly metrics?: ReadonlyArray<Condition> | undefined
  /** Who logged or linked it. */
  readonly actor?: string | undefined
  /** Logged or linked at this time or later: an ISO 8601 text with a time zone, or a `Date`. */
  readonly from?: string | Date | undefined
  /** Logged or linked at this time or before. */
  readonly until?: string | Date | undefined
  /** Also what was deleted or unlinked. */
  readonly withDeleted?: boolean | undefined
  /** What to sort by; `created` unless told. */
  readonly orderBy?: 'created' | 'name' | { readonly metadata: string } | { readonly metric: string } | undefined
  /** `descending` unless told. */
  readonly order?: 'ascending' | 'descending' | undefined
}
const SearchInput: t.Type<Checked<SearchInput>> = record(
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
    from: FirstTime,
    until: LastTime,
    withDeleted: t.boolean,
    orderBy: OrderBy,
    order: oneOf('ascending', 'descending'),
    ...paging,
  },
)

export interface SearchQuestions {
  /** Artifacts whose path fits the pattern `name`, in the order in which they came: a page of them. */
  readonly artifacts: (list?: ListInput) => Promise<Page<Artifact>>
  /** Registered models whose path fits the pattern `name`, in the order in which they came: a page of them. */
  readonly registeredModels: (list?: ListInput) => Promise<Page<RegisteredModel>>
  /** Runs whose path fits the pattern `name`, in the order in which they came: a page of them. */
  readonly runs: (list?: ListInput) => Promise<Page<RunDetails>>
  /** The versions of an artifact or a registered model, oldest first: a page of them. */
  readonly versions: (collection: string, page?: PageInput) => Promise<Page<Version>>
  /** Versions by name pattern, type, tag, alias, metadata, metric, creator or time: a page of them. */
  readonly search: (input?: SearchInput) => Promise<VersionPage>
}

const answered = orThrow((error: QueryError | BadCursor) =>
  error._tag === 'bad-cursor' ? `the cursor: expected ${error.expected}` : describeQueryError(error),
)

const listed =
  <A>(
    asOf: () => Promise<RegistryAsOf>,
    list: (asked: RegistryAsOf, input: Checked<ListInput>) => E.Either<BadCursor, A>,
  ) =>
  async (given: ListInput = {}): Promise<A> => {
    const input = await checked(ListInput, given)
    return answered(list(await asOf(), input))
  }

export const searchQuestions = (asOf: () => Promise<RegistryAsOf>): SearchQuestions => ({
  artifacts: listed(asOf, listArtifacts),
  registeredModels: listed(asOf, listRegisteredModels),
  runs: listed(asOf, listRuns),

  versions: async (collection, given = {}) => {
    const [name, input] = [await checked(NameText, collection), await checked(PageInput, given)]
    return answered(listVersions(await asOf(), name, input))
  },

  search: async (given = {}) => {
    const input = await checked(SearchInput, given)
    return answered(searchVersions(await asOf(), input))
  },
})
