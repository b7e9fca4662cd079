/** Histories for the laws of the read side: random commands through the command handler, under a clock that jumps. */

import * as E from 'fp-ts/lib/Either.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { Beginning } from '../../application/command-handling/command-handler.js'
import { saidNow } from '../../application/command-handling/said.js'
import { completeCommits } from '../../application/process-managers/complete-distributed-commit.js'
import { versionAt } from '../../domain/artifact/version-columns.js'
import type { CommandInput } from '../../domain/commands/catalogue.js'
import type { EventStore, Position, StoredEvent } from '../../domain/ports/event-store.js'
import { toPosition } from '../../domain/ports/event-store.js'
import { versionNumberAt } from '../../domain/values/names.js'
import { ArtifactRef, DraftRef, VersionRef } from '../../domain/values/references.js'
import { decoded } from '../support/decoded.js'
import { eventsIn, fakeClock, type Ledger, openTestLedger, right, START } from '../support/domain-ledger.js'
import { artifactNamed, modelNamed, runNamed } from '../support/domain-samples.js'
import { losing } from '../support/losing-store.js'

/** One is of another type, and in another project. */
const NOTES = decoded(ArtifactRef, { entity: 'acme', project: 'notes', name: 'words' })
const ARTIFACTS = [...['data', 'model'].map(artifactNamed), NOTES]
const MODELS = ['Churn', 'Old one'].map(modelNamed)
const RUNS = ['a', 'b', 'c'].map(runNamed)
const WORDS = ['one', 'two', 'three', 'four', 'five', 'six']
const ALIASES = ['production', 'best', 'with space']
const TAGS = ['x', 'y', 'z']

/**
 * The history that follows from a list of numbers: each makes one command, and what a rule refuses leaves
 * nothing. The clock jumps back and forth by up to a minute.
 */
export const historyOf = async (numbers: ReadonlyArray<number>): Promise<ReadonlyArray<StoredEvent>> => {
  let digits = 0
  const pick = <A>(from: ReadonlyArray<A>): A => {
    const item = from[digits % from.length]
    digits = Math.floor(digits / from.length)
    if (item === undefined) throw new Error('nothing to pick from')
    return item
  }
  const some = <A>(from: ReadonlyArray<A>): ReadonlyArray<A> => from.filter(() => pick([true, false]))
  const clock = fakeClock()
  const jumping = { ...clock, now: () => new Date(Date.parse(START) + ((digits * 7919) % 60_000)) }
  const ledger = openTestLedger(memoryEventStore(), { clock: jumping, files: memoryFileStore() })
  const anyVersion = () => pick([0, 1, 2, 'latest', 'production'] as const)
  const source = () => ({ collection: pick([...ARTIFACTS, ...MODELS]), version: anyVersion() })

  const command = async (): Promise<CommandInput> => {
    const artifact = pick(ARTIFACTS)
    const model = pick(MODELS)
    const run = pick(RUNS)
    const artifactType = artifact === NOTES ? 'text' : 'model'
    const distributed = { artifact, artifactType, distributedId: pick(['d1', 'd2']) }
    switch (pick([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21] as const)) {
      case 0:
      case 1:
      case 2:
      case 3:
        return {
          type: 'LogArtifactVersion',
          artifact,
          manifest: await ledger.manifest(pick(WORDS)),
          ...pick([{}, { run }]),
          ...pick([{}, { base: 0, description: 'made', tags: some(TAGS) }]),
          ...pick([{}, { metadata: { lr: pick([0.1, 0.2]), nested: { list: [1, null] } } }]),
          ...pick([{}, { aliases: some(ALIASES) }]),
          // Another life may be of another type.
          artifactType: artifact === NOTES ? 'text' : pick(['model', 'model', 'model', 'dataset']),
        }
      case 4:
        return {
          type: 'DescribeArtifactVersion',
          artifact,
          version: anyVersion(),
          ...pick([
            { description: 'better' },
            { description: null },
            { metadata: { lr: 1 } },
            { metadata: null },
            { mergeMetadata: { lr: pick([2, null]), nested: pick([{ list: null, n: 1 }, 1, null]) } },
            { mergeMetadata: { f1: 1 }, expectMetadata: pick([{ lr: 1 }, null]), description: 'merged' },
          ]),
        }
      case 5:
        return {
          type: pick(['TagArtifactVersion', 'UntagArtifactVersion'] as const),
          artifact,
          version: pick([0, 'latest']),
          tags: pick([TAGS, ['x']]),
        }
      case 6:
        return {
          type: 'DeleteArtifactVersion',
          artifact,
          version: anyVersion(),
          deleteAliases: true,
          leaveLinks: pick([true, true, false]),
        }
      case 7:
      case 8:
        return { type: 'MoveAlias', ...source(), alias: pick([pick(ALIASES), ALIASES]) }
      case 9:
        return { type: 'RemoveAlias', collection: source().collection, alias: pick([...ALIASES, 'latest']) }
      case 10:
      case 11:
      case 12:
        return { type: 'LinkToRegistry', model, source: source(), ...pick([{}, { aliases: some(ALIASES) }]) }
      case 13:
        return { type: 'UnlinkFromRegistry', model, version: anyVersion() }
      case 14:
        return pick<CommandInput>([
          {
            type: 'DescribeRegisteredModel',
            model,
            ...pick([
              { description: pick(['first', 'second', null]) },
              { metadata: pick([{ f1: 1 }, { f1: 2 }, null]) },
              { mergeMetadata: pick([{ f1: null }, { recall: { at: 1 } }, { recall: { at: null, of: 2 } }]) },
            ]),
          },
          { type: 'DescribeArtifact', artifact, description: pick(['first', 'second', null]) },
        ])
      case 15:
        return pick<CommandInput>([
          { type: pick(['TagRegisteredModel', 'UntagRegisteredModel'] as const), model, tags: pick([TAGS, ['x']]) },
          { type: pick(['TagArtifact', 'UntagArtifact'] as const), artifact, tags: pick([TAGS, ['x']]) },
        ])
      case 16:
        return { type: 'StartRun', run, ...pick([{}, { group: 'g', jobType: 'train', config: { lr: 0.1 } }]) }
      case 17:
        return pick<CommandInput>([
          {
            type: 'SummariseRun',
            run,
            metrics: { [pick(['loss', 'f1'])]: pick([0.5, 0.25, 'NaN', Number.NaN, -Infinity, 0, -0, 1e300]) },
          },
          { type: 'UseArtifactVersion', run, used: source() },
          { type: 'FinishRun', run },
        ])
      case 18:
        return {
          type: 'UpsertDistributedPart',
          ...distributed,
          writer: pick(['w1', 'w2']),
          part: await ledger.manifest(pick(WORDS)),
          ...pick([{}, { base: { collection: artifact, version: anyVersion() } }]),
          ...pick([{ overwrite: true }, {}, { overwrite: true, remove: [pick(WORDS)] }]),
        }
      case 19:
        return pick<CommandInput>([
          {
            type: 'CommitDistributed',
            ...distributed,
            writer: 'w1',
            lastWriterWins: true,
            ...pick([{}, {}, { base: { collection: artifact, version: anyVersion() } }, { writers: pick([1, 2]) }]),
          },
          { type: 'AbandonDistributed', artifact, distributedId: distributed.distributedId },
        ])
      case 21: {
        const copiedFrom = { ...pick(ARTIFACTS), version: pick([0, 1, 2].map(versionNumberAt)) }
        return {
          type: 'LogArtifactVersion',
          artifact,
          artifactType,
          manifest: (await manifestOf(ledger, copiedFrom)) ?? (await ledger.manifest(pick(WORDS))),
          copiedFrom,
          ...pick([{}, { description: 'copied' }, { metadata: null }]),
        }
      }
      case 20:
        // More often taken out: what is archived takes nothing new.
        return pick<CommandInput>([
          { type: pick(['ArchiveArtifact', 'UnarchiveArtifact', 'UnarchiveArtifact'] as const), artifact },
          {
            type: pick(['ArchiveRegisteredModel', 'UnarchiveRegisteredModel', 'UnarchiveRegisteredModel'] as const),
            model,
          },
          { type: 'DeleteArtifact', artifact, deleteAliases: pick([true, false]), leaveLinks: pick([true, false]) },
          { type: 'DeleteRegisteredModel', model, deleteAliases: pick([true, false]) },
        ])
    }
  }

  for (const run of RUNS.slice(0, 2)) await ledger.give({ type: 'StartRun', run })
  await ledger.another(losing(ledger.store)).give({ type: 'AcceptLoss' })
  for (const number of numbers) {
    digits = number
    const actor = pick(['anna', 'ben "the" ops', 'ci'])
    const given = await command()
    const outcome = await ledger.give(given, { actor }, await begun(ledger, given))
    if (given.type === 'CommitDistributed' && E.isRight(outcome)) {
      // Its version comes all the same.
      if (number % 3 === 0) await ledger.give({ type: 'ArchiveArtifact', artifact: given.artifact })
      const draft = { artifact: given.artifact, distributedId: given.distributedId }
      if (number % 7 === 0) await giveUpSeal(ledger, draft, outcome.right.answer.generation)
      await completeCommits(ledger.handler, decoded(DraftRef, draft))()
    }
  }
  return eventsIn(ledger.store)
}

/** Its artifact is deleted before the version comes, and begins again with another type. */
const giveUpSeal = async (
  ledger: Ledger,
  draft: Pick<Extract<CommandInput, { type: 'AbandonDistributed' }>, 'artifact' | 'distributedId'>,
  generation = 0,
): Promise<void> => {
  const { artifact } = draft
  await ledger.give({ type: 'DeleteArtifact', artifact, deleteAliases: true, leaveLinks: true })
  await ledger.give({ type: 'CreateArtifact', artifact, artifactType: 'another' })
  await ledger.give({ type: 'AbandonDistributed', ...draft, generation })
}

/** What is to be copied, where it is there. */
const manifestOf = async ({ handler }: Ledger, { version, ...artifact }: VersionRef) =>
  right(await handler.facts.artifact(artifact, ({ versions }) => versionAt(versions, version)?.manifest)())

/** A draft begins with what its version says, and so does a copy. */
const begun = async ({ handler }: Ledger, given: CommandInput): Promise<Beginning> => {
  if (given.type !== 'LogArtifactVersion') return {}
  const { artifact, base, copiedFrom = base === undefined ? undefined : { ...artifact, version: base } } = given
  if (copiedFrom === undefined) return {}
  const { version, ...origin } = decoded(VersionRef, copiedFrom)
  return { saidOfOrigin: right(await saidNow(handler.facts, origin, version)()) }
}

/** The same history under many entities, one event of each in turn, until there are so many. */
export const manyTimes = (events: ReadonlyArray<StoredEvent>, count: number): ReadonlyArray<StoredEvent> => {
  const all: StoredEvent[] = []
  const times = Math.ceil(count / events.length)
  for (const event of events) {
    for (let copy = 0; copy < times && all.length < count; copy++) {
      const elsewhere = (text: string): string => text.replaceAll('acme', `acme${copy}`)
      const { id, stream, data } = event
      all.push({
        ...event,
        id: `${id}-${copy}`,
        stream: elsewhere(stream),
        data: elsewhere(data),
        position: toPosition(all.length + 1),
      })
    }
  }
  return all
}

/** A store that holds a history up to a position that the test moves on; one ledger after another may be opened on it. */
export const partly = (events: ReadonlyArray<StoredEvent>): EventStore & { upTo: Position } => {
  const store = {
    ...memoryEventStore(),
    close: async () => undefined,
    upTo: toPosition(events.length),
    head: () => async () => E.right(store.upTo),
    async *readAll(after: Position) {
      for (let from: number = after; from < store.upTo; from += 100)
        yield events.slice(from, Math.min(from + 100, store.upTo))
    },
  }
  return store
}
