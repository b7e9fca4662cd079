/** Days and times as people mean them: on 3 May two moves, and the model was linked on 2 May. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../adapters/system/index.js'
import { dayOf } from '../../domain/values/day.js'
import { type Ledger, openLedger } from '../../index.js'
import { commandLine } from '../support/command-line.js'
import { rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'days-'))
afterAll(() => rmSync(folder, { recursive: true }))

const cli = commandLine(folder, { env: { MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER: folder } })
let ledger: Ledger
let time = new Date()
const doneAt = async <A>(when: string, work: () => Promise<A>): Promise<A> => {
  time = new Date(when)
  return work()
}
const promoted = (when: string, version: string): Promise<unknown> =>
  doneAt(when, () => ledger.moveAlias({ version: `churn:${version}`, alias: 'production' }))

beforeAll(async () => {
  const clock = { ...systemClock, now: () => time }
  time = new Date('2026-05-02T09:00:00Z')
  ledger = await openLedger({ directory: folder, clock, entity: 'acme', project: 'p', actor: 'ann' })
  for (const weights of ['0', '1']) {
    const { path } = await ledger.logArtifact({ name: 'm', type: 'model', content: text(weights) })
    await ledger.link({ version: path, to: 'churn' })
  }
  await promoted('2026-05-02T10:00:00Z', 'v0')
  await promoted('2026-05-03T06:00:00Z', 'v1')
  await promoted('2026-05-03T23:30:00Z', 'v0')
  await promoted('2026-05-05T12:00:00Z', 'v1')
})
afterAll(() => ledger.close())

describe('a date without a time', () => {
  it.each([
    ['2026-05-02', 0],
    ['2026-05-03', 0],
    ['2026-05-03[Europe/Madrid]', 1],
    ['2026-05-04[Europe/Madrid]', 0],
    ['2026-05-04', 0],
    ['2026-05-05', 1],
  ])('is asked as of its end: %s', async (day, version) => {
    expect(await ledger.at(day).resolve('churn:production')).toMatchObject({ version })
  })

  it.each([
    [{ from: '2026-05-03', until: '2026-05-03' }, ['2026-05-03T06:00:00.000Z', '2026-05-03T23:30:00.000Z']],
    [{ from: '2026-05-03[Europe/Madrid]', until: '2026-05-03[Europe/Madrid]' }, ['2026-05-03T06:00:00.000Z']],
    [{ from: '2026-05-04[Europe/Madrid]', until: '2026-05-04' }, ['2026-05-03T23:30:00.000Z']],
    [{ from: '2026-05-04', until: '2099-12-31' }, ['2026-05-05T12:00:00.000Z']],
  ])('is that whole day of an interval, at either end: %j', async (bounds, times) => {
    const { items } = await ledger.history({ ...bounds, order: 'ascending' })
    expect(items.map(({ recordedAt }) => recordedAt)).toEqual(times)
    const steps: string[] = []
    for await (const { change } of ledger.replay(bounds)) steps.push(change.recordedAt)
    expect(steps).toEqual(times)
  })

  it('is that whole day of a search', async () => {
    const found = async (bounds: object) => (await ledger.search({ kind: 'registered', ...bounds })).items.length
    expect(await found({ from: '2026-05-02', until: '2026-05-02' })).toBe(2)
    expect(await found({ from: '2026-05-03', until: '2026-05-03' })).toBe(0)
  })

  it('may be today, and not tomorrow', async () => {
    time = new Date('2026-05-06T01:00:00Z')
    expect(await ledger.at('2026-05-06').resolve('churn:production')).toMatchObject({ version: 1 })
    for (const ahead of ['2026-05-07', '2026-05-06T01:00:00.001Z', new Date('2026-05-08')]) {
      const error = await rejection(ledger.at(ahead).resolve('churn:production'))
      expect(error).toMatchObject({
        code: 'bad-moment',
        message: expect.stringContaining('expected a time that has been: it is 2026-05-06T01:00:00.000Z'),
      })
      expect(await rejection(ledger.diffMoments(0, ahead))).toMatchObject({ code: 'bad-moment' })
    }
  })

  it('is refused where there is no such day or zone', async () => {
    for (const day of ['2026-02-30', '2026-13-01', '2026-05-03[Europe/Atlantis]']) {
      expect(await rejection(ledger.at(day).moment())).toMatchObject({ code: 'bad-moment' })
      expect(await rejection(ledger.history({ from: day }))).toMatchObject({ code: 'invalid-input' })
      expect(await rejection(ledger.history({ until: day }))).toMatchObject({ code: 'bad-moment' })
    }
  })
})

it('knows days of 23, 24 and 25 hours, and those that begin at one', () => {
  const hours = (text: string): number => {
    const { first, last } = dayOf(text) ?? { first: 0, last: 0 }
    return (last + 1 - first) / 3_600_000
  }
  expect(['2026-03-29', '2026-05-03', '2026-10-25'].map((day) => hours(`${day}[Europe/Madrid]`))).toEqual([23, 24, 25])
  // Clocks there went from midnight to one.
  const late = dayOf('2018-11-04[America/Sao_Paulo]')
  expect(new Date(late?.first ?? 0).toISOString()).toBe('2018-11-04T03:00:00.000Z')
  expect(hours('2018-11-04[America/Sao_Paulo]')).toBe(23)
  expect(hours('2026-05-03[Pacific/Kiritimati]')).toBe(24)
})

it('a time without a zone is refused in words that say what is missing', async () => {
  const zone = expect.stringContaining('expected a time zone behind the time, such as 2026-05-03T14:00Z')
  for (const local of ['2026-05-03T14:00', '2026-05-03 14:00:00']) {
    expect(await rejection(ledger.at(local).moment())).toMatchObject({ code: 'bad-moment', message: zone })
    expect(await rejection(ledger.history({ from: local }))).toMatchObject({ message: zone })
    expect(await rejection(ledger.search({ until: local }))).toMatchObject({ message: zone })
    const occurred = ledger.createArtifact({ name: 'n', type: 'model', occurredAt: local })
    expect(await rejection(occurred)).toMatchObject({ message: zone })
  }
})

it('a time before the first event is told as it was asked for', async () => {
  const { message, error } = await rejection(ledger.at('2020-01-01T00:00:00Z').artifact('m'))
  expect(message).toContain('as of 2020-01-01T00:00:00.000Z (before the first event)')
  expect(error).toMatchObject({ asOf: { position: 0, time: null, asked: '2020-01-01T00:00:00.000Z' } })
  expect(await ledger.at('2020-01-01').moment()).toEqual({ position: 0, time: null, asked: '2020-01-01T23:59:59.999Z' })
})

it('a collection that was made later has nothing to replay', async () => {
  for (const bounds of [{ until: '2026-05-01' }, { until: 1 }]) {
    const steps: unknown[] = []
    for await (const step of ledger.replay({ of: 'churn', ...bounds })) steps.push(step)
    expect(steps).toEqual([])
  }
})

describe('on the command line', () => {
  it('a day says what is answered, and what else was done to the alias that day', async () => {
    const { code, out, err } = await cli('resolve', 'churn:production', '--as-of', '2026-05-03')
    expect({ code, out }).toEqual({ code: 0, out: 'acme/model-registry/churn:v0\n' })
    expect(err).toContain('As of the end of 2026-05-03, in UTC.\n')
    expect(err).toMatch(/That day:\n.*\n.*06:00:00.*v0.*v1.*\n.*23:30:00.*v1.*v0.*\n$/)
    const shown = await cli('show', 'churn:production', '--as-of', '2026-05-03', '--zone', 'Europe/Madrid')
    expect(shown.out).toContain('acme/model-registry/churn:v1')
    expect(shown.err).toContain('As of the end of 2026-05-03, in Europe/Madrid.\n')
    expect(shown.err).not.toContain('23:30')
    expect((await cli('show', 'churn:v0', '--as-of', '2026-05-04')).err).toBe('As of the end of 2026-05-04, in UTC.\n')
    for (const none of ['2026-02-30', '2101-01-01', '2026-05-03[Mars/Base]']) {
      const refused = await cli('show', 'churn:v0', '--as-of', none)
      expect(refused.code).toBe(2)
      expect(refused.err).toMatch(/^model-ledger: the moment: expected /)
    }
    const asJson = await cli('resolve', 'churn:production', '--as-of', '2026-05-03', '--json')
    expect(asJson).toMatchObject({ code: 0, err: '' })
  })

  it('an interval holds both of its days', async () => {
    const day = await cli('history', 'churn', '--from', '2026-05-03', '--until', '2026-05-03')
    expect(day.out.split('\n')).toHaveLength(4)
    const there = await cli('history', '--from', '2026-05-03', '--until', '2026-05-03', '--zone', 'Europe/Madrid')
    expect(there.out.split('\n')).toHaveLength(3)
    const differing = await cli('diff-moments', '2026-05-02', '2026-05-03', '--zone', 'Europe/Madrid')
    expect(differing.out).toMatch(/production.*1/)
  })

  it('a tenure of the past is not told as one of now', async () => {
    const { out } = await cli('aliases', 'churn', '--alias', 'production', '--as-of', '2026-05-02')
    expect(out).toMatch(/production +v0.* still /)
    expect(out).not.toContain('now')
  })

  it('a zone that is none is refused', async () => {
    const { code, err } = await cli('show', 'churn', '--as-of', '2026-05-03', '--zone', 'Europe/Atlantis')
    expect(code).toBe(2)
    expect(err).toContain('Europe/Atlantis')
  })
})
