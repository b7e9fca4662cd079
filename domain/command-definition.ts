/**
 * How a command is defined, once: its name and members, the stream whose history it is decided against, and the facts
 * beyond that history which its decision needs. The union of all commands, their decoder, the way to their streams and
 * what is gathered for them follow from the definitions.
 */
import { sequenceS } from 'fp-ts/lib/Apply.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type * as t from 'io-ts'
import type { Facts } from './ports/facts.js'
import { oneOf, type PlainRecordOf, type RecordOf, record } from './values/codec.js'
import type { Envelope } from './values/envelope.js'
import type { Subject } from './values/stream-names.js'

/** What is at hand when facts are gathered. The state is to be looked at, at once, and not kept. */
export interface AtHand<State> {
  /** Of the stream of the command. */
  readonly state: State
  readonly envelope: Envelope
}

/** How a command is decided: against whose history, and with which facts. */
export interface Decided<Command, Gathered, State> {
  readonly of: (command: Command) => Subject
  /** `noFacts`, or what is read by the port. */
  readonly facts: <Failure>(
    command: Command,
    read: Facts<Failure>,
    atHand: AtHand<State>,
  ) => TE.TaskEither<Failure, Gathered>
  /**
   * What of the history of its own stream the facts are read for: where that is another by the time of the decision,
   * they are read again.
   */
  readonly basis?: (command: Command, state: State) => Basis
}

/** Compared as it is. */
export type Basis = string | number | undefined

type Members = Readonly<Record<string, t.Mixed>>
type Named<Name extends string, Required extends Members> = { readonly type: t.Type<Name> } & Required
type CommandOf<Name extends string, Required extends Members, Optional extends Members> = RecordOf<
  Named<Name, Required>,
  Optional
>

/** Defines a command. The definition is its codec, too. */
export const define = <
  Name extends string,
  Required extends Members,
  Optional extends Members,
  Gathered,
  State = unknown,
>(
  name: Name,
  {
    members,
    optional,
    of,
    facts,
    basis = () => undefined,
  }: Decided<CommandOf<Name, Required, Optional>, Gathered, State> & {
    readonly members: Required
    readonly optional: Optional
  },
): t.Type<CommandOf<Name, Required, Optional>, PlainRecordOf<Named<Name, Required>, Optional>> &
  Decided<CommandOf<Name, Required, Optional>, Gathered, State> =>
  Object.assign(record(name, { type: oneOf(name), ...members }, optional), { of, facts, basis })

/** The decision needs nothing but the history of its own stream. */
export const noFacts = <Failure>(): TE.TaskEither<Failure, object> => TE.right({})

/** Gathers facts one after the other, each under its name. */
export const gather = sequenceS(TE.ApplySeq)

/** The commands of a table of definitions. */
export type CommandIn<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Decided<infer Command, infer _Gathered, infer _State>
    ? Command
    : never
}[keyof Table]

/** The commands of a table, each with the facts of its decision. */
export type WithFacts<Table, Command = CommandIn<Table>> = {
  readonly [Name in keyof Table]: Table[Name] extends Decided<infer _Command, infer Gathered, infer _State>
    ? Extract<Command, { readonly type: Name }> & Gathered
    : never
}[keyof Table]

/** Commands by their names. */
export type ByName<Command extends { readonly type: string }> = {
  readonly [Name in Command['type']]: Extract<Command, { readonly type: Name }>
}

/** The facts of each command of a table, by its name. */
export type FactsIn<Table> = {
  readonly [Name in keyof Table]: Table[Name] extends Decided<infer _Command, infer Gathered, infer _State>
    ? Gathered
    : never
}

/** What is asked of a table of definitions with a command in hand: its facts, and what they are read for. */
export const byDefinition = <Commands extends object, Gathered extends Record<keyof Commands, object>, State>(
  table: { readonly [Name in keyof Commands]: Decided<Commands[Name], Gathered[Name], State> },
) => ({
  /** Gives a command the facts that its decision needs. */
  gather: <Failure, Name extends keyof Commands>(
    command: Commands[Name] & { readonly type: Name },
    read: Facts<Failure>,
    atHand: AtHand<State>,
  ): TE.TaskEither<Failure, { readonly [N in Name]: Commands[N] & Gathered[N] }[Name]> =>
    pipe(
      table[command.type].facts(command, read, atHand),
      TE.map((gathered) => ({ ...command, ...gathered })),
    ),
  basis: <Name extends keyof Commands>(command: Commands[Name] & { readonly type: Name }, state: State): Basis =>
    table[command.type].basis?.(command, state),
})
