import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { ORIGIN } from '../../domain/ports/event-store.js'
import { LedgerError, openLedger } from '../../index.js'
import { campaignOfThisFile } from '../support/campaign.js'
import { deliver, prepare } from '../support/deliveries.js'
import { killed, startScript } from '../support/sqlite-processes.js'
import { openSqlite } from '../support/sqlite-store.js'

const campaign = campaignOfThisFile()

const folder = mkdtempSync(join(tmpdir(), 'ledger-deliveries-'))
afterAll(() => rmSync(folder, { recursive: true }))

const KILLS = campaign.rounds(200)
const COMMANDS = Math.max(72, KILLS * 3)

it('a command that a queue delivers again and again, to two processes that are killed, acts once', async () => {
  const directory = join(folder, 'ledger')
  const setting = { directory, actor: 'auditor', entity: 'acme', project: 'queue' }
  const first = await openLedger(setting)
  await prepare(first)
  await first.close()

  const receipts = new Map<number, unknown>()
  let deliveries = 0
  let started = 0
  const keep = ([, ...lines]: ReadonlyArray<string>): void => {
    for (const line of lines) {
      const { number, receipt }: { number: number; receipt: unknown } = JSON.parse(line)
      deliveries += 1
      // Whoever it is delivered to, and however late: the receipt is the first one.
      if (receipts.has(number)) expect(receipt).toEqual(receipts.get(number))
      else receipts.set(number, receipt)
    }
  }
  const startOne = () =>
    startScript('ledger-deliverer', [directory, `p${started++}`, `${campaign.seed}`, `${COMMANDS}`])
  const killOneAfterTheOther = async (): Promise<void> => {
    while (started < KILLS) keep(await killed(startOne(), campaign.random, 25))
  }
  await Promise.all([killOneAfterTheOther(), killOneAfterTheOther()])

  const ledger = await openLedger(setting)
  const { position } = await ledger.moment()
  for (const [number, receipt] of receipts) {
    expect(JSON.parse(JSON.stringify(await deliver(ledger, number)))).toEqual(receipt)
  }
  expect(await ledger.moment(), 'a repeated command was recorded').toMatchObject({ position })

  // What nobody was told of, because its process was killed, is repeated all the same.
  for (let number = 0; number < COMMANDS; number++) {
    if (receipts.has(number)) continue
    const outcome = await deliver(ledger, number).catch((error: unknown) => error)
    if (outcome instanceof Error && !(outcome instanceof LedgerError)) throw outcome
  }
  expect((await ledger.verify()).damaged).toEqual([])
  await ledger.close()

  // In each stream the events of a command stand together, once; and many commands changed nothing.
  const store = await openSqlite({ path: join(directory, 'events.db') })
  const ended = new Set<string>()
  const last = new Map<string, string>()
  let accepted = 0
  for await (const page of store.readAll(ORIGIN)) {
    for (const { stream, type, metadata } of page) {
      const { commandId }: { commandId: string } = JSON.parse(metadata)
      const before = last.get(stream)
      if (before !== commandId) {
        expect(ended.has(`${stream} ${commandId}`), `${commandId} came twice in ${stream}`).toBe(false)
        if (before !== undefined) ended.add(`${stream} ${before}`)
        last.set(stream, commandId)
      }
      if (type === 'CommandAccepted') accepted += 1
    }
  }
  await store.close()
  expect(deliveries).toBeGreaterThan(receipts.size)
  expect(accepted).toBeGreaterThan(0)
})
