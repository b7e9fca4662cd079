/** Ledgers of several shapes, of which something is damaged, time and again: what was touched is put back in between. */
import { copyFileSync, cpSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { vi } from 'vitest'
import type { Cell, Database } from '../../adapters/sqlite/driver/index.js'
import { openHeadFile } from '../../adapters/sqlite/head-file.js'
import { type Ledger, openLedger } from '../../index.js'
import { gather } from '../../testing/results.js'
import { sizeOf } from './flips.js'
import { answersIn, type LedgerAnswers, refusalOr } from './ledger-answers.js'
import { text } from './ledger-memory.js'
import { editByHand, openConnection } from './sqlite-store.js'

const setting = { actor: 'anna', entity: 'acme', project: 'churn' }

export interface Shape {
  readonly fill: (ledger: Ledger) => Promise<unknown>
  /** What is recorded in a second opening, behind what stands in the file itself by then. */
  readonly fillOn?: (ledger: Ledger) => Promise<unknown>
  /** Copied while it is open, with its write-ahead log. */
  readonly isOpen: boolean
}

const logged = async (ledger: Ledger, name: string, versions: number): Promise<void> => {
  for (let n = 0; n < versions; n++)
    await ledger.logArtifact({ name, type: 'model', content: text(`${name} ${n} `.repeat(50)), metadata: { loss: n } })
}

const ofEverything = async (ledger: Ledger): Promise<void> => {
  const run = await ledger.startRun({ run: 'train', config: { lr: 0.1 } })
  await logged(ledger, 'data', 2)
  // Of the same content as one that stays: what no version needs nobody looks at.
  await ledger.logArtifact({ name: 'copy', type: 'model', content: text('net') })
  await run.useArtifact('data:v0')
  await run.logArtifact({ name: 'net', type: 'model', content: text('net') })
  await run.finish()
  await ledger.link({ version: 'net:v0', to: 'acme/model-registry/nets', aliases: ['production'] })
  await ledger.deleteVersion({ version: 'copy:v0', reason: 'wrong', deleteAliases: true })
}

export const SHAPES: Readonly<Record<string, Shape>> = {
  'all in the log': { isOpen: true, fill: (ledger) => logged(ledger, 'cats', 8) },
  'all in the file': {
    isOpen: false,
    fill: async (ledger) => {
      for (const name of ['cats', 'dogs', 'birds']) await logged(ledger, name, 3)
      await ledger.link({ version: 'cats:v1', to: 'acme/model-registry/pets', aliases: ['production'] })
      // On pages of its own.
      await ledger.describe({ version: 'dogs:v0', description: 'x'.repeat(9000) })
    },
  },
  'in both': { isOpen: true, fill: ofEverything, fillOn: (ledger) => logged(ledger, 'cats', 4) },
  'so long that snapshots are kept': {
    isOpen: false,
    fill: async (ledger) => {
      await logged(ledger, 'cats', 2)
      await Promise.all(
        Array.from({ length: 1100 }, (_, n) => ledger.moveAlias({ version: `cats:v${n % 2}`, alias: `best-${n % 7}` })),
      )
      await ledger.artifacts()
    },
  },
}

export interface Original {
  readonly shape: string
  /** As it was made; nobody opens it. */
  readonly directory: string
  /** What of it is not empty, with the folder before it. */
  readonly files: ReadonlyArray<string>
  readonly content: FileContent
  readonly before: LedgerAnswers
  /** What it would answer if it had ended with an event. */
  readonly endingAt: (position: number) => Promise<LedgerAnswers>
  /** Does something to a copy, and tells what it answers then, and what stands in the file of events. */
  readonly harmed: (file: string, harm: (path: string) => void) => Promise<Harmed>
  /** The lines of an export, without the last, which counts them. */
  readonly events: ReadonlyArray<string>
  /** Does something to a copy, gives it a command that is one event, and tells the lines of an export; or that that was refused. */
  readonly commanded: (file: string, harm: (path: string) => void) => Promise<ReadonlyArray<string> | string>
}

export interface Harmed {
  readonly after: LedgerAnswers
  readonly content: FileContent
  /** Whether the file has the bytes that it had: a page may be put where it stood. */
  readonly isAsBefore: boolean
}

export const originalOf = async (folder: string, shape: string): Promise<Original> => {
  const { fill, fillOn, isOpen } = SHAPES[shape] ?? { fill: async () => undefined, isOpen: false }
  const home = join(folder, shape.replaceAll(' ', '-'))
  const [made, directory, copy] = [join(home, 'made'), join(home, 'original'), join(home, 'copy')]
  mkdirSync(home)
  let ledger = await openLedger({ directory: made, ...setting })
  await fill(ledger)
  if (fillOn !== undefined) {
    await ledger.close()
    ledger = await openLedger({ directory: made, ...setting })
    await fillOn(ledger)
  }
  await whenNoted(ledger, made)
  const events = await eventsOf(ledger)
  if (isOpen) cpSync(made, directory, { recursive: true })
  await ledger.close()
  if (!isOpen) cpSync(made, directory, { recursive: true })
  // SQLite makes it anew.
  rmSync(join(directory, 'events.db-shm'), { force: true })
  rmSync(made, { recursive: true })
  cpSync(directory, copy, { recursive: true })

  const ended = new Map<number, Promise<LedgerAnswers>>()
  const before = await answersIn(copy)
  putBack(directory, copy)
  return {
    shape,
    directory,
    files: filesIn(directory).filter((file) => sizeOf(join(directory, file)) > 0),
    content: contentIn(directory, home),
    before,
    events,
    endingAt: (position) => {
      const answers = ended.get(position) ?? endedAt(directory, join(home, `ended-${position}`), position)
      ended.set(position, answers)
      return answers
    },
    harmed: async (file, harm) => {
      harm(join(copy, file))
      const isAsBefore = readFileSync(join(copy, file)).equals(readFileSync(join(directory, file)))
      const content = contentIn(copy, home)
      const after = await answersIn(copy)
      putBack(directory, copy)
      if (file.startsWith('files/')) overwrite(join(directory, file), join(copy, file))
      return { after, content, isAsBefore }
    },
    commanded: async (file, harm) => {
      harm(join(copy, file))
      const answer = await afterCommand(copy)
      putBack(directory, copy)
      if (file.startsWith('files/')) overwrite(join(directory, file), join(copy, file))
      return answer
    },
  }
}

const afterCommand = (directory: string): Promise<ReadonlyArray<string> | string> =>
  refusalOr(async () => {
    const ledger = await openLedger({ directory, ...setting })
    try {
      await ledger.createArtifact({ name: 'new', type: 'model' })
      return await eventsOf(ledger)
    } finally {
      await ledger.close()
    }
  })

const eventsOf = async (ledger: Ledger): Promise<ReadonlyArray<string>> =>
  Buffer.concat((await gather(ledger.exportEvents())).map((piece) => Buffer.from(piece)))
    .toString()
    .trimEnd()
    .split('\n')
    .slice(0, -1)

/** The head is written a moment after the last command. */
const whenNoted = async (ledger: Ledger, directory: string): Promise<void> => {
  const { position } = await ledger.moment()
  const head = openHeadFile(join(directory, 'events.db-head'), true)
  await vi.waitFor(() => {
    const noted = head.read()
    if (typeof noted === 'string' || noted.end?.position !== position) throw new Error('the end is not noted yet')
  }, 60_000)
  head.close()
}

const filesIn = (directory: string): ReadonlyArray<string> =>
  readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))

const overwrite = (from: string, to: string): void => {
  rmSync(to, { force: true })
  copyFileSync(from, to)
}

/** What lies beside the stored files, which nobody who only reads changes; of those, there are many folders. */
const putBack = (original: string, copy: string): void => {
  const names = (directory: string) => readdirSync(directory).filter((name) => name !== 'files')
  for (const name of names(copy)) rmSync(join(copy, name), { recursive: true, force: true })
  for (const name of names(original)) cpSync(join(original, name), join(copy, name), { recursive: true })
}

/** By hand, with nothing beside it that knows more. */
const endedAt = async (original: string, directory: string, position: number): Promise<LedgerAnswers> => {
  cpSync(original, directory, { recursive: true })
  for (const beside of ['events.db-head', 'snapshots'])
    rmSync(join(directory, beside), { recursive: true, force: true })
  editByHand(join(directory, 'events.db'), `DELETE FROM events WHERE position > ${position}`)
  const answers = await answersIn(directory)
  rmSync(directory, { recursive: true })
  return answers
}

/** What can be read in a file of events by whoever knows SQLite alone; nothing where it cannot be read. */
export type FileContent = ReadonlyMap<string, string> | undefined

const contentIn = (directory: string, home: string): FileContent => {
  const path = join(home, 'content.db')
  for (const end of ['', '-wal', '-shm']) rmSync(path + end, { force: true })
  for (const name of ['events.db', 'events.db-wal'])
    if (readdirSync(directory).includes(name))
      copyFileSync(join(directory, name), path + name.slice('events.db'.length))
  try {
    const database = openConnection(path)
    try {
      return new Map([...asTables(database), ...byIndexes(database)])
    } finally {
      database.close()
    }
  } catch {
    return undefined
  }
}

type Row = readonly [Cell, ...Cell[]]

function* asTables(database: Database): Generator<readonly [string, string]> {
  const rows = (sql: string) => database.prepare<[], Row>(sql).all()
  for (const row of rows(
    'SELECT position, stream, revision, id, type, data, metadata, hex(leaf), crc FROM events NOT INDEXED',
  ))
    yield [`event ${row[0]}`, JSON.stringify(row)]
  for (const row of rows('SELECT id, name, crc FROM streams NOT INDEXED'))
    yield [`stream ${row[0]}`, JSON.stringify(row)]
  yield ['ledger', JSON.stringify(rows('SELECT one, id FROM ledger'))]
  yield ['schema', JSON.stringify(rows('SELECT type, name, tbl_name, sql FROM sqlite_schema'))]
  for (const name of ['application_id', 'user_version', 'encoding', 'page_size'])
    yield [name, `${database.pragma(name)}`]
}

/** All that is looked up on the way of the indexes, and row by row. */
function* byIndexes(database: Database): Generator<readonly [string, string]> {
  const all = database.prepare<[], Row>('SELECT stream, revision, position FROM events ORDER BY stream, revision').all()
  const at = database.prepare<[number], Row>('SELECT id FROM events WHERE position = ?')
  const of = database.prepare<[number, number], Row>('SELECT position FROM events WHERE stream = ? AND revision = ?')
  for (const [stream, revision, position] of all) {
    yield [`entry ${position}`, JSON.stringify([stream, revision])]
    yield [`at ${position}`, JSON.stringify(at.get(Number(position)))]
    yield [`of ${stream} ${revision}`, JSON.stringify(of.get(Number(stream), Number(revision)))]
  }
  for (const index of ['sqlite_autoindex_streams_1', 'streams_by_crc'])
    yield [
      index,
      JSON.stringify(
        database
          .prepare<[], Row>(
            `SELECT id, name FROM streams INDEXED BY ${index} ORDER BY ${index === 'streams_by_crc' ? 'crc' : 'name'}`,
          )
          .all(),
      ),
    ]
}
