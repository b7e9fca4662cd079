/** What a distributed draft allows, and what follows from it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { about, type Decision, type ReadonlyState } from '../values/decider.js'
import type { PathConflict } from '../values/manifest/merge.js'
import type { ArtifactRef } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'
import type {
  AbandonDistributed,
  CommitDistributed,
  DistributedDraftCommandWithFacts,
  UpsertDistributedPart,
} from './commands.js'
import type { DistributedDraftEvent } from './events.js'
import { type DistributedDraftState, type GenerationEnd, partsToCommit, writersOf } from './state.js'

type State = ReadonlyState<DistributedDraftState>

export type DistributedDraftRejection =
  | { readonly _tag: 'draft-ended'; readonly generation: number; readonly end: GenerationEnd }
  | { readonly _tag: 'generation-not-open'; readonly generation: number; readonly open: number }
  | {
      readonly _tag: 'draft-empty'
      readonly artifact: ArtifactRef
      readonly distributedId: string
      readonly generation: number
      readonly before: GenerationEnd | null
      readonly asked: 'commit' | 'abandon'
    }
  | { readonly _tag: 'path-conflict'; readonly conflicts: ReadonlyArray<PathConflict> }

type Events = E.Either<DistributedDraftRejection, ReadonlyArray<DistributedDraftEvent>>

export const decide =
  (command: DistributedDraftCommandWithFacts) =>
  (state: State): E.Either<DistributedDraftRejection, Decision<DistributedDraftEvent>> =>
    pipe(
      openGeneration(command, state),
      E.flatMap((generation) => pipe(decideIn(generation, command, state), about({ generation }))),
    )

const decideIn = (generation: number, command: DistributedDraftCommandWithFacts, state: State): Events => {
  switch (command.type) {
    case 'UpsertDistributedPart':
      return E.right(upsert(command, generation, state))
    case 'CommitDistributed':
      return commit(command, generation, state)
    case 'AbandonDistributed':
      return state.parts.length === 0
        ? empty('abandon', command, state)
        : E.right([{ type: 'DistributedAbandoned', generation, writers: writersOf(state.parts) }])
  }
}

const openGeneration = (
  { generation: wanted, ...command }: DistributedDraftCommandWithFacts,
  { generation, ended }: State,
): E.Either<DistributedDraftRejection, number> => {
  if (wanted === undefined || wanted === generation) return E.right(generation)
  const end = ended[wanted]
  if (end !== undefined && 'openNext' in command && command.openNext === true) return E.right(generation)
  return end === undefined
    ? E.left({ _tag: 'generation-not-open', generation: wanted, open: generation })
    : E.left({ _tag: 'draft-ended', generation: wanted, end: howItEnded(end) })
}

const upsert = (
  {
    artifactType,
    writer,
    part,
    run,
    runFact,
  }: Pick<UpsertDistributedPart, 'artifactType' | 'writer' | 'part' | 'run'> & {
    readonly runFact: RunFact | undefined
  },
  generation: number,
  { parts }: State,
): ReadonlyArray<DistributedDraftEvent> => {
  // Only if it was the last to come: among writers who disagree, the later one may win.
  const last = parts.at(-1)
  return last?.writer === writer && last.part.digest === part.digest
    ? []
    : [{ type: 'DistributedPartUpserted', generation, artifactType, writer, part, ...named(run, runFact) }]
}

const commit = (
  command: Extract<DistributedDraftCommandWithFacts, { type: 'CommitDistributed' }>,
  generation: number,
  state: State,
): Events => {
  const parts = partsToCommit(command, state)
  if (parts.length === 0) return empty('commit', command, state)
  if (E.isLeft(command.merged)) return E.left({ _tag: 'path-conflict', conflicts: command.merged.left })
  const { artifactType, part, run, runFact, lastWriterWins, description, metadata, aliases, tags } = command
  return E.right([
    ...(part === undefined ? [] : upsert({ ...command, part }, generation, state)),
    {
      type: 'DistributedCommitted',
      generation,
      artifactType,
      manifest: command.merged.right,
      writers: writersOf(parts),
      envelope: command.envelope,
      ...named(run, runFact),
      ...(lastWriterWins === true ? { lastWriterWins: true as const } : {}),
      ...(description === undefined ? {} : { description }),
      ...(metadata === undefined ? {} : { metadata }),
      ...(aliases === undefined ? {} : { aliases }),
      ...(tags === undefined ? {} : { tags }),
    },
  ])
}

const empty = (
  asked: 'commit' | 'abandon',
  { artifact, distributedId }: Pick<AbandonDistributed, 'artifact' | 'distributedId'>,
  { generation, ended }: State,
): Events => {
  const last = ended.at(-1)
  const before = last === undefined ? null : howItEnded(last)
  return E.left({ _tag: 'draft-empty', artifact, distributedId, generation, before, asked })
}

const howItEnded = ({ how, by, at }: GenerationEnd): GenerationEnd => ({ how, by, at })

const named = (run: CommitDistributed['run'], fact: RunFact | undefined) =>
  run === undefined ? {} : { run: { ref: run, ...(fact?.finished ? { finished: true as const } : {}) } }
