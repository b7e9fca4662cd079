/** What of a directory becomes content, and what the receipt says of the rest. */
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { commandLine } from '../support/command-line.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-leaving-out-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledger: Ledger
beforeEach(async () => {
  ledger = (await memoryLedger()).ledger
})
afterEach(() => ledger.close())

/** A directory with these files; a path that ends with a slash is an empty directory. */
const directory = (contents: Readonly<Record<string, string>>): string => {
  const root = mkdtempSync(join(folder, 'case-'))
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, `${path}x`)), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(join(root, path), content)
  }
  return root
}

type Logged = Parameters<Ledger['logArtifact']>[0]
/** The paths of the version that comes of it, and what is noted. */
const log = async (content: Logged['content'], more: Pick<Logged, 'exclude' | 'links'> = {}) => {
  const { path, notes = [] } = await ledger.logArtifact({ name: 'code', type: 'code', content, ...more })
  const { manifest } = await ledger.content(path)
  return [manifest.map((entry) => entry.path), Object.fromEntries(notes.map((note) => [note.path, note.text]))]
}
const messageOf = async (content: Logged['content'], more: Pick<Logged, 'exclude' | 'links'> = {}) =>
  (await rejection(ledger.logArtifact({ name: 'code', type: 'code', content, ...more }))).message

const EMPTY = 'left out: it is an empty directory, and versions hold files'
const LINK = 'left out: it is a symbolic link'
const CONTROL = 'left out: it belongs to version control'

describe('an empty directory', () => {
  it('is named by the receipt, wherever it lies', async () => {
    const root = directory({ a: '', 'b/': '', 'c/d/': '', 'c/e': '' })
    expect(await log(root)).toEqual([['a', 'c/e'], { b: EMPTY, 'c/d': EMPTY }])
    expect(await log({ directory: join(root, 'c'), as: 'x' })).toEqual([['x/e'], { 'x/d': EMPTY }])
    expect(await log(join(root, 'b'))).toEqual([[], { '.': EMPTY }])
    expect(await log([{ directory: join(root, 'b'), as: 'y' }, join(root, 'a')])).toEqual([['a'], { y: EMPTY }])
  })
})

describe('a symbolic link below a directory', () => {
  const linked = () => {
    const root = directory({ 'a/file': 'a', b: 'b' })
    symlinkSync('a/file', join(root, 'to-file'))
    symlinkSync('a', join(root, 'to-directory'))
    return root
  }

  it('is followed unless told', async () => {
    const paths = ['a/file', 'b', 'to-directory/file', 'to-file']
    expect(await log(linked())).toEqual([paths, {}])
    expect(await log(linked(), { links: 'follow' })).toEqual([paths, {}])
  })

  it('is left out where links are skipped, and named', async () => {
    const root = linked()
    symlinkSync('nowhere', join(root, 'dead'))
    symlinkSync('..', join(root, 'a', 'up'))
    symlinkSync('itself', join(root, 'a', 'itself'))
    const named = { dead: LINK, 'to-file': LINK, 'to-directory': LINK, 'a/up': LINK, 'a/itself': LINK }
    expect(await log(root, { links: 'skip' })).toEqual([['a/file', 'b'], named])
  })

  it.each([
    ['dead', 'nowhere', 'to nothing'],
    ['below a file', 'b/c', 'to nothing'],
    ['up', '.', 'to a directory above itself'],
    ['itself', 'itself', 'to itself'],
  ])('that cannot be followed is refused with what would help: %s', async (name, target, reason) => {
    const root = linked()
    symlinkSync(target, join(root, name))
    expect(await messageOf(root)).toContain(reason)
    expect(await messageOf(root)).toContain("links: 'skip'")
    const [paths] = await log(root, { exclude: [name] })
    expect(paths).toEqual(['a/file', 'b', 'to-directory/file', 'to-file'])
  })

  it('is followed where it is named itself', async () => {
    const root = linked()
    expect(await log(join(root, 'to-directory'), { links: 'skip' })).toEqual([['file'], {}])
    expect(await log(join(root, 'to-file'), { links: 'skip' })).toEqual([['to-file'], {}])
  })
})

describe('what version control keeps', () => {
  it('is left out at every depth, as a directory and as a file, and named', async () => {
    const root = directory({
      '.git/HEAD': '',
      '.gitignore': 'x',
      x: '',
      'sub/.git': 'gitdir: …',
      '.hg/a': '',
      '.svn/b': '',
    })
    expect(await log(root)).toEqual([
      ['.gitignore', 'x'],
      { '.git': CONTROL, 'sub/.git': CONTROL, '.hg': CONTROL, '.svn': CONTROL },
    ])
  })

  it('is content where a pattern says so, or where it is named itself', async () => {
    const root = directory({ '.git/HEAD': '', x: '' })
    expect(await log(root, { exclude: ['!.git'] })).toEqual([['.git/HEAD', 'x'], {}])
    expect(await log(join(root, '.git'))).toEqual([['HEAD'], {}])
    expect(await log(join(directory({ '.git': 'gitdir: …' }), '.git'), { exclude: ['*.tmp'] })).toEqual([['.git'], {}])
  })
})

describe('what patterns leave out', () => {
  const contents = {
    'a.tmp': '',
    'keep.tmp': '',
    'data/1.csv': '',
    'data/2.csv': '',
    'src/a.py': '',
    'src/b.TMP': '',
    'src/data/3.csv': '',
    'src/deep/c.tmp': '',
    'src/deep/keep.tmp': '',
  }

  it('is counted, a directory as one', async () => {
    expect(await log(directory(contents), { exclude: ['*.tmp', '!keep.tmp', '/data/'] })).toEqual([
      ['keep.tmp', 'src/a.py', 'src/b.TMP', 'src/data/3.csv', 'src/deep/keep.tmp'],
      { '.': 'left out by patterns: 2 files and 1 directory' },
    ])
    expect(await log({ directory: directory(contents), as: 'x' }, { exclude: ['data'] })).toEqual([
      ['x/a.tmp', 'x/keep.tmp', 'x/src/a.py', 'x/src/b.TMP', 'x/src/deep/c.tmp', 'x/src/deep/keep.tmp'],
      { x: 'left out by patterns: 2 directories' },
    ])
  })

  it('is told by a .ledgerignore, which is content, and by those in directories for what lies there', async () => {
    const root = directory({
      ...contents,
      '.ledgerignore': '\uFEFF# not these\r\n*.tmp\r\n\r\n/data/\r\n',
      'src/.ledgerignore': '!deep/keep.tmp\n/data\n',
      'src/deep/.ledgerignore': '.ledgerignore\n',
    })
    expect(await log(root)).toEqual([
      ['.ledgerignore', 'src/.ledgerignore', 'src/a.py', 'src/b.TMP', 'src/deep/keep.tmp'],
      { '.': 'left out by patterns: 4 files and 2 directories' },
    ])
    const [paths] = await log(root, { exclude: ['!keep.tmp', 'src'] })
    expect(paths).toEqual(['.ledgerignore', 'keep.tmp'])
    expect(await log(join(root, 'a.tmp'))).toEqual([['a.tmp'], {}])
  })

  it.each([
    [
      'a directory whose name is a pattern',
      { 'st*r/.ledgerignore': 'x', 'st*r/x': '', 'stir/x': '' },
      ['st*r/.ledgerignore', 'stir/x'],
    ],
    ['blanks and signs', { '[a] !#/.ledgerignore': '/x', '[a] !#/x': '', 'a/x': '' }, ['[a] !#/.ledgerignore', 'a/x']],
    ['a directory that is taken in again', { '.ledgerignore': '/*\n!/a', 'a/x': '', 'b/x': '' }, ['a/x']],
    [
      'one below a directory that is left out, which is not',
      { '.ledgerignore': 'a/\n!a/x', 'a/x': '', b: '' },
      ['.ledgerignore', 'b'],
    ],
    ['a pattern that fits nothing', { '.ledgerignore': '[z-a]\n\\', a: '' }, ['.ledgerignore', 'a']],
    ['a directory of that name', { '.ledgerignore/a': '*' }, ['.ledgerignore/a']],
  ])('as git would have it: %s', async (_, given, paths) => {
    expect((await log(directory(given)))[0]).toEqual(paths)
  })

  it('is also a file that is named itself, where the call says so', async () => {
    const root = directory(contents)
    const content = [join(root, 'a.tmp'), { file: join(root, 'keep.tmp'), as: 'kept' }, join(root, 'src', 'a.py')]
    expect(await log(content, { exclude: ['*.tmp'] })).toEqual([['a.py'], expect.anything()])
  })

  it('and a link to a directory is left out as one', async () => {
    const root = directory({ 'a/x': '', 'b/y': '' })
    symlinkSync('a', join(root, 'build'))
    expect(await log(root, { exclude: ['build/'] })).toEqual([
      ['a/x', 'b/y'],
      { '.': 'left out by patterns: 1 directory' },
    ])
    const [paths] = await log(root, { exclude: ['build/'], links: 'skip' })
    expect(paths).toEqual(['a/x', 'b/y'])
  })

  it('is not looked at', async () => {
    const root = directory({ a: '', 'closed/x': '' })
    chmodSync(join(root, 'closed'), 0o000)
    symlinkSync('nowhere', join(root, 'dead'))
    expect((await log(root, { exclude: ['closed', 'dead'] }))[0]).toEqual(['a'])
    chmodSync(join(root, 'closed'), 0o755)
  })

  it.each([[[7]], ['*.tmp'], [['']], [['a\nb']], [['a\0b']], [Array.from({ length: 1001 }, () => 'a')]])(
    'is refused where that is no list of patterns: %j',
    async (exclude) => {
      const wrong: object = { name: 'code', type: 'code', content: directory({ a: '' }), exclude }
      const refused = await rejection(Reflect.apply(ledger.logArtifact, ledger, [wrong]))
      expect(refused).toMatchObject({ code: 'invalid-input', message: expect.stringContaining('.gitignore') })
    },
  )
})

describe('every way to content', () => {
  const options = { exclude: ['*.tmp'], links: 'skip' } as const
  const root = () => {
    const made = directory({ a: '', 'b.tmp': '', 'c/': '' })
    symlinkSync('nowhere', join(made, 'dead'))
    return made
  }
  const notes = [
    { path: 'c', text: EMPTY },
    { path: 'dead', text: LINK },
    { path: '.', text: 'left out by patterns: 1 file' },
  ]

  it('leaves out, and says so: drafts, parts, commits, links', async () => {
    const draft = await ledger.newArtifact({ name: 'drafted', type: 'code' })
    await draft.add(root(), options)
    expect((await draft.log()).notes).toEqual(notes)
    expect(draft.entries().map(({ path }) => path)).toEqual(['a'])
    const distributed = { name: 'parts', type: 'code', distributedId: 'd', ...options }
    expect((await ledger.upsertDistributed({ ...distributed, writer: 'w', content: root() })).notes).toEqual(notes)
    expect((await ledger.commitDistributed({ ...distributed, content: root() })).notes).toEqual(notes)
    expect((await ledger.linkModel({ content: root(), to: 'm', ...options })).source.notes).toEqual(notes)
  })

  it('does so on the command line', async () => {
    const at = directory({})
    const run = commandLine(at)
    await run('init')
    const flags = ['--exclude', '*.tmp', '--exclude', '/nothing', '--links', 'skip']
    const said =
      /c: left out: it is an empty directory.*\ndead: left out: it is a symbolic link\n\.: left out by patterns: 1 file\n$/
    expect((await run('log', 'code', root(), '--type', 'code', ...flags)).out).toMatch(said)
    expect((await run('draft', 'code', '--replace', root(), ...flags)).out).toMatch(said)
    const parts = ['parts', root(), '--type', 'code', '--id', 'd', ...flags]
    expect((await run('upsert', ...parts)).out).toMatch(said)
    expect((await run('commit', ...parts)).out).toMatch(said)
    const refused = await run('log', 'code', root(), '--type', 'code')
    expect([refused.code, refused.err]).toEqual([3, expect.stringContaining('--links skip')])
    expect((await run('log', 'code', root(), '--type', 'code', '--links', 'maybe')).code).toBe(2)
    expect(readdirSync(at)).toEqual(['.model-ledger'])
  })

  it('says the first of much', async () => {
    const at = directory(Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`d${index + 10}/`, ''])))
    const run = commandLine(directory({}))
    await run('init')
    const { out } = await run('log', 'code', at, '--type', 'code')
    expect(out).toContain('d29: left out')
    expect(out).not.toContain('d30:')
    expect(out).toContain('and 10 more (all with --json)\n')
  })
})
