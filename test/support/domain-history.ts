/** A history in which every command is given and every event recorded, with everything that they may say. */

import type * as t from 'io-ts'
import type { Beginning } from '../../application/command-handling/command-handler.js'
import type { Receipt } from '../../application/command-handling/receipt.js'
import { completeCommits } from '../../application/process-managers/complete-distributed-commit.js'
import type { CommandInput } from '../../domain/commands/catalogue.js'
import type { Envelope } from '../../domain/values/envelope.js'
import { Metadata } from '../../domain/values/names.js'
import { decoded } from './decoded.js'
import { type Ledger, right } from './domain-ledger.js'
import { artifact, artifactNamed, model, modelNamed, run } from './domain-samples.js'
import { losing } from './losing-store.js'

export interface Given {
  readonly command: CommandInput
  readonly envelope: t.OutputOf<typeof Envelope>
  readonly receipt: Receipt
}

const envelopeOf = (before: number): t.OutputOf<typeof Envelope> => ({
  commandId: `command-${before}`,
  actor: 'anna@acme.org',
  reason: 'größer ist besser',
  onBehalfOf: 'team churn',
  correlationId: 'pipeline 7',
  causationId: 'nightly',
  occurredAt: '2026-05-03T11:59:59.500Z',
})

/** Gives every command, one after another, and ends with the version of the distributed draft. */
export const giveEveryCommand = async (ledger: Ledger): Promise<ReadonlyArray<Given>> => {
  const given: Given[] = []
  for (const commands of [await everyCommand(ledger), await moreCommands(ledger)]) {
    for (const command of commands) {
      const envelope = envelopeOf(given.length)
      given.push({ command, envelope, receipt: right(await ledger.give(command, envelope, begun(command))) })
    }
    right(await completeCommits(ledger.handler, { artifact, distributedId: 'eval' })())
  }
  // By whoever finds that events are lost.
  const [command, envelope] = [{ type: 'AcceptLoss' } as const, envelopeOf(given.length)]
  const finder = ledger.another(losing(ledger.store))
  given.push({ command, envelope, receipt: right(await finder.give(command, envelope)) })
  return given
}

/** A draft that was begun from the first version takes over what that says by the end, and so does a copy. */
const begun = (command: CommandInput): Beginning =>
  command.type === 'LogArtifactVersion' &&
  (command.base === 0 || command.copiedFrom !== undefined) &&
  command.description === undefined
    ? { saidOfOrigin: { description: 'good', metadata: decoded(Metadata, { lr: 0.002 }) } }
    : {}

/** What versions say that are drafted from others, or are made by many. */
const moreCommands = async ({ manifest }: Ledger): Promise<ReadonlyArray<CommandInput>> => {
  const draft = { artifact, artifactType: 'model', distributedId: 'eval', writer: 'worker 1', generation: 2 } as const
  const copy = {
    type: 'LogArtifactVersion',
    artifact: artifactNamed('copies'),
    artifactType: 'model',
    manifest: await manifest('weights=1'),
    copiedFrom: { ...artifact, version: 0 },
  } as const
  return [
    {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await manifest('weights=4'),
      base: 0,
    },
    {
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await manifest('weights=1'),
      base: 0,
      description: 'not applied',
    },
    { type: 'UpsertDistributedPart', ...draft, part: await manifest('b=1') },
    {
      type: 'UpsertDistributedPart',
      ...draft,
      part: await manifest('weights=3'),
      base: { collection: artifact, version: 0 },
      remove: ['weights'],
      overwrite: true,
    },
    {
      type: 'CommitDistributed',
      ...draft,
      base: { collection: artifact, version: 0 },
      expectNewest: false,
      writers: ['worker 1'],
    },
    { type: 'LinkToRegistry', model, source: { collection: artifact, version: 3 } },
    { type: 'DeleteArtifactVersion', artifact, version: 3, deleteAliases: true, leaveLinks: true },
    { type: 'UpsertDistributedPart', ...draft, generation: 3, part: await manifest('weights=1') },
    { type: 'CommitDistributed', ...draft, generation: 3 },
    copy,
    { ...copy, description: 'not applied' },
  ]
}

const everyCommand = async ({ manifest }: Ledger): Promise<ReadonlyArray<CommandInput>> => {
  const ended = { ...run, run: 'run-0' }
  const words = {
    description: 'smaller and better',
    metadata: { lr: 0.001, layers: [64, 32] },
    tags: ['cnn', 'small model'],
  }
  const log = { type: 'LogArtifactVersion', artifact, artifactType: 'model' } as const
  const draft = { artifact, artifactType: 'model', distributedId: 'eval' } as const
  const link = { type: 'LinkToRegistry', model, source: { collection: artifact, version: 0 } } as const
  const through = { collection: model, version: 'production' } as const
  return [
    { type: 'StartRun', run, group: 'eval', config: { seed: 1, optimizer: { name: 'adam' } }, jobType: 'train' },
    { type: 'SummariseRun', run, metrics: { loss: 0.3, epoch: 1 } },
    {
      type: 'SummariseRun',
      run,
      metrics: { loss: 0.25, converged: false, note: 'läuft', gradient: Number.NaN, floor: -Infinity, offset: -0 },
    },
    { type: 'StartRun', run: ended },
    { type: 'FinishRun', run: ended, outcome: 'crashed' },
    { type: 'CreateArtifact', artifact, artifactType: 'model', description: 'predicts who leaves' },
    { ...log, manifest: await manifest('weights=1'), run, aliases: ['best'], ...words },
    {
      ...log,
      manifest: await manifest('weights=2'),
      run: ended,
      base: 0,
      expectedBase: 0,
      expect: { latest: 0 },
      ...words,
    },
    { ...log, manifest: await manifest('weights=1'), run: ended, base: 1, ...words },
    { type: 'DescribeArtifactVersion', artifact, version: 0, description: 'good', metadata: { lr: 0.002 } },
    { type: 'TagArtifactVersion', artifact, version: 0, tags: ['checked'] },
    { type: 'UntagArtifactVersion', artifact, version: 0, tags: ['cnn'] },
    { type: 'MoveAlias', collection: artifact, alias: 'best', version: 1, expect: 0 },
    { type: 'RemoveAlias', collection: artifact, alias: 'latest', expect: 0 },
    { type: 'DeleteArtifactVersion', artifact, version: 1, deleteAliases: true, expect: { best: 1 } },
    { type: 'UpsertDistributedPart', ...draft, writer: 'worker 1', part: await manifest('a=1'), run: ended },
    {
      type: 'CommitDistributed',
      ...draft,
      writer: 'worker 2',
      part: await manifest('a=2', 'b=2'),
      run: ended,
      generation: 0,
      lastWriterWins: true,
      aliases: ['evaluated'],
      ...words,
    },
    { type: 'UpsertDistributedPart', ...draft, writer: 'worker 1', part: await manifest('c=1'), run, generation: 1 },
    { type: 'AbandonDistributed', artifact, distributedId: 'eval', generation: 1 },
    { type: 'CreateRegisteredModel', model, artifactType: 'model', description: 'who leaves' },
    { ...link, aliases: ['staging'], expect: { staging: 'absent' } },
    { type: 'MoveAlias', collection: model, alias: 'production', version: 0, expect: 'absent' },
    { type: 'MoveAlias', collection: model, alias: 'production', version: 0 },
    { type: 'UseArtifactVersion', run: ended, used: through },
    { type: 'UseArtifactVersion', run, used: { collection: artifact, version: 0 } },
    { type: 'DescribeRegisteredModel', model, description: 'who leaves, and when' },
    { type: 'TagRegisteredModel', model, tags: ['tabular', 'churn'] },
    { type: 'UntagRegisteredModel', model, tags: ['churn'] },
    { type: 'RemoveAlias', collection: model, alias: 'production', expect: 0 },
    { type: 'UnlinkFromRegistry', model, version: 0, expect: { latest: 0 } },
    { type: 'FinishRun', run, outcome: 'finished' },
    { type: 'DescribeArtifact', artifact, description: 'predicts who leaves, and when' },
    { type: 'TagArtifact', artifact, tags: ['tabular', 'churn'] },
    { type: 'UntagArtifact', artifact, tags: ['churn'] },
    { type: 'ArchiveArtifact', artifact },
    { type: 'UnarchiveArtifact', artifact },
    { type: 'ArchiveRegisteredModel', model },
    { type: 'UnarchiveRegisteredModel', model },
    {
      type: 'DescribeRegisteredModel',
      model,
      description: 'who leaves, when, and why',
      metadata: { f1: 0.9, owners: ['anna'] },
    },
    ...(await twoLives(manifest)),
  ]
}

/** An artifact and a registered model that are deleted as a whole, and begin again; and what was sealed before. */
const twoLives = async (manifest: Ledger['manifest']): Promise<ReadonlyArray<CommandInput>> => {
  const [old, over] = [artifactNamed('old'), modelNamed('Over')]
  const log = { type: 'LogArtifactVersion', artifact: old, artifactType: 'model' } as const
  const late = { artifact: old, artifactType: 'dataset', distributedId: 'late' } as const
  const link = (version: number) =>
    ({ type: 'LinkToRegistry', model: over, source: { collection: old, version } }) as const
  return [
    { ...log, manifest: await manifest('old=1'), aliases: ['best'] },
    link(0),
    { type: 'DeleteArtifact', artifact: old, deleteAliases: true, leaveLinks: true },
    { type: 'DeleteRegisteredModel', model: over },
    { ...log, artifactType: 'dataset', manifest: await manifest('old=1') },
    link(1),
    { type: 'UpsertDistributedPart', ...late, writer: 'w', part: await manifest('late=1') },
    { type: 'CommitDistributed', ...late, writer: 'w' },
    { type: 'DeleteArtifact', artifact: old, leaveLinks: true },
    { ...log, manifest: await manifest('old=2') },
    { type: 'AbandonDistributed', artifact: old, distributedId: late.distributedId, generation: 0 },
  ]
}
