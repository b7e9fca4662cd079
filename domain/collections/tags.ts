/**
 * The rules of tags, the same for versions, artifacts and registered models: adding a tag that is there, or removing one
 * that is not, changes nothing; and there is a most that one thing carries.
 */
import * as E from 'fp-ts/lib/Either.js'
import * as t from 'io-ts'
import { type Admitted, admitted, impossible } from '../values/impossible.js'
import type { VersionNumber } from '../values/names.js'
import type { CollectionRef } from '../values/references.js'

/** The most tags that one version, artifact or registered model carries. */
export const MAX_TAGS = 100

const ManyTags = t.readonlyArray(t.string, 'tags')

/** What an event says of tags: all of them, before and after. */
export const tagChange = { from: ManyTags, to: ManyTags }
type TagChange = t.TypeOf<t.ReadonlyC<t.TypeC<typeof tagChange>>>

export interface TooManyTags {
  readonly _tag: 'too-many-tags'
  readonly collection: CollectionRef
  /** `null` where it is the collection itself that would have them. */
  readonly version: VersionNumber | null
  readonly count: number
  readonly most: number
}

/** Adds or removes tags. Where they stay as they are, there is no change. */
export const changeTags =
  (
    how: 'add' | 'remove',
    tags: ReadonlyArray<string>,
    of: { readonly collection: CollectionRef; readonly version: VersionNumber | null },
  ) =>
  (from: ReadonlyArray<string>): E.Either<TooManyTags, ReadonlyArray<TagChange>> => {
    const to = how === 'add' ? [...new Set([...from, ...tags])] : from.filter((tag) => !tags.includes(tag))
    if (to.length === from.length) return E.right([])
    return to.length > MAX_TAGS
      ? E.left({ _tag: 'too-many-tags', ...of, count: to.length, most: MAX_TAGS })
      : E.right([{ from, to }])
  }

const sameTags = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && a.every((tag, at) => tag === b[at])

/** Whether tags could change as it is told: from those that were there, by adding some at the end or taking some away. */
export const admitsTagChange = (
  how: 'add' | 'remove',
  { from, to }: TagChange,
  was: ReadonlyArray<string>,
): Admitted => {
  if (!sameTags(from, was)) return impossible({ _tag: 'says-otherwise', of: 'the tags before', says: from, was })
  const [less, more] = how === 'add' ? [from, to] : [to, from]
  const kept = new Set(less)
  const right = how === 'add' ? [...new Set([...from, ...to])] : from.filter((tag) => kept.has(tag))
  if (!sameTags(to, right)) return impossible({ _tag: 'says-otherwise', of: 'the tags after', says: to, was: right })
  return less.length === more.length ? impossible({ _tag: 'changes-nothing', of: 'the tags' }) : admitted
}
