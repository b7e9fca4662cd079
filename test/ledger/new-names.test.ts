/** Which names something new may have, wherever one is given; and that older ones are found, used and taken away. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import { digestFrom } from '../../domain/values/digest.js'
import { type Ledger, openLedger } from '../../index.js'
import { commandLine, ENV } from '../support/command-line.js'
import { type Forged, forgedExport, forgedStore } from '../support/forged-export.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

/** Names that nobody can tell from others, or that a path or a URL takes for something else; and what is said of them. */
const NAMES: ReadonlyArray<readonly [name: string, said: RegExp]> = [
  ['production\u200b', /U\+200B at character 11/],
  ['\ufeffproduction', /U\+FEFF at character 1/],
  ['pro\u00adduction', /U\+00AD at character 4/],
  ['pro\u202eduction', /U\+202E at character 4/],
  ['two\u00a0words', /U\+00A0 at character 4/],
  ['two\u3000words', /U\+3000 at character 4/],
  ['a\u2028b', /U\+2028 at character 2/],
  ['👩\u200d💻', /U\+200D at character 2/],
  ['production\ufe0f', /U\+FE0F at character 11/],
  ['pro\u034fduction', /U\+034F at character 4/],
  ['\u3164production', /U\+3164 at character 1/],
  ['production\u2800', /U\+2800 at character 11/],
  ['production ', /no (blank|space) at either end \(this one has U\+0020 at character 11/],
  [' production', /no (blank|space) at either end \(this one has U\+0020 at character 1\)/],
  ['cafe\u0301', /its NFC form "café", with U\+00E9 at character 4 \(this one has U\+0065 at character 4/],
  ['\u212b', /its NFC form "Å", with U\+00C5/],
  ['가'.normalize('NFD'), /its NFC form "가", with U\+AC00/],
  ['.', /other than \. and \.\./],
  ['..', /other than \. and \.\./],
  ['a%2Fb', /U\+0025 at character 2/],
  ['a?b', /U\+003F at character 2/],
  ['a#b', /U\+0023 at character 2/],
  ['a\\b', /U\+005C at character 2/],
]

/** Wherever a name that stands in a path is given. */
const GIVEN: Readonly<Record<string, (ledger: Ledger, name: string) => Promise<unknown>>> = {
  'an alias of a log': (l, name) => l.logArtifact({ name: 'm', type: 't', content: text('2'), aliases: ['a', name] }),
  'an alias that is moved': (l, alias) => l.moveAlias({ version: 'm:v0', alias }),
  'an alias among several': (l, alias) => l.moveAlias({ version: 'm:v0', alias: ['best', alias] }),
  'an alias of a link': (l, alias) => l.link({ version: 'm:v0', to: 'churn', aliases: [alias] }),
  'an alias of a registered model': (l, alias) => l.moveAlias({ version: 'model-registry/known:v0', alias }),
  'an alias of a distributed version': (l, alias) =>
    l.commitDistributed({
      name: 'm',
      type: 't',
      distributedId: 'd',
      content: text('3'),
      writer: 'w',
      aliases: [alias],
    }),
  'a registered model that is created': (l, name) =>
    l.createRegisteredModel({ name: `model-registry/${name}`, type: 't' }),
  'a registered model that a link makes': (l, name) => l.link({ version: 'm:v0', to: `model-registry/${name}` }),
  'a registry': (l, name) => l.link({ version: 'm:v0', to: `wandb-registry-${name}x/churn` }),
  'a project': (l, name) => l.logArtifact({ name: `${name}/m`, type: 't', content: text('4') }),
  'an entity': (l, name) => l.createArtifact({ name: `${name}/p/m`, type: 't' }),
  'an artifact': (l, name) => l.logArtifact({ name, type: 't', content: text('4') }),
  'an artifact of a distributed version': (l, name) =>
    l.upsertDistributed({ name, type: 't', distributedId: 'd', content: text('4'), writer: 'w' }),
  'a type': (l, type) => l.logArtifact({ name: 'typed', type, content: text('4') }),
  'a run': (l, run) => l.startRun({ run }),
  'the project of a run': (l, name) => l.startRun({ run: `${name}/r` }),
  'a tag of a version': (l, tag) => l.tag({ version: 'm:v0', tags: [tag] }),
  'a tag of an artifact': (l, tag) => l.tagArtifact({ name: 'm', tags: [tag] }),
  'a tag of a log': (l, tag) => l.logArtifact({ name: 'm', type: 't', content: text('5'), tags: [tag] }),
}

const standing = async () => {
  const stores = await memoryLedger()
  await stores.ledger.logArtifact({ name: 'm', type: 't', content: text('1') })
  await stores.ledger.link({ version: 'm:v0', to: 'known' })
  return stores
}
const filesIn = async (files: Awaited<ReturnType<typeof standing>>['files']) => {
  let count = 0
  for await (const page of files.list('file')) count += page.length
  return count
}

describe('a new name', () => {
  it.each(Object.entries(GIVEN))('is refused that cannot be told apart or used: %s', async (what, give) => {
    const { ledger, events, files } = await standing()
    const [head, stored] = [await events.head()(), await filesIn(files)]
    for (const [name, said] of NAMES) {
      // What would be another name, for it is a part of one.
      if (name.startsWith('.') && (what === 'a registry' || what.startsWith('a tag'))) continue
      if ((name.endsWith(' ') || name.startsWith(' ')) && what === 'a registry') continue
      const refused = await rejection(give(ledger, name))
      expect([name, refused.code]).toEqual([name, 'invalid-input'])
      // Of a name in ASCII alone, or with something before it, another character may be the first that is wrong.
      const isOther = /^an artifact|^a tag|^a registry/.test(what)
      expect(refused.message).toMatch(isOther ? /U\+[0-9A-F]{4,5} at character \d|other than \. and/ : said)
    }
    // Nothing was recorded, nor stored.
    expect(await events.head()()).toEqual(head)
    expect(await filesIn(files)).toBe(stored)
    await ledger.close()
  })

  it('that a command takes for one that is there is refused with its NFC form', async () => {
    const { ledger, events } = await standing()
    const [typed, there] = ['cafe\u0301', 'caf\u00e9']
    await ledger.moveAlias({ version: 'm:v0', alias: there })
    await ledger.link({ version: 'm:v0', to: there, aliases: [there] })
    await ledger.startRun({ run: there })
    await ledger.createArtifact({ name: 'typed', type: there })
    const head = await events.head()()
    const version = `m:${typed}`
    const link = `model-registry/${typed}:${typed}`
    const given: ReadonlyArray<Promise<unknown>> = [
      ledger.moveAlias({ version, alias: 'best' }),
      ledger.removeAlias({ name: 'm', alias: typed }),
      ledger.link({ version, to: 'other' }),
      ledger.link({ version: 'm:v0', to: typed }),
      ledger.unlink({ version: link }),
      ledger.tag({ version, tags: ['x'] }),
      ledger.tagRegisteredModel({ name: typed, tags: ['x'] }),
      ledger.describe({ version, description: 'x' }),
      ledger.describeRegisteredModel({ name: typed, description: 'x' }),
      ledger.archiveRegisteredModel({ name: typed }),
      ledger.deleteRegisteredModel({ name: typed, deleteAliases: true }),
      ledger.deleteVersion({ version, deleteAliases: true, leaveLinks: true }),
      ledger.copy({ version, to: 'copied' }),
      ledger.newDraft(version),
      ledger.useArtifact({ run: there, version }),
      ledger.useArtifact({ run: typed, version: 'm:v0' }),
      ledger.summariseRun({ run: typed, metrics: { loss: 1 } }),
      ledger.finishRun({ run: typed }),
      ledger.startRun({ run: typed }),
      ledger.logArtifact({ name: 'm', type: 't', run: typed, content: text('9') }),
      ledger.logArtifact({ name: 'typed', type: typed, content: text('9') }),
      ledger.upsertDistributed({
        name: 'm',
        type: 't',
        distributedId: 'd',
        writer: 'w',
        base: version,
        content: text('9'),
      }),
    ]
    for (const refused of await Promise.all(given.map(rejection)))
      expect(refused.message).toMatch(
        /in its NFC form "caf\u00e9", with U\+00E9 at character 4|expected its NFC form "caf\u00e9"/,
      )
    expect(await events.head()()).toEqual(head)
    await ledger.close()
  })

  it('of any script is taken, and found as it is typed on whatever keyboard', async () => {
    const { ledger } = await standing()
    for (const name of ['café', 'größe', '生产', 'ראשי', 'क्षि', 'två ord', 'v1.0', '🏆', "o'neil & co", '...']) {
      await ledger.moveAlias({ version: 'm:v0', alias: name })
      await ledger.link({ version: 'm:v0', to: name, aliases: [name] })
      await ledger.startRun({ run: name })
      expect((await ledger.resolve(`m:${name}`)).version).toBe(0)
      const typed = name.normalize('NFD')
      expect((await ledger.resolve(`model-registry/${typed}:${typed}`)).path).toBe(`acme/model-registry/${name}:v0`)
      expect((await ledger.registeredModel(typed)).path).toBe(`acme/model-registry/${name}`)
      expect((await ledger.runDetails(typed)).path).toBe(`acme/animals/${name}`)
      expect((await ledger.content(`model-registry/${typed}:${typed}`)).path).toBe('acme/animals/m:v0')
      expect((await ledger.openFile({ version: `m:${typed}`, path: 'weights.txt' })).size).toBe(1)
      expect((await ledger.search({ alias: typed, limit: 1 })).items).toHaveLength(1)
      expect((await ledger.registeredModels({ where: `alias = ${JSON.stringify(typed)}` })).items).toHaveLength(1)
      expect((await ledger.aliasHistory({ of: 'm', alias: typed })).items).toHaveLength(1)
      expect((await ledger.lineage({ of: `model-registry/${typed}:latest` })).nodes.length).toBeGreaterThan(1)
    }
    const wrong = await rejection(ledger.resolve('m:cafe\u0301\u0301'))
    expect(wrong).toMatchObject({ code: 'version-not-found' })
    await ledger.close()
  })
})

describe('a label', () => {
  const LABELS = [
    'auth0|42',
    'DOMAIN\\user',
    'spiffe://acme/ns/train',
    'exp/2#a',
    'ops@acme.com',
    'a b',
    '100%?',
    'x:y',
    '名前',
    '葛\u{e0100}城',
    '..',
  ]
  const give: Readonly<Record<string, (ledger: Ledger, label: string) => Promise<unknown>>> = {
    actor: (l, actor) => l.tag({ version: 'm:v0', tags: ['a'], actor }),
    onBehalfOf: (l, onBehalfOf) => l.tag({ version: 'm:v0', tags: ['b'], onBehalfOf }),
    commandId: (l, commandId) => l.tag({ version: 'm:v0', tags: ['c'], commandId }),
    correlationId: (l, correlationId) => l.tag({ version: 'm:v0', tags: ['d'], correlationId }),
    causationId: (l, causationId) => l.tag({ version: 'm:v0', tags: ['e'], causationId }),
    group: (l, group) => l.startRun({ group }),
    distributedId: (l, distributedId) =>
      l.upsertDistributed({ name: 'm', type: 't', distributedId, content: text('7'), writer: 'w' }),
    writer: (l, writer) =>
      l.upsertDistributed({ name: 'm', type: 't', distributedId: 'd', content: text('7'), writer }),
  }

  it.each(Object.entries(give))('is free but for what is not seen: %s', async (member, as) => {
    const { ledger } = await standing()
    for (const label of LABELS) await as(ledger, label)
    for (const label of [
      'anna\u200b',
      'anna ',
      ' ',
      '\u00a0',
      '\u3000anna',
      'Jose\u0301',
      'a\u202eb',
      'anna\u034f',
      '\u3164',
      'a\nb',
    ]) {
      const refused = await rejection(as(ledger, label))
      expect([label, refused.code]).toEqual([label, 'invalid-input'])
      expect(refused.message).toContain(member)
      if (label !== 'a\nb') expect(refused.message).toMatch(/U\+[0-9A-F]{4} at character \d/)
    }
    await ledger.close()
  })

  it('of a group is the id of the drafts of its runs', async () => {
    const { ledger } = await standing()
    const run = await ledger.startRun({ run: 'r', group: 'exp/2#a' })
    await run.upsertDistributed({ name: 'parts', type: 't', content: text('1'), writer: 'rank/0' })
    expect(await ledger.openDrafts()).toMatchObject([{ distributedId: 'exp/2#a' }])
    const logged = await ledger.commitDistributed({ name: 'parts', type: 't', distributedId: 'exp/2#a' })
    expect((await ledger.resolve(logged.path)).distributed).toMatchObject({
      distributedId: 'exp/2#a',
      writers: ['rank/0'],
    })
    await ledger.close()
  })

  it('of who opens a ledger is told at once', async () => {
    expect(await rejection(memoryLedger({ actor: 'anna ' }))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('actor'),
    })
  })
})

describe('a text', () => {
  it('is as long as it has code points', async () => {
    const { ledger } = await standing()
    const emoji = (count: number) => '😀'.repeat(count)
    const long = { description: emoji(40_000), reason: emoji(4096), actor: emoji(256), correlationId: emoji(256) }
    await ledger.describe({ version: 'm:v0', ...long })
    expect((await ledger.resolve('m')).description).toBe(long.description)
    await ledger.moveAlias({ version: 'm:v0', alias: emoji(128) })
    for (const [member, most] of [
      ['description', 65_536],
      ['reason', 4096],
      ['actor', 256],
      ['causationId', 256],
    ] as const) {
      const refused = await rejection(ledger.describe({ version: 'm:v0', description: 'a', [member]: emoji(most + 1) }))
      expect(refused.message).toMatch(new RegExp(`^${member}: .*${most.toLocaleString('en')} code points`))
    }
    const where = `name = "${emoji(9)}" and (`
    expect((await rejection(ledger.search({ where: `${where}#` }))).message).toContain(
      `at character ${[...where].length + 1}`,
    )
    await ledger.close()
  })
})

describe('a name from before there was this rule', () => {
  /** Recorded by earlier versions. */
  const OLD = { entity: 'acme', project: 'animals' }
  const metadata = (commandId: string) => ({
    commandId: `${commandId} `,
    commandDigest: digestFrom('0'.repeat(64)),
    actor: 'anna ',
    recordedAt: '2026-01-01T00:00:00.000Z',
    schema: 1,
  })
  const manifest = {
    bytes: 0,
    digest: 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    entries: 0,
  }
  const source = { ...OLD, name: '..', version: 0 }
  const events: ReadonlyArray<Forged> = [
    {
      stream: 'artifact-acme/animals/..',
      type: 'ArtifactCreated',
      data: { artifactType: 'a?b' },
      metadata: metadata('1'),
    },
    {
      stream: 'artifact-acme/animals/..',
      type: 'ArtifactVersionLogged',
      data: { version: 0, manifest },
      metadata: metadata('1'),
    },
    ...['production\u200b', 'cafe\u0301', 'best ', 'latest'].map((alias) => ({
      stream: 'artifact-acme/animals/..',
      type: 'AliasMoved',
      data: { alias, from: null, to: 0 },
      metadata: metadata('1'),
    })),
    {
      stream: 'model-acme/model-registry/a%3Fb',
      type: 'RegisteredModelCreated',
      data: { artifactType: 'a?b' },
      metadata: metadata('2'),
    },
    {
      stream: 'model-acme/model-registry/a%3Fb',
      type: 'VersionLinked',
      data: { version: 0, source, manifest },
      metadata: metadata('2'),
    },
    {
      stream: 'model-acme/model-registry/a%3Fb',
      type: 'AliasMoved',
      data: { alias: 'latest', from: null, to: 0 },
      metadata: metadata('2'),
    },
    { stream: 'run-acme/animals/a%3Ab', type: 'RunStarted', data: { group: 'g ' }, metadata: metadata('3') },
  ]
  const options = { actor: 'anna', entity: 'acme', project: 'animals' }

  it('is imported, found, used and taken away', async () => {
    const ledger = await openLedger({ events: await forgedStore(events), files: memoryFileStore(), ...options })
    expect(await ledger.verify()).toMatchObject({ damagedEvents: [] })
    expect((await ledger.resolve('..:production\u200b')).path).toBe('acme/animals/..:v0')
    // What was typed comes first, though it is not in NFC.
    expect((await ledger.resolve('..:cafe\u0301')).aliases).toContain('cafe\u0301')
    expect((await ledger.registeredModel('a?b')).type).toBe('a?b')
    expect((await ledger.runDetails('a:b')).group).toBe('g ')
    expect((await ledger.aliasHistory({ of: '..', alias: 'best ' })).items).toHaveLength(1)
    await ledger.removeAlias({ name: '..', alias: 'production\u200b' })
    await ledger.tagArtifact({ name: '..', tags: ['old'] })
    await ledger.moveAlias({ version: '..:v0', alias: 'best ' })
    await ledger.unlink({ version: 'model-registry/a?b:v0' })
    await ledger.summariseRun({ run: 'a:b', metrics: { loss: 1 } })
    // What was taken away is new when it comes again.
    expect(await rejection(ledger.moveAlias({ version: '..:v0', alias: 'production\u200b' }))).toMatchObject({
      code: 'invalid-input',
    })
    await ledger.close()
    const { ledger: other } = await memoryLedger()
    expect(await other.importEvents(forgedExport(events))).toMatchObject({ events: events.length })
    expect((await other.resolve('..:best ')).version).toBe(0)
    await other.close()
  })

  it('is shown for what it is by the command line', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'model-ledger-names-'))
    try {
      const here = { ...ENV, MODEL_LEDGER_PROJECT: 'animals' }
      const ledger = commandLine(folder, { env: here })
      await ledger('init')
      writeFileSync(join(folder, 'events.ndjson'), forgedExport(events).join(''))
      expect(await ledger('import', 'events.ndjson')).toMatchObject({ code: 0 })
      const shown = 'production\\u{200b}'
      for (const line of [
        ['show', '..:v0'],
        ['list', 'versions', '..'],
        ['aliases', '..'],
      ]) {
        const { out } = await ledger(...line)
        expect(out).toContain(shown)
        expect(out).toContain('cafe\\u{301}')
      }
      expect((await ledger('show', '..:v0')).out).toContain('best\\u{20}')
      expect((await ledger('--json', 'show', '..:v0')).out).toContain('production\u200b')
      const refused = await ledger('alias', 'set', '..:v0', 'staging\u200b')
      expect(refused).toMatchObject({ code: 2, err: expect.stringContaining('U+200B at character 8') })
      expect((await ledger('alias', 'set', '..:v0', 'cafés'.normalize('NFD'))).err).toContain('its NFC form "cafés"')
      expect(await ledger('alias', 'set', '..:v0', 'cafés')).toMatchObject({ code: 0 })
      expect(await ledger('resolve', '..:cafés'.normalize('NFD'))).toMatchObject({ code: 0 })
      expect(await ledger('aliases', '..', '--alias', 'cafés'.normalize('NFD'))).toMatchObject({ code: 0 })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})
