/** The stand-in answers as the servers do that were asked, of both kinds. A real one is asked by test/support/eventstoredb/probe.ts. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { EventStoreDBClient, START, streamNameFilter } from '@eventstore/db-client'
import { afterEach, describe, expect, it } from 'vitest'
import { readConnectionString } from '../../../adapters/eventstoredb/connection-string.js'
import { newEvent } from '../../support/eventstoredb/open-store.js'
import { differences, QUESTIONS } from '../../support/eventstoredb/questions.js'
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

const asked = async (options: StandInOptions) => {
  standIn = await StandIn.start({ secured, ...options })
  const string = `${standIn.connectionString('admin:changeit@')}&tlsCAFile=${encodeURIComponent(pem('crt'))}`
  const connection = readConnectionString(string)
  if (connection._tag === 'Left') throw new Error(connection.left.reason)
  return differences(connection.right)
}

describe('what a server answers', () => {
  it.each(['23.10.6', '25.0.0'])('the stand-in for %s answers, too', async (version) => {
    expect(await asked({ version })).toEqual([])
    expect(Object.values(QUESTIONS).flat().length).toBeGreaterThan(60)
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
