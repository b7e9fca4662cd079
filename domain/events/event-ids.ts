/** Whether events have the ids that follow from where they stand and what they say (ADR 6), as they come, each stream in its order. */
import type { StoredEvent } from '../ports/event-store.js'
import { describeImpossible } from '../values/impossible.js'
import { commandIdOf } from '../values/metadata-text.js'
import { schemaOfToday } from './catalogue.js'
import { isEventType } from './event-shapes.js'
import { idOfEvent } from './stored-events.js'

export interface HeldIds {
  /** Why the id of the next event of its stream is not its own; nothing where it is. One of a later release is not judged. */
  readonly whyOther: (stored: StoredEvent) => string | undefined
  /** Something is wrong with this stream: where its events stand in their commands is not known any more. */
  readonly pass: (stream: string) => void
}

/** The last command of a stream, and how many of its events there were. */
interface LastCommand {
  commandId: string
  events: number
}

export const openIds = (): HeldIds => {
  const last = new Map<string, LastCommand | 'unsure'>()
  return {
    whyOther: (stored) => {
      const { stream, id } = stored
      const commandId = commandIdOf(stored)
      const before = last.get(stream)
      if (before === 'unsure') return undefined
      const index = before?.commandId === commandId ? before.events : 0
      if (before === undefined) last.set(stream, { commandId, events: 1 })
      else {
        before.commandId = commandId
        before.events = index + 1
      }
      const right = idOfEvent(stream, commandId, index, stored)
      return right === id || isOfLater(stored) ? undefined : describeImpossible({ _tag: 'id-of-another', id, right })
    },
    pass: (stream) => {
      last.set(stream, 'unsure')
    },
  }
}

/** `schema` is the last member of canonical metadata. */
const isOfLater = ({ type, metadata }: StoredEvent): boolean =>
  !isEventType(type) || Number(/"schema":(\d+)\}$/.exec(metadata)?.[1]) > schemaOfToday(type)
