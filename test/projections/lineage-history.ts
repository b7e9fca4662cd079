/** Random histories in a small world, given through the write side, so that every event in them is legal. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { completeCommits } from '../../application/process-managers/complete-distributed-commit.js'
import { versionAt } from '../../domain/artifact/version-columns.js'
import type { CommandInput } from '../../domain/commands/catalogue.js'
import { decodeShape } from '../../domain/events/event-shapes.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import type { Envelope } from '../../domain/values/envelope.js'
import { actorOf, recordedAtOf } from '../../domain/values/metadata-text.js'
import { type VersionNumber, versionNumberAt } from '../../domain/values/names.js'
import type { ArtifactRef, CollectionRef } from '../../domain/values/references.js'
import { DraftRef } from '../../domain/values/references.js'
import type { ProjectedEvent } from '../../projections/projection.js'
import { noPositionTimes, type PositionTimes, recordTime } from '../../projections/storage/position-times.js'
import { decoded } from '../support/decoded.js'
import { eventsIn, openTestLedger, right } from '../support/domain-ledger.js'
import { artifactNamed, modelNamed, runNamed } from '../support/domain-samples.js'
import { losing } from '../support/losing-store.js'

const ARTIFACTS = ['raw', 'model']
const MODELS = ['Churn <&"> 1']
const RUNS = ['run-0', 'run-1', 'run-2']

/** A command in which contents are words; their manifests are stored when it is given. */
type Words = (
  manifest: (word: string) => Promise<GivenManifest>,
  manifestOf: (artifact: ArtifactRef, version: VersionNumber) => Promise<GivenManifest | undefined>,
) => Promise<CommandInput>
type GivenManifest = Extract<CommandInput, { manifest: unknown }>['manifest']

export interface Step {
  readonly command: Words
  readonly envelope: Partial<Envelope>
}

const artifact = fc.constantFrom(...ARTIFACTS).map(artifactNamed)
const model = fc.constantFrom(...MODELS).map(modelNamed)
const run = fc.constantFrom(...RUNS).map(runNamed)
const collection: fc.Arbitrary<CollectionRef> = fc.oneof(artifact, model)
const version = fc.nat(2)
const content = fc.constantFrom('a', 'b', 'c', 'd', 'e')
const alias = fc.constantFrom('production', 'staging', 'best')
const distributedId = fc.constantFrom('sweep')
const maybe = <K extends string, A>(key: K, value: fc.Arbitrary<A>): fc.Arbitrary<{ readonly [P in K]?: A }> =>
  fc.option(value, { nil: undefined }).map((given) => (given === undefined ? {} : { [key]: given })) as fc.Arbitrary<{
    readonly [P in K]?: A
  }>
const plain = <C extends CommandInput>(command: fc.Arbitrary<C>): fc.Arbitrary<Words> =>
  command.map((given) => async () => given)

const command: fc.Arbitrary<Words> = fc.oneof(
  { weight: 2, arbitrary: plain(run.map((named) => ({ type: 'StartRun', run: named }) as const)) },
  {
    weight: 6,
    arbitrary: fc
      .tuple(artifact, content, maybe('run', run), maybe('base', fc.constant(0)), maybe('aliases', fc.array(alias)))
      .map(
        ([into, word, made, base, aliases]): Words =>
          async (manifest) => ({
            type: 'LogArtifactVersion',
            artifact: into,
            artifactType: 'model',
            manifest: await manifest(word),
            ...made,
            ...base,
            ...aliases,
          }),
      ),
  },
  {
    weight: 3,
    arbitrary: fc.tuple(artifact, artifact, version, maybe('run', run)).map(
      ([of, into, number, made]): Words =>
        async (manifest, manifestOf) => ({
          type: 'LogArtifactVersion',
          artifact: into,
          artifactType: 'model',
          manifest: (await manifestOf(of, versionNumberAt(number))) ?? (await manifest('none')),
          copiedFrom: { ...of, version: number },
          ...made,
        }),
    ),
  },
  {
    weight: 4,
    arbitrary: plain(
      fc.tuple(run, collection, version).map(([by, used, number]) => ({
        type: 'UseArtifactVersion',
        run: by,
        used: { collection: used, version: number },
      })),
    ),
  },
  {
    weight: 3,
    arbitrary: plain(
      fc
        .tuple(model, collection, version, maybe('aliases', fc.array(alias)))
        .map(([into, source, number, aliases]) => ({
          type: 'LinkToRegistry',
          model: into,
          source: { collection: source, version: number },
          ...aliases,
        })),
    ),
  },
  {
    weight: 1,
    arbitrary: plain(
      fc.tuple(model, version).map(([from, number]) => ({ type: 'UnlinkFromRegistry', model: from, version: number })),
    ),
  },
  {
    weight: 1,
    arbitrary: plain(
      fc.tuple(artifact, version).map(([from, number]) => ({
        type: 'DeleteArtifactVersion',
        artifact: from,
        version: number,
        deleteAliases: true,
        leaveLinks: true,
      })),
    ),
  },
  {
    weight: 3,
    arbitrary: plain(
      fc
        .tuple(collection, alias, version)
        .map(([of, moved, number]) => ({ type: 'MoveAlias', collection: of, alias: moved, version: number })),
    ),
  },
  {
    weight: 2,
    arbitrary: plain(
      fc.tuple(collection, alias).map(([of, removed]) => ({ type: 'RemoveAlias', collection: of, alias: removed })),
    ),
  },
  {
    weight: 2,
    arbitrary: fc
      .tuple(artifact, distributedId, fc.constantFrom('w1', 'w2'), content, maybe('run', run), fc.option(version))
      .map(
        ([into, id, writer, word, made, number]): Words =>
          async (manifest) => ({
            type: 'UpsertDistributedPart',
            artifact: into,
            artifactType: 'model',
            distributedId: id,
            writer,
            part: await manifest(`${writer}/${word}`),
            overwrite: true,
            ...made,
            ...(number === null ? {} : { base: { collection: into, version: number } }),
          }),
      ),
  },
  {
    weight: 1,
    arbitrary: plain(
      fc.tuple(artifact, distributedId, maybe('run', run)).map(([into, id, made]) => ({
        type: 'CommitDistributed',
        artifact: into,
        artifactType: 'model',
        distributedId: id,
        writer: 'w1',
        ...made,
      })),
    ),
  },
  {
    weight: 1,
    arbitrary: plain(
      fc
        .tuple(artifact, distributedId)
        .map(([of, id]) => ({ type: 'AbandonDistributed', artifact: of, distributedId: id })),
    ),
  },
  { weight: 1, arbitrary: plain(run.map((ended) => ({ type: 'FinishRun', run: ended, outcome: 'failed' }))) },
  {
    weight: 3,
    arbitrary: plain(
      fc.oneof(
        fc.tuple(artifact, version, fc.constantFrom('good', 'better')).map(([of, number, description]) => ({
          type: 'DescribeArtifactVersion' as const,
          artifact: of,
          version: number,
          description,
        })),
        fc
          .tuple(model, fc.constantFrom('good', 'better'))
          .map(([of, description]) => ({ type: 'DescribeRegisteredModel' as const, model: of, description })),
        fc
          .tuple(model, fc.constantFrom({ f1: 0.5 }, { f1: 0.25 }, null))
          .map(([of, metadata]) => ({ type: 'DescribeRegisteredModel' as const, model: of, metadata })),
        fc
          .tuple(artifact, fc.constantFrom('good', 'better', null))
          .map(([of, description]) => ({ type: 'DescribeArtifact' as const, artifact: of, description })),
        fc
          .tuple(run, fc.constantFrom(0.5, 0.25))
          .map(([of, loss]) => ({ type: 'SummariseRun' as const, run: of, metrics: { loss } })),
      ),
    ),
  },
  {
    weight: 2,
    arbitrary: plain(
      fc.oneof(
        fc
          .tuple(fc.constantFrom('ArchiveArtifact', 'UnarchiveArtifact', 'UnarchiveArtifact'), artifact)
          .map(([type, of]) => ({ type, artifact: of })),
        fc
          .tuple(
            fc.constantFrom('ArchiveRegisteredModel', 'UnarchiveRegisteredModel', 'UnarchiveRegisteredModel'),
            model,
          )
          .map(([type, of]) => ({ type, model: of })),
        artifact.map((of) => ({
          type: 'DeleteArtifact' as const,
          artifact: of,
          deleteAliases: true,
          leaveLinks: true,
        })),
        model.map((of) => ({ type: 'DeleteRegisteredModel' as const, model: of, deleteAliases: true })),
      ),
    ),
  },
  {
    weight: 4,
    arbitrary: plain(
      fc.oneof(
        fc
          .tuple(fc.constantFrom('TagArtifactVersion', 'UntagArtifactVersion'), artifact)
          .map(([type, of]) => ({ type, artifact: of, version: 0, tags: ['cnn'] })),
        fc
          .tuple(fc.constantFrom('TagRegisteredModel', 'UntagRegisteredModel'), model)
          .map(([type, of]) => ({ type, model: of, tags: ['tabular'] })),
        fc
          .tuple(fc.constantFrom('TagArtifact', 'UntagArtifact'), artifact)
          .map(([type, of]) => ({ type, artifact: of, tags: ['images'] })),
      ),
    ),
  },
)

const step: fc.Arbitrary<Step> = fc.record({
  command,
  envelope: fc
    .tuple(fc.constantFrom('ann', 'bob', 'ci'), maybe('reason', fc.constantFrom('better', '=1+1, "quoted"\nand more')))
    .map(([actor, reason]) => ({ actor, ...reason })),
})

export const history: fc.Arbitrary<ReadonlyArray<Step>> = fc.array(step, { minLength: 30, maxLength: 70, size: 'max' })

/** Runs a history from a small beginning; what a rule refuses is left out of it. */
export const happen = async (
  steps: ReadonlyArray<Step>,
): Promise<{ store: EventStore; events: ReadonlyArray<StoredEvent> }> => {
  const ledger = openTestLedger()
  const { manifest, give, handler, store } = ledger
  const manifestOf: Parameters<Words>[1] = async (artifact, version) =>
    right(await handler.facts.artifact(artifact, ({ versions }) => versionAt(versions, version)?.manifest)())
  const log = { type: 'LogArtifactVersion', artifactType: 'model' } as const
  const [raw, model] = ARTIFACTS.map(artifactNamed)
  if (raw === undefined || model === undefined) throw new Error('no artifacts')
  for (const name of RUNS.slice(0, 2)) await give({ type: 'StartRun', run: runNamed(name) })
  await give({ ...log, artifact: raw, manifest: await manifest('first') })
  await give({ ...log, artifact: model, manifest: await manifest('first'), run: runNamed('run-0') })
  await ledger.another(losing(store)).give({ type: 'AcceptLoss' })
  for (const { command: words, envelope } of steps) {
    const given = await words((word) => manifest(word), manifestOf)
    const outcome = await give(given, envelope)
    if (given.type === 'CommitDistributed' && E.isRight(outcome)) {
      await completeCommits(
        handler,
        decoded(DraftRef, { artifact: given.artifact, distributedId: given.distributedId }),
      )()
    }
  }
  return { store, events: await eventsIn(store) }
}

/** The times of their positions. */
export const timesOf = (events: ReadonlyArray<StoredEvent>): PositionTimes => {
  const times = noPositionTimes()
  for (const stored of events) recordTime(times, stored.position, recordedAtOf(stored))
  return times
}

/** Events as projections get them. */
export const seen = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<ProjectedEvent> =>
  events.map((stored) => {
    const event = decodeShape(stored)
    if (typeof event === 'string') throw new Error(`${event}: ${stored.type}`)
    const { stream, revision, position } = stored
    return { stream, revision, position, time: 0, actor: actorOf(stored), event, stored }
  })
