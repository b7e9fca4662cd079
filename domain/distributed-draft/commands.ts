/** What can be asked of a distributed draft: a version that several writers make together. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { type AtHand, type CommandIn, define, gather, noFacts, type WithFacts } from '../command-definition.js'
import type { Facts } from '../ports/facts.js'
import { record } from '../values/codec.js'
import type { ReadonlyState } from '../values/decider.js'
import { ManifestSummary, RemovedPaths } from '../values/manifest/manifest.js'
import {
  Aliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedWriters,
  Generation,
  Metadata,
  Tags,
  VersionChoice,
  WriterName,
} from '../values/names.js'
import { ArtifactRef, CollectionRef, type DraftRef, RunRef } from '../values/references.js'
import { baseMeant, settleBase } from './base.js'
import { brings, type DistributedDraftState, partBrought, partsToCommit } from './state.js'
import { checkWriters, writersOf } from './writers.js'

type State = ReadonlyState<DistributedDraftState>

/** Which generation of the draft a command means. */
const meant = {
  /** Without it, the one that is open when the command comes, or the next. It is refused where that one has ended. */
  generation: Generation,
  /** Where the generation that is meant has ended, the next one is meant. */
  openNext: t.boolean,
}

/** What a command does to what it builds on. */
const onBase = {
  /** The version that is built on; a link stands for its source. The first that names one settles it for the generation. */
  base: record('the version to build on {collection, version}', { collection: CollectionRef, version: VersionChoice }),
  /** Of the base, before the part is added. */
  remove: RemovedPaths,
  /** The part may lie over what the base holds under its paths. */
  overwrite: t.boolean,
}

/** The base is live while it is built on. */
const readBase = <Failure>(
  command: Parameters<typeof baseMeant>[0],
  read: Facts<Failure>,
  state: State,
): ReturnType<Facts<Failure>['source']> | TE.TaskEither<Failure, undefined> => {
  const meant = baseMeant(command, state)
  return meant === undefined ? TE.right(undefined) : read.source(meant)
}

const ofDraft = ({ artifact, distributedId }: DraftRef) => ({ category: 'draft', artifact, distributedId }) as const

/** Adds what one writer made. The first upsert creates the artifact and opens the draft. */
export const UpsertDistributedPart = define('UpsertDistributedPart', {
  of: ofDraft,
  members: {
    artifact: ArtifactRef,
    artifactType: ArtifactType,
    distributedId: DistributedId,
    writer: WriterName,
    part: ManifestSummary,
  },
  optional: { run: RunRef, ...meant, ...onBase },
  // What a writer brought before is looked at where there is something that it must fit.
  basis: (command, { base, parts }: State) =>
    baseMeant(command, { base }) === undefined
      ? undefined
      : `${base?.version} ${parts.filter(({ writer }) => writer === command.writer).length}`,
  facts: (command, read, { state }: AtHand<State>) => {
    const own = [...state.parts.filter(({ writer }) => writer === command.writer), partBrought(command)]
    return pipe(
      read.content(command.part),
      TE.flatMap(() => gather({ runFact: read.run(command.run), baseFact: readBase(command, read, state) })),
      TE.bind('fitting', ({ baseFact }) =>
        baseFact === undefined ? TE.right(E.right(undefined)) : read.fitting(own, baseFact.manifest),
      ),
    )
  },
})
export type UpsertDistributedPart = t.TypeOf<typeof UpsertDistributedPart>

/** Seals the draft: its merged parts, and those that come with the commit, become a version. */
export const CommitDistributed = define('CommitDistributed', {
  of: ofDraft,
  members: { artifact: ArtifactRef, artifactType: ArtifactType, distributedId: DistributedId, writer: WriterName },
  optional: {
    part: ManifestSummary,
    run: RunRef,
    ...meant,
    /** Where two writers brought different content for one path, take the later one. */
    lastWriterWins: t.boolean,
    ...onBase,
    /** Refuse if the newest live version is no longer the one that is built on. */
    expectNewest: t.boolean,
    /** Refused unless they brought parts, the one that comes with the commit included, and nobody else did. */
    writers: ExpectedWriters,
    description: Description,
    metadata: Metadata,
    aliases: Aliases,
    tags: Tags,
  },
  // Parts are only ever added to a generation.
  basis: (_command, { generation, parts }: State) => `${generation} ${parts.length}`,
  facts: (command, read, { state, envelope }: AtHand<State>) => {
    const parts = partsToCommit(command, state)
    const { writers, lastWriterWins = false } = command
    return pipe(
      brings(command) ? read.content(partBrought(command).part) : noFacts(),
      TE.flatMap(() =>
        gather({
          runFact: read.run(command.run),
          baseFact: readBase(command, read, state),
          newest: command.expectNewest === true ? read.newest(command.artifact) : TE.right(null),
          envelope: TE.right(envelope),
        }),
      ),
      TE.bind('merged', ({ baseFact }) =>
        // What is refused whatever comes of it is not stored, however often it is tried.
        E.isLeft(settleBase({ ...command, baseFact }, state)) ||
        E.isLeft(checkWriters(writers, writersOf(parts), state.generation))
          ? TE.right(E.left({ _tag: 'path-conflict' as const, conflicts: [] }))
          : read.merged(parts, lastWriterWins, baseFact?.manifest),
      ),
    )
  },
})
export type CommitDistributed = t.TypeOf<typeof CommitDistributed>

/** Gives the open generation up; or a sealed one that no version can come of, as its artifact is of another type by now. */
export const AbandonDistributed = define('AbandonDistributed', {
  of: ofDraft,
  members: { artifact: ArtifactRef, distributedId: DistributedId },
  optional: { generation: meant.generation },
  basis: ({ generation }, { ended }: State) => (generation === undefined ? undefined : ended[generation]?.how),
  facts: (command, read, { state }: AtHand<State>) => {
    const { generation } = command
    const isSealed = generation !== undefined && state.ended[generation]?.how === 'sealed'
    return gather({ sealFact: isSealed ? read.seal(command, generation) : TE.right(undefined) })
  },
})
export type AbandonDistributed = t.TypeOf<typeof AbandonDistributed>

export const distributedDraftCommands = { UpsertDistributedPart, CommitDistributed, AbandonDistributed }
export type DistributedDraftCommand = CommandIn<typeof distributedDraftCommands>
export type DistributedDraftCommandWithFacts = WithFacts<typeof distributedDraftCommands>
