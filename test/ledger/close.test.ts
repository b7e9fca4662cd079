/** Closing beside whatever is under way: it ends, what was under way is refused as closed, and nothing is left behind. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type Ledger, type LedgerOptions, openLedger } from '../../index.js'
import { openStore } from '../support/eventstoredb/open-store.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { openConnection } from '../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-close-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
let made = 0
const newFolder = (): string => join(folder, String(++made))

const who = { actor: 'anna', entity: 'acme', project: 'animals' }
const open = (options: LedgerOptions): Promise<Ledger> => openLedger({ ...options, ...who })

/** Bytes that come, and then nothing for ever; `stalled` resolves when that begins. */
const stalling = (bytes: number) => {
  let begin = (): void => undefined
  const stalled = new Promise<void>((resolve) => {
    begin = resolve
  })
  const never = new Promise<never>(() => undefined)
  async function* stream(): AsyncGenerator<Uint8Array> {
    for (let left = bytes; left > 0; left -= 64 * 1024) yield new Uint8Array(Math.min(left, 64 * 1024)).fill(left % 251)
    begin()
    await never
  }
  return { stream: stream(), stalled }
}

const closed = { code: 'closed', message: expect.stringContaining('closed') }

describe('closing beside an upload that stalls', () => {
  it.each([
    ['before its first byte', 0],
    ['in its midst', 3 * 1024 * 1024],
  ])('refuses it, %s, and leaves nothing behind, in whichever store', async (_when, bytes) => {
    const directory = newFolder()
    const ledgers = [await open({ directory }), await open({ events: memoryEventStore(), files: memoryFileStore() })]
    for (const ledger of ledgers) {
      const draft = await ledger.newArtifact({ name: 'cats', type: 'model' })
      const [one, other] = [stalling(bytes), stalling(bytes)]
      const logging = rejection(
        ledger.logArtifact({ name: 'cats', type: 'model', content: [{ stream: one.stream, as: 'w.bin' }] }),
      )
      const adding = rejection(draft.add([{ stream: other.stream, as: 'w.bin' }]))
      await Promise.all([one.stalled, other.stalled])
      await ledger.close()
      expect(await logging).toMatchObject(closed)
      expect(await adding).toMatchObject(closed)
    }
    expect(readdirSync(join(directory, 'files', 'tmp'))).toEqual([])
    const again = await open({ directory })
    expect(await again.artifacts()).toEqual({ items: [] })
    await again.close()
  })
})

describe('closing beside an append', () => {
  it('that waits for another process gives it the time that it is told, and then writes nothing', async () => {
    const directory = newFolder()
    const ledger = await open({ directory })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A') })
    const other = openConnection(join(directory, 'events.db'))
    other.exec('BEGIN IMMEDIATE')
    const logging = rejection(ledger.logArtifact({ name: 'cats', type: 'model', content: text('B') }))
    const again = await open({ directory, readOnly: true })
    await ledger.content('cats:v0')
    await ledger.close(100)
    expect(await logging).toMatchObject(closed)
    other.exec('COMMIT')
    other.close()
    expect((await again.versions('cats')).items).toHaveLength(1)
    await again.close()
  })

  it('to a server that is silent says what is not known', async () => {
    const standIn = await StandIn.start()
    const events = await openStore(standIn.connectionString(), { timeout: 20_000, patience: 60_000 })
    const ledger = await open({ events, files: memoryFileStore() })
    await ledger.createArtifact({ name: 'cats', type: 'model' })
    standIn.faults.append.push('swallow-reply')
    const appends = standIn.seen.append
    const creating = rejection(ledger.createArtifact({ name: 'dogs', type: 'model' }))
    await expect.poll(() => standIn.seen.append).toBe(appends + 1)
    await ledger.close(50)
    expect(await creating).toMatchObject({ code: 'unknown-outcome' })
    await standIn.stop()
  })
})

describe('closing', () => {
  it('ends a download, and takes away what it had begun', async () => {
    const ledger = await open({ directory: newFolder() })
    const content = [1, 2, 3].map((part) => ({ bytes: new Uint8Array(3 * 1024 * 1024).fill(part), as: `${part}.bin` }))
    await ledger.logArtifact({ name: 'cats', type: 'model', content })
    const to = newFolder()
    let closing: Promise<void> | undefined
    const onProgress = (): void => {
      closing ??= ledger.close()
    }
    expect(await rejection(ledger.download({ version: 'cats', to, onProgress }))).toMatchObject(closed)
    await closing
    expect(readdirSync(to).filter((name) => name.startsWith('.'))).toEqual([])
  })

  it('ends a file that is being read, an import that waits for its text, and a replay that waits for its pace', async () => {
    const ledger = await open({ directory: newFolder() })
    const bytes = new Uint8Array(5 * 1024 * 1024)
    await ledger.logArtifact({ name: 'cats', type: 'model', content: [{ bytes, as: 'w.bin' }] })
    const opened = await ledger.openFile({ version: 'cats', path: 'w.bin' })
    const chunks = opened.bytes[Symbol.asyncIterator]()
    await chunks.next()
    const replay = ledger.replay({ pace: { every: 3_600_000 } })
    await replay.next()
    const stepping = rejection(replay.next())
    const pieces = stalling(0)
    const importing = rejection(ledger.importEvents(pieces.stream))
    await pieces.stalled
    await ledger.close()
    expect(await rejection(chunks.next())).toMatchObject(closed)
    expect(await importing).toMatchObject(closed)
    expect(await stepping).toMatchObject(closed)
  })

  it('ends even where a store never does', async () => {
    const never = (): Promise<void> => new Promise(() => undefined)
    const ledger = await open({ events: { ...memoryEventStore(), close: never }, files: memoryFileStore() })
    await ledger.close(0)
  })

  it('wants a time', async () => {
    const ledger = await open({ events: memoryEventStore(), files: memoryFileStore() })
    expect(await rejection(ledger.close(Number.NaN))).toMatchObject({ code: 'invalid-input' })
    await ledger.close()
  })
})

describe('the command line that is asked to stop', () => {
  it.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('closes its ledger and ends with the code of the signal: %s', async (signal, code) => {
    const directory = newFolder()
    const ledger = await open({ directory })
    await ledger.close()
    const other = openConnection(join(directory, 'events.db'))
    other.exec('BEGIN IMMEDIATE')
    const main = fileURLToPath(new URL('../../lib/adapters/cli/main.js', import.meta.url))
    const args = ['--ledger', directory, '--actor', 'anna', 'log', 'acme/animals/cats', main, '--type', 'model']
    const child = spawn(process.execPath, [main, ...args], { stdio: ['ignore', 'ignore', 'pipe'] })
    const files = (kind: string) =>
      readdirSync(join(directory, 'files', kind), { recursive: true }).filter((name) => String(name).length > 10)
    await expect.poll(() => files('manifests')).toHaveLength(1)
    child.kill(signal)
    expect(await once(child, 'exit')).toEqual([code, null])
    other.exec('ROLLBACK')
    other.close()
    expect(files('tmp')).toEqual([])
    const again = await open({ directory, readOnly: true })
    expect(await again.artifacts()).toEqual({ items: [] })
    await again.close()
  })
})

it('a question in the turn of the event loop in which it was closed is refused, though one before it was answered', async () => {
  const { ledger } = await memoryLedger()
  await ledger.moment()
  await ledger.close()
  expect((await rejection(ledger.moment())).code).toBe('closed')
})

it('a ledger is closed where its block ends', async () => {
  let left: Ledger | undefined
  {
    await using ledger = await open({ directory: newFolder() })
    await ledger.createArtifact({ name: 'cats', type: 'model' })
    left = ledger
  }
  expect(await rejection(left.artifacts())).toMatchObject({ code: 'closed' })
})
