/** The audit: every line readable alone, every question answered as by looking through everything. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../../adapters/memory/index.js'
import { systemClock } from '../../../adapters/system/index.js'
import { projector } from '../../../application/projecting/projector.js'
import { aliasHistory, movesInRegistry } from '../../../application/reading-history/alias-tenures.js'
import type { AuditPorts } from '../../../application/reading-history/events-of.js'
import { type AuditQuery, type AuditSubject, audit, auditLines } from '../../../application/reading-history/history.js'
import { eventCodecs } from '../../../domain/events/catalogue.js'
import { encodeEvent } from '../../../domain/events/stored-events.js'
import {
  type EventStore,
  EventStoreError,
  type StoredEvent,
  toPosition,
  toRevision,
} from '../../../domain/ports/event-store.js'
import { digestFrom } from '../../../domain/values/digest.js'
import { CommandId } from '../../../domain/values/envelope.js'
import { actorOf } from '../../../domain/values/metadata-text.js'
import { ArtifactType, versionNumberAt } from '../../../domain/values/names.js'
import { omitUndefined } from '../../../domain/values/omit-undefined.js'
import { type AuditIndex, auditProjection } from '../../../projections/audit/audit-index.js'
import { auditCsv, auditNdjson } from '../../../projections/audit/export.js'
import { type AuditLine, auditLine } from '../../../projections/audit/line.js'
import { lineageProjection } from '../../../projections/lineage/apply.js'
import { lineage } from '../../../projections/lineage/lineage.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import { noPositionTimes } from '../../../projections/storage/position-times.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { partly } from '../../projections/histories.js'
import { happen, history, seen, timesOf } from '../../projections/lineage-history.js'
import { decoded } from '../../support/decoded.js'
import { giveEveryCommand } from '../../support/domain-history.js'
import { eventsIn, left, openTestLedger, right } from '../../support/domain-ledger.js'
import { artifactNamed, modelNamed, runNamed } from '../../support/domain-samples.js'

const portsOf = (store: EventStore, events: ReadonlyArray<StoredEvent>): AuditPorts => {
  const index = auditProjection.initial()
  const graph = lineageProjection.initial()
  for (const event of seen(events)) {
    auditProjection.apply(index, event)
    lineageProjection.apply(graph, event)
  }
  return { store, index, graph, positionTimes: timesOf(events) }
}

const all = async <A>(items: AsyncIterable<A>): Promise<ReadonlyArray<A>> => {
  const list: A[] = []
  for await (const item of items) list.push(item)
  return list
}

/** The lines of some of them. */
const linesOf = (events: ReadonlyArray<StoredEvent>, all = events): ReadonlyArray<AuditLine> => {
  const times = timesOf(all)
  return events.map((stored) => auditLine(stored, times))
}

const everyEvent = async (): Promise<ReadonlyArray<AuditLine>> => {
  const ledger = openTestLedger()
  await giveEveryCommand(ledger)
  return linesOf(await eventsIn(ledger.store))
}

describe('a line', () => {
  it('tells of every type of event in a sentence, and as before and after', async () => {
    const lines = await everyEvent()
    expect(lines.map(({ what }) => what)).toEqual([
      'started the run acme/churn/run-1, in the group eval, as train',
      'recorded epoch = 1, loss = 0.3 for the run acme/churn/run-1',
      'recorded converged = false, floor = -Infinity, gradient = NaN, loss = 0.25 (was 0.3), note = läuft, offset = -0 for the run acme/churn/run-1',
      'started the run acme/churn/run-0',
      'finished the run acme/churn/run-0, which crashed',
      'created the artifact acme/churn/model, of type model',
      'logged acme/churn/model:v0 with 1 file (1 B), in the run acme/churn/run-1',
      'set the alias best of acme/churn/model to v0',
      'set the alias latest of acme/churn/model to v0',
      'logged acme/churn/model:v1 with 1 file (1 B), drafted from v0, in the run acme/churn/run-0, which had finished',
      'moved the alias latest of acme/churn/model from v0 to v1',
      'logged again the content of acme/churn/model:v0, drafted from v1, in the run acme/churn/run-0, which had finished',
      'moved the alias latest of acme/churn/model from v1 to v0',
      'changed the description and changed the metadata (layers, lr) of acme/churn/model:v0',
      'tagged acme/churn/model:v0 with checked',
      'removed the tag cnn from acme/churn/model:v0',
      'moved the alias best of acme/churn/model from v0 to v1',
      'removed the alias latest of acme/churn/model from v0',
      'deleted acme/churn/model:v1, which held 1 file (1 B)',
      'removed the alias best of acme/churn/model from v1',
      'brought 1 file (1 B) to generation 0 of the distributed draft acme/churn/model/eval as the writer "worker 1", in the run acme/churn/run-0, which had finished',
      'brought 2 files (2 B) to generation 0 of the distributed draft acme/churn/model/eval as the writer "worker 2", in the run acme/churn/run-0, which had finished',
      'sealed generation 0 of the distributed draft acme/churn/model/eval with 2 files (2 B) of 2 writers ("worker 1", "worker 2"), in the run acme/churn/run-0, which had finished',
      'brought 1 file (1 B) to generation 1 of the distributed draft acme/churn/model/eval as the writer "worker 1", in the run acme/churn/run-1',
      'abandoned generation 1 of the distributed draft acme/churn/model/eval, to which 1 writer had brought parts',
      'created the registered model acme/model-registry/Churn, of type model',
      'linked acme/churn/model:v0 to acme/model-registry/Churn as v0',
      'set the alias staging of acme/model-registry/Churn to v0',
      'set the alias latest of acme/model-registry/Churn to v0',
      'set the alias production of acme/model-registry/Churn to v0',
      'gave a command about acme/model-registry/Churn:v0 that changed nothing',
      'used acme/churn/model:v0 in the run acme/churn/run-0, through acme/model-registry/Churn:v0, after the run had finished',
      'used acme/churn/model:v0 in the run acme/churn/run-1',
      'changed the description of acme/model-registry/Churn',
      'tagged acme/model-registry/Churn with tabular, churn',
      'removed the tag churn from acme/model-registry/Churn',
      'removed the alias production of acme/model-registry/Churn from v0',
      'unlinked acme/model-registry/Churn:v0, which was acme/churn/model:v0',
      'removed the alias staging of acme/model-registry/Churn from v0',
      'removed the alias latest of acme/model-registry/Churn from v0',
      'finished the run acme/churn/run-1',
      'changed the description of acme/churn/model',
      'tagged acme/churn/model with tabular, churn',
      'removed the tag churn from acme/churn/model',
      'archived acme/churn/model',
      'took acme/churn/model out of the archive',
      'archived acme/model-registry/Churn',
      'took acme/model-registry/Churn out of the archive',
      'changed the description and set the metadata of acme/model-registry/Churn',
      'created the artifact acme/churn/old, of type model',
      'logged acme/churn/old:v0 with 1 file (1 B)',
      'set the alias best of acme/churn/old to v0',
      'set the alias latest of acme/churn/old to v0',
      'created the registered model acme/model-registry/Over, of type model',
      'linked acme/churn/old:v0 to acme/model-registry/Over as v0',
      'set the alias latest of acme/model-registry/Over to v0',
      'deleted the artifact acme/churn/old, with 1 version and 2 aliases',
      'deleted the registered model acme/model-registry/Over, with 1 link and 1 alias',
      'created the artifact acme/churn/old, of type dataset',
      'logged acme/churn/old:v1 with 1 file (1 B)',
      'set the alias latest of acme/churn/old to v1',
      'created the registered model acme/model-registry/Over, of type dataset',
      'linked acme/churn/old:v1 to acme/model-registry/Over as v1',
      'set the alias latest of acme/model-registry/Over to v1',
      'brought 1 file (1 B) to generation 0 of the distributed draft acme/churn/old/late as the writer w',
      'sealed generation 0 of the distributed draft acme/churn/old/late with 1 file (1 B) of 1 writer (w)',
      'deleted the artifact acme/churn/old, with 1 version and 1 alias',
      'created the artifact acme/churn/old, of type model',
      'logged acme/churn/old:v2 with 1 file (1 B)',
      'set the alias latest of acme/churn/old to v2',
      'abandoned what was sealed of generation 0 of the distributed draft acme/churn/old/late, to which 1 writer had brought parts',
      'logged acme/churn/model:v2 with 2 files (2 B), from generation 0 of the distributed draft eval, in the run acme/churn/run-0, which had finished',
      'set the alias evaluated of acme/churn/model to v2',
      'set the alias latest of acme/churn/model to v2',
      'logged acme/churn/model:v3 with 1 file (1 B), drafted from v0 with its description and metadata, when v2 was the newest',
      'moved the alias latest of acme/churn/model from v2 to v3',
      'logged again the content of acme/churn/model:v0, with description that was not applied, drafted from v0, when v3 was the newest',
      'moved the alias latest of acme/churn/model from v3 to v0',
      'brought 1 file (1 B) to generation 2 of the distributed draft acme/churn/model/eval as the writer "worker 1"',
      'brought 1 file (1 B) to generation 2 of the distributed draft acme/churn/model/eval as the writer "worker 1", removing weights, to build on v0',
      'sealed generation 2 of the distributed draft acme/churn/model/eval with 2 files (2 B) of 1 writer ("worker 1"), built on v0',
      'linked acme/churn/model:v3 to acme/model-registry/Churn as v1',
      'set the alias latest of acme/model-registry/Churn to v1',
      'deleted acme/churn/model:v3, which held 1 file (1 B), and left acme/model-registry/Churn:v1, which links to it',
      'brought 1 file (1 B) to generation 3 of the distributed draft acme/churn/model/eval as the writer "worker 1"',
      'sealed generation 3 of the distributed draft acme/churn/model/eval with 1 file (1 B) of 1 writer ("worker 1")',
      'created the artifact acme/churn/copies, of type model',
      'logged acme/churn/copies:v0 with 1 file (1 B), copied from acme/churn/model:v0 with its description and metadata',
      'set the alias latest of acme/churn/copies to v0',
      'logged again the content of acme/churn/copies:v0, with description that was not applied, copied from acme/churn/model:v0',
      'logged acme/churn/model:v4 with 2 files (2 B), drafted from v0, when v2 was the newest, from generation 2 of the distributed draft eval',
      'moved the alias latest of acme/churn/model from v0 to v4',
      'logged again the content of acme/churn/model:v0, from generation 3 of the distributed draft eval',
      'moved the alias latest of acme/churn/model from v4 to v0',
      'gave up the events at the positions 101 to 110 for lost',
    ])
    const types = Object.values(eventCodecs).flatMap((codecs) => Object.keys(codecs))
    expect([...new Set(lines.map(({ type }) => type))].sort()).toEqual([...new Set(types)].sort())

    const changed = (type: string, index = 0): unknown => {
      const line = lines.filter((each) => each.type === type)[index]
      return line === undefined ? undefined : [line.subject, line.before, line.after]
    }
    const one = { digest: expect.stringMatching(/^sha256:/), entries: 1, bytes: 1 }
    expect(changed('AliasMoved')).toEqual(['acme/churn/model', null, 'v0'])
    expect(changed('AliasMoved', 2)).toEqual(['acme/churn/model', 'v0', 'v1'])
    expect(changed('AliasRemoved')).toEqual(['acme/churn/model', 'v0', null])
    expect(changed('RunFinished')).toEqual(['acme/churn/run-0', 'running', 'crashed'])
    expect(changed('RunSummarised', 1)).toEqual([
      'acme/churn/run-1',
      { converged: null, floor: null, gradient: null, loss: 0.3, note: null, offset: null },
      {
        converged: false,
        floor: { $numberDouble: '-Infinity' },
        gradient: { $numberDouble: 'NaN' },
        loss: 0.25,
        note: 'läuft',
        offset: { $numberDouble: '-0.0' },
      },
    ])
    expect(changed('ArtifactVersionDescribed')).toEqual([
      'acme/churn/model:v0',
      { description: 'smaller and better', metadata: { layers: [64, 32], lr: 0.001 } },
      { description: 'good', metadata: { lr: 0.002 } },
    ])
    expect(changed('ArtifactVersionTagged')).toEqual([
      'acme/churn/model:v0',
      ['cnn', 'small model'],
      ['cnn', 'small model', 'checked'],
    ])
    expect(changed('ArtifactVersionDeleted')).toEqual(['acme/churn/model:v1', { manifest: one }, null])
    expect(changed('VersionLinked')).toEqual([
      'acme/model-registry/Churn:v0',
      null,
      { source: 'acme/churn/model:v0', manifest: one },
    ])
    expect(changed('VersionUnlinked')).toEqual([
      'acme/model-registry/Churn:v0',
      { source: 'acme/churn/model:v0' },
      null,
    ])
    expect(changed('DistributedAbandoned')).toEqual(['acme/churn/model/eval#1', 'open', 'abandoned'])
    expect(changed('ArtifactVersionLogged')).toEqual([
      'acme/churn/model:v0',
      null,
      expect.objectContaining({ version: 0, manifest: one, tags: ['cnn', 'small model'] }),
    ])
  })

  it('says who, for whom, when claimed and recorded, why, and by which command', async () => {
    const line = (await everyEvent())[7]
    expect(line).toEqual({
      position: 8,
      time: expect.stringMatching(/^2026-05-03T12:00:00\.\d{3}Z$/),
      recordedAt: expect.stringMatching(/^2026-05-03T12:00:00\.\d{3}Z$/),
      occurredAt: '2026-05-03T11:59:59.500Z',
      actor: 'anna@acme.org',
      onBehalfOf: 'team churn',
      what: 'set the alias best of acme/churn/model to v0',
      subject: 'acme/churn/model',
      before: null,
      after: 'v0',
      reason: 'größer ist besser',
      type: 'AliasMoved',
      commandId: 'command-6',
      correlationId: 'pipeline 7',
      causationId: 'nightly',
      stream: 'artifact-acme/churn/model',
      revision: 2,
      eventId: expect.stringMatching(/^[0-9a-f-]{36}$/),
    })
  })

  const metadata = {
    actor: 'ann',
    commandId: 'c1',
    commandDigest: `sha256:${'0'.repeat(64)}`,
    recordedAt: '2026-05-03T12:00:00.000Z',
    schema: 1,
  }
  const stored = (type: string, data: unknown, change: object = {}): StoredEvent => ({
    stream: 'artifact-acme/churn/model',
    revision: toRevision(3),
    position: toPosition(9),
    id: 'e',
    type,
    data: JSON.stringify(data),
    metadata: JSON.stringify({ ...metadata, ...change }),
  })

  it('is there for an event from the future, and says so', () => {
    const line = auditLine(stored('ModelCardSigned', { by: 'x' }), noPositionTimes())
    expect(line).toMatchObject({ actor: 'ann', recordedAt: metadata.recordedAt, type: 'ModelCardSigned', position: 9 })
    expect(line.what).toContain('no words for (ModelCardSigned)')
  })

  it('is not made up for a damaged event', () => {
    const broken = [
      stored('AliasMoved', { alias: 'production' }),
      stored('FromTheFuture', {}, { actor: 7 }),
      { ...stored('FromTheFuture', {}), metadata: '{' },
    ]
    for (const event of broken) {
      expect(() => auditLine(event, noPositionTimes())).toThrow(EventStoreError)
      expect(() => auditLine(event, noPositionTimes())).toThrow(/revision 3 of artifact-acme\/churn\/model, is damaged/)
    }
  })

  it('writes large counts in groups of three digits', () => {
    const deleted = (versions: number, aliases: number) =>
      auditLine(stored('ArtifactDeleted', { artifactType: 'model', versions, aliases }), noPositionTimes()).what
    expect(deleted(999, 1000)).toBe('deleted the artifact acme/churn/model, with 999 versions and 1,000 aliases')
    expect(deleted(1_234_567, 1)).toBe('deleted the artifact acme/churn/model, with 1,234,567 versions and 1 alias')
  })

  it('puts names in quotation marks where they could be mistaken, and writes out what is not seen', () => {
    const moved = (alias: string) =>
      auditLine(stored('AliasMoved', { alias, from: null, to: 1 }), noPositionTimes()).what
    expect(moved('in production')).toBe('set the alias "in production" of acme/churn/model to v1')
    expect(moved('a"b\\')).toBe('set the alias "a\\"b\\\\" of acme/churn/model to v1')
    expect(moved('safe\u202Eefas')).toBe('set the alias "safe\\u{202e}efas" of acme/churn/model to v1')
  })
})

/** The same questions, answered by looking at every event. */
const byHand = (events: ReadonlyArray<StoredEvent>, { of, actor, alias, types, after, until: upTo }: AuditQuery) => {
  const names = (stored: StoredEvent, subject: AuditSubject): boolean => {
    const data = JSON.parse(stored.data)
    const said = stored.type === 'CommandAccepted' ? data.answer : data
    const home = decodeURIComponent(stored.stream)
    const pathOf = (ref: { entity: string; project: string }, last: string) => `${ref.entity}/${ref.project}/${last}`
    const aboutNumber = (n: number): boolean =>
      stored.type.startsWith('Alias') ? said.from === n || said.to === n : said.version === n || said.base === n
    switch (subject.kind) {
      case 'artifact':
        return home === `artifact-${pathOf(subject.artifact, subject.artifact.name)}`
      case 'registered-model':
        return home === `model-${pathOf(subject.model, subject.model.name)}`
      case 'version': {
        const path = pathOf(subject.artifact, subject.artifact.name)
        if (home === `artifact-${path}`) return aboutNumber(subject.version)
        if (home.startsWith(`draft-${path}/`)) return said.base === subject.version
        const named = stored.type === 'ArtifactVersionUsed' ? said.version : (said.source ?? said.copiedFrom)
        return named !== undefined && pathOf(named, named.name) === path && named.version === subject.version
      }
      case 'registered-version': {
        const path = pathOf(subject.model, subject.model.name)
        if (home === `model-${path}`) return aboutNumber(subject.version)
        return [said.through ?? [], said.linksLeft ?? []]
          .flat()
          .some(({ model, version }) => pathOf(model, model.name) === path && version === subject.version)
      }
      case 'run': {
        const path = pathOf(subject.run, subject.run.run)
        return home === `run-${path}` || (said.run !== undefined && pathOf(said.run.ref, said.run.ref.run) === path)
      }
      case 'draft': {
        const path = pathOf(subject.artifact, subject.artifact.name)
        if (home === `draft-${path}/${subject.distributedId}`) return said.generation === subject.generation
        const { distributedId, generation } = said.distributed ?? {}
        return (
          home === `artifact-${path}` && distributedId === subject.distributedId && generation === subject.generation
        )
      }
    }
  }
  return events.filter(
    (stored) =>
      (of === undefined || names(stored, of)) &&
      (actor === undefined || JSON.parse(stored.metadata).actor === actor) &&
      (alias === undefined || JSON.parse(stored.data).alias === alias) &&
      (types === undefined ? stored.type !== 'CommandAccepted' : types.some((type) => type === stored.type)) &&
      (after === undefined || stored.position > after) &&
      (upTo === undefined || stored.position <= upTo),
  )
}

const some = <A>(value: fc.Arbitrary<A>): fc.Arbitrary<A | undefined> => fc.option(value, { nil: undefined, freq: 2 })

const question: fc.Arbitrary<AuditQuery> = fc
  .record({
    of: some(
      fc.constantFrom<AuditSubject>(
        { kind: 'artifact', artifact: artifactNamed('raw') },
        { kind: 'registered-model', model: modelNamed('Churn <&"> 1') },
        { kind: 'version', artifact: artifactNamed('raw'), version: 0 },
        { kind: 'version', artifact: artifactNamed('model'), version: 1 },
        { kind: 'registered-version', model: modelNamed('Churn <&"> 1'), version: 0 },
        { kind: 'run', run: runNamed('run-1') },
        { kind: 'draft', artifact: artifactNamed('raw'), distributedId: 'sweep', generation: 0 },
        { kind: 'run', run: runNamed('never') },
      ),
    ),
    actor: some(fc.constantFrom('ann', 'bob', 'nobody')),
    alias: some(fc.constantFrom('production', 'latest', 'never')),
    types: some(
      fc.subarray([
        'AliasMoved',
        'ArtifactVersionLogged',
        'ArtifactVersionUsed',
        'CommandAccepted',
        'VersionUnlinked',
      ] as const),
    ),
    after: some(fc.nat(60)),
    upTo: some(fc.nat(90)),
    order: some(fc.constantFrom('descending' as const, 'ascending' as const)),
  })
  .map((asked) => JSON.parse(JSON.stringify(asked)))

describe('the audit', () => {
  it('of a version has every event that names it, of whatever type', async () => {
    const ledger = openTestLedger()
    await giveEveryCommand(ledger)
    const events = await eventsIn(ledger.store)
    const ports = portsOf(ledger.store, events)
    const versions = [0, 1, 2, 3, 4].map(versionNumberAt)
    const subjects: ReadonlyArray<AuditSubject> = versions.flatMap((version) => [
      ...['model', 'old', 'copies'].map((name) => ({
        kind: 'version' as const,
        artifact: artifactNamed(name),
        version,
      })),
      ...['Churn', 'Over'].map((name) => ({ kind: 'registered-version' as const, model: modelNamed(name), version })),
    ])
    for (const of of subjects) {
      const whole = right(await audit(ports, { of, limit: 1000, order: 'ascending' }, Infinity))
      expect(whole.items.map(({ position, what }) => [position, what])).toEqual(
        linesOf(byHand(events, { of, limit: 1000 }), events).map(({ position, what }) => [position, what]),
      )
    }
  })

  it('answers every question as looking through all events does, whole and in pages, whoever writes meanwhile', async () => {
    await fc.assert(
      fc.asyncProperty(
        history,
        fc.array(question, { minLength: 5, maxLength: 15 }),
        fc.integer({ min: 1, max: 7 }),
        fc.nat(100),
        async (steps, questions, limit, cut) => {
          const { store, events } = await happen(steps)
          const ports = portsOf(store, events)
          const moment = events[cut % events.length]?.position ?? 0
          for (const asked of questions) {
            const known = events.filter(({ position }) => position <= moment)
            const inOrder = linesOf(byHand(known, asked), events)
            const expected = asked.order === 'ascending' ? inOrder : inOrder.toReversed()
            const whole = right(await audit(ports, { ...asked, limit: 1000 }, moment))
            expect(whole).toEqual({ items: expected, moment })

            const lines: AuditLine[] = []
            let cursor: string | undefined
            do {
              const next = cursor === undefined ? {} : { cursor }
              const page = right(
                await audit(ports, { ...asked, limit, ...next }, cursor === undefined ? moment : Infinity),
              )
              expect(page.items.length).toBeLessThanOrEqual(limit)
              expect(page.moment).toBe(moment)
              lines.push(...page.items)
              cursor = page.cursor
            } while (cursor !== undefined)
            expect(lines).toEqual(expected)
            const { order = 'ascending', ...filter } = asked
            expect(await all(auditLines(ports, filter, moment, order))).toEqual(
              order === 'ascending' ? inOrder : inOrder.toReversed(),
            )
          }
        },
      ),
      { numRuns: 25 },
    )
  })

  it('of a version tells what became of its links', async () => {
    const { give, manifest, store } = openTestLedger()
    const [artifact, model] = [artifactNamed('model'), modelNamed('churn')]
    await give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: await manifest('a') })
    const link = { type: 'LinkToRegistry', model, source: { collection: artifact, version: 0 } } as const
    await give(link)
    await give({ type: 'UnlinkFromRegistry', model, version: 0 })
    await give(link)
    await give({ type: 'UnlinkFromRegistry', model, version: 1 })
    const events = await eventsIn(store)
    const ports = portsOf(store, events)
    const of = { kind: 'version', artifact, version: 0 } as const
    const { items: lines } = right(await audit(ports, { of, order: 'ascending' }, Infinity))
    expect(lines.map(({ type }) => type).filter((type) => type.startsWith('Version'))).toEqual([
      'VersionLinked',
      'VersionUnlinked',
      'VersionLinked',
      'VersionUnlinked',
    ])
    expect(right(lineage(ports.graph, { of }, Infinity)).edges).toHaveLength(2)
  })

  it('refuses the cursor of another question, and one of a later moment', async () => {
    const { store, events } = await happen([])
    const ports = portsOf(store, events)
    const first = right(await audit(ports, { limit: 1 }, 100))
    if (first.cursor === undefined) throw new Error('no further page')
    expect(left(await audit(ports, { limit: 1, actor: 'ann', cursor: first.cursor }, 100))._tag).toBe('bad-cursor')
    expect(left(await audit(ports, { limit: 1, cursor: first.cursor }, 99))._tag).toBe('bad-cursor')
    expect(E.isRight(await audit(ports, { limit: 5, cursor: first.cursor }, 100))).toBe(true)
  })

  it('takes the types in any order, and the rest as well', async () => {
    const { store, events } = await happen([])
    const ports = portsOf(store, events)
    const first = right(await audit(ports, { types: ['RunStarted', 'AliasMoved'], after: 0, limit: 1 }, 100))
    if (first.cursor === undefined) throw new Error('no further page')
    const next = { limit: 1, after: 0, types: ['AliasMoved', 'RunStarted'], cursor: first.cursor } as const
    expect(right(await audit(ports, next, 100)).items).toHaveLength(1)
    expect(left(await audit(ports, { ...next, types: ['AliasMoved'] }, 100))._tag).toBe('bad-cursor')
  })

  it('leaves out no event from the future, of a subject and of everything, in either order', async () => {
    const { store, events } = await happen([])
    const stream = 'run-acme/churn/run-0'
    const own = events.filter((event) => event.stream === stream)
    const future = { id: 'f', type: 'RunPaused', data: '{}', metadata: own[0]?.metadata ?? '' }
    right(await store.append(stream, standingAt(own.length - 1), [future])())
    const ports = portsOf(store, events)
    for (const order of ['ascending', 'descending'] as const) {
      for (const of of [undefined, { kind: 'run', run: runNamed('run-0') } as const]) {
        const query = { order, ...(of === undefined ? {} : { of }) }
        const { items: lines } = right(await audit(ports, query, events.length + 1))
        expect(lines.map(({ position }) => position)).toContain(events.length + 1)
      }
    }
  })

  it('reports an event that the store has lost', async () => {
    const { store, events } = await happen([])
    const ports = portsOf(store, events)
    const lossy: EventStore = { ...store, readAll: async function* () {} }
    await expect(audit({ ...ports, store: lossy }, { actor: 'anna' }, 100)).rejects.toThrow(/no event at position/)
  })

  it('of an actor leaves out no event from the future either', async () => {
    const { events } = await happen([])
    const future = events.map((event, at) => (at % 3 === 0 ? { ...event, type: 'FromTheFuture' } : event))
    const store = partly(future)
    const handler = projector({ store, projections: { index: auditProjection }, clock: systemClock })
    const { states, positionTimes } = right(await handler.fresh()())
    const ports = { store, index: states.index, graph: lineageProjection.initial(), positionTimes }
    for (const actor of new Set(events.map(actorOf))) {
      const expected = future.filter((event) => actorOf(event) === actor)
      const { items: lines } = right(await audit(ports, { actor, order: 'ascending', limit: 1000 }, events.length))
      expect(lines.map(({ type }) => type)).toEqual(expected.map(({ type }) => type))
    }
  })

  it('has the same index restored from a snapshot', async () => {
    const { store, events } = await happen([])
    const ports = portsOf(store, events)
    const half = portsOf(store, events.slice(0, 3)).index
    const restored = auditProjection.load(structuredClone([...auditProjection.save(half)]))
    if (restored === undefined) throw new Error('not loaded')
    for (const event of seen(events).slice(3)) auditProjection.apply(restored, event)
    const ask = (index: AuditIndex) => audit({ ...ports, index }, {}, 100)
    expect(await ask(restored)).toEqual(await ask(ports.index))
    expect(auditProjection.load([{}])).toBeUndefined()
    expect(auditProjection.load([])).toBeUndefined()
  })
})

/** A collection in which one alias moved many times, beside others; and how often the store was read. */
const longStory = async (moves: number) => {
  const inner = memoryEventStore()
  const model = modelNamed('churn')
  const stream = 'model-acme/model-registry/churn'
  const commandDigest = digestFrom('0'.repeat(64))
  const add = async (to: string, revision: number, from: number, count: number): Promise<void> => {
    const events = Array.from({ length: count }, (_, index) => {
      const [n, time] = [from + index, new Date(Date.UTC(2026, 0, 1, 0, 0, from + index)).toISOString()]
      const actor = n % 9000 === 500 ? 'auditor' : 'ci'
      const event = {
        type: 'AliasMoved',
        alias: n % 2 === 0 ? 'production' : 'latest',
        from: n < 2 ? null : versionNumberAt(n - 2),
        to: versionNumberAt(n),
      } as const
      return right(
        encodeEvent(to, 0, event, { actor, commandId: decoded(CommandId, `c${n}`), commandDigest, recordedAt: time }),
      )
    })
    const [first, ...rest] = events
    if (first === undefined) return
    right(await inner.append(to, standingAt(revision), [first, ...rest])())
  }
  for (const to of [stream, 'model-acme/model-registry/other']) {
    const commandId = decoded(CommandId, 'create')
    const metadata = { actor: 'ci', commandId, commandDigest, recordedAt: '2025-12-31T00:00:00.000Z' }
    const created = { type: 'RegisteredModelCreated', artifactType: decoded(ArtifactType, 'model') } as const
    right(await inner.append(to, 'none', [right(encodeEvent(to, 0, created, metadata))])())
  }
  for (let done = 0; done < moves; done += 500) {
    await add(stream, done, done, 500)
    await add('model-acme/model-registry/other', done, done, 500)
  }
  const read = { pages: 0 }
  const counted = async function* (pages: AsyncIterable<ReadonlyArray<StoredEvent>>) {
    for await (const page of pages) {
      read.pages++
      yield page
    }
  }
  const store: EventStore = {
    ...inner,
    readAll: (after) => counted(inner.readAll(after)),
    readStream: (name, after) => counted(inner.readStream(name, after)),
  }
  const events = await eventsIn(inner)
  const registry = registryProjection.initial()
  for (const event of seen(events)) registryProjection.apply(registry, event)
  return { ports: { ...portsOf(store, events), registry }, model, events, read }
}

describe('what an audit costs', () => {
  it('the end of a long stream is read from its end, a page of the history of an alias where it stands', async () => {
    const { ports, model, events, read } = await longStory(10_000)
    const own = events.filter(({ stream }) => stream.endsWith('churn'))
    const of = { kind: 'registered-model', model } as const
    const head = events.at(-1)?.position ?? 0

    const newest = right(await audit(ports, { of }, head))
    expect(newest.items).toEqual(linesOf(own.slice(-100).reverse(), events))
    expect(read.pages).toBeLessThanOrEqual(2)

    read.pages = 0
    if (newest.cursor === undefined) throw new Error('no further page')
    const next = right(await audit(ports, { of, cursor: newest.cursor }, head))
    expect(next.items).toEqual(linesOf(own.slice(-200, -100).reverse(), events))
    expect(read.pages).toBeLessThanOrEqual(2)

    for (const query of [{}, { after: 19_000 }, { until: 300 }]) {
      read.pages = 0
      const moves = movesInRegistry(ports, model)
      const page = right(await aliasHistory(moves, { alias: 'production', ...query }, head))
      expect(page.items).toHaveLength(100)
      expect(page.cursor).toBeDefined()
      expect(read.pages).toBeLessThanOrEqual(2)
      const behind = right(
        await aliasHistory(moves, { alias: 'production', ...query, ...omitUndefined({ cursor: page.cursor }) }, head),
      )
      expect(behind.items[0]?.from).toEqual(page.items.at(-1)?.until)
      expect(read.pages).toBeLessThanOrEqual(4)
    }
  })

  it('what lies far apart is looked up, not searched', async () => {
    const { ports, events, read } = await longStory(10_000)
    const lines = right(await audit(ports, { actor: 'auditor', order: 'ascending' }, Infinity)).items
    expect(lines).toEqual(linesOf(byHand(events, { actor: 'auditor' }), events))
    expect(lines.length).toBe(4)
    // Twenty pages hold everything.
    expect(read.pages).toBeLessThanOrEqual(6)
    read.pages = 0
    const dense = right(await audit(ports, { actor: 'ci', order: 'ascending' }, Infinity)).items
    expect(dense).toHaveLength(100)
    expect(read.pages).toBe(1)
  })
})

describe('exports', () => {
  async function* given(lines: ReadonlyArray<AuditLine>) {
    yield* lines
  }

  /** RFC 4180, read strictly. */
  const parseCsv = (text: string): ReadonlyArray<ReadonlyArray<string>> => {
    const rows: string[][] = []
    let row: string[] = []
    const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
    for (let match = field.exec(text); match !== null; match = field.exec(text)) {
      row.push((match[1] ?? match[2] ?? '').replaceAll('""', '"'))
      if (match[3] === '\r\n') {
        rows.push(row)
        row = []
      }
      if (field.lastIndex === text.length) return rows
    }
    throw new Error(`not CSV from ${text.slice(field.lastIndex, 80)}`)
  }

  /** Takes the guard away again. */
  const unguarded = (cell: string): string => (/^'[\s']*[=+\-@＝＋－＠]|^'[\t\r\n]/.test(cell) ? cell.slice(1) : cell)

  const nasty = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 20 }),
    fc.constantFrom(
      '=1+1',
      '+1',
      '-1',
      '@SUM(A1)',
      '\t=1',
      '\r=1',
      "'=1",
      " '=1",
      '＝1',
      'a,b',
      'a"b',
      'a\r\nb',
      ' a ',
      '',
      '\u2028',
    ),
  )
  const line: fc.Arbitrary<AuditLine> = fc.record({
    position: fc.nat(),
    time: fc.constant('2026-05-03T13:00:00.000Z'),
    recordedAt: fc.constant('2026-05-03T12:00:00.000Z'),
    occurredAt: fc.option(fc.constant('2026-05-03T12:00:00.000Z')),
    actor: nasty,
    onBehalfOf: fc.option(nasty.filter((text) => text !== '')),
    what: nasty,
    subject: nasty,
    before: fc.oneof(fc.constant(null), nasty, fc.record({ a: nasty })),
    after: fc.oneof(fc.constant(null), nasty, fc.array(nasty)),
    reason: fc.option(nasty.filter((text) => text !== '')),
    type: fc.constant('AliasMoved'),
    commandId: nasty,
    correlationId: fc.constant(null),
    causationId: fc.constant(null),
    stream: nasty,
    revision: fc.nat(),
    eventId: fc.uuid(),
  })

  it('as NDJSON: each line the line itself', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line), async (lines) => {
        const text = (await all(auditNdjson(given(lines)))).join('')
        expect(
          text
            .split('\n')
            .slice(0, -1)
            .map((each) => JSON.parse(each)),
        ).toEqual(lines)
      }),
    )
  })

  it('as CSV: every value can be read back, and no cell is a formula', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(line, { minLength: 1 }), async (lines) => {
        const [header = [], ...rows] = parseCsv((await all(auditCsv(given(lines)))).join(''))
        expect(header).toEqual(Object.keys(lines[0] ?? {}))
        expect(rows).toHaveLength(lines.length)
        for (const [index, row] of rows.entries()) {
          for (const cell of row) expect(cell).not.toMatch(/^[\s]*[=+\-@＝＋－＠]|^[\t\r\n]/)
          const expected = Object.values(lines[index] ?? {}).map((value) => {
            if (value === null) return ''
            return typeof value === 'object' ? JSON.stringify(value) : String(value)
          })
          expect(row.map(unguarded)).toEqual(expected)
        }
      }),
    )
  })

  it('of a whole history have a line for every event', async () => {
    const lines = await everyEvent()
    expect(parseCsv((await all(auditCsv(given(lines)))).join(''))).toHaveLength(lines.length + 1)
  })
})
