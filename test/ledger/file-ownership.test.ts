import { cpSync, mkdtempSync, readdirSync, renameSync, rmSync, utimesSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { type ComposedOptions, type Ledger, openLedger } from '../../index.js'
import { right } from '../../testing/results.js'
import { commandLine } from '../support/command-line.js'
import { rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'file-ownership-'))
afterAll(() => rmSync(folder, { recursive: true }))

let names = 0
const newFolder = () => join(folder, `${names++}`)

const opened = (files: FileStore, options: Partial<ComposedOptions> = {}) =>
  openLedger({ events: memoryEventStore(), files, actor: 'anna', entity: 'acme', ...options })
const log = (ledger: Ledger, bytes: string) => ledger.logArtifact({ name: 'm', type: 'model', content: text(bytes) })

/** As if everything in a file store had been put some days ago. */
const age = (root: string): void => {
  const then = new Date(Date.now() - 5 * 24 * 3600 * 1000)
  for (const entry of readdirSync(join(root, 'files'), { recursive: true, withFileTypes: true }))
    if (entry.isFile()) utimesSync(join(entry.parentPath, entry.name), then, then)
}

describe.each<readonly [string, () => Promise<FileStore>]>([
  ['memory', async () => memoryFileStore()],
  ['a directory', async () => right(await directoryFileStore({ path: newFolder() })())],
])('a file store in %s', (_, open) => {
  it('belongs to the ledger that uses it first, and refuses another', async () => {
    const files = await open()
    const first = await opened(files)
    const other = await opened(files)
    await log(first, 'one')
    const refused = await rejection(log(other, 'two'))
    expect(refused).toMatchObject({ code: 'files-of-another-ledger', message: expect.stringContaining('sharedFiles') })
    expect(await rejection(other.collectable())).toMatchObject({ code: 'files-of-another-ledger' })
    await log(first, 'three')
    expect(await first.collectable()).toMatchObject({ files: [], bytes: 0 })
  })

  it('refuses a ledger with a history when that is opened', async () => {
    const files = await open()
    await log(await opened(files), 'one')
    const events = memoryEventStore()
    await log(await openLedger({ events, files: memoryFileStore(), actor: 'anna', entity: 'acme' }), 'two')
    expect(await rejection(opened(files, { events }))).toMatchObject({ code: 'files-of-another-ledger' })
  })

  it('refuses one without a history when that is opened, so that it acknowledges nothing that it could not go on from', async () => {
    const files = await open()
    await log(await opened(files), 'one')
    const reader = await opened(files, { readOnly: true })
    expect(await rejection(reader.resolve('m'))).toMatchObject({ code: 'not-found' })
    await (await opened(files, { sharedFiles: true })).createArtifact({ name: 'm', type: 'model' })
    expect(right(await files.ledgers()())).toHaveLength(1)
    expect(await rejection(opened(files))).toMatchObject({
      code: 'files-of-another-ledger',
      message: expect.stringContaining('sharedFiles'),
    })
  })

  it('is shared where each ledger says so, and then nothing is collected by one alone', async () => {
    const files = await open()
    const first = await opened(files)
    await log(first, 'one')
    const other = await opened(files, { sharedFiles: true })
    await log(other, 'two')
    await log(first, 'three')
    for (const ledger of [first, other]) {
      expect(await rejection(ledger.collectable())).toMatchObject({ code: 'files-of-another-ledger' })
      const plan = { files: [], bytes: 0 }
      expect(await rejection(ledger.collectGarbage(plan))).toMatchObject({ code: 'files-of-another-ledger' })
      expect((await ledger.verify()).damaged).toEqual([])
    }
  })

  it("is nobody's when two come at once that are not to share it, until one comes alone", async () => {
    const files = await open()
    const ledgers = await Promise.all([1, 2, 3].map(() => opened(files)))
    const outcomes = await Promise.allSettled(ledgers.map((ledger, index) => log(ledger, `${index}`)))
    const stayed = outcomes.filter(({ status }) => status === 'fulfilled').length
    expect(stayed).toBeLessThanOrEqual(1)
    expect(right(await files.ledgers()())).toHaveLength(stayed)
  })
})

describe('whose a file store in a directory is', () => {
  it('is not asked of a name that was changed, as if nobody were there', async () => {
    const directory = newFolder()
    const options = { actor: 'anna', entity: 'acme', sharedFiles: true }
    const at = async (name: string) =>
      openLedger({
        ...{ ...options, events: sqliteEventStore({ path: join(folder, `${name}.db`) }) },
        files: directoryFileStore({ path: join(directory, 'files') }),
      })
    for (const name of ['one', 'other']) {
      const ledger = await at(name)
      await log(ledger, name)
      await ledger.close()
    }
    age(directory)
    const ledgers = join(directory, 'files', 'ledgers')
    // A bit of a digit: it is a digit no more.
    for (const id of readdirSync(ledgers)) renameSync(join(ledgers, id), join(ledgers, `p${id.slice(1)}`))
    expect(await rejection(at('one'))).toMatchObject({
      code: 'file-store-failed',
      message: expect.stringContaining("is named by no ledger's id: it was changed"),
    })
  })
})

describe('files from before ledgers had ids', () => {
  it('are taken by the ledger that is as old, and by none that began without them', async () => {
    const directory = newFolder()
    const open = () => openLedger({ directory, actor: 'anna', entity: 'acme' })
    const first = await open()
    await log(first, 'one')
    await first.close()
    rmSync(join(directory, 'files', 'ledgers'), { recursive: true })
    for (const end of ['', '-wal', '-shm', '-head']) rmSync(join(directory, `events.db${end}`), { force: true })

    const began = await open()
    expect(await rejection(log(began, 'two'))).toMatchObject({
      code: 'files-of-another-ledger',
      message: expect.stringContaining('from before ledgers had ids'),
    })
    await began.startRun()
    await began.close()
    expect(await rejection(open())).toMatchObject({ code: 'files-of-another-ledger' })
    expect(readdirSync(join(directory, 'files'))).not.toContain('ledgers')
  })
})

describe('the command line', () => {
  it('collects nothing over an empty history, and says so', async () => {
    const root = newFolder()
    const cli = commandLine(folder, { cwd: folder })
    const at = (...args: ReadonlyArray<string>) => cli('--ledger', root, ...args)
    await at('init')
    for (const args of [['gc'], ['gc', '--delete']])
      expect(await at(...args)).toMatchObject({ code: 1, err: expect.stringContaining('no history') })
    const ledger = await openLedger({ directory: root, actor: 'anna', entity: 'acme' })
    await log(ledger, 'one')
    await ledger.close()
    for (const end of ['', '-wal', '-shm', '-head']) rmSync(join(root, `events.db${end}`), { force: true })
    age(join(root, 'files'))
    for (const args of [['init'], ['gc'], ['gc', '--delete']])
      expect(await at(...args)).toMatchObject({ code: 5, err: expect.stringContaining('are gone') })
    const files = right(await directoryFileStore({ path: join(root, 'files') })())
    for await (const page of files.list('file')) expect(page).toHaveLength(1)
    await files.close()
  })

  it('restores a ledger as it is documented: init, import, copy the files; or copy all', async () => {
    const [root, copy, whole] = [newFolder(), newFolder(), newFolder()]
    const cli = commandLine(folder, { cwd: folder })
    await cli('--ledger', root, 'init')
    const ledger = await openLedger({ directory: root, actor: 'anna', entity: 'acme' })
    await log(ledger, 'one')
    await ledger.close()
    const export_ = join(folder, `${names++}.ndjson`)
    await cli('--ledger', root, 'export', export_)
    const forked = newFolder()
    await cli('--ledger', forked, 'init')
    expect((await cli('--ledger', forked, 'import', '--own-id', export_)).err).toBe('')
    cpSync(join(root, 'files'), join(forked, 'files'), { recursive: true })
    const tag = () => cli('--ledger', forked, 'tag', 'acme/uncategorized/m:v0', 'checked')
    expect(await tag()).toMatchObject({ code: 1, err: expect.stringContaining('belong to the ledger') })
    const [old = ''] = readdirSync(join(root, 'files', 'ledgers'))
    rmSync(join(forked, 'files', 'ledgers', old))
    expect((await tag()).err).toBe('')
    await cli('--ledger', copy, 'init')
    expect((await cli('--ledger', copy, 'import', export_)).err).toBe('')
    cpSync(join(root, 'files'), join(copy, 'files'), { recursive: true })
    cpSync(root, whole, { recursive: true })
    const inPlace = newFolder()
    cpSync(join(root, 'files'), join(inPlace, 'files'), { recursive: true })
    expect(await cli('--ledger', inPlace, 'init')).toMatchObject({ code: 5, err: expect.stringContaining('ledgers/') })
    rmSync(join(inPlace, 'files', 'ledgers', old))
    await cli('--ledger', inPlace, 'init')
    expect((await cli('--ledger', inPlace, 'import', export_)).err).toBe('')
    for (const restored of [copy, whole, inPlace]) {
      expect((await cli('--ledger', restored, 'verify')).out).toContain('All is well')
      const again = await openLedger({ directory: restored, actor: 'anna', entity: 'acme' })
      expect((await log(again, 'two')).version).toBe(1)
      await again.close()
      expect((await cli('--ledger', restored, 'gc')).code).toBe(0)
    }
  })
})

describe('an import that takes over the id of the export', () => {
  const exported = async () => {
    const other = await opened(memoryFileStore())
    await log(other, 'one')
    const lines: string[] = []
    for await (const line of other.exportEvents()) lines.push(line)
    return lines
  }
  /** A ledger without a history whose files were used: what it was to log was refused. */
  const used = async (events: EventStore) => {
    const files = memoryFileStore()
    const lasting = { ...files, close: async () => undefined }
    const ledger = await openLedger({ events, files: lasting, actor: 'anna', entity: 'acme' })
    const draft = await ledger.newArtifact({ name: 'm', type: 'model' })
    await draft.add(text('begun'))
    return { ledger, files: lasting }
  }

  it('and is killed in its midst leaves files that are its own', async () => {
    const events = { ...memoryEventStore(), close: async () => undefined }
    let reached = (): void => undefined
    const writing = new Promise<void>((resolve) => {
      reached = resolve
    })
    const appendAll: EventStore['appendAll'] = () => () => {
      reached()
      return new Promise(() => undefined)
    }
    const { ledger, files } = await used({ ...events, appendAll })
    const lines = await exported()
    void ledger.importEvents(lines).catch(() => undefined)
    await writing
    const next = await openLedger({ events, files, actor: 'anna', entity: 'acme' })
    expect(await next.importEvents(lines)).toMatchObject({ added: 3 })
    await log(next, 'two')
    await next.close()
  })

  it('and is refused leaves them to the ledger alone, as one that ends does', async () => {
    const events = { ...memoryEventStore(), close: async () => undefined }
    const { ledger, files } = await used(events)
    const own = right(await files.ledgers()())
    const lines = await exported()
    const cut = lines.slice(0, -1)
    expect(await rejection(ledger.importEvents(cut))).toMatchObject({ code: 'incomplete-export' })
    expect(right(await files.ledgers()())).toEqual(own)
    await ledger.importEvents(lines)
    const now = right(await files.ledgers()())
    expect([now?.length, now?.[0] === own?.[0]]).toEqual([1, false])
    await ledger.close()
  })
})
