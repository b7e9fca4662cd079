import * as E from 'fp-ts/lib/Either.js'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { type Database, driver } from '../../adapters/sqlite/driver/index.js'
import { sqliteEventStoreBy } from '../../adapters/sqlite/event-store.js'
import { type OpenError, type SqliteEventStoreOptions, sqliteEventStore } from '../../adapters/sqlite/index.js'
import { leafDigits } from '../../adapters/sqlite/leaf-digits.js'
import { rowChecksum, rowTextOf, streamChecksum } from '../../adapters/sqlite/row-checksum.js'
import type { EventStore, NewEvent } from '../../domain/ports/event-store.js'

/** Opens a store, or throws why it could not be opened. */
export const openSqlite = (options: SqliteEventStoreOptions): Promise<EventStore> => orThrow(sqliteEventStore(options))

/** What a thread runs that reads ahead: as built, since it reads no TypeScript. */
export const builtWorker = (): URL =>
  new URL(`../../${import.meta.url.endsWith('.ts') ? 'dist/' : ''}adapters/sqlite/reading-worker.js`, import.meta.url)

/** A store with pages of one event, which are read ahead from the fourth on. */
export const openReadingAhead = (options: SqliteEventStoreOptions, script = builtWorker): Promise<EventStore> =>
  orThrow(
    sqliteEventStoreBy({
      paging: { pageSize: 1, meanwhile: 2, isWorthwhile: (events) => events > 0, isExaminedBeside: () => true },
      script,
    })(options),
  )

const orThrow = async (task: TE.TaskEither<OpenError, EventStore>): Promise<EventStore> => {
  const opened = await task()
  if (E.isLeft(opened)) throw new Error(opened.left.reason)
  return opened.right
}

const loaded = await driver()
if (E.isLeft(loaded)) throw new Error(loaded.left)

/** A connection of somebody else's, as another process would have it; it waits for no lock. */
export const openConnection = (path: string): Database => loaded.right.open(path, { busyTimeoutMs: 0 })

/** What one does by hand, whom no trigger stops, and who leaves them as they were. */
export const editByHand = (path: string, ...edits: ReadonlyArray<string>): void => {
  const hand = openConnection(path)
  const triggers = hand
    .prepare<[], readonly [name: string, sql: string]>("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all()
  hand.exec('PRAGMA foreign_keys = OFF')
  for (const [name] of triggers) hand.exec(`DROP TRIGGER ${name}`)
  for (const edit of edits) hand.exec(edit)
  for (const [, sql] of triggers) hand.exec(sql)
  hand.close()
}

/** What one does who recomputes checksums: an event is another, its leaf hash that of it unless told, and its row is whole. */
export const rewriteByHand = (
  path: string,
  position: number,
  change: (event: NewEvent) => Partial<NewEvent> & { readonly leaf?: string },
): void => {
  const hand = openConnection(path)
  const stored = hand
    .prepare<
      [number],
      readonly [stream: string, revision: number, id: string, type: string, data: string, metadata: string]
    >(
      'SELECT streams.name, revision, events.id, type, data, metadata FROM events JOIN streams ON streams.id = stream WHERE position = ?',
    )
    .get(position)
  hand.close()
  if (stored === undefined) throw new Error('there is no such row')
  const [stream, revision, id, type, data, metadata] = stored
  const whole = { id, type, data, metadata }
  const changed = change(whole)
  const event = { ...whole, ...changed }
  const leaf = changed.leaf ?? leafDigits(event, stream, revision)
  const crc = rowChecksum(rowTextOf(event, { position, revision }, leaf), streamChecksum(stream))
  const columns = { id: event.id, type: event.type, data: event.data, metadata: event.metadata }
  const texts = Object.entries(columns).map(([name, value]) => `${name} = '${value.replaceAll("'", "''")}'`)
  editByHand(
    path,
    `UPDATE events SET ${texts.join(', ')}, leaf = x'${leaf}', crc = ${crc} WHERE position = ${position}`,
  )
}
