import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { inspect, promisify } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type EventStoreDbOptions, eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { ORIGIN } from '../../../domain/ports/event-store.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { all, DEFAULT_PATIENCE, newEvent, openStore, SHORT } from '../../support/eventstoredb/open-store.js'
import { resources } from '../../support/eventstoredb/resources.js'

const certificatePath = fileURLToPath(new URL('../../support/eventstoredb/localhost.crt', import.meta.url))
const keyPath = fileURLToPath(new URL('../../support/eventstoredb/localhost.key', import.meta.url))
const secured = { certificate: readFileSync(certificatePath), key: readFileSync(keyPath) }
const trusting = `&tlsCAFile=${encodeURIComponent(certificatePath)}`

const PASSWORD = 'pa:ss@w0rd/?%'
const login = { username: 'ad min', password: PASSWORD }
const written = `${encodeURIComponent(login.username)}:${encodeURIComponent(PASSWORD)}@`

const { open, start } = resources()
let printed: string[] = []
beforeEach(() => {
  printed = []
  for (const method of ['log', 'info', 'warn', 'error', 'debug'] as const) {
    vi.spyOn(console, method).mockImplementation((...args) => void printed.push(inspect(args)))
  }
})
// Before what is open is closed.
afterEach(() => {
  vi.restoreAllMocks()
})

/** For what a server must say before it is given up on, on a busy machine too. */
const PATIENT = { timeout: 2000, patience: 4000 }

const failed = async (connectionString: string, options?: EventStoreDbOptions) => {
  const store = await eventStoreDb(connectionString, { ...SHORT, patience: 300, ...options })()
  if (E.isRight(store)) open.push(store.right)
  return E.isLeft(store) ? store.left : undefined
}

describe('opening a store on EventStoreDB', () => {
  it.each([
    ['', /must be esdb:\/\//],
    ['http://localhost:2113', /must be esdb:\/\//],
    ['esdb:/localhost', /must be esdb:\/\//],
    ['esdb://', /host 1 must be a name/],
    ['esdb://a b', /host 1 must be a name/],
    ['esdb://localhost,:2113', /host 2 must be a name/],
    ['esdb://localhost:port', /host 1 must be a name/],
    ['esdb://localhost:70000', /host 1 must be a name/],
    ['esdb://admin@localhost', /must be user:password/],
    ['esdb://:secret@localhost', /must be user:password/],
    ['esdb://admin:%E0%A4@localhost', /must be user:password/],
    ['esdb://localhost?tls=off', /option tls must be true or false/],
    ['esdb://localhost?tls=false&Keep_Alive-Interval=x', /option keepAliveInterval must be a whole number from -1/],
    ['esdb://localhost?defaultDeadline=0', /option defaultDeadline must be a whole number from 1/],
    ['esdb://localhost?tls=true&colour=red', /option 2 is none of tls, tlsCAFile/],
    ['esdb://localhost?toString=1', /option 1 is none of/],
    ['esdb://localhost?nodePreference=follower', /option nodePreference must be leader/],
    ['esdb://localhost?tlsVerifyCert=false', /option tlsVerifyCert must be true/],
    ['esdb://localhost?throwOnAppendFailure=false', /option throwOnAppendFailure must be true/],
    ['esdb://localhost?connectionName=%', /option connectionName must be a text/],
    ['esdb://localhost?tlsCAFile=/missing.crt', /option tlsCAFile must name a PEM file .*\/missing\.crt \(ENOENT\)/],
    [`esdb://localhost?userCertFile=${certificatePath}`, /userCertFile and userKeyFile go together/],
    [`esdb://localhost?userCertFile=${keyPath}&userKeyFile=${keyPath}`, /must hold certificates and a key in PEM form/],
  ])('says what is wrong with "%s"', async (connectionString, reason) => {
    expect(await failed(connectionString)).toMatchObject({
      _tag: 'bad-connection-string',
      reason: expect.stringMatching(reason),
    })
  })

  it('refuses a user without TLS, whom the client would leave out', async () => {
    const standIn = await start()
    expect(await failed(standIn.connectionString(written))).toMatchObject({
      _tag: 'bad-connection-string',
      reason: expect.stringMatching(/tls=false and a user do not go together.*remove tls=false.*or remove the user/),
    })
  })

  it.each<[EventStoreDbOptions, RegExp]>([
    [{ ledger: 'a:b' }, /ledger must be/],
    [{ ledger: '' }, /ledger must be/],
    [{ timeout: 0 }, /timeout must be more than 0/],
    [{ timeout: 100, patience: 199 }, /patience must be at least twice the timeout/],
    [{ patience: Number.NaN }, /patience: expected a number of milliseconds/],
  ])('says what is wrong with the options %j', async (options, reason) => {
    expect(await failed('esdb://localhost', options)).toMatchObject({
      _tag: 'bad-option',
      reason: expect.stringMatching(reason),
    })
  })

  it('gives up in time on a server that is gone, or says nothing', async () => {
    const standIn = await start()
    const unreachable = {
      _tag: 'unreachable',
      reason: expect.stringContaining(`127.0.0.1:${standIn.nodes[0]?.gate.port}`),
    }
    const before = performance.now()
    for (const { gate } of standIn.nodes) gate.freeze()
    expect(await failed(standIn.connectionString())).toMatchObject(unreachable)
    await standIn.refuse()
    expect(await failed(standIn.connectionString())).toMatchObject(unreachable)
    const { port } = standIn.nodes[0]?.gate ?? expect.fail()
    expect(await failed(`esdb+discover://127.0.0.1:${port}?tls=false`)).toMatchObject(unreachable)
    expect(performance.now() - before).toBeLessThan(DEFAULT_PATIENCE)
  })

  it('waits for a server that is about to come', async () => {
    const standIn = await start()
    await standIn.refuse()
    const opening = openStore(standIn.connectionString(), { patience: 60_000 })
    await new Promise((resolve) => setTimeout(resolve, 200))
    await standIn.accept()
    open.push(await opening)
  })

  it('refuses a server before 23.10', async () => {
    const standIn = await start({ version: '22.10.3.0' })
    expect(await failed(standIn.connectionString(), PATIENT)).toMatchObject({
      _tag: 'unsupported-server',
      reason: expect.stringMatching(/version 22\.10\.3\.0: 23\.10 or later is needed/),
    })
    const newer = await start({ version: '26.1.0.2' })
    open.push(await openStore(newer.connectionString()))
  })
})

describe('a secured server', () => {
  it('is used with user and password', async () => {
    const standIn = await start({ secured: { ...secured, login } })
    const store = await openStore(standIn.connectionString(written) + trusting)
    open.push(store)
    expect(await store.append('artifact-one', 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
    expect(await all(store.readAll(ORIGIN))).toHaveLength(1)
    expect(await all(store.readStream('artifact-one', 'none'))).toHaveLength(1)
  })

  it('is used with a certificate of the user', async () => {
    const standIn = await start({ secured: { ...secured, clientCertificate: true } })
    const certificate = `&userCertFile=${encodeURIComponent(certificatePath)}&userKeyFile=${encodeURIComponent(keyPath)}`
    const store = await openStore(standIn.connectionString() + trusting + certificate)
    open.push(store)
    expect(await store.append('artifact-one', 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
    expect(await failed(standIn.connectionString() + trusting)).toMatchObject({ _tag: 'unreachable' })
  })

  it('tells a wrong password from missing rights, and says that a certificate is not trusted', async () => {
    const powerless = { username: 'ops', password: 'right' }
    const standIn = await start({ secured: { ...secured, login, powerless } })
    const refused = (reason: RegExp) => ({ _tag: 'refused', reason: expect.stringMatching(reason) })
    const wrong = await failed(standIn.connectionString('ops:wrong@') + trusting, PATIENT)
    expect(wrong).toMatchObject(refused(/user or password is wrong/))
    for (const known of ['ops:right@', '']) {
      const denied = await failed(standIn.connectionString(known) + trusting, PATIENT)
      expect(denied).toMatchObject(refused(/access denied: the user must be allowed to read \$all/))
    }
    expect(await failed(standIn.connectionString(written), PATIENT)).toMatchObject({
      _tag: 'unreachable',
      reason: expect.stringMatching(/self-signed certificate/),
    })
  })
})

it('says at once that one side speaks TLS and the other does not', async () => {
  const plain = await start()
  const { port } = plain.nodes[0]?.gate ?? expect.fail()
  expect(await failed(`esdb://localhost:${port}?tls=true${trusting}`, PATIENT)).toMatchObject({
    _tag: 'refused',
    reason: expect.stringMatching(/does not speak TLS on this port: .* add tls=false/),
  })
  const standIn = await start({ secured })
  const { port: securedPort } = standIn.nodes[0]?.gate ?? expect.fail()
  expect(await failed(`esdb://localhost:${securedPort}?tls=false`, PATIENT)).toMatchObject({
    _tag: 'refused',
    reason: expect.stringMatching(/speaks TLS on this port: remove tls=false/),
  })
})

describe('a password', () => {
  const secrets = [PASSWORD, encodeURIComponent(PASSWORD), 'w0rd', Buffer.from(`ad min:${PASSWORD}`).toString('base64')]
  const expectNoSecret = (...told: ReadonlyArray<unknown>) => {
    const text = inspect([told, printed], { depth: 9, showHidden: true })
    for (const secret of secrets) expect(text).not.toContain(secret)
  }

  it.each([
    `esdb://${written}localhost:port`,
    `esdb://${written}localhost?unknown=1`,
    `esdb://${written}localhost?tls=false`,
    `esdb://${written}localhost?tlsVerifyCert=false`,
    `esdb://ad min:${PASSWORD}@localhost:2113`,
    'esdb://admin:pa?ss@w0rd@localhost',
    'esdb://admin:pa/w0rd@localhost',
    'esdb://admin:w0rd%@localhost',
    'esbd://admin:w0rd@localhost',
    'esdb://admin:w0rd',
    'admin:w0rd@localhost',
    'esdb://localhost?password=w0rd',
  ])('is not told of a string that cannot be used: %s', async (connectionString) => {
    const error = await failed(connectionString)
    expect(error).toMatchObject({ _tag: 'bad-connection-string' })
    expectNoSecret(error)
  })

  it('is not told by any failure of an open store', async () => {
    const standIn = await start({ secured: { ...secured, login } })
    const connectionString = standIn.connectionString(written) + trusting
    const store = await openStore(connectionString, { patience: 1000 })
    open.push(store)
    await store.append('artifact-one', 'none', [newEvent()])()
    const told: unknown[] = [store, await store.append('artifact-one', 'none', [newEvent()])()]
    const failure = (pages: AsyncIterable<unknown>) =>
      (async () => {
        for await (const _page of pages);
      })().catch((error: unknown) => error)
    await standIn.refuse()
    told.push(
      ...(await Promise.all([
        store.append('artifact-one', standingAt(0), [newEvent()])(),
        store.head()(),
        failure(store.readAll(ORIGIN)),
        failure(store.readStream('artifact-one', 'none')),
        failed(connectionString),
      ])),
    )
    await standIn.accept()
    told.push(
      await failed(standIn.connectionString(written)),
      await failed(standIn.connectionString('a:w0rd@') + trusting),
    )
    expect(inspect(told)).toContain('unavailable')
    expectNoSecret(...told)
  })
})

it('closing lets go of the connection', async () => {
  const standIn = await start()
  const gate = standIn.nodes[0]?.gate ?? expect.fail()
  const store = await openStore(standIn.connectionString())
  expect(gate.connections).toBe(1)
  await store.close()
  await expect.poll(() => gate.connections).toBe(0)
})

it('a process ends by itself when it has closed its store', async () => {
  const standIn = await start()
  const script = fileURLToPath(new URL('../../../dist/test/support/eventstoredb/open-and-close.js', import.meta.url))
  const run = promisify(execFile)(process.execPath, [script, standIn.connectionString()], { timeout: 60_000 })
  expect(await run).toMatchObject({ stdout: 'closed', stderr: '' })
})
