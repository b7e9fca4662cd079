/** The behaviour of W&B artifacts and registered models, as reference/wandb-semantics.md and DESIGN section 5 have it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import type { EventStore } from '../../domain/ports/event-store.js'
import { type Ledger, openLedger, type Version } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { startScript } from '../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-behaviour-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledger: Ledger
let events: EventStore
beforeEach(async () => {
  const opened = await memoryLedger()
  ledger = opened.ledger
  events = opened.events
  return () => opened.ledger.close()
})

const log = (bytes: string, more: object = {}) =>
  ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes), ...more })

describe('a version', () => {
  it('is not made again for content that any live version has; `latest` and the aliases move to that one', async () => {
    await log('A')
    await log('B', { aliases: ['best'] })
    const again = await log('A', { aliases: ['best'], description: 'not applied', tags: ['neither'] })
    expect(again).toMatchObject({ path: 'acme/animals/cats:v0', version: 0, isNew: false })
    expect(await ledger.artifact('cats')).toMatchObject({ versionCount: 2, newest: 1, aliases: { best: 0, latest: 0 } })
    expect(await ledger.resolve('cats')).toMatchObject({ version: 0, description: null, tags: [] })
  })

  it('that a second run logs again has that run as a further producer; the same run again changes nothing', async () => {
    const [one, two] = [await ledger.startRun({ run: 'one' }), await ledger.startRun({ run: 'two' })]
    const given = { name: 'cats', type: 'model', content: text('A') }
    await one.logArtifact(given)
    const again = await two.logArtifact(given)
    expect(again).toMatchObject({ version: 0, isNew: false })
    const { events: none, ...unchanged } = await two.logArtifact(given)
    expect(none).toEqual([])
    expect(unchanged).toMatchObject({ version: 0, isNew: false, path: 'acme/animals/cats:v0' })
    expect(await ledger.resolve('cats')).toMatchObject({ run: one.path, producers: [one.path, two.path] })
    for (const run of [one, two]) {
      expect(await ledger.runDetails(run.path)).toMatchObject({ logged: ['acme/animals/cats:v0'] })
    }
  })

  it('never gets the number of a deleted one, and deleted content is logged anew', async () => {
    await log('A')
    await log('B')
    await ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true })
    const missing = await rejection(ledger.resolve('cats:latest'))
    expect(missing).toMatchObject({
      code: 'version-not-found',
      message: expect.stringContaining('newest version is v0'),
    })
    expect(await ledger.version('cats:v1')).toMatchObject({ deleted: { position: expect.any(Number) } })
    expect(await rejection(ledger.resolve('cats:v1'))).toMatchObject({ code: 'version-deleted' })
    expect(await log('B')).toMatchObject({ version: 2, isNew: true })
    expect((await ledger.versions('cats')).items.map(({ deleted }) => deleted !== null)).toEqual([false, true, false])
  })

  it('of a finished run is late, and still its', async () => {
    const run = await ledger.startRun({ run: 'over' })
    await run.finish()
    const { events } = await run.logArtifact({ name: 'cats', type: 'model', content: text('A') })
    expect(events).toContainEqual(expect.objectContaining({ run: expect.objectContaining({ finished: true }) }))
  })

  it('has canonical paths', async () => {
    await log('', {
      content: [
        { bytes: '1', as: 'a//b/./c' },
        { bytes: '2', as: './d/' },
      ],
    })
    expect((await ledger.content('cats')).manifest.map(({ path }) => path)).toEqual(['a/b/c', 'd'])
  })
})

describe('a registered model', () => {
  it('numbers its links in their order, whatever the numbers of their sources', async () => {
    await log('A')
    await log('B')
    expect(await ledger.link({ version: 'cats:v1', to: 'pets' })).toMatchObject({ version: 0, isNew: true })
    expect(await ledger.link({ version: 'cats:v0', to: 'pets' })).toMatchObject({ version: 1, isNew: true })
    expect(await ledger.resolve('model-registry/pets')).toMatchObject({ version: 1, source: 'acme/animals/cats:v0' })
    expect(await ledger.resolve('cats:v1')).toMatchObject({
      aliases: ['latest'],
      links: ['acme/model-registry/pets:v0'],
    })
  })

  it('gives the same version linked again its number, and moves the aliases', async () => {
    await log('A')
    await log('B')
    await ledger.link({ version: 'cats:v0', to: 'pets' })
    await ledger.link({ version: 'cats:v1', to: 'pets' })
    const again = await ledger.link({ version: 'cats:v0', to: 'pets', aliases: ['production'] })
    expect(again).toMatchObject({ path: 'acme/model-registry/pets:v0', version: 0, isNew: false })
    expect(await ledger.registeredModel('pets')).toMatchObject({
      aliases: { latest: 0, production: 0 },
      versionCount: 2,
    })
  })

  it('gives a version that was unlinked a new number', async () => {
    await log('A')
    await ledger.link({ version: 'cats', to: 'pets', aliases: ['production'] })
    await ledger.unlink({ version: 'model-registry/pets:production' })
    expect(await ledger.resolve('cats')).toMatchObject({ links: [] })
    expect(await ledger.registeredModel('pets')).toMatchObject({ aliases: {}, newest: null, versionCount: 0 })
    expect(await ledger.link({ version: 'cats', to: 'pets' })).toMatchObject({ version: 1, isNew: true })
    expect(await ledger.version('model-registry/pets:v0')).toMatchObject({ unlinked: { position: expect.any(Number) } })
  })

  it('that a link is linked to links its source', async () => {
    await log('A')
    await ledger.link({ version: 'cats', to: 'pets' })
    await ledger.link({ version: 'model-registry/pets', to: 'wandb-registry-core/all' })
    expect(await ledger.resolve('wandb-registry-core/all')).toMatchObject({
      source: 'acme/animals/cats:v0',
      links: ['acme/model-registry/pets:v0', 'acme/wandb-registry-core/all:v0'],
    })
  })

  it('shows the words and tags of the source, which are edited through the link', async () => {
    await log('A', { description: 'before' })
    await ledger.link({ version: 'cats', to: 'pets', aliases: ['production'] })
    const version = 'model-registry/pets:production'
    await ledger.describe({ version, description: 'after', metadata: { f1: 0.9 } })
    await ledger.tag({ version, tags: ['good', 'small'] })
    await ledger.untag({ version, tags: ['small'] })
    for (const path of ['cats:v0', version]) {
      expect(await ledger.resolve(path)).toMatchObject({ description: 'after', metadata: { f1: 0.9 }, tags: ['good'] })
    }
  })

  it('keeps a link whose source is deleted, and says so', async () => {
    await log('A')
    await ledger.link({ version: 'cats', to: 'pets' })
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true, leaveLinks: true })
    expect(await ledger.version('model-registry/pets')).toMatchObject({ deleted: { position: expect.any(Number) } })
    const { message } = await rejection(ledger.resolve('model-registry/pets'))
    expect(message).toMatch(/pets:v0 links to acme\/animals\/cats:v0, which was deleted/)
  })

  it('takes the type that it accepts for what is logged and linked without one', async () => {
    await ledger.createRegisteredModel({ name: 'pets', type: 'checkpoint' })
    const linked = await ledger.linkModel({ content: text('A'), to: 'pets' })
    expect(linked).toMatchObject({ version: 0, source: { path: 'acme/animals/weights.txt:v0' } })
    expect(await ledger.resolve(linked.source.path)).toMatchObject({ type: 'checkpoint' })
  })

  it('and an artifact of one name must be told apart', async () => {
    await log('A')
    await ledger.link({ version: 'cats', to: 'cats' })
    const readings = ['acme/animals/cats', 'acme/model-registry/cats']
    for (const asked of [ledger.resolve('cats'), ledger.moveAlias({ version: 'cats:v0', alias: 'x' })]) {
      const refused = await rejection(asked)
      expect(refused).toMatchObject({ code: 'ambiguous-name', error: { readings } })
      expect(refused.message).toMatch(/acme\/animals\/cats or acme\/model-registry\/cats; write the one/)
    }
    expect(await ledger.resolve('model-registry/cats')).toMatchObject({ kind: 'registered' })
  })
})

describe('two who promote at once', () => {
  it('one wins, and the other is told who', async () => {
    const stores = { events }
    for (const bytes of ['A', 'B', 'C']) await log(bytes)
    await ledger.moveAlias({ version: 'cats:v0', alias: 'production' })
    const other = await memoryLedger(stores)
    const outcomes = await Promise.allSettled([
      ledger.moveAlias({ version: 'cats:v1', alias: 'production', expect: 0, actor: 'bob' }),
      other.ledger.moveAlias({ version: 'cats:v2', alias: 'production', expect: 0, actor: 'carla' }),
    ])
    const lost = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []))
    const { version, actor } =
      outcomes[0]?.status === 'fulfilled' ? { version: 1, actor: 'bob' } : { version: 2, actor: 'carla' }
    expect(lost).toHaveLength(1)
    expect(lost[0]).toMatchObject({ code: 'alias-expectation-failed', error: { holder: { version, by: actor } } })
    expect(await ledger.resolve('cats:production')).toMatchObject({ version })
  })
})

describe('what was written', () => {
  it('is read at once, by the writer and by every other ledger on the same stores', async () => {
    const directory = join(folder, 'shared')
    const options = { directory, actor: 'anna', entity: 'acme', project: 'animals' }
    const [one, other] = [await openLedger(options), await openLedger(options)]
    for (let n = 0; n < 20; n++) {
      const [writer, reader] = n % 2 === 0 ? [one, other] : [other, one]
      await writer.logArtifact({ name: 'cats', type: 'model', content: text(`${n}`) })
      expect(await writer.resolve('cats')).toMatchObject({ version: n })
      expect(await reader.resolve('cats')).toMatchObject({ version: n })
    }
    await Promise.all([one.close(), other.close()])
  })

  it('is not seen by a ledger on other stores', async () => {
    const { ledger: other } = await memoryLedger()
    await log('A')
    expect(await other.artifacts()).toEqual({ items: [] })
    expect(await rejection(other.resolve('cats'))).toMatchObject({ code: 'not-found' })
    await other.logArtifact({ name: 'dogs', type: 'model', content: text('B') })
    expect((await ledger.artifacts()).items.map(({ path }) => path)).toEqual(['acme/animals/cats'])
    await other.close()
  })
})

describe('answers that are watched', () => {
  it('come with every change, stop with the subscription, and end with the ledger', async () => {
    await log('A')
    const answers: Version[] = []
    const positions: number[] = []
    let completed = 0
    const complete = () => {
      completed += 1
    }
    const stopped = ledger.watch((now) => now.resolve('cats')).subscribe((answer) => answers.push(answer))
    ledger.watchPosition.subscribe({ next: (position) => positions.push(position), complete })
    ledger.watch((now) => now.artifacts()).subscribe({ complete })
    await expect.poll(() => answers.map(({ version }) => version)).toEqual([0])
    await log('B')
    await expect.poll(() => answers.map(({ version }) => version)).toEqual([0, 1])
    stopped.unsubscribe()
    const { position } = await log('C')
    await expect.poll(() => positions.at(-1)).toBe(position)
    expect(answers).toHaveLength(2)
    await ledger.close()
    expect(completed).toBe(2)
  })

  it('keep no process alive that has closed its ledger', async () => {
    const listener = startScript('ledger-listener', [join(folder, 'listener')])
    const [path, active = ''] = await listener.ended
    expect(path).toBe('acme/animals/cats:v0')
    expect(JSON.parse(active).filter((name: string) => !/^(PipeWrap|TTYWrap)$/.test(name))).toEqual([])
  })
})
