/**
 * The command handler: decode, load one stream, gather the facts of others, decide, append at the loaded
 * revision; on conflict all of it again, until the deadline. Everything it touches comes in as a port.
 */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { LogVersion } from '../../domain/artifact/commands.js'
import { type Command, decodeCommand } from '../../domain/commands/catalogue.js'
import { categoryOfCommand, isOn, streamOfCommand } from '../../domain/commands/command-stream.js'
import { artifact, distributedDraft, losses, registeredModel, run } from '../../domain/commands/deciders.js'
import type {
  AbandonDistributed,
  CommitDistributed,
  UpsertDistributedPart,
} from '../../domain/distributed-draft/commands.js'
import type { Clock, Ids } from '../../domain/ports/clock-and-ids.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { Facts, Said } from '../../domain/ports/facts.js'
import type { Tell } from '../../domain/ports/logger.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import type { MeanLink } from '../../domain/registered-model/commands.js'
import { decodeWith } from '../../domain/values/codec.js'
import { Envelope } from '../../domain/values/envelope.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { ArtifactRef } from '../../domain/values/references.js'
import { artifactStream } from '../../domain/values/stream-names.js'
import type { ManifestStore } from '../manifest-store.js'
import { checkWithoutContent, type WithoutContent } from './check.js'
import type { CommandError } from './command-error.js'
import type { CommandTrace } from './command-trace.js'
import { settlingArtifact } from './draft-artifact.js'
import { type Call, digestOf, type IdFrom } from './encode.js'
import { factReader } from './fact-reader.js'
import { type FactReader, factsFrom, type ModelsLinkedTo } from './facts.js'
import type { Receipt, RecordedUnder } from './receipt.js'
import { snapshotsOfStates } from './state-snapshots.js'
import { streamHandler } from './stream-handler.js'

export interface CommandHandlerPorts {
  readonly store: EventStore
  readonly manifests: ManifestStore
  readonly clock: Clock
  readonly ids: Ids
  /** How long a command tries against others who write to its stream, in milliseconds. */
  readonly deadline?: number | undefined
  /** Where links to an artifact are to be looked for; what is there, the streams of the models say. */
  readonly modelsLinkedTo: ModelsLinkedTo
  /** Where the states of long streams are kept between two openings; nowhere unless told. */
  readonly snapshots?: SnapshotStore | undefined
  /** Told that one of these is not believed, or cannot be kept. */
  readonly tell?: Tell | undefined
}

/** What is known of a call beside its command. */
export interface Beginning {
  /** The caller's own unless told. */
  readonly idFrom?: IdFrom | undefined
  /**
   * The generation of a distributed draft that was open, or the next to be opened, when the call began: a command that
   * names none means this one. It is looked up when the command comes unless told.
   */
  readonly generation?: number | undefined
  /** What the version that is drafted from said when the draft was begun; the log that names none of its own takes it over. */
  readonly saidOfOrigin?: Said | undefined
  /** Where it is watched: filled in on the way. */
  readonly trace?: CommandTrace | undefined
  /** Takes the command out, until its events are on their way to the store; from then on it is carried through. */
  readonly signal?: AbortSignal | undefined
}

export interface CommandHandler {
  /**
   * Decides a command in its envelope and records what follows. Where nothing does, that it was accepted is recorded,
   * so that its repetition never acts; unless the id is none of the caller's.
   */
  readonly handle: (input: unknown, beginning?: Beginning) => TE.TaskEither<CommandError, Receipt>
  /** Which link a command means that goes through it to the source: the same one whenever the command is repeated. */
  readonly meanLink: (
    link: Omit<MeanLink, 'type'>,
    envelope: unknown,
    trace?: CommandTrace,
  ) => TE.TaskEither<CommandError, Receipt>
  /**
   * Decides a command whose content is not stored yet as if it were, and records nothing: what is refused now is
   * refused whatever the content is. A command that was recorded before is not refused.
   */
  readonly check: (command: WithoutContent, commandId: string) => TE.TaskEither<CommandError, void>
  /** Which command was recorded under an id where this one would be: this one, another, or none. */
  readonly recordedUnder: (commandId: string, command: Command | MeanLink) => TE.TaskEither<CommandError, RecordedUnder>
  /** Of which type an artifact was when a command was recorded under this id in it; `undefined` where none was. */
  readonly typeUnder: (
    commandId: string,
    artifact: ArtifactRef,
  ) => TE.TaskEither<CommandError, string | null | undefined>
  /** Logs a version with what callers cannot say: which sealed draft it comes from. */
  readonly logVersion: (
    command: LogVersion,
    envelope: Envelope,
    trace?: CommandTrace,
  ) => TE.TaskEither<CommandError, Receipt>
  readonly facts: FactReader
  /** Keeps snapshots that are worth it, and as far as they are written before `signal` aborts, if one is given. */
  readonly close: (signal?: AbortSignal) => Promise<void>
}

const DEADLINE = 30_000

export const commandHandler = ({ store, manifests, clock, ids, ...more }: CommandHandlerPorts): CommandHandler => {
  const { deadline = DEADLINE, modelsLinkedTo, snapshots: snapshotStore, tell } = more
  const snapshots = snapshotStore === undefined ? undefined : snapshotsOfStates(snapshotStore, store, tell)
  const ports = { snapshots, store, clock, ids, deadline, facts: (): Facts<CommandError> => ofOthers }
  const artifacts = streamHandler(artifact, ports)
  const handlers = {
    artifact: artifacts,
    draft: streamHandler(settlingArtifact(distributedDraft, artifacts.handle), ports),
    model: streamHandler(registeredModel, ports),
    run: streamHandler(run, ports),
    losses: streamHandler(losses, ports),
  }

  const facts = factReader(handlers, store, manifests)
  const ofOthers = factsFrom(facts, store, modelsLinkedTo)

  const route = (
    command: Command | LogVersion | MeanLink,
    envelope: Envelope,
    { idFrom = 'caller', generation: begun, saidOfOrigin, trace, signal }: Beginning,
  ): TE.TaskEither<CommandError, Receipt> => {
    if (trace !== undefined) trace.category = categoryOfCommand(command)
    const damage = command.type === 'AcceptLoss' ? undefined : store.damage?.()
    if (damage !== undefined) return TE.left(damage)
    const digested = digestOf(command)
    if (E.isLeft(digested)) return TE.left(digested.left)
    const call: Call = { envelope, digest: digested.right, idFrom, trace, signal }
    const stream = streamOfCommand(command)
    if (isOn('losses', command)) return handlers.losses.handle(stream, command, call)
    if (isOn('run', command)) return handlers.run.handle(stream, command, call)
    if (isOn('model', command)) return handlers.model.handle(stream, command, call)
    if (command.type === 'LogArtifactVersion') {
      return handlers.artifact.handle(stream, { ...command, ...omitUndefined({ saidOfOrigin }) }, call)
    }
    if (isOn('artifact', command)) return handlers.artifact.handle(stream, command, call)
    // Known from the start, however long others write to the draft: who comes late does not open the next unseen.
    return pipe(
      meantBy(command, begun, facts),
      TE.flatMap((generation) => handlers.draft.handle(stream, { ...command, generation }, call)),
    )
  }

  const meanLink: CommandHandler['meanLink'] = (link, given, trace) => {
    const envelope = decodeWith(Envelope)(given)
    return E.isLeft(envelope)
      ? TE.left({ _tag: 'invalid-command', problems: envelope.left })
      : route({ type: 'MeanLink', ...link }, envelope.right, { trace })
  }

  const recordedUnder: CommandHandler['recordedUnder'] = (commandId, command) => {
    const digested = digestOf(command)
    if (E.isLeft(digested)) return TE.left(digested.left)
    return handlers[categoryOfCommand(command)].recordedUnder(streamOfCommand(command), commandId, digested.right)
  }

  return {
    facts,
    meanLink,
    recordedUnder,
    typeUnder: (commandId, ref) =>
      artifacts.readStateUnder(artifactStream(ref), commandId, ({ artifactType }) => artifactType),
    handle: (input, beginning = {}) => {
      const decoded = decodeCommand(input)
      if (E.isLeft(decoded)) return TE.left({ _tag: 'invalid-command', problems: decoded.left })
      return route(decoded.right.command, decoded.right.envelope, beginning)
    },
    close: async (signal) => {
      for (const { keepSnapshots } of Object.values(handlers)) keepSnapshots()
      await snapshots?.close(signal)
    },
    check: checkWithoutContent(handlers, ofOthers),
    logVersion: (command, envelope, trace) => route(command, envelope, { idFrom: 'ledger', trace }),
  }
}

const meantBy = (
  command: UpsertDistributedPart | CommitDistributed | AbandonDistributed,
  begun: number | undefined,
  facts: FactReader,
): TE.TaskEither<CommandError, number> => {
  const { generation = begun } = command
  return generation === undefined ? facts.draft(command, (state) => state.generation) : TE.right(generation)
}
