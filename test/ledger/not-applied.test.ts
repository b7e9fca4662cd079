/** Content that is there already: what is said with it is not applied, and the receipt says so. */
import { describe, expect, it } from 'vitest'
import { memoryLedger, text } from '../support/ledger-memory.js'

const said = { description: 'again', metadata: { n: 1 }, tags: ['small', 'new'] }
const content = text('A')
const given = { name: 'cats', type: 'model', content }

describe('what is said of content that was there already', () => {
  it('is named by the receipt where the version says otherwise, also when the command is repeated', async () => {
    const { ledger } = await memoryLedger()
    expect(await ledger.logArtifact({ ...given, ...said, description: 'first', tags: ['small'] })).not.toHaveProperty(
      'notApplied',
    )
    const again = { ...given, ...said, commandId: 'again' }
    const receipt = await ledger.logArtifact(again)
    expect(receipt).toMatchObject({ version: 0, isNew: false, notApplied: ['description', 'tags'] })
    expect(await ledger.resolve('cats')).toMatchObject({ description: 'first', metadata: { n: 1 }, tags: ['small'] })

    await ledger.describe({ version: 'cats:v0', description: 'again' })
    await ledger.tag({ version: 'cats:v0', tags: ['new'] })
    expect(await ledger.logArtifact({ ...given, ...said })).toMatchObject({ isNew: false, events: [] })
    expect(await ledger.logArtifact(again)).toEqual(receipt)

    const { items } = await ledger.history({ of: 'cats:v0' })
    expect(items.map(({ what }) => what).join('\n')).toContain('with description and tags that were not applied')
    await ledger.logArtifact({ ...given, tags: ['large'] })
    const { items: [last] = [] } = await ledger.history({ of: 'cats:v0', limit: 1 })
    expect(last?.what).toContain('with tags that were not applied')
    expect(await ledger.verify()).toMatchObject({ damagedEvents: [] })
    await ledger.close()
  })

  it('is named of what linkModel logs, of a draft, and of a distributed version', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact(given)
    const notApplied = ['description', 'metadata', 'tags']
    const { source } = await ledger.linkModel({ ...said, content, to: 'Pets', name: 'cats' })
    expect(source).toMatchObject({ version: 0, notApplied })
    expect(await (await ledger.newDraft('cats:v0')).log(said)).toMatchObject({ version: 0, notApplied })
    const shards = { ...given, distributedId: 'night' }
    await ledger.upsertDistributed(shards)
    const { content: _, ...commit } = shards
    expect(await ledger.commitDistributed({ ...commit, ...said })).toMatchObject({ version: 0, notApplied })
    expect(await ledger.resolve('cats')).toMatchObject({ description: null, metadata: null, tags: [] })
    await ledger.close()
  })
})
