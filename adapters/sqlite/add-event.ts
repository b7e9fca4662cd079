/** Writes the row of an event, with its leaf hash and its checksum. */
import type { NewEvent } from '../../domain/ports/event-store.js'
import type { Database } from './driver/index.js'
import { leafDigits } from './leaf-digits.js'
import { rowChecksum, rowTextOf } from './row-checksum.js'
import type { KnownStream } from './stream-numbers.js'

/**
 * Answers the digits of the leaf hash.
 *
 * @param table the table of the events
 */
export const addEventTo = (database: Database, table: string) => {
  const insert = database.prepare<[number, number, number, string, string, string, string, string, number], never>(
    `INSERT INTO ${table} (position, stream, revision, id, type, data, metadata, leaf, crc)
     VALUES (?, ?, ?, ?, ?, ?, ?, unhex(?), ?)`,
  )
  return (event: NewEvent, stream: KnownStream, revision: number, position: number): string => {
    const { id, type, data, metadata } = event
    const leaf = leafDigits(event, stream.name, revision)
    const crc = rowChecksum(rowTextOf(event, { position, revision }, leaf), stream.crc)
    insert.run(position, stream.number, revision, id, type, data, metadata, leaf, crc)
    return leaf
  }
}
