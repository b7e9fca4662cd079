/** What the guides of W&B say in one line is said here in one line. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { sha256 } from '../../domain/values/digest.js'
import { canonicalJson } from '../../domain/values/json.js'
import type { Ledger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-short-'))
afterAll(() => rmSync(folder, { recursive: true }))
const file = join(folder, 'my_model.h5')
writeFileSync(file, 'weights')
const images = join(folder, 'images')
mkdirSync(join(images, 'cats'), { recursive: true })
writeFileSync(join(images, 'dog.png'), 'dog')
writeFileSync(join(images, 'cats', 'tom.png'), 'cat')

let ledger: Ledger
beforeEach(async () => {
  const opened = await memoryLedger()
  ledger = opened.ledger
  return () => opened.ledger.close()
})

const pathsOf = async (version: string) => (await ledger.content(version)).manifest.map(({ path }) => path)

describe('content', () => {
  const animals = { name: 'animals', type: 'dataset' }

  it('is one path, of a file under its own name, or of a directory with what is below it', async () => {
    await ledger.logArtifact({ ...animals, content: file })
    await ledger.logArtifact({ ...animals, content: `${images}/` })
    expect(await pathsOf('animals:v0')).toEqual(['my_model.h5'])
    expect(await pathsOf('animals:v1')).toEqual(['cats/tom.png', 'dog.png'])
  })

  it('is one thing of any kind, in place of a list of it', async () => {
    await ledger.logArtifact({ ...animals, content: { directory: images, as: 'all' } })
    await ledger.logArtifact({ ...animals, content: { bytes: 'x', as: 'x.txt' } })
    expect(await pathsOf('animals:v0')).toEqual(['all/cats/tom.png', 'all/dog.png'])
    expect(await pathsOf('animals:v1')).toEqual(['x.txt'])
  })

  it('is so in every method that takes content', async () => {
    const run = await ledger.startRun({ group: 'night' })
    await run.upsertDistributed({ ...animals, content: file })
    await run.commitDistributed({ ...animals, content: images })
    const draft = await ledger.newDraft('animals')
    await draft.add({ bytes: 'x', as: 'x.txt' })
    await draft.log()
    expect(await pathsOf('animals:v0')).toEqual(['cats/tom.png', 'dog.png', 'my_model.h5'])
    expect(await pathsOf('animals:v1')).toEqual(['cats/tom.png', 'dog.png', 'my_model.h5', 'x.txt'])
    await run.linkModel({ content: file, to: 'MNIST' })
    expect(await pathsOf('MNIST:v0')).toEqual(['my_model.h5'])
  })

  it.each([[''], [7], [{ bytes: 'x' }], [{ path: 'x' }], [null]])(
    'is refused in words where it is none: %j',
    async (content) => {
      const refused = await rejection(Reflect.apply(ledger.logArtifact, undefined, [{ ...animals, content }]))
      expect(refused).toMatchObject({
        code: 'invalid-input',
        error: { problems: [{ at: expect.stringMatching(/^content/) }] },
      })
    },
  )
})

describe('a model that is logged and linked in one go', () => {
  it('is an artifact that is called as its file, and never as the model', async () => {
    const linked = await ledger.linkModel({ content: file, to: 'MNIST' })
    expect(linked.source.path).toBe('acme/animals/my_model.h5:v0')
    expect(await ledger.resolve('MNIST')).toMatchObject({ path: 'acme/model-registry/MNIST:v0' })
    const alike = await ledger.linkModel({ content: text('w', 'churn'), to: 'churn' })
    expect(alike.source.path).toBe('acme/animals/churn-source:v0')
    expect(await ledger.resolve('churn')).toMatchObject({ path: 'acme/model-registry/churn:v0' })
  })

  it('by a run is called as the run and the file', async () => {
    const run = await ledger.startRun({ run: 'r1' })
    expect((await run.linkModel({ content: images, to: 'MNIST' })).source.path).toBe('acme/animals/run-r1-images:v0')
    expect((await run.linkModel({ content: file, to: 'MNIST' })).source.path).toBe('acme/animals/run-r1-my_model.h5:v0')
  })

  it('and was cut off before its link goes on when it is given again, also where it was called as the model then', async () => {
    const old = { content: text('A'), to: 'churn', commandId: 'of an older release' }
    await ledger.logArtifact({ name: 'churn', type: 'model', content: old.content, commandId: old.commandId })
    const linked = await ledger.linkModel(old)
    expect(linked.source).toMatchObject({ path: 'acme/animals/churn:v0', isNew: true })
    expect(await ledger.linkModel(old)).toEqual(linked)

    const given = { content: text('B'), to: 'pets', commandId: 'cut off' }
    await ledger.logArtifact({ name: 'weights.txt', type: 'model', content: given.content, commandId: given.commandId })
    const after = await ledger.linkModel(given)
    expect(after.source).toMatchObject({ path: 'acme/animals/weights.txt:v0', isNew: true })
    expect(await ledger.linkModel(given)).toEqual(after)
    expect((await ledger.artifacts()).items.map(({ path }) => path)).toEqual([
      'acme/animals/churn',
      'acme/animals/weights.txt',
    ])
  })
})

describe('several aliases', () => {
  beforeEach(async () => {
    for (const bytes of ['A', 'B']) await ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
    await ledger.moveAlias({ version: 'cats:v0', alias: 'best' })
  })
  const aliases = async () => (await ledger.artifact('cats')).aliases

  it('move in one step, each from whom one expects', async () => {
    const given = {
      version: 'cats:v1',
      alias: ['best', 'production'],
      expect: { best: 0, production: 'absent' },
    } as const
    const receipt = await ledger.moveAlias({ ...given, commandId: 'both' })
    expect(receipt.events).toEqual([
      { type: 'AliasMoved', alias: 'best', from: 0, to: 1 },
      { type: 'AliasMoved', alias: 'production', from: null, to: 1 },
    ])
    expect(await ledger.moveAlias({ ...given, commandId: 'both' })).toEqual(receipt)
    const copy = await memoryLedger()
    await copy.ledger.importEvents(ledger.exportEvents())
    expect((await copy.ledger.artifact('cats')).aliases).toEqual(await aliases())
    await copy.ledger.close()
  })

  it('stay where they are if one of them is held by another', async () => {
    const given = { version: 'cats:v1', alias: ['production', 'best'], expect: { best: 'absent' } } as const
    expect(await rejection(ledger.moveAlias(given))).toMatchObject({
      code: 'alias-expectation-failed',
      message: expect.stringContaining('best'),
    })
    expect(await aliases()).toEqual({ best: 0, latest: 1 })
  })

  it('are one or more', async () => {
    expect(await rejection(ledger.moveAlias({ version: 'cats:v1', alias: [] }))).toMatchObject({
      error: { problems: [{ at: 'alias', expected: expect.stringContaining('1 to 100') }] },
    })
  })
})

/** As releases before recorded it: a digest of the command with one alias as a text. */
it('a move of one alias that is given again is the same command as ever', async () => {
  const { ledger, events } = await memoryLedger()
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A') })
  await ledger.moveAlias({ version: 'cats:v0', alias: 'best', expect: 'absent', commandId: 'once' })
  const digests: unknown[] = []
  for await (const page of events.readAll(ORIGIN)) {
    digests.push(...page.map(({ metadata }) => JSON.parse(metadata).commandDigest))
  }
  const collection = { entity: 'acme', name: 'cats', project: 'animals' }
  const command = canonicalJson({ alias: 'best', collection, expect: 'absent', type: 'MoveAlias', version: 0 })
  expect(E.isRight(command) && sha256(command.right)).toBe(digests.at(-1))
  await ledger.close()
})

describe('a draft of a run', () => {
  it('has the version that it comes from as its input, and is logged by the run', async () => {
    await ledger.logArtifact({ name: 'animals', type: 'dataset', content: text('A'), aliases: ['best'] })
    await ledger.link({ version: 'animals', to: 'zoo' })
    const run = await ledger.startRun({ run: 'r1' })
    const draft = await run.newDraft('zoo:latest')
    await draft.add(text('B', 'more.txt'))
    const logged = await draft.log()
    expect(logged).toMatchObject({ path: 'acme/animals/animals:v1' })
    expect(await ledger.resolve(logged.path)).toMatchObject({ run: run.path, base: 'acme/animals/animals:v0' })
    expect((await ledger.runDetails('r1')).used).toEqual([
      { version: 'acme/animals/animals:v0', through: 'acme/model-registry/zoo:v0' },
    ])
  })
})
