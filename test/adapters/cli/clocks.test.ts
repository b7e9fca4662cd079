/** An export of machines whose clocks differ: what is printed as a time can be given back, and says what was recorded besides. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../adapters/system/index.js'
import { commandLine } from '../../support/command-line.js'
import { memoryLedger, text } from '../../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-clocks-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const ledger = commandLine(folder)

const at = (clock: string): string => `2026-05-03T${clock}:00.000Z`
interface Printed {
  readonly position: number
  readonly time: string
  readonly recordedAt: string
}
const printed = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<Printed>> => {
  const { code, out, err } = await ledger(...args, '--json')
  expect(code, err).toBe(0)
  return out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
}

beforeAll(async () => {
  let time = at('12:00')
  const clock = { ...systemClock, now: () => new Date(time) }
  const { ledger: other } = await memoryLedger({ project: 'churn', clock })
  const log = (bytes: string, aliases: ReadonlyArray<string> = []) =>
    other.logArtifact({ name: 'model', type: 'model', content: text(bytes), aliases })
  await log('0')
  time = at('12:10')
  await log('1', ['best'])
  time = at('11:30')
  await log('2', ['best'])
  time = at('11:50')
  await other.deleteVersion({ version: 'model:v1' })
  time = at('12:20')
  await log('3', ['best'])
  const lines: string[] = []
  for await (const line of other.exportEvents()) lines.push(line)
  await other.close()
  writeFileSync(join(folder, 'export'), lines.join(''))
  await ledger('init')
  expect(await ledger('import', 'export')).toMatchObject({ code: 0 })
})

describe('after a clock stepped back', () => {
  it.each(['history model', 'history model:v2', 'history', 'history --by anna', 'replay model'])(
    '%s names both times of each event, and as of the first it is there',
    async (line) => {
      const events = await printed(...line.split(' '))
      expect(events.map(({ recordedAt }) => recordedAt)).toContain(at('11:30'))
      // What is told of v2 begins after 12:10.
      let latest = line.includes('v2') ? at('12:10') : ''
      for (const { time, recordedAt, position } of events.toSorted((a, b) => a.position - b.position)) {
        if (recordedAt > latest) latest = recordedAt
        expect(time, `of position ${position}`).toBe(latest)
        const then = await printed('history', 'model', '--as-of', time)
        expect(then.map((event) => event.position)).toContain(position)
      }
    },
  )

  it('tables show the time to give back, and below it what was recorded', async () => {
    for (const line of ['history model', 'history model:v2', 'aliases model']) {
      const { out } = await ledger(...line.split(' '))
      expect(out).toContain(`${at('12:10')} `)
      expect(out).toMatch(/recorded 2026-05-03T11:30:00\.000Z at position \d+, by a clock that was behind/)
      expect(out.match(/recorded 2026-05-03T12/g)).toBeNull()
    }
    const [heading, ...rows] = (await ledger('history', 'model', '--csv')).out.trim().split('\r\n')
    expect(heading).toMatch(/^position,time,recordedAt,/)
    expect(rows.filter((row) => row.includes(`,${at('12:10')},${at('11:30')},`)).length).toBeGreaterThan(0)
    const picture = (await ledger('aliases', 'model', '--svg')).out
    expect(picture).toContain(`from ${at('12:10')} (recorded ${at('11:30')})`)
  })

  it.each([
    ['--until 2026-05-03T12:15:00Z', at('12:15')],
    ['--until 2026-05-03', '2026-05-03T23:59:59.999Z'],
    ['--until 2026-05-03 --zone Europe/Madrid', '2026-05-03T21:59:59.999Z'],
    ['--until 2200-01-01', '2100-01-01T00:00:00.000Z'],
    ['--as-of 2026-05-03T12:15:00Z', at('12:15')],
    ['--as-of 2026-05-03T12:40:00Z --until 2026-05-03T12:15:00Z', at('12:15')],
    ['--as-of 2026-05-03T12:15:00Z --until 2026-05-03', at('12:15')],
  ])('a picture ends where its tenures do: %s', async (bounds, end) => {
    const { out, err } = await ledger('aliases', 'model', '--svg', ...bounds.split(' '))
    expect(out, err).toContain(`up to ${end}.`)
  })

  it('and ends at the time of a position', async () => {
    for (const { position, time } of await printed('history', 'model'))
      for (const bound of ['--until', '--as-of'])
        expect((await ledger('aliases', 'model', '--svg', bound, String(position))).out).toContain(`up to ${time}.`)
  })

  it('aliases, show, list and what resolve refuses tell the same times', async () => {
    const held = await printed('aliases', 'model', '--alias', 'best')
    expect(held).toMatchObject([
      { version: 1, from: { time: at('12:10'), recordedAt: at('12:10') }, until: { time: at('12:10') } },
      { version: 2, from: { time: at('12:10'), recordedAt: at('11:30') }, until: { time: at('12:20') } },
      { version: 3, from: { time: at('12:20'), recordedAt: at('12:20') }, until: null },
    ])
    expect(await printed('show', 'model:v2')).toMatchObject([{ created: { time: at('12:10') } }])
    const { err } = await ledger('resolve', 'model:v1')
    expect(err).toContain(`deleted by anna at ${at('12:10')} (position`)
    expect(await printed('resolve', 'model:best', '--as-of', at('12:10'))).toMatchObject([{ version: 2 }])
  })

  it('what a command refuses names the time as what was recorded, which is not the one to give back', async () => {
    const { err } = await ledger('alias', 'set', 'model:v1', 'other')
    expect(err).toContain(`deleted by anna, recorded at ${at('11:50')}`)
  })
})
