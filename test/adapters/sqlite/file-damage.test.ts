/** A file that is not whole: said as that when it is opened where that costs nothing, else when it is first read. */
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
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
