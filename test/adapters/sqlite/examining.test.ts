/** What is found in a file that was changed, by who looks at all of it: `verify` names what was changed, and goes on behind it. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { sqliteEventStoreBy } from '../../../adapters/sqlite/event-store.js'
import { PAGING, type Reading } from '../../../adapters/sqlite/pages.js'
import { type Ledger, openLedger } from '../../../index.js'
import { gather } from '../../../testing/results.js'
import { repeatPage } from '../../support/flips.js'
import { builtWorker, editByHand, openConnection, rewriteByHand } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-examining-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledgers = 0

/** A thread that ends before it has said that it is done. */
const endsInItsMidst = (): URL => {
  const source = `import { parentPort, Worker, workerData } from 'node:worker_threads'
    const worker = new Worker(new URL('${builtWorker().href}'), { workerData, execArgv: [] })
    worker.on('message', (stretch) => { parentPort.postMessage(stretch); process.exit(1) })`
  return new URL(`data:text/javascript,${encodeURIComponent(source)}`)
}

const beside = (script: () => URL): Reading => ({ paging: { ...PAGING, isExaminedBeside: () => true }, script })
const WITHOUT: Reading = { paging: PAGING }

/** A ledger of five events (a model with two versions, and `latest`), changed by hand while nobody has it open. */
const changed = async (reading: Reading, edit: (path: string) => void): Promise<Ledger> => {
  const directory = join(folder, `${ledgers++}`)
  mkdirSync(directory)
  const open = () =>
    openLedger({
      events: sqliteEventStoreBy(reading)({ path: join(directory, 'events.db') }),
      files: directoryFileStore({ path: join(directory, 'files') }),
      entity: 'acme',
      project: 'one',
      actor: 'anna',
    })
  const ledger = await open()
  for (const bytes of ['a', 'b'])
    await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes, as: 'a.txt' }] })
  await ledger.close()
  edit(join(directory, 'events.db'))
  return open()
}

const byHand =
  (...statements: ReadonlyArray<string>) =>
  (path: string): void =>
    editByHand(path, ...statements)

const foundBy = async (reading: Reading, edit: (path: string) => void): Promise<ReadonlyArray<object>> => {
  const ledger = await changed(reading, edit)
  const { damagedEvents } = await ledger.verify()
  await ledger.close()
  return damagedEvents.map(({ touches: _touches, remedy: _remedy, ...found }) => found)
}

const STREAM = 'artifact-acme/one/model'

/** The second row with another leaf hash, or another id and the leaf hash that goes with it, and a checksum that fits. */
const rewritten =
  (other: { readonly leaf?: string; readonly id?: string }) =>
  (path: string): void =>
    rewriteByHand(path, 2, () => other)

describe.each([
  ['by a thread', beside(builtWorker)],
  ['without one', WITHOUT],
] as const)('verify finds in the file of events, examined %s,', (_, reading) => {
  const found = (edit: (path: string) => void) => foundBy(reading, edit)

  it('nothing where nothing was changed', async () => {
    expect(await found(() => undefined)).toEqual([])
  })

  it('each row that was changed, and what is wrong elsewhere', async () => {
    const findings = await found(
      byHand(
        `UPDATE events SET metadata = replace(metadata, 'anna', 'bobb') WHERE position = 2`,
        `UPDATE events SET type = 'AliasRemoved' WHERE position = 5`,
      ),
    )
    const reason = expect.stringContaining('does not fit its checksum')
    expect(findings).toEqual([
      { position: 2, stream: STREAM, revision: 1, reason },
      { position: 5, stream: STREAM, revision: 4, reason },
    ])
  })

  it('rows that were deleted', async () => {
    expect(await found(byHand('DELETE FROM events WHERE position = 3'))).toMatchObject([
      { position: 4, reason: expect.stringContaining('between the positions 2 and 4') },
      { position: 4, reason: expect.stringContaining('has the revision 3 where 2 should be') },
    ])
  })

  it('a leaf hash that is not that of its event, though the checksum fits', async () => {
    const forged = rewritten({ leaf: 'AB'.repeat(32) })
    const ledger = await changed(reading, forged)
    await expect(gather(ledger.exportEvents())).rejects.toMatchObject({
      code: 'damaged-event',
      message: expect.stringContaining('leaf hash'),
    })
    expect((await ledger.verify()).damagedEvents).toMatchObject([
      { position: 2, stream: STREAM, reason: expect.stringContaining('leaf hash') },
    ])
    await ledger.close()
  })

  it('an id that is not that of its event, though all else fits', async () => {
    expect(await found(rewritten({ id: '00000000-0000-5000-8000-000000000000' }))).toEqual([
      {
        position: 2,
        stream: STREAM,
        revision: 1,
        column: 'id',
        reason: expect.stringContaining('its id 00000000-0000-5000'),
      },
    ])
  })

  it('an index that is not that of its table', async () => {
    const repeated = (path: string): void => {
      const hand = openConnection(path)
      hand.exec('CREATE INDEX part ON events (stream, revision) WHERE revision < 4')
      const pageOf = hand.prepare<[string], readonly [number]>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
      const [to = 0, from = 0] = [pageOf.get('sqlite_autoindex_events_1')?.[0], pageOf.get('part')?.[0]]
      hand.close()
      repeatPage(path, from, to)
    }
    expect(await found(repeated)).toContainEqual({ reason: expect.stringContaining('row 5 missing from index') })
  })
})

describe('what verify finds', () => {
  it.each([
    ['fails', () => new URL('data:text/javascript,throw new Error("no")')],
    ['ends in its midst', endsInItsMidst],
  ])('is the same where the thread %s', async (_, script) => {
    const edit = byHand(
      `UPDATE events SET metadata = replace(metadata, 'anna', 'bobb') WHERE position = 2`,
      'DELETE FROM events WHERE position = 4',
    )
    const findings = await foundBy(WITHOUT, edit)
    expect(findings).toHaveLength(3)
    expect(await foundBy(beside(script), edit)).toEqual(findings)
  })
})
