import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../adapters/memory/index.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { HistoryInput, Ledger } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'
import { call } from '../support/ledger-methods.js'

/** What a question comes to: its answer, or the words of its refusal. */
const outcome = (answer: Promise<unknown>): Promise<unknown> =>
  answer.catch(async (error: unknown) => {
    const { code, message } = await rejection(Promise.reject(error))
    return { code, message }
  })

type History = Pick<Ledger, 'history' | 'exportHistory' | 'aliasHistory'>

const pages = async ({ history }: History, query: HistoryInput): Promise<ReadonlyArray<unknown>> => {
  const found: unknown[] = []
  let cursor: string | undefined
  do {
    const page = await history({ ...query, limit: 2, ...(cursor === undefined ? {} : { cursor }) })
    found.push(page)
    cursor = page.cursor
  } while (cursor !== undefined)
  return found
}

const texts = async (lines: AsyncIterable<string>): Promise<string> => {
  let whole = ''
  for await (const line of lines) whole += line
  return whole
}

/** Everything that the history of a collection can be asked. */
const everything = async (at: History, of: string): Promise<ReadonlyArray<unknown>> => {
  const answers = [
    at.aliasHistory({ of }),
    at.aliasHistory({ of, alias: 'best' }),
    at.aliasHistory({ of, after: 3, until: 12, limit: 1 }),
    pages(at, { of }),
    pages(at, { of, order: 'ascending', actor: 'anna' }),
    pages(at, { of, alias: 'best', after: 3 }),
    pages(at, { of, types: ['ArtifactVersionLogged', 'VersionLinked'], until: 12 }),
    texts(at.exportHistory({ of, format: 'csv' })),
    texts(at.exportHistory({ of, format: 'ndjson', order: 'descending' })),
  ]
  return Promise.all(answers.map(outcome))
}

const MORE = 'what no one stream tells'

const NAMES = ['cats', 'acme/animals/dogs', 'cat-or-dog', 'acme/model-registry/cat-or-dog', 'both', 'nobody', 'a/b/c/d']
const VERSIONS = [
  'cats',
  'cats:best',
  'cats:v0',
  'cats:v9',
  'cat-or-dog:production',
  'cat-or-dog:v0',
  'both:v0',
  'nobody',
]

describe('what the stream of a collection answers alone', () => {
  const events = memoryEventStore()
  let whole: Ledger
  /** On a store that shows no more than streams, and the times of all events. */
  let own: Ledger
  let head: number

  beforeAll(async () => {
    const { ledger, files } = await memoryLedger({ events })
    whole = ledger
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), aliases: ['best'] })
    await ledger.logArtifact({ name: 'dogs', type: 'model', content: text('2') })
    await ledger.link({ version: 'cats:best', to: 'cat-or-dog', aliases: ['production'] })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('3'), aliases: ['best'], actor: 'ben' })
    await ledger.moveAlias({ version: 'cats:v0', alias: 'best', reason: 'it was better' })
    await ledger.link({ version: 'dogs', to: 'cat-or-dog', aliases: ['production'] })
    await ledger.unlink({ version: 'cat-or-dog:v0' })
    await ledger.logArtifact({ name: 'both', type: 'model', content: text('4') })
    await ledger.createRegisteredModel({ name: 'both', type: 'model' })
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true })
    const refused = () => {
      throw new Error(MORE)
    }
    // When events were recorded is told, and of what command they are: where that ends that a position is inside.
    const timesAlone: EventStore['readAll'] = async function* (after) {
      for await (const page of events.readAll(after)) yield page.map((stored) => ({ ...stored, data: MORE }))
    }
    own = (await memoryLedger({ events: { ...events, readAll: timesAlone, subscribe: refused }, files })).ledger
    head = (await ledger.moment()).position
  })

  it('is what the whole ledger answers, as of every position and now', async () => {
    expect(await rejection(own.aliasHistory({ of: 'cats' }))).toMatchObject({ code: 'damaged-event' })
    for (const name of NAMES) {
      expect(await everything(oneStreamOf(own), name), name).toEqual(await everything(whole, name))
      for (let position = 0; position <= head; position++) {
        expect(await everything(oneStreamOf(own, position), name), `${name} at ${position}`).toEqual(
          await everything(whole.at(position), name),
        )
      }
    }
  })

  it('is where an alias pointed', async () => {
    for (const name of VERSIONS) {
      for (let position = 0; position <= head; position++) {
        const found = await oneStreamOf(own, position)
          .locate(name)
          .catch(() => undefined)
        const wanted = await whole
          .at(position)
          .resolve(name)
          .catch(() => undefined)
        expect(found, `${name} at ${position}`).toEqual(
          wanted && { path: wanted.path, version: wanted.version, source: wanted.source },
        )
      }
    }
  })

  it('is which aliases there are', async () => {
    for (const name of ['cats', 'acme/animals/dogs', 'cat-or-dog', 'both', 'nobody']) {
      for (let position = 0; position <= head; position++) {
        const then = whole.at(position)
        const named = [then.artifact(name), then.registeredModel(name)].map((found) => found.catch(() => undefined))
        const there = (await Promise.all(named)).flatMap((found) => found ?? [])
        const found = oneStreamOf(own, position).aliases(name)
        if (there.length > 1) expect(await rejection(found)).toMatchObject({ code: 'ambiguous-name' })
        else
          expect((await found).toSorted(), `${name} at ${position}`).toEqual(
            Object.keys(there[0]?.aliases ?? {}).toSorted(),
          )
      }
    }
  })

  it('is replayed', async () => {
    const replayed = async (steps: AsyncIterable<{ readonly change: unknown }>): Promise<ReadonlyArray<unknown>> => {
      const changes: unknown[] = []
      for await (const { change } of steps) changes.push(change)
      return changes
    }
    for (const between of [
      {},
      { after: 3, until: 9 },
      { after: 3, until: 9, order: 'descending' as const },
      { until: 0 },
    ]) {
      const query = { of: 'cats', ...between }
      expect(await outcome(replayed(oneStreamOf(own).replay(query)))).toEqual(
        await outcome(replayed(whole.replay(query))),
      )
    }
    expect(await replayed(oneStreamOf(own, 4).replay({ of: 'cats' }))).toEqual(
      await replayed(whole.replay({ of: 'cats', until: 4 })),
    )
    for await (const { change, view } of oneStreamOf(own).replay({ of: 'cats' })) {
      expect((await view.history({ of: 'cats', limit: 1 })).items).toMatchObject([{ commandId: change.commandId }])
    }
  })

  it('is not asked of what stands in other streams, nor as of a time', async () => {
    for (const of of [undefined, 'cats:v0', { run: 'r' }, '']) {
      expect(await rejection(call(oneStreamOf(own), 'history', { of })), String(of)).toMatchObject({
        code: 'invalid-input',
      })
    }
    for (const when of [-1, 0.5, head + 1, '2026-05-03T14:00:00Z', new Date()]) {
      const past = oneStreamOf(own, when as number)
      const refused = { code: 'bad-moment', message: expect.stringContaining(`a position from 0 to ${head}, got `) }
      expect(await rejection(call(past, 'aliasHistory', { of: 'cats' })), String(when)).toMatchObject(refused)
      expect(await rejection(call(past, 'locate', 'cats')), String(when)).toMatchObject(refused)
    }
  })

  it('is whole where the stream is long', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1') })
    for (let move = 0; move < 600; move++) {
      await ledger.moveAlias({ version: 'cats:v0', alias: 'best', commandId: `there ${move}` })
      await ledger.removeAlias({ name: 'cats', alias: 'best', commandId: `away ${move}` })
    }
    const query = { of: 'cats', limit: 700 }
    const first = await oneStreamOf(ledger).history(query)
    expect(first).toEqual(await ledger.history(query))
    const cursor = String(first.cursor)
    expect(await oneStreamOf(ledger).history({ ...query, cursor })).toEqual(await ledger.history({ ...query, cursor }))
  })
})
