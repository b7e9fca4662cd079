/** A projection of whoever embeds the library: written as ours are, with the event in full, and asked through copies. */

import { type EventOf, type EventType, schemaOfToday } from '../domain/events/catalogue.js'
import { damagedEvent, eventDamaged } from '../domain/events/damaged-event.js'
import { decodeMetadataShape, isEventType } from '../domain/events/event-shapes.js'
import type { RecordedEvent } from '../domain/events/stored-events.js'
import { clone } from '../domain/values/clone.js'
import { distinct, functionOf, optionsOrThrow, record, rule, text, wholeNumber } from '../domain/values/codec.js'
import type { Projection } from './projection.js'

/**
 * How a read model of one's own is written: what it is called, which events it folds, and how. Its state is plain data, maps, sets,
 * dates and typed arrays. `apply` is pure and answers at once: the same events always give the same state.
 */
export interface ProjectionDefinition<State, Folded extends EventType> {
  /** Lower-case letters, digits, `-` and `_`, beginning with a letter, at most 64; unique in a ledger. */
  readonly name: string
  /** Another number for another meaning of `apply` or another shape of the state: then everything is folded anew. From 1. */
  readonly version: number
  /** The types of events that it folds; it is given no others. */
  readonly folds: ReadonlyArray<Folded>
  /** The state before the first event. */
  initial(): State
  /**
   * The state after an event. The fold owns its state: it may change it in place and answer the same, or answer another. An event
   * that was written in an older version of its schema comes as one of today.
   */
  readonly apply: (state: State, recorded: RecordedEvent<EventOf<Folded>>) => State
  /** What is written to a snapshot, as plain data: the state itself unless told. */
  save?(state: State): unknown
  /**
   * The state again, of what `save` gave; `undefined` for what is none. Without it there are no snapshots, and each opening folds all
   * events.
   */
  load?(saved: unknown): State | undefined
}

/** A read model of one's own, as `projection` made it: given to `openLedger`, and asked by itself. */
export interface OwnProjection<State> extends Omit<ProjectionDefinition<State, EventType>, 'apply'> {
  /** The state after an event of a type that it folds. */
  apply(state: State, recorded: RecordedEvent): State
}

const FoldedType = rule('a type of event, such as "AliasMoved"', (value): value is EventType =>
  typeof value === 'string' ? isEventType(value) : false,
)
const aFunction = functionOf<(...given: ReadonlyArray<unknown>) => unknown>('a function')

/** Its members; what its functions do is another question. */
export const Definition = record(
  'a projection',
  {
    name: text('a name: lower-case letters, digits, - and _, beginning with a letter, at most 64', (value) =>
      /^[a-z][a-z0-9_-]{0,63}$/.test(value),
    ),
    version: wholeNumber('a version: 1, 2, ...', 1),
    folds: distinct(FoldedType, 'a list of types of events, at least one', 1000, 1),
    initial: aFunction,
    apply: aFunction,
  },
  { save: aFunction, load: aFunction },
)

/**
 * Defines a read model of one's own, for `openLedger({ projections })`: the events of `apply` are those that `folds` names. Throws a
 * `TypeError` in words if a member is wrong.
 */
export const projection = <State, Folded extends EventType>(
  definition: ProjectionDefinition<State, Folded>,
): OwnProjection<State> => {
  optionsOrThrow(Definition, definition)
  return Object.freeze({ ...definition, folds: Object.freeze([...definition.folds]) })
}

/** What the fold of an own projection goes on with: its state may be another one after each event. */
export interface Holder<State> {
  state: State
}

/** The same as the projector takes it. */
export const heldProjection = <State>(own: OwnProjection<State>): Projection<Holder<State>> => {
  const folds = new Set(own.folds)
  /** What was folded from other types, or from events as they were told before, is thrown away. */
  const schemas = own.folds.map((type) => `${type} ${schemaOfToday(type)}`).join()
  return {
    name: own.name,
    version: own.version,
    folds,
    // Whoever gives the same object each time and changes it in place would change it for a rebuild, too.
    initial: () => ({ state: clone(own.initial()) }),
    apply: (holder, projected) => {
      const { event, stored } = projected
      if (!folds.has(event.type)) return
      const metadata = decodeMetadataShape(stored)
      if (metadata === 'damaged') throw damagedEvent(eventDamaged(stored, 'its metadata are not those of an event'))
      const { stream, revision, position, id } = stored
      const next = own.apply(holder.state, { stream, revision, position, id, event, metadata })
      if (next === undefined)
        throw new TypeError(`apply answered nothing for ${event.type}: it has to answer the state`)
      if (Object.prototype.toString.call(next) === '[object Promise]') {
        Promise.resolve(next).catch(() => undefined)
        throw new TypeError(`apply answered a Promise for ${event.type}: it has to answer the state at once`)
      }
      holder.state = next
    },
    // A copy, for the state goes on while it is written.
    save: ({ state }) => [schemas, clone(own.save === undefined ? state : own.save(state))],
    load: ([of, saved]) => {
      if (of !== schemas) return undefined
      try {
        const state = own.load?.(saved)
        return state === undefined ? undefined : { state }
      } catch {
        // What it cannot read is none of it.
        return undefined
      }
    },
  }
}
