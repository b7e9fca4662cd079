/**
 * Brings a file of format 1 or 2 to this one, when it is first opened to be written (ADR 28). Each step is a transaction,
 * and what is done stands in the file: who is killed is followed by the next who opens it, and several take the steps in turn.
 *
 * The first step takes the tables' names away, so that a process of an earlier release, which has the file open, is
 * told so by its next statement, and writes no row without a checksum. Then rows are copied, and at the end the names given back.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { addEventTo } from './add-event.js'
import { damaged } from './damage.js'
import type { Database } from './driver/index.js'
import { BEING_MADE, COPIED, FORMAT, formatOf, isBeingMade, LEDGER, PRESENT, rowTables, TRIGGERS } from './layout.js'
import { isBusy } from './lock.js'
import { streamChecksum } from './row-checksum.js'

/** So many rows a transaction, which takes some hundredths of a second. */
const ROWS = 2000
/** So long others have the file between two of them. */
const PAUSE_MS = 1

/**
 * @param busyTimeoutMs how long it is waited for others where none of them gets on with it
 * @param tell hears, in words to be read behind the path, that it begins and ends
 */
export const migrate = async (
  database: Database,
  busyTimeoutMs: number,
  tell: (event: 'migration-begun' | 'migration-ended', words: string) => void,
): Promise<void> => {
  if (!isOfEarlierFormat(database)) return
  tell('migration-begun', `is brought to format ${FORMAT}; others who use it wait for moments.`)
  // What is lost with the power is done again: only what is put from the log into the file is synced.
  const durability = database.pragma('synchronous')
  database.pragma('synchronous = NORMAL')
  try {
    await takeSteps(database, busyTimeoutMs)
    tell('migration-ended', `is of format ${FORMAT} now.`)
  } finally {
    database.pragma(`synchronous = ${durability}`)
  }
}

const takeSteps = async (database: Database, busyTimeoutMs: number): Promise<void> => {
  let progress: unknown
  let giveUpAt = performance.now() + busyTimeoutMs
  for (;;) {
    try {
      if (!isOfEarlierFormat(database)) return
      takeStep(database)
      await sleep(PAUSE_MS)
    } catch (error) {
      if (!isBusy(error)) throw error
      const now = progressOf(database)
      if (now !== progress) giveUpAt = performance.now() + busyTimeoutMs
      else if (performance.now() >= giveUpAt) throw error
      progress = now
      await sleep(1 + Math.random() * 4)
    }
  }
}

const isOfEarlierFormat = (database: Database): boolean => formatOf(database) < FORMAT || isBeingMade(database)

const progressOf = (database: Database): number => {
  try {
    return (
      database.prepare<[], readonly [number | null]>(`SELECT max(position) FROM ${BEING_MADE.events}`).get()?.[0] ?? 0
    )
  } catch {
    return -1
  }
}

const takeStep = (database: Database): void =>
  database.immediately(() => {
    // Others may have been quicker.
    if (formatOf(database) < FORMAT) begin(database)
    else if (isBeingMade(database) && copyStreams(database) === 0 && copyEvents(database) === 0) finish(database)
  })

const begin = (database: Database): void => {
  for (const trigger of TRIGGER_NAMES) database.exec(`DROP TRIGGER IF EXISTS ${trigger}`)
  database.exec(`ALTER TABLE events RENAME TO ${COPIED.events}`)
  database.exec(`ALTER TABLE streams RENAME TO ${COPIED.streams}`)
  database.exec(rowTables(BEING_MADE))
  database.exec(LEDGER)
  database.exec(`PRAGMA user_version = ${FORMAT}`)
}

const TRIGGER_NAMES = [...TRIGGERS.matchAll(/CREATE TRIGGER (\w+)/g)].map(([, name]) => name)

const finish = (database: Database): void => {
  database.exec(`DROP TABLE ${COPIED.events}`)
  database.exec(`DROP TABLE ${COPIED.streams}`)
  database.exec(`ALTER TABLE ${BEING_MADE.events} RENAME TO ${PRESENT.events}`)
  database.exec(`ALTER TABLE ${BEING_MADE.streams} RENAME TO ${PRESENT.streams}`)
  database.exec(TRIGGERS)
}

const copyStreams = (database: Database): number => {
  const last =
    database.prepare<[], readonly [number | null]>(`SELECT max(id) FROM ${BEING_MADE.streams}`).get()?.[0] ?? 0
  const rows = database
    .prepare<[number, number], readonly [number, string]>(
      `SELECT id, name FROM ${COPIED.streams} WHERE id > ? ORDER BY id LIMIT ?`,
    )
    .all(last, ROWS)
  const add = database.prepare<[number, string, number], never>(
    `INSERT INTO ${BEING_MADE.streams} (id, name, crc) VALUES (?, ?, ?)`,
  )
  for (const [id, name] of rows) add.run(id, name, streamChecksum(name))
  return rows.length
}

type OldRow = readonly [
  position: number,
  stream: number,
  name: string | null,
  revision: number,
  id: string,
  type: string,
  data: string,
  metadata: string,
]

const copyEvents = (database: Database): number => {
  const last =
    database.prepare<[], readonly [number | null]>(`SELECT max(position) FROM ${BEING_MADE.events}`).get()?.[0] ?? 0
  const rows = database
    .prepare<[number, number], OldRow>(
      `SELECT position, stream, s.name, revision, e.id, type, data, metadata
       FROM ${COPIED.events} AS e LEFT JOIN ${BEING_MADE.streams} AS s ON s.id = e.stream
       WHERE position > ? ORDER BY position LIMIT ?`,
    )
    .all(last, ROWS)
  const add = addEventTo(database, BEING_MADE.events)
  for (const [position, number, name, revision, id, type, data, metadata] of rows) {
    if (name === null) throw damaged(`there is no stream with the number ${number}`)
    add({ id, type, data, metadata }, { number, name, crc: streamChecksum(name) }, revision, position)
  }
  return rows.length
}
