/** Distributed versions: many writers bring a part each, and one of them seals what comes of it. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import type { CommandHandler } from '../../application/command-handling/command-handler.js'
import type { FactReader } from '../../application/command-handling/facts.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { completeCommit, completeCommits } from '../../application/process-managers/complete-distributed-commit.js'
import type { UpsertDistributedPart } from '../../domain/distributed-draft/commands.js'
import type { EndedGeneration } from '../../domain/distributed-draft/state.js'
import { distributedIdOf, writerOf } from '../../domain/distributed-draft/whose-part.js'
import { wrongWords } from '../../domain/events/new-names.js'
import { runFact } from '../../domain/run/state.js'
import type { ReadonlyState } from '../../domain/values/decider.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { canonicalPath } from '../../domain/values/manifest/path.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type { DraftRef, RunRef } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import type { WriteError } from '../calling/errors.js'
import * as inputs from '../calling/input.js'
import type { Calling } from '../calling/resolve-names.js'
import { answered, type CommandFields, now, run, wrong } from '../calling/send-command.js'
import { type Contents, type Noted, noted } from '../files/contents.js'
import type { Note } from '../files/store-content.js'
import { described, type VersionReceipt, versionReceipt } from '../logging/log.js'
import { missedBy } from '../logging/outdated-base.js'

/** The receipt of the version that a distributed commit led to, and the generation that it sealed. */
export interface CommitReceipt extends VersionReceipt {
  readonly generation: number
  /** Who brought parts, in the order in which they came first. */
  readonly writers: ReadonlyArray<string>
  /** The number of the version that was built on; `null` where none was. */
  readonly base: number | null
}

export interface DistributedMethods {
  /** Adds one writer's part to a distributed version; the receipt names the generation that took it. */
  upsertDistributed: (given: args.UpsertDistributed) => Promise<Receipt & Noted & { readonly generation: number }>
  /** Seals a distributed version, with a part of the committer's own or without, and logs it. */
  commitDistributed: (given: args.CommitDistributed) => Promise<CommitReceipt>
  /** Gives the open generation of a distributed version up. */
  abandonDistributed: (given: args.AbandonDistributed) => Promise<Receipt>
}

export const distributedMethods = (calling: Calling, contents: Contents): DistributedMethods => {
  const { handler, checked, give } = calling.sender
  return {
    upsertDistributed: async (given) => {
      const input = await checked(inputs.UpsertDistributed, given)
      if (input.content === undefined && (input.remove ?? []).length === 0) return now(NOTHING_GIVEN)
      const { fields, draft, part, notes } = await distributed(calling, contents, input)
      if (part === undefined) return now(NOTHING_GIVEN)
      const receipt = await give({ type: 'UpsertDistributedPart', ...draft, part }, fields)
      return { ...receipt, generation: await answered(receipt, 'generation'), ...noted(notes) }
    },

    commitDistributed: async (given) => {
      const input = await checked(inputs.CommitDistributed, given)
      const { fields, draft, part, notes } = await distributed(calling, contents, input)
      const { lastWriterWins, writers, expectNewest } = input
      const accepted = await give(
        {
          type: 'CommitDistributed',
          ...draft,
          ...described(input),
          ...omitUndefined({ part, lastWriterWins, writers, expectNewest }),
        },
        fields,
      )
      const generation = await answered(accepted, 'generation')
      const receipt = await run(completeCommit(handler, draft, generation))
      const sealed = await run(handler.facts.draft(draft, ({ ended }) => sealOf(ended[generation])))
      const logged = await versionReceipt(draft.artifact, receipt)
      const missed = await missedBy(calling, contents, draft.artifact, logged)
      return { ...logged, ...missed, generation, ...sealed, ...noted(notes) }
    },

    abandonDistributed: async (given) => {
      const input = await checked(inputs.AbandonDistributed, given)
      const { distributedId, generation } = input
      const artifact = await calling.names.artifactNamed(input.name)
      const begun = await begin(handler, { artifact, distributedId })
      return give(
        { type: 'AbandonDistributed', artifact, distributedId, ...omitUndefined({ generation }) },
        { ...input, begun },
      )
    },
  }
}

const NOTHING_GIVEN = E.left(wrong('content', 'a list of content, or paths to remove', 'nothing'))

/** What a receipt tells of a generation that was committed. */
const sealOf = (end: ReadonlyState<EndedGeneration> | undefined): Pick<CommitReceipt, 'writers' | 'base'> => ({
  writers: [...(end?.writers ?? [])],
  base: end?.committed?.base ?? null,
})

/** Begins a call to a draft: answers the generation that is open now, or that comes next. */
export const begin = async (handler: CommandHandler, draft: DraftRef): Promise<number> => {
  const begun = await run(handler.facts.draft(draft, ({ generation }) => generation))
  await finishLeft(handler, draft)
  return begun
}

/**
 * Logs the versions that were left when a commit was interrupted after its seal. What cannot be finished now keeps
 * nobody from a command of their own.
 */
const finishLeft = (handler: CommandHandler, draft: DraftRef) => completeCommits(handler, draft)()

/** Which draft is meant: the id that is given, or that of the run. */
const draftMeant = async (facts: FactReader, given: string | undefined, maker: RunRef | undefined): Promise<string> => {
  if (given !== undefined) return given
  if (maker === undefined) return now(distributedIdOf(undefined, undefined))
  const fact = await run(facts.run(maker, runFact))
  return fact === null ? now(E.left({ _tag: 'run-not-found', run: maker })) : now(distributedIdOf(maker, fact))
}

/** What upsert and commit have in common: the draft that is meant, whose part it is, and the part itself. */
const distributed = async (
  { sender, names }: Calling,
  { store }: Contents,
  given: Omit<args.CommitDistributed, 'aliases' | 'content'> & {
    readonly content?: ReadonlyArray<args.ContentItem>
    readonly aliases?: ReadonlyArray<string>
  },
): Promise<{
  fields: CommandFields
  draft: Omit<UpsertDistributedPart, 'type' | 'part'>
  part: ManifestSummary | undefined
  notes: ReadonlyArray<Note>
}> => {
  const { handler, identified } = sender
  const { content, generation, openNext, overwrite, base: baseName } = given
  const maker = await names.maybeRun(given.run)
  const artifact = await names.artifactNamed(given.name)
  const base = baseName === undefined ? undefined : await names.baseNamed(baseName, artifact)
  const remove = given.remove === undefined ? undefined : await now(canonicalPaths(given.remove))
  const distributedId = await draftMeant(names.facts, given.distributedId, maker)
  const begun = await begin(handler, { artifact, distributedId })
  const fields = identified<CommandFields>({ ...given, begun })
  const writer = given.writer ?? writerOf(maker, fields.commandId)
  const draft = {
    artifact,
    artifactType: given.type,
    distributedId,
    writer,
    ...omitUndefined({ run: maker, generation, openNext, base, remove, overwrite }),
  }
  if (content === undefined && (remove === undefined || remove.length === 0)) {
    return { fields, draft, part: undefined, notes: [] }
  }
  const problems = wrongWords(given)
  if (problems.length > 0) await now(E.left({ _tag: 'invalid-input', problems }))
  // A commit that brings a part may be refused for the same reasons as the part alone.
  await run(
    handler.check({ type: 'UpsertDistributedPart', ...draft, generation: generation ?? begun }, fields.commandId),
  )
  const { manifest, notes } = await store(content ?? [], given)
  return { fields, draft, part: manifest, notes }
}

/** As manifests have them: `d/` is `d`. */
const canonicalPaths = (paths: ReadonlyArray<string>): E.Either<WriteError, ReadonlyArray<string>> =>
  pipe(
    paths,
    E.traverseArray((path) =>
      E.mapLeft((expected: string): WriteError => ({ _tag: 'illegal-path', path, expected }))(canonicalPath(path)),
    ),
    E.map((canonical) => [...new Set(canonical)]),
  )
