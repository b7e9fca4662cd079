/** What a distributed draft allows, and what follows from it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import { about, type Decision, type ReadonlyState } from '../values/decider.js'
import type { ManifestSummary } from '../values/manifest/manifest.js'
import type { BaseConflict, MergeProblem, PathConflict } from '../values/manifest/merge.js'
import type { VersionNumber } from '../values/names.js'
import type { ArtifactRef } from '../values/references.js'
import type { RunFact } from '../values/run-fact.js'
import { type BaseRejection, settleBase } from './base.js'
import type { AbandonDistributed, DistributedDraftCommandWithFacts } from './commands.js'
import type { DistributedDraftEvent } from './events.js'
import {
  brings,
  type DistributedDraftState,
  type EndedGeneration,
  type GenerationEnd,
  isSamePart,
  partBrought,
  partsToCommit,
} from './state.js'
import { checkWriters, haveRoom, type WritersNotAsExpected, writersOf } from './writers.js'

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
  | WritersNotAsExpected
  | BaseRejection
  | {
      readonly _tag: 'base-conflict'
      /** The version that is built on, if any. */
      readonly base: VersionNumber | null
      readonly conflicts: ReadonlyArray<BaseConflict>
    }
  /** There is none that could be the newest. */
  | { readonly _tag: 'no-base'; readonly generation: number }
  | { readonly _tag: 'base-outdated'; readonly expectedBase: VersionNumber; readonly newest: VersionNumber | null }

type Events = E.Either<DistributedDraftRejection, ReadonlyArray<DistributedDraftEvent>>

export const decide =
  (command: DistributedDraftCommandWithFacts) =>
  (state: State): E.Either<DistributedDraftRejection, Decision<DistributedDraftEvent>> =>
    pipe(
      generationMeant(command, state),
      E.flatMap((generation) => pipe(decideIn(generation, command, state), about({ generation }))),
    )

const decideIn = (generation: number, command: DistributedDraftCommandWithFacts, state: State): Events => {
  switch (command.type) {
    case 'UpsertDistributedPart':
      return upsert(command, generation, state)
    case 'CommitDistributed':
      return commit(command, generation, state)
    case 'AbandonDistributed':
      return abandon(command, generation, state)
  }
}

/** The one that is open; or a sealed one that is given up. */
const generationMeant = (
  { generation: wanted, ...command }: DistributedDraftCommandWithFacts,
  { generation, ended }: State,
): E.Either<DistributedDraftRejection, number> => {
  if (wanted === undefined || wanted === generation) return E.right(generation)
  const end = ended[wanted]
  if (command.type === 'AbandonDistributed' && end !== undefined && isInVain(end, command)) return E.right(wanted)
  if (end !== undefined && 'openNext' in command && command.openNext === true) return E.right(generation)
  return end === undefined
    ? E.left({ _tag: 'generation-not-open', generation: wanted, open: generation })
    : E.left({ _tag: 'draft-ended', generation: wanted, end: howItEnded(end) })
}

type Abandon = Extract<DistributedDraftCommandWithFacts, { type: 'AbandonDistributed' }>

/** No version can come of a seal while its artifact is in another life, of another type. */
const isInVain = (
  { how, committed }: ReadonlyState<EndedGeneration>,
  { sealFact }: Pick<Abandon, 'sealFact'>,
): boolean =>
  how === 'sealed' &&
  sealFact !== undefined &&
  !sealFact.isLogged &&
  sealFact.artifactType !== null &&
  sealFact.artifactType !== committed?.artifactType

const abandon = (command: Abandon, generation: number, state: State): Events => {
  const { parts, ended } = state
  if (generation < state.generation) {
    const writers = ended[generation]?.writers.length ?? 0
    return E.right([{ type: 'DistributedAbandoned', generation, writers, sealed: true }])
  }
  return parts.length === 0
    ? empty('abandon', command, state)
    : E.right([{ type: 'DistributedAbandoned', generation, writers: writersOf(parts).length }])
}

type Upsert = Extract<DistributedDraftCommandWithFacts, { type: 'UpsertDistributedPart' }>
type Commit = Extract<DistributedDraftCommandWithFacts, { type: 'CommitDistributed' }>

const upsert = (command: Upsert, generation: number, state: State): Events =>
  pipe(
    settleBase(command, state),
    E.flatMap((base) =>
      E.isLeft(command.fitting) && command.fitting.left._tag === 'base-conflict'
        ? E.left(misfit(command.fitting.left, base))
        : E.right(bring(command, command.base === undefined ? undefined : base, generation, state)),
    ),
  )

/** The part is recorded, with the base if the command names one. */
const bring = (
  command: Upsert | Commit,
  base: VersionNumber | undefined,
  generation: number,
  { parts, base: settled }: State,
): ReadonlyArray<DistributedDraftEvent> => {
  const { artifactType, run, runFact } = command
  const part = partBrought(command)
  // Only if it was the last to come: among writers who disagree, the later one may win.
  return isSamePart(parts.at(-1), part) && (base === undefined || settled !== null)
    ? []
    : [
        {
          type: 'DistributedPartUpserted',
          generation,
          artifactType,
          ...part,
          ...named(run, runFact),
          ...(base === undefined ? {} : { base }),
        },
      ]
}

const commit = (command: Commit, generation: number, state: State): Events =>
  pipe(
    settleBase(command, state),
    E.flatMap((base) => {
      const parts = partsToCommit(command, state)
      const came = writersOf(parts)
      if (parts.length === 0) return empty('commit', command, state)
      return pipe(
        checkWriters(command.writers, came, generation),
        E.flatMap(() => checkNewest(command, base, generation)),
        E.flatMap(() =>
          E.mapLeft(
            (problem: MergeProblem): DistributedDraftRejection =>
              problem._tag === 'base-conflict' ? misfit(problem, base) : problem,
          )(command.merged),
        ),
        E.map((manifest) => {
          const named = command.base === undefined ? undefined : base
          return [
            ...(brings(command) ? bring(command, named, generation, state) : []),
            sealed(command, { generation, manifest, came, base }),
          ]
        }),
      )
    }),
  )

const checkNewest = (
  { expectNewest, newest }: Commit,
  base: VersionNumber | undefined,
  generation: number,
): E.Either<DistributedDraftRejection, void> => {
  if (expectNewest !== true) return E.right(undefined)
  if (base === undefined) return E.left({ _tag: 'no-base', generation })
  return newest === base ? E.right(undefined) : E.left({ _tag: 'base-outdated', expectedBase: base, newest })
}

const misfit = (
  { conflicts }: Extract<MergeProblem, { _tag: 'base-conflict' }>,
  base: VersionNumber | undefined,
): DistributedDraftRejection => ({ _tag: 'base-conflict', base: base ?? null, conflicts })

/** What the seal says of the parts, beside what its command says of the version. */
interface Sealing {
  readonly generation: number
  readonly manifest: ManifestSummary
  readonly came: ReadonlyArray<string>
  readonly base: VersionNumber | undefined
}

const sealed = (command: Commit, { generation, manifest, came, base }: Sealing): DistributedDraftEvent => {
  const { artifactType, envelope, run, runFact, lastWriterWins, description, metadata, aliases, tags } = command
  return {
    type: 'DistributedCommitted',
    generation,
    artifactType,
    manifest,
    writers: came.length,
    ...(haveRoom(came) ? { writerNames: came } : {}),
    envelope,
    ...named(run, runFact),
    ...(base === undefined ? {} : { base }),
    ...(lastWriterWins === true ? { lastWriterWins: true as const } : {}),
    ...(description === undefined ? {} : { description }),
    ...(metadata === undefined ? {} : { metadata }),
    ...(aliases === undefined ? {} : { aliases }),
    ...(tags === undefined ? {} : { tags }),
  }
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

const named = (run: Commit['run'], fact: RunFact | undefined) =>
  run === undefined ? {} : { run: { ref: run, ...(fact?.finished ? { finished: true as const } : {}) } }
