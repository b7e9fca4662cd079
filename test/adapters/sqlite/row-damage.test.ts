/** What was changed in the file by hand, by one who does not recompute checksums: no other answer, but an error. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addEventTo } from '../../../adapters/sqlite/add-event.js'
import type { Database } from '../../../adapters/sqlite/driver/index.js'
import { streamChecksum } from '../../../adapters/sqlite/row-checksum.js'
import {
  type EventStore,
  type NewEvent,
  ORIGIN,
  type Revision,
  type StoredEvent,
} from '../../../domain/ports/event-store.js'
import { LOSSES_STREAM } from '../../../domain/values/stream-names.js'
import { event, standingAt } from '../../../testing/event-store/world.js'
import { flipBit, repeatPage } from '../../support/flips.js'
import { openConnection, openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-damage-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
let path: string
let store: EventStore
let hand: Database
beforeEach(async () => {
  path = join(folder, `${files++}.db`)
  store = await openSqlite({ path })
  // Positions 1 to 9: three events of each stream, in turn.
  for (let revision = 0; revision < 3; revision++)
    for (const stream of ['a', 'b', 'c'])
      await store.append(stream, revision === 0 ? 'none' : standingAt(revision - 1), [event(revision)])()
  hand = openConnection(path)
  for (const trigger of [
    'events_are_not_changed',
    'events_are_not_deleted',
    'streams_are_not_changed',
    'streams_are_not_deleted',
  ])
    hand.exec(`DROP TRIGGER ${trigger}`)
  hand.exec('PRAGMA foreign_keys = OFF')
})
afterEach(async () => {
  hand.close()
  await store.close()
})

const damage = (...words: ReadonlyArray<string>) => ({
  name: 'EventStoreError',
  code: 'damaged',
  message: expect.stringMatching(new RegExp(`${words.join('.*')}.*restore the file from a backup`)),
})

describe('a row that was changed', () => {
  it.each([
    ['data', `UPDATE events SET data = '{"content":7}' WHERE position = 5`],
    ['metadata', `UPDATE events SET metadata = '{"actor":"bob"}' WHERE position = 5`],
    ['type', `UPDATE events SET type = 'AliasRemoved' WHERE position = 5`],
    ['id', `UPDATE events SET id = lower(id) || '0' WHERE position = 5`],
    ['leaf hash', `UPDATE events SET leaf = randomblob(32) WHERE position = 5`],
    ['leaf hash that is none', `UPDATE events SET leaf = x'' WHERE position = 5`],
    ['checksum', `UPDATE events SET crc = crc + 1 WHERE position = 5`],
    [
      'texts with those of another',
      `UPDATE events SET data = (SELECT data FROM events WHERE position = 2), id = (SELECT id FROM events WHERE position = 2), crc = (SELECT crc FROM events WHERE position = 2) WHERE position = 5`,
    ],
  ])('in its %s is told by every way to read it', async (_, edit) => {
    hand.exec(edit)
    const wrong = damage('position 5', 'revision 1 of b', 'checksum')
    await expect(all(store)).rejects.toMatchObject(wrong)
    await expect(ofStream(store, 'b')).rejects.toMatchObject(wrong)
    await expect(store.subscribe(ORIGIN)[Symbol.asyncIterator]().next()).rejects.toMatchObject(wrong)
    expect(await ofStream(store, 'a')).toHaveLength(3)
    expect(await store.append('b', 'none', [event(), event()])()).toEqual(
      E.left({ _tag: 'damaged', stream: 'b', reason: expect.stringContaining('position 5') }),
    )
  })

  it('by one bit names the column in which it is', async () => {
    hand.close()
    await store.close()
    const reader = await openSqlite({ path })
    const [, second] = await all(reader)
    await reader.close()
    const at = readFileSync(path).indexOf(second?.id ?? '')
    const type = at + 36
    const data = type + (second?.type.length ?? 0)
    const metadata = data + (second?.data.length ?? 0)
    const leaf = metadata + (second?.metadata.length ?? 0)
    const places = {
      id: at + 3,
      type: type + 2,
      data: data + 4,
      metadata: metadata + 5,
      leaf: leaf + 7,
      crc: leaf + 33,
    }
    for (const [column, byte] of Object.entries(places)) {
      for (const bit of [0, 7]) {
        flipBit(path, 8 * byte + bit)
        const read = await openSqlite({ path })
        await expect(all(read)).rejects.toMatchObject(damage('position 2', `by its column ${column}`))
        await read.close()
        flipBit(path, 8 * byte + bit)
      }
    }
  })

  it('in its position, its stream or its revision is told', async () => {
    hand.exec('UPDATE events SET position = -position WHERE position IN (4, 5)')
    hand.exec('UPDATE events SET position = 9 + position WHERE position < 0')
    await expect(all(store)).rejects.toMatchObject(damage('position'))
    for (const stream of ['a', 'b']) await expect(ofStream(store, stream)).rejects.toMatchObject(damage(`of ${stream}`))
  })

  it('of a stream that got another name is told, by the old and the new one', async () => {
    hand.exec(`UPDATE streams SET name = 'd' WHERE name = 'b'`)
    const other = await openSqlite({ path })
    for (const read of [all(other), ofStream(other, 'b'), ofStream(other, 'd')])
      await expect(read).rejects.toMatchObject(damage('stream 2'))
    for (const stream of ['b', 'd'])
      expect(await other.append(stream, 'none', [event()])()).toMatchObject({ left: { _tag: 'damaged', stream } })
    expect(await ofStream(other, 'e')).toEqual([])
    await other.close()
  })

  it('of two streams that changed their names is told', async () => {
    hand.exec(`UPDATE streams SET name = 'x' WHERE id = 1`)
    hand.exec(`UPDATE streams SET name = 'a', crc = (SELECT crc FROM streams WHERE id = 1) WHERE id = 2`)
    hand.exec(`UPDATE streams SET name = 'b', crc = ${0x71beeff9} WHERE id = 1`)
    const other = await openSqlite({ path })
    for (const read of [all(other), ofStream(other, 'a'), ofStream(other, 'b')])
      await expect(read).rejects.toMatchObject(damage('checksum'))
    await other.close()
  })
})

describe('rows that were deleted', () => {
  it('leave a gap, which is told', async () => {
    hand.exec('DELETE FROM events WHERE position IN (4, 5)')
    await expect(all(store)).rejects.toMatchObject(damage('between the positions 3 and 6'))
    // What is gone may have been of any of them.
    for (const stream of ['a', 'b', 'c', 'none'])
      await expect(ofStream(store, stream)).rejects.toMatchObject(damage('between the positions 3 and 6'))
  })

  it('at the end are the end: nothing else is lost by it', async () => {
    hand.exec('DELETE FROM events WHERE position > 6')
    expect(await all(store)).toHaveLength(6)
    for (const stream of ['a', 'b', 'c']) expect(await ofStream(store, stream)).toHaveLength(2)
    expect(await ofStream(store, 'b', standingAt(1))).toEqual([])
    hand.exec('DELETE FROM events WHERE position > 2')
    expect(await ofStream(store, 'b')).toHaveLength(1)
    expect(await ofStream(store, 'c')).toEqual([])
    expect(await store.append('c', 'none', [event()])()).toMatchObject({ left: { _tag: 'history-lost' } })
  })

  it('leave no gap where an accepted loss names them', async () => {
    hand.exec('DELETE FROM events WHERE position > 7')
    const lost = {
      ...event(),
      type: 'LossAccepted',
      data: '{"first":8,"found":{},"last":9,"noted":{}}',
      metadata: '{"schema":1}',
    }
    writeRow(hand, lost, LOSSES_STREAM, 0, 10)
    expect((await all(store)).map(({ position }) => position)).toEqual([1, 2, 3, 4, 5, 6, 7, 10])
    expect(await store.append('b', standingAt(1), [event()])()).toMatchObject({ right: { position: 11 } })
    hand.exec('DELETE FROM events WHERE position = 7')
    await expect(all(store)).rejects.toMatchObject(damage('between the positions 6 and 10'))
  })

  it('behind an event that names other positions, or none, leave a gap', async () => {
    hand.exec('DELETE FROM events WHERE position > 7')
    for (const data of ['{"first":9,"last":9}', '{"first":8,"last":8}', '{}', '[]', '{"last":10}']) {
      hand.exec('DELETE FROM events WHERE position > 7')
      writeRow(hand, { ...event(), type: 'LossAccepted', data }, 'losses', 0, 10)
      await expect(all(store)).rejects.toMatchObject(damage('between the positions 7 and 10'))
    }
  })
})

describe('an index that does not fit its table', () => {
  /** The page of an index becomes that of a like index which lacks some of its entries. */
  const without = async (index: string, table: string, columns: string, where: string) => {
    hand.exec(`CREATE INDEX part ON ${table} (${columns}) WHERE ${where}`)
    const pageOf = hand.prepare<[string], readonly [number]>('SELECT rootpage FROM sqlite_schema WHERE name = ?')
    const [to = 0, from = 0] = [pageOf.get(index)?.[0], pageOf.get('part')?.[0]]
    hand.close()
    await store.close()
    repeatPage(path, from, to)
  }

  it('because a name is missing is told before the name is said to be new', async () => {
    await without('sqlite_autoindex_streams_1', 'streams', 'name', `name <> 'b'`)
    const other = await openSqlite({ path })
    await expect(ofStream(other, 'b')).rejects.toMatchObject(damage('lacks the stream 2, b'))
    expect(await other.append('b', 'none', [event()])()).toMatchObject({ left: { _tag: 'damaged' } })
    expect(await ofStream(other, 'a')).toHaveLength(3)
    await other.close()
  })

  it.each([
    ['in the midst', 'NOT (stream = 2 AND revision = 1)', 'b has the revision 2 where 1 should be'],
    ['all of a stream', 'stream <> 2', 'does not fit those of the stream b'],
    ['all of the last stream', 'stream <> 3', 'does not fit those of the stream c'],
  ])('because entries are missing, %s, is told', async (_, where, words) => {
    await without('sqlite_autoindex_events_1', 'events', 'stream, revision', where)
    const other = await openSqlite({ path })
    const stream = where.includes('3') ? 'c' : 'b'
    await expect(ofStream(other, stream)).rejects.toMatchObject(damage(words))
    await other.close()
  })

  it('because an entry lost its revision, and others are not found behind it, is told', async () => {
    hand.close()
    await store.close()
    // The entry of stream 2, revision 2, position 8: the length of its header, the types of the three, the three.
    const at = readFileSync(path).indexOf(Buffer.from([4, 1, 1, 1, 2, 2, 8]))
    expect(at).toBeGreaterThan(0)
    flipBit(path, 8 * (at + 2))
    const other = await openSqlite({ path })
    for (const after of ['none', standingAt(0), standingAt(1), standingAt(2)] as const)
      expect([after, await ofStream(other, 'b', after).catch(({ code }) => code)]).toEqual([after, 'damaged'])
    await other.close()
  })
})

/** As the store writes it, with right checksums, wherever one likes. */
const writeRow = (database: Database, written: NewEvent, name: string, revision: number, position: number): void => {
  const crc = streamChecksum(name)
  const known = database.prepare<[string], readonly [number]>('SELECT id FROM streams WHERE name = ?').get(name)?.[0]
  const add = database.prepare<[string, number], never>('INSERT INTO streams (name, crc) VALUES (?, ?)')
  addEventTo(database, 'events')(written, { number: known ?? add.run(name, crc), name, crc }, revision, position)
}

const all = async (store: EventStore): Promise<ReadonlyArray<StoredEvent>> => gathered(store.readAll(ORIGIN))

const ofStream = (store: EventStore, stream: string, after: Revision = 'none') =>
  gathered(store.readStream(stream, after))

const gathered = async (pages: AsyncIterable<ReadonlyArray<StoredEvent>>): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of pages) events.push(...page)
  return events
}
