/**
 * What is said of a version, an artifact or a registered model: its description and its metadata. What is left out stays
 * as it is, `null` takes it away, and what is said already changes nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { Said, SaidFact } from '../ports/facts.js'
import { nullable, record } from '../values/codec.js'
import type { RecordedBy } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, impossible } from '../values/impossible.js'
import type { JsonObject } from '../values/json.js'
import { sameJson } from '../values/json.js'
import { mergePatch } from '../values/merge-patch.js'
import { Description, Metadata, MOST_METADATA, type VersionNumber } from '../values/names.js'
import { isThatValue } from '../values/past.js'
import type { CollectionRef } from '../values/references.js'

const Change = <A>(codec: t.Type<A>, name: string) =>
  record(`${name}: from and to`, { from: nullable(codec), to: nullable(codec) })

/** What an event says of it: before, and after. */
export const DescriptionChange = Change(Description, 'a description')
export const MetadataChange = Change(Metadata, 'metadata')
export const saidChange = { description: DescriptionChange, metadata: MetadataChange }

interface Change {
  readonly description?: t.TypeOf<typeof DescriptionChange>
  readonly metadata?: t.TypeOf<typeof MetadataChange>
}

export const NOTHING_SAID: Said = { description: null, metadata: null }

/** Replaces what is given. Where all stays as it is, there is no change. */
export const changeSaid = ({ description, metadata }: Partial<Said>, from: Said): ReadonlyArray<Change> => {
  const isNew = description !== undefined && description !== from.description
  const isOther = metadata !== undefined && !sameJson(metadata, from.metadata)
  return isNew || isOther
    ? [
        {
          ...(isNew ? { description: { from: from.description, to: description } } : {}),
          ...(isOther ? { metadata: { from: from.metadata, to: metadata } } : {}),
        },
      ]
    : []
}

/** What a command says of it: some of it anew, or members of the metadata alone. */
export interface Saying extends Partial<Said> {
  /** Over the metadata that are there: members to set, and with `null` to take away (RFC 7396). */
  readonly mergeMetadata?: JsonObject
  /** Which metadata the caller read; `null` for none. */
  readonly expectMetadata?: JsonObject | null
}

/** Why it is refused: of a version, or of the collection itself where `version` is `null`. */
export type SayingRejection =
  /** They are no longer what the caller read; `changed` says by whom and when, where there are any. */
  | {
      readonly _tag: 'metadata-changed'
      readonly collection: CollectionRef
      readonly version: VersionNumber | null
      readonly changed?: RecordedBy
    }
  | {
      readonly _tag: 'too-much-metadata'
      readonly collection: CollectionRef
      readonly version: VersionNumber | null
      readonly count: number
      readonly most: number
    }

/** As `changeSaid`, with what is merged and expected. */
export const saySomething = (
  { mergeMetadata, expectMetadata, ...said }: Saying,
  { metadataBy, ...from }: SaidFact,
  of: Pick<SayingRejection, 'collection' | 'version'>,
): E.Either<SayingRejection, ReadonlyArray<Change>> => {
  if (expectMetadata !== undefined && !sameJson(expectMetadata, from.metadata))
    return E.left({ _tag: 'metadata-changed', ...of, ...(metadataBy === undefined ? {} : { changed: metadataBy }) })
  if (mergeMetadata === undefined) return E.right(changeSaid(said, from))
  const before = said.metadata === undefined ? from.metadata : said.metadata
  const merged = mergePatch(before ?? undefined, mergeMetadata)
  const count = Object.keys(merged).length
  if (count > MOST_METADATA) return E.left({ _tag: 'too-much-metadata', ...of, count, most: MOST_METADATA })
  // Nothing over nothing is nothing.
  return E.right(changeSaid({ ...said, metadata: before === null && count === 0 ? null : merged }, from))
}

/** What is said after a change. */
export const saidAfter = ({ description, metadata }: Change, before: Said): Said => ({
  description: description === undefined ? before.description : description.to,
  metadata: metadata === undefined ? before.metadata : metadata.to,
})

/** Whether what is said of a thing could change as it is told. */
export const admitsSaid = (of: string, { description, metadata }: Change, was: Said): Admitted =>
  description === undefined && metadata === undefined
    ? impossible({ _tag: 'changes-nothing', of })
    : allAdmit(
        () => (description === undefined ? admitted : admitsChange('the description', description, was.description)),
        () => (metadata === undefined ? admitted : admitsChange('the metadata', metadata, was.metadata)),
      )

const admitsChange = <A extends Parameters<typeof isThatValue>[1]>(
  what: string,
  { from, to }: { readonly from: A; readonly to: A },
  was: A,
): Admitted =>
  E.isRight(isThatValue(what, from, to))
    ? impossible({ _tag: 'changes-nothing', of: what })
    : isThatValue(`${what} before`, from, was)
