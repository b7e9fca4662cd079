/** Replay and differences: step by step the events themselves, and between two moments what they changed. */

import { getEventListeners } from 'node:events'
import * as fc from 'fast-check'
import { lastValueFrom, take, toArray } from 'rxjs'
import { describe, expect, it } from 'vitest'
import { systemClock } from '../../../adapters/system/index.js'
import { readDiffMoments, touchedBetween } from '../../../application/reading-history/diff-moments.js'
import { type ReplayPorts, type ReplayStep, replay, replayed } from '../../../application/reading-history/replay.js'
import type { EventStore, Position, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import { Metric, type MetricValue } from '../../../domain/run/metrics.js'
import { auditProjection } from '../../../projections/audit/audit-index.js'
import { auditLine } from '../../../projections/audit/line.js'
import { lineageProjection } from '../../../projections/lineage/apply.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import { diffMoments, type MomentsDiff } from '../../../projections/registry/questions/diff-moments.js'
import { atOnce } from '../../../projections/registry/questions/in-steps.js'
import { type RegistryQuestions, registryQuestions } from '../../../projections/registry/questions/lookup.js'
import type { Registry } from '../../../projections/registry/state.js'
import { noPositionTimes } from '../../../projections/storage/position-times.js'
import { happen, history, seen, timesOf } from '../../projections/lineage-history.js'
import { decoded } from '../../support/decoded.js'
import { giveEveryCommand } from '../../support/domain-history.js'
import { eventsIn, openTestLedger, right } from '../../support/domain-ledger.js'
import { artifactNamed, runNamed } from '../../support/domain-samples.js'

const registryOf = (events: ReadonlyArray<StoredEvent>): Registry => {
  const registry = registryProjection.initial()
  for (const event of seen(events)) registryProjection.apply(registry, event)
  return registry
}

const portsOf = (store: EventStore, events: ReadonlyArray<StoredEvent>): ReplayPorts<RegistryQuestions> => {
  const index = auditProjection.initial()
  const graph = lineageProjection.initial()
  for (const event of seen(events)) {
    auditProjection.apply(index, event)
    lineageProjection.apply(graph, event)
  }
  const registry = registryOf(events)
  const view = (position: number) =>
    registryQuestions({ registry, positionTimes: noPositionTimes(), position, defaults: {} })
  return { store, index, graph, positionTimes: timesOf(events), view, sleep: async () => undefined }
}

const all = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const list: A[] = []
  for await (const item of items) list.push(item)
  return list
}

const positionsOf = (steps: ReadonlyArray<ReplayStep<unknown>>): ReadonlyArray<number> =>
  steps.map(({ change }) => change.position)

const ORDER = fc.constantFrom('ascending' as const, 'descending' as const)

describe('replay', () => {
  it('gives every event of an interval, forwards and backwards, with its line and the registry as of it', async () => {
    await fc.assert(
      fc.asyncProperty(history, fc.nat(100), fc.nat(100), ORDER, async (steps, one, other, order) => {
        const { store, events } = await happen(steps)
        const ports = portsOf(store, events)
        const [after, until] = [one % (events.length + 1), other % (events.length + 1)]
        const replayedSteps = await all(replay(ports, { after, until, order }))
        const between = events.filter(
          ({ position, type }) => position > after && position <= until && type !== 'CommandAccepted',
        )
        expect(replayedSteps.map(({ change }) => change)).toEqual(
          (order === 'ascending' ? between : between.toReversed()).map((stored) =>
            auditLine(stored, ports.positionTimes),
          ),
        )
        for (const { event, change, view } of replayedSteps) {
          expect(event?.position).toBe(change.position)
          expect(view.moment.position).toBe(change.position)
          if (event?.event.type !== 'AliasMoved') continue
          const { alias, to: holder } = event.event
          const version = view.version(`${change.subject}:${alias}`)
          expect(right(version).version).toBe(holder)
        }
      }),
      { numRuns: 20 },
    )
  })

  it('of a subject gives what names it', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const events = await eventsIn(ledger.store)
    const of = { kind: 'version', artifact: artifactNamed('model'), version: 1 } as const
    const steps = await all(replay(portsOf(ledger.store, events), { of, until: events.length }))
    expect(steps.map(({ change }) => change.what)).toEqual([
      'logged acme/churn/model:v1 with 1 file (1 B), drafted from v0, in the run acme/churn/run-0, which had finished',
      'moved the alias latest of acme/churn/model from v0 to v1',
      expect.stringContaining('logged again the content of acme/churn/model:v0, drafted from v1'),
      'moved the alias latest of acme/churn/model from v1 to v0',
      'moved the alias best of acme/churn/model from v0 to v1',
      'deleted acme/churn/model:v1, which held 1 file (1 B)',
      'removed the alias best of acme/churn/model from v1',
    ])
  })

  it('shows an event from the future without its meaning, whichever way it goes', async () => {
    const { store, events } = await happen([])
    const ports = portsOf(store, events)
    const [first] = events
    if (first === undefined) throw new Error('no event')
    const future = { id: 'f', type: 'ModelCardSigned', data: '{}', metadata: first.metadata }
    right(await store.append('card-acme/churn/model', 'none', [future])())
    const to = events.length + 1
    const forwards = await all(replay(ports, { until: to }))
    expect(forwards).toHaveLength(to)
    expect(forwards.at(-1)).toMatchObject({ event: null, change: { type: 'ModelCardSigned', position: to } })
    const backwards = await all(replay(ports, { until: to, order: 'descending' }))
    expect(positionsOf(backwards)).toEqual(positionsOf(forwards).toReversed())
  })

  it('goes back through a long history in pieces, missing none', async () => {
    const { give, store } = openTestLedger()
    const run = runNamed('r')
    await give({ type: 'StartRun', run })
    for (let epoch = 0; epoch < 700; epoch++) await give({ type: 'SummariseRun', run, metrics: { epoch } })
    const events = await eventsIn(store)
    const steps = await all(replay(portsOf(store, events), { after: 3, until: 690, order: 'descending' }))
    expect(positionsOf(steps)).toEqual(Array.from({ length: 687 }, (_, index) => 690 - index))
  })

  describe('paced', () => {
    const paced = async (pace: Parameters<typeof replay>[1]['pace']): Promise<ReadonlyArray<number>> => {
      const { store, events } = await happen([])
      const moved = events.map((stored, index) => ({
        ...stored,
        metadata: stored.metadata.replace(
          /"recordedAt":"[^"]*"/,
          `"recordedAt":"${new Date(Date.UTC(2026, 0, 1, 0, 0, index === 2 ? 100 : index)).toISOString()}"`,
        ),
      }))
      const readAll: EventStore['readAll'] = async function* (after) {
        yield moved.filter(({ position }) => position > after)
      }
      const slept: number[] = []
      const sleep = async (milliseconds: number) => void slept.push(milliseconds)
      const ports = { ...portsOf(store, moved), store: { ...store, readAll }, sleep }
      expect(await all(replay(ports, { until: 5, ...(pace === undefined ? {} : { pace }) }))).toHaveLength(5)
      return slept
    }

    it('not at all, evenly, or as it was recorded', async () => {
      expect(await paced(undefined)).toEqual([])
      expect(await paced('full')).toEqual([])
      expect(await paced({ every: 40 })).toEqual([40, 40, 40, 40])
      // One second, then 99; then a clock was behind, and no time passes until it is not.
      expect(await paced({ factor: 10 })).toEqual([100, 9900])
      expect(await paced({ factor: 10, longest: 500 })).toEqual([100, 500])
    })

    it('ends at once when it is aborted in a pause', async () => {
      const { store, events } = await happen([])
      const stop = new AbortController()
      const sleep = (milliseconds: number, signal: AbortSignal): Promise<void> => {
        setImmediate(() => stop.abort())
        return systemClock.sleep(milliseconds, signal)
      }
      const ports = { ...portsOf(store, events), sleep }
      const steps = await all(replay(ports, { until: 5, pace: { every: 1e9 } }, stop.signal))
      expect(steps).toHaveLength(1)
    })
  })

  it('leaves nothing behind on the signal of its caller, however long a pause is', async () => {
    const { store, events } = await happen([])
    const stop = new AbortController()
    const replayOf = (every: number) =>
      replay(
        { ...portsOf(store, events), sleep: systemClock.sleep },
        { until: events.length, pace: { every } },
        stop.signal,
      )
    expect(await all(replayOf(1))).toHaveLength(events.length)
    expect(getEventListeners(stop.signal, 'abort')).toEqual([])
    const long = replayOf(2 ** 32)
    await long.next()
    const second = long.next().then(() => 'came')
    expect(await Promise.race([second, systemClock.sleep(50).then(() => 'waits')])).toBe('waits')
    stop.abort()
    await second
  })

  describe('reads no more than is asked for', () => {
    const counted = async () => {
      const { store, events } = await happen([])
      const ports = portsOf(store, events)
      const read = { pages: 0, open: 0 }
      const readAll: EventStore['readAll'] = async function* (after) {
        read.open++
        try {
          for (const stored of events) {
            if (stored.position <= after) continue
            read.pages++
            yield [stored]
          }
        } finally {
          read.open--
        }
      }
      return { ports: { ...ports, store: { ...store, readAll } }, read, to: events.length }
    }

    it('by an iteration that is broken off', async () => {
      const { ports, read, to } = await counted()
      for await (const { change } of replay(ports, { until: to })) if (change.position === 2) break
      expect(read).toEqual({ pages: 2, open: 0 })
    })

    it('by a subscriber that has left', async () => {
      const { ports, read, to } = await counted()
      const seenSteps = await lastValueFrom(replayed(ports, { until: to }).pipe(take(2), toArray()))
      expect(positionsOf(seenSteps)).toEqual([1, 2])
      await new Promise((resolve) => setTimeout(resolve, 20))
      expect(read.pages).toBeLessThanOrEqual(3)
      expect(read.open).toBe(0)
    })

    it('and each subscriber has a replay of its own, with its end', async () => {
      const { ports, read, to } = await counted()
      const steps = replayed(ports, { until: to })
      expect(read.pages).toBe(0)
      const [one, other] = await Promise.all([
        lastValueFrom(steps.pipe(toArray())),
        lastValueFrom(steps.pipe(toArray())),
      ])
      expect(positionsOf(one)).toEqual(positionsOf(other))
      expect(one).toHaveLength(to)
    })
  })

  it('tells of an event that cannot be read', async () => {
    const { store, events } = await happen([])
    const readAll: EventStore['readAll'] = async function* () {
      yield events.map((stored) => ({ ...stored, data: '{' }))
    }
    const ports = { ...portsOf(store, events), store: { ...store, readAll } }
    await expect(all(replay(ports, { until: 5 }))).rejects.toThrow(/revision 0 of run-acme\/churn\/run-0, is damaged/)
    await expect(lastValueFrom(replayed(ports, { until: 5 }))).rejects.toThrow(
      /revision 0 of run-acme\/churn\/run-0, is damaged/,
    )
  })
})

/** The registry at a moment, found by going through the events, as one flat table of facts. */
const factsByHand = (events: ReadonlyArray<StoredEvent>, moment: Position): Map<string, unknown> => {
  const facts = new Map<string, unknown>()
  for (const { type, data, stream, position } of events) {
    if (position > moment) break
    const said = JSON.parse(data)
    const home = decodeURIComponent(stream.slice(stream.indexOf('-') + 1))
    const version = `${home}:v${said.version}`
    const pathOf = (ref: { entity: string; project: string; name: string; version: number }) =>
      `${ref.entity}/${ref.project}/${ref.name}:v${ref.version}`
    const kind = type.startsWith('Artifact') ? 'artifact' : 'registered-model'
    if (type === 'RegisteredModelCreated' || type === 'ArtifactCreated') {
      const life = [...facts.keys()].filter((fact) => fact.startsWith(`created ${home}#`)).length
      facts.set(`created ${home}#${life}`, [kind, said.artifactType])
    }
    if (type === 'RegisteredModelDeleted' || type === 'ArtifactDeleted') {
      const lives = [...facts].filter(([fact]) => fact.startsWith(`created ${home}#`))
      facts.set(`removed ${home}#${lives.length - 1}`, lives.at(-1)?.[1])
      for (const [fact, value] of facts) {
        if (fact.startsWith(`logged ${home}:v`)) facts.set(fact.replace('logged', 'deleted'), true)
        if (fact.startsWith(`linked ${home}:v`)) facts.set(fact.replace('linked', 'unlinked'), value)
        if (fact.startsWith(`alias ${home} `)) facts.delete(fact)
      }
      for (const what of ['description', 'metadata', 'tags']) facts.delete(`${what} ${home}`)
    }
    if (type === 'RegisteredModelCreated' || type === 'ArtifactCreated')
      facts.set(`description ${home}`, said.description ?? null)
    if (type === 'ArtifactVersionLogged') {
      const { run } = said
      facts.set(`logged ${version}`, run === undefined ? null : `${run.ref.entity}/${run.ref.project}/${run.ref.run}`)
      facts.set(`of-version description ${version}`, said.description ?? null)
      facts.set(`of-version metadata ${version}`, said.metadata ?? null)
      facts.set(`of-version tags ${version}`, said.tags ?? [])
    }
    if (type === 'ArtifactVersionDescribed') {
      if (said.description) facts.set(`of-version description ${version}`, said.description.to)
      if (said.metadata) facts.set(`of-version metadata ${version}`, said.metadata.to)
    }
    if (type === 'ArtifactVersionTagged' || type === 'ArtifactVersionUntagged')
      facts.set(`of-version tags ${version}`, said.to)
    if (type === 'ArtifactVersionDeleted') facts.set(`deleted ${version}`, true)
    if (type === 'AliasMoved') facts.set(`alias ${home} ${said.alias}`, said.to)
    if (type === 'AliasRemoved') facts.delete(`alias ${home} ${said.alias}`)
    if (type === 'VersionLinked') facts.set(`linked ${version}`, pathOf(said.source))
    if (type === 'VersionUnlinked') facts.set(`unlinked ${version}`, pathOf(said.source))
    if (type === 'RegisteredModelDescribed' || type === 'ArtifactDescribed') {
      if (said.description) facts.set(`description ${home}`, said.description.to)
      if (said.metadata) facts.set(`metadata ${home}`, said.metadata.to)
    }
    if (/^(RegisteredModel|Artifact)(Untagged|Tagged)$/.test(type)) facts.set(`tags ${home}`, said.to)
    if (type === 'RunStarted') facts.set(`started ${home}`, true)
    if (type === 'RunFinished') facts.set(`finished ${home}`, said.outcome)
    if (type === 'RunSummarised')
      for (const [name, value] of Object.entries(said.to)) facts.set(`metric ${home} ${name}`, value)
    if (type === 'ArtifactVersionUsed') {
      const { through } = said
      const link = through === undefined ? null : pathOf({ ...through.model, version: through.version })
      facts.set(`used ${home} ${pathOf(said.version)} ${link}`, true)
    }
    if (type === 'DistributedPartUpserted') facts.set(`draft ${home} ${said.generation}`, 'open')
    if (type === 'DistributedCommitted') facts.set(`draft ${home} ${said.generation}`, 'sealed')
    if (type === 'DistributedAbandoned') facts.set(`draft ${home} ${said.generation}`, 'abandoned')
  }
  return facts
}

const asRecorded = (value: MetricValue | null) => (value === null ? null : decoded(Metric, value))

/** A difference as changes of such facts. */
const flat = (found: MomentsDiff): ReadonlyArray<string> => {
  const line = (fact: string, from: unknown, to: unknown): string =>
    `${fact}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`
  const isVersion = (of: string): string => (/:v\d+$/.test(of) ? 'of-version ' : '')
  return [
    ...found.created.map(({ collection, kind, type }) => line(`created ${collection}`, null, [kind, type])),
    ...found.removed.map(({ collection, kind, type }) => line(`removed ${collection}`, null, [kind, type])),
    ...found.logged.map(({ version, run }) => line(`logged ${version}`, null, run)),
    ...found.deleted.map(({ version }) => line(`deleted ${version}`, null, true)),
    ...found.linked.map(({ version, source }) => line(`linked ${version}`, null, source)),
    ...found.unlinked.map(({ version, source }) => line(`unlinked ${version}`, null, source)),
    ...found.sourcesDeleted.map(({ version, source }) => line(`source of ${version}`, 'there', `${source} is deleted`)),
    ...found.aliases.map(({ collection, alias, from, to }) => line(`alias ${collection} ${alias}`, from, to)),
    ...found.tags.map(({ of, from, to }) => line(`${isVersion(of)}tags ${of}`, from, to)),
    ...found.descriptions.map(({ of, from, to }) => line(`${isVersion(of)}description ${of}`, from, to)),
    ...found.metadata.map(({ of, from, to }) => line(`${isVersion(of)}metadata ${of}`, from, to)),
    ...found.started.map(({ run }) => line(`started ${run}`, null, true)),
    ...found.finished.map(({ run, outcome }) => line(`finished ${run}`, null, outcome)),
    ...found.metrics.map(({ run, metric, from, to }) =>
      line(`metric ${run} ${metric}`, asRecorded(from), asRecorded(to)),
    ),
    ...found.used.map(({ run, version, through }) => line(`used ${run} ${version} ${through}`, null, true)),
    ...found.drafts.map(({ artifact, distributedId, generation, from, to }) =>
      line(`draft ${artifact}/${distributedId} ${generation}`, from, to),
    ),
  ].sort()
}

/** The same from two tables. What a version was logged with is part of its logging. */
const differenceByHand = (before: Map<string, unknown>, after: Map<string, unknown>): ReadonlyArray<string> => {
  const lines: string[] = []
  for (const [fact, source] of before) {
    const link = fact.replace('linked', 'unlinked')
    const stood = fact.startsWith('linked ') && !before.has(link) && !after.has(link)
    const deleted = `deleted ${source}`
    if (stood && after.has(deleted) && !before.has(deleted))
      lines.push(`${fact.replace('linked', 'source of')}: "there" -> "${source} is deleted"`)
  }
  for (const fact of new Set([...before.keys(), ...after.keys()])) {
    const isNewVersion = fact.startsWith('of-version ') && !before.has(fact)
    const none = fact.startsWith('tags ') ? [] : null
    const [from, to] = [before.get(fact) ?? none, after.get(fact) ?? none]
    const logged = fact.startsWith('logged ') && !before.has(fact)
    if (isNewVersion || (JSON.stringify(from) === JSON.stringify(to) && !logged)) continue
    // Of each life of a name.
    const told = fact.replace(/^((?:created|removed) .*)#\d+$/, '$1')
    lines.push(`${told}: ${JSON.stringify(from)} -> ${JSON.stringify(to)}`)
  }
  return lines.sort()
}

describe('the difference between two moments', () => {
  it('is that of the registries at those moments, for random histories', async () => {
    await fc.assert(
      fc.asyncProperty(history, async (steps) => {
        const { store, events } = await happen(steps)
        const registry = registryOf(events)
        for (let from = 0; from <= events.length; from += 7) {
          for (let to = from; to <= events.length; to += 5) {
            const found = diffMoments(registry, from, to)
            expect(flat(found)).toEqual(
              differenceByHand(factsByHand(events, toPosition(from)), factsByHand(events, toPosition(to))),
            )
            expect(diffMoments(registry, to, from)).toEqual(found)
            const touched = await touchedBetween(store, registry, from, to)
            expect(diffMoments(registry, from, to, touched)).toEqual(found)
          }
        }
      }),
      { numRuns: 15 },
    )
  })

  it('is so for a history in which everything happens, at every pair of positions', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const events = await eventsIn(ledger.store)
    const registry = registryOf(events)
    const kinds = new Set<string>()
    for (let from = 0; from <= events.length; from++) {
      for (let to = from; to <= events.length; to++) {
        const difference = diffMoments(registry, from, to)
        const touched = await touchedBetween(ledger.store, registry, from, to)
        expect(diffMoments(registry, from, to, touched)).toEqual(difference)
        const found = flat(difference)
        for (const [kind, items] of Object.entries(difference))
          if (Array.isArray(items) && items.length > 0) kinds.add(kind)
        const expected = differenceByHand(factsByHand(events, toPosition(from)), factsByHand(events, toPosition(to)))
        expect(found, `${from} to ${to}`).toEqual(expected)
      }
    }
    // The table holds every kind of difference.
    expect([...kinds].sort()).toEqual(
      Object.keys(diffMoments(registry, 0, 0))
        .filter((key) => key !== 'from' && key !== 'to')
        .sort(),
    )
  })

  it('of the last events is read from them, and nothing else is looked at; of many, nothing is read', async () => {
    const { store, give, manifest } = openTestLedger()
    const log = async (name: string, word: string) =>
      give({
        type: 'LogArtifactVersion',
        artifact: artifactNamed(name),
        artifactType: 'model',
        manifest: await manifest(word),
      })
    for (let version = 0; version < 60; version++) await log('long', `${version}`)
    await log('short', 'a')
    await log('long', 'newest')
    const events = await eventsIn(store)
    const [registry, index, head] = [registryOf(events), auditProjection.initial(), events.length]
    for (const event of seen(events)) auditProjection.apply(index, event)
    const touched = await touchedBetween(store, registry, head - 3, head)
    expect([...touched.collections].map(([{ path }, numbers]) => [path, [...numbers]])).toEqual([
      ['acme/churn/long', [59, 60]],
      ['acme/churn/short', [0]],
    ])
    const read: number[] = []
    const readAll: EventStore['readAll'] = (after) => {
      read.push(after)
      return store.readAll(after)
    }
    const ports = { store: { ...store, readAll }, registry, index }
    expect(atOnce(await readDiffMoments(ports, head, head - 2))).toMatchObject({
      logged: [{ version: 'acme/churn/long:v60' }],
    })
    expect(read).toEqual([head - 2])
    expect(atOnce(await readDiffMoments(ports, 0, head)).logged).toHaveLength(62)
    expect(read).toEqual([head - 2])
  })
})
