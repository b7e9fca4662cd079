/** What an event says of a thing as a whole: that it is described, tagged, or deleted with all that it held. */
import type { EventOf } from '../../domain/events/catalogue.js'
import type { Json, JsonObject } from '../../domain/values/json.js'
import { sameJson } from '../../domain/values/json.js'
import { counted, few, listed, plain } from './wording.js'

export interface EventDescription {
  /** Of what: `acme/churn/model:v3`, `acme/churn/train-7`. */
  readonly subject: string
  /** What the actor did; it is read after the actor's name. */
  readonly what: string
  readonly before: Json
  readonly after: Json
}

const verbOf = ({ from, to }: { readonly from: Json; readonly to: Json }): string =>
  from === null || from === '' ? 'set' : to === null || to === '' ? 'removed' : 'changed'

export const redescribed = (
  subject: string,
  { description, metadata }: Omit<EventOf<'RegisteredModelDescribed'>, 'type'>,
): EventDescription => {
  const changes = [
    ...(description === undefined ? [] : [`${verbOf(description)} the description`]),
    ...(metadata === undefined ? [] : [`${verbOf(metadata)} the metadata${changedKeys(metadata.from, metadata.to)}`]),
  ]
  const side = (which: 'from' | 'to'): JsonObject => ({
    ...(description === undefined ? {} : { description: description[which] }),
    ...(metadata === undefined ? {} : { metadata: metadata[which] }),
  })
  return { subject, what: `${changes.join(' and ')} of ${plain(subject)}`, before: side('from'), after: side('to') }
}

export const retagged = (
  subject: string,
  { from, to }: { readonly from: ReadonlyArray<string>; readonly to: ReadonlyArray<string> },
): EventDescription => {
  const added = to.filter((tag) => !from.includes(tag))
  const what =
    added.length > 0
      ? `tagged ${plain(subject)} with ${few(added.map(plain))}`
      : `removed the ${from.length - to.length === 1 ? 'tag' : 'tags'} ${few(
          from.filter((tag) => !to.includes(tag)).map(plain),
        )} from ${plain(subject)}`
  return { subject, what, before: from, after: to }
}

const changedKeys = (from: JsonObject | null, to: JsonObject | null): string => {
  if (from === null || to === null) return ''
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])]
  return ` (${few(keys.filter((key) => !sameJson(from[key], to[key])).map(plain))})`
}

export const deletedWhole = (
  subject: string,
  event: EventOf<'ArtifactDeleted' | 'RegisteredModelDeleted'>,
): EventDescription => {
  const { artifactType, aliases } = event
  const [kind, held, count] =
    event.type === 'ArtifactDeleted'
      ? (['artifact', counted(event.versions, 'version'), { versions: event.versions }] as const)
      : (['registered model', counted(event.links, 'link'), { links: event.links }] as const)
  const all = listed([held, counted(aliases, 'alias', 'aliases')])
  return {
    subject,
    what: `deleted the ${kind} ${plain(subject)}, with ${all}`,
    before: { artifactType, ...count, aliases },
    after: null,
  }
}
