/** Both drivers answer alike: the one that this Node takes runs all of this, and every Node that we support runs it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { choose, remedy } from '../../../adapters/sqlite/driver/choice.js'
import { type Database, driver } from '../../../adapters/sqlite/driver/index.js'
import { codeOf } from '../../../adapters/sqlite/driver/result-code.js'
import { sqliteRuntime } from '../../../adapters/sqlite/index.js'
import { openConnection } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-driver-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const opened: Database[] = []
afterEach(() => {
  for (const database of opened.splice(0)) database.close()
})
const open = (path = join(folder, `${files++}.db`)): Database => {
  const database = openConnection(path)
  opened.push(database)
  return database
}

const thrown = (work: () => unknown): unknown => {
  try {
    work()
  } catch (error) {
    return error
  }
  throw new Error('nothing was thrown')
}

describe('the driver of this Node', () => {
  it('is the one that is chosen for it, and tells itself and its SQLite', async () => {
    const own = Number(process.versions.node.split('.')[0]) >= 24
    expect(await sqliteRuntime()).toEqual({
      node: process.versions.node,
      driver: own ? 'node:sqlite' : expect.stringMatching(/^better-sqlite3 1[23]\.\d+\.\d+$/),
      sqlite: expect.stringMatching(/^3\.\d+\.\d+$/),
    })
    expect(await driver()).toBe(await driver())
  })

  it('gives rows as arrays, row numbers, and nothing where there is nothing', () => {
    const database = open()
    database.exec('CREATE TABLE t (n INTEGER PRIMARY KEY, a TEXT, b REAL); CREATE TABLE u (x)')
    const insert = database.prepare<[string, number], never>('INSERT INTO t (a, b) VALUES (?, ?)')
    expect(insert.run('eins', 1.5)).toBe(1)
    expect(insert.run('', -0.25)).toBe(2)
    const all = database.prepare<[], readonly [number, string, number]>('SELECT n, a, b FROM t ORDER BY n')
    expect(all.all()).toStrictEqual([
      [1, 'eins', 1.5],
      [2, '', -0.25],
    ])
    expect(all.get()).toStrictEqual([1, 'eins', 1.5])
    const none = database.prepare<[number], readonly [number]>('SELECT n FROM t WHERE n = ?')
    expect([none.get(3), none.all(3)]).toStrictEqual([undefined, []])
    expect(database.prepare<[], readonly [null]>('SELECT NULL').get()).toStrictEqual([null])
    expect([insert.get('x', 1), insert.all('y', 2)]).toStrictEqual([undefined, []])
  })

  it('gives the cells of a query of one column, and refuses what it refuses elsewhere', () => {
    const database = open()
    database.exec("CREATE TABLE t (n INTEGER, a); INSERT INTO t VALUES (1, 'eins'), (2, NULL), (3, -0.5)")
    const cells = database.prepareColumn<[number]>('SELECT a FROM t WHERE n >= ? ORDER BY n')
    expect([cells(1), cells(4)]).toStrictEqual([['eins', null, -0.5], []])
    expect(() => Reflect.apply(cells, undefined, [])).toThrow('1 values are to be bound, not 0')
    expect(() => cells(Number.NaN)).toThrow('cannot be bound')
    expect(() => database.prepareColumn('SELECT 1; SELECT 2')).toThrow('one statement at a time')
    database.exec('INSERT INTO t VALUES (5, 9007199254740993)')
    expect(codeOf(thrown(() => cells(5)))).toBe('ERR_OUT_OF_RANGE')
  })

  it('asks and sets pragmas', () => {
    const database = open()
    expect(database.pragma('journal_mode = WAL')).toBe('wal')
    expect(database.pragma('user_version = 7')).toBeUndefined()
    expect(database.pragma('user_version')).toBe(7)
    expect(database.pragma('busy_timeout')).toBe(0)
  })

  it('binds what was given, or refuses it', () => {
    const database = open()
    database.exec('CREATE TABLE t (a)')
    const insert = database.prepare<[string], never>('INSERT INTO t VALUES (?)')
    const given = (...values: ReadonlyArray<unknown>) => thrown(() => Reflect.apply(insert.run, undefined, values))
    for (const value of [undefined, null, Number.NaN, Number.POSITIVE_INFINITY, new Date(0), true, {}, [], 1n])
      expect(given(value), String(value)).toMatchObject({ message: expect.stringContaining('cannot be bound') })
    expect(given()).toMatchObject({ message: expect.stringContaining('1 values are to be bound, not 0') })
    expect(given('a', 'b')).toMatchObject({ message: expect.stringContaining('1 values are to be bound, not 2') })
    expect(thrown(() => database.prepare('SELECT 1; SELECT 2'))).toMatchObject({
      message: expect.stringContaining('one statement at a time'),
    })
    expect(database.prepare('SELECT count(*) FROM t').get()).toStrictEqual([0])
  })

  it('refuses an integer that no number can hold, instead of another one', () => {
    const database = open()
    database.exec('CREATE TABLE t (a INTEGER); INSERT INTO t VALUES (9007199254740991), (9007199254740993)')
    const select = database.prepare<[], readonly [number]>('SELECT a FROM t ORDER BY a')
    expect(select.get()).toStrictEqual([9007199254740991])
    expect(codeOf(thrown(() => select.all()))).toBe('ERR_OUT_OF_RANGE')
  })

  it('names what was wrong as SQLite does', () => {
    const path = join(folder, 'codes.db')
    const [database, other] = [open(path), open(path)]
    database.exec('CREATE TABLE t (a INTEGER UNIQUE NOT NULL, CHECK (a > 0)) STRICT; INSERT INTO t VALUES (1)')
    const codes = [
      'INSERT INTO t VALUES (1)',
      'INSERT INTO t VALUES (NULL)',
      'INSERT INTO t VALUES (-1)',
      `INSERT INTO t VALUES ('one')`,
      'SELECT missing FROM t',
    ].map((sql) => codeOf(thrown(() => database.exec(sql))))
    expect(codes).toEqual([
      'SQLITE_CONSTRAINT_UNIQUE',
      'SQLITE_CONSTRAINT_NOTNULL',
      'SQLITE_CONSTRAINT_CHECK',
      'SQLITE_CONSTRAINT_DATATYPE',
      'SQLITE_ERROR',
    ])
    other.exec('BEGIN IMMEDIATE')
    expect(codeOf(thrown(() => database.exec('BEGIN IMMEDIATE')))).toBe('SQLITE_BUSY')
    expect(['x', undefined, new Error('x'), Object.assign(new Error('x'), { code: 'ENOENT' })].map(codeOf)).toEqual(
      Array(4).fill(''),
    )
  })

  it('does work in a transaction, or nothing of it', () => {
    const path = join(folder, 'immediately.db')
    const [database, other] = [open(path), open(path)]
    database.pragma('journal_mode = WAL')
    database.exec('CREATE TABLE t (a)')
    database.immediately(() => {
      database.exec('INSERT INTO t VALUES (1)')
      expect(database.isInTransaction()).toBe(true)
      expect(codeOf(thrown(() => other.exec('BEGIN IMMEDIATE')))).toBe('SQLITE_BUSY')
    })
    expect(() =>
      database.immediately(() => {
        database.exec('INSERT INTO t VALUES (2)')
        throw new Error('no')
      }),
    ).toThrow('no')
    expect(database.isInTransaction()).toBe(false)
    expect(other.prepare('SELECT a FROM t').all()).toStrictEqual([[1]])
  })

  it('can be closed twice, and tells that it is closed', () => {
    const database = open()
    const select = database.prepare('SELECT 1')
    expect(database.isOpen()).toBe(true)
    database.close()
    database.close()
    expect([database.isOpen(), database.isInTransaction()]).toEqual([false, false])
    expect(() => select.get()).toThrow()
  })
})

describe('the names of result codes', () => {
  const named = (errcode: number) => codeOf(Object.assign(new Error('x'), { code: 'ERR_SQLITE_ERROR', errcode }))
  it.each([
    [5, 'SQLITE_BUSY'],
    [261, 'SQLITE_BUSY_RECOVERY'],
    [517, 'SQLITE_BUSY_SNAPSHOT'],
    [773, 'SQLITE_BUSY_TIMEOUT'],
    [262, 'SQLITE_LOCKED_SHAREDCACHE'],
    [8, 'SQLITE_READONLY'],
    [1032, 'SQLITE_READONLY_DBMOVED'],
    [1544, 'SQLITE_READONLY_DIRECTORY'],
    [10, 'SQLITE_IOERR'],
    [522, 'SQLITE_IOERR_SHORT_READ'],
    [778, 'SQLITE_IOERR_WRITE'],
    [1034, 'SQLITE_IOERR_FSYNC'],
    [4618, 'SQLITE_IOERR_SHMOPEN'],
    [8458, 'SQLITE_IOERR_CORRUPTFS'],
    [8714, 'SQLITE_IOERR_IN_PAGE'],
    [11, 'SQLITE_CORRUPT'],
    [779, 'SQLITE_CORRUPT_INDEX'],
    [13, 'SQLITE_FULL'],
    [14, 'SQLITE_CANTOPEN'],
    [1550, 'SQLITE_CANTOPEN_SYMLINK'],
    [15, 'SQLITE_PROTOCOL'],
    [516, 'SQLITE_ABORT_ROLLBACK'],
    [1811, 'SQLITE_CONSTRAINT_TRIGGER'],
    [2067, 'SQLITE_CONSTRAINT_UNIQUE'],
    [3091, 'SQLITE_CONSTRAINT_DATATYPE'],
    [26, 'SQLITE_NOTADB'],
    [28, 'SQLITE_WARNING'],
  ])('%i is %s', (code, name) => expect(named(code)).toBe(name))

  it('are told also where a later SQLite has new ones', () => {
    expect(named(14 + 99 * 256)).toBe('SQLITE_CANTOPEN')
    expect(named(77)).toBe('SQLITE_UNKNOWN_77')
  })
})

describe('which driver a Node takes', () => {
  it.each([
    ['24.0.0', undefined],
    ['24.21.0', '12.11.1'],
    ['26.10.0', '13.2.0'],
  ])('on %s its own, with better-sqlite3 %s installed', (node, installed) => {
    expect(choose(node, installed)).toEqual(E.right('node:sqlite'))
  })

  it.each([
    ['20.20.2', '12.11.1'],
    ['22.23.3', '12.11.1'],
    ['22.12.0', '13.2.0'],
  ])('on %s better-sqlite3 %s', (node, installed) => {
    expect(choose(node, installed)).toEqual(E.right('better-sqlite3'))
  })

  it.each([
    ['20.20.2', undefined, 'is not installed'],
    ['22.23.3', undefined, 'is not installed'],
    ['20.20.2', '13.2.0', 'better-sqlite3 13.2.0, which is installed, does not run on it'],
    ['22.23.3', '11.10.0', 'better-sqlite3 11.10.0, which is installed, does not run on it'],
  ])('on %s none with better-sqlite3 %s, and it is not loaded', (node, installed, wrong) => {
    expect(choose(node, installed)).toEqual(E.left(expect.stringContaining(wrong)))
  })

  it('says in three lines what to do with each package manager', () => {
    expect(remedy('20.20.2', 'W').split('\n')).toEqual([
      'no driver for SQLite can be loaded on Node 20.20.2: W. Take Node 24 or later, which needs none, or:',
      '  npm:  npm install better-sqlite3@12 && npm rebuild better-sqlite3',
      '  pnpm: pnpm add better-sqlite3@12 --allow-build=better-sqlite3',
      '  yarn: yarn add better-sqlite3@12',
    ])
    expect(remedy('22.23.3', 'W').split('\n').slice(1)).toEqual([
      '  npm:  npm install better-sqlite3@13',
      '  pnpm: pnpm add better-sqlite3@13',
      '  yarn: yarn add better-sqlite3@13',
    ])
  })
})
