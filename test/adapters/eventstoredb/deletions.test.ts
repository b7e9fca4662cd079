/** What the tools of a server can do to a stream is told as what it is, by whatever comes across it. */
import { EventStoreDBClient } from '@eventstore/db-client'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../../adapters/memory/index.js'
import { type EventStore, ORIGIN } from '../../../domain/ports/event-store.js'
import type { FileStore } from '../../../domain/ports/file-store.js'
import { type Ledger, openLedger } from '../../../index.js'
import type { Log } from '../../support/eventstoredb/log.js'
import { all, newEvent, openStore } from '../../support/eventstoredb/open-store.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'
import { rejection, text } from '../../support/ledger-memory.js'

let standIn: StandIn
let files: FileStore
let running: Ledger
const open: Array<{ close(): Promise<void> }> = []
const timeout = 2000

const instance = async (): Promise<Ledger> => {
  const ledger = await openLedger({
    events: await openStore(standIn.connectionString(), { timeout }),
    files: { ...files, close: async () => undefined },
    actor: 'anna',
    entity: 'acme',
    project: 'animals',
  })
  open.push(ledger)
  return ledger
}
const store = async (): Promise<EventStore> => {
  const opened = await openStore(standIn.connectionString(), { timeout })
  open.push(opened)
  return opened
}

beforeEach(async () => {
  standIn = await StandIn.start()
  open.push({ close: () => standIn.stop() })
  files = memoryFileStore()
  running = await instance()
  for (const bytes of ['A', 'B', 'C']) await log(running, bytes)
  await running.logArtifact({ name: 'dogs', type: 'model', content: text('D') })
})
afterEach(async () => {
  for (const resource of open.splice(0).reverse()) await resource.close()
})

const log = (ledger: Ledger, bytes: string) =>
  ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes), commandId: bytes })

const CATS = 'ledger:artifact-acme/animals/cats'

/** What is done to the stream, what is said of it, and whether a process that runs may still go on with it. */
const HARMS: ReadonlyArray<readonly [string, (log: Log) => void, RegExp]> = [
  ['soft-deleted', (log) => log.softDelete(CATS), /was deleted \(by a soft delete.*take \$tb out.*or restore a backup/],
  ['tombstoned', (log) => log.tombstone(CATS), /was deleted for good \(by a tombstone\).*restore a backup/],
  ['cut off by $tb', (log) => log.limit(CATS, { $tb: 2 }), /cut off.*\$tb 2.*take \$tb out.*or restore a backup/],
  ['cut off as a whole by $tb', (log) => log.limit(CATS, { $tb: 99 }), /cut off.*\$tb 99/],
  ['cut off by $maxCount', (log) => log.limit(CATS, { $maxCount: 1 }), /cut off.*\$maxCount 1/],
  ['cut off by $maxAge', (log) => log.limit(CATS, { $maxAge: 0 }), /cut off.*\$maxAge 0/],
]

describe.each(HARMS)('a stream that was %s', (_name, harm, what) => {
  const told = (code: string) => ({ code, message: expect.stringMatching(what) })
  const named = { message: expect.stringContaining(CATS) }

  it('is told so by commands, by questions and by verify, of every instance', async () => {
    expect((await running.resolve('cats')).version).toBe(2)
    harm(standIn.log)
    const other = await instance()
    for (const bytes of ['E', 'A']) expect(await rejection(log(other, bytes))).toMatchObject(told('damaged-store'))
    expect(await rejection(other.content('cats'))).toMatchObject(told('damaged-store'))
    for (const ledger of [running, other]) {
      expect(await rejection(ledger.resolve('cats'))).toMatchObject(told('damaged-store'))
      expect(await rejection(ledger.verify())).toMatchObject(told('damaged-store'))
      expect(await rejection(ledger.verify())).toMatchObject(named)
    }
    expect(await rejection(log(running, 'G'))).toMatchObject(told('damaged-store'))
    // Nobody else is held up, and what was known before is not forgotten.
    expect(await other.logArtifact({ name: 'birds', type: 'model', content: text('F') })).toMatchObject({ version: 0 })
  })

  it('is told so after a scavenge', async () => {
    harm(standIn.log)
    standIn.log.scavenge()
    const other = await instance()
    expect(await rejection(log(other, 'E'))).toMatchObject(told('damaged-store'))
    expect(await rejection(other.resolve('dogs'))).toMatchObject(told('damaged-store'))
    expect(await rejection(other.verify())).toMatchObject(told('damaged-store'))
  })

  it('takes no first event, whatever the writer knew of it', async () => {
    const writer = await store()
    harm(standIn.log)
    const before = standIn.log.stream(CATS).length
    const outcome = await writer.append(CATS.slice('ledger:'.length), 'none', [newEvent()])()
    expect(outcome).toMatchObject({ left: { _tag: 'damaged', reason: expect.stringMatching(what) } })
    expect(outcome).toMatchObject({ left: { reason: expect.stringContaining(`the stream ${CATS} `) } })
    expect(standIn.log.stream(CATS)).toHaveLength(before)
  })
})

describe('a stream whose metadata hide nothing', () => {
  it('is none to speak of: an access list, and limits that were taken back in time', async () => {
    standIn.log.limit(CATS, { $acl: { $d: '$admins' } })
    standIn.log.softDelete(CATS)
    expect(await rejection(running.resolve('cats'))).toMatchObject({ code: 'damaged-store' })
    // The first time the server puts $tb to the end of a stream that was soft-deleted, whatever is written.
    standIn.log.limit(CATS, { $acl: { $d: '$admins' } })
    const cut = { code: 'damaged-store', message: expect.stringMatching(/is cut off .*\$tb \d/) }
    expect(await rejection(running.resolve('cats'))).toMatchObject(cut)
    standIn.log.limit(CATS, { $tb: 0, $acl: { $d: '$admins' } })
    for (const ledger of [running, await instance()]) {
      expect((await ledger.resolve('cats')).version).toBe(2)
      expect(await ledger.verify()).toMatchObject({ damagedEvents: [], versions: 4 })
      expect((await log(ledger, 'B')).version).toBe(1)
    }
    expect((await log(running, 'E')).version).toBe(3)
  })
})

describe('an append that the server takes at another revision than was meant', () => {
  it('is never acknowledged', async () => {
    const writer = await store()
    standIn.faults.append.push('delete-before-commit')
    const outcome = await writer.append(CATS.slice('ledger:'.length), 'none', [newEvent()])()
    expect(outcome).toMatchObject({
      left: { _tag: 'damaged', reason: expect.stringMatching(/went on at revision \d+ /) },
    })
    await expect(all(writer.readAll(ORIGIN))).rejects.toMatchObject({ code: 'damaged' })
  })
})

describe('the stand-in', () => {
  it('refuses an append with "any", so that no test can pass with one', async () => {
    const client = EventStoreDBClient.connectionString(standIn.connectionString())
    // With credentials of its own it is a single call, as the adapter's are.
    const credentials = { username: 'anna', password: 'secret' }
    const event = {
      id: newEvent().id,
      type: 'AliasMoved',
      contentType: 'application/json' as const,
      data: {},
      metadata: {},
    }
    await expect(client.appendToStream('ledger:run-1', event, { credentials })).rejects.toThrow(/"any"/)
    await client.dispose()
  })
})
