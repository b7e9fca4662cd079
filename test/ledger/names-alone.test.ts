/** A name alone is that of an artifact or a registered model as a whole, wherever that can be meant. */
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { byNameOf } from '../../ledger/linking/by-name.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call } from '../support/ledger-methods.js'

/** `cats` is an artifact, `pets` a registered model whose v0 is cats:v0. */
const beginning = async (): Promise<Ledger> => {
  const { ledger } = await memoryLedger()
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A'), tags: ['large'] })
  await ledger.link({ version: 'cats:v0', to: 'pets' })
  return ledger
}

const WHOLE: Readonly<Record<string, object>> = {
  describe: { description: 'all of them' },
  tag: { tags: ['vision'] },
  untag: { tags: ['vision'] },
}
const verbs = Object.entries(WHOLE)

describe.each(verbs)('%s of a version', (verb, given) => {
  it.each(['cats', 'pets', 'acme/animals/cats', 'acme/model-registry/pets', 'nobody'])(
    'is refused for %s, in words that say how to write both',
    async (name) => {
      const ledger = await beginning()
      const { position } = await ledger.moment()
      for (const fields of [{}, { commandId: 'once' }]) {
        const refused = await rejection(call(ledger, verb, { version: name, ...given, ...fields }))
        expect(refused.code).toBe('invalid-input')
        for (const words of [`${name}:latest`, `${name}:v3`, `${verb}Artifact`, `${verb}RegisteredModel`])
          expect(refused.message).toContain(words)
      }
      expect(await ledger.moment()).toMatchObject({ position })
      await ledger.close()
    },
  )
})

describe.each(verbs)('%s of all', (verb, given) => {
  it.each([
    ['Artifact', 'cats'],
    ['RegisteredModel', 'pets'],
    ['RegisteredModel', 'acme/model-registry/pets'],
  ])('that is an %s is refused for a version of %s, in words that say how to write both', async (kind, name) => {
    const ledger = await beginning()
    for (const version of [`${name}:v0`, `${name}:latest`]) {
      const refused = await rejection(call(ledger, `${verb}${kind}`, { name: version, ...given }))
      expect(refused.code).toBe('invalid-input')
      expect(refused.message).toContain(`a name alone, ${name} (one version: ${verb}, with the version ${version})`)
    }
    await ledger.close()
  })
})

describe('an artifact as a whole', () => {
  it('has a description and tags of its own, now and as of any moment', async () => {
    const { ledger } = await memoryLedger()
    await ledger.createArtifact({ name: 'cats', type: 'model', description: 'first' })
    await ledger.tagArtifact({ name: 'cats', tags: ['vision', 'old'] })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A'), tags: ['large'] })
    await ledger.untagArtifact({ name: 'acme/animals/cats', tags: ['old'] })
    await ledger.describeArtifact({ name: 'cats', description: 'second' })
    await ledger.describeArtifact({ name: 'cats', description: null })
    const said = async (position: number) => {
      const { description, tags } = await ledger.at(position).artifact('cats')
      return [description, ...tags]
    }
    expect(await Promise.all([1, 2, 4, 5, 6, 7].map(said))).toEqual([
      ['first'],
      ['first', 'vision', 'old'],
      ['first', 'vision', 'old'],
      ['first', 'vision'],
      ['second', 'vision'],
      [null, 'vision'],
    ])
    expect((await ledger.artifacts()).items).toEqual([await ledger.artifact('cats')])
    expect(await ledger.version('cats:v0')).toMatchObject({ tags: ['large'], description: null })
    expect(await ledger.diffMoments(2)).toMatchObject({
      tags: [{ of: 'acme/animals/cats', from: ['vision', 'old'], to: ['vision'] }],
      descriptions: [{ of: 'acme/animals/cats', from: 'first', to: null }],
    })
    const { items } = await ledger.history({ of: 'cats', limit: 3 })
    expect(items.map(({ what }) => what)).toEqual([
      'removed the description of acme/animals/cats',
      'changed the description of acme/animals/cats',
      'removed the tag old from acme/animals/cats',
    ])
    await ledger.close()
  })
})

describe('a registered model as a whole', () => {
  it('has metadata, now and as of any moment', async () => {
    const ledger = await beginning()
    await ledger.describeRegisteredModel({ name: 'pets', metadata: { owner: 'anna', stage: 1 } })
    const { position } = await ledger.describeRegisteredModel({ name: 'pets', description: 'all of them' })
    await ledger.describeRegisteredModel({ name: 'pets', metadata: { owner: 'ben', stage: 1 }, description: null })
    await ledger.describeRegisteredModel({ name: 'pets', metadata: null })
    const at = (then: number) => ledger.at(then).registeredModel('pets')
    expect(await at(position - 2)).toMatchObject({ description: null, metadata: null })
    expect(await at(position)).toMatchObject({ description: 'all of them', metadata: { owner: 'anna', stage: 1 } })
    expect(await at(position + 1)).toMatchObject({ description: null, metadata: { owner: 'ben', stage: 1 } })
    expect(await at(position + 2)).toMatchObject({ description: null, metadata: null })
    expect((await ledger.at(position).registeredModels()).items).toEqual([await at(position)])
    expect(await ledger.diffMoments(position, position + 1)).toMatchObject({
      descriptions: [{ of: 'acme/model-registry/pets', from: 'all of them', to: null }],
      metadata: [{ of: 'acme/model-registry/pets', from: { owner: 'anna', stage: 1 }, to: { owner: 'ben', stage: 1 } }],
    })
    const { items } = await ledger.history({ of: 'model-registry/pets', limit: 2 })
    expect(items.map(({ what }) => what)).toEqual([
      'removed the metadata of acme/model-registry/pets',
      'removed the description and changed the metadata (owner) of acme/model-registry/pets',
    ])
    expect(await ledger.version('pets:v0')).toMatchObject({ metadata: null })
    await ledger.close()
  })

  it.each([
    ['a list', []],
    ['a number that is none', { f1: Number.NaN }],
    ['too many members', Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`m${at}`, at]))],
  ])('has metadata like a version, which is not %s', async (_, metadata) => {
    const ledger = await beginning()
    const ofVersion = await rejection(call(ledger, 'describe', { version: 'cats:v0', metadata }))
    const ofModel = await rejection(call(ledger, 'describeRegisteredModel', { name: 'pets', metadata }))
    expect(ofModel).toMatchObject({ code: 'invalid-input', message: ofVersion.message })
    await ledger.close()
  })
})

describe('where a user writes a name, and not of what it is', () => {
  it('a name alone is of the collection that there is, and else of a version', async () => {
    const ledger = await beginning()
    const named = byNameOf(ledger)
    const streamOf = async (change: Promise<{ readonly stream: string }>) => (await change).stream
    const PETS = 'model-acme/model-registry/pets'
    const CATS = 'artifact-acme/animals/cats'
    expect(await streamOf(named.tag({ version: 'pets', tags: ['vision'] }))).toBe(PETS)
    expect(await streamOf(named.tag({ version: 'cats', tags: ['small'] }))).toBe(CATS)
    expect(await streamOf(named.tag({ version: 'pets:v0', tags: ['checked'] }))).toBe(CATS)
    await named.describe({ version: 'pets', description: 'all', metadata: { owner: 'anna' } })
    await named.describe({ version: 'cats', description: 'furry' })
    await named.describe({ version: 'cats:v0', description: 'the first' })
    await named.untag({ version: 'cats:v0', tags: ['large'] })
    expect(await ledger.registeredModel('pets')).toMatchObject({
      tags: ['vision'],
      description: 'all',
      metadata: { owner: 'anna' },
    })
    expect(await ledger.artifact('cats')).toMatchObject({ tags: ['small'], description: 'furry' })
    expect(await ledger.version('cats:v0')).toMatchObject({ tags: ['checked'], description: 'the first' })
    await named.untag({ version: 'cats', tags: ['small'] })
    await named.untag({ version: 'pets', tags: ['vision'] })
    expect(await ledger.artifact('cats')).toMatchObject({ tags: [] })
    expect(await ledger.registeredModel('pets')).toMatchObject({ tags: [] })
    await ledger.close()
  })

  it('an artifact has no metadata, its versions have', async () => {
    const ledger = await beginning()
    const named = byNameOf(ledger)
    const refused = await rejection(named.describe({ version: 'cats', metadata: { lr: 1 } }))
    expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringMatching(/cats:latest, cats:v3/) })
    expect(await rejection(named.describe({ version: 'cats' }))).toMatchObject({
      code: 'invalid-input',
      message: 'description: expected a description, got none',
    })
    await ledger.close()
  })

  it('what is both, or none, is refused', async () => {
    const ledger = await beginning()
    await ledger.link({ version: 'cats:v0', to: 'cats' })
    const named = byNameOf(ledger)
    for (const [verb, given] of verbs) {
      expect(await rejection(call(named, verb, { version: 'cats', ...given }))).toMatchObject({
        code: 'ambiguous-name',
        message: expect.stringContaining('acme/animals/cats or acme/model-registry/cats'),
      })
      const nobody = await rejection(call(named, verb, { version: 'nobody', ...given }))
      expect(nobody).toMatchObject({ code: 'not-found', message: 'there is no name "nobody"' })
      const inFull = await rejection(call(named, verb, { version: 'acme/model-registry/nobody', ...given }))
      expect(inFull.code).toBe('model-not-found')
    }
    await ledger.close()
  })

  it.each(verbs)('means when it is repeated what it meant at first: %s', async (verb, given) => {
    for (const isModel of [true, false]) {
      const { ledger } = await memoryLedger()
      await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A') })
      const made = [
        () => ledger.link({ version: 'cats:v0', to: 'pets' }),
        () => ledger.logArtifact({ name: 'pets', type: 'model', content: text('P') }),
      ]
      if (!isModel) made.reverse()
      await made[0]?.()
      const repeated = { version: 'pets', ...given, commandId: 'once' }
      const receipt = await call(byNameOf(ledger), verb, repeated)
      expect(Object(receipt).stream).toMatch(isModel ? /^model-/ : /^artifact-.*pets$/)
      await made[1]?.()
      expect(await call(byNameOf(ledger), verb, repeated)).toEqual(receipt)
      const other = await rejection(call(byNameOf(ledger), verb, { ...repeated, commandId: 'another' }))
      expect(other.code).toBe('ambiguous-name')
      await ledger.close()
    }
  })
})

/** What a name alone meant before it meant the collection. */
describe.each(verbs)('%s of a version that was given by a name alone, when that meant its latest', (verb, given) => {
  it.each(['cats', 'pets'])('is that of the version still, when it is repeated: %s', async (name) => {
    const ledger = await beginning()
    // So it was given then: `latest` was what the name stood for.
    const receipt = await call(ledger, verb, { version: `${name}:latest`, ...given, commandId: 'once' })
    expect(Object(receipt)).toMatchObject({ stream: 'artifact-acme/animals/cats', answer: { version: 0 } })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('B') })
    await ledger.link({ version: 'cats:v1', to: 'pets' })
    const { position } = await ledger.moment()
    const repeated = { version: name, ...given, commandId: 'once' }
    expect(await call(ledger, verb, repeated)).toEqual(receipt)
    expect(await call(byNameOf(ledger), verb, repeated)).toEqual(receipt)
    const refused = await rejection(call(ledger, verb, { ...repeated, commandId: 'another' }))
    expect(refused.code).toBe('invalid-input')
    expect(await ledger.moment()).toMatchObject({ position })
    await ledger.close()
  })
})

describe('where a collection is meant, and a version cannot be', () => {
  it.each<readonly [string, (ledger: Ledger, name: string) => Promise<unknown>]>([
    ['versions', (ledger, name) => ledger.versions(name)],
    ['aliasHistory', (ledger, of) => ledger.aliasHistory({ of })],
    ['removeAlias', (ledger, name) => ledger.removeAlias({ name, alias: 'latest' })],
    ['artifact', (ledger, name) => ledger.artifact(name)],
    ['registeredModel', (ledger, name) => ledger.registeredModel(name)],
    ['logArtifact', (ledger, name) => ledger.logArtifact({ name, type: 'model', content: text('X') })],
    ['link', (ledger, to) => ledger.link({ version: 'cats:v0', to })],
  ])('a version is refused, and not left out unseen: %s', async (_, ask) => {
    const ledger = await beginning()
    for (const version of ['pets:v0', 'cats:latest', 'acme/model-registry/pets:v0']) {
      const refused = await rejection(ask(ledger, version))
      expect(refused.code).toBe('invalid-input')
      expect(refused.message).toContain(`a name alone, without a version or alias: ${version.split(':')[0]}, got`)
    }
    await ledger.close()
  })
})

describe('where a version is meant, and a collection cannot be', () => {
  it('a name alone is its latest, as ever', async () => {
    const ledger = await beginning()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('B') })
    await ledger.startRun({ run: 'r' })
    expect(await ledger.resolve('cats')).toMatchObject({ version: 1 })
    expect(await ledger.version('pets')).toMatchObject({ version: 0, source: 'acme/animals/cats:v0' })
    expect(await ledger.useArtifact({ run: 'r', version: 'cats' })).toMatchObject({ answer: { version: 1 } })
    expect(await ledger.link({ version: 'cats', to: 'pets' })).toMatchObject({ version: 1 })
    expect(await ledger.moveAlias({ version: 'pets', alias: 'production' })).toMatchObject({ answer: { version: 1 } })
    expect(await ledger.content('cats')).toMatchObject({ path: 'acme/animals/cats:v1' })
    await ledger.close()
  })
})

describe('a name that an artifact and a registered model share', () => {
  const cats = { name: 'cats', type: 'model', content: text('A') }
  const [ARTIFACT, MODEL] = ['acme/animals/cats', 'acme/model-registry/cats']

  it('is noted where it comes to be shared, and nowhere else', async () => {
    const { ledger } = await memoryLedger()
    const artifact = await ledger.createArtifact({ name: 'cats', type: 'model' })
    expect(artifact).toMatchObject({ path: ARTIFACT })
    expect(artifact).not.toHaveProperty('notes')
    const model = await ledger.createRegisteredModel({ name: 'cats', type: 'model' })
    const text = `cats alone means neither this nor ${ARTIFACT}: write them in full`
    expect(model).toMatchObject({ path: MODEL, notes: [{ path: MODEL, text }] })
    const version = `${ARTIFACT}:v0`
    expect(await ledger.logArtifact(cats)).not.toHaveProperty('notes')
    expect(await ledger.link({ version, to: MODEL })).not.toHaveProperty('notes')
    const elsewhere = await ledger.createRegisteredModel({ name: 'acme/wandb-registry-other/cats', type: 'model' })
    expect(elsewhere).toMatchObject({ path: 'acme/wandb-registry-other/cats' })
    expect(elsewhere).not.toHaveProperty('notes')
    expect(await ledger.moveAlias({ version, alias: 'best' })).toMatchObject({ path: version, version: 0 })
    await ledger.close()
  })

  it('is noted by a log and by a link that makes the second of them', async () => {
    const { ledger } = await memoryLedger()
    await ledger.createRegisteredModel({ name: 'cats', type: 'model' })
    expect(await ledger.logArtifact(cats)).toMatchObject({ notes: [{ path: ARTIFACT }] })
    await ledger.logArtifact({ ...cats, name: 'dogs' })
    expect(await ledger.link({ version: 'dogs', to: 'dogs' })).toMatchObject({
      notes: [{ path: 'acme/model-registry/dogs' }],
    })
    await ledger.close()
  })
})
