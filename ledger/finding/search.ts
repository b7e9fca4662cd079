/** Finding versions. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { oneOf, record, rule } from '../../domain/values/codec.js'
import { EntityName } from '../../domain/values/names.js'
import type { RegistryAsOf } from '../../projections/registry/questions/lookup.js'
import { COMPARISONS, searchInSteps, type VersionPage } from '../../projections/registry/questions/search.js'
import type { Checked } from '../calling/arguments.js'
import { answer, type MomentFailure } from '../calling/failures.js'
import { FirstTime, LastTime } from '../calling/interval.js'
import { type ListInput, listing, paging, Text, WhereText, Words } from './paging.js'

const Value = rule(
  'a number, a text, true, false or null',
  (value): value is number | string | boolean | null =>
    value === null ||
    (typeof value === 'string' ? value.isWellFormed() : typeof value === 'boolean' || typeof value === 'number'),
)
const Conditions = t.readonlyArray(
  record('a condition {key, is, value}', { key: Text, is: oneOf(...COMPARISONS), value: Value }),
  'a list of conditions {key, is, value}',
)
const OrderBy = t.union(
  [oneOf('created', 'name'), record('{metadata}', { metadata: Text }), record('{metric}', { metric: Text })],
  '"created", "name", {metadata: key} or {metric: name}',
)

/** What metadata or a metric must be. */
export interface Condition {
  readonly key: string
  readonly is: (typeof COMPARISONS)[number]
  readonly value: number | string | boolean | null
}

export interface SearchInput extends ListInput {
  /** Versions of artifacts or of registered models; both unless told. */
  readonly kind?: 'artifact' | 'registered' | undefined
  /** Of this entity. */
  readonly entity?: string | undefined
  /** In this project, or registry: `[entity/]project`. */
  readonly project?: string | undefined
  /** The artifact type. */
  readonly type?: string | undefined
  /** A tag that it has. */
  readonly tag?: string | undefined
  /**
   * Words that are all found in its path with its number, its aliases, tags and description, or in the tags and the description
   * of its artifact or registered model: each in any of these, also inside a word; capital and small letters are the same.
   */
  readonly text?: string | undefined
  /**
   * Conditions as one text: `metadata:accuracy > 0.91 and (tag = vision or missing alias)`, on `name`, `kind`, `type`, `tag`, `alias`,
   * `description`, `actor`, `run`, `created`, `metadata:<key>` and `metric:<name>`.
   */
  readonly where?: string | undefined
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
  /** Also versions of what is archived. */
  readonly withArchived?: boolean | undefined
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
    entity: EntityName,
    project: Text,
    type: Text,
    tag: Text,
    text: Words,
    where: WhereText,
    alias: Text,
    metadata: Conditions,
    metrics: Conditions,
    actor: Text,
    from: FirstTime,
    until: LastTime,
    withDeleted: t.boolean,
    withArchived: t.boolean,
    orderBy: OrderBy,
    order: oneOf('ascending', 'descending'),
    ...paging,
  },
)

export interface SearchQuestions {
  /** Versions by name pattern, type, tag, alias, metadata, metric, creator or time: a page of them. */
  readonly search: (input?: SearchInput) => Promise<VersionPage>
}

export const searchQuestions = (asOf: TE.TaskEither<MomentFailure, RegistryAsOf>): SearchQuestions => ({
  search: (given) => answer('search', listing(asOf)(SearchInput, searchInSteps, given)),
})
