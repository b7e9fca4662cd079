/** What was edited by hand in a ledger, by one who does not recompute checksums: found by `verify`, and said where. */
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../../index.js'
import { commandLine } from '../../support/command-line.js'
import { zeroPage } from '../../support/flips.js'
import { text } from '../../support/ledger-memory.js'
import { editByHand, openConnection } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-verify-'))
afterAll(() => rmSync(folder, { recursive: true }))

const original = join(folder, 'original')
const setting = { actor: 'anna', entity: 'acme', project: 'churn' }

/** 1 created, 2 logged, 3 latest, 4 best, 5 logged, 6 latest, 7 created, 8 logged, 9 latest, 10 best moved, 11 described. */
beforeAll(async () => {
  const ledger = await openLedger({ directory: original, ...setting })
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('one') })
  await ledger.moveAlias({ version: 'cats:v0', alias: 'best', reason: 'first' })
  await ledger.logArtifact({ name: 'cats', type: 'model', content: text('two'), metadata: { loss: 1 } })
  await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('dog') })
  await ledger.moveAlias({ version: 'cats:v1', alias: 'best', reason: 'better' })
  await ledger.describe({ version: 'cats:v0', description: 'the first' })
  await ledger.close()
})

let copies = 0
const copied = (): string => {
  const directory = join(folder, `${copies++}`)
  cpSync(original, directory, { recursive: true })
  return directory
}

const byHand = (directory: string, ...edits: ReadonlyArray<string>): void =>
  editByHand(join(directory, 'events.db'), ...edits)

const verified = async (directory: string, ...options: ReadonlyArray<string>) => {
  const { code, out } = await commandLine(directory)('--ledger', directory, 'verify', '--json', ...options)
  const { damagedStore, damagedEvents, damaged } = JSON.parse(out)
  return { code, damagedStore, damagedEvents, damaged }
}

const swapped = [
  'UPDATE events SET position = -position WHERE position IN (4, 6)',
  'UPDATE events SET position = 10 + position WHERE position < 0',
]

describe('verify', () => {
  it('finds nothing in a ledger that is whole', async () => {
    expect(await verified(original)).toEqual({ code: 0, damagedStore: [], damagedEvents: [], damaged: [] })
    expect(await verified(original, '--no-contents')).toMatchObject({ code: 0 })
  })

  const ofRow = (position: number, words = 'does not fit its checksum') => ({
    position,
    reason: expect.stringContaining(words),
  })
  it.each<readonly [what: string, edits: ReadonlyArray<string>, found: object]>([
    [
      'metadata of a version',
      [`UPDATE events SET data = replace(data, '"loss":1', '"loss":2') WHERE position = 5`],
      ofRow(5),
    ],
    [
      "an alias's target",
      [`UPDATE events SET data = replace(data, '"to":1', '"to":0') WHERE position = 10`],
      { ...ofRow(10, 'by its column data'), column: 'data', revision: 6 },
    ],
    ['an actor', [`UPDATE events SET metadata = replace(metadata, 'anna', 'anne') WHERE position = 2`], ofRow(2)],
    [
      'a time',
      [`UPDATE events SET metadata = replace(metadata, '"recordedAt":"20', '"recordedAt":"21') WHERE position = 2`],
      ofRow(2),
    ],
    ['a reason', [`UPDATE events SET metadata = replace(metadata, 'better', 'butter') WHERE position = 10`], ofRow(10)],
    ['a type', [`UPDATE events SET type = 'AliasRemoved' WHERE position = 10`], ofRow(10)],
    ['an id', [`UPDATE events SET id = upper(id) WHERE position = 5`], ofRow(5)],
    ['swapped positions', swapped, ofRow(4)],
    ['a revision', ['UPDATE events SET revision = 77 WHERE position = 10'], ofRow(10)],
    ['a leaf hash', ['UPDATE events SET leaf = randomblob(32) WHERE position = 5'], ofRow(5, 'by its column leaf')],
    ['a checksum', ['UPDATE events SET crc = crc + 1 WHERE position = 5'], ofRow(5, 'by its column crc')],
    ['an event of another stream', ['UPDATE events SET stream = 2, revision = 3 WHERE position = 11'], ofRow(11)],
    [
      'a renamed stream',
      [`UPDATE streams SET name = replace(name, 'cats', 'cots') WHERE id = 1`],
      ofRow(1, 'the row of the stream 1'),
    ],
    ['a stream that is gone', ['DELETE FROM streams WHERE id = 2'], ofRow(7, 'there is no stream with the number 2')],
    [
      'rows deleted in the middle',
      ['DELETE FROM events WHERE position IN (4, 5)'],
      ofRow(6, 'between the positions 3 and 6 events are gone'),
    ],
    ['rows deleted at the end', ['DELETE FROM events WHERE position > 9'], { what: 'end' }],
    [
      'a row that nobody wrote',
      ['INSERT INTO events SELECT 12, 1, 70, id, type, data, metadata, leaf, crc FROM events WHERE position = 10'],
      ofRow(12),
    ],
    ['the id of the ledger', [`UPDATE ledger SET id = '00000000-0000-4000-8000-000000000000'`], { what: 'ledger' }],
  ])('finds %s that was edited by hand, says where, and what to do', async (_, edits, found) => {
    const directory = copied()
    byHand(directory, ...edits)
    const { code, damagedStore, damagedEvents } = await verified(directory)
    expect(code).toBe(5)
    const said = { touches: expect.any(String), remedy: expect.any(String) }
    expect([...damagedStore, ...damagedEvents]).toContainEqual(expect.objectContaining({ ...found, ...said }))
  })

  it.each(['streams', 'events'])(
    'goes on behind pages that cannot be read, such as the first of the %s',
    async (table) => {
      const directory = copied()
      const path = join(directory, 'events.db')
      const hand = openConnection(path)
      const root = hand.prepare<[string], readonly [number]>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
      const page = root.get(table)?.[0] ?? 0
      hand.close()
      zeroPage(path, page)
      const { code, damagedEvents } = await verified(directory)
      expect(code).toBe(5)
      expect(damagedEvents.length).toBeGreaterThan(table === 'streams' ? 10 : 0)
    },
  )

  it.each<readonly [what: string, edit: string, reason: string]>([
    ['a trigger that is gone', 'DROP TRIGGER events_are_not_deleted', 'events_are_not_deleted is not there'],
    [
      'a trigger that does something else',
      `DROP TRIGGER streams_are_not_changed;
       CREATE TRIGGER streams_are_not_changed BEFORE UPDATE ON streams WHEN 0 BEGIN SELECT 1; END`,
      'streams_are_not_changed is not as it was made',
    ],
    [
      'a trigger of somebody else',
      'CREATE TRIGGER lose BEFORE INSERT ON events BEGIN SELECT RAISE(IGNORE); END',
      "a trigger on events that is not model-ledger's, lose",
    ],
  ])('finds %s, and says how it should be', async (_, edit, reason) => {
    const directory = copied()
    const hand = openConnection(join(directory, 'events.db'))
    hand.exec(edit)
    hand.close()
    expect(await verified(directory)).toMatchObject({
      code: 5,
      damagedEvents: [{ reason: expect.stringContaining(reason), touches: expect.stringContaining('no answer') }],
    })
  })

  it('is told in lines, too', async () => {
    const directory = copied()
    byHand(directory, `UPDATE events SET metadata = replace(metadata, 'better', 'butter') WHERE position = 10`)
    const { code, out, err } = await commandLine(directory)('--ledger', directory, 'verify')
    expect(code).toBe(5)
    const [counted, ...said] = out.trim().split('\n')
    expect(counted).toMatch(/^10 events, 3 versions, /)
    expect(said.slice(0, -1)).toEqual([
      'position 10, revision 6 of artifact-acme/churn/cats: it does not fit its',
      '  checksum, by its column metadata',
      '  touches commands on artifact-acme/churn/cats and what is told of it;',
      '    histories, exports, and all that is not answered from a snapshot of before',
      '  to do: put the events back from a copy that is whole',
    ])
    expect(err).toContain('1 event is damaged')
  })
})
