/** The stand-in answers as the servers do that were asked, of both kinds. A real one is asked by test/support/eventstoredb/probe.ts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { LedgerClient } from '../../../adapters/eventstoredb/client.js'
import { type Connection, readConnectionString } from '../../../adapters/eventstoredb/connection-string.js'
import { Asking } from '../../support/eventstoredb/asking.js'
import { newEvent } from '../../support/eventstoredb/open-store.js'
import { differences } from '../../support/eventstoredb/questions.js'
import { StandIn, type StandInOptions } from '../../support/eventstoredb/stand-in.js'

let standIn: StandIn | undefined
afterEach(async () => {
  await standIn?.stop()
  standIn = undefined
})

const pem = (name: string): string =>
  fileURLToPath(new URL(`../../support/eventstoredb/localhost.${name}`, import.meta.url))
const login = { username: 'admin', password: 'changeit' }
const secured = { certificate: readFileSync(pem('crt')), key: readFileSync(pem('key')), login }

const connected = async (options: StandInOptions): Promise<Connection> => {
  standIn = await StandIn.start({ secured, ...options })
  const string = `${standIn.connectionString('admin:changeit@')}&tlsCAFile=${encodeURIComponent(pem('crt'))}`
  const connection = readConnectionString(string)
  if (connection._tag === 'Left') throw new Error(connection.left.reason)
  return connection.right
}

describe('what a server answers', () => {
  it.each(['23.10.6', '25.0.0'])('the stand-in for %s answers, too', async (version) => {
    expect(await differences(await connected({ version }))).toEqual({ asked: 72, differences: [] })
  })
})

describe('the stand-in', () => {
  const own = (name: string) => ({ ...newEvent(), json: true, data: Buffer.from(name), metadata: Buffer.from('{}') })

  it('has a million events of others for nothing, and goes past them with thousands of checkpoints', async () => {
    standIn = await StandIn.start()
    standIn.log.append('ledger:a', 'no_stream', [own('1')])
    standIn.log.others(500_000)
    standIn.log.append('ledger:a', 0, [own('2')])
    standIn.log.others(500_000)
    standIn.log.append('ledger:a', 1, [own('3')])
    const client = EventStoreDBClient.connectionString(standIn.connectionString())
    const filter = streamNameFilter({ prefixes: ['ledger:'], checkpointInterval: 32 })
    const events = client.subscribeToAll({ fromPosition: START, filter })
    const data: unknown[] = []
    for await (const { event } of events) if (data.push(event?.data) === 3) break
    expect(data).toEqual([1, 2, 3])
    expect(standIn.seen.checkpoints).toBe(Math.floor(1_000_000 / 1024))
    await client.dispose()
  })

  it('refuses an event that exceeds MaxAppendEventSize, counted as it is written', async () => {
    const connection = await connected({ version: '25.0.0', maxAppendEventSize: 1000 })
    const client = new LedgerClient(connection)
    const sized = (data: number) => new Asking(connection, client).append('none', 'a', { data })
    expect([await sized(988), await sized(989)]).toEqual([
      'at 0',
      expect.stringMatching(
        /^3 INVALID_ARGUMENT: Event with Id: \S+, Size: 1001, exceeds Maximum Append Event Size of 1000\.$/,
      ),
    ])
    await client.disconnect()
  })

  it('forgets by a scavenge what nobody is shown, but for the last event of a stream, and still knows the places', async () => {
    standIn = await StandIn.start()
    const { log } = standIn
    log.append('ledger:a', 'no_stream', [own('1'), own('2'), own('3')])
    const places = log.stream('ledger:a').map(({ position }) => position)
    log.softDelete('ledger:a')
    log.scavenge()
    expect(log.stream('ledger:a').map(({ revision }) => revision)).toEqual([2])
    expect(places.map((place) => [log.isPlace(place), log.isPlace(place + 1)])).toEqual(places.map(() => [true, false]))
    expect(log.append('ledger:a', 'no_stream', [own('4')])).toMatchObject({ revision: 3 })
  })
})
