/** What lies in the target of a download and is not of the version: told, and removed where that is asked for. */
import { spawnSync } from 'node:child_process'
import {
  chmodSync,
  existsSync,
  linkSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { sha256 } from '../../domain/values/digest.js'
import { type Ledger, openLedger } from '../../index.js'
import { right } from '../../testing/results.js'
import { commandLine, ENV } from '../support/command-line.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'
import { WITHOUT_RIGHTS, works } from '../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-exact-download-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledger: Ledger
let files: FileStore
beforeEach(async () => {
  ;({ ledger, files } = await memoryLedger())
})
afterEach(() => ledger.close())

/** A directory with these files; a path that ends with a slash is an empty directory. */
const directory = (...paths: ReadonlyArray<string>): string => {
  const root = mkdtempSync(join(folder, 'case-'))
  put(root, ...paths)
  return root
}
const put = (root: string, ...paths: ReadonlyArray<string>): void => {
  for (const path of paths) {
    mkdirSync(dirname(join(root, `${path}x`)), { recursive: true })
    if (!path.endsWith('/')) writeFileSync(join(root, path), path)
  }
}
/** All that lies below a directory, with when it was changed. */
const snapshotOf = (root: string, below = ''): ReadonlyArray<string> =>
  readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name)
    const { ino, mtimeMs } = lstatSync(join(root, path))
    const inside = entry.isDirectory() ? snapshotOf(root, path) : []
    return [`${path} ${ino} ${mtimeMs}`, ...inside]
  })
/** Files with their content, links with where they lead, empty directories with a slash. */
const treeOf = (root: string, below = ''): Readonly<Record<string, string>> => {
  const entries = readdirSync(join(root, below), { withFileTypes: true })
  if (entries.length === 0 && below !== '') return { [`${below}/`]: '' }
  return Object.assign(
    {},
    ...entries.map((entry) => {
      const path = join(below, entry.name)
      if (entry.isDirectory()) return treeOf(root, path)
      return {
        [path]: entry.isSymbolicLink() ? readlinkSync(join(root, path)) : readFileSync(join(root, path), 'utf8'),
      }
    }),
  )
}
const holding = (...paths: ReadonlyArray<string>) => Object.fromEntries(paths.map((path) => [path, path]))

const log = async (...paths: ReadonlyArray<string>): Promise<string> => {
  const content = paths.map((path) => ({ bytes: path, as: path }))
  return (await ledger.logArtifact({ name: 'data', type: 'dataset', content })).path
}

describe('a download into a directory where something else lies', () => {
  it('tells what is not of the version, and leaves it', async () => {
    const to = directory()
    await ledger.download({ version: await log('a', 'sub/b', 'sub/old/c'), to })
    put(to, 'empty/', 'sub/none/at-all/', 'é', 'z/y/x')
    symlinkSync('nowhere', join(to, 'link'))
    const outcome = await ledger.download({ version: await log('a', 'sub/d'), to })
    const others = ['empty/', 'link', 'sub/b', 'sub/none/at-all/', 'sub/old/c', 'z/y/x', 'é']
    expect(outcome).toMatchObject({ written: 1, kept: 1, others, removed: [] })
    expect(Object.keys(treeOf(to)).sort()).toEqual([...others, 'a', 'sub/d'].sort())
  })

  it('removes it where it is to be exact, and says so before', async () => {
    const to = directory()
    await ledger.download({ version: await log('a', 'sub/b', 'sub/old/c'), to })
    put(to, 'empty/', 'z/y/x', 'sub/empty/')
    const version = await log('a', 'sub/d')
    const told: unknown[] = []
    const there: boolean[] = []
    const onRemove = (paths: ReadonlyArray<string>) => {
      told.push(paths)
      there.push(...paths.map((path) => existsSync(join(to, path))))
    }
    const removed = ['empty/', 'sub/b', 'sub/empty/', 'sub/old/c', 'z/y/x']
    expect(await ledger.download({ version, to, exact: true, onRemove })).toMatchObject({ others: [], removed })
    expect([told, there]).toEqual([[removed], removed.map(() => true)])
    expect(treeOf(to)).toEqual(holding('a', 'sub/d'))
    expect(readdirSync(to)).toEqual(['a', 'sub'])
    expect(await ledger.download({ version, to, exact: true, onRemove })).toMatchObject({ kept: 2, removed: [] })
    expect(told).toHaveLength(1)
  })

  it('replaces nothing for being exact: that is another question', async () => {
    const to = directory('old')
    writeFileSync(join(to, 'a'), 'mine')
    const version = await log('a')
    expect(await rejection(ledger.download({ version, to, exact: true }))).toMatchObject({ code: 'target-differs' })
    expect(treeOf(to)).toEqual({ a: 'mine', old: 'old' })
    await ledger.download({ version, to, exact: true, overwrite: true })
    expect(treeOf(to)).toEqual(holding('a'))
  })

  it.each<[string, (to: string) => void, string]>([
    ['a file where a directory belongs', (to) => put(to, 'sub'), 'sub'],
    ['a link where a directory belongs', (to) => symlinkSync(directory('b'), join(to, 'sub')), 'sub'],
    ['a link where a file belongs', (to) => symlinkSync(join(directory('mine'), 'mine'), join(to, 'a')), 'a'],
    ['a directory where a file belongs', (to) => put(to, 'a/b/c'), 'a/b/c'],
    ['an empty one', (to) => put(to, 'a/'), 'a/'],
  ])('makes room where it is to be exact: %s', async (_, lay, path) => {
    const to = directory()
    lay(to)
    const version = await log('a', 'sub/b')
    expect(await rejection(ledger.download({ version, to }))).toMatchObject({ code: 'in-the-way' })
    expect(await ledger.download({ version, to, exact: true })).toMatchObject({ written: 2, removed: [path] })
    expect(treeOf(to)).toEqual(holding('a', 'sub/b'))
  })

  it('goes through no link, and touches nothing outside', async () => {
    const [to, outside] = [directory('old'), directory('precious', 'deep/precious')]
    for (const name of ['linked', 'sub']) symlinkSync(outside, join(to, name))
    symlinkSync(join(outside, 'precious'), join(to, 'file'))
    symlinkSync('..', join(to, 'up'))
    const before = snapshotOf(outside)
    const removed = ['file', 'linked', 'old', 'sub', 'up']
    expect(await ledger.download({ version: await log('a', 'sub/b'), to, exact: true })).toMatchObject({ removed })
    expect(treeOf(to)).toEqual(holding('a', 'sub/b'))
    expect(snapshotOf(outside)).toEqual(before)
  })

  it('leaves what is a ledger’s own, and what version control keeps, and says nothing of folders of theirs', async () => {
    const to = directory('.git/HEAD', 'sub/.git', 'sub/old', 'x/.hg/a', 'x/old')
    await (await openLedger({ directory: join(to, 'deep', '.model-ledger') })).close()
    const events = right(await sqliteEventStore({ path: join(to, 'history.db') })())
    const before = snapshotOf(join(to, 'deep', '.model-ledger'))
    const version = await log('a')
    const { others, removed } = await ledger.download({ version, to, exact: true })
    expect(removed).toEqual(['sub/old', 'x/old'])
    expect(others).toContain('history.db')
    await events.close()
    expect(snapshotOf(join(to, 'deep', '.model-ledger'))).toEqual(before)
    for (const path of ['.git/HEAD', 'sub/.git', 'x/.hg/a', 'history.db']) expect(existsSync(join(to, path))).toBe(true)
    const inTheWay = await rejection(ledger.download({ version: await log('deep'), to, exact: true }))
    expect(inTheWay).toMatchObject({ code: 'in-the-way' })
    expect(existsSync(join(to, 'a'))).toBe(true)
  })

  it('leaves what another download has under way, and what stands for a reference', async () => {
    const scratch = `.model-ledger-download.00000000.1.${'a'.repeat(8)}-1234-1234-1234-${'a'.repeat(12)}`
    const to = directory(`${scratch}/0`, 'elsewhere', 'old')
    const content = [
      { bytes: 'a', as: 'a' },
      { reference: 's3://bucket/key', as: 'elsewhere' },
    ]
    const { path: version } = await ledger.logArtifact({ name: 'data', type: 'dataset', content })
    expect(await ledger.download({ version, to, exact: true })).toMatchObject({ others: [], removed: ['old'] })
    expect(readdirSync(to).sort()).toEqual([scratch, 'a', 'elsewhere'])
  })

  it('takes a name that leads to a file of the version for that file', async () => {
    const to = directory()
    const version = await log('model.bin')
    await ledger.download({ version, to })
    linkSync(join(to, 'model.bin'), join(to, 'Model.BIN'))
    put(to, 'MODEL.bin')
    expect(await ledger.download({ version, to, exact: true })).toMatchObject({ removed: ['MODEL.bin'] })
    expect(readdirSync(to).sort()).toEqual(['Model.BIN', 'model.bin'])
  })

  it('changes nothing where whoever is told throws', async () => {
    const to = directory('old', 'sub')
    const before = snapshotOf(to)
    const onRemove = () => {
      throw new Error('not these')
    }
    const refused = await rejection(ledger.download({ version: await log('a', 'sub/b'), to, exact: true, onRemove }))
    expect(refused.message).toContain('not these')
    expect(snapshotOf(to)).toEqual(before)
  })

  it('that is cut off has whole files, and goes on from there', async () => {
    const to = directory('old', 'sub')
    const version = await log('a', 'sub/b')
    await files.delete(sha256('sub/b'), new Date(8.64e15))()
    expect(await rejection(ledger.download({ version, to, exact: true }))).toMatchObject({ code: 'file-unavailable' })
    expect(existsSync(join(to, 'old'))).toBe(true)
    await log('sub/b')
    await ledger.download({ version, to, exact: true })
    expect(treeOf(to)).toEqual(holding('a', 'sub/b'))
  })
})

describe('a download by somebody who may not read all that lies in the target', () => {
  it('tells that, and leaves it', async () => {
    const at = directory('v0/a', 'there/old', 'there/secret', 'there/closed/x')
    const run = commandLine(at)
    await run('init')
    await run('log', 'data', './v0', '--type', 'dataset')
    writeFileSync(join(at, 'there', 'secret'), Buffer.alloc(4096))
    chmodSync(join(at, 'there', 'secret'), 0o000)
    chmodSync(join(at, 'there', 'closed'), 0o000)
    const main = fileURLToPath(new URL('../../lib/adapters/cli/main.js', import.meta.url))
    const [command = '', ...args] = [...WITHOUT_RIGHTS, process.execPath, main, '--ledger', join(at, '.model-ledger')]
    const asked = ['download', 'acme/churn/data', join(at, 'there'), '--exact', '--json']
    const { stdout, stderr } = spawnSync(command, [...args, ...asked], { encoding: 'utf8' })
    chmodSync(join(at, 'there', 'closed'), 0o755)
    expect([stderr, JSON.parse(stdout)]).toMatchObject(['', { others: ['closed/', 'secret'], removed: ['old'] }])
    expect(Object.keys(snapshotOf(join(at, 'there')))).toHaveLength(4)
  })
})

describe('a dry run', () => {
  it('changes nothing, and tells what would be, also where there is nothing yet', async () => {
    const to = directory('a', 'old', 'sub')
    const before = snapshotOf(to)
    const version = await log('a', 'sub/b')
    const outcome = await ledger.download({ version, to, exact: true, dryRun: true })
    expect(outcome).toEqual({
      version,
      directory: to,
      written: 1,
      kept: 1,
      references: [],
      others: [],
      removed: ['old', 'sub'],
    })
    expect(snapshotOf(to)).toEqual(before)
    expect(await rejection(ledger.download({ version, to, dryRun: true }))).toMatchObject({ code: 'in-the-way' })
    const missing = join(to, 'not', 'there')
    expect(await ledger.download({ version, to: missing, dryRun: true })).toMatchObject({
      directory: missing,
      written: 2,
      others: [],
    })
    expect(snapshotOf(to)).toEqual(before)
  })

  it('tells what then is done, whatever lies there, and what was exact is the version', async () => {
    const path = fc.constantFrom('a', 'b', 'a/x', 'a/y/z', 'b/x', 'c/d/e', 'c/d')
    const isFree = (paths: ReadonlyArray<string>) =>
      paths.every((one) => !paths.some((other) => other.startsWith(`${one}/`)))
    const paths = fc.uniqueArray(path, { minLength: 1, maxLength: 4 }).filter(isFree)
    await fc.assert(
      fc.asyncProperty(paths, paths, fc.boolean(), async (lie, logged, isLinked) => {
        const to = directory(...lie)
        if (isLinked) symlinkSync(to, join(to, 'link'))
        const asked = { version: await log(...logged), to, exact: true }
        const before = snapshotOf(to)
        const dry = await ledger.download({ ...asked, dryRun: true })
        expect(snapshotOf(to)).toEqual(before)
        expect(await ledger.download(asked)).toEqual(dry)
        expect(treeOf(to)).toEqual(holding(...logged))
      }),
      { numRuns: 60 },
    )
  })
})

describe('a model that is used in a folder of the caller’s', () => {
  it('is told and made exact likewise', async () => {
    const to = directory('old')
    const version = await log('a')
    expect(await ledger.useModel({ version, to })).toEqual({
      version,
      path: join(to, 'a'),
      others: ['old'],
      removed: [],
    })
    expect(await ledger.useModel({ version, to, exact: true })).toMatchObject({ others: [], removed: ['old'] })
  })
})

describe('the command line', () => {
  it('says what is not of the version, and lists what it removes', async () => {
    const at = directory('v0/a', 'v0/b', 'v1/a')
    const run = commandLine(at)
    await run('init')
    await run('log', 'data', './v0', '--type', 'dataset')
    await run('log', 'data', './v1', '--type', 'dataset')
    const [v0, v1] = ['data:v0', 'data:v1']
    await run('download', v0, 'there')
    put(at, 'there/x', 'there/y', 'there/z')
    const told = await run('download', v0, 'there')
    expect(told.out).toMatch(
      /\(0 files written, 2 were there\)\n3 paths there are not of it: x, y, z \(--exact removes /,
    )
    const dry = await run('download', v0, 'there', '--exact', '--dry-run')
    expect(dry.out).toMatch(
      /would be in .* \(0 files to be written, 2 are there, 3 to be removed\)\nwould remove x\nwould/,
    )
    expect(existsSync(join(at, 'there/x'))).toBe(true)
    const exact = await run('download', v1, 'there', '--exact', '--overwrite')
    expect(exact.out).toMatch(
      /^removing b\nremoving x\nremoving y\nremoving z\nacme\/churn\/data:v1 is in .*, 4 removed\)\n$/,
    )
    expect(readdirSync(join(at, 'there'))).toEqual(['a'])
    put(at, 'there/x')
    const inJson = await run('download', v1, 'there', '--exact', '--json')
    expect(JSON.parse(inJson.out)).toMatchObject({ removed: ['x'], others: [] })
    put(at, 'there/x')
    const used = await run('use', v1, '--to', 'there')
    expect([used.out, used.err]).toEqual([`${join(at, 'there', 'a')}\n`, expect.stringContaining('not of it: x')])
    const usedExact = await run('use', v1, '--to', 'there', '--exact')
    expect([usedExact.out, usedExact.err]).toEqual([`${join(at, 'there', 'a')}\n`, 'removing x\n'])
  })
})

describe('a process that is killed while it removes', () => {
  const main = fileURLToPath(new URL('../../lib/adapters/cli/main.js', import.meta.url))
  /** Ends the process in the midst of its so manieth removal: with one thread for files, as strace counts for each thread. */
  const killedAt = (removal: number) => [
    ...['-f', '-qq', '-o', '/dev/null', '-e', 'trace=unlink,rmdir'],
    ...['-e', `inject=unlink,rmdir:signal=KILL:when=${removal}`],
  ]
  const removals = works('strace', ...killedAt(9), 'true') ? [1, 5, 9] : []

  it(`removes nothing outside, and a second one ends it${removals.length === 0 ? ' (not shown: strace does not work here)' : ''}`, async () => {
    const at = directory('v0/a', 'v0/sub/b', 'outside/keep', 'outside/sub/b')
    const run = commandLine(at)
    await run('init')
    await run('log', 'data', './v0', '--type', 'dataset')
    const kept = snapshotOf(join(at, 'outside'))
    for (const removal of removals) {
      const there = `there-${removal}`
      put(
        at,
        ...['w', 'x', 'sub/y', 'e/e/', 'a/in-its-place', 'old/1', 'old/2', 'old/deep/3'].map(
          (path) => `${there}/${path}`,
        ),
      )
      symlinkSync(join(at, 'outside'), join(at, there, 'link'))
      symlinkSync(join(at, 'outside/sub'), join(at, there, 'old/link'))
      const before = treeOf(join(at, there))
      const command = [process.execPath, main, 'download', 'data', there, '--exact']
      const env = { ...process.env, ...ENV, UV_THREADPOOL_SIZE: '1' }
      const { signal } = spawnSync('strace', [...killedAt(removal), ...command], { cwd: at, env })
      expect([removal, signal]).toEqual([removal, 'SIGKILL'])
      expect(snapshotOf(join(at, 'outside'))).toEqual(kept)
      // What lies there yet is as it was, or a whole file of the version.
      const whole: Readonly<Record<string, string>> = { ...before, a: 'v0/a', 'sub/b': 'v0/sub/b' }
      for (const [path, content] of Object.entries(treeOf(join(at, there))))
        if (!path.endsWith('/') && !path.startsWith('.')) expect([path, whole[path]]).toEqual([path, content])
      expect(await run('download', 'data', there, '--exact')).toMatchObject({ code: 0, err: '' })
      expect(treeOf(join(at, there))).toEqual({ a: 'v0/a', 'sub/b': 'v0/sub/b' })
      expect(snapshotOf(join(at, 'outside'))).toEqual(kept)
    }
  })
})
