/** A version as files on this machine: recorded as used, fetched once, checked each time. */
import {
  chmodSync,
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
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeEach, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type Ledger, openLedger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-use-model-'))
afterAll(() => rmSync(folder, { recursive: true }))

let cache = ''
let ledger: Ledger
let stores: { events: ReturnType<typeof memoryEventStore>; files: FileStore }
/** How often a file was read from the store. */
let opened = 0
beforeEach(async () => {
  cache = join(mkdtempSync(join(folder, 'case-')), 'of', 'models')
  opened = 0
  const files = memoryFileStore()
  const counting: FileStore = {
    ...files,
    open: (kind, digest) => {
      if (kind === 'file') opened += 1
      return files.open(kind, digest)
    },
  }
  stores = { events: memoryEventStore(), files: counting }
  ledger = (await memoryLedger({ ...stores, cache })).ledger
  await ledger.logArtifact({ name: 'net', type: 'model', content: text('weights', 'net.h5') })
  await ledger.link({ version: 'net', to: 'churn', aliases: ['production'] })
  await ledger.logArtifact({ name: 'shards', type: 'model', content: [...text('a', 'x/a.bin'), ...text('b', 'b.bin')] })
  return () => ledger.close()
})

const filesIn = (directory: string) =>
  Object.fromEntries(
    readdirSync(directory, { recursive: true, withFileTypes: true })
      .filter((entry) => !entry.isDirectory())
      .map(({ parentPath, name }) => {
        const path = join(parentPath, name)
        return [path.slice(directory.length + 1), readFileSync(path, 'utf8')]
      }),
  )
const shards = { 'b.bin': 'b', 'x/a.bin': 'a' }

describe('a model that a run uses', () => {
  it('is a file where the version holds one, and an input of the run', async () => {
    const run = await ledger.startRun({ run: 'r' })
    const path = await run.useModel('churn:production', { reason: 'to compare' })
    expect(basename(path)).toBe('net.h5')
    expect(readFileSync(path, 'utf8')).toBe('weights')
    expect((await ledger.runDetails('r')).used).toEqual([
      { version: 'acme/animals/net:v0', through: 'acme/model-registry/churn:v0' },
    ])
    expect((await ledger.history({ of: { run: 'r' }, limit: 1 })).items).toMatchObject([{ reason: 'to compare' }])
  })

  it('is a folder where it holds more, with that and nothing else', async () => {
    const run = await ledger.startRun()
    expect(filesIn(await run.useModel('shards'))).toEqual(shards)
  })

  it('is the same one when the command is given again, wherever the alias points by then', async () => {
    const run = await ledger.startRun()
    const first = await run.useModel('net', { commandId: 'once' })
    await ledger.logArtifact({ name: 'net', type: 'model', content: text('other', 'net.h5') })
    expect(await run.useModel('net', { commandId: 'once' })).toBe(first)
    expect(readFileSync(await run.useModel('net'), 'utf8')).toBe('other')
  })

  it('lies in a folder of the caller’s, if one is named', async () => {
    const run = await ledger.startRun()
    const to = join(dirname(cache), 'mine')
    expect(await run.useModel('net', { to })).toBe(join(to, 'net.h5'))
    writeFileSync(join(to, 'net.h5'), 'mine')
    expect(await rejection(run.useModel('net', { to }))).toMatchObject({ code: 'target-differs' })
    await run.useModel('net', { to, overwrite: true })
    expect(filesIn(to)).toEqual({ 'net.h5': 'weights' })
    expect(existsSync(cache)).toBe(false)
  })
})

describe('outside a run', () => {
  it('nothing is recorded', async () => {
    const { position } = await ledger.moment()
    const { version, path } = await ledger.useModel({ version: 'churn:production' })
    expect(version).toBe('acme/animals/net:v0')
    expect(readFileSync(path, 'utf8')).toBe('weights')
    expect(await ledger.moment()).toMatchObject({ position })
  })

  it('a ledger that only answers gives it, too', async () => {
    const reader = await openLedger({ ...stores, cache, readOnly: true, entity: 'acme', project: 'animals' })
    expect(readFileSync((await reader.useModel({ version: 'net' })).path, 'utf8')).toBe('weights')
    expect(await rejection(reader.useModel({ version: 'net', run: 'r' }))).toMatchObject({ code: 'read-only' })
  })
})

describe('the cache', () => {
  const use = async (version = 'shards') => (await ledger.useModel({ version })).path

  it('is read again and not fetched again, also for another version with the same content', async () => {
    const path = await use()
    expect(opened).toBe(2)
    await ledger.logArtifact({ name: 'same', type: 'model', content: [...text('a', 'x/a.bin'), ...text('b', 'b.bin')] })
    expect([await use(), await use('same'), opened]).toEqual([path, path, 2])
    expect(readdirSync(cache)).toEqual([basename(path)])
  })

  it('holds copies that are read-only', async () => {
    const { mode, nlink } = statSync(join(await use(), 'x', 'a.bin'))
    expect([(mode & 0o777).toString(8), nlink]).toEqual(['444', 1])
  })

  it.each<[string, (path: string) => void]>([
    [
      'a file that was changed, of the same size',
      (path) => {
        chmodSync(join(path, 'b.bin'), 0o644)
        writeFileSync(join(path, 'b.bin'), 'c')
      },
    ],
    ['a file that is gone', (path) => rmSync(join(path, 'b.bin'))],
    ['a folder that is gone', (path) => rmSync(join(path, 'x'), { recursive: true })],
    ['a file that was added', (path) => writeFileSync(join(path, 'x', 'c.bin'), 'c')],
    ['a folder that was added', (path) => mkdirSync(join(path, 'y', 'z'), { recursive: true })],
    [
      'a folder that leads elsewhere',
      (path) => {
        rmSync(join(path, 'x'), { recursive: true })
        symlinkSync(folder, join(path, 'x'))
      },
    ],
    [
      'a folder in the place of a file',
      (path) => {
        rmSync(join(path, 'b.bin'))
        mkdirSync(join(path, 'b.bin', 'c'), { recursive: true })
      },
    ],
    [
      'a file in the place of all',
      (path) => {
        rmSync(path, { recursive: true })
        writeFileSync(path, 'x')
      },
    ],
  ])('never gives what is not as it was logged: %s', async (_, damage) => {
    const path = await use()
    damage(path)
    expect(await use()).toBe(path)
    expect(filesIn(path)).toEqual(shards)
    expect(readdirSync(path).sort()).toEqual(['b.bin', 'x'])
    expect(readdirSync(cache)).toEqual([basename(path)])
    expect(existsSync(join(folder, 'a.bin'))).toBe(false)
  })

  it('is shared by all who come at the same time, also while it is repaired', async () => {
    const other = (await memoryLedger({ ...stores, cache })).ledger
    const all = async () => {
      const uses = [ledger, other, ledger, other, ledger].map(async (each) => {
        const { path } = await each.useModel({ version: 'shards' })
        return { path, files: filesIn(path) }
      })
      return Promise.all(uses)
    }
    const [first, ...others] = await all()
    expect(others).toEqual([first, first, first, first])
    expect(first?.files).toEqual(shards)
    rmSync(join(first?.path ?? '', 'b.bin'))
    expect(await all()).toEqual([first, ...others])
    expect(readdirSync(cache)).toHaveLength(1)
  })

  it('holds nothing of what could not be fetched', async () => {
    const damaged = { ...stores.files, open: memoryFileStore().open }
    const reading: FileStore = {
      ...damaged,
      open: (kind, digest) => (kind === 'file' ? damaged.open(kind, digest) : stores.files.open(kind, digest)),
    }
    const { ledger: broken } = await memoryLedger({ ...stores, files: reading, cache })
    expect(await rejection(broken.useModel({ version: 'shards' }))).toMatchObject({ code: 'file-unavailable' })
    expect(readdirSync(cache)).toEqual([])
  })

  it('is no part of a ledger', async () => {
    const directory = join(dirname(cache), 'ledger')
    const inside = await openLedger({ directory, entity: 'acme', actor: 'anna', cache: join(directory, 'cache') })
    await inside.logArtifact({ name: 'net', type: 'model', content: text('weights') })
    expect(await rejection(inside.useModel({ version: 'net' }))).toMatchObject({ code: 'inside-a-ledger' })
    await inside.close()
  })

  it('is not made where what is kept elsewhere would be missing from it', async () => {
    const reference = { reference: 's3://bucket/rest.bin', as: 'rest.bin' }
    await ledger.logArtifact({ name: 'half', type: 'model', content: [reference, ...text('a')] })
    expect(await rejection(ledger.useModel({ version: 'half' }))).toMatchObject({
      code: 'not-stored',
      message: expect.stringContaining('s3://bucket/rest.bin'),
    })
    expect(existsSync(cache)).toBe(false)
  })
})
