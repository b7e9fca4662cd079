import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  appendFileSync,
  chmodSync,
  constants,
  copyFileSync,
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmdirSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { createBuffers, hashAhead } from '../../../adapters/directory/read-ahead.js'
import type { Fill } from '../../../adapters/shared/file-source.js'
import type { FileStore } from '../../../domain/ports/file-store.js'
import type { Digest } from '../../../domain/values/digest.js'
import { digestOf, wholeFiles } from '../../../testing/file-store/world.js'
import { left, right } from '../../../testing/results.js'
import { startScript, WITHOUT_RIGHTS } from '../../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'directory-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
const newPath = (): string => join(folder, `${names++}`)
const open = async (path: string): Promise<FileStore> => right(await directoryFileStore({ path })())
/** Whole, each of them. */
const listed = async (store: FileStore): Promise<ReadonlyArray<Digest>> => [...(await wholeFiles(store))].sort()
const refusal = async (path: string) => {
  const error = left(await directoryFileStore({ path })())
  expect(error).toMatchObject({ path, reason: expect.stringContaining(path) })
  return error
}

const MIB = 1024 * 1024
const placeOf = (path: string, digest: Digest, kind = 'files') =>
  join(path, kind, digest.slice('sha256:'.length, 'sha256:'.length + 2), digest.slice('sha256:'.length + 2))
/** Whether the file system of the tests can share blocks between files, as XFS, btrfs and APFS can. */
const clones = (): boolean => {
  const [from, to] = [newPath(), newPath()]
  writeFileSync(from, 'content')
  try {
    copyFileSync(from, to, constants.COPYFILE_FICLONE_FORCE)
    return true
  } catch {
    return false
  }
}
const aMinuteFromNow = () => new Date(Date.now() + 60_000)
const longAgo = new Date('2020-01-01T00:00:00Z')

describe('opening a file store in a directory', () => {
  it('makes one where there is nothing, also several directories deep', async () => {
    const path = join(newPath(), 'a', 'b')
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: Buffer.from('hello') })())
    await store.close()
    expect(right(await (await open(path)).verify('file', digest)())).toEqual({ digest, size: 5 })
  })

  it('makes one in an empty directory, or an empty disk', async () => {
    const path = newPath()
    mkdirSync(join(path, 'lost+found'), { recursive: true })
    await open(path)
    expect(readFileSync(join(path, 'model-ledger-files'), 'utf8')).toBe('model-ledger file store, format 2\n')
  })

  it('gives every one of several that make it at once the same store', async () => {
    const path = newPath()
    const stores = await Promise.all(Array.from({ length: 6 }, () => open(path)))
    const { digest } = right(await (stores[0] as FileStore).put('file', { bytes: Buffer.from('x') })())
    for (const store of stores) expect(right(await store.has('file', digest)())).toEqual({ digest, size: 1 })
    expect(readdirSync(path).sort()).toEqual(['files', 'large-files', 'manifests', 'model-ledger-files', 'tmp'])
  })

  it('completes one whose maker died', async () => {
    const path = newPath()
    mkdirSync(join(path, 'files', '00'), { recursive: true })
    mkdirSync(join(path, 'model-ledger-files.being-made'))
    await open(path)
    expect(readdirSync(path).sort()).toEqual(['files', 'large-files', 'manifests', 'model-ledger-files', 'tmp'])
  })

  it('makes a directory only for what is put into it', async () => {
    const path = newPath()
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: Buffer.from('hello') })())
    right(await store.delete(digest, aMinuteFromNow())())
    expect([readdirSync(join(path, 'files')), readdirSync(join(path, 'manifests'))]).toEqual([['2c'], []])
  })

  it('goes on with one of format 1, which an earlier release can still open', async () => {
    const path = newPath()
    const directories = Array.from({ length: 256 }, (_, at) => at.toString(16).padStart(2, '0'))
    const hello = digestOf(Buffer.from('hello'))
    for (const kind of ['files', 'manifests'])
      for (const name of directories) mkdirSync(join(path, kind, name), { recursive: true })
    for (const name of ['large-files', 'tmp']) mkdirSync(join(path, name))
    writeFileSync(placeOf(path, hello), 'hello')
    writeFileSync(join(path, 'model-ledger-files'), 'model-ledger file store, format 1\n')
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: Buffer.from('more') })())
    expect(await listed(store)).toEqual([hello, digest].sort())
    right(await store.delete(hello, aMinuteFromNow())())
    expect(readFileSync(join(path, 'model-ledger-files'), 'utf8')).toBe('model-ledger file store, format 1\n')
    expect(readdirSync(join(path, 'files'))).toEqual(directories)
  })

  it('goes on with a copy that lacks what was empty, as git makes one', async () => {
    const path = newPath()
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: Buffer.from('gone') })())
    right(await store.delete(digest, aMinuteFromNow())())
    await store.close()
    for (const content of ['first', 'second']) {
      execFileSync('find', [path, '-type', 'd', '-empty', '-delete'])
      const parts = readdirSync(path)
      expect(parts).not.toContain('tmp')
      const read = right(await directoryFileStore({ path, readOnly: true })())
      const before = await listed(read)
      expect(right(await read.unfinished()())).toEqual([])
      expect(right(await read.has('file', digest)())).toBeUndefined()
      expect(readdirSync(path)).toEqual(parts)
      const written = await open(path)
      const stored = right(await written.put('file', { bytes: Buffer.from(content) })())
      expect(await listed(written)).toEqual([...before, stored.digest].sort())
      await written.close()
    }
  })

  it('refuses what is not a directory', async () => {
    const path = newPath()
    writeFileSync(path, '')
    expect(await refusal(path)).toMatchObject({ _tag: 'not-a-directory' })
    expect(await refusal(join(path, 'below'))).toMatchObject({ _tag: 'not-a-directory' })
  })

  it('refuses a directory that holds something else, and leaves it as it is', async () => {
    const path = newPath()
    mkdirSync(path)
    writeFileSync(join(path, 'thesis.tex'), '')
    expect(await refusal(path)).toMatchObject({
      _tag: 'not-a-file-store',
      reason: expect.stringContaining('thesis.tex'),
    })
    expect(readdirSync(path)).toEqual(['thesis.tex'])
  })

  it('refuses a newer format, and a marker that it cannot read', async () => {
    const path = newPath()
    await open(path)
    writeFileSync(join(path, 'model-ledger-files'), 'model-ledger file store, format 3\n')
    expect(await refusal(path)).toMatchObject({ _tag: 'newer-format', reason: expect.stringContaining('upgrade') })
    writeFileSync(join(path, 'model-ledger-files'), '')
    expect(await refusal(path)).toMatchObject({ _tag: 'damaged-file-store' })
  })

  it('refuses a store with a directory replaced by a link that leads out of it, also to be read', async () => {
    for (const part of ['files', 'tmp', 'manifests/ab', 'files/00']) {
      const path = newPath()
      const outside = newPath()
      await open(path)
      mkdirSync(outside)
      rmSync(join(path, part), { recursive: true, force: true })
      symlinkSync(outside, join(path, part))
      const damaged = { _tag: 'damaged-file-store', reason: expect.stringContaining(part) }
      expect(await refusal(path)).toMatchObject(damaged)
      expect(left(await directoryFileStore({ path, readOnly: true })())).toMatchObject(damaged)
    }
  })

  it('makes nothing through a link that leads out of the directory', async () => {
    for (const part of ['files', 'tmp']) {
      const [path, outside] = [newPath(), newPath()]
      mkdirSync(join(path, 'model-ledger-files.being-made'), { recursive: true })
      mkdirSync(outside)
      symlinkSync(outside, join(path, part))
      expect(await refusal(path)).toMatchObject({ _tag: 'damaged-file-store', reason: expect.stringContaining(part) })
      expect(readdirSync(outside)).toEqual([])
    }
  })

  it('says what it is not allowed to do', async () => {
    const [own, secret] = [newPath(), newPath()]
    chmodSync(folder, 0o755)
    const closed = join(newPath(), 'new')
    mkdirSync(dirname(closed), { mode: 0o555 })
    const foreign = newPath()
    await open(foreign)
    chmodSync(join(foreign, 'tmp'), 0o555)
    mkdirSync(own)
    chmodSync(own, 0o777)
    writeFileSync(secret, 'secret', { mode: 0o000 })
    const [printed = ''] = await startScript('directory-opener', [secret, closed, foreign, own], WITHOUT_RIGHTS).ended
    expect(JSON.parse(printed)).toEqual([
      { _tag: 'cannot-open', path: closed, code: 'EACCES', reason: expect.stringContaining(`write ${closed}`) },
      { _tag: 'cannot-open', path: foreign, code: 'EACCES', reason: expect.stringContaining(`write ${foreign}`) },
      { _tag: 'Left', left: { _tag: 'source-failed', reason: expect.stringMatching(`${secret}: EACCES`) } },
    ])
    rmSync(own, { recursive: true })
    chmodSync(dirname(closed), 0o755)
  })

  it('removes what dead processes left, a day later', async () => {
    const path = newPath()
    await open(path)
    const leftover = join(path, 'tmp', 'leftover')
    writeFileSync(leftover, 'half a fi')
    utimesSync(leftover, longAgo, longAgo)
    await open(path)
    expect(existsSync(leftover)).toBe(true)
    right(await directoryFileStore({ path, now: () => new Date(Date.now() + 25 * 3600 * 1000) })())
    expect(existsSync(leftover)).toBe(false)
  })
})

describe('a file in a directory file store', () => {
  it('lies under its digest, complete, read-only and unconnected to the caller’s own', async () => {
    const [path, source] = [newPath(), newPath()]
    const store = await open(path)
    for (const bytes of [randomBytes(100), randomBytes(3 * MIB)]) {
      writeFileSync(source, bytes)
      const { digest } = right(await store.put('file', { path: source })())
      const place = placeOf(path, digest)
      expect(digestOf(readFileSync(place))).toBe(digest)
      expect(statSync(place).mode & 0o222).toBe(0)
      expect(statSync(place).nlink).toBe(1)
      expect(statSync(place).ino).not.toBe(statSync(source).ino)
    }
    const { digest } = right(await store.put('manifest', { bytes: Buffer.from('[]') })())
    expect(existsSync(placeOf(path, digest, 'manifests'))).toBe(true)
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })

  it('is not written again when it is put again', async () => {
    const [path, source] = [newPath(), newPath()]
    const store = await open(path)
    for (const size of [100, MIB, 5 * MIB]) {
      writeFileSync(source, randomBytes(size))
      const { digest } = right(await store.put('file', { path: source })())
      const place = placeOf(path, digest)
      utimesSync(place, longAgo, longAgo)
      const before = statSync(place)
      // A directory that takes no new names shows that nothing was written, not even for a moment.
      const tmp = statSync(join(path, 'tmp')).mtimeMs
      right(await store.put('file', { path: source })())
      expect(statSync(place).ino).toBe(before.ino)
      expect(statSync(join(path, 'tmp')).mtimeMs).toBe(tmp)
      expect(statSync(place).mtimeMs).toBeGreaterThan(Date.now() - 60_000)
    }
  })

  it('is written once more if what lies in its place has another size', async () => {
    const path = newPath()
    const store = await open(path)
    const bytes = randomBytes(1000)
    const { digest } = right(await store.put('file', { bytes })())
    const place = placeOf(path, digest)
    rmSync(place)
    writeFileSync(place, bytes.subarray(0, 500))
    right(await store.put('file', { bytes })())
    expect(right(await store.verify('file', digest)())).toEqual({ digest, size: 1000 })
  })

  it('is never written through a symbolic link, nor read or deleted through one', async () => {
    const [path, outside] = [newPath(), newPath()]
    const store = await open(path)
    const bytes = Buffer.from('inside')
    const digest = digestOf(bytes)
    writeFileSync(outside, 'outside')
    mkdirSync(dirname(placeOf(path, digest)))
    symlinkSync(outside, placeOf(path, digest))
    expect(right(await store.has('file', digest)())).toBeUndefined()
    expect(left(await store.open('file', digest)())).toEqual({ _tag: 'file-missing', digest })
    expect(left(await store.verify('file', digest)())).toEqual({ _tag: 'file-missing', digest })
    expect(right(await store.delete(digest, aMinuteFromNow())())).toBe(false)
    right(await store.put('file', { bytes })())
    expect(lstatSync(placeOf(path, digest)).isFile()).toBe(true)
    expect(readFileSync(outside, 'utf8')).toBe('outside')
  })

  it('that was damaged is found by verify', async () => {
    const path = newPath()
    const store = await open(path)
    for (const size of [1000, 2 * MIB]) {
      const bytes = randomBytes(size)
      const { digest } = right(await store.put('file', { bytes })())
      const place = placeOf(path, digest)
      chmodSync(place, 0o644)
      bytes[size - 1] = (bytes[size - 1] ?? 0) ^ 1
      writeFileSync(place, bytes)
      const damaged = { _tag: 'file-damaged', digest, found: digestOf(bytes), size }
      expect(left(await store.verify('file', digest)())).toEqual(damaged)
      writeFileSync(place, '')
      expect(left(await store.verify('file', digest)())).toMatchObject({ _tag: 'file-damaged', size: 0 })
    }
  })

  it('that is cut short while it is read ends with an error', async () => {
    const path = newPath()
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: randomBytes(8 * MIB) })())
    const reading = async () => {
      for await (const chunk of right(await store.open('file', digest)())) {
        chmodSync(placeOf(path, digest), 0o644)
        writeFileSync(placeOf(path, digest), chunk.subarray(0, 10))
      }
    }
    await expect(reading()).rejects.toMatchObject({
      name: 'FileStoreFailure',
      error: { _tag: 'file-store-failed', reason: expect.stringContaining('cut short') },
    })
  })

  it('can still be put when the store forgot which large files it knows', async () => {
    const [path, source] = [newPath(), newPath()]
    const store = await open(path)
    writeFileSync(source, randomBytes(2 * MIB))
    const stored = right(await store.put('file', { path: source })())
    for (const name of readdirSync(join(path, 'large-files'))) rmSync(join(path, 'large-files', name))
    expect(right(await store.put('file', { path: source })())).toEqual(stored)
    rmSync(placeOf(path, stored.digest), { force: true })
    expect(right(await store.put('file', { path: source })())).toEqual(stored)
    expect(right(await store.verify('file', stored.digest)())).toEqual(stored)
    expect(right(await store.delete(stored.digest, aMinuteFromNow())())).toBe(true)
    expect(readdirSync(join(path, 'large-files'))).toEqual([])
  })
})

describe('a file of the caller’s', () => {
  it('that changes while it is read is refused, and nothing of it is stored', async () => {
    const [path, source] = [newPath(), newPath()]
    const store = await open(path)
    for (const size of [1000, 6 * MIB]) {
      for (const change of [() => appendFileSync(source, 'x'), () => writeFileSync(source, randomBytes(size))]) {
        writeFileSync(source, randomBytes(size))
        utimesSync(source, longAgo, longAgo)
        const outcome = await store.put('file', { path: source }, change)()
        if (size > MIB && clones()) {
          // A clone is the file at one moment, and no later change reaches it.
          const stored = right(outcome)
          expect(right(await store.verify('file', stored.digest)())).toEqual(stored)
        } else {
          const reason = expect.stringContaining('changed while')
          expect(left(outcome)).toEqual({ _tag: 'source-failed', reason })
        }
        expect(readdirSync(join(path, 'tmp'))).toEqual([])
      }
    }
  })

  it('may be named by a symbolic link', async () => {
    const [path, source, link] = [newPath(), newPath(), newPath()]
    const store = await open(path)
    writeFileSync(source, 'content')
    symlinkSync(source, link)
    const { digest } = right(await store.put('file', { path: link })())
    expect(lstatSync(placeOf(path, digest)).isFile()).toBe(true)
  })

  it('may be one that the system makes up while it is read, and that says it is empty', async () => {
    const [path, source] = [newPath(), '/proc/version']
    const store = await open(path)
    if (!existsSync(source)) return
    expect(right(await store.put('file', { path: source })()).digest).toBe(digestOf(readFileSync(source)))
  })

  it('may not be a pipe, for which one would wait for ever', async () => {
    const [path, pipe] = [newPath(), newPath()]
    const store = await open(path)
    execFileSync('mkfifo', [pipe])
    expect(left(await store.put('file', { path: pipe })())).toEqual({
      _tag: 'source-failed',
      reason: `${pipe} is not a regular file`,
    })
  })
})

describe('a directory file store', () => {
  it('goes on when somebody removes its empty directories', async () => {
    const path = newPath()
    const store = await open(path)
    const { digest } = right(await store.put('file', { bytes: Buffer.from('x') })())
    right(await store.delete(digest, aMinuteFromNow())())
    rmdirSync(dirname(placeOf(path, digest)))
    right(await store.put('file', { bytes: Buffer.from('x') })())
    expect(await listed(store)).toEqual([digest])
  })

  it('makes a directory with the rights of the store, whatever the umask of who puts: others write to it, too', async () => {
    const path = newPath()
    const store = await open(path)
    chmodSync(join(path, 'files'), 0o775)
    const before = process.umask(0o077)
    try {
      const { digest } = right(await store.put('file', { bytes: Buffer.from('shared') })())
      expect(statSync(dirname(placeOf(path, digest))).mode & 0o7777).toBe(0o775)
    } finally {
      process.umask(before)
    }
  })

  it('makes nothing where it was when it is moved away during a put, nor a folder of its root', async () => {
    for (const moved of ['', 'files']) {
      const path = newPath()
      const store = await open(path)
      async function* stream() {
        yield Buffer.alloc(2 * MIB)
        renameSync(join(path, moved), newPath())
      }
      const { reason } = { reason: '', ...left(await store.put('file', { stream: stream() })()) }
      expect(reason).toContain(path)
      expect(existsSync(join(path, moved))).toBe(false)
    }
  })

  it('lists thousands of files in pages, and nothing that is none', async () => {
    const path = newPath()
    const store = await open(path)
    const digests = Array.from({ length: 2500 }, () => digestOf(randomBytes(8)))
    for (const digest of digests) {
      mkdirSync(dirname(placeOf(path, digest)), { recursive: true })
      writeFileSync(placeOf(path, digest), '')
    }
    mkdirSync(join(path, 'files', '00'), { recursive: true })
    writeFileSync(join(path, 'files', '00', 'README'), 'not ours')
    mkdirSync(placeOf(path, digestOf(randomBytes(8))), { recursive: true })
    const found: Digest[] = []
    for await (const page of store.list('file')) {
      expect(page.length).toBeLessThanOrEqual(1000)
      found.push(...page.map(({ digest }) => digest))
    }
    expect(found.sort()).toEqual([...digests].sort())
  })

  it('deletes a file once, when two ask for it at the same time', async () => {
    const store = await open(newPath())
    for (let round = 0; round < 20; round++) {
      const { digest } = right(await store.put('file', { bytes: randomBytes(10) })())
      const remove = store.delete(digest, aMinuteFromNow())
      const outcomes = (await Promise.all([remove(), remove()])).map(right)
      expect(outcomes.sort()).toEqual([false, true])
    }
  })

  it('loses no file that is put while it is deleted', async () => {
    const path = newPath()
    const store = await open(path)
    const bytes = randomBytes(100)
    const { digest } = right(await store.put('file', { bytes })())
    const anHourAgo = new Date(Date.now() - 3600 * 1000)
    for (let round = 0; round < 150; round++) {
      utimesSync(placeOf(path, digest), longAgo, longAgo)
      const [removed] = await Promise.all([store.delete(digest, anHourAgo)(), store.put('file', { bytes })()])
      right(removed)
      expect(right(await store.verify('file', digest)())).toEqual({ digest, size: 100 })
    }
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
  })
})

describe('reading ahead', () => {
  it('leaves a chunk alone until it is written', async () => {
    const parts = Array.from({ length: 8 }, () => randomBytes(1000))
    const left = [...parts]
    const fill: Fill = async (into) => {
      const part = left.shift() ?? Buffer.of()
      into.set(part)
      return part.length
    }
    const written: Buffer[] = []
    const stored = await hashAhead(createBuffers(), fill, async (chunk, position) => {
      await new Promise((resolve) => setTimeout(resolve, 5))
      written[position / 1000] = Buffer.from(chunk)
    })
    expect(stored).toEqual({ digest: digestOf(Buffer.concat(parts)), size: 8000 })
    expect(written).toEqual(parts)
  })
})
