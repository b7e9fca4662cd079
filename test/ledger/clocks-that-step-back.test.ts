/**
 * Clocks step back. Of an event two times are told then: its own, and that of its position, which is the latest up to it.
 * By the second a moment is asked for, and every answer gives the same one.
 */
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { systemClock } from '../../adapters/system/index.js'
import type { Ledger, LedgerAsOf } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import type { AuditLine } from '../../projections/audit/line.js'
import { eventsIn } from '../support/domain-ledger.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const NOON = Date.UTC(2026, 4, 3, 12)

const WHAT = ['log', 'move', 'remove', 'link', 'unlink', 'tag', 'delete'] as const
type Step = readonly [what: (typeof WHAT)[number], seconds: number]
const steps = fc.array(fc.tuple(fc.constantFrom(...WHAT), fc.integer({ min: -40, max: 40 })), {
  minLength: 4,
  maxLength: 12,
})

/** A ledger whose clock goes on and back by so many seconds before each command; what is refused is not told. */
const happened = async (given: ReadonlyArray<Step>) => {
  let time = NOON
  const opened = await memoryLedger({ clock: { ...systemClock, now: () => new Date(time) } })
  const { ledger } = opened
  const log = (bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
  await log('first')
  let count = 0
  const doing: Readonly<Record<Step[0], () => Promise<unknown>>> = {
    log: () => log(String(count)),
    move: () => ledger.moveAlias({ version: 'cats:latest', alias: 'best' }),
    remove: () => ledger.removeAlias({ name: 'cats', alias: 'best' }),
    link: () => ledger.link({ version: 'cats:latest', to: 'feline', aliases: ['production'] }),
    unlink: () => ledger.unlink({ version: 'feline:production' }),
    tag: () => ledger.tag({ version: 'cats:latest', tags: [`t${count}`] }),
    delete: () => ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true, leaveLinks: true }),
  }
  for (const [what, seconds] of given) {
    count++
    time += seconds * 1000
    await doing[what]().catch(() => undefined)
  }
  // Nothing that was recorded lies ahead.
  time = NOON + 86_400_000
  return opened
}

interface Told {
  readonly position: number
  readonly time: string
}
/** Every position with a time in an answer, wherever it stands. */
const toldIn = (answer: unknown): ReadonlyArray<Told> => {
  if (typeof answer !== 'object' || answer === null) return []
  const [position, time] = [Reflect.get(answer, 'position'), Reflect.get(answer, 'time')]
  const own = typeof position === 'number' && typeof time === 'string' ? [{ position, time }] : []
  return [...own, ...Object.values(answer).flatMap(toldIn)]
}

const linesOf = async (at: Pick<LedgerAsOf, 'exportHistory'>, of?: string): Promise<ReadonlyArray<AuditLine>> => {
  const lines: AuditLine[] = []
  for await (const line of at.exportHistory({ format: 'ndjson', ...(of === undefined ? {} : { of }) }))
    lines.push(JSON.parse(line))
  return lines
}

const answersOf = async (ledger: Ledger): Promise<ReadonlyArray<unknown>> => {
  const answers: unknown[] = [
    await ledger.history(),
    await ledger.history({ of: 'cats' }),
    await linesOf(ledger),
    await ledger.aliasHistory({ of: 'cats' }),
    await ledger.aliasHistory({ of: 'feline' }).catch(() => undefined),
    await ledger.artifacts(),
    await ledger.registeredModels(),
    await ledger.versions('cats'),
    await ledger.versions('feline').catch(() => undefined),
    await ledger.lineage({ of: 'cats:v1' }).catch(() => undefined),
    await ledger.moment(),
  ]
  for await (const { change } of ledger.replay({ of: 'cats' })) answers.push(change)
  return answers
}

it('whatever a ledger tells of, as of the time beside it that is so, and a millisecond before it is not', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const { ledger, events } = await happened(given)
      const own = new Map<number, string>()
      const running = new Map<number, string>()
      let latest = ''
      for (const { position, metadata } of await eventsIn(events)) {
        const { recordedAt } = JSON.parse(metadata)
        own.set(position, recordedAt)
        if (recordedAt > latest) latest = recordedAt
        running.set(position, latest)
      }
      const told = toldIn(await answersOf(ledger))
      expect(new Set(told.map(({ position }) => position)).size).toBeGreaterThan(2)
      for (const [position, time] of new Map(told.map(({ position, time }) => [position, time]))) {
        const then = await ledger.at(time).moment()
        expect(then.position).toBeGreaterThanOrEqual(position)
        expect(then.time).toBe(time)
        expect((await ledger.at(new Date(Date.parse(time) - 1)).moment()).position).toBeLessThan(position)
      }
      for (const { position, time } of told) expect(time, `at ${position}`).toBe(running.get(position))

      for (const line of await linesOf(ledger)) {
        expect(line).toMatchObject({ time: running.get(line.position), recordedAt: own.get(line.position) })
        expect(await linesOf(ledger.at(line.time))).toContainEqual(line)
      }
      for (const { alias, version, from } of (await ledger.aliasHistory({ of: 'cats' })).items) {
        expect(from).toMatchObject({ time: running.get(from.position), recordedAt: own.get(from.position) })
        const then = (await ledger.at(from.time).aliasHistory({ of: 'cats', alias })).items
        expect(then.map((tenure) => [tenure.version, tenure.from])).toContainEqual([version, from])
      }
    }),
    { numRuns: 25 },
  )
})

it('one stream tells the same times as the whole ledger, and reads of the others nothing but theirs', async () => {
  await fc.assert(
    fc.asyncProperty(steps, async (given) => {
      const { ledger, events, files } = await happened(given)
      const timesAlone: typeof events.readAll = async function* (after) {
        for await (const page of events.readAll(after)) yield page.map((stored) => ({ ...stored, data: 'not told' }))
      }
      const { ledger: other } = await memoryLedger({ events: { ...events, readAll: timesAlone }, files })
      const { position: head } = await ledger.moment()
      for (const when of [undefined, Math.ceil(head / 2)]) {
        const [own, whole] = [oneStreamOf(other, when), when === undefined ? ledger : ledger.at(when)]
        expect(await own.history({ of: 'cats', limit: 5 })).toEqual(await whole.history({ of: 'cats', limit: 5 }))
        expect(await linesOf(own, 'cats')).toEqual(await linesOf(whole, 'cats'))
        expect(await own.aliasHistory({ of: 'cats' })).toEqual(await whole.aliasHistory({ of: 'cats' }))
      }
    }),
    { numRuns: 15 },
  )
})
