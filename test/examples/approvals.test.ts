import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { randomNumbers } from '../../bench/random.js'
import { openLedger } from '../../index.js'
import { eventsOf, loadOn, lostOrTwice, type Process, startApprovals } from '../support/approvals.js'

describe('the approvals example', () => {
  let directory: string
  let process: Process
  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'model-ledger-approvals-'))
    process = startApprovals(directory)
  })
  afterAll(async () => {
    process.child.process.kill('SIGTERM')
    await process.child.ended
    await rm(directory, { recursive: true, force: true })
  })

  const ask = async (method: string, path: string, headers: Record<string, string> = {}, body?: string) => {
    const response = await fetch(`${await process.address}${path}`, { method, headers, ...(body ? { body } : {}) })
    const text = await response.text()
    return { status: response.status, body: path === '/metrics' ? text : JSON.parse(text) }
  }
  const churn = '/teams/risk/models/churn'

  it('shows what waits, as of any moment, finds what was decided and why, and counts', async () => {
    const anna = { 'x-user': 'anna', 'idempotency-key': 'first' }
    const asked = await ask('PUT', `${churn}/candidate?reason=more+data`, anna, 'weights')
    expect(asked).toMatchObject({ status: 200, body: { events: [{ type: 'RegisteredModelCreated' }, {}, {}, {}] } })
    expect(await ask('PUT', `${churn}/candidate?reason=more+data`, anna, 'weights')).toEqual(asked)
    const [request, ...others] = (await ask('GET', '/waiting?team=risk')).body
    expect(request).toMatchObject({ model: 'churn', version: 0, by: 'anna', why: 'more data' })
    expect([others, (await ask('GET', '/waiting?team=fraud')).body]).toEqual([[], []])

    const approved = await ask('PUT', `${churn}/production?version=v0&reason=fair+enough`, { 'x-user': 'ben' })
    expect((await ask('GET', '/waiting?team=risk')).body).toEqual([])
    expect((await ask('GET', `/waiting?team=risk&at=${request.since}`)).body).toEqual([request])

    await expect
      .poll(async () => (await ask('GET', '/search?q=x')).body.upTo)
      .toBeGreaterThanOrEqual(approved.body.position)
    expect((await ask('GET', '/search?q=FAIR+ben')).body.found).toEqual([
      {
        model: 'risk/model-registry/churn',
        what: 'production v0',
        who: 'ben',
        why: 'fair enough',
        position: approved.body.position,
      },
    ])
    expect((await ask('GET', '/search?q="+OR+*')).body.found).toEqual([])
    const { body: metrics } = await ask('GET', '/metrics')
    expect(metrics).toContain('model_ledger_commands_total{type="MoveAlias",outcome="changed",error=""} 1\n')
    expect(metrics).toMatch(/^search_index_failures 0$/m)
  })

  it.each([
    ['nobody', 'PUT', `${churn}/candidate`, {}, 401],
    ['a model that is not there', 'DELETE', '/teams/fraud/models/churn/candidate', { 'x-user': 'anna' }, 404],
    ['no version', 'PUT', `${churn}/production`, { 'x-user': 'anna' }, 404],
    ['a moment that is none', 'GET', '/waiting?at=soon', {}, 400],
    ['another method', 'POST', `${churn}/candidate`, { 'x-user': 'anna' }, 405],
    ['another place', 'GET', '/', {}, 404],
  ])('answers %s by its category', async (_, method, path, headers, status) => {
    expect(await ask(method, path, headers)).toMatchObject({ status, body: { message: expect.any(String) } })
  })

  it('stops in order under load: what it took is answered, what it acknowledged is there', async () => {
    const next = randomNumbers(1)
    const load = loadOn(await process.address, () => next() / 2 ** 32)
    await load.more(30)
    process.child.process.kill('SIGTERM')
    await process.child.ended
    await load.end()

    expect(load.answered.filter(({ status }) => status >= 500)).toEqual([])
    await using ledger = await openLedger({ directory: join(directory, 'ledger'), actor: 'auditor' })
    const events = await eventsOf(ledger)
    expect(lostOrTwice(load.answered, events)).toEqual([])
    const told = new Set(load.answered.map(({ commandId }) => commandId))
    const done = events.map(({ metadata }) => metadata.commandId).filter((id) => /\/k\d+$/.test(id))
    expect(done.filter((id) => !told.has(id))).toEqual([])
    expect(done.length).toBeGreaterThan(20)
  })
})
