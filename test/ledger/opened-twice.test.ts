/** One directory, opened twice in one process, as a development server does that loads a program anew. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../index.js'
import { text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'opened-twice-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const opened = (actor: string) =>
  openLedger({ directory: join(folder, 'ledger'), actor, entity: 'acme', project: 'animals' })

describe('a directory that is opened twice in one process', () => {
  it('is one ledger: both write at once, each sees what the other wrote, and closing one leaves the other', async () => {
    const [anna, ben] = await Promise.all([opened('anna'), opened('ben')])
    const log = (ledger: typeof anna, bytes: string) =>
      ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
    const numbers = Array.from({ length: 12 }, (_, index) => index)
    const receipts = await Promise.all(numbers.map((number) => log(number % 2 === 0 ? anna : ben, `${number}`)))
    expect(receipts.map(({ version }) => version).toSorted((a, b) => a - b)).toEqual(numbers)
    for (const ledger of [anna, ben]) expect((await ledger.artifact('cats')).versionCount).toBe(12)

    await anna.moveAlias({ version: 'cats:v3', alias: 'best', expect: 'absent' })
    expect(await ben.resolve('cats:best')).toMatchObject({ version: 3 })
    await expect(ben.moveAlias({ version: 'cats:v4', alias: 'best', expect: 'absent' })).rejects.toMatchObject({
      code: 'alias-expectation-failed',
      error: { holder: { by: 'anna' } },
    })

    await anna.close()
    expect((await log(ben, 'last')).version).toBe(12)
    const again = await opened('anna')
    expect(await again.resolve('cats')).toMatchObject({ version: 12 })
    expect(await ben.verify()).toMatchObject({ damagedEvents: [], damagedStore: [], damaged: [], versions: 13 })
    await Promise.all([again.close(), ben.close()])
  })
})
