import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call, METHODS } from '../support/ledger-methods.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-repetition-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cats = { name: 'cats', type: 'model' }
const sharded = { name: 'sharded', type: 'dataset', content: text('part') }

/** One of each command, in an order in which all of them are accepted. */
const HISTORY: ReadonlyArray<readonly [method: string, given: object]> = [
  ['createArtifact', { name: 'empty', type: 'model', description: 'nothing yet' }],
  ['describeArtifact', { name: 'empty', description: null }],
  ['tagArtifact', { name: 'empty', tags: ['animals', 'old'] }],
  ['untagArtifact', { name: 'empty', tags: ['old'] }],
  ['archiveArtifact', { name: 'empty' }],
  ['unarchiveArtifact', { name: 'empty' }],
  ['startRun', { group: 'night', config: { lr: 0.1 } }],
  ['startRun', { run: 'r' }],
  ['logArtifact', { ...cats, content: text('A'), run: 'r', aliases: ['best'] }],
  ['logArtifact', { ...cats, content: text('B'), metadata: { f1: 0.9 } }],
  ['logArtifact', { ...cats, content: text('A') }],
  ['upsertDistributed', { ...sharded, distributedId: 'd' }],
  ['commitDistributed', { ...sharded, distributedId: 'd', aliases: ['complete'] }],
  ['upsertDistributed', { ...sharded, distributedId: 'd' }],
  ['abandonDistributed', { name: 'sharded', distributedId: 'd' }],
  ['describe', { version: 'cats:best', description: 'the best', metadata: { f1: 0.8 } }],
  ['tag', { version: 'cats:v1', tags: ['small', 'good'] }],
  ['untag', { version: 'cats:v1', tags: ['small'] }],
  ['copy', { version: 'cats:v1', to: 'lions', type: 'model' }],
  ['moveAlias', { version: 'cats:v1', alias: 'best', expect: 0 }],
  ['createRegisteredModel', { name: 'pets', type: 'model' }],
  ['link', { version: 'cats:best', to: 'pets', aliases: ['staging'] }],
  ['link', { version: 'cats:v0', to: 'pets' }],
  ['link', { version: 'cats:best', to: 'pets', aliases: ['production'] }],
  ['linkModel', { content: text('C'), to: 'pets', run: 'r', aliases: ['candidate'] }],
  ['describeRegisteredModel', { name: 'pets', description: 'all of them' }],
  ['describeRegisteredModel', { name: 'pets', metadata: { owner: 'anna' } }],
  ['tagRegisteredModel', { name: 'pets', tags: ['vision', 'old'] }],
  ['untagRegisteredModel', { name: 'pets', tags: ['old'] }],
  ['archiveRegisteredModel', { name: 'pets' }],
  ['unarchiveRegisteredModel', { name: 'pets' }],
  ['useArtifact', { run: 'r', version: 'model-registry/pets:production' }],
  ['summariseRun', { run: 'r', metrics: { loss: 0.1 } }],
  ['finishRun', { run: 'r' }],
  ['removeAlias', { name: 'pets', alias: 'staging' }],
  ['unlink', { version: 'model-registry/pets:v0' }],
  ['deleteRegisteredModel', { name: 'pets', deleteAliases: true }],
  ['deleteVersion', { version: 'cats:v1', deleteAliases: true }],
  ['deleteArtifact', { name: 'cats', deleteAliases: true, leaveLinks: true }],
  ['logArtifact', { name: 'cats', type: 'dataset', content: text('A') }],
  ['link', { version: 'cats:latest', to: 'pets' }],
]

const giveAll = async (ledger: Ledger): Promise<ReadonlyArray<unknown>> => {
  const receipts: unknown[] = []
  for (const [index, [method, given]] of HISTORY.entries()) {
    const receipt = await call(ledger, method, { ...given, commandId: `command ${index}` })
    // A run in hand has methods, which are equal to nothing.
    receipts.push(method === 'startRun' ? Object(receipt).path : receipt)
  }
  return receipts
}

describe('a command that is given again', () => {
  it('has the same receipt and records nothing, also in the next ledger and when everything has changed since', async () => {
    const options = { directory: join(folder, 'all'), actor: 'anna', entity: 'acme', project: 'animals' }
    const ledger = await openLedger(options)
    const receipts = await giveAll(ledger)
    const { position } = await ledger.moment()
    expect(await giveAll(ledger)).toEqual(receipts)
    await ledger.close()

    const reopened = await openLedger(options)
    expect(await giveAll(reopened)).toEqual(receipts)
    expect(await reopened.moment()).toMatchObject({ position })
    await reopened.close()

    // A loss is accepted in a ledger that has one alone, and again: losses.test.ts.
    const methods = new Set([...HISTORY.map(([method]) => method), 'newArtifact', 'acceptLoss'])
    expect([...methods].sort()).toEqual(Object.keys(METHODS).sort())
  })

  it('is one command, also when its repetition does not wait for it', async () => {
    const { ledger } = await memoryLedger()
    const given = { ...cats, content: text('A'), commandId: 'once' }
    const receipts = await Promise.all([1, 2, 3].map(() => ledger.logArtifact(given)))
    expect(receipts).toEqual([receipts[0], receipts[0], receipts[0]])
    expect((await ledger.versions('cats')).items).toHaveLength(1)
    await ledger.close()
  })

  it('and was cut off between its log and its link has the same version, whatever type the model has by then', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'old', type: 'dataset', content: text('O') })
    const given = { content: text('C'), to: 'pets', commandId: 'once' }
    // What is logged first is all that a process does that is killed then.
    const { name, type, content, commandId } = { ...given, name: 'pets', type: 'model' }
    await ledger.logArtifact({ name, type, content, commandId })
    await ledger.link({ version: 'old:v0', to: 'pets' })
    const refused = await rejection(ledger.linkModel(given))
    expect(refused.error).toMatchObject({ _tag: 'type-mismatch', accepted: 'dataset', offered: 'model' })
    expect((await ledger.linkModel({ ...given, to: 'others', name: 'pets' })).source).toMatchObject({ version: 0 })
    await ledger.close()
  })

  it('has the same receipt in the next life of whatever it named, of whatever type that is', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ ...cats, content: text('A') })
    await ledger.link({ version: 'cats:v0', to: 'pets' })
    const commands = [
      () => ledger.copy({ version: 'cats:v0', to: 'lions', commandId: 'copied' }),
      () => ledger.copy({ version: 'model-registry/pets:v0', to: 'tigers', commandId: 'copied' }),
      () => ledger.linkModel({ content: text('C'), name: 'pumas', to: 'wild', commandId: 'linked' }),
      () => ledger.linkModel({ content: text('D'), name: 'lynxes', to: 'pets', commandId: 'linked' }),
    ]
    const giveAll = async () => {
      const receipts: unknown[] = []
      for (const give of commands) receipts.push(await give())
      return receipts
    }
    const receipts = await giveAll()
    for (const name of ['pets', 'wild']) await ledger.deleteRegisteredModel({ name, deleteAliases: true })
    for (const name of ['cats', 'lions', 'tigers', 'pumas', 'lynxes']) {
      await ledger.deleteArtifact({ name })
      expect(await giveAll()).toEqual(receipts)
      await ledger.logArtifact({ name, type: 'dataset', content: text('rows') })
      expect(await giveAll()).toEqual(receipts)
    }
    for (const to of ['pets', 'wild']) await ledger.link({ version: 'cats', to })
    expect(await giveAll()).toEqual(receipts)
    await ledger.close()
  })

  it('means the link that it built on, when there is no registered model of the name any more', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ ...cats, content: text('A') })
    await ledger.link({ version: 'cats:v0', to: 'pets' })
    const part = { ...cats, distributedId: 'd', content: text('B', 'b'), base: 'pets:v0', commandId: 'part' }
    const receipt = await ledger.upsertDistributed(part)
    await ledger.deleteRegisteredModel({ name: 'pets' })
    expect(await ledger.upsertDistributed(part)).toEqual(receipt)
    await ledger.close()
  })

  it('and was drafted has the same receipt, whatever its version says by then', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ ...cats, content: text('A'), description: 'small', metadata: { legs: 4 } })
    const logDraft = async () => {
      const draft = await ledger.newDraft('cats:v0')
      await draft.add(text('B', 'more.txt'))
      return draft.log({ commandId: 'drafted', expectNewest: true })
    }
    const receipt = await logDraft()
    expect(receipt).toMatchObject({ version: 1, isNew: true })
    await ledger.describe({ version: 'cats:v0', description: 'large', metadata: null })
    expect(await logDraft()).toEqual({ ...receipt, takenOver: ['description', 'metadata'] })
    await ledger.close()
  })
})

/**
 * A version that is named by a bare name, and what the command does beside: each row is accepted where the one
 * collection of that name is an artifact, where it is a registered model, or in both cases.
 */
const BY_BARE_NAME: ReadonlyArray<
  readonly [method: string, where: ReadonlyArray<string>, given: object, other: object]
> = [
  ['describe', ['artifact', 'model'], { version: 'pets:v0', description: 'said' }, { description: 'other' }],
  ['tag', ['artifact', 'model'], { version: 'pets:best', tags: ['small'] }, { tags: ['other'] }],
  ['untag', ['artifact', 'model'], { version: 'pets:latest', tags: ['large'] }, { tags: ['other'] }],
  ['moveAlias', ['artifact', 'model'], { version: 'pets:v0', alias: 'production' }, { alias: 'other' }],
  ['removeAlias', ['artifact', 'model'], { name: 'pets', alias: 'best' }, { alias: 'latest' }],
  ['removeAlias', ['artifact', 'model', 'nothing'], { name: 'pets', alias: 'none', expect: 'absent' }, { alias: 'no' }],
  ['link', ['artifact', 'model'], { version: 'pets:v0', to: 'others' }, { aliases: ['other'] }],
  ['useArtifact', ['artifact', 'model'], { run: 'r', version: 'pets:latest' }, { version: 'pets:v0' }],
  ['deleteVersion', ['artifact'], { version: 'pets:v0', deleteAliases: true }, { expect: { latest: 0 } }],
  ['unlink', ['model'], { version: 'pets:v0' }, { expect: { latest: 0 } }],
]

describe('a command that names a version by a bare name', () => {
  const artifact = (ledger: Ledger) =>
    ledger.logArtifact({ name: 'pets', type: 'model', content: text('P'), aliases: ['best'], tags: ['large'] })
  const model = (ledger: Ledger) => ledger.link({ version: 'cats:v0', to: 'pets', aliases: ['best'] })
  const beginning = async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ ...cats, content: text('A'), tags: ['large'] })
    await ledger.startRun({ run: 'r' })
    return ledger
  }
  const WHERE: Readonly<Record<string, ReadonlyArray<(ledger: Ledger) => Promise<unknown>>>> = {
    artifact: [artifact, model],
    model: [model, artifact],
    nothing: [async () => undefined, model, artifact],
  }
  const rows = BY_BARE_NAME.flatMap(([method, where, given, other]) =>
    where.map((first) => ({ method, first, given, other })),
  )

  it.each(rows)('means when it is repeated what it meant at first: $method, $first, $given', async (row) => {
    const { method, given, other } = row
    const ledger = await beginning()
    const [first, ...later] = WHERE[row.first] ?? []
    await first?.(ledger)
    const receipt = await call(ledger, method, { ...given, commandId: 'once' })
    for (const make of later) {
      await make(ledger)
      expect(await call(ledger, method, { ...given, commandId: 'once' })).toEqual(receipt)
    }
    const { position } = await ledger.moment()
    const reused = await rejection(call(ledger, method, { ...given, ...other, commandId: 'once' }))
    expect(reused.code).toBe('command-id-reused')
    for (const circumstances of [{}, { commandId: 'another' }]) {
      const ambiguous = await rejection(call(ledger, method, { ...given, ...circumstances }))
      expect(ambiguous.code).toBe('ambiguous-name')
    }
    expect(await ledger.moment()).toMatchObject({ position })
    await ledger.close()
  })
})
