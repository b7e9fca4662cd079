/** A stream as far as it was folded: its state, and which commands are recorded in it. */
import { type EventRevision, type NewEvent, type Revision, revisionAfter } from '../../domain/ports/event-store.js'
import type { CommandAccepted } from '../../domain/values/answer.js'
import type { Decider } from '../../domain/values/decider.js'
import { addKey, emptyKeyTable, type KeyTable } from '../../domain/values/key-table.js'

export interface FoldedStream<State> {
  state: State
  /** The revision of the first event of each command. */
  readonly commands: KeyTable
  /** Of the last event, and that itself, by which a snapshot is held against its stream. */
  revision: Revision
  last: NewEvent | undefined
  /** The last command: its events stand together. */
  command: string
}

/** The same with an event at least. */
export type Begun<State> = FoldedStream<State> & { readonly revision: EventRevision; readonly last: NewEvent }

/** Of an event, beside what it says. */
export interface Recorded {
  readonly commandId: string
  readonly actor: string
  readonly recordedAt: string
}

export const unfolded = <State>(initial: () => State): FoldedStream<State> => ({
  state: initial(),
  commands: emptyKeyTable(),
  revision: 'none',
  last: undefined,
  command: '',
})

/** Makes the next event part of it. */
export const foldNext = <State, Event extends { readonly type: string }>(
  folded: FoldedStream<State>,
  { evolve }: Pick<Decider<State, never, Event, never>, 'evolve'>,
  event: Event | CommandAccepted,
  stored: NewEvent | undefined,
  { commandId, actor, recordedAt }: Recorded,
): void => {
  const revision = revisionAfter(folded.revision)
  folded.revision = revision
  folded.last = stored
  if (commandId !== folded.command) addKey(folded.commands, commandId, revision)
  folded.command = commandId
  if (!isAccepted(event)) folded.state = evolve(folded.state, event, { by: actor, at: recordedAt }, revision)
}

const isAccepted = (event: { readonly type: string }): event is CommandAccepted => event.type === 'CommandAccepted'

export const countIn = ({ revision }: { readonly revision: Revision }): number =>
  revision === 'none' ? 0 : revision + 1

export const isBegun = <State>(folded: FoldedStream<State>): folded is Begun<State> =>
  folded.revision !== 'none' && folded.last !== undefined
