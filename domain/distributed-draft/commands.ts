/** What can be asked of a distributed draft: a version that several writers make together. */
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { type AtHand, type CommandIn, define, gather, noFacts, type WithFacts } from '../command-definition.js'
import type { ReadonlyState } from '../values/decider.js'
import { ManifestSummary } from '../values/manifest/manifest.js'
import {
  Aliases,
  ArtifactType,
  Description,
  DistributedId,
  ExpectedWriters,
  Generation,
  Metadata,
  Tags,
  WriterName,
} from '../values/names.js'
import { ArtifactRef, type DraftRef, RunRef } from '../values/references.js'
import { type DistributedDraftState, partsToCommit } from './state.js'

/** Which generation of the draft a command means. */
const meant = {
  /** Without it, the one that is open when the command comes, or the next. It is refused where that one has ended. */
  generation: Generation,
  /** Where the generation that is meant has ended, the next one is meant. */
  openNext: t.boolean,
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
  optional: { run: RunRef, ...meant },
  facts: ({ part, run }, read) =>
    pipe(
      read.content(part),
      TE.flatMap(() => gather({ runFact: read.run(run) })),
    ),
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
    /** Refused unless they brought parts, the one that comes with the commit included, and nobody else did. */
    writers: ExpectedWriters,
    description: Description,
    metadata: Metadata,
    aliases: Aliases,
    tags: Tags,
  },
  // Parts are only ever added to a generation.
  basis: (_command, { generation, parts }: ReadonlyState<DistributedDraftState>) => `${generation} ${parts.length}`,
  facts: (command, read, { state, envelope }: AtHand<ReadonlyState<DistributedDraftState>>) =>
    pipe(
      command.part === undefined ? noFacts() : read.content(command.part),
      TE.flatMap(() =>
        gather({
          merged: read.merged(partsToCommit(command, state), command.lastWriterWins === true),
          runFact: read.run(command.run),
          envelope: TE.right(envelope),
        }),
      ),
    ),
})
export type CommitDistributed = t.TypeOf<typeof CommitDistributed>

/** Gives the open generation up. */
export const AbandonDistributed = define('AbandonDistributed', {
  of: ofDraft,
  members: { artifact: ArtifactRef, distributedId: DistributedId },
  optional: { generation: meant.generation },
  facts: noFacts,
})
export type AbandonDistributed = t.TypeOf<typeof AbandonDistributed>

export const distributedDraftCommands = { UpsertDistributedPart, CommitDistributed, AbandonDistributed }
export type DistributedDraftCommand = CommandIn<typeof distributedDraftCommands>
export type DistributedDraftCommandWithFacts = WithFacts<typeof distributedDraftCommands>
