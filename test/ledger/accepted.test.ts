/** Commands that are accepted and change nothing: remembered under the caller's id, and seen only by those who ask. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { type Ledger, openLedger } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call, METHODS } from '../support/ledger-methods.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-accepted-'))
afterAll(() => rmSync(folder, { recursive: true }))

type Told = readonly [method: string, given: object]

const cats = { name: 'cats', type: 'model' }
const shards = { name: 'shards', type: 'dataset', distributedId: 'd', writer: 'w', content: text('part') }
const pets = 'model-registry/pets'

const BEFORE: ReadonlyArray<Told> = [
  ['startRun', { run: 'r', group: 'night' }],
  ['logArtifact', { ...cats, content: text('A'), description: 'first', tags: ['small'] }],
  ['logArtifact', { ...cats, content: text('deleted') }],
  ['deleteVersion', { version: 'cats:v1', deleteAliases: true }],
  ['moveAlias', { version: 'cats:v0', alias: 'latest' }],
  ['moveAlias', { version: 'cats:v0', alias: 'production' }],
  ['upsertDistributed', shards],
  ['link', { version: 'cats:v0', to: 'pets', aliases: ['production'] }],
  ['logArtifact', { name: 'dogs', type: 'model', content: text('D') }],
  ['link', { version: 'dogs:v0', to: 'pets' }],
  ['unlink', { version: `${pets}:v1` }],
  ['moveAlias', { version: `${pets}:v0`, alias: 'latest' }],
  ['describeRegisteredModel', { name: 'pets', description: 'all of them' }],
  ['tagRegisteredModel', { name: 'pets', tags: ['vision'] }],
  ['describeArtifact', { name: 'cats', description: 'all of them' }],
  ['tagArtifact', { name: 'cats', tags: ['images'] }],
  ['copy', { version: 'cats:v0', to: 'copies' }],
  ['createArtifact', { name: 'attic', type: 'model' }],
  ['archiveArtifact', { name: 'attic' }],
  ['createRegisteredModel', { name: 'cellar', type: 'model' }],
  ['archiveRegisteredModel', { name: 'cellar' }],
  ['createArtifact', { name: 'gone', type: 'model' }],
  ['deleteArtifact', { name: 'gone' }],
  ['createRegisteredModel', { name: 'over', type: 'model' }],
  ['deleteRegisteredModel', { name: 'over' }],
  ['useArtifact', { run: 'r', version: `${pets}:production` }],
  ['summariseRun', { run: 'r', metrics: { loss: 0.5 } }],
  ['finishRun', { run: 'r' }],
]

/** One of each command that can change nothing, all of them accepted. */
const NOTHING: ReadonlyArray<Told> = [
  ['createArtifact', cats],
  ['startRun', { run: 'r', group: 'night' }],
  ['logArtifact', { ...cats, content: text('A') }],
  ['copy', { version: 'cats:v0', to: 'copies' }],
  ['upsertDistributed', shards],
  ['describe', { version: 'cats:v0', description: 'first' }],
  ['describe', { version: 'cats:production', description: 'first' }],
  ['tag', { version: 'cats:v0', tags: ['small'] }],
  ['untag', { version: 'cats:v0', tags: ['large'] }],
  ['deleteVersion', { version: 'cats:v1' }],
  ['moveAlias', { version: 'cats:v0', alias: 'production' }],
  ['moveAlias', { version: `${pets}:v0`, alias: 'production' }],
  ['removeAlias', { name: 'cats', alias: 'best', expect: 'absent' }],
  ['removeAlias', { name: 'acme/animals/later', alias: 'best', expect: 'absent' }],
  ['createRegisteredModel', { name: 'pets', type: 'model' }],
  ['link', { version: 'cats:v0', to: 'pets' }],
  ['link', { version: `${pets}:production`, to: 'pets', aliases: ['production'] }],
  ['linkModel', { ...cats, content: text('A'), to: 'pets' }],
  ['unlink', { version: `${pets}:v1` }],
  ['describeRegisteredModel', { name: 'pets', description: 'all of them' }],
  ['tagRegisteredModel', { name: 'pets', tags: ['vision'] }],
  ['untagRegisteredModel', { name: 'pets', tags: ['sound'] }],
  ['describeArtifact', { name: 'cats', description: 'all of them' }],
  ['tagArtifact', { name: 'cats', tags: ['images'] }],
  ['untagArtifact', { name: 'cats', tags: ['sounds'] }],
  ['deleteArtifact', { name: 'gone' }],
  ['deleteRegisteredModel', { name: 'over' }],
  ['archiveArtifact', { name: 'attic' }],
  ['unarchiveArtifact', { name: 'cats' }],
  ['archiveRegisteredModel', { name: 'cellar' }],
  ['unarchiveRegisteredModel', { name: 'pets' }],
  ['useArtifact', { run: 'r', version: `${pets}:production` }],
  ['summariseRun', { run: 'r', metrics: { loss: 0.5 } }],
  ['finishRun', { run: 'r' }],
]

/** After these, each of those above would act, be refused, or be about something else. */
const AFTER: ReadonlyArray<Told> = [
  ['logArtifact', { ...cats, content: text('B'), aliases: ['production', 'best'] }],
  ['describe', { version: 'cats:v0', description: 'second' }],
  ['untag', { version: 'cats:v0', tags: ['small'] }],
  ['tag', { version: 'cats:v0', tags: ['large'] }],
  ['commitDistributed', { ...shards, content: undefined }],
  ['logArtifact', { name: 'later', type: 'model', content: text('L'), aliases: ['best'] }],
  ['link', { version: 'cats:v2', to: 'pets', aliases: ['production'] }],
  ['unlink', { version: `${pets}:v0` }],
  ['deleteVersion', { version: 'cats:v0', deleteAliases: true }],
  ['describeArtifact', { name: 'cats', description: 'some of them' }],
  ['untagArtifact', { name: 'cats', tags: ['images'] }],
  ['describeRegisteredModel', { name: 'pets', description: 'some of them' }],
  ['untagRegisteredModel', { name: 'pets', tags: ['vision'] }],
  ['tagRegisteredModel', { name: 'pets', tags: ['sound'] }],
  ['createArtifact', { name: 'gone', type: 'dataset' }],
  ['link', { version: 'cats:v2', to: 'over' }],
  ['unarchiveArtifact', { name: 'attic' }],
  ['archiveArtifact', { name: 'cats' }],
  ['unarchiveRegisteredModel', { name: 'cellar' }],
  ['archiveRegisteredModel', { name: 'pets' }],
  ['summariseRun', { run: 'r', metrics: { loss: 0.1 } }],
]

const giveAll = async (ledger: Ledger, all: ReadonlyArray<Told>, id?: string): Promise<ReadonlyArray<unknown>> => {
  const receipts: unknown[] = []
  for (const [index, [method, given]] of all.entries()) {
    const commandId = id === undefined ? undefined : `${id} ${index}`
    const receipt = await call(ledger, method, { ...given, commandId })
    // A run in hand has methods, which are equal to nothing.
    receipts.push(method === 'startRun' ? Object(receipt).path : receipt)
  }
  return receipts
}

const setting = { actor: 'anna', entity: 'acme', project: 'animals' }

/** A store in memory that is there for the next ledger, too. */
const lasting = <Store>(store: Store) => ({ ...store, close: async () => undefined })

/** Opens the same ledger again and again. */
type Reopening = () => Promise<{ readonly open: () => Promise<Ledger>; readonly end: () => Promise<void> }>

const STORES: ReadonlyArray<readonly [name: string, Reopening]> = [
  [
    'memory',
    async () => {
      const stores = { events: lasting(memoryEventStore()), files: lasting(memoryFileStore()) }
      return { open: () => openLedger({ ...stores, ...setting }), end: async () => undefined }
    },
  ],
  [
    'SQLite',
    async () => ({
      open: () => openLedger({ directory: join(folder, 'all'), ...setting }),
      end: async () => undefined,
    }),
  ],
  [
    'EventStoreDB',
    async () => {
      const standIn = await StandIn.start()
      const files = lasting(memoryFileStore())
      return {
        open: () => openLedger({ events: eventStoreDb(standIn.connectionString()), files, ...setting }),
        end: () => standIn.stop(),
      }
    },
  ],
]

describe.each(STORES)('a command that changed nothing, under an id of the caller, on %s', (_name, reopening) => {
  it('has the same receipt for ever and never acts, however late it is repeated', async () => {
    const { open, end } = await reopening()
    const ledger = await open()
    await giveAll(ledger, BEFORE)
    const receipts = await giveAll(ledger, NOTHING, 'nothing')
    for (const [index, receipt] of receipts.entries()) {
      const [method, { length }] = [NOTHING[index]?.[0], Object(receipt).events ?? []]
      expect(length, `${method} changed something`).toBe(0)
    }
    await giveAll(ledger, AFTER)
    const { position } = await ledger.moment()
    expect(await giveAll(ledger, NOTHING, 'nothing')).toEqual(receipts)
    await ledger.close()

    const later = await open()
    expect(await giveAll(later, NOTHING, 'nothing')).toEqual(receipts)
    expect(await later.moment()).toMatchObject({ position })
    expect(await later.resolve('cats:production')).toMatchObject({ path: 'acme/animals/cats:v2' })
    await later.close()
    await end()
  })
})

describe('a command that changes nothing', () => {
  it('is tried by every method that can', () => {
    const always = ['newArtifact', 'commitDistributed', 'abandonDistributed', 'acceptLoss']
    const methods = new Set([...NOTHING.map(([method]) => method), ...always])
    expect([...methods].sort()).toEqual(Object.keys(METHODS).sort())
  })

  it('records nothing where the caller has no id of their own', async () => {
    const { ledger } = await memoryLedger()
    await giveAll(ledger, BEFORE)
    const { position } = await ledger.moment()
    await giveAll(ledger, NOTHING)
    expect(await ledger.moment()).toMatchObject({ position })
    await ledger.close()
  })

  it('names what it was about, also where others take that away before it is answered', async () => {
    const [store, files] = [memoryEventStore(), memoryFileStore()]
    const { ledger: other } = await memoryLedger({ events: store, files })
    let reads = Number.NaN
    const events: EventStore = {
      ...store,
      async *readStream(stream, after) {
        yield* store.readStream(stream, after)
        // Once to decide, and once to see that what it was decided on is still so.
        if (stream.startsWith('model-') && ++reads === 2) await other.unlink({ version: `${pets}:v0` })
      },
    }
    const { ledger } = await memoryLedger({ events, files })
    await giveAll(ledger, BEFORE)
    reads = 0
    expect(await ledger.link({ version: 'cats:v0', to: 'pets' })).toMatchObject({ path: `acme/${pets}:v0`, events: [] })
    expect(reads).toBe(2)
    await ledger.close()
    await other.close()
  })

  it('is refused where its id was that of another command, and the other way round', async () => {
    const { ledger } = await memoryLedger()
    await giveAll(ledger, BEFORE)
    const moving = { alias: 'production', commandId: 'deploy-17' }
    await ledger.moveAlias({ version: 'cats:v0', ...moving })
    const other = await rejection(ledger.removeAlias({ name: 'cats', ...moving }))
    expect(other).toMatchObject({ code: 'command-id-reused' })
    await ledger.close()
  })

  it('is known by its id to whoever delivers it as it stands', async () => {
    const { ledger } = await memoryLedger()
    await giveAll(ledger, BEFORE)
    const collection = { entity: 'acme', project: 'animals', name: 'cats' }
    const command = { type: 'MoveAlias', collection, alias: 'production', version: 0 }
    const delivered = { commandId: 'deploy-17', actor: 'queue', command }
    const receipt = await ledger.execute(delivered)
    expect(receipt).toMatchObject({ events: [], answer: { version: 0 } })
    await giveAll(ledger, AFTER)
    expect(await ledger.execute(delivered)).toEqual(receipt)
    expect(await ledger.resolve('cats:production')).toMatchObject({ version: 2 })
    await ledger.close()
  })
})

describe.each<readonly [string, (ledger: Ledger, version: string, commandId?: string) => Promise<unknown>]>([
  ['tag', (ledger, version, commandId) => ledger.tag({ version, tags: ['approved'], commandId })],
  ['untag', (ledger, version, commandId) => ledger.untag({ version, tags: ['large'], commandId })],
  ['describe', (ledger, version, commandId) => ledger.describe({ version, description: 'approved', commandId })],
])('a command to the source of a link: %s', (_name, give) => {
  const linked = async () => {
    const { ledger } = await memoryLedger()
    for (const name of ['cats', 'dogs']) {
      await ledger.logArtifact({ name, type: 'model', content: text(name), tags: ['large'] })
      await ledger.link({ version: `${name}:v0`, to: 'pets' })
    }
    await ledger.moveAlias({ version: `${pets}:v0`, alias: 'production' })
    return ledger
  }

  it('means the same source when it is repeated, wherever the alias points by then', async () => {
    const ledger = await linked()
    const receipt = await give(ledger, `${pets}:production`, 'approval 1')
    expect(receipt).toMatchObject({ stream: 'artifact-acme/animals/cats' })
    await ledger.moveAlias({ version: `${pets}:v1`, alias: 'production' })
    const dogs = await ledger.resolve('dogs:v0')
    const { position } = await ledger.moment()
    expect(await give(ledger, `${pets}:production`, 'approval 1')).toEqual(receipt)
    await ledger.unlink({ version: `${pets}:v0` })
    expect(await give(ledger, `${pets}:production`, 'approval 1')).toEqual(receipt)
    expect(await ledger.resolve('dogs:v0')).toEqual(dogs)
    expect((await ledger.history({ after: position })).items.map(({ type }) => type)).not.toContain('CommandAccepted')
    const other = await rejection(give(ledger, `${pets}:v1`, 'approval 1'))
    expect(other).toMatchObject({ code: 'command-id-reused' })
    await ledger.close()
  })

  it('records nothing of the link where the caller has no id of their own', async () => {
    const ledger = await linked()
    await give(ledger, `${pets}:production`)
    const { items: lines } = await ledger.history({ types: ['CommandAccepted'] })
    expect(lines).toEqual([])
    await ledger.close()
  })
})

describe('the memory of a command that changed nothing', () => {
  const remembering = async () => {
    const stores = await memoryLedger()
    const { ledger } = stores
    await giveAll(ledger, BEFORE)
    const { position } = await ledger.moment()
    const receipts = await giveAll(ledger, NOTHING, 'nothing')
    return { ...stores, position, receipts }
  }

  it('stands in no history that does not ask for it', async () => {
    const { ledger, position } = await remembering()
    const plain = { limit: 200, after: position }
    const version = { of: 'cats:v0' }
    const draft = { of: { draft: 'shards', distributedId: 'd', generation: 0 } }
    const asked = { types: ['CommandAccepted' as const] }
    for (const question of [
      {},
      { actor: 'anna' },
      { of: 'cats' },
      version,
      { of: { run: 'r' } },
      draft,
      { of: pets },
    ]) {
      for (const order of ['descending', 'ascending'] as const) {
        expect((await ledger.history({ ...plain, ...question, order })).items, JSON.stringify(question)).toEqual([])
        const { items: lines } = await ledger.history({ ...plain, ...question, ...asked, order })
        expect(lines.length, JSON.stringify(question)).toBeGreaterThan(0)
      }
    }
    const steps: string[] = []
    for await (const { change } of ledger.replay({ after: position })) steps.push(change.type)
    expect(steps).toEqual([])
    for await (const { change } of ledger.replay({ after: position, ...asked })) steps.push(change.type)
    // linkModel is two commands, and the run was started once more.
    expect(steps).toHaveLength(NOTHING.length + 1)
    const { items: lines } = await oneStreamOf(ledger).history({ of: 'cats', limit: 1, ...asked })
    const last = NOTHING.findIndex(([method]) => method === 'unarchiveArtifact')
    expect(lines[0]).toMatchObject({ type: 'CommandAccepted', commandId: `nothing ${last}` })
    await ledger.close()
  })

  it('says who gave which command about what', async () => {
    const { ledger } = await memoryLedger()
    await giveAll(ledger, BEFORE)
    await ledger.moveAlias({ version: 'cats:v0', alias: 'production', commandId: 'deploy-17', reason: 'sure' })
    await ledger.upsertDistributed({ ...shards, commandId: 'again' })
    await ledger.useArtifact({ run: 'r', version: 'dogs', commandId: 'used' })
    await ledger.useArtifact({ run: 'r', version: 'dogs', commandId: 'used again' })
    const { items: lines } = await ledger.history({ types: ['CommandAccepted'], order: 'ascending' })
    expect(lines.map(({ subject, what, before, after }) => [subject, what, before, after])).toEqual([
      ['acme/animals/cats:v0', 'gave a command about acme/animals/cats:v0 that changed nothing', null, null],
      ['acme/animals/shards/d#0', 'gave a command about acme/animals/shards/d#0 that changed nothing', null, null],
      ['acme/animals/r', 'gave a command about acme/animals/r that changed nothing', null, null],
    ])
    expect(lines[0]).toMatchObject({ actor: 'anna', reason: 'sure', commandId: 'deploy-17' })
    await ledger.close()
  })

  it('is an event like others to positions, waiting, progress and verification', async () => {
    const { ledger, receipts } = await remembering()
    const position: number = Object(receipts.at(-1)).position
    await ledger.waitFor(position)
    expect(await ledger.moment()).toMatchObject({ position })
    expect((await ledger.progress()).unknownEvents).toEqual({})
    expect(await ledger.verify()).toMatchObject({ damaged: [] })
    await ledger.close()
  })

  it('goes with an export, and keeps its promise where it is imported', async () => {
    const { ledger, files, receipts } = await remembering()
    await giveAll(ledger, AFTER)
    const lines: string[] = []
    for await (const line of ledger.exportEvents()) lines.push(line)
    const { ledger: copy } = await memoryLedger({ files, sharedFiles: true })
    await copy.importEvents(lines)
    const { position } = await copy.moment()
    const repeated = await giveAll(copy, NOTHING, 'nothing')
    expect(await copy.moment()).toMatchObject({ position })
    const about = (all: ReadonlyArray<unknown>) => all.map((receipt) => Object(receipt).answer)
    expect(about(repeated)).toEqual(about(receipts))
    await copy.close()
    await ledger.close()
  })

  it('makes nothing: a collection that is named before it is there is not there', async () => {
    const { ledger } = await memoryLedger()
    const removing = { name: 'acme/animals/later', alias: 'best', expect: 'absent' as const, commandId: 'early' }
    await ledger.removeAlias(removing)
    expect(await ledger.artifacts()).toMatchObject({ items: [] })
    await ledger.logArtifact({ name: 'later', type: 'model', content: text('L'), aliases: ['best'] })
    expect(await ledger.removeAlias(removing)).toMatchObject({ events: [] })
    expect(await ledger.resolve('later:best')).toMatchObject({ version: 0 })
    expect((await oneStreamOf(ledger).aliasHistory({ of: 'later' })).items).toHaveLength(2)
    await ledger.close()
  })
})
