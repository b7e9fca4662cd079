/** Events as earlier versions wrote them: they are read, decided on, repeated and exported as if they were written today. */
import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { giveEveryCommand } from '../support/domain-history.js'
import { eventsIn, openTestLedger } from '../support/domain-ledger.js'
import { type Forged, forgeable, forgedExport } from '../support/forged-export.js'
import { memoryLedger } from '../support/ledger-memory.js'

/** How an event was written once. */
const ONCE: Readonly<Record<string, (event: Forged) => Forged>> = {
  // Version 1 told of the description alone.
  RegisteredModelDescribed: (event) => ({
    ...event,
    data: Object(event.data['description']),
    metadata: { ...event.metadata, schema: 1 },
  }),
}

describe('a registered model that was described by an earlier version', () => {
  const described = { name: 'pets', description: 'all of them', commandId: 'once' }
  const earlier = async () => {
    const { ledger, events } = await memoryLedger()
    await ledger.createRegisteredModel({ name: 'pets', type: 'model', description: 'some' })
    const receipt = await ledger.describeRegisteredModel(described)
    const lines = forgedExport(
      (await eventsIn(events)).map(forgeable).map((event) => ONCE[event.type]?.(event) ?? event),
    )
    await ledger.close()
    const { ledger: today } = await memoryLedger()
    await today.importEvents(lines)
    return { today, receipt, lines }
  }

  it('is what it said', async () => {
    const { today, receipt, lines } = await earlier()
    expect(lines.join('')).toContain('{"from":"some","to":"all of them"}')
    expect(await today.registeredModel('pets')).toMatchObject({ description: 'all of them', metadata: null })
    expect(await today.at(1).registeredModel('pets')).toMatchObject({ description: 'some' })
    const { items } = await today.history({ of: 'model-registry/pets', limit: 1 })
    expect(items[0]).toMatchObject({
      what: 'changed the description of acme/model-registry/pets',
      before: { description: 'some' },
      after: { description: 'all of them' },
    })
    expect(await today.describeRegisteredModel(described)).toMatchObject({ events: receipt.events, position: 2 })
    await today.close()
  })

  it('is described anew', async () => {
    const { today } = await earlier()
    await today.describeRegisteredModel({ name: 'pets', description: null, metadata: { owner: 'anna' } })
    expect(await today.registeredModel('pets')).toMatchObject({ description: null, metadata: { owner: 'anna' } })
    expect(await today.verify()).toMatchObject({ damaged: [] })
    const { ledger: copy } = await memoryLedger()
    await copy.importEvents(today.exportEvents())
    expect(await copy.registeredModel('pets')).toEqual(await today.registeredModel('pets'))
    expect(await copy.describeRegisteredModel(described)).toMatchObject({ position: 2 })
    await copy.close()
    await today.close()
  })

  it('by a command that is the same command today', async () => {
    const golden: { readonly metadata: string } = JSON.parse(
      readFileSync(new URL('../golden/RegisteredModelDescribed.v1.json', import.meta.url), 'utf8'),
    )
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const today = (await eventsIn(ledger.store)).find(({ type }) => type === 'RegisteredModelDescribed')
    const digestIn = (metadata = '{}') => JSON.parse(metadata).commandDigest
    expect(digestIn(today?.metadata)).toBe(digestIn(golden.metadata))
  })
})
