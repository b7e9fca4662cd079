/**
 * Every method that is public, by whose it is, with what it is given in the ledger of `furnished`. Each is an
 * argument list of its own at each call, so that a test may spoil it. A method without a row fails the tests that
 * go through these tables.
 */
import { mkdtempSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { systemClock } from '../../adapters/system/index.js'
import { type Draft, type Ledger, type LedgerAsOf, openLedger, projection, type Run } from '../../index.js'
import type { OneStream } from '../../ledger/looking-back/one-stream.js'

/** A fresh list of arguments. */
export type Given = () => ReadonlyArray<unknown>
type Rows<Methods> = Readonly<Record<Extract<keyof Methods, string>, Given>>

/** Where files are downloaded to; whoever does so removes it. */
export const DOWNLOADS = mkdtempSync(join(tmpdir(), 'public-methods-'))

const metadata = () => ({ lr: 0.1, layers: [{ units: 64 }, { units: 32 }], q: ['a'] })
const content = (words: string, as = 'weights.bin') => [{ bytes: new TextEncoder().encode(words), as }]
const stoppable = () => ({ signal: new AbortController().signal })
const unstoppable = (commandId: string) => ({
  commandId,
  actor: 'anna',
  reason: 'a reason',
  onBehalfOf: 'the team',
  correlationId: 'a request',
  causationId: 'a cause',
  occurredAt: new Date('2026-05-03T14:00:00Z'),
})
const someone = (commandId: string) => ({ ...unstoppable(commandId), ...stoppable() })
const said = () => ({ description: 'said', metadata: metadata(), aliases: ['best'], tags: ['small', 'quick'] })
const nothing = () => undefined

/** A projection that every ledger of these tables is opened with. */
export const counted = projection({
  name: 'counted',
  version: 1,
  folds: ['AliasMoved', 'AliasRemoved', 'ArtifactVersionTagged'],
  initial: () => new Map<string, number>(),
  apply: (counts, { event: { type } }) => counts.set(type, (counts.get(type) ?? 0) + 1),
})

/** What every ledger of these tables holds before: one of everything that can be asked for. */
export const furnished = async (ledger: Ledger): Promise<void> => {
  const run = await ledger.startRun({ run: 'r', group: 'night', jobType: 'train', config: metadata() })
  await run.logArtifact({ name: 'cats', type: 'model', content: content('zero'), ...said(), commandId: 'c0' })
  await run.summarise({ loss: 0.5 })
  await ledger.logArtifact({ name: 'cats', type: 'model', content: [...content('one'), ...content('two', 'two.bin')] })
  await run.useArtifact('cats:v1')
  await ledger.link({ version: 'cats:v0', to: 'm', aliases: ['production'] })
  await ledger.describe({ version: 'cats:v1', description: 'the second', metadata: metadata() })
  await ledger.tag({ version: 'cats:v1', tags: ['large'] })
  await ledger.logArtifact({ name: 'dogs', type: 'model', content: content('old', 'old.bin') })
  await run.upsertDistributed({ name: 'dogs', type: 'model', content: content('part', 'part.bin') })
  await ledger.createArtifact({ name: 'birds', type: 'model' })
}

/** A furnished ledger of its own, of which two are alike: times and ids are the same. */
export const furnishedAlike = async (): Promise<Ledger> => {
  let ids = 0
  const now = () => new Date('2026-05-03T15:00:00Z')
  const ledger = await openLedger({
    ...{ events: memoryEventStore(), files: memoryFileStore({ now }), actor: 'anna' },
    ...{ entity: 'acme', project: 'animals' },
    clock: { ...systemClock, now },
    ids: { next: () => `id-${ids++}`, fraction: () => 0.5 },
    projections: [counted],
  })
  await furnished(ledger)
  return ledger
}

const collections = {
  name: 'acme/**',
  entity: 'acme',
  type: 'model',
  tag: 'small',
  text: 'Small one',
  where: 'has tag',
  withArchived: true,
  withDeleted: true,
  limit: 10,
  ...stoppable(),
}

const questions = {
  read: () => [counted, (counts: ReadonlyMap<string, number>) => [...counts], stoppable()],
  moment: () => [stoppable()],
  resolve: () => ['cats:v0', stoppable()],
  version: () => ['m:production', stoppable()],
  artifact: () => ['cats', stoppable()],
  registeredModel: () => ['m', stoppable()],
  runDetails: () => ['r', stoppable()],
  openDrafts: () => [stoppable()],
  entities: () => [{ name: 'ac*', limit: 10, ...stoppable() }],
  projects: () => [{ name: 'acme/*', entity: 'acme', limit: 10, ...stoppable() }],
  artifactTypes: () => [{ name: 'mod*', entity: 'acme', project: 'animals', limit: 10, ...stoppable() }],
  artifacts: () => [{ ...collections, project: 'animals' }],
  artifactsByTag: () => [{ ...collections, project: 'animals' }],
  registeredModels: () => [{ ...collections, registry: 'model-registry' }],
  registeredModelsByTag: () => [{ ...collections, registry: 'model-registry' }],
  runs: () => [
    {
      name: 'acme/**',
      entity: 'acme',
      project: 'animals',
      where: 'metric:loss < 1 or group = night',
      orderBy: { metric: 'loss' },
      order: 'descending',
      limit: 10,
      ...stoppable(),
    },
  ],
  versions: () => ['cats', { limit: 10, order: 'ascending', ...stoppable() }],
  search: () => [
    {
      name: 'acme/**',
      kind: 'artifact',
      entity: 'acme',
      project: 'animals',
      type: 'model',
      tag: 'small',
      text: 'CATS small',
      where: 'tag = small and not missing metadata:lr',
      alias: 'best',
      metadata: [{ key: 'lr', is: '<', value: 1 }],
      metrics: [{ key: 'loss', is: '<', value: 1 }],
      actor: 'anna',
      from: new Date(0),
      until: new Date('2100-01-01T00:00:00Z'),
      withDeleted: true,
      withArchived: true,
      orderBy: { metadata: 'lr' },
      order: 'ascending',
      limit: 10,
      ...stoppable(),
    },
  ],
  diff: () => ['cats:v0', 'cats:v1', { keys: {}, limit: 10, ...stoppable() }],
  lineage: () => [{ of: 'cats:v0', direction: 'both', depth: 5, limit: 100, ...stoppable() }],
  paths: () => [{ from: { run: 'r' }, to: 'cats:v0', length: 5, limit: 10, ...stoppable() }],
  history: () => [
    {
      of: 'cats',
      actor: 'anna',
      alias: 'best',
      types: ['AliasMoved'],
      after: 0,
      from: new Date(0),
      until: new Date('2100-01-01T00:00:00Z'),
      order: 'descending',
      limit: 10,
      ...stoppable(),
    },
  ],
  exportHistory: () => [
    {
      format: 'ndjson',
      of: 'cats',
      actor: 'anna',
      alias: 'best',
      types: ['AliasMoved'],
      after: 0,
      from: '2020-01-01',
      until: 5,
      order: 'ascending',
      ...stoppable(),
    },
  ],
  aliasHistory: () => [{ of: 'cats', alias: 'best', ...stoppable() }],
} satisfies Rows<LedgerAsOf>

const replay = () => ({
  of: 'cats',
  actor: 'anna',
  alias: 'best',
  types: ['AliasMoved'],
  after: 0,
  until: 5,
  order: 'ascending',
  pace: { every: 0 },
})

const feed = () => ({ of: 'cats', types: ['AliasMoved'], after: 0, until: 5 })

/** Those of a view at a moment, and of a ledger. */
export const ASKED: Rows<LedgerAsOf> = questions

export const ONE_STREAM: Rows<OneStream> = {
  history: () => [
    {
      of: 'cats',
      actor: 'anna',
      alias: 'best',
      types: ['AliasMoved'],
      after: 0,
      until: 5,
      order: 'descending',
      limit: 10,
      ...stoppable(),
    },
  ],
  exportHistory: questions.exportHistory,
  aliasHistory: questions.aliasHistory,
  locate: () => ['cats:v0', stoppable()],
  aliases: () => ['cats', stoppable()],
  replay: () => [{ ...replay(), ...stoppable() }],
}

export const DRAFT: Rows<Omit<Draft, 'artifact' | 'base' | 'description' | 'metadata'>> = {
  add: () => [
    content('three', 'three.bin'),
    { overwrite: true, exclude: ['*.tmp', '!x'], links: 'follow', ...stoppable() },
  ],
  remove: () => ['weights.bin'],
  entries: () => [],
  log: () => [{ ...said(), run: 'r', expect: { best: 0 }, expectNewest: true, ...someone('drafted') }],
}

export const RUN: Rows<Omit<Run, 'path'>> = {
  newDraft: () => ['cats:v1', stoppable()],
  useModel: () => [
    'cats:v1',
    {
      to: DOWNLOADS,
      overwrite: true,
      exact: false,
      onRemove: nothing,
      onProgress: nothing,
      ...someone('used here'),
    },
  ],
  useArtifact: () => ['cats:v1', someone('used by a run')],
  logArtifact: () => [
    {
      name: 'cats',
      type: 'model',
      content: content('by a run'),
      onProgress: nothing,
      ...said(),
      expect: { best: 0 },
      ...someone('logged by a run'),
    },
  ],
  linkModel: () => [
    {
      content: content('linked'),
      to: 'm2',
      name: 'foxes',
      type: 'model',
      onProgress: nothing,
      ...said(),
      ...someone('linked by a run'),
    },
  ],
  upsertDistributed: () => [
    {
      name: 'dogs',
      type: 'model',
      content: content('mine', 'mine.bin'),
      base: 'dogs:v0',
      remove: ['old.bin'],
      overwrite: true,
      writer: 'w',
      generation: 0,
      openNext: true,
      distributedId: 'night',
      onProgress: nothing,
      ...someone('a part'),
    },
  ],
  commitDistributed: () => [
    {
      name: 'dogs',
      type: 'model',
      content: content('last', 'last.bin'),
      base: 'dogs:v0',
      remove: ['old.bin'],
      overwrite: true,
      expectNewest: true,
      writers: 3,
      writer: 'v',
      generation: 0,
      openNext: true,
      distributedId: 'night',
      lastWriterWins: true,
      onProgress: nothing,
      ...said(),
      ...someone('a commit'),
    },
  ],
  summarise: () => [{ loss: 0.25, word: 'better' }, someone('summarised here')],
  finish: () => ['failed', someone('finished here')],
}

/** In the order in which one call leaves what the next needs. */
export const LEDGER: Rows<Omit<Ledger, 'watchPosition' | 'behind' | 'damage' | 'close'>> = {
  ...questions,
  at: () => [new Date('2026-05-03T15:00:00Z')],
  watch: () => [(now: LedgerAsOf) => now.resolve('cats:v0')],
  replay: () => [{ ...replay(), ...stoppable() }],
  replayed: () => [replay()],
  events: () => [{ ...feed(), ...stoppable() }],
  watchEvents: () => [feed()],
  consume: () => [
    'index',
    nothing,
    {
      checkpoint: { load: async () => undefined, save: async () => undefined },
      ...{ after: 0, types: ['AliasMoved'], of: 'cats', parkAfter: 3, ...stoppable() },
    },
  ],
  diffMoments: () => [0, new Date('2026-05-03T15:00:00Z'), stoppable()],
  waitFor: () => [1, 1000, stoppable()],
  rebuild: () => [nothing, stoppable()],
  progress: () => [stoppable()],
  content: () => ['cats:v1', { paths: ['**'], ...stoppable() }],
  download: () => [
    {
      version: 'cats:v0',
      to: DOWNLOADS,
      paths: ['weights.bin'],
      overwrite: true,
      exact: false,
      dryRun: false,
      onRemove: nothing,
      onProgress: nothing,
      ...stoppable(),
    },
  ],
  useModel: () => [
    {
      version: 'cats:v0',
      run: 'r',
      to: DOWNLOADS,
      overwrite: true,
      exact: false,
      onRemove: nothing,
      onProgress: nothing,
      ...someone('used here'),
    },
  ],
  openFile: () => [{ version: 'cats:v0', path: 'weights.bin', range: { start: 0, end: 2 }, ...stoppable() }],
  exportEvents: () => [stoppable()],
  importEvents: () => [[], nothing, { ownId: true, ...stoppable() }],
  collectable: () => [stoppable()],
  collectGarbage: () => [{ files: [], bytes: 0 }, nothing, stoppable()],
  verify: () => [nothing, { contents: true, ...stoppable() }],
  run: () => ['r'],
  newDraft: () => ['cats:v1', stoppable()],
  newArtifact: () => [{ name: 'cats', type: 'model', ...stoppable() }],
  execute: () => [
    {
      ...unstoppable('executed'),
      command: {
        type: 'TagArtifactVersion',
        artifact: { entity: 'acme', project: 'animals', name: 'cats' },
        version: 1,
        tags: ['executed'],
      },
    },
    stoppable(),
  ],
  createArtifact: () => [{ name: 'mice', type: 'model', description: 'd', ...someone('created') }],
  logArtifact: () => [
    {
      name: 'cats',
      type: 'model',
      content: content('three'),
      exclude: ['*.tmp', '!x'],
      links: 'skip',
      onProgress: nothing,
      ...said(),
      run: 'r',
      expect: { best: 0 },
      ...someone('logged'),
    },
  ],
  upsertDistributed: () => [
    {
      name: 'dogs',
      type: 'model',
      content: content('other', 'other.bin'),
      base: 'dogs:v0',
      remove: ['old.bin'],
      overwrite: true,
      distributedId: 'night',
      run: 'r',
      writer: 'x',
      generation: 0,
      openNext: true,
      onProgress: nothing,
      ...someone('upserted'),
    },
  ],
  commitDistributed: () => [
    {
      name: 'dogs',
      type: 'model',
      content: content('more', 'more.bin'),
      base: 'dogs:v0',
      remove: ['old.bin'],
      overwrite: true,
      expectNewest: true,
      writers: 3,
      distributedId: 'night',
      run: 'r',
      writer: 'y',
      generation: 0,
      openNext: true,
      lastWriterWins: true,
      onProgress: nothing,
      ...said(),
      ...someone('committed'),
    },
  ],
  abandonDistributed: () => [{ name: 'wolves', distributedId: 'day', generation: 0, ...someone('abandoned') }],
  describe: () => [
    {
      version: 'cats:v1',
      description: 'again',
      metadata: metadata(),
      mergeMetadata: metadata(),
      expectMetadata: metadata(),
      ...someone('described'),
    },
  ],
  tag: () => [{ version: 'cats:v1', tags: ['tagged'], ...someone('tagged') }],
  untag: () => [{ version: 'cats:v1', tags: ['large'], ...someone('untagged') }],
  describeArtifact: () => [{ name: 'cats', description: 'all', ...someone('described an artifact') }],
  tagArtifact: () => [{ name: 'cats', tags: ['a', 'b'], ...someone('tagged an artifact') }],
  archiveArtifact: () => [{ name: 'birds', ...someone('archived an artifact') }],
  unarchiveArtifact: () => [{ name: 'birds', ...someone('unarchived an artifact') }],
  untagArtifact: () => [{ name: 'cats', tags: ['a'], ...someone('untagged an artifact') }],
  moveAlias: () => [{ version: 'cats:v1', alias: 'candidate', expect: 'absent', ...someone('moved') }],
  removeAlias: () => [{ name: 'cats', alias: 'candidate', expect: 1, ...someone('removed') }],
  createRegisteredModel: () => [{ name: 'n', type: 'model', description: 'd', ...someone('made') }],
  copy: () => [
    {
      version: 'cats:v1',
      to: 'lions',
      type: 'model',
      expect: { latest: 'absent' },
      ...said(),
      ...someone('copied'),
    },
  ],
  link: () => [
    { version: 'cats:v1', to: 'm', aliases: ['staging'], expect: { staging: 'absent' }, ...someone('linked') },
  ],
  linkModel: () => [
    {
      content: content('for m'),
      to: 'm',
      name: 'lynxes',
      type: 'model',
      run: 'r',
      onProgress: nothing,
      ...said(),
      ...someone('logged and linked'),
    },
  ],
  describeRegisteredModel: () => [
    {
      name: 'm',
      description: 'd',
      metadata: metadata(),
      mergeMetadata: metadata(),
      expectMetadata: null,
      ...someone('described a model'),
    },
  ],
  tagRegisteredModel: () => [{ name: 'm', tags: ['a', 'b'], ...someone('tagged a model') }],
  untagRegisteredModel: () => [{ name: 'm', tags: ['a'], ...someone('untagged a model') }],
  deleteRegisteredModel: () => [{ name: 'n', deleteAliases: true, ...someone('deleted a model') }],
  archiveRegisteredModel: () => [{ name: 'm', ...someone('archived a model') }],
  unarchiveRegisteredModel: () => [{ name: 'm', ...someone('unarchived a model') }],
  unlink: () => [{ version: 'model-registry/m:v1', expect: { staging: 1 }, ...someone('unlinked') }],
  deleteVersion: () => [
    { version: 'cats:v1', deleteAliases: true, leaveLinks: true, expect: { latest: 1 }, ...someone('deleted') },
  ],
  deleteArtifact: () => [{ name: 'birds', deleteAliases: true, leaveLinks: true, ...someone('deleted an artifact') }],
  startRun: () => [{ run: 's', group: 'g', config: metadata(), jobType: 'train', ...someone('started') }],
  summariseRun: () => [{ run: 'r', metrics: { loss: 0.125 }, ...someone('summarised') }],
  useArtifact: () => [{ run: 'r', version: 'cats:v0', ...someone('used') }],
  acceptLoss: () => [someone('gave up')],
  finishRun: () => [{ run: 'r', outcome: 'failed', ...someone('finished') }],
}
