/** A file that is not whole: said as that when it is opened where that costs nothing, else when it is first read. */
import { copyFileSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { type Ledger, LedgerError, openLedger } from '../../../index.js'
import { event, standingAt } from '../../../testing/event-store/world.js'
import { cutOff, flipBit, PAGE, sizeOf, zeroPage } from '../../support/flips.js'
import { openSqlite } from '../../support/sqlite-store.js'

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

describe('a log that lies beside the file of another', () => {
  const open = (directory: string): Promise<Ledger> =>
    openLedger({ directory, entity: 'acme', project: 'one', actor: 'anna' })
  const log = async (ledger: Ledger, versions: ReadonlyArray<string>): Promise<void> => {
    for (const bytes of versions)
      await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes, as: 'a.txt' }] })
  }
  /** A ledger, and a log of it as a crash leaves it. */
  const ledgerWithLog = async (name: string, before: ReadonlyArray<string>, last: ReadonlyArray<string>) => {
    const directory = join(folder, name)
    const first = await open(directory)
    await log(first, before)
    await first.close()
    const then = await open(directory)
    await log(then, last)
    const kept = join(folder, `${name}-wal`)
    copyFileSync(join(directory, 'events.db-wal'), kept)
    await log(then, ['and', 'so', 'on'])
    await then.close()
    return { directory, kept }
  }

  const whyNothingIsRecorded = async (directory: string): Promise<string> => {
    try {
      const ledger = await open(directory)
      await log(ledger, ['z']).finally(() => ledger.close())
      return 'something is'
    } catch (error) {
      return error instanceof LedgerError ? error.code : String(error)
    }
  }
  /** By what it does to the pages, or by what is noted of the end beside the file. */
  const TOLD = ['damaged-store', 'history-lost', 'head-of-another-ledger']

  it('is told, and nothing is recorded on it', async () => {
    const ours = await ledgerWithLog('ours', ['a', 'b', 'c', 'd', 'e', 'f'], ['g'])
    const theirs = await ledgerWithLog('theirs', ['1'], ['2'])
    const whole = await ledgerWithLog('whole', [], ['x', 'y'])
    for (const [index, { kept }] of [ours, theirs, whole].entries()) {
      const directory = join(folder, `mixed-${index}`)
      cpSync(ours.directory, directory, { recursive: true })
      copyFileSync(kept, join(directory, 'events.db-wal'))
      expect(TOLD).toContain(await whyNothingIsRecorded(directory))
    }
  })
})
