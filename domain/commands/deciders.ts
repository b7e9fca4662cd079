/** The rules of each kind of stream, put together. */
import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { admits as admitsArtifact } from '../artifact/admits.js'
import { type ArtifactCommand, type ArtifactCommandWithFacts, commandsOnArtifact } from '../artifact/commands.js'
import { decide as decideArtifact } from '../artifact/decide.js'
import { type ArtifactEvent, artifactEvents } from '../artifact/events.js'
import { type ArtifactHistory, history as historyOfArtifact } from '../artifact/history.js'
import type { ArtifactRejection } from '../artifact/rejections.js'
import { snapshot as snapshotOfArtifact } from '../artifact/snapshot.js'
import { type ArtifactState, evolve as evolveArtifact, initial as initialArtifact } from '../artifact/state.js'
import { noAliasLeft } from '../collections/aliases.js'
import { admitsNumberOf } from '../collections/numbers.js'
import { type AtHand, type Basis, type ByName, byDefinition, type FactsIn } from '../command-definition.js'
import { admits as admitsDraft, admitsAnswer as admitsDraftAnswer } from '../distributed-draft/admits.js'
import {
  type DistributedDraftCommand,
  type DistributedDraftCommandWithFacts,
  distributedDraftCommands,
} from '../distributed-draft/commands.js'
import { type DistributedDraftRejection, decide as decideDraft } from '../distributed-draft/decide.js'
import { type DistributedDraftEvent, distributedDraftEvents } from '../distributed-draft/events.js'
import {
  type DistributedDraftState,
  evolve as evolveDraft,
  initial as initialDraft,
} from '../distributed-draft/state.js'
import type { DomainEvent } from '../events/catalogue.js'
import { type WrongNames, wrongNamesIn } from '../events/new-names.js'
import { admits as admitsLoss, admitsAnswer as admitsLossAnswer } from '../losses/admits.js'
import { type LossCommand, type LossCommandWithFacts, lossCommands } from '../losses/commands.js'
import { decide as decideLoss, type LossRejection } from '../losses/decide.js'
import { type LossEvent, lossEvents } from '../losses/events.js'
import { evolve as evolveLosses, type LossesState, initial as noLosses } from '../losses/state.js'
import type { Facts } from '../ports/facts.js'
import { admits as admitsModel } from '../registered-model/admits.js'
import {
  commandsOnRegisteredModel,
  type RegisteredModelCommand,
  type RegisteredModelCommandWithFacts,
} from '../registered-model/commands.js'
import { decide as decideModel, type RegisteredModelRejection } from '../registered-model/decide.js'
import { type RegisteredModelEvent, registeredModelEvents } from '../registered-model/events.js'
import { snapshot as snapshotOfModel } from '../registered-model/snapshot.js'
import { evolve as evolveModel, initial as initialModel, type RegisteredModelState } from '../registered-model/state.js'
import { admits as admitsRun, admitsAnswer as admitsRunAnswer } from '../run/admits.js'
import { type RunCommand, type RunCommandWithFacts, runCommands } from '../run/commands.js'
import { decide as decideRun, type RunRejection } from '../run/decide.js'
import { type RunEvent, runEvents } from '../run/events.js'
import { evolve as evolveRun, initial as initialRun, type RunState } from '../run/state.js'
import type { Answer } from '../values/answer.js'
import type { Decider, Decision, ReadonlyState, StateSnapshot } from '../values/decider.js'
import { type Admitted, admitted, allAdmit, type Standing } from '../values/impossible.js'
import type { Past } from '../values/past.js'
import type { Subject, SubjectOf } from '../values/stream-names.js'
import { type AnyCommand, subjectOfCommand } from './command-stream.js'
import { admitsEnd, type EventsOfCommand } from './events-of-a-command.js'
import type { Rejection } from './rejections.js'

/** The rules of one kind of stream. `Full` is a command with the facts that its decision needs. */
export interface Aggregate<
  Command,
  Full,
  State,
  Event extends DomainEvent,
  No extends Rejection,
  About extends Subject = Subject,
  History = State,
> extends Decider<State, Full, Event, No> {
  /** How its state is kept, where streams get long. */
  readonly snapshot?: StateSnapshot<State>
  /** Gathers the facts that the decision of a command needs, by its definition. */
  readonly gather: <Failure>(
    command: Command,
    read: Facts<Failure>,
    atHand: AtHand<ReadonlyState<State>>,
  ) => TE.TaskEither<Failure, Full>
  /** What of the state the facts of a command are gathered for. */
  readonly basis: (command: Command, state: ReadonlyState<State>) => Basis
  /** How the history is folded that events are held to. */
  readonly history: Pick<Decider<History, never, Event, never>, 'initial' | 'evolve'>
  /** Whether an event could follow on a history, with what had happened elsewhere by then. */
  readonly admits: (state: ReadonlyState<History>, event: Event, here: Standing<About, Past>) => Admitted
  /** Whether a command that changed nothing could have been about this. */
  readonly admitsAnswer: (state: ReadonlyState<History>, answer: Answer) => Admitted
  /** What of the last command is still to come: all its events are recorded in one step. */
  readonly unfinished: (state: ReadonlyState<History>, command: EventsOfCommand | undefined) => Admitted
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

const isWhole = (
  { left, aliases }: Pick<ReadonlyState<ArtifactState>, 'left' | 'aliases'>,
  command: EventsOfCommand | undefined,
): Admitted =>
  allAdmit(
    () => noAliasLeft({ left }),
    () => admitsEnd(command, aliases.get('latest')?.version),
  )

const among =
  <Event extends DomainEvent>(codecs: Readonly<Record<Event['type'], unknown>>) =>
  (event: DomainEvent): event is DomainEvent & Event =>
    Object.hasOwn(codecs, event.type)

/** Whatever a command is accepted for, the names that it gives for the first time must be right. */
const withNewNames =
  <Full extends AnyCommand, State, Event extends DomainEvent, No>(
    decide: (command: Full) => (state: ReadonlyState<State>) => E.Either<No, Decision<Event>>,
  ) =>
  (command: Full) =>
  (state: ReadonlyState<State>): E.Either<No | WrongNames, Decision<Event>> => {
    const decision = decide(command)(state)
    if (E.isLeft(decision)) return decision
    const problems = wrongNamesIn(subjectOfCommand(command), decision.right.events)
    return problems.length === 0 ? decision : E.left({ _tag: 'invalid-input', problems })
  }

export const artifact: Aggregate<
  ArtifactCommand,
  ArtifactCommandWithFacts,
  ArtifactState,
  ArtifactEvent,
  ArtifactRejection | WrongNames,
  SubjectOf<'artifact'>,
  ArtifactHistory
> = {
  initial: initialArtifact,
  evolve: evolveArtifact,
  snapshot: snapshotOfArtifact,
  history: historyOfArtifact,
  admits: admitsArtifact,
  admitsAnswer: ({ versions }, answer) => admitsNumberOf('version', versions, answer),
  unfinished: isWhole,
  ...byDefinition<ByName<ArtifactCommand>, FactsIn<typeof commandsOnArtifact>, ReadonlyState<ArtifactState>>(
    commandsOnArtifact,
  ),
  decide: withNewNames(decideArtifact),
  isEvent: among<ArtifactEvent>(artifactEvents),
}

export const distributedDraft: Aggregate<
  DistributedDraftCommand,
  DistributedDraftCommandWithFacts,
  DistributedDraftState,
  DistributedDraftEvent,
  DistributedDraftRejection | WrongNames,
  SubjectOf<'draft'>
> = {
  initial: initialDraft,
  evolve: evolveDraft,
  history: { initial: initialDraft, evolve: evolveDraft },
  admits: admitsDraft,
  admitsAnswer: admitsDraftAnswer,
  unfinished: () => admitted,
  ...byDefinition<
    ByName<DistributedDraftCommand>,
    FactsIn<typeof distributedDraftCommands>,
    ReadonlyState<DistributedDraftState>
  >(distributedDraftCommands),
  decide: withNewNames(decideDraft),
  isEvent: among<DistributedDraftEvent>(distributedDraftEvents),
}

export const registeredModel: Aggregate<
  RegisteredModelCommand,
  RegisteredModelCommandWithFacts,
  RegisteredModelState,
  RegisteredModelEvent,
  RegisteredModelRejection | WrongNames,
  SubjectOf<'model'>
> = {
  initial: initialModel,
  evolve: evolveModel,
  snapshot: snapshotOfModel,
  history: { initial: initialModel, evolve: evolveModel },
  admits: admitsModel,
  admitsAnswer: ({ links }, answer) => admitsNumberOf('link', links, answer),
  unfinished: isWhole,
  ...byDefinition<
    ByName<RegisteredModelCommand>,
    FactsIn<typeof commandsOnRegisteredModel>,
    ReadonlyState<RegisteredModelState>
  >(commandsOnRegisteredModel),
  decide: withNewNames(decideModel),
  isEvent: among<RegisteredModelEvent>(registeredModelEvents),
}

const definitionsOfRun = byDefinition<ByName<RunCommand>, FactsIn<typeof runCommands>, ReadonlyState<RunState>>(
  runCommands,
)

export const run: Aggregate<
  RunCommand,
  RunCommandWithFacts,
  RunState,
  RunEvent,
  RunRejection | WrongNames,
  SubjectOf<'run'>
> = {
  initial: initialRun,
  evolve: evolveRun,
  history: { initial: initialRun, evolve: evolveRun },
  admits: admitsRun,
  admitsAnswer: admitsRunAnswer,
  unfinished: () => admitted,
  ...definitionsOfRun,
  decide: withNewNames(decideRun),
  isEvent: among<RunEvent>(runEvents),
}

export const losses: Aggregate<
  LossCommand,
  LossCommandWithFacts,
  LossesState,
  LossEvent,
  LossRejection,
  SubjectOf<'losses'>
> = {
  initial: noLosses,
  evolve: evolveLosses,
  history: { initial: noLosses, evolve: evolveLosses },
  admits: admitsLoss,
  admitsAnswer: admitsLossAnswer,
  unfinished: () => admitted,
  ...byDefinition<ByName<LossCommand>, FactsIn<typeof lossCommands>, ReadonlyState<LossesState>>(lossCommands),
  decide: decideLoss,
  isEvent: among<LossEvent>(lossEvents),
}
