import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ContentItem, Ledger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-rules-'))
const at = (name: string) => join(folder, name)
const socket = createServer()

const { ledger, events } = await memoryLedger()

/** A ledger in which every rule has something to be broken on. */
beforeAll(async () => {
  const model = { name: 'cats', type: 'model' }
  await ledger.logArtifact({ ...model, content: text('v0'), aliases: ['best'] })
  await ledger.logArtifact({ ...model, content: text('v1') })
  await ledger.logArtifact({ ...model, content: text('v2') })
  await ledger.logArtifact({ name: 'photos', type: 'dataset', content: text('photos') })
  await ledger.createArtifact({ name: 'empty', type: 'model' })
  await ledger.link({ version: 'cats:v0', to: 'cat-or-dog', aliases: ['production'], actor: 'bob' })
  await ledger.link({ version: 'cats:v1', to: 'cat-or-dog' })
  await ledger.unlink({ version: 'model-registry/cat-or-dog:v1' })
  await ledger.link({ version: 'cats:v1', to: 'doomed' })
  await ledger.deleteVersion({ version: 'cats:v1', deleteAliases: true, leaveLinks: true, actor: 'carla' })

  await ledger.startRun({ run: 'grouped', group: 'night' })
  await ledger.startRun({ run: 'alone', config: { lr: 1 } })
  await ledger.startRun({ run: 'over' })
  await ledger.finishRun({ run: 'over', outcome: 'failed' })

  const sharded = { name: 'sharded', type: 'dataset' }
  await ledger.upsertDistributed({ ...sharded, distributedId: 'torn', writer: 'w1', content: text('1', 'a.txt') })
  await ledger.upsertDistributed({ ...sharded, distributedId: 'torn', writer: 'w2', content: text('2', 'a.txt') })
  await ledger.upsertDistributed({ ...sharded, distributedId: 'one part', writer: 'w1', content: text('1', 'a.txt') })
  await ledger.commitDistributed({ ...sharded, distributedId: 'sealed', content: text('s') })
  await ledger.upsertDistributed({ ...sharded, distributedId: 'given-up', content: text('g') })
  await ledger.abandonDistributed({ name: 'sharded', distributedId: 'given-up' })
  await ledger.tag({ version: 'cats:v2', commandId: 'used before', tags: ['one'] })

  writeFileSync(at('weights.bin'), 'w')
  mkdirSync(at('plain'))
  writeFileSync(at('plain/file'), 'f')
  mkdirSync(at('other'))
  writeFileSync(at('other/file'), 'another')
  mkdirSync(at('with-pipe'))
  execFileSync('mkfifo', [at('with-pipe/pipe')])
  await new Promise<void>((resolve) => socket.listen(at('socket'), resolve))
  mkdirSync(at('circle'))
  symlinkSync(at('circle'), at('circle/again'))
  symlinkSync(at('nowhere'), at('broken-link'))
})
afterAll(async () => {
  await ledger.close()
  await new Promise((resolve) => socket.close(resolve))
  rmSync(folder, { recursive: true })
})

type Violation = readonly [what: string, code: string, says: RegExp, broken: (ledger: Ledger) => Promise<unknown>]

const cats = { name: 'cats', type: 'model' }
const log = (given: object) => (ledger: Ledger) => ledger.logArtifact({ ...cats, content: text('never'), ...given })
const content = (...items: ReadonlyArray<ContentItem>) => log({ content: items })
const nested = (levels: number): object => (levels === 1 ? {} : { in: nested(levels - 1) })
const many = (count: number) => Object.fromEntries(Array.from({ length: count }, (_, n) => [`k${n}`, n]))
async function* failing(): AsyncIterable<Uint8Array> {
  yield Buffer.from('a')
  throw new Error('the line was cut')
}

const names: ReadonlyArray<Violation> = [
  ...['a b', 'ä', 'a'.repeat(129), 'a#b', 'e/p/', '/p/n', 'a\u0000b', '\ud800'].map(
    (name): Violation => [`the artifact name ${JSON.stringify(name)}`, 'invalid-input', /expected/, log({ name })],
  ),
  ['four parts', 'invalid-input', /at most three parts/, log({ name: 'a/b/c/d' })],
  ['a name with a version', 'invalid-input', /without a version or alias/, log({ name: 'cats:v1' })],
  ['an artifact in a registry', 'invalid-input', /those hold registered models/, log({ name: 'model-registry/x' })],
  ['an artifact in another', 'invalid-input', /those hold registered models/, log({ name: 'wandb-registry-x/x' })],
  ['a project with %', 'invalid-input', /none of/, log({ name: 'a%b/x' })],
  ...['', 'job', 'wandb-history', 'a/b', 'a:b', 't'.repeat(129), 'a\nb'].map(
    (type): Violation => [`the type ${JSON.stringify(type)}`, 'invalid-input', /type: expected/, log({ type })],
  ),
  ['a reserved run table', 'reserved-name', /run-x.*run_table.*reserved/, log({ name: 'run-x', type: 'run_table' })],
  ['reserved code', 'reserved-name', /source-x.*reserved/, log({ name: 'source-x', type: 'code' })],
  [
    'a registered model outside',
    'invalid-input',
    /name of a registry/,
    (l) => l.link({ version: 'cats', to: 'animals/x' }),
  ],
  [
    'a nameless registry',
    'invalid-input',
    /registry/,
    (l) => l.createRegisteredModel({ name: 'wandb-registry-/x', type: 'model' }),
  ],
  [
    'a registered name with a space at its end',
    'invalid-input',
    /no space/,
    (l) => l.link({ version: 'cats', to: 'x ' }),
  ],
  ...['', 'v3', 'a/b', 'a:b', 'a'.repeat(129), 'a\tb', '\udc00'].flatMap(
    (alias): ReadonlyArray<Violation> => [
      [`the alias ${JSON.stringify(alias)}, logged`, 'invalid-input', /alias/, log({ aliases: [alias] })],
      [
        `the alias ${JSON.stringify(alias)}, moved`,
        'invalid-input',
        /alias: expected/,
        (l) => l.moveAlias({ version: 'cats:v0', alias }),
      ],
      [
        `the alias ${JSON.stringify(alias)}, linked`,
        'invalid-input',
        /alias/,
        (l) => l.link({ version: 'cats:v0', to: 'm', aliases: [alias] }),
      ],
      [
        `the alias ${JSON.stringify(alias)}, removed`,
        'invalid-input',
        /alias: expected/,
        (l) => l.removeAlias({ name: 'cats', alias }),
      ],
      [`the alias ${JSON.stringify(alias)}, expected`, 'invalid-input', /alias/, log({ expect: { [alias]: 0 } })],
    ],
  ),
  ...['', ' x', 'x ', 'x  y', 'x!', 'x/y', 't'.repeat(129)].map(
    (tag): Violation => [
      `the tag ${JSON.stringify(tag)}`,
      'invalid-input',
      /tag: 1 to 128/,
      (l) => l.tag({ version: 'cats:v0', tags: [tag] }),
    ],
  ),
  ['21 tags', 'invalid-input', /at most 20 tags/, log({ tags: Array.from({ length: 21 }, (_, n) => `t${n}`) })],
  ['a run of four parts', 'invalid-input', /three parts/, (l) => l.startRun({ run: 'a/b/c/d' })],
  ['a run in a registry', 'invalid-input', /registered models/, (l) => l.startRun({ run: 'model-registry/r' })],
  [
    'an unknown outcome',
    'invalid-input',
    /one of "finished"/,
    (l) => l.finishRun({ run: 'alone', outcome: JSON.parse('"done"') }),
  ],
  [
    'a moment that is none',
    'invalid-input',
    /occurredAt: expected a moment/,
    log({ occurredAt: '2026-02-30T00:00:00Z' }),
  ],
  ['a reason without a word', 'invalid-input', /reason: expected/, log({ reason: '' })],
  ['a long description', 'invalid-input', /at most 65,536/, log({ description: 'd'.repeat(65_537) })],
]

const metadata: ReadonlyArray<Violation> = [
  ['101 members', 'invalid-input', /at most 100 members/, log({ metadata: many(101) })],
  ['NaN', 'invalid-input', /metadata\.lr: expected a finite number, got NaN/, log({ metadata: { lr: Number.NaN } })],
  [
    'Infinity, deep',
    'invalid-input',
    /metadata\.a\[1\]\.b: expected a finite number/,
    log({ metadata: { a: [0, { b: -Infinity }] } }),
  ],
  ['a lone surrogate', 'invalid-input', /lone surrogate/, log({ metadata: { t: '\ud83d' } })],
  ['a lone surrogate in a key', 'invalid-input', /lone surrogate/, log({ metadata: { '\ud83d': 1 } })],
  ['__proto__', 'invalid-input', /__proto__/, log({ metadata: JSON.parse('{"__proto__": {"a": 1}}') })],
  ['31 levels, with two of the event', 'invalid-input', /at most 30 levels/, log({ metadata: nested(31) })],
  ['a class instance', 'invalid-input', /plain object/, log({ metadata: { at: new Date() } })],
  ['undefined inside', 'invalid-input', /metadata\.x: expected a JSON value/, log({ metadata: { x: undefined } })],
  ['a bigint', 'invalid-input', /metadata\.x: expected a JSON value/, log({ metadata: { x: 1n } })],
  ['a list', 'invalid-input', /metadata: a JSON object/, log({ metadata: [] })],
  [
    'too much for an event',
    'event-too-large',
    /shorten the metadata/,
    log({ metadata: { long: 'm'.repeat(262_144) } }),
  ],
  [
    'too much of a configuration',
    'event-too-large',
    /262/,
    (l) => l.startRun({ config: { long: 'c'.repeat(262_144) } }),
  ],
  [
    'a metric that is half a character',
    'invalid-input',
    /a number, a text or a boolean/,
    (l) => l.summariseRun({ run: 'alone', metrics: { note: '\ud83d' } }),
  ],
  [
    'a metric __proto__',
    'invalid-input',
    /__proto__/,
    (l) => l.summariseRun({ run: 'alone', metrics: JSON.parse('{"__proto__": 1}') }),
  ],
]

const paths: ReadonlyArray<Violation> = [
  ...(
    [
      ['../up', /without "\.\."/],
      ['a/../b', /without "\.\."/],
      ['/etc/passwd', /begins with "\/"/],
      ['a\\b', /backslash/],
      ['C:/x', /drive letter/],
      ['a\u0000b', /NUL/],
      ['a\nb', /control/],
      ['a\u0085b', /control/],
      ['.', /names a file/],
      ['//', /begins with|names/],
      ['n'.repeat(256), /255 bytes/],
      [`${'n'.repeat(250)}/`.repeat(5), /1024 bytes/],
    ] as const
  ).flatMap(
    ([as, says]): ReadonlyArray<Violation> => [
      [`the path ${JSON.stringify(as).slice(0, 30)}`, 'illegal-path', says, content({ bytes: 'b', as })],
      [
        `the path ${JSON.stringify(as).slice(0, 30)} of a reference`,
        'illegal-path',
        says,
        content({ reference: 's3://b/k', as }),
      ],
      [
        `the path ${JSON.stringify(as).slice(0, 30)} of a file`,
        'illegal-path',
        says,
        content({ file: at('weights.bin'), as }),
      ],
    ],
  ),
  ['an empty path', 'invalid-input', /as: expected a path/, content({ bytes: 'b', as: '' })],
  ['a directory that leads up', 'illegal-path', /without "\.\."/, content({ directory: at('plain'), as: '../up' })],
  [
    'one path twice',
    'path-taken',
    /some bytes and some bytes would all be "a", with different content; give each a path of its own with "as"/,
    content({ bytes: '1', as: 'a' }, { bytes: '2', as: './a' }),
  ],
  [
    'two files of one name',
    'path-taken',
    new RegExp(`"${at('plain/file')}" and "${at('other/file')}" would all be "file"`),
    content(at('plain/file'), at('other/file')),
  ],
  [
    'a file and a reference of one name, drafted',
    'path-taken',
    new RegExp(`"${at('plain/file')}" and "s3://b/k" would all be "file"`),
    async (l) => (await l.newDraft('cats')).add([at('plain/file'), { reference: 's3://b/k', as: 'file' }]),
  ],
  [
    'a file and a directory of one name',
    'illegal-path',
    /"a\/b": expected a path that is not below a file, and "a" is one/,
    content({ bytes: '1', as: 'a' }, { bytes: '2', as: 'a/b' }),
  ],
  [
    'a directory and a file of one name, drafted',
    'illegal-path',
    /"weights.txt\/b": expected a path that is not below a file/,
    async (l) => (await l.newDraft('cats')).add(text('2', 'weights.txt/b'), { overwrite: true }),
  ],
  [
    'a file and a directory of one name, of two writers',
    'path-conflict',
    /a\.txt \(w1: sha256:\w+, w3: "a\.txt\/b" below it\); no directory can hold/,
    (l) =>
      l.commitDistributed({
        ...sharded,
        distributedId: 'one part',
        lastWriterWins: true,
        writer: 'w3',
        content: text('3', 'a.txt/b'),
      }),
  ],
  ['a file that is not there', 'unreadable-content', /nothing of that name/, content(at('missing'))],
  ['a link to nothing', 'unreadable-content', /symbolic link to nothing/, content(at('broken-link'))],
  ['a directory as a file', 'unreadable-content', /it is a directory/, content({ file: folder })],
  ['a file as a directory', 'unreadable-content', /it is a file/, content({ directory: at('weights.bin') })],
  ['a socket', 'unreadable-content', /socket, a pipe or a device/, content(at('socket'))],
  ['a directory with a pipe', 'unreadable-content', /pipe.*socket, a pipe or a device/s, content(at('with-pipe'))],
  ['a directory that holds itself', 'unreadable-content', /a directory above itself/, content(at('circle'))],
  ['a stream that fails', 'source-failed', /the line was cut/, content({ stream: failing(), as: 's' })],
  ['a reference without a scheme', 'invalid-input', /URI with a scheme/, content({ reference: 'bucket/key', as: 'r' })],
  [
    'an unknown digest',
    'invalid-input',
    /algorithm-tagged/,
    content({ reference: 's3://b/k', as: 'r', digest: 'crc:1' }),
  ],
  ['a negative size', 'invalid-input', /a size in bytes/, content({ reference: 's3://b/k', as: 'r', size: -1 })],
]

const sharded = { name: 'sharded', type: 'dataset' }
const states: ReadonlyArray<Violation> = [
  ['another type', 'type-mismatch', /accepts the type "model", not "dataset"/, log({ type: 'dataset' })],
  [
    'another type of an empty artifact',
    'type-mismatch',
    /"model", not "x"/,
    (l) => l.createArtifact({ name: 'empty', type: 'x' }),
  ],
  [
    'another type of a part',
    'type-mismatch',
    /"dataset", not "model"/,
    (l) => l.upsertDistributed({ ...sharded, type: 'model', distributedId: 'd', content: text('p') }),
  ],
  [
    'another type of a commit',
    'type-mismatch',
    /"dataset", not "model"/,
    (l) => l.commitDistributed({ ...sharded, type: 'model', distributedId: 'd', content: text('p') }),
  ],
  [
    'another type of a link',
    'type-mismatch',
    /cat-or-dog accepts the type "model"/,
    (l) => l.link({ version: 'photos', to: 'cat-or-dog' }),
  ],
  [
    'another type of what is logged and linked',
    'type-mismatch',
    /cat-or-dog accepts the type "model"/,
    (l) => l.linkModel({ content: text('n'), to: 'cat-or-dog', type: 'dataset' }),
  ],
  [
    'another type of a registered model',
    'type-mismatch',
    /"model", not "x"/,
    (l) => l.createRegisteredModel({ name: 'cat-or-dog', type: 'x' }),
  ],
  [
    'an unknown artifact',
    'version-not-found',
    /there is no artifact acme\/animals\/nobody/,
    (l) => l.moveAlias({ version: 'nobody:v0', alias: 'x' }),
  ],
  [
    'an unknown artifact, used',
    'version-not-found',
    /there is no artifact acme\/animals\/nobody/,
    (l) => l.useArtifact({ run: 'alone', version: 'nobody:latest' }),
  ],
  [
    'an unknown artifact, drafted from',
    'version-not-found',
    /there is no artifact acme\/other\/m/,
    (l) => l.newDraft('other/m'),
  ],
  [
    'a version that is none',
    'invalid-input',
    /after the ":" a version number .* or an alias without .*, got "cats:a\/b"/,
    (l) => l.resolve('cats:a/b'),
  ],
  ['an unknown number', 'version-not-found', /newest version is v2/, (l) => l.tag({ version: 'cats:v9', tags: ['x'] })],
  [
    'an unknown alias',
    'version-not-found',
    /cats has no alias "nope"; there /,
    (l) => l.describe({ version: 'cats:nope', description: 'x' }),
  ],
  [
    'a version of an empty artifact',
    'version-not-found',
    /it has no version/,
    (l) => l.link({ version: 'empty', to: 'm' }),
  ],
  [
    'a deleted version, described',
    'version-deleted',
    /cats:v1 was deleted by carla, recorded at/,
    (l) => l.describe({ version: 'cats:v1', description: 'x' }),
  ],
  [
    'a deleted version, tagged',
    'version-deleted',
    /was deleted by carla/,
    (l) => l.tag({ version: 'cats:v1', tags: ['x'] }),
  ],
  [
    'a deleted version, promoted',
    'version-deleted',
    /was deleted by carla/,
    (l) => l.moveAlias({ version: 'cats:v1', alias: 'x' }),
  ],
  [
    'a deleted version, linked',
    'version-deleted',
    /was deleted by carla/,
    (l) => l.link({ version: 'cats:v1', to: 'm' }),
  ],
  [
    'a deleted version, used',
    'version-deleted',
    /was deleted by carla/,
    (l) => l.useArtifact({ run: 'alone', version: 'cats:v1' }),
  ],
  ['a deleted version, drafted from', 'version-deleted', /was deleted by carla/, (l) => l.newDraft('cats:v1')],
  [
    'a deleted version, downloaded',
    'version-deleted',
    /was deleted by carla/,
    (l) => l.download({ version: 'cats:v1', to: at('never') }),
  ],
  ...(
    [
      ['listed', (l) => l.content('doomed')],
      ['drafted from', (l) => l.newDraft('doomed:v0')],
      ['used', (l) => l.useArtifact({ run: 'alone', version: 'model-registry/doomed:latest' })],
      ['linked', (l) => l.link({ version: 'model-registry/doomed:v0', to: 'm' })],
      ['promoted', (l) => l.moveAlias({ version: 'model-registry/doomed:v0', alias: 'production' })],
    ] satisfies ReadonlyArray<readonly [string, Violation[3]]>
  ).map(
    ([what, broken]): Violation => [
      `a link to a deleted version, ${what}`,
      'version-deleted',
      /model-registry\/doomed:v0 links to acme\/animals\/cats:v1, which was deleted by carla, recorded at/,
      broken,
    ],
  ),
  [
    'a link to a deleted version, downloaded',
    'version-deleted',
    /doomed:v0 links to acme\/animals\/cats:v1, which was deleted by carla/,
    (l) => l.download({ version: 'model-registry/doomed:v0', to: at('never') }),
  ],
  [
    'a link to a deleted version, resolved',
    'version-deleted',
    /doomed:v0 links to acme\/animals\/cats:v1, which was deleted/,
    (l) => l.resolve('model-registry/doomed'),
  ],
  [
    'a link that was taken away',
    'link-removed',
    /cat-or-dog:v1 was unlinked by anna/,
    (l) => l.moveAlias({ version: 'model-registry/cat-or-dog:v1', alias: 'x' }),
  ],
  [
    'a link that was taken away, linked',
    'link-removed',
    /was unlinked/,
    (l) => l.link({ version: 'model-registry/cat-or-dog:v1', to: 'm' }),
  ],
  [
    'a deletion that would take aliases along',
    'version-has-aliases',
    /v2 holds the alias "latest"; move them first/,
    (l) => l.deleteVersion({ version: 'cats:v2' }),
  ],
  [
    'a deletion that would leave links that lead nowhere',
    'version-has-links',
    /v0 is the source of acme\/model-registry\/cat-or-dog:v0.*; unlink it first, or say leaveLinks$/,
    (l) => l.deleteVersion({ version: 'cats:v0', deleteAliases: true }),
  ],
  [
    'a deletion of whatever is the latest',
    'invalid-input',
    /name the version: cats:v3 or cats:alias/,
    (l) => l.deleteVersion({ version: 'cats', deleteAliases: true }),
  ],
  [
    'an unlinking of whatever is the latest',
    'invalid-input',
    /name the version: cat-or-dog:v3 or cat-or-dog:alias/,
    (l) => l.unlink({ version: 'cat-or-dog' }),
  ],
  [
    'a deletion of a link',
    'invalid-input',
    /unlink takes a link away/,
    (l) => l.deleteVersion({ version: 'model-registry/cat-or-dog:v0' }),
  ],
  [
    'an unlinking of an artifact',
    'invalid-input',
    /deleteVersion deletes others/,
    (l) => l.unlink({ version: 'cats:v0' }),
  ],
  [
    'an alias of nobody',
    'alias-not-found',
    /acme\/animals\/cats has no alias "nope"; there /,
    (l) => l.removeAlias({ name: 'cats', alias: 'nope' }),
  ],
  [
    'an alias of a version',
    'invalid-input',
    /without a version or alias/,
    (l) => l.removeAlias({ name: 'cats:v0', alias: 'best' }),
  ],
  [
    'a holder who holds no more, moved',
    'alias-expectation-failed',
    /"best" was expected to point to v2, but it points to v0, put there by anna, recorded at/,
    (l) => l.moveAlias({ version: 'cats:v2', alias: 'best', expect: 2 }),
  ],
  [
    'a holder who should not be, moved',
    'alias-expectation-failed',
    /"production" was expected to be absent, but it points to v0, put there by bob/,
    (l) => l.moveAlias({ version: 'model-registry/cat-or-dog:v0', alias: 'production', expect: 'absent' }),
  ],
  [
    'nobody who should hold, removed',
    'alias-expectation-failed',
    /expected to point to v0, but it is absent/,
    (l) => l.removeAlias({ name: 'cats', alias: 'nope', expect: 0 }),
  ],
  [
    'a holder, logged',
    'alias-expectation-failed',
    /"latest" was expected to point to v0/,
    log({ expect: { latest: 0 } }),
  ],
  [
    'a holder, linked',
    'alias-expectation-failed',
    /"production" was expected to be absent/,
    (l) => l.link({ version: 'cats:v2', to: 'cat-or-dog', aliases: ['production'], expect: { production: 'absent' } }),
  ],
  [
    'a holder, unlinked',
    'alias-expectation-failed',
    /"production"/,
    (l) => l.unlink({ version: 'model-registry/cat-or-dog:v0', expect: { production: 7 } }),
  ],
  [
    'a holder, deleted',
    'alias-expectation-failed',
    /"best"/,
    (l) => l.deleteVersion({ version: 'cats:v0', deleteAliases: true, leaveLinks: true, expect: { best: 'absent' } }),
  ],
  [
    'a base that is not the newest',
    'base-outdated',
    /expected to be v0, but it is v2; draft from that one/,
    async (l) => (await l.newDraft('cats:v0')).log({ expectNewest: true }),
  ],
  [
    'a removal of what is not there',
    'path-not-found',
    /no file "nothing.txt"/,
    async (l) => (await l.newDraft('cats')).remove('nothing.txt'),
  ],
  [
    'other content under a path',
    'path-taken',
    /remove it first, or say overwrite/,
    async (l) => (await l.newDraft('cats')).add(text('other')),
  ],
  ['an unknown run, logging', 'run-not-found', /acme\/animals\/nobody was never started/, log({ run: 'nobody' })],
  ['an unknown run, using', 'run-not-found', /never started/, (l) => l.useArtifact({ run: 'nobody', version: 'cats' })],
  [
    'an unknown run, measuring',
    'run-not-found',
    /never started/,
    (l) => l.summariseRun({ run: 'nobody', metrics: { loss: 1 } }),
  ],
  ['an unknown run, ending', 'run-not-found', /never started/, (l) => l.finishRun({ run: 'nobody' })],
  [
    'an unknown run, sharing',
    'run-not-found',
    /never started/,
    (l) => l.upsertDistributed({ ...sharded, run: 'nobody', content: text('p') }),
  ],
  [
    'a run started otherwise',
    'run-already-started',
    /with another configuration/,
    (l) => l.startRun({ run: 'alone', config: { lr: 2 } }),
  ],
  [
    'a run that ended otherwise',
    'run-already-finished',
    /ended as "failed" by anna/,
    (l) => l.finishRun({ run: 'over' }),
  ],
  [
    'a part of no draft',
    'no-distributed-id',
    /distributedId, or a run whose group/,
    (l) => l.upsertDistributed({ ...sharded, content: text('p') }),
  ],
  [
    'a part of a run without a group',
    'no-distributed-id',
    /alone has no group/,
    (l) => l.upsertDistributed({ ...sharded, run: 'alone', content: text('p') }),
  ],
  [
    'parts that disagree',
    'path-conflict',
    /a\.txt \(w1: sha256:\w+, w2: sha256:\w+\); commit with lastWriterWins/,
    (l) => l.commitDistributed({ ...sharded, distributedId: 'torn' }),
  ],
  [
    'a part that disagrees with the commit',
    'path-conflict',
    /w3/,
    (l) => l.commitDistributed({ ...sharded, distributedId: 'torn', writer: 'w3', content: text('3', 'a.txt') }),
  ],
  [
    'a commit without parts',
    'draft-empty',
    /no parts; upsert a part first/,
    (l) => l.commitDistributed({ ...sharded, distributedId: 'nothing' }),
  ],
  [
    'a commit after the commit',
    'draft-empty',
    /the one before was sealed by anna/,
    (l) => l.commitDistributed({ ...sharded, distributedId: 'sealed' }),
  ],
  [
    'a sealed generation, upserted',
    'draft-ended',
    /generation 0 was sealed by anna, recorded at/,
    (l) => l.upsertDistributed({ ...sharded, distributedId: 'sealed', generation: 0, content: text('p') }),
  ],
  [
    'a sealed generation, committed',
    'draft-ended',
    /generation 0 was sealed/,
    (l) => l.commitDistributed({ ...sharded, distributedId: 'sealed', generation: 0, content: text('p') }),
  ],
  [
    'an abandoned generation',
    'draft-ended',
    /generation 0 was abandoned by anna/,
    (l) => l.upsertDistributed({ ...sharded, distributedId: 'given-up', generation: 0, content: text('p') }),
  ],
  [
    'a generation to come',
    'generation-not-open',
    /generation 0 is the next/,
    (l) => l.upsertDistributed({ ...sharded, distributedId: 'torn', generation: 5, content: text('p') }),
  ],
  [
    'an abandoned nothing',
    'draft-empty',
    /the draft "nothing" of acme\/animals\/sharded has no parts; there is nothing to abandon/,
    (l) => l.abandonDistributed({ name: 'sharded', distributedId: 'nothing' }),
  ],
  [
    'an unknown artifact, described',
    'artifact-not-found',
    /nobody does not exist; log a version of it or create it/,
    (l) => l.describeArtifact({ name: 'nobody', description: 'd' }),
  ],
  [
    'an unknown artifact, tagged',
    'artifact-not-found',
    /nobody does not exist/,
    (l) => l.tagArtifact({ name: 'nobody', tags: ['x'] }),
  ],
  [
    'an unknown registered model, described',
    'model-not-found',
    /link a version to it or create it/,
    (l) => l.describeRegisteredModel({ name: 'nobody', description: 'd' }),
  ],
  [
    'an unknown registered model, tagged',
    'model-not-found',
    /nobody does not exist/,
    (l) => l.tagRegisteredModel({ name: 'nobody', tags: ['x'] }),
  ],
  [
    'a command id of another command',
    'command-id-reused',
    /"used before" was used for another command/,
    (l) => l.tag({ version: 'cats:v2', commandId: 'used before', tags: ['two'] }),
  ],
  [
    'an unknown command',
    'invalid-command',
    /command\.type: expected one of/,
    (l) => l.execute({ commandId: 'c', actor: 'a', command: { type: 'DropEverything' } }),
  ],
  [
    'a version that claims to come of a sealed draft',
    'invalid-command',
    /command\.distributed: expected no such member/,
    (l) =>
      l.execute({
        commandId: 'c',
        actor: 'a',
        command: {
          type: 'LogArtifactVersion',
          artifact: { entity: 'acme', project: 'animals', name: 'cats' },
          artifactType: 'model',
          manifest: { digest: `sha256:${'0'.repeat(64)}`, entries: 1, bytes: 1 },
          distributed: { distributedId: 'night', generation: 0 },
        },
      }),
  ],
  [
    'a manifest that was never stored',
    'file-missing',
    /no file is stored under/,
    (l) =>
      l.execute({
        commandId: 'c',
        actor: 'a',
        command: {
          type: 'LogArtifactVersion',
          artifact: { entity: 'acme', project: 'animals', name: 'cats' },
          artifactType: 'model',
          manifest: { digest: `sha256:${'0'.repeat(64)}`, entries: 1, bytes: 1 },
        },
      }),
  ],
]

describe.each([
  ['names', names],
  ['metadata', metadata],
  ['paths and content', paths],
  ['what is there already', states],
])('the rules of %s', (_, violations) => {
  it.each(violations)('refuse %s', async (_, code, says, broken) => {
    const before = await events.head()()
    const error = await rejection(broken(ledger))
    expect(error).toMatchObject({ code, message: expect.stringMatching(says) })
    expect(error.error._tag).toBe(code)
    expect(await events.head()()).toEqual(before)
    const { version } = await ledger.logArtifact({ name: 'goes-on', type: 'model', content: text(`${Math.random()}`) })
    expect(await ledger.resolve('goes-on')).toMatchObject({ version })
  })
})
