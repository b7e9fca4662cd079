import {
  copyFileSync,
  existsSync,
  linkSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore, directorySnapshotStore } from '../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import { type Ledger, openLedger } from '../../index.js'
import { right } from '../../testing/results.js'
import { commandLine } from '../support/command-line.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'inside-a-ledger-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
/** A working directory with a ledger beside a file of content. */
const workplace = async () => {
  const root = join(folder, `${names++}`)
  const home = join(root, '.model-ledger')
  mkdirSync(root)
  writeFileSync(join(root, 'model.bin'), 'weights')
  const ledger = await openLedger({ directory: home, actor: 'anna', entity: 'acme' })
  await ledger.logArtifact({ name: 'first', type: 'model', content: [{ bytes: 'first', as: 'f' }] })
  return { root, home, ledger }
}

/** A ledger on stores of its own names, which is new and open. */
const composed = async () => {
  const root = join(folder, `${names++}`)
  mkdirSync(join(root, 'data'), { recursive: true })
  const ledger = await openLedger({
    events: sqliteEventStore({ path: join(root, 'data', 'hist.db') }),
    files: directoryFileStore({ path: join(root, 'blobs') }),
    entity: 'acme',
    actor: 'anna',
  })
  return { root, ledger }
}

/** What an earlier release logged from a directory with a ledger in it. */
const holdingALedger = async (...paths: ReadonlyArray<string>) => {
  const { ledger } = await memoryLedger()
  const content = paths.map((as) => ({ bytes: 'of long ago', as }))
  await ledger.logArtifact({ name: 'old', type: 'model', content: [...content, { bytes: 'new', as: 'model.bin' }] })
  return ledger
}

const pathsOf = async (ledger: Ledger, version: string) =>
  (await ledger.content(version)).manifest.map(({ path }) => path)

describe('content', () => {
  it('of a directory leaves the ledgers in it out, and says so', async () => {
    const { root, home, ledger } = await workplace()
    symlinkSync(home, join(root, 'linked'))
    symlinkSync(join(home, 'events.db'), join(root, 'events'))
    mkdirSync(join(root, 'deeper'))
    await right(await directoryFileStore({ path: join(root, 'deeper', 'shared') })()).close()

    const logged = await ledger.logArtifact({ name: 'm', type: 'model', content: [root] })
    expect(await pathsOf(ledger, 'm')).toEqual(['model.bin'])
    const text = 'left out: it belongs to a ledger'
    const paths = ['.model-ledger', 'deeper/shared', 'events', 'linked']
    expect(logged.notes).toEqual(paths.map((path) => ({ path, text })))

    const again = await ledger.logArtifact({ name: 'm', type: 'model', content: [{ directory: root, as: 'in' }] })
    expect(again.notes).toContainEqual({ path: 'in/.model-ledger', text })
    const draft = await ledger.newArtifact({ name: 'drafted', type: 'model' })
    await draft.add([root])
    expect((await draft.log()).notes).toEqual(logged.notes)
    const part = { name: 'd', type: 'model', distributedId: 'one', writer: 'w', content: [root] }
    expect((await ledger.upsertDistributed(part)).notes).toEqual(logged.notes)
    expect((await ledger.commitDistributed(part)).notes).toEqual(logged.notes)
    expect(
      await ledger.logArtifact({ name: 'm', type: 'model', content: [join(root, 'model.bin')] }),
    ).not.toHaveProperty('notes')
    await ledger.close()
  })

  it('is refused if it lies in a ledger itself, of whichever, and however it is named', async () => {
    const { root, home, ledger } = await workplace()
    symlinkSync(join(home, 'files'), join(root, 'linked'))
    const { ledger: other } = await memoryLedger()
    const named = [
      home,
      relative(process.cwd(), home),
      join(home, 'events.db'),
      join(home, 'events.db-wal'),
      join(home, 'files', 'manifests'),
      join(root, 'linked'),
      { directory: home },
      { file: join(home, 'files', 'model-ledger-files') },
      { reference: pathToFileURL(join(home, 'events.db')).href, as: 'events' },
      { reference: pathToFileURL(join(home, 'files')).href.replace('file:', 'FILE:'), as: 'files' },
    ]
    for (const item of named) {
      for (const asked of [ledger, other]) {
        const error = await rejection(asked.logArtifact({ name: 'm', type: 'model', content: [item] }))
        expect(error).toMatchObject({ code: 'inside-a-ledger', message: expect.stringContaining(home) })
        expect(error.message).toContain('neither content nor a target')
      }
    }
    await ledger.close()
  })

  it('is refused where it is a file of events, under whichever name', async () => {
    const root = join(folder, `${names++}`)
    mkdirSync(root)
    const store = right(await sqliteEventStore({ path: join(root, 'history.sqlite') })())
    await store.close()
    linkSync(join(root, 'history.sqlite'), join(root, 'hard-link'))
    for (const files of [memoryFileStore(), directoryFileStore({ path: join(folder, `${names++}`) })]) {
      const ledger = await openLedger({ events: memoryEventStore(), files, entity: 'acme' })
      const log = (content: string) => rejection(ledger.logArtifact({ name: 'm', type: 'x', content: [content] }))
      expect(await log(join(root, 'history.sqlite'))).toMatchObject({ code: 'inside-a-ledger' })
      expect(await log(root)).toMatchObject({
        code: 'source-failed',
        message: expect.stringContaining('the file of events of a ledger'),
      })
      await ledger.close()
    }
  })

  it('is refused where it is a new file of events that is open, or what SQLite keeps beside it', async () => {
    const { root, ledger } = await composed()
    const { ledger: other } = await memoryLedger()
    for (const asked of [ledger, other]) {
      const log = (content: string) => rejection(asked.logArtifact({ name: 'm', type: 'x', content: [content] }))
      for (const name of ['hist.db', 'hist.db-wal', 'hist.db-shm'])
        expect(await log(join(root, 'data', name))).toMatchObject({ code: 'inside-a-ledger' })
      expect(await log(join(root, 'data'))).toMatchObject({ code: 'source-failed' })
    }
    await ledger.close()
  })

  it('of a directory leaves out the snapshots of a ledger, and they are refused if they are named', async () => {
    const { root, ledger } = await composed()
    const kept = join(root, 'data', 'kept')
    right(await directorySnapshotStore({ path: kept }).save('registry', ['a part'])())
    await ledger.close()
    const { ledger: other } = await memoryLedger()
    writeFileSync(join(root, 'model.bin'), 'weights')
    for (const file of ['hist.db', 'hist.db-head']) rmSync(join(root, 'data', file))
    const logged = await other.logArtifact({ name: 'm', type: 'model', content: [root] })
    expect(await pathsOf(other, 'm')).toEqual(['model.bin'])
    expect(logged.notes?.map(({ path }) => path)).toEqual(['blobs', 'data/kept'])
    for (const named of [kept, join(kept, 'registry.snapshot')])
      expect(await rejection(other.logArtifact({ name: 'n', type: 'model', content: [named] }))).toMatchObject({
        code: 'inside-a-ledger',
        message: expect.stringContaining(kept),
      })
    const old = await holdingALedger('registry.snapshot')
    expect(await rejection(old.download({ version: 'old', to: kept, overwrite: true }))).toMatchObject({
      code: 'inside-a-ledger',
    })
  })

  it('may be any other database, a folder of the names of a ledger, or lie above one', async () => {
    const root = join(folder, `${names++}`)
    mkdirSync(join(root, 'files'), { recursive: true })
    writeFileSync(join(root, 'events.db'), 'SQLite format 3\0'.padEnd(4096, 'x'))
    writeFileSync(join(root, 'files', 'a'), 'a')
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'm', type: 'model', content: [root] })
    expect(await pathsOf(ledger, 'm')).toEqual(['events.db', 'files/a'])
  })
})

describe('a file that has only the name of a mark', () => {
  it.each(['model-ledger-files', 'model-ledger-snapshots', 'model-ledger-files.being-made', 'events.db'])(
    'makes nothing a ledger: %s',
    async (name) => {
      const { root, ledger } = await workplace()
      for (const text of ['', 'mine']) writeFileSync(join(root, name), text)
      const { path } = await ledger.logArtifact({ name: 'm', type: 'x', content: [root] })
      expect(await pathsOf(ledger, path)).toEqual([name, 'model.bin'].sort())
      expect(await ledger.download({ version: path, to: join(root, 'out') })).toMatchObject({ written: 2 })
      await ledger.close()
    },
  )
})

describe('a download', () => {
  it('writes nothing into a ledger, of whichever, and however it is named', async () => {
    const { root, home, ledger } = await workplace()
    const old = await holdingALedger('.model-ledger/events.db', 'events.db')
    const before = readFileSync(join(home, 'events.db'))
    symlinkSync(home, join(root, 'linked'))
    symlinkSync(join(home, 'to-come'), join(root, 'dangling'))
    const targets = [root, home, relative(process.cwd(), home), join(home, 'new', 'deeper'), join(home, 'files')]
    for (const to of [...targets, join(root, 'linked'), join(root, 'linked', 'new'), join(root, 'dangling', 'new')]) {
      for (const overwrite of [true, false]) {
        const error = await rejection(old.download({ version: 'old', to, overwrite }))
        expect(error).toMatchObject({ code: 'inside-a-ledger', message: expect.stringContaining(home) })
      }
    }
    expect(readFileSync(join(home, 'events.db')).equals(before)).toBe(true)
    expect(existsSync(join(home, 'new'))).toBe(false)
    expect(existsSync(join(home, 'to-come'))).toBe(false)
    expect(readFileSync(join(root, 'model.bin'), 'utf8')).toBe('weights')
    expect((await ledger.resolve('first')).version).toBe(0)
    await ledger.close()

    const elsewhere = join(folder, `${names++}`)
    expect((await old.download({ version: 'old', to: elsewhere })).written).toBe(3)
  })

  it('leaves the ledgers beside its files alone, and refuses to replace a file of events under another name', async () => {
    const { root, ledger } = await workplace()
    const version = await holdingALedger('history.sqlite')
    await ledger.download({ version: 'first', to: root })
    await ledger.close()
    copyFileSync(join(root, '.model-ledger', 'events.db'), join(root, 'history.sqlite'))
    const error = await rejection(version.download({ version: 'old', to: root, overwrite: true }))
    expect(error).toMatchObject({ code: 'inside-a-ledger', message: expect.stringContaining('history.sqlite') })
    rmSync(join(root, 'history.sqlite'))
    const open = await composed()
    const names = ['hist.db', 'hist.db-wal', 'hist.db-shm', 'hist.db-journal', 'hist.db-waiting']
    for (const name of names) {
      const to = join(open.root, 'data')
      const refused = await rejection((await holdingALedger(name)).download({ version: 'old', to, overwrite: true }))
      expect(refused).toMatchObject({ code: 'inside-a-ledger', message: expect.stringContaining(name) })
    }
    await open.ledger.createArtifact({ name: 'there', type: 'model' })
    expect((await open.ledger.artifact('there')).path).toBe('acme/uncategorized/there')
    await open.ledger.close()
    expect((await version.download({ version: 'old', to: root, overwrite: true })).written).toBe(2)
  })
})

describe('the command line', () => {
  it('neither logs its ledger nor writes over it', async () => {
    const root = join(folder, `${names++}`)
    mkdirSync(root)
    writeFileSync(join(root, 'model.bin'), 'weights')
    const cli = commandLine(root)
    await cli('init')
    const logged = await cli('log', 'm', '.', '--type', 'x')
    expect(logged.out).toContain('.model-ledger: left out: it belongs to a ledger\n')
    await cli('alias', 'set', 'm:v0', 'production')
    expect((await cli('download', 'm:v0', '.', '--overwrite')).code).toBe(0)
    expect((await cli('verify')).out).toContain('All is well: 4 events')
    expect((await cli('log', 'm', '.', '--type', 'x')).out).toContain('nothing changed')

    const refused = [
      ['log', 'm', '.model-ledger', '--type', 'x'],
      ['log', 'm', '.model-ledger/events.db=e', '--type', 'x'],
      ['download', 'm:v0', '.model-ledger', '--overwrite'],
      ['export', '.model-ledger/export.ndjson'],
      ['lineage', 'm:v0', '--format', 'svg', '--output', '.model-ledger/events.db'],
      ['aliases', 'm', '--output', '.model-ledger/picture.svg'],
    ]
    for (const args of refused) {
      const { code, err } = await cli(...args)
      expect([args, code, err]).toEqual([args, 1, expect.stringContaining('belongs to the ledger in')])
    }
    const inside = commandLine(join(root, '.model-ledger'))
    for (const args of [
      ['log', 'm', '.', '--type', 'x'],
      ['download', 'm:v0', '.', '--overwrite'],
    ]) {
      const { code, err } = await inside(...args)
      expect([args, code, err]).toEqual([args, 1, expect.stringContaining('belongs to the ledger in')])
    }
    expect((await cli('verify')).out).toContain('All is well')
  })
})
