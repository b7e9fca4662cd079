/** The file of a store that is open is deleted, replaced or moved away: nothing more is acknowledged. */

import { copyFileSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { type EventStore, ORIGIN } from '../../../domain/ports/event-store.js'
import { openLedger } from '../../../index.js'
import { event, standingAt } from '../../../testing/event-store/world.js'
import { openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-gone-'))
afterAll(() => rmSync(folder, { recursive: true }))

const opened: EventStore[] = []
afterEach(async () => {
  for (const store of opened.splice(0)) await store.close()
})

let count = 0
const storeInFolder = async () => {
  const directory = join(folder, String(count++))
  mkdirSync(directory)
  const path = join(directory, 'events.db')
  const store = await openSqlite({ path })
  opened.push(store)
  expect(await store.append('a', 'none', [event()])()).toMatchObject({ _tag: 'Right' })
  return { directory, path, store }
}

const expectGone = async (store: EventStore): Promise<void> => {
  // What is asked in one turn of the event loop may share a look.
  await new Promise(setImmediate)
  const gone = expect.stringContaining('was deleted or replaced while it was open: put it back')
  expect(await store.append('a', standingAt(0), [event()])()).toEqual({
    _tag: 'Left',
    left: { _tag: 'unavailable', reason: gone },
  })
  expect(await store.head()()).toEqual({ _tag: 'Left', left: { _tag: 'unavailable', reason: gone } })
  await expect(store.readAll(ORIGIN)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ message: gone })
}

describe('a SQLite event store whose file is taken away while it is open', () => {
  it.each<readonly [string, (path: string, directory: string) => void]>([
    ['deleted', (path) => rmSync(path)],
    ['deleted with its folder', (_, directory) => rmSync(directory, { recursive: true })],
    ['moved away', (path) => renameSync(path, `${path}.old`)],
    ['moved away with its folder', (_, directory) => renameSync(directory, `${directory}.old`)],
    [
      'replaced by a copy',
      (path) => {
        copyFileSync(path, `${path}.copy`)
        renameSync(`${path}.copy`, path)
      },
    ],
    ['left without its log', (path) => rmSync(`${path}-wal`)],
    ['left without its shared memory', (path) => rmSync(`${path}-shm`)],
  ])('acknowledges nothing and answers nothing: %s', async (_, take) => {
    const { directory, path, store } = await storeInFolder()
    take(path, directory)
    await expectGone(store)
  })

  it('goes on when it is moved back', async () => {
    const { directory, store } = await storeInFolder()
    renameSync(directory, `${directory}.away`)
    await expectGone(store)
    renameSync(`${directory}.away`, directory)
    await new Promise(setImmediate)
    expect(await store.append('a', standingAt(0), [event()])()).toMatchObject({ right: { revision: 1 } })
  })
})

describe('a ledger whose folder is deleted while it is open', () => {
  it('refuses commands and questions, and makes nothing anew', async () => {
    const directory = join(folder, 'ledger')
    const ledger = await openLedger({ directory, actor: 'anna', entity: 'acme', project: 'p' })
    const content = [{ bytes: 'x', as: 'x.txt' }]
    await ledger.logArtifact({ name: 'model', type: 'model', content })
    rmSync(directory, { recursive: true })
    await new Promise(setImmediate)
    await expect(ledger.logArtifact({ name: 'model', type: 'model', content })).rejects.toMatchObject({
      name: 'LedgerError',
    })
    await expect(ledger.moveAlias({ version: 'model:v0', alias: 'best' })).rejects.toMatchObject({
      code: 'unavailable',
      message: expect.stringContaining('was deleted or replaced'),
    })
    await expect(ledger.versions('model')).rejects.toMatchObject({ code: 'unavailable' })
    await ledger.close()
    expect(existsSync(join(directory, 'events.db'))).toBe(false)
  })
})
