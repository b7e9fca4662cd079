/**
 * What is said of a version, an artifact or a registered model: its description and its metadata. What is left out stays
 * as it is, `null` takes it away, and what is said already changes nothing.
 */
import * as E from 'fp-ts/lib/Either.js'
import type * as t from 'io-ts'
import type { Said } from '../ports/facts.js'
import { nullable, record } from '../values/codec.js'
import { type Admitted, admitted, allAdmit, impossible } from '../values/impossible.js'
import { sameJson } from '../values/json.js'
import { Description, Metadata } from '../values/names.js'
import { isThatValue } from '../values/past.js'

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
