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
  | {
      readonly _tag: 'writers-not-as-expected'
      readonly generation: number
      /** How many, or who. */
      readonly expected: number | ReadonlyArray<string>
      readonly came: ReadonlyArray<string>
      /** Of those that were named. */
      readonly missing: ReadonlyArray<string>
      /** Who came and was not named. */
      readonly unexpected: ReadonlyArray<string>
    }

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
        : E.right([{ type: 'DistributedAbandoned', generation, writers: writersOf(state.parts).length }])
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
  const came = writersOf(parts)
  const asExpected = checkWriters(command.writers, came, generation)
  if (E.isLeft(asExpected)) return asExpected
  if (E.isLeft(command.merged)) return E.left({ _tag: 'path-conflict', conflicts: command.merged.left })
  const { artifactType, part, run, runFact, lastWriterWins, description, metadata, aliases, tags } = command
  return E.right([
    ...(part === undefined ? [] : upsert({ ...command, part }, generation, state)),
    {
      type: 'DistributedCommitted',
      generation,
      artifactType,
      manifest: command.merged.right,
      writers: came.length,
      ...(haveRoom(came) ? { writerNames: came } : {}),
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

/** Everybody who is expected came, and nobody else: what one does not know of would be in the version unseen. */
const checkWriters = (
  expected: CommitDistributed['writers'],
  came: ReadonlyArray<string>,
  generation: number,
): E.Either<DistributedDraftRejection, void> => {
  const named = typeof expected === 'object' ? expected : came
  const [missing, unexpected] = [without(named, came), without(came, named)]
  return expected === undefined ||
    (missing.length === 0 && unexpected.length === 0 && (typeof expected === 'object' || expected === came.length))
    ? E.right(undefined)
    : E.left({ _tag: 'writers-not-as-expected', generation, expected, came, missing, unexpected })
}

const without = (names: ReadonlyArray<string>, others: ReadonlyArray<string>): ReadonlyArray<string> => {
  const left = new Set(others)
  return names.filter((name) => !left.has(name))
}

/** Where thousands write, their names stand in the events of their parts alone. */
const haveRoom = (names: ReadonlyArray<string>): boolean => JSON.stringify(names).length <= 65_536

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
