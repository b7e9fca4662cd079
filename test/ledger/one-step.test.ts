/** The events of a command are one step: whatever is asked as of a position inside one is answered as of its end, by every question alike. */
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from '../../adapters/memory/index.js'
import type { EventStore, StoredEvent } from '../../domain/ports/event-store.js'
import { revisionBefore } from '../../domain/ports/event-store.js'
import { type LedgerAsOf, LedgerError, openLedger, type Page } from '../../index.js'
import { oneStreamOf } from '../../ledger/looking-back/one-stream.js'
import { historyOf } from '../projections/histories.js'
import { bruteForce } from '../support/brute-force.js'
import { right } from '../support/domain-ledger.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

const commandOf = ({ stream, metadata }: StoredEvent): string => `${stream} ${JSON.parse(metadata).commandId}`

/** The last position of the command that a position is inside, for each position. */
const endsOf = (events: ReadonlyArray<StoredEvent>): ReadonlyArray<number> => [
  0,
  ...events.map((event) => events.findLastIndex((other) => commandOf(other) === commandOf(event)) + 1),
]

/** The same events in a store of their own, each command by one append. */
const storeOf = async (events: ReadonlyArray<StoredEvent>): Promise<EventStore> => {
  const store = memoryEventStore()
  for (let at = 0; at < events.length; ) {
    const [first, ...rest] = events.slice(at)
    if (first === undefined) break
    const next = rest.findIndex((event) => commandOf(event) !== commandOf(first))
    const command: [StoredEvent, ...StoredEvent[]] = [first, ...(next === -1 ? rest : rest.slice(0, next))]
    right(await store.append(first.stream, revisionBefore(first.revision), command)())
    at += command.length
  }
  return store
}

const all = async <A>(page: (cursor: { cursor?: string }) => Promise<Page<A>>): Promise<ReadonlyArray<A>> => {
  const items: A[] = []
  for (let next: { cursor?: string } | undefined = {}; next !== undefined; ) {
    const { items: more, cursor }: Page<A> = await page(next)
    items.push(...more)
    next = cursor === undefined ? undefined : { cursor }
  }
  return items
}

const WITH_ALL = { withArchived: true, withDeleted: true }

/** What the questions as of one moment say of each other. */
const agree = async (then: LedgerAsOf): Promise<void> => {
  const collections = [
    ...(await all((page) => then.artifacts({ ...page, ...WITH_ALL }))),
    ...(await all((page) => then.registeredModels({ ...page, ...WITH_ALL }))),
  ]
  for (const { path, aliases, versionCount, newest } of collections) {
    const versions = await all((page) => then.versions(path, page))
    const there = versions.filter(({ deleted, unlinked }) => deleted === null && unlinked === null)
    const found = await all((page) => then.search({ ...page, name: path, withArchived: true }))
    expect(found.map((version) => version.path).sort(), path).toEqual(there.map((version) => version.path).sort())
    expect(versionCount, path).toBe(there.length)
    expect(newest, path).toBe(there.length === 0 ? null : Math.max(...there.map(({ version }) => version)))
    const held = (await all((page) => then.aliasHistory({ ...page, of: path }))).filter(({ until }) => until === null)
    expect(Object.fromEntries(held.map(({ alias, version }) => [alias, version])), path).toEqual(aliases)
    for (const [alias, number] of Object.entries(aliases)) {
      const version = versions.find((version) => version.version === number)
      expect(version?.aliases, path).toContain(alias)
      // An alias is on what is there, or on a link whose source is gone.
      expect(version?.unlinked, path).toBe(null)
      if (version?.kind === 'artifact') expect(version.deleted, path).toBe(null)
      const outcome = await then.resolve(`${path}:${alias}`).catch((error: unknown) => error)
      if (version?.deleted === null) expect(outcome).toEqual(version)
      else expect(outcome instanceof LedgerError && outcome.code, `${path}:${alias}`).toBe('version-deleted')
      const byAlias = (await all((page) => then.search({ ...page, name: path, alias, withArchived: true }))).length
      expect(byAlias, `${path}:${alias}`).toBe(version?.deleted === null ? 1 : 0)
    }
  }
}

describe('a position inside a command', () => {
  it('is answered as of its end, by every question alike and as brute force has it', async () => {
    const history = fc.array(fc.noBias(fc.maxSafeNat()), { minLength: 25, maxLength: 50, size: 'max' })
    await fc.assert(
      fc.asyncProperty(history, async (numbers) => {
        const events = await historyOf(numbers)
        const ends = endsOf(events)
        const ledger = await openLedger({ events: await storeOf(events), files: memoryFileStore(), actor: 'anna' })
        for (const [position, end] of ends.entries()) {
          const then = ledger.at(position)
          expect((await then.moment()).position).toBe(end)
          await agree(then)
          const force = bruteForce()
          for (const event of events.slice(0, end)) force.tell(event)
          const { registeredModels, artifacts, projects } = force.picture()
          expect((await then.artifacts({ limit: 100, ...WITH_ALL })).items).toEqual(artifacts)
          expect((await then.registeredModels({ limit: 100, ...WITH_ALL })).items).toEqual(registeredModels)
          expect((await then.projects({ limit: 100 })).items).toEqual(projects)
        }
        await ledger.close()
      }),
      { numRuns: 6 },
    )
  })

  it('is not seen from outside: not as a moment, a difference, a history, a replay or a stream alone', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), aliases: ['best'] })
    const { position: end } = await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true })
    const of = 'acme/animals/cats'
    for (let position = end - 2; position <= end; position++) {
      const then = ledger.at(position)
      expect(await then.moment()).toMatchObject({ position: end })
      expect(await then.artifact('cats')).toMatchObject({ aliases: {}, versionCount: 0 })
      expect((await then.aliasHistory({ of })).items).toEqual((await ledger.aliasHistory({ of })).items)
      expect((await then.history({ of })).items).toHaveLength(end)
      expect((await ledger.history({ of, until: position })).items).toHaveLength(end)
      expect(await ledger.diffMoments(position, end)).toMatchObject({ from: end, to: end, deleted: [], aliases: [] })
      const alone = oneStreamOf(ledger, position)
      expect((await alone.aliasHistory({ of })).items).toEqual((await ledger.aliasHistory({ of })).items)
      // Who goes on behind an event that was seen misses nothing.
      expect((await ledger.history({ of, after: position })).items).toHaveLength(end - position)
    }
    for await (const { change, view } of ledger.replay())
      expect((await view.moment()).position).toBe(change.position <= 4 ? 4 : end)
    await ledger.close()
  })

  it('is where a snapshot, a page or a reading that failed may end, and the answers are the same', async () => {
    const events = await historyOf(fc.sample(fc.noBias(fc.maxSafeNat()), { numRuns: 60, seed: 3 }))
    const ends = endsOf(events)
    const whole = await storeOf(events)
    const snapshots = memorySnapshotStore()
    let failAt = 0
    const cut: EventStore = {
      ...whole,
      async *readAll(after) {
        for await (const page of whole.readAll(after))
          for (const event of page) {
            if (event.position === failAt) throw new Error('the line is cut')
            yield [event]
          }
      },
    }
    const inside = ends.flatMap((end, position) => (end > position ? [position] : []))
    for (const position of inside.filter((_, index) => index % 7 === 0)) {
      failAt = position + 1
      const first = await openLedger({
        events: { ...cut, close: async () => undefined },
        files: memoryFileStore(),
        snapshots,
      })
      await expect(first.moment()).rejects.toMatchObject({ code: 'unavailable' })
      await first.close()
      failAt = 0
      const second = await openLedger({
        events: { ...cut, close: async () => undefined },
        files: memoryFileStore(),
        snapshots,
      })
      expect(await second.moment()).toMatchObject({ position: events.length })
      expect(await second.at(position).moment()).toMatchObject({ position: ends[position] })
      await second.close()
    }
  })
})

describe('what is watched', () => {
  it('never shows a command half done', async () => {
    const { ledger } = await memoryLedger()
    const seen: number[] = []
    const watching = ledger.watchPosition.subscribe((position) => seen.push(position))
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('1'), aliases: ['best'] })
    await ledger.deleteVersion({ version: 'cats:v0', deleteAliases: true })
    await expect.poll(() => seen.at(-1)).toBe(7)
    expect(seen.every((position) => [0, 4, 7].includes(position))).toBe(true)
    watching.unsubscribe()
    await ledger.close()
  })
})
