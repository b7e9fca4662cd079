import { describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { HistoryDamage } from '../../domain/ports/history-damage.js'
import { LedgerId } from '../../domain/ports/ledger-id.js'
import { decoded } from '../support/decoded.js'
import { loss } from '../support/domain-samples.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call, METHODS } from '../support/ledger-methods.js'
import { HISTORY_LOST, losing } from '../support/losing-store.js'

const cats = { name: 'cats', type: 'model', content: text('one') }

/** A ledger of which events are lost, and the stores below it. */
const losingLedger = async (damage?: HistoryDamage, readOnly = false) => {
  const [store, files] = [memoryEventStore(), memoryFileStore()]
  const before = await memoryLedger({ events: store, files })
  await before.ledger.logArtifact({ ...cats, aliases: ['best'] })
  const events: EventStore = losing(store, damage)
  return { ...(await memoryLedger({ events, files, readOnly })), files, store }
}

const stored = async (files: ReturnType<typeof memoryFileStore>): Promise<number> => {
  let count = 0
  for await (const page of files.list('file')) count += page.length
  return count
}

describe('a ledger of which events are lost', () => {
  it('says which, and answers from what is there', async () => {
    const { ledger } = await losingLedger()
    expect(ledger.damage).toEqual(HISTORY_LOST)
    expect(Object.isFrozen(ledger.damage)).toBe(true)
    expect(await ledger.resolve('cats:best')).toMatchObject({ version: 0 })
    await ledger.close()
  })

  it.each(Object.entries(METHODS).filter(([method]) => method !== 'acceptLoss'))(
    'refuses %s, and keeps neither an event nor content of it',
    async (method, { required }) => {
      const { ledger, files, store } = await losingLedger()
      const before = [await store.head()(), await stored(files)]
      const { code, message } = await rejection(call(ledger, method, required))
      expect([code, message]).toEqual([
        'history-lost',
        expect.stringContaining('the store has lost the events at the positions 101 to 110: 110 events were recorded'),
      ])
      expect([await store.head()(), await stored(files)]).toEqual(before)
      await ledger.close()
    },
  )

  it('refuses a command as it stands, also one that would change nothing; an import; and a collection', async () => {
    const { ledger } = await losingLedger()
    const collection = { entity: 'acme', project: 'animals', name: 'cats' }
    const command = { type: 'MoveAlias', collection, alias: 'best', version: 0 }
    const { ledger: other } = await memoryLedger()
    for (const refused of [
      ledger.execute({ commandId: 'c', actor: 'anna', command }),
      ledger.collectable(),
      ledger.collectGarbage({ files: [], bytes: 0 }),
    ]) {
      expect(await rejection(refused)).toMatchObject({ code: 'history-lost' })
    }
    await other.close()
    await ledger.close()
  })

  it('goes on when the loss is accepted, and tells of it for ever', async () => {
    const { ledger } = await losingLedger()
    const given = { reason: 'the disk failed', commandId: 'give up' }
    const receipt = await ledger.acceptLoss(given)
    expect(receipt).toMatchObject({ stream: 'losses-ledger', events: [{ type: 'LossAccepted', ...loss }] })
    expect(ledger.damage).toBeUndefined()
    expect(await ledger.acceptLoss(given)).toEqual(receipt)
    expect(await ledger.logArtifact({ ...cats, content: text('two') })).toMatchObject({ path: 'acme/animals/cats:v1' })

    const [line] = (await ledger.history({ types: ['LossAccepted'] })).items
    expect(line).toMatchObject({
      subject: 'the ledger',
      what: 'gave up the events at the positions 101 to 110 for lost',
      actor: 'anna',
      reason: 'the disk failed',
      before: loss.noted,
      after: loss.found,
    })
    const again = await rejection(ledger.acceptLoss({ reason: 'once more' }))
    expect([again.code, again.message]).toEqual([
      'nothing-lost',
      expect.stringMatching(
        /^no event is missing that was noted; the last loss was accepted by anna, recorded at .*Z: there is/,
      ),
    ])
    expect((await ledger.verify()).damagedEvents).toEqual([])
    await ledger.close()
  })

  it('keeps the acceptance in an export', async () => {
    const { ledger } = await losingLedger()
    await ledger.acceptLoss({ reason: 'the disk failed' })
    const { ledger: copy } = await memoryLedger()
    await copy.importEvents(ledger.exportEvents())
    const asked = { types: ['LossAccepted' as const] }
    expect((await copy.history(asked)).items).toHaveLength(1)
    expect(copy.damage).toBeUndefined()
    await ledger.close()
    await copy.close()
  })

  it('wants to be told why', async () => {
    const { ledger } = await losingLedger()
    expect(await rejection(call(ledger, 'acceptLoss', {}))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringContaining('reason: expected a reason'),
    })
    await ledger.close()
  })

  it('accepts nothing where it only answers, nor where nothing is lost', async () => {
    const { ledger: reader } = await losingLedger(undefined, true)
    expect(await rejection(reader.acceptLoss({ reason: 'r' }))).toMatchObject({ code: 'read-only' })
    await reader.close()
    const { ledger } = await memoryLedger()
    expect(ledger.damage).toBeUndefined()
    expect(await rejection(ledger.acceptLoss({ reason: 'r' }))).toMatchObject({
      code: 'nothing-lost',
      message: 'no event is missing that was noted: there is nothing to accept',
    })
    await ledger.close()
  })

  it('is told apart from one whose end was noted of another ledger', async () => {
    const ids = ['0b6c8f6e-0000-4000-8000-000000000001', '0b6c8f6e-0000-4000-8000-000000000002'] as const
    const [own, others] = [decoded(LedgerId, ids[0]), decoded(LedgerId, ids[1])]
    const { ledger } = await losingLedger({
      _tag: 'head-of-another-ledger',
      place: 'events.db',
      head: 'events.db-head',
      ledger: own,
      noted: { ...loss.noted, ledger: others },
    })
    for (const refused of [ledger.logArtifact(cats), ledger.acceptLoss({ reason: 'r' })]) {
      expect(await rejection(refused)).toMatchObject({
        code: 'head-of-another-ledger',
        message: expect.stringContaining('delete events.db-head if the events are those that you mean'),
      })
    }
    await ledger.close()
  })
})
