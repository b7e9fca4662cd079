/** A file that is not whole: said as that when it is opened where that costs nothing, else when it is first read. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { ledgerIdOfHistory } from '../../../domain/ports/ledger-id.js'
import { type Ledger, type LedgerError, openLedger } from '../../../index.js'
import { event, standingAt } from '../../../testing/event-store/world.js'
import { cutOff, flipBit, PAGE, sizeOf, zeroPage } from '../../support/flips.js'
import { rejection } from '../../support/ledger-memory.js'
import { openConnection, openSqlite } from '../../support/sqlite-store.js'
import { answersOf } from '../../support/store-answers.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-file-damage-'))
afterAll(() => rmSync(folder, { recursive: true }))

let files = 0
const newPath = () => join(folder, `${files++}.db`)

const original = newPath()
beforeAll(async () => {
  const store = await openSqlite({ path: original, durability: 'relaxed' })
  for (let revision = 0; revision < 30; revision++)
    await store.append('a', revision === 0 ? 'none' : standingAt(revision - 1), [event('x'.repeat(2000))])()
  await store.close()
})

const copied = (): string => {
  const copy = newPath()
  copyFileSync(original, copy)
  return copy
}

const refusal = async (path: string, readOnly = false) => {
  const opened = await sqliteEventStore({ path, readOnly })()
  if (E.isRight(opened)) throw new Error(`${path} was opened`)
  return opened.left
}

const damaged = (words: string) => ({
  _tag: 'damaged-store',
  reason: expect.stringMatching(new RegExp(`${words}.*restore the file from a backup`)),
})

describe('a file of events is refused when it is opened', () => {
  it.each([1, PAGE, 3 * PAGE + 100])('when %i bytes of its end were cut off', async (bytes) => {
    const path = copied()
    const size = sizeOf(path)
    cutOff(path, bytes)
    const before = readFileSync(path)
    for (const readOnly of [false, true])
      expect(await refusal(path, readOnly)).toMatchObject(damaged(`${size - bytes} bytes of ${size}`))
    expect(readFileSync(path)).toEqual(before)
  })

  it('when something was written behind its end, or its header says less', async () => {
    const path = copied()
    writeFileSync(path, 'x', { flag: 'a' })
    expect(await refusal(path)).toMatchObject(damaged('behind its end'))
    const header = copied()
    flipBit(header, 31 * 8)
    expect(await refusal(header)).toMatchObject(damaged('its header'))
  })

  it('when its header says another format than its tables are of', async () => {
    for (const bit of [0, 1]) {
      const path = copied()
      flipBit(path, 63 * 8 + bit)
      for (const readOnly of [false, true])
        expect(await refusal(path, readOnly)).toMatchObject(damaged('the tables are those of format 3'))
    }
  })

  it('when its beginning was overwritten', async () => {
    const path = copied()
    zeroPage(path, 1)
    expect(await refusal(path)).toMatchObject({
      _tag: 'not-an-event-store',
      reason: expect.stringContaining('restore the file from a backup'),
    })
  })
})

describe('an entry of an index', () => {
  it('of which any bit is turned over is no other answer, and damage where there is none: bytes may stand for a number', async () => {
    const path = newPath()
    const names = Array.from({ length: 140 }, (_, index) => `run-acme/churn/${index}`)
    const store = await openSqlite({ path, durability: 'relaxed' })
    for (const name of names) await store.append(name, 'none', [event()])()
    await store.close()
    const database = openConnection(path)
    const [root = 0] =
      database
        .prepare<[], readonly [number]>(
          "SELECT rootpage FROM sqlite_schema WHERE type = 'index' AND tbl_name = 'events'",
        )
        .get() ?? []
    database.close()
    // The last entry that was made lies where the entries of the page begin.
    const page = (root - 1) * PAGE
    const entry = page + readFileSync(path).readUInt16BE(page + 5)
    const streams = names.slice(-2)
    const answers = await answersOf(path, streams)
    for (let bit = 0; bit < 8 * 8; bit++) {
      const copy = newPath()
      copyFileSync(path, copy)
      flipBit(copy, 8 * entry + bit)
      const found = await answersOf(copy, streams)
      const wrong = [...answers].filter(([question, answer]) => {
        const now = found.get(question)
        return now !== answer && now?.startsWith('refused: ') !== true
      })
      expect({ bit, wrong }).toEqual({ bit, wrong: [] })
    }
  })
})

describe('the words by which tables are made', () => {
  const made = async (): Promise<string> => {
    const path = newPath()
    const store = await openSqlite({ path })
    await store.append('run-acme/churn/a', 'none', [event()])()
    await store.setLedgerId(ledgerIdOfHistory({ stream: 'run-acme/churn/a', id: 'a' }), undefined)()
    await store.close()
    return path
  }

  it('in which a bit is turned over give no other answer, and no other reason than damage', async () => {
    const path = await made()
    const answers = await answersOf(path, ['run-acme/churn/a'])
    for (const words of ['CREATE TABLE ledger', 'CREATE TABLE events', 'CREATE TABLE streams']) {
      const from = readFileSync(path).indexOf(words)
      const to = readFileSync(path).indexOf('STRICT', from)
      for (let byte = from; byte < to; byte++) {
        const copy = newPath()
        copyFileSync(path, copy)
        flipBit(copy, 8 * byte + (byte % 7))
        const found = await answersOf(copy, ['run-acme/churn/a'])
        const wrong = [...answers].filter(([question, answer]) => {
          const now = found.get(question)
          return now !== answer && now?.startsWith('refused: ') !== true
        })
        expect({ byte, wrong }).toEqual({ byte, wrong: [] })
      }
    }
  })

  it('are others where a newer release made them while the file was open, which is no damage', async () => {
    const path = await made()
    const store = await openSqlite({ path })
    const newer = openConnection(path)
    for (const table of ['ledger', 'events', 'streams']) newer.exec(`ALTER TABLE ${table} RENAME TO ${table}_of_99`)
    newer.exec('PRAGMA user_version = 99')
    newer.close()
    const said = { _tag: 'unavailable', reason: expect.stringContaining('the format of a newer release') }
    expect(await store.head()()).toMatchObject({ left: said })
    expect(await store.append('run-acme/churn/b', 'none', [event()])()).toMatchObject({ left: said })
    await store.close()
  })
})

describe('a log that lies beside the file of another', () => {
  const open = (directory: string): Promise<Ledger> =>
    openLedger({ directory, entity: 'acme', project: 'one', actor: 'anna' })
  const recorded = async (ledger: Ledger, versions: ReadonlyArray<string>): Promise<void> => {
    for (const bytes of versions)
      await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes, as: 'a.txt' }] })
  }
  /** A ledger, and a log of it as a crash leaves it. */
  const ledgerWithLog = async (name: string, before: ReadonlyArray<string>, last: ReadonlyArray<string>) => {
    const directory = join(folder, name)
    const first = await open(directory)
    await recorded(first, before)
    await first.close()
    const then = await open(directory)
    await recorded(then, last)
    const kept = join(folder, `${name}-wal`)
    copyFileSync(join(directory, 'events.db-wal'), kept)
    await recorded(then, ['and', 'so', 'on'])
    await then.close()
    return { directory, kept }
  }

  const refusalOf = async (directory: string, readOnly = false): Promise<LedgerError> =>
    rejection(openLedger({ directory, entity: 'acme', project: 'one', actor: 'anna', readOnly }))

  it('is refused, as long as it lies there, and the file stays as it is', async () => {
    const ours = await ledgerWithLog('ours', ['a', 'b', 'c', 'd', 'e', 'f'], ['g'])
    const theirs = await ledgerWithLog('theirs', ['1'], ['2'])
    const whole = await ledgerWithLog('whole', [], ['x', 'y'])
    const before = readFileSync(join(ours.directory, 'events.db'))
    for (const [index, { kept }] of [ours, theirs, whole].entries()) {
      const directory = join(folder, `mixed-${index}`)
      cpSync(ours.directory, directory, { recursive: true })
      const [path, log] = [join(directory, 'events.db'), join(directory, 'events.db-wal')]
      copyFileSync(kept, log)
      for (const readOnly of [true, false])
        expect(await refusalOf(directory, readOnly)).toMatchObject({
          code: 'damaged-store',
          message: expect.stringMatching(/events\.db-wal is not the log of .*events\.db: .*move the log away/),
        })
      expect(readFileSync(path)).toEqual(before)
      expect(readFileSync(log)).toEqual(readFileSync(kept))
      rmSync(log)
      const ledger = await open(directory)
      expect([(await ledger.moment()).position, ledger.damage]).toEqual([21, undefined])
      await ledger.close()
    }
  })

  it('is refused beside an older copy that was put back, and is not where it is the log of that', async () => {
    const directory = join(folder, 'put-back')
    const [path, log] = [join(directory, 'events.db'), join(directory, 'events.db-wal')]
    const ledger = await open(directory)
    await recorded(ledger, ['a', 'b'])
    await ledger.close()
    const older = readFileSync(path)
    const then = await open(directory)
    await recorded(then, ['c', 'd'])
    const itsLog = readFileSync(log)
    await recorded(
      then,
      Array.from({ length: 30 }, (_, n) => `${n}`),
    )
    await then.close()
    const later = await open(directory)
    await recorded(later, ['e'])
    const newer = readFileSync(log)
    await later.close()

    writeFileSync(path, older)
    writeFileSync(log, newer)
    expect(await refusalOf(directory)).toMatchObject({ code: 'damaged-store' })
    writeFileSync(log, itsLog)
    const reader = await openLedger({ directory, readOnly: true })
    expect(reader.damage).toMatchObject({ _tag: 'history-lost', loss: { found: { position: 9 } } })
    await reader.close()
  })
})
