/**
 * Holds a history, event by event from its first, to what could have been: each stream to its rules, and what an event
 * says of other streams to what had happened there by then. An import and `verify` walk through all events with it.
 */
import * as E from 'fp-ts/lib/Either.js'
import { hasSaid, saidOf, typeOf } from './artifact/history.js'
import { versionAt } from './artifact/version-columns.js'
import { type Aggregate, artifact, distributedDraft, losses, registeredModel, run } from './commands/deciders.js'
import { admitsTogether, type EventsOfCommand, withEvent } from './commands/events-of-a-command.js'
import type { Rejection } from './commands/rejections.js'
import type { DomainEvent } from './events/catalogue.js'
import type { DecodedEvent } from './events/stored-events.js'
import { areTextsOf, isIdOf } from './events/written-so.js'
import { type EventRevision, ORIGIN, type Position, type StoredEvent, toRevision } from './ports/event-store.js'
import { linkAt } from './registered-model/link-columns.js'
import { type ReadonlyState, readonlyState } from './values/decider.js'
import { type Admitted, admitted, allAdmit, type Impossible, impossible } from './values/impossible.js'
import type { Past, Then } from './values/past.js'
import {
  artifactStream,
  draftStream,
  modelStream,
  parseStream,
  runStream,
  type Subject,
  streamOf,
} from './values/stream-names.js'

/** Where something stands that could not be, and why. */
export interface ImpossibleAt {
  readonly stream: string
  readonly revision: EventRevision
  readonly position: Position
  readonly reason: Impossible
}

export interface Admission {
  /**
   * Whether an event could follow on those that were admitted before. One that could not is left out, and its stream is
   * not held to anything any more: what is wrong in it is told once.
   */
  readonly admit: (stored: StoredEvent, decoded: DecodedEvent) => Admitted
  /** An event of this stream cannot be read: neither the stream nor what stands on it is held to anything any more. */
  readonly pass: (stream: string) => void
  /** Whether the history could end here: what goes in one step is there as a whole. */
  readonly end: () => E.Either<ImpossibleAt, void>
}

/** A stream as far as it was admitted. */
interface Held<State> {
  state: State
  sure: boolean
  /** Of its next event. */
  revision: number
  /** Of its last event. */
  position: Position
  readonly commands: Set<string>
  /** Of the last command: its id, what its events say of it, and how many of them there were. */
  command: string
  said: string
  events: number
  /** Its last command's events, what they make together. */
  together: EventsOfCommand | undefined
}

/** What other streams may be held to of an artifact. */
const knownOf = (state: ReadonlyState<ReturnType<typeof artifact.history.initial>>) => ({
  artifactType: state.artifactType,
  typeOf: (version: number) => typeOf(state, version),
  manifestOf: (version: number) => versionAt(state.versions, version)?.manifest,
  saidOf: saidOf(state),
  hasSaid: hasSaid(state),
})

const known = <State extends object, Known>(state: Then<State>, what: (state: State) => Known): Then<Known> =>
  state === undefined || state === 'unsure' ? state : what(state)

/** @param areIdsHeld whether somebody else holds the ids of the events to what they follow from */
export const openAdmission = (areIdsHeld = false): Admission => {
  const artifacts = new Map<string, Held<ReturnType<typeof artifact.history.initial>>>()
  const drafts = new Map<string, Held<ReturnType<typeof distributedDraft.initial>>>()
  const models = new Map<string, Held<ReturnType<typeof registeredModel.initial>>>()
  const runs = new Map<string, Held<ReturnType<typeof run.initial>>>()
  const lost = new Map<string, Held<ReturnType<typeof losses.initial>>>()

  const past: Past = {
    artifact: (ref) => known(then(artifacts.get(artifactStream(ref))), knownOf),
    model: (ref) =>
      known(then(models.get(modelStream(ref))), ({ links }) => ({ sourceOf: (link) => linkAt(links, link)?.source })),
    run: (ref) => then(runs.get(runStream(ref))),
    draft: (ref) => then(drafts.get(draftStream(ref))),
  }

  const follow = {
    artifact: followOf(artifact, artifacts, past, areIdsHeld),
    draft: followOf(distributedDraft, drafts, past, areIdsHeld),
    model: followOf(registeredModel, models, past, areIdsHeld),
    run: followOf(run, runs, past, areIdsHeld),
    losses: followOf(losses, lost, past, areIdsHeld),
  }

  /** What a stream's name says, kept for the stream after which others of it often come. */
  let last: { readonly stream: string; readonly subject: Subject | undefined } = { stream: '', subject: undefined }
  const subjectOf = (stream: string): Subject | undefined => {
    if (last.stream !== stream) last = { stream, subject: parseStream(stream) }
    return last.subject
  }

  return {
    admit: (stored, decoded) => {
      const subject = subjectOf(stored.stream)
      switch (subject?.category) {
        case 'artifact':
          return follow.artifact(subject, stored, decoded)
        case 'draft':
          return follow.draft(subject, stored, decoded)
        case 'model':
          return follow.model(subject, stored, decoded)
        case 'run':
          return follow.run(subject, stored, decoded)
        case 'losses':
          return follow.losses(subject, stored, decoded)
        case undefined:
          return impossible({ _tag: 'name-of-no-stream', name: undefined })
      }
    },
    pass: (stream) => {
      const lose = <State>(all: Map<string, Held<State>>, initial: () => State): void => {
        const held = all.get(stream) ?? newlyHeld(initial())
        held.sure = false
        all.set(stream, held)
      }
      switch (subjectOf(stream)?.category) {
        case 'artifact':
          return lose(artifacts, artifact.history.initial)
        case 'draft':
          return lose(drafts, distributedDraft.initial)
        case 'model':
          return lose(models, registeredModel.initial)
        case 'run':
          return lose(runs, run.initial)
        case 'losses':
          return lose(lost, losses.initial)
        case undefined:
          return
      }
    },
    end: () => {
      const ended = isFinished(artifact, artifacts)
      return E.isLeft(ended) ? ended : isFinished(registeredModel, models)
    },
  }
}

type Rules<State, Event extends DomainEvent, About extends Subject> = Pick<
  Aggregate<never, never, never, Event, Rejection, About, State>,
  'history' | 'admits' | 'admitsAnswer' | 'unfinished' | 'isEvent'
>

/** Holds the next event of a stream of one kind to what was admitted of it, and of other streams. */
const followOf =
  <State, Event extends DomainEvent, About extends Subject>(
    { history: { initial, evolve }, admits, admitsAnswer, unfinished, isEvent }: Rules<State, Event, About>,
    all: Map<string, Held<State>>,
    past: Past,
    areIdsHeld: boolean,
  ) =>
  (subject: About, stored: StoredEvent, decoded: DecodedEvent): Admitted => {
    const { event, metadata } = decoded
    const known = all.get(stored.stream)
    const held = known ?? newlyHeld(initial())
    if (known === undefined) all.set(stored.stream, held)
    if (!held.sure) return admitted
    const outcome = allAdmit(
      () => (known === undefined ? isNameOf(subject, stored.stream) : admitted),
      () => isInTurn(held, stored, metadata.commandId),
      () => (metadata.commandId === held.command ? admitted : unfinished(readonlyState(held.state), held.together)),
      () => isAlone(held, event, metadata.commandId),
      () => areTextsOf(stored, decoded, stored.metadata === held.said),
      () => (areIdsHeld ? admitted : isIdOf(stored, metadata.commandId === held.command ? held.events : 0, metadata)),
      () =>
        event.type === 'CommandAccepted'
          ? admitsAnswer(readonlyState(held.state), event.answer)
          : isEvent(event)
            ? admits(readonlyState(held.state), event, { subject, metadata, past })
            : impossible({ _tag: 'name-of-no-stream', name: undefined }),
      () =>
        held.together !== undefined && metadata.commandId === held.command
          ? admitsTogether(held.together, event)
          : admitted,
    )
    held.sure = E.isRight(outcome)
    if (held.sure) {
      if (isEvent(event)) {
        const recorded = { by: metadata.actor, at: metadata.recordedAt }
        held.state = evolve(held.state, event, recorded, stored.revision)
      }
      note(held, stored, event, metadata.commandId)
    }
    return outcome
  }

/** Whether no stream of a kind ends in the midst of a command. */
const isFinished = <State>(
  { unfinished }: Pick<Rules<State, never, never>, 'unfinished'>,
  all: ReadonlyMap<string, Held<State>>,
): E.Either<ImpossibleAt, void> => {
  for (const [stream, { state, sure, revision, position, together }] of all) {
    const outcome = sure ? unfinished(readonlyState(state), together) : admitted
    if (E.isLeft(outcome)) return E.left({ stream, revision: toRevision(revision - 1), position, reason: outcome.left })
  }
  return E.right(undefined)
}

const then = <State>(held: Held<State> | undefined): Then<State> =>
  held === undefined ? undefined : held.sure ? held.state : 'unsure'

const newlyHeld = <State>(state: State): Held<State> => ({
  state,
  sure: true,
  revision: 0,
  position: ORIGIN,
  commands: new Set(),
  command: '',
  said: '',
  events: 0,
  together: undefined,
})

/** A name has one way of being written. */
const isNameOf = (subject: Subject, stream: string): Admitted => {
  const name = streamOf(subject)
  return name === stream ? admitted : impossible({ _tag: 'name-of-no-stream', name })
}

/** Revisions have no gap; the events of a command stand together, and its id is used once. */
const isInTurn = (held: Held<unknown>, { revision, metadata }: StoredEvent, commandId: string): Admitted => {
  if (revision !== held.revision) return impossible({ _tag: 'revision-out-of-turn', revision, next: held.revision })
  if (held.events > 0 && commandId === held.command) {
    return metadata === held.said || withoutSchema(metadata) === withoutSchema(held.said)
      ? admitted
      : impossible({ _tag: 'command-divided', commandId })
  }
  return held.commands.has(commandId) ? impossible({ _tag: 'command-scattered', commandId }) : admitted
}

/** A command that changed nothing is remembered by one event, which says so. */
const isAlone = ({ events, command, together }: Held<unknown>, event: DomainEvent, commandId: string): Admitted =>
  events > 0 && commandId === command && [together?.last, event.type].includes('CommandAccepted')
    ? impossible({ _tag: 'command-divided', commandId })
    : admitted

/** `schema` is the last member of canonical metadata, and may differ between the events of a command. */
const withoutSchema = (metadata: string): string => metadata.replace(/,"schema":\d+\}$/, '')

const note = (
  held: Held<unknown>,
  { metadata, position }: StoredEvent,
  event: DomainEvent,
  commandId: string,
): void => {
  held.position = position
  held.revision += 1
  if (held.events === 0 || held.command !== commandId) {
    held.commands.add(commandId)
    held.command = commandId
    held.said = metadata
    held.events = 0
    held.together = undefined
  }
  held.together = withEvent(held.together, event)
  held.events += 1
}
