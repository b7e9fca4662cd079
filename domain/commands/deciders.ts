import { admits as admitsArtifact } from '../artifact/admits.js'
import type {
  CreateArtifact,
  DeleteArtifactVersion,
  DescribeArtifactVersion,
  LogVersion,
  TagArtifactVersion,
  UntagArtifactVersion,
} from '../artifact/commands.js'
import { type ArtifactCommandWithFacts, type ArtifactRejection, decide as decideArtifact } from '../artifact/decide.js'
import { type ArtifactEvent, artifactEvents } from '../artifact/events.js'
import { type ArtifactState, evolve as evolveArtifact, initial as initialArtifact } from '../artifact/state.js'
import type { MoveAlias, RemoveAlias } from '../collections/alias-commands.js'
import { noAliasLeft } from '../collections/aliases.js'
import { admitsNumberOf } from '../collections/numbers.js'
import { admits as admitsDraft, admitsAnswer as admitsDraftAnswer } from '../distributed-draft/admits.js'
import type { AbandonDistributed, CommitDistributed, UpsertDistributedPart } from '../distributed-draft/commands.js'
import {
  type DistributedDraftCommandWithFacts,
  type DistributedDraftRejection,
  decide as decideDraft,
} from '../distributed-draft/decide.js'
import { type DistributedDraftEvent, distributedDraftEvents } from '../distributed-draft/events.js'
import {
  type DistributedDraftState,
  evolve as evolveDraft,
  initial as initialDraft,
} from '../distributed-draft/state.js'
import type { DomainEvent } from '../events/catalogue.js'
import { admits as admitsModel } from '../registered-model/admits.js'
import type {
  CreateRegisteredModel,
  DescribeRegisteredModel,
  LinkToRegistry,
  TagRegisteredModel,
  UnlinkFromRegistry,
  UntagRegisteredModel,
} from '../registered-model/commands.js'
import {
  decide as decideModel,
  type MeanLink,
  type RegisteredModelCommandWithFacts,
  type RegisteredModelRejection,
} from '../registered-model/decide.js'
import { type RegisteredModelEvent, registeredModelEvents } from '../registered-model/events.js'
import { evolve as evolveModel, initial as initialModel, type RegisteredModelState } from '../registered-model/state.js'
import { admits as admitsRun, admitsAnswer as admitsRunAnswer } from '../run/admits.js'
import type { FinishRun, StartRun, SummariseRun, UseArtifactVersion } from '../run/commands.js'
import { decide as decideRun, type RunCommandWithFacts, type RunRejection } from '../run/decide.js'
import { type RunEvent, runEvents } from '../run/events.js'
import { evolve as evolveRun, initial as initialRun, type RunState } from '../run/state.js'
import type { Answer } from '../values/answer.js'
import type { Decider } from '../values/decider.js'
import { type Admitted, admitted, type Standing } from '../values/impossible.js'
import type { Past } from '../values/past.js'
import type { Subject, SubjectOf } from '../values/stream-names.js'
import type { Rejection } from './rejections.js'

/** The rules of one kind of stream. `Command` is a command with the facts that its decision needs. */
export interface Aggregate<Command, State, Event extends DomainEvent, No extends Rejection, About extends Subject>
  extends Decider<State, Command, Event, No> {
  /** Whether an event could follow on a state, with what had happened elsewhere by then. */
  readonly admits: (state: State, event: Event, here: Standing<About, Past>) => Admitted
  /** Whether a command that changed nothing could have been about this. */
  readonly admitsAnswer: (state: State, answer: Answer) => Admitted
  /** What of the last command is still to come: all its events are recorded in one step. */
  readonly unfinished: (state: State) => Admitted
  readonly isEvent: (event: DomainEvent) => event is DomainEvent & Event
}

const among =
  <Event extends DomainEvent>(codecs: Readonly<Record<Event['type'], unknown>>) =>
  (event: DomainEvent): event is DomainEvent & Event =>
    Object.hasOwn(codecs, event.type)

export type ArtifactCommand =
  | CreateArtifact
  | LogVersion
  | DescribeArtifactVersion
  | TagArtifactVersion
  | UntagArtifactVersion
  | DeleteArtifactVersion
  | MoveAlias
  | RemoveAlias

export const artifact: Aggregate<
  ArtifactCommandWithFacts,
  ArtifactState,
  ArtifactEvent,
  ArtifactRejection,
  SubjectOf<'artifact'>
> = {
  initial: initialArtifact,
  evolve: evolveArtifact,
  admits: admitsArtifact,
  admitsAnswer: ({ versions }, answer) => admitsNumberOf('version', versions, answer),
  unfinished: noAliasLeft,
  decide: decideArtifact,
  isEvent: among<ArtifactEvent>(artifactEvents),
}

export type DistributedDraftCommand = UpsertDistributedPart | CommitDistributed | AbandonDistributed

export const distributedDraft: Aggregate<
  DistributedDraftCommandWithFacts,
  DistributedDraftState,
  DistributedDraftEvent,
  DistributedDraftRejection,
  SubjectOf<'draft'>
> = {
  initial: initialDraft,
  evolve: evolveDraft,
  admits: admitsDraft,
  admitsAnswer: admitsDraftAnswer,
  unfinished: () => admitted,
  decide: decideDraft,
  isEvent: among<DistributedDraftEvent>(distributedDraftEvents),
}

export type RegisteredModelCommand =
  | CreateRegisteredModel
  | LinkToRegistry
  | UnlinkFromRegistry
  | DescribeRegisteredModel
  | TagRegisteredModel
  | UntagRegisteredModel
  | MoveAlias
  | RemoveAlias
  | MeanLink

export const registeredModel: Aggregate<
  RegisteredModelCommandWithFacts,
  RegisteredModelState,
  RegisteredModelEvent,
  RegisteredModelRejection,
  SubjectOf<'model'>
> = {
  initial: initialModel,
  evolve: evolveModel,
  admits: admitsModel,
  admitsAnswer: ({ links }, answer) => admitsNumberOf('link', links, answer),
  unfinished: noAliasLeft,
  decide: decideModel,
  isEvent: among<RegisteredModelEvent>(registeredModelEvents),
}

export type RunCommand = StartRun | SummariseRun | UseArtifactVersion | FinishRun

export const run: Aggregate<RunCommandWithFacts, RunState, RunEvent, RunRejection, SubjectOf<'run'>> = {
  initial: initialRun,
  evolve: evolveRun,
  admits: admitsRun,
  admitsAnswer: admitsRunAnswer,
  unfinished: () => admitted,
  decide: decideRun,
  isEvent: among<RunEvent>(runEvents),
}
