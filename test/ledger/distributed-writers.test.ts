/** A commit says whom it expects, and everything that tells of the version says who was there. */
import { describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const checkpoint = { name: 'checkpoint', type: 'model', distributedId: 'step-100' }
const ranks = (count: number) => Array.from({ length: count }, (_, rank) => `rank-${rank}`)

/** Each of them brings a shard. */
const bring = async (ledger: Ledger, writers: ReadonlyArray<string>) => {
  for (const writer of writers) {
    await ledger.upsertDistributed({ ...checkpoint, writer, content: text(`of ${writer}`, `${writer}.bin`) })
  }
}

describe('a commit that expects eight writers', () => {
  it('is refused where seven came, with how many and who', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(7))
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: 8 }))).toMatchObject({
      code: 'writers-not-as-expected',
      message:
        'generation 0 was expected to have 8 writers, and it has 7: rank-0, rank-1, rank-2, rank-3, rank-4, rank-5, rank-6',
      error: { expected: 8, came: ranks(7), missing: [], unexpected: [] },
    })
    await expect(ledger.resolve('checkpoint')).rejects.toMatchObject({ code: 'version-not-found' })
    // Nothing is lost: who was missing comes, and the commit goes through.
    await bring(ledger, ['rank-7'])
    expect(await ledger.commitDistributed({ ...checkpoint, writers: 8 })).toMatchObject({
      version: 0,
      generation: 0,
      writers: ranks(8),
    })
    await ledger.close()
  })

  it('is refused where nine came', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(9))
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: 8 }))).toMatchObject({
      message: expect.stringMatching(/^generation 0 was expected to have 8 writers, and it has 9: rank-0, .*rank-8$/),
    })
    await ledger.close()
  })

  it('says who is missing, and who came unexpectedly, where it names them', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, [...ranks(3), 'rank-5', 'stray'])
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: ranks(6) }))).toMatchObject({
      code: 'writers-not-as-expected',
      message:
        'generation 0 is without rank-3, rank-4; and stray was not expected: name them among the writers if they may be there',
      error: { expected: ranks(6), missing: ['rank-3', 'rank-4'], unexpected: ['stray'] },
    })
    await bring(ledger, ['rank-3', 'rank-4'])
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: ranks(6) }))).toMatchObject({
      message: 'generation 0 has stray, who was not expected: name them among the writers if they may be there',
    })
    const writers = ['stray', ...ranks(6)]
    expect(await ledger.commitDistributed({ ...checkpoint, writers })).toMatchObject({ version: 0 })
    await ledger.close()
  })

  it('counts who brings a part with the commit', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(7))
    const last = { ...checkpoint, writer: 'rank-7', content: text('of rank-7', 'rank-7.bin') }
    expect(await ledger.commitDistributed({ ...last, writers: ranks(8) })).toMatchObject({ writers: ranks(8) })
    expect(
      await rejection(ledger.commitDistributed({ ...last, writer: 'coordinator', writers: ranks(8) })),
    ).toMatchObject({ error: { missing: ranks(8), unexpected: ['coordinator'] } })
    await ledger.close()
  })

  it('counts a writer once, however many parts came of it', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ['rank-0', 'rank-1', 'rank-0'])
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: 3 }))).toMatchObject({
      error: { came: ['rank-0', 'rank-1'] },
    })
    await ledger.close()
  })

  it('counts the writers of its own generation alone', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(2))
    await ledger.commitDistributed({ ...checkpoint, writers: 2 })
    await bring(ledger, ['rank-0'])
    expect(await rejection(ledger.commitDistributed({ ...checkpoint, writers: 2 }))).toMatchObject({
      message: 'generation 1 was expected to have 2 writers, and it has 1: rank-0',
    })
    await ledger.close()
  })

  it.each([
    ['no writer', 0],
    ['half a writer', 1.5],
    ['nobody', []],
    ['a text', 'rank-0'],
    ['a writer without a name', ['rank-0', '']],
  ])('refuses %s in words', async (_what, writers) => {
    const { ledger } = await memoryLedger()
    const given: object = { ...checkpoint, writers }
    expect(await rejection(ledger.commitDistributed(given as typeof checkpoint))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/writers.*: expected /),
    })
    await ledger.close()
  })
})

describe('the writers of a distributed version', () => {
  it('are told by the receipt, also of a repeated commit, whoever was expected', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ['rank-1', 'rank-0'])
    const commit = { ...checkpoint, commandId: 'commit' }
    const receipt = await ledger.commitDistributed(commit)
    expect(receipt.writers).toEqual(['rank-1', 'rank-0'])
    await bring(ledger, ['rank-2'])
    expect(await ledger.commitDistributed(commit)).toEqual(receipt)
    await ledger.close()
  })

  it('are told by the version, now, as of then, and through a link', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(2))
    const { position } = await ledger.commitDistributed(checkpoint)
    await ledger.link({ version: 'checkpoint:v0', to: 'm' })
    await bring(ledger, ['rank-9'])
    await ledger.commitDistributed(checkpoint)
    const distributed = { distributedId: 'step-100', generation: 0, writers: ranks(2) }
    expect(await ledger.resolve('checkpoint:v0')).toMatchObject({ distributed })
    expect(await ledger.version('m:v0')).toMatchObject({ distributed })
    expect(await ledger.at(position).version('checkpoint:v0')).toMatchObject({ distributed })
    expect(await ledger.resolve('checkpoint:v1')).toMatchObject({
      distributed: { generation: 1, writers: ['rank-9'] },
    })
    await ledger.close()
  })

  it('are told by the line of the audit', async () => {
    const { ledger } = await memoryLedger()
    await bring(ledger, ranks(2))
    await ledger.commitDistributed(checkpoint)
    const lines = (await ledger.history({ of: { draft: 'checkpoint', distributedId: 'step-100', generation: 0 } }))
      .items
    expect(lines.map(({ what }) => what).find((what) => what.startsWith('sealed'))).toMatch(
      / of 2 writers \(rank-0, rank-1\)$/,
    )
    await ledger.close()
  })

  it('are only counted in the seal where their names would fill the event', async () => {
    const { ledger } = await memoryLedger()
    const writers = Array.from({ length: 600 }, (_, at) => `${at}`.padStart(128, 'w'))
    await Promise.all(
      writers.map((writer) => ledger.upsertDistributed({ ...checkpoint, writer, content: text('the same') })),
    )
    const receipt = await ledger.commitDistributed({ ...checkpoint, writers: 600 })
    expect(new Set(receipt.writers)).toEqual(new Set(writers))
    expect((await ledger.resolve('checkpoint')).distributed?.writers).toEqual(receipt.writers)
    const lines = await ledger.history({
      of: { draft: 'checkpoint', distributedId: 'step-100', generation: 0 },
      limit: 2,
    })
    expect(lines.items.map(({ what }) => what).join()).toMatch(/of 600 writers$|of 600 writers,/)
    await ledger.close()
  })
})
