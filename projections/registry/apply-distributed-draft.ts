/** How an event of a distributed draft changes the registry. */
import type { EventOf } from '../../domain/events/catalogue.js'
import { type ProjectedEvent, unfolded } from '../projection.js'
import { type DraftEntry, draftPath, type Registry } from './state.js'

export const foldedOfDraft = ['DistributedPartUpserted', 'DistributedAbandoned', 'DistributedCommitted'] as const
type Folded = (typeof foldedOfDraft)[number]

export const applyToDraft = (
  registry: Registry,
  draft: DraftEntry,
  { event, position }: ProjectedEvent<EventOf<Folded>>,
): void => {
  switch (event.type) {
    case 'DistributedPartUpserted': {
      const { writer, part, base } = event
      draft.generations[event.generation] ??= { opened: position, parts: [] }
      draft.generations[event.generation]?.parts.push({
        position,
        writer,
        entries: part.entries,
        bytes: part.bytes,
        ...(base === undefined ? {} : { base }),
      })
      return
    }
    case 'DistributedAbandoned': {
      const generation = draft.generations[event.generation]
      if (generation === undefined) return
      if (event.sealed === true) generation.givenUp = position
      else generation.ended = { position, how: 'abandoned' }
      registry.unfinished.delete(keyOf(draft, event.generation))
      return
    }
    case 'DistributedCommitted': {
      const generation = draft.generations[event.generation]
      if (generation !== undefined) generation.ended = { position, how: 'sealed' }
      const { artifact, distributedId } = draft
      registry.unfinished.set(keyOf(draft, event.generation), { artifact, distributedId, sealed: position })
      return
    }
    default:
      unfolded(event)
  }
}

const keyOf = ({ artifact, distributedId }: DraftEntry, generation: number): string =>
  `${draftPath(artifact, distributedId)}#${generation}`
