import { afterAll, describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type Ledger, openLedger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** A file store that counts what is put into it. */
let put = 0
const memory = memoryFileStore()
const files: FileStore = {
  ...memory,
  put: (...given) => {
    put += 1
    return memory.put(...given)
  },
}

const { ledger, events } = await memoryLedger({ files })
const cats = { name: 'cats', type: 'model', content: text('never') }
const shards = { ...cats, distributedId: 'night' }
await ledger.logArtifact({ ...cats, content: text('v0'), aliases: ['best'] })
await ledger.logArtifact({ ...cats, content: text('v1') })
await ledger.upsertDistributed({ ...shards, content: text('p') })
await ledger.commitDistributed({ name: 'cats', type: 'model', distributedId: 'night' })
await ledger.upsertDistributed({ ...shards, distributedId: 'on v0', base: 'cats:v0', overwrite: true })
await ledger.link({ version: 'cats:v0', to: 'pets' })
const onlyAnswers = await openLedger({
  events,
  files,
  actor: 'anna',
  entity: 'acme',
  project: 'animals',
  readOnly: true,
})
afterAll(async () => {
  await onlyAnswers.close()
  await ledger.close()
})

const refusals: ReadonlyArray<readonly [what: string, code: string, (ledger: Ledger) => Promise<unknown>]> = [
  ['another type', 'type-mismatch', (l) => l.logArtifact({ ...cats, type: 'dataset' })],
  ['a reserved name', 'reserved-name', (l) => l.logArtifact({ ...cats, name: 'run-x', type: 'run_table' })],
  ['an unknown run', 'run-not-found', (l) => l.logArtifact({ ...cats, run: 'nobody' })],
  ['another holder', 'alias-expectation-failed', (l) => l.logArtifact({ ...cats, expect: { best: 'absent' } })],
  ['a name in a registry', 'invalid-input', (l) => l.logArtifact({ ...cats, name: 'model-registry/x' })],
  ['a draft of another type', 'type-mismatch', (l) => l.newArtifact({ name: 'cats', type: 'dataset' })],
  ['a draft of an unknown run', 'run-not-found', async (l) => (await l.newDraft('cats')).log({ run: 'nobody' })],
  ['a draft of an older one', 'base-outdated', async (l) => (await l.newDraft('cats:v0')).log({ expectNewest: true })],
  ['a link of another type', 'type-mismatch', (l) => l.linkModel({ content: cats.content, to: 'pets', type: 'x' })],
  [
    'a link of an artifact of another type',
    'type-mismatch',
    (l) => l.linkModel({ content: cats.content, to: 'new', name: 'cats', type: 'x' }),
  ],
  ['a link of an unknown run', 'run-not-found', (l) => l.linkModel({ content: cats.content, to: 'pets', run: 'x' })],
  ['a part of another type', 'type-mismatch', (l) => l.upsertDistributed({ ...shards, type: 'x' })],
  ['a part of an unknown run', 'run-not-found', (l) => l.upsertDistributed({ ...shards, run: 'nobody' })],
  ['a part that is too late', 'draft-ended', (l) => l.upsertDistributed({ ...shards, generation: 0 })],
  ['a part that is too early', 'generation-not-open', (l) => l.upsertDistributed({ ...shards, generation: 7 })],
  [
    'a part on a version that is not there',
    'version-not-found',
    (l) => l.upsertDistributed({ ...shards, base: 'cats:v7' }),
  ],
  [
    'a part on another version than the first',
    'base-settled',
    (l) => l.upsertDistributed({ ...shards, distributedId: 'on v0', base: 'cats:v1' }),
  ],
  [
    'a commit on another version than the first',
    'base-settled',
    (l) => l.commitDistributed({ ...shards, distributedId: 'on v0', base: 'cats:v1' }),
  ],
  [
    'a part on a version of another artifact',
    'base-of-another-artifact',
    (l) => l.upsertDistributed({ ...shards, name: 'dogs', base: 'cats:v0' }),
  ],
  ['a path to remove that is none', 'illegal-path', (l) => l.upsertDistributed({ ...shards, remove: ['../x'] })],
  ['a commit of another type', 'type-mismatch', (l) => l.commitDistributed({ ...shards, type: 'x' })],
  ['a commit of an unknown run', 'run-not-found', (l) => l.commitDistributed({ ...shards, run: 'nobody' })],
  ['a commit that is too late', 'draft-ended', (l) => l.commitDistributed({ ...shards, generation: 0 })],
  ['anything, where nothing is recorded', 'read-only', () => onlyAnswers.logArtifact(cats)],
]

describe('before its content is stored', () => {
  it.each(refusals)('is refused: %s', async (_, code, refused) => {
    put = 0
    const before = await events.head()()
    expect(await rejection(refused(ledger))).toMatchObject({ code })
    expect(put).toBe(0)
    expect(await events.head()()).toEqual(before)
  })

  it('nothing is refused that was recorded before', async () => {
    const log = { ...cats, content: text('once'), aliases: ['new'], expect: { new: 'absent' as const }, commandId: 'l' }
    const logged = await ledger.logArtifact(log)
    expect(await ledger.logArtifact(log)).toEqual(logged)
    const commit = { ...shards, content: text('q'), generation: 1, commandId: 'c' }
    const committed = await ledger.commitDistributed(commit)
    expect(await ledger.commitDistributed(commit)).toEqual(committed)
  })
})
