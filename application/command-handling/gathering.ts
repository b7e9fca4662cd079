/** The four kinds of stream as the command handler sees them: their rules, and the facts that each command needs. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import {
  type ArtifactCommand,
  artifact as artifactRules,
  type DistributedDraftCommand,
  distributedDraft as distributedDraftRules,
  type RegisteredModelCommand,
  type Aggregate as Rules,
  type RunCommand,
  registeredModel as registeredModelRules,
  run as runRules,
} from '../../domain/commands/deciders.js'
import type { Rejection } from '../../domain/commands/rejections.js'
import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { Envelope } from '../../domain/values/envelope.js'
import type { Subject } from '../../domain/values/stream-names.js'
import type { CommandError } from './command-error.js'
import {
  type FactReader,
  gatherForCommit,
  gatherForLink,
  gatherForLog,
  gatherForMove,
  gatherForUpsert,
  gatherForUse,
} from './facts.js'

/**
 * `Given` is a command as the caller gave it; `Command` is the same with the facts that its decision needs.
 */
export interface Aggregate<
  Given,
  Command,
  State,
  Event extends DomainEvent,
  No extends Rejection,
  About extends Subject = Subject,
> extends Rules<Command, State, Event, No, About> {
  readonly gather: Gather<Given, Command, State>
}

type Gather<Given, Command, State> = (
  command: Given,
  state: State,
  facts: FactReader,
  envelope: Envelope,
) => TE.TaskEither<CommandError, Command>

const gathering = <Given, Command, State, Event extends DomainEvent, No extends Rejection, About extends Subject>(
  rules: Rules<Command, State, Event, No, About>,
  gather: Gather<Given, Command, State>,
): Aggregate<Given, Command, State, Event, No, About> => ({ ...rules, gather })

export const artifact = gathering(artifactRules, (command: ArtifactCommand, _state, facts) =>
  command.type === 'LogArtifactVersion' ? gatherForLog(command, facts) : TE.right(command),
)

export const distributedDraft = gathering(
  distributedDraftRules,
  (command: DistributedDraftCommand, state, facts, envelope) => {
    switch (command.type) {
      case 'UpsertDistributedPart':
        return gatherForUpsert(command, facts)
      case 'CommitDistributed':
        return gatherForCommit({ ...command, envelope }, state, facts)
      case 'AbandonDistributed':
        return TE.right(command)
    }
  },
)

export const registeredModel = gathering(registeredModelRules, (command: RegisteredModelCommand, state, facts) => {
  if (command.type === 'LinkToRegistry') return gatherForLink(command, facts)
  return command.type === 'MoveAlias' ? gatherForMove(command, state, facts) : TE.right(command)
})

export const run = gathering(runRules, (command: RunCommand, _state, facts) =>
  command.type === 'UseArtifactVersion' ? gatherForUse(command, facts) : TE.right(command),
)
