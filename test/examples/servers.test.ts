/** The three servers of examples/api, each in this process on a ledger in memory, and each as a process that is told to stop. */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { type ClientRequest, type IncomingMessage, request } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { json } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { serve as express } from '../../examples/api/express.js'
import { serve as fastify } from '../../examples/api/fastify.js'
import { serve as nodeHttp } from '../../examples/api/node-http.js'
import type { Serving } from '../../examples/api/shared.js'
import { type Ledger, openLedger } from '../../index.js'

const temporary = mkdtempSync(join(tmpdir(), 'model-ledger-test-'))
afterAll(() => rmSync(temporary, { recursive: true, force: true }))

const CHURN = 'acme/model-registry/churn'

/** A ledger with two linked versions. */
const seeded = async (ledger: Ledger): Promise<Ledger> => {
  for (const bytes of ['a', 'b']) {
    const { path } = await ledger.logArtifact({ name: 'p/m', type: 'model', content: [{ bytes, as: 'm' }] })
    await ledger.link({ version: path, to: 'churn' })
  }
  return ledger
}
const IDENTITY = { actor: 'setup', entity: 'acme' }

/** What a client sends to move an alias. */
const moving = (body: unknown, headers: Record<string, string> = {}) => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', 'x-user': 'anna', ...headers },
  body: JSON.stringify(body),
})

const bytes = {
  method: 'POST',
  headers: { 'content-type': 'application/octet-stream', 'x-user': 'anna' },
  body: new Uint8Array(3),
}

const upload = (url: string, headers: Record<string, string> = {}): ClientRequest =>
  request(`${url}/versions?name=acme/p/uploaded&type=model&as=m.bin`, {
    method: 'POST',
    headers: { 'x-user': 'anna', 'content-type': 'application/octet-stream', expect: '100-continue', ...headers },
  })

describe.each(Object.entries({ fastify, express, 'node-http': nodeHttp }))('the server with %s', (name, serve) => {
  describe('here', () => {
    let ledger: Ledger
    let server: Serving
    /** While it is there, appends wait for it. */
    let gate: Promise<void> | undefined
    /** Commands to move an alias, as the server gave them. */
    let given: Promise<unknown>[]

    beforeEach(async () => {
      const store = memoryEventStore()
      const append: EventStore['append'] =
        (...args) =>
        async () => {
          await gate
          return store.append(...args)()
        }
      gate = undefined
      given = []
      ledger = await seeded(await openLedger({ events: { ...store, append }, files: memoryFileStore(), ...IDENTITY }))
      const noted: Ledger['moveAlias'] = (move) => {
        const answer = ledger.moveAlias(move)
        given.push(answer)
        return answer
      }
      server = await serve({ ...ledger, moveAlias: noted }, 0, 1000)
    })
    afterEach(async () => {
      await server[Symbol.asyncDispose]()
      await ledger.close()
    })

    const get = (path: string, headers: Record<string, string> = {}) => fetch(server.url + path, { headers })
    const move = (alias: string, body: unknown, headers?: Record<string, string>) =>
      fetch(`${server.url}/aliases/${alias}`, moving(body, headers))
    const reasons = async () => (await ledger.history({ of: CHURN })).items.map(({ reason }) => reason)

    it('moves an alias, lets who moved it read that, and puts on record who it was, in which request', async () => {
      const moved = await move('production', { version: `${CHURN}:v0`, reason: 'r' }, { 'x-request-id': 'q1' })
      expect(moved.status).toBe(200)
      expect(moved.headers.get('x-request-id')).toBe('q1')
      const headers = { 'x-ledger-position': moved.headers.get('x-ledger-position') ?? '' }
      const resolved = await (await get(`/resolve?version=${CHURN}:production`, headers)).json()
      expect(resolved).toMatchObject({ version: 0, aliases: ['production'] })
      const history = await (await get(`/history?of=${CHURN}&limit=1000`, headers)).json()
      const line = expect.objectContaining({ actor: 'anna', reason: 'r', correlationId: 'q1' })
      expect(history).toMatchObject({ items: expect.arrayContaining([line]) })
    })

    it('takes an upload', async () => {
      const uploading = upload(server.url)
      uploading.end('weights')
      const [response]: IncomingMessage[] = await once(uploading, 'response')
      expect(response && (await json(response))).toMatchObject({ path: 'acme/p/uploaded:v0' })
    })

    it('keeps two requests apart that are under way at once', async () => {
      const users = Array.from({ length: 20 }, (_, user) => `user-${user}`)
      await Promise.all(users.map((user) => move(user, { version: `${CHURN}:v0`, reason: user }, { 'x-user': user })))
      const { items } = await ledger.history({ of: CHURN })
      const theirs = items.filter(({ actor }) => actor.startsWith('user-'))
      expect(theirs).toHaveLength(20)
      expect(theirs.filter(({ actor, reason }) => actor !== reason)).toEqual([])
      expect(new Set(theirs.map(({ correlationId }) => correlationId)).size).toBe(20)
    })

    it('does once what is sent twice with one key', async () => {
      const send = async () => (await move('production', { version: `${CHURN}:v0` }, { 'idempotency-key': 'k' })).json()
      const first = await send()
      const { position } = await ledger.moment()
      expect(await send()).toEqual(first)
      expect((await ledger.moment()).position).toBe(position)
    })

    it('answers what it refuses with a status, and records nothing', async () => {
      const refused: ReadonlyArray<readonly [string, () => Promise<Response>, number, object]> = [
        [
          'nobody',
          () => move('best', { version: `${CHURN}:v0` }, { 'x-user': '' }),
          401,
          { message: 'who is it? say x-user' },
        ],
        ['no object', () => move('best', null), 400, {}],
        ['no version', () => move('best', {}), 400, { code: 'invalid-input', category: 'invalid' }],
        ['no moment', () => get(`/resolve?version=${CHURN}:v0&at=soon`), 400, { code: 'bad-moment' }],
        ['what is not there', () => get(`/resolve?version=${CHURN}:v9`), 404, { category: 'not-found' }],
        ['no route', () => get('/nowhere'), 404, {}],
        [
          'an alias that was moved',
          () => move('latest', { version: `${CHURN}:v0`, expect: 7 }),
          409,
          { category: 'conflict' },
        ],
        [
          'another type',
          () => fetch(`${server.url}/versions?name=acme/p/m&type=dataset&as=m`, bytes),
          422,
          { category: 'refused' },
        ],
      ]
      const { position } = await ledger.moment()
      for (const [what, send, status, body] of refused) {
        const response = await send()
        expect(response.status, what).toBe(status)
        if (Object.keys(body).length > 0) expect(await response.json(), what).toMatchObject(body)
        else await response.text()
      }
      expect((await ledger.moment()).position).toBe(position)
    })

    it('answers what is no JSON with 400, and goes on', async () => {
      const broken = { ...moving({}), body: '{' }
      expect((await fetch(`${server.url}/aliases/best`, broken)).status).toBe(400)
      expect((await get(`/resolve?version=${CHURN}:v0`)).status).toBe(200)
    })

    it('says that it was not their fault', async () => {
      await ledger.close()
      expect((await move('best', { version: `${CHURN}:v0` })).status).toBe(503)
    })

    it('leaves nothing of a command whose client is gone before its turn, and carries out the one before it', async () => {
      let open = (): void => undefined
      gate = new Promise((resolve) => {
        open = resolve
      })
      try {
        const first = move('first', { version: `${CHURN}:v0`, reason: 'first' })
        await expect.poll(() => given.length).toBe(1)
        const gone = new AbortController()
        const second = fetch(`${server.url}/aliases/second`, {
          ...moving({ version: `${CHURN}:v0`, reason: 'second' }),
          signal: gone.signal,
        })
        await expect.poll(() => given.length).toBe(2)
        gone.abort()
        await expect(second).rejects.toThrow()
        await expect(given[1]).rejects.toMatchObject({ code: 'aborted' })
        open()
        expect((await first).status).toBe(200)
      } finally {
        // Who closes the server waits for what is under way.
        open()
      }
      expect(await reasons()).toContain('first')
      expect(await reasons()).not.toContain('second')
    })

    it.each([
      ['breaks off', (uploading: ClientRequest) => uploading.destroy()],
      ['is not done within the grace when the server stops', () => undefined],
    ])('leaves no version of an upload that %s', async (_, then) => {
      const stopping = await serve(ledger, 0, 50)
      const uploading = upload(stopping.url)
      uploading.on('error', () => undefined).flushHeaders()
      await once(uploading, 'continue')
      uploading.write('half')
      then(uploading)
      await stopping[Symbol.asyncDispose]()
      await expect(ledger.artifact('acme/p/uploaded')).rejects.toMatchObject({ code: 'not-found' })
    })
  })

  it('stops when it is told to: what is under way is answered, what was acknowledged is there, and it ends well', async () => {
    const directory = join(temporary, name)
    await (await seeded(await openLedger({ directory, ...IDENTITY }))).close()
    const main = fileURLToPath(new URL('../../dist/examples/api/main.js', import.meta.url))
    const { PATH } = process.env
    const child = spawn(process.execPath, [main, name], {
      env: { PATH, LEDGER: directory, PORT: '0', TMPDIR: temporary, TEMP: temporary },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let said = ''
    child.stderr.on('data', (text) => {
      said += text
    })
    const ended = once(child, 'exit')
    const [line] = await Promise.race([once(child.stdout, 'data'), ended.then(() => [said])])
    const url = String(line).trim()

    const acknowledged: string[] = []
    let isStopping = false
    /** Moves an alias again and again, until the server is gone. */
    const load = async (alias: number) => {
      for (let round = 0; ; round++) {
        const reason = `${alias}/${round}`
        const status = await fetch(`${url}/aliases/a${alias}`, moving({ version: `${CHURN}:v${round % 2}`, reason }))
          .then(async (response) => response.json().then(() => response.status))
          .catch(() => 'gone' as const)
        if (status === 200) acknowledged.push(reason)
        else return expect([status, isStopping]).toEqual([expect.toBeOneOf(['gone', 503]), true])
      }
    }
    const loads = Promise.all([0, 1, 2, 3].map(load))
    await expect.poll(() => acknowledged.length, { interval: 5 }).toBeGreaterThan(20)

    const uploading = upload(url)
    uploading.flushHeaders()
    await once(uploading, 'continue')
    isStopping = true
    child.kill('SIGTERM')
    await loads
    const answered = once(uploading, 'response')
    uploading.end('weights')
    const [response]: IncomingMessage[] = await answered
    expect(response?.statusCode).toBe(200)
    expect([await ended, said]).toEqual([[0, null], ''])

    await using ledger = await openLedger({ directory, ...IDENTITY, readOnly: true })
    const { items } = await ledger.history({ of: CHURN, limit: 100_000 })
    const recorded = new Set(items.map(({ reason }) => reason))
    expect(acknowledged.filter((reason) => !recorded.has(reason))).toEqual([])
    expect(await ledger.resolve('acme/p/uploaded:v0')).toMatchObject({ version: 0 })
  })
})
