import { once } from 'node:events'
import { connect } from 'node:net'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { server } from '../../examples/api/fastify.js'
import { type Ledger, openLedger } from '../../index.js'
import { categoriesOnPage, errorsOf } from '../support/error-categories.js'

describe('the API example', () => {
  let ledger: Ledger
  let api: ReturnType<typeof server>

  beforeEach(async () => {
    ledger = await openLedger({ events: memoryEventStore(), files: memoryFileStore(), actor: 'setup', entity: 'acme' })
    for (const bytes of ['a', 'b']) {
      const { path } = await ledger.logArtifact({ name: 'p/m', type: 'model', content: [{ bytes, as: 'm' }] })
      await ledger.link({ version: path, to: 'churn' })
    }
    api = server(ledger)
  })
  afterEach(async () => {
    await api.close()
    await ledger.close()
  })

  const promote = (version: string, headers: Record<string, string> = {}, body: object = {}) =>
    api.inject({
      method: 'POST',
      url: '/aliases/production',
      headers: { 'x-user': 'anna', ...headers },
      payload: { version: `acme/model-registry/churn:${version}`, ...body },
    })
  const resolve = (version: string, headers: Record<string, string> = {}) =>
    api.inject({ url: '/resolve', query: { version: `acme/model-registry/churn:${version}` }, headers })

  it('lets a caller read what it wrote, and who wrote it stays on record', async () => {
    const written = await promote('v1')
    const read = await resolve('production', { 'x-ledger-position': String(written.headers['x-ledger-position']) })
    expect(read.json()).toMatchObject({ version: 1, aliases: ['latest', 'production'] })
  })

  it('lists a page at a time', async () => {
    await ledger.createArtifact({ name: 'acme/p/n', type: 'model' })
    const get = (query: Record<string, string>) => api.inject({ url: '/artifacts', query })
    const first = (await get({ name: 'acme/**', limit: '1' })).json()
    expect(first).toMatchObject({ items: [{ path: 'acme/p/m' }], cursor: expect.any(String) })
    const last = (await get({ name: 'acme/**', limit: '1', cursor: first.cursor })).json()
    expect(last).toEqual({ items: [expect.objectContaining({ path: 'acme/p/n' })] })
    const all = (await get({ limit: '1000000' })).json()
    expect(all).toEqual({ items: [...first.items, ...last.items] })
  })

  it('makes a retry harmless', async () => {
    const first = await promote('v1', { 'idempotency-key': 'k1' })
    const second = await promote('v1', { 'idempotency-key': 'k1' })
    expect(second.json()).toEqual(first.json())
  })

  it('gives nobody the receipt of somebody else who sent the same key', async () => {
    const first = await promote('v1', { 'idempotency-key': 'k1' })
    const second = await promote('v1', { 'idempotency-key': 'k1', 'x-user': 'ben' })
    expect(second.json()).not.toEqual(first.json())
  })

  it.each([{}, { 'x-user': '' }])('records nothing for nobody: %o', async (headers) => {
    const { position } = await ledger.moment()
    const payload = { version: 'acme/model-registry/churn:v1' }
    const response = await api.inject({ method: 'POST', url: '/aliases/production', headers, payload })
    expect(response.statusCode).toBe(401)
    expect((await ledger.moment()).position).toBe(position)
  })

  it('puts on record only what a request may say', async () => {
    const forged = { actor: 'ceo', onBehalfOf: 'ceo', occurredAt: '2001-01-01T00:00:00Z', commandId: 'c' }
    expect((await promote('v1', {}, { ...forged, reason: 'better' })).statusCode).toBe(200)
    const { items: lines } = await ledger.history({ order: 'descending', limit: 1 })
    expect(lines).toMatchObject([{ actor: 'anna', reason: 'better' }])
    expect(JSON.stringify(lines)).not.toMatch(/ceo|2001|"c"/)
  })

  it.each([undefined, 'null', '[]'])('refuses a body that is no object: %s', async (payload) => {
    const headers = { 'x-user': 'anna', 'content-type': 'application/json' }
    const response = await api.inject({
      method: 'POST',
      url: '/aliases/production',
      headers,
      ...(payload === undefined ? {} : { payload }),
    })
    expect(response.statusCode).toBe(400)
  })

  it.each([
    [
      'an alias that somebody else moved',
      () => promote('v1', {}, { expect: 'absent' }),
      409,
      'alias-expectation-failed',
    ],
    ['a version that is not there', () => resolve('v9'), 404, 'version-not-found'],
    ['an expectation that is none', () => promote('v1', {}, { expect: 'soon' }), 400, 'invalid-input'],
    ['a limit that is none', () => api.inject('/artifacts?limit=many'), 400, 'invalid-input'],
    ['a cursor of something else', () => api.inject('/artifacts?cursor=e30'), 400, 'bad-cursor'],
    ['a moment that is none', () => api.inject('/resolve?version=acme/p/m:v0&at=soon'), 400, 'bad-moment'],
  ])('maps %s to a status', async (_, request, status, code) => {
    await promote('v0')
    const response = await request()
    expect(response.statusCode).toBe(status)
    expect(response.json()).toMatchObject({ code })
  })

  it('tells a caller that it was not their fault', async () => {
    await ledger.close()
    expect(await promote('v1')).toMatchObject({ statusCode: 503 })
  })

  it.each(categoriesOnPage())(
    'answers $category with $status, as the page of errors has it',
    async ({ category, status }) => {
      const [error] = errorsOf(category)
      const failing = server({ ...ledger, artifacts: () => Promise.reject(error) })
      const response = await failing.inject('/artifacts')
      expect(response.statusCode).toBe(status)
      expect(response.json()).toMatchObject({ code: error?.code, category })
      await failing.close()
    },
  )

  it('closes, though a client that says nothing holds a connection', async () => {
    const patient = server(ledger, 20)
    const { port } = new URL(await patient.listen({ host: '127.0.0.1', port: 0 }))
    const idle = connect(Number(port), '127.0.0.1')
    await once(idle, 'connect')
    const ended = once(idle, 'close')
    await patient.close()
    await ended
  })

  describe('the feed', () => {
    let stop: AbortController | undefined
    const listen = async (alias: string) => {
      stop = new AbortController()
      const address = await api.listen({ host: '127.0.0.1', port: 0 })
      const response = await fetch(`${address}/feed?version=acme/model-registry/churn:${alias}`, {
        signal: stop.signal,
      })
      const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader()
      return async () => (await reader?.read())?.value
    }
    afterEach(() => stop?.abort())

    it('gives each new answer to whoever listens', async () => {
      const heard = await listen('latest')
      expect(await heard()).toContain('"version":1')
      await ledger.moveAlias({ version: 'churn:v0', alias: 'latest' })
      expect(await heard()).toContain('"version":0')
    })

    it('goes on after a refusal', async () => {
      await promote('v0')
      const heard = await listen('production')
      expect(await heard()).toContain('"version":0')
      await ledger.removeAlias({ name: 'churn', alias: 'production' })
      expect(await heard()).toContain('"code":"version-not-found"')
      await promote('v1')
      expect(await heard()).toContain('"version":1')
    })

    it('leaves one answer waiting for a tab that sleeps, and gives it the newest when it wakes', async () => {
      const waiting: string[] = []
      let wake = (): unknown => undefined
      // Its buffers are full: what is written waits in this process.
      api.addHook('onRequest', (_, { raw }, done) => {
        raw.write = (answer: unknown) => {
          waiting.push(String(answer))
          return false
        }
        wake = () => raw.emit('drain')
        done()
      })
      listen('latest').catch(() => undefined)
      await expect.poll(() => waiting).toHaveLength(1)
      const seen: number[] = []
      const watched = ledger.watch((now) => now.resolve('churn')).subscribe(({ version }) => void seen.push(version))
      for (let move = 0; move < 20; move++) {
        await ledger.moveAlias({ version: `churn:v${move % 2}`, alias: 'latest' })
        await expect.poll(() => seen.at(-1), { interval: 1 }).toBe(move % 2)
      }
      expect(seen.length).toBeGreaterThan(20)
      expect(waiting).toHaveLength(1)
      await ledger.moveAlias({ version: 'churn:v0', alias: 'latest' })
      await expect.poll(() => seen.at(-1)).toBe(0)
      wake()
      await expect.poll(() => waiting.length).toBe(2)
      expect(waiting.at(-1)).toContain('"version":0')
      watched.unsubscribe()
    })

    it('ends with the ledger, so that the server stops', async () => {
      const heard = await listen('latest')
      await heard()
      await Promise.all([api.close(), ledger.close()])
      expect(await heard()).toBeUndefined()
    })
  })
})
