import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { startScript } from '../support/sqlite-processes.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-processes-'))
afterAll(() => rmSync(folder, { recursive: true }))

const WRITERS = Array.from({ length: 8 }, (_, index) => `writer-${index}`)
const EACH = campaign.rounds(200)

interface Logged {
  readonly writer: string
  readonly index: number
  readonly version: number
  readonly path: string
  readonly isNew: boolean
  readonly revision: number
  readonly position: number
}

describe('eight processes that log into one artifact', () => {
  it('give all versions dense numbers, lose and double none, and none of them hears of the others', async () => {
    const directory = join(folder, 'shared')
    const writers = WRITERS.map((writer) => startScript('ledger-logger', [directory, writer, String(EACH)]))
    const lines = (await Promise.all(writers.map(({ ended }) => ended))).flat()
    const receipts = lines.map((line): Logged => JSON.parse(line))

    const ledger = await openLedger({ directory, entity: 'acme', project: 'shared', readOnly: true })
    const { items: versions } = await ledger.versions('model', { limit: 10_000, order: 'ascending' })
    expect(versions.map(({ version }) => version)).toEqual(Array.from({ length: WRITERS.length * EACH }, (_, n) => n))
    expect(new Set(versions.map(({ manifest }) => manifest.digest)).size).toBe(versions.length)

    const made = versions.map(({ actor, metadata, path, created }) => ({ actor, metadata, path, at: created.position }))
    const told = receipts
      .toSorted((one, other) => one.version - other.version)
      .map(({ writer, index, path }) => ({ actor: writer, metadata: { writer, index }, path }))
    expect(made.map(({ actor, metadata, path }) => ({ actor, metadata, path }))).toEqual(told)
    expect(receipts.every(({ isNew }) => isNew)).toBe(true)
    // A receipt ends with the version's last event: `latest` moves with every one.
    for (const { version, position } of receipts) expect(position).toBeGreaterThan(made[version]?.at ?? Number.NaN)
    expect(new Set(receipts.map(({ revision }) => revision)).size).toBe(receipts.length)

    expect((await ledger.artifact('model')).aliases).toEqual({ latest: versions.length - 1 })
    expect(await ledger.resolve('model')).toEqual(versions.at(-1))
    await ledger.close()
  })
})
