/** What a log says of its version: its own words, those that a draft or a copy takes over, and what is not applied. */
import type { Said } from '../ports/facts.js'
import { sameJson } from '../values/json.js'
import type { LogVersion } from './commands.js'
import type { ArtifactVersionRelogged, NotApplied, TakenOver } from './events.js'

/** What the caller says of the version. */
export const saidByCaller = ({ description, metadata, tags }: LogVersion) => ({
  ...(description === undefined || description === null ? {} : { description }),
  ...(metadata === undefined || metadata === null ? {} : { metadata }),
  ...(tags === undefined ? {} : { tags }),
})

/** What its base, or what it was copied from, says and the caller says nothing of. */
export const saidByOrigin = (command: LogVersion) => {
  const { description = null, metadata = null } = command.saidOfOrigin ?? {}
  const takesDescription = command.description === undefined && description !== null
  const takesMetadata = command.metadata === undefined && metadata !== null
  const takenOver: TakenOver = [
    ...(takesDescription ? ['description' as const] : []),
    ...(takesMetadata ? ['metadata' as const] : []),
  ]
  return {
    ...(takesDescription ? { description } : {}),
    ...(takesMetadata ? { metadata } : {}),
    ...(takenOver.length === 0 ? {} : { takenOver }),
  }
}

/** What is said of a version that is there already and says otherwise: it stays as it is. */
export const notAppliedTo = (
  version: Said & { readonly tags: ReadonlyArray<string> },
  { description, metadata, tags = [] }: Pick<ArtifactVersionRelogged, 'description' | 'metadata' | 'tags'>,
): NotApplied => [
  ...(description === undefined || description === version.description ? [] : ['description' as const]),
  ...(metadata === undefined || sameJson(metadata, version.metadata) ? [] : ['metadata' as const]),
  ...(tags.every((tag) => version.tags.includes(tag)) ? [] : ['tags' as const]),
]
