/** Metadata that are merged member by member, on what the caller read. */
import { describe, expect, it } from 'vitest'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const read = { lr: 0.1, net: { depth: 3, width: 9 } }

describe('metadata that are merged', () => {
  it('keep what is not named, of a version, through a link, and of a registered model', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A'), metadata: read })
    await ledger.link({ version: 'cats:v0', to: 'churn' })
    const { events } = await ledger.describe({ version: 'cats:v0', mergeMetadata: { f1: 0.9, net: { width: null } } })
    expect(events).toMatchObject([{ metadata: { from: read, to: { lr: 0.1, f1: 0.9, net: { depth: 3 } } } }])
    await ledger.describe({ version: 'model-registry/churn:v0', mergeMetadata: { lr: null } })
    expect((await ledger.version('cats:v0')).metadata).toEqual({ f1: 0.9, net: { depth: 3 } })
    expect((await ledger.describe({ version: 'cats:v0', mergeMetadata: { f1: 0.9, lr: null } })).events).toEqual([])

    await ledger.describeRegisteredModel({ name: 'churn', mergeMetadata: { owner: 'anna' } })
    await ledger.describeRegisteredModel({ name: 'churn', mergeMetadata: { team: 'growth' } })
    expect((await ledger.registeredModel('churn')).metadata).toEqual({ owner: 'anna', team: 'growth' })
    await ledger.close()
  })

  it('are refused where somebody changed them since they were read, with who and when', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A'), metadata: read })
    const expecting = { version: 'cats:v0', expectMetadata: read }
    await ledger.describe({ ...expecting, mergeMetadata: { f1: 0.9 }, actor: 'ben' })
    const refused = await rejection(ledger.describe({ ...expecting, mergeMetadata: { f1: 0.8 } }))
    expect(refused).toMatchObject({
      code: 'metadata-changed',
      error: { version: 0, changed: { by: 'ben' } },
      message: expect.stringMatching(
        /^the metadata of acme\/animals\/cats:v0 are no longer .* said by ben, recorded at /,
      ),
    })
    expect((await ledger.version('cats:v0')).metadata).toMatchObject({ f1: 0.9 })
    expect(
      await rejection(ledger.describe({ version: 'cats:v0', metadata: { lr: 1 }, expectMetadata: null })),
    ).toMatchObject({ code: 'metadata-changed' })

    await ledger.createRegisteredModel({ name: 'churn', type: 'model' })
    await ledger.describeRegisteredModel({
      name: 'churn',
      mergeMetadata: { f1: 1 },
      expectMetadata: null,
      actor: 'ben',
    })
    expect(
      await rejection(
        ledger.describeRegisteredModel({ name: 'churn', mergeMetadata: { f1: 2 }, expectMetadata: null }),
      ),
    ).toMatchObject({ code: 'metadata-changed', error: { version: null, changed: { by: 'ben' } } })
    await ledger.close()
  })

  it('lose no change of two who merge at once', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('A') })
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((key) => ledger.describe({ version: 'cats:v0', mergeMetadata: { [key]: 1 } })),
    )
    expect((await ledger.version('cats:v0')).metadata).toEqual({ a: 1, b: 1, c: 1, d: 1 })
    await ledger.close()
  })
})
