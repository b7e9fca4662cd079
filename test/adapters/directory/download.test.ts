import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { afterAll, describe, expect, it } from 'vitest'
import { type Download, describeDownloadError, download } from '../../../adapters/directory/index.js'
import { memoryFileStore } from '../../../adapters/memory/index.js'
import type { ManifestEntry } from '../../../domain/values/manifest/manifest.js'
import { digestOf } from '../../../testing/file-store/world.js'
import { left, right } from '../../../testing/results.js'

const folder = mkdtempSync(join(tmpdir(), 'directory-download-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
const newPath = (): string => join(folder, `${names++}`)
/** A directory with these files and their contents in it. */
const directory = (contents: Readonly<Record<string, string>> = {}): string => {
  const root = newPath()
  mkdirSync(root)
  for (const [path, content] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), content)
  }
  return root
}

/** Every file below a directory with its content; a symbolic link with where it points. */
const contentsOf = (root: string): Readonly<Record<string, string>> => Object.fromEntries(contentsBelow(root, ''))

/** Not by a recursive `readdirSync`: from Node 22 on it goes into directories that are links. */
const contentsBelow = (root: string, below: string): ReadonlyArray<readonly [string, string]> =>
  readdirSync(join(root, below), { withFileTypes: true }).flatMap((entry) => {
    const path = join(below, entry.name)
    if (entry.isDirectory()) return contentsBelow(root, path)
    return [[path, entry.isFile() ? readFileSync(join(root, path), 'utf8') : 'a link']]
  })

const files = memoryFileStore()
const entry = async (path: string, content: string | Uint8Array = path): Promise<ManifestEntry> => ({
  path,
  ...right(await files.put('file', { bytes: Buffer.from(content) })()),
})
const entries = (...paths: ReadonlyArray<string>) => Promise.all(paths.map((path) => entry(path)))

const refusal = async (options: Omit<Download, 'files'>) => {
  const error = left(await download({ files, ...options })())
  expect(describeDownloadError(error).length).toBeGreaterThan(20)
  return error
}

describe('a download', () => {
  it('writes every file where it belongs, and makes the directories for it', async () => {
    const to = join(newPath(), 'deep', 'down')
    const wanted = [...(await entries('a', 'b/c', 'b/d/e', '.hidden')), await entry('empty', '')]
    const outcome = right(await download({ files, entries: wanted, to })())
    expect(outcome).toEqual({ directory: to, written: 5, kept: 0, references: [], others: [], removed: [] })
    expect(contentsOf(to)).toEqual({ a: 'a', 'b/c': 'b/c', 'b/d/e': 'b/d/e', '.hidden': '.hidden', empty: '' })
    expect(readdirSync(to).sort()).toEqual(['.hidden', 'a', 'b', 'empty'])
    expect(statSync(join(to, 'a'))).toMatchObject({ nlink: 1 })
  })

  it('lists what is kept elsewhere, and does not fetch it', async () => {
    const reference = { path: 'data', digest: 'etag:1', size: null, reference: { uri: 's3://bucket/data' } }
    const to = newPath()
    const outcome = right(await download({ files, entries: [reference, await entry('a')], to })())
    expect(outcome).toMatchObject({ written: 1, references: [reference] })
    expect(contentsOf(to)).toEqual({ a: 'a' })
  })

  it('keeps files that are there already, and goes on from there', async () => {
    const to = directory({ a: 'a' })
    const before = statSync(join(to, 'a'))
    const wanted = await entries('a', 'b')
    expect(right(await download({ files, entries: wanted, to })())).toMatchObject({ written: 1, kept: 1 })
    expect(statSync(join(to, 'a'))).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs })
    expect(right(await download({ files, entries: wanted, to })())).toMatchObject({ written: 0, kept: 2 })
    expect(contentsOf(to)).toEqual({ a: 'a', b: 'b' })
  })

  it('replaces no file with other content unless told', async () => {
    for (const other of ['x', 'another size']) {
      const to = directory({ 'sub/b': other })
      const wanted = await entries('a', 'sub/b')
      expect(await refusal({ entries: wanted, to })).toEqual({ _tag: 'target-differs', path: join(to, 'sub/b') })
      expect(contentsOf(to)).toEqual({ 'sub/b': other })
      expect(right(await download({ files, entries: wanted, to, overwrite: true })())).toMatchObject({ written: 2 })
      expect(contentsOf(to)).toEqual({ a: 'a', 'sub/b': 'sub/b' })
    }
  })

  it('replaces no file that comes into being meanwhile', async () => {
    const to = newPath()
    const slow: Download['files'] = {
      ...files,
      open: (kind, digest) => {
        writeFileSync(join(to, 'a'), 'mine')
        return files.open(kind, digest)
      },
    }
    const outcome = left(await download({ files: slow, entries: await entries('a'), to })())
    expect(outcome).toEqual({ _tag: 'target-differs', path: join(to, 'a') })
    expect(contentsOf(to)).toEqual({ a: 'mine' })
  })

  it('tells how far it is, to the end', async () => {
    const to = directory({ a: 'a' })
    const told: unknown[] = []
    const wanted = [await entry('a'), await entry('large', randomBytes(300_000)), await entry('b')]
    right(await download({ files, entries: wanted, to, progress: (progress) => told.push(progress) })())
    expect(told[0]).toEqual({ filesDone: 1, files: 3, bytesDone: 1, bytes: 300_002 })
    expect(told.at(-1)).toEqual({ filesDone: 3, files: 3, bytesDone: 300_002, bytes: 300_002 })
    expect(told.length).toBeGreaterThan(5)
  })

  it('gives up when it is told to, and leaves whole files only', async () => {
    const to = newPath()
    const controller = new AbortController()
    const wanted = [await entry('a'), await entry('large', randomBytes(1_000_000))]
    const progress: Download['progress'] = ({ bytesDone }) => {
      if (bytesDone > 200_000) controller.abort()
    }
    expect(await refusal({ entries: wanted, to, progress, signal: controller.signal })).toEqual({ _tag: 'aborted' })
    expect(Object.keys(contentsOf(to))).not.toContain('large')
    expect(readdirSync(to).filter((name) => name !== 'a')).toEqual([])

    const never = newPath()
    expect(await refusal({ entries: wanted, to: never, signal: controller.signal })).toEqual({ _tag: 'aborted' })
    expect(existsSync(never)).toBe(false)
  })

  it('refuses a target that is no directory', async () => {
    const to = join(directory({ file: '' }), 'file')
    expect(await refusal({ entries: [], to })).toMatchObject({ _tag: 'target-failed', path: to })
  })

  it('removes what a download left that was killed, and nothing of one that lives', async () => {
    const to = directory()
    const living = newPath()
    let mine = ''
    const seeing: Download['files'] = {
      ...files,
      open: (kind, digest) => {
        mine = readdirSync(living).find((name) => name.startsWith('.model-ledger-download.')) ?? ''
        return files.open(kind, digest)
      },
    }
    right(await download({ files: seeing, entries: await entries('a'), to: living })())
    const dead = spawnSync('true').pid
    const [killed, alive] = [mine.replace(`.${process.pid}.`, `.${dead}.`), mine]
    expect(killed).not.toBe(alive)
    for (const name of [killed, alive]) mkdirSync(join(to, name))
    right(await download({ files, entries: [], to })())
    expect(readdirSync(to)).toEqual([alive])
  })
})

describe('a download from a store that does not give what it should', () => {
  const damaging = (change: (bytes: Buffer) => Buffer): Download['files'] => ({
    ...files,
    open: (kind, digest) =>
      TE.map((stream: AsyncIterable<Uint8Array>) => mapped(stream, change))(files.open(kind, digest)),
  })

  it('writes no file whose content is not that of its digest', async () => {
    const to = newPath()
    const wanted = await entries('a', 'b')
    for (const change of [(bytes: Buffer) => Buffer.from(bytes).fill('x'), () => Buffer.of()]) {
      const error = left(await download({ files: damaging(change), entries: wanted, to })())
      expect(error).toMatchObject({ _tag: 'file-unavailable', error: { _tag: 'file-damaged' } })
      expect(readdirSync(to)).toEqual([])
    }
    const unchecked = await download({
      files: damaging((bytes) => Buffer.from(bytes).fill('x')),
      entries: wanted,
      to,
      verify: false,
    })()
    expect(right(unchecked)).toMatchObject({ written: 2 })
    expect(contentsOf(to)).toEqual({ a: 'x', b: 'x' })
  })

  it('says which file is missing', async () => {
    const digest = digestOf(Buffer.from('nowhere'))
    const to = newPath()
    expect(await refusal({ entries: [{ path: 'sub/a', digest, size: 7 }], to })).toEqual({
      _tag: 'file-unavailable',
      path: 'sub/a',
      error: { _tag: 'file-missing', digest },
    })
    expect(contentsOf(to)).toEqual({})
  })

  it('says that something is neither a stored file nor a reference', async () => {
    const wanted = [{ path: 'a', digest: 'etag:1', size: null }]
    expect(await refusal({ entries: wanted, to: newPath() })).toMatchObject({ _tag: 'illegal-entry', path: 'a' })
  })
})

describe('a download stays inside its target', () => {
  it.each(['../a', 'a/../../b', '/etc/passwd', 'a\\..\\b', 'C:/a', 'a\0b', 'a/./b', 'a//b', '.', '', 'a\nb'])(
    'and refuses the path %j before it begins',
    async (path) => {
      const to = newPath()
      const wanted = [await entry('innocent'), { ...(await entry('a')), path }]
      expect(await refusal({ entries: wanted, to })).toMatchObject({ _tag: 'illegal-entry', path })
      expect(existsSync(to)).toBe(false)
    },
  )

  it('and follows no symbolic link that lies in it', async () => {
    for (const overwrite of [false, true]) {
      const outside = directory({ file: 'mine', a: 'a' })
      const to = directory()
      symlinkSync(outside, join(to, 'link'))
      symlinkSync(join(outside, 'file'), join(to, 'file'))
      symlinkSync(join(outside, 'new'), join(to, 'new'))
      for (const [path, at] of [
        ['link/a', 'link'],
        ['link/sub/a', 'link'],
        ['link', 'link'],
        ['file', 'file'],
        ['file/a', 'file'],
        ['new', 'new'],
      ] as const) {
        const found = { _tag: 'in-the-way', path: join(to, at), found: 'a symbolic link' }
        expect(await refusal({ entries: await entries('innocent', path), to, overwrite })).toEqual(found)
      }
      expect(contentsOf(outside)).toEqual({ file: 'mine', a: 'a' })
      expect(contentsOf(to)).toEqual({ link: 'a link', file: 'a link', new: 'a link' })
    }
  })

  it('which may itself be named by a symbolic link', async () => {
    const [to, link] = [directory(), newPath()]
    symlinkSync(to, link)
    const outcome = right(await download({ files, entries: await entries('sub/a'), to: link })())
    expect(outcome.directory).toBe(to)
    expect(contentsOf(to)).toEqual({ 'sub/a': 'sub/a' })
  })

  it('and puts no file in the place of a directory, and no directory in that of a file', async () => {
    const to = directory({ 'sub/file': '', file: '' })
    const overwrite = true
    expect(await refusal({ entries: await entries('sub'), to, overwrite })).toMatchObject({ found: 'a directory' })
    expect(await refusal({ entries: await entries('file/a'), to, overwrite })).toMatchObject({ found: 'a file' })
    expect(contentsOf(to)).toEqual({ 'sub/file': '', file: '' })
  })

  it('whatever paths it is given', async () => {
    const part = fc.constantFrom('..', '.', '', 'a', 'b', 'link', 'C:', '\\', '\0', 'é')
    const path = fc.array(part, { minLength: 1, maxLength: 4 }).map((parts) => parts.join('/'))
    const outside = directory({ a: 'a' })
    await fc.assert(
      fc.asyncProperty(fc.array(path, { maxLength: 4 }), fc.boolean(), async (paths, overwrite) => {
        const around = directory()
        const to = join(around, 'to')
        mkdirSync(to)
        symlinkSync(outside, join(to, 'link'))
        const wanted = await Promise.all(paths.map(async (each) => ({ ...(await entry('x')), path: each })))
        const outcome = await download({ files, entries: wanted, to, overwrite })()
        expect(readdirSync(around)).toEqual(['to'])
        expect(contentsOf(outside)).toEqual({ a: 'a' })
        if (E.isRight(outcome)) expect(Object.keys(contentsOf(to)).sort()).toEqual(['link', ...paths].sort())
        else expect(contentsOf(to)).toEqual({ link: 'a link' })
      }),
      { numRuns: 150 },
    )
  })
})

describe('a download to a target that cannot hold all names', () => {
  it('is refused before it begins', async () => {
    const to = directory()
    const wanted = await entries('Model', 'model', 'sub/x')
    expect(await refusal({ entries: wanted, to, namesAlike: { case: true, form: false } })).toEqual({
      _tag: 'paths-collide',
      collisions: [{ _tag: 'same-name', paths: ['Model', 'model'] }],
    })
    expect(readdirSync(to)).toEqual([])
  })

  it('finds out by itself what the target can hold', async () => {
    const probe = directory({ Probe: '', '\u00e9': '' })
    const names = { case: existsSync(join(probe, 'pROBE')), form: existsSync(join(probe, 'e\u0301')) }
    for (const [paths, alike] of [
      [['Model', 'model'], names.case],
      [['sub/\u00e9', 'sub/e\u0301'], names.form],
    ] as const) {
      const to = directory()
      const outcome = await download({ files, entries: await entries(...paths), to })()
      expect(E.isLeft(outcome) ? outcome.left._tag : Object.keys(contentsOf(to)).sort()).toEqual(
        alike ? 'paths-collide' : [...paths].sort(),
      )
    }
  })

  it('is refused where a path is a file and a directory at once, on every target', async () => {
    const namesAlike = { case: false, form: false }
    const error = await refusal({ entries: await entries('a/b', 'a'), to: newPath(), namesAlike })
    expect(error).toEqual({
      _tag: 'paths-collide',
      collisions: [{ _tag: 'file-and-directory', paths: ['a', 'a/b'] }],
    })
    expect(describeDownloadError(error)).toBe(
      'the target cannot hold both "a" and "a/b"; nor can any other: log a version that leaves one out',
    )
  })
})

async function* mapped(stream: AsyncIterable<Uint8Array>, change: (bytes: Buffer) => Buffer) {
  for await (const chunk of stream) yield change(Buffer.from(chunk))
}
