/** In which stream a command is recorded: its definition says whose history it is decided against. */
import type { ArtifactCommand, LogVersion } from '../artifact/commands.js'
import type { ByName } from '../command-definition.js'
import type { DistributedDraftCommand } from '../distributed-draft/commands.js'
import type { LossCommand } from '../losses/commands.js'
import { commandsOnRegisteredModel, type MeanLink, type RegisteredModelCommand } from '../registered-model/commands.js'
import type { RunCommand } from '../run/commands.js'
import { type Category, type Subject, streamOf } from '../values/stream-names.js'
import { type Command, commands } from './catalogue.js'

/** What callers give, and what the ledger gives itself. */
export type AnyCommand = Command | LogVersion | MeanLink
type Named = ByName<AnyCommand>

const definitions: { readonly [Name in keyof Named]: { readonly of: (command: Named[Name]) => Subject } } = {
  ...commands,
  MeanLink: commandsOnRegisteredModel.MeanLink,
}

const subjectBy = <Name extends keyof Named>(name: Name, command: Named[Name]): Subject => definitions[name].of(command)

/** Whose history that is. */
export const subjectOfCommand = (command: AnyCommand): Subject => subjectBy(command.type, command)

export const streamOfCommand = (command: AnyCommand): string => streamOf(subjectOfCommand(command))

/** Which kind of stream that is. */
export const categoryOfCommand = (command: AnyCommand): Category => subjectBy(command.type, command).category

interface CommandsOn {
  readonly artifact: ArtifactCommand
  readonly draft: DistributedDraftCommand
  readonly model: RegisteredModelCommand
  readonly run: RunCommand
  readonly losses: LossCommand
}

/** Whether a command is decided against the history of a stream of this category. */
export const isOn = <C extends Category>(
  category: C,
  command: AnyCommand,
): command is Extract<AnyCommand, CommandsOn[C]> => categoryOfCommand(command) === category
