/** What is found in a file that was changed, by who looks at all of it: `verify` names what was changed, and goes on behind it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { rowChecksum, rowTextOf, streamChecksum } from '../../../adapters/sqlite/row-checksum.js'
import { type Ledger, openLedger } from '../../../index.js'
import { gather } from '../../../testing/results.js'
import { repeatPage } from '../../support/flips.js'
import { openConnection } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-examining-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledgers = 0

/** A ledger of five events (a model with two versions, and `latest`), changed by hand while nobody has it open. */
const changed = async (edit: (path: string) => void): Promise<Ledger> => {
  const directory = join(folder, `${ledgers++}`)
  const open = () => openLedger({ directory, entity: 'acme', project: 'one', actor: 'anna' })
  const ledger = await open()
  for (const bytes of ['a', 'b'])
    await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes, as: 'a.txt' }] })
  await ledger.close()
  // Of the read model as it was, nothing is to be believed.
  rmSync(join(directory, 'snapshots'), { recursive: true, force: true })
  edit(join(directory, 'events.db'))
  return open()
}

const byHand =
  (...statements: ReadonlyArray<string>) =>
  (path: string): void => {
    const hand = openConnection(path)
    for (const name of ['events_are_not_changed', 'events_are_not_deleted', 'streams_are_not_changed'])
      hand.exec(`DROP TRIGGER ${name}`)
    for (const statement of statements) hand.exec(statement)
    hand.close()
  }

const found = async (edit: (path: string) => void): Promise<ReadonlyArray<object>> => {
  const ledger = await changed(edit)
  const { damagedEvents } = await ledger.verify()
  await ledger.close()
  return damagedEvents.map(({ touches: _touches, remedy: _remedy, ...found }) => found)
}

const STREAM = 'artifact-acme/one/model'

describe('verify finds in the file of events', () => {
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
    const forged = (path: string): void => {
      const hand = openConnection(path)
      type Row = readonly [id: string, type: string, data: string, metadata: string]
      const row = hand.prepare<[], Row>('SELECT id, type, data, metadata FROM events WHERE position = 2').get()
      if (row === undefined) throw new Error('there is no such row')
      const [id, type, data, metadata] = row
      const leaf = 'AB'.repeat(32)
      const text = rowTextOf({ id, type, data, metadata }, { position: 2, revision: 1 }, leaf)
      const crc = rowChecksum(text, streamChecksum(STREAM))
      hand.exec('DROP TRIGGER events_are_not_changed')
      hand.exec(`UPDATE events SET leaf = x'${leaf}', crc = ${crc} WHERE position = 2`)
      hand.close()
    }
    const ledger = await changed(forged)
    await expect(gather(ledger.exportEvents())).rejects.toMatchObject({
      code: 'damaged-event',
      message: expect.stringContaining('leaf hash'),
    })
    expect((await ledger.verify()).damagedEvents).toMatchObject([
      { position: 2, stream: STREAM, reason: expect.stringContaining('leaf hash') },
    ])
    await ledger.close()
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
