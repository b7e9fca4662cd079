import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore } from '../../../adapters/memory/index.js'
import type { CommandError } from '../../../application/command-handling/command-error.js'
import { answerOf, changesAmong, type Receipt } from '../../../application/command-handling/receipt.js'
import { saidNow } from '../../../application/command-handling/said.js'
import { completeCommits } from '../../../application/process-managers/complete-distributed-commit.js'
import { versionAt } from '../../../domain/artifact/version-columns.js'
import type { CommandInput } from '../../../domain/commands/catalogue.js'
import type { DomainEvent } from '../../../domain/events/catalogue.js'
import { decodeEvent } from '../../../domain/events/stored-events.js'
import type { EventStore, StoredEvent } from '../../../domain/ports/event-store.js'
import { toPosition } from '../../../domain/ports/event-store.js'
import { linkAt } from '../../../domain/registered-model/link-columns.js'
import type { ManifestSummary } from '../../../domain/values/manifest/manifest.js'
import { versionNumberAt } from '../../../domain/values/names.js'
import { omitUndefined } from '../../../domain/values/omit-undefined.js'
import { ArtifactRef, ModelRef, RunRef, versionPath } from '../../../domain/values/references.js'
import { decoded } from '../../support/decoded.js'
import { type Fault, interposed, type Ledger, openTestLedger, right } from '../../support/domain-ledger.js'
import {
  accepts,
  apply,
  type Collection,
  collection,
  draft,
  type Expected,
  isModelName,
  type Metadata,
  type Model,
  newModel,
  type Patch,
  putNew,
  type Step,
} from '../../support/domain-model.js'
import { openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'domain-properties-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const artifacts = ['a', 'b']
const models = ['M', 'N']

// One artifact and one registered model are busier than the others.
const artifactName = fc.constantFrom('a', 'a', 'a', 'b')
const modelName = fc.constantFrom('M', 'M', 'M', 'N')
const on = fc.oneof(artifactName, modelName)
const alias = fc.constantFrom('best', 'production', 'latest', 'constructor')
const aliases = fc.uniqueArray(alias, { maxLength: 2 })
const number = fc.nat({ max: 3 })
const choice = fc.oneof(number, alias)
const file = fc.constantFrom('f=1', 'f=2', 'g=1')
const files = fc.oneof(file, fc.constantFrom('f=3', 'f=4', 'f=5', 'f=6', 'f=7'))
const type = fc.oneof({ weight: 9, arbitrary: fc.constant('model') }, { weight: 1, arbitrary: fc.constant('dataset') })
const expected: fc.Arbitrary<Expected> = fc.oneof(
  { weight: 2, arbitrary: fc.constant('anybody' as const) },
  fc.constant('absent' as const),
  number,
)
const is = <T extends Step['do']>(word: T): fc.Arbitrary<T> => fc.constant(word)

const step: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({ do: is('log'), on: artifactName, type, files, aliases, inRun: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ do: is('move'), on, alias, to: choice, expect: expected }) },
  fc.record({ do: is('unmove'), on, alias, expect: expected }),
  {
    weight: 2,
    arbitrary: fc.record({
      do: is('delete'),
      on: artifactName,
      number,
      aliasesToo: fc.boolean(),
      linksToo: fc.boolean(),
    }),
  },
  { weight: 4, arbitrary: fc.record({ do: is('link'), on: modelName, from: artifactName, version: choice, aliases }) },
  { weight: 2, arbitrary: fc.record({ do: is('unlink'), on: modelName, number }) },
  {
    weight: 5,
    arbitrary: fc.record({
      do: is('upsert'),
      on: artifactName,
      type,
      writer: fc.constantFrom('w1', 'w2'),
      file: fc.option(file, { nil: undefined, freq: 4 }),
      remove: fc.option(fc.constantFrom('f', 'g'), { nil: undefined, freq: 1 }),
      overwrite: fc.boolean(),
      base: fc.option(choice, { nil: undefined }),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('commit'),
      on: artifactName,
      type,
      lastWriterWins: fc.boolean(),
      writers: fc.option(fc.constantFrom(1, 2), { nil: undefined, freq: 1 }),
      base: fc.option(choice, { nil: undefined, freq: 1 }),
    }),
  },
  fc.record({
    do: is('abandon'),
    on: artifactName,
    generation: fc.option(fc.nat({ max: 2 }), { nil: undefined }),
  }),
  fc.record({ do: is('archive'), on, isArchived: fc.constantFrom(true, false, false) }),
  fc.record({ do: is('delete whole'), on, aliasesToo: fc.boolean(), linksToo: fc.boolean() }),
  {
    weight: 2,
    arbitrary: fc
      .record({ do: is('copy'), on: artifactName, version: number, type })
      .map((copy) => ({ ...copy, from: copy.on === 'a' ? 'b' : 'a' })),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      do: is('say'),
      on,
      version: number,
      merge: fc.constantFrom<Patch>({ x: 1 }, { x: null }, { x: 2, y: { z: 1 } }, { y: { z: null } }, { y: 1 }),
      read: fc.constantFrom<Metadata | null | 'anything'>('anything', 'anything', null, { x: 1 }, { y: { z: 1 } }),
    }),
  },
  fc.record({ do: is('start') }),
  fc.record({ do: is('finish') }),
)

/** A seal whose artifact is deleted, and begins anew with another type, before its version comes. */
const sealInVain: fc.Arbitrary<ReadonlyArray<Step>> = fc
  .record({ on: artifactName, file, generation: fc.nat({ max: 1 }) })
  .map(({ on, file, generation }) => [
    { do: 'upsert', on, type: 'model', writer: 'w1', file },
    { do: 'commit', on, type: 'model', lastWriterWins: true },
    { do: 'delete whole', on, aliasesToo: true, linksToo: true },
    { do: 'log', on, type: 'dataset', files: file, aliases: [], inRun: false },
    { do: 'abandon', on, generation },
  ])

const steps: fc.Arbitrary<ReadonlyArray<Step>> = fc
  .array(fc.oneof({ weight: 40, arbitrary: step.map((only) => [only]) }, { weight: 1, arbitrary: sealInVain }), {
    maxLength: 30,
  })
  .map((all) => all.flat())

/** A corner of a store that no other test run touches. */
const corner = (entity: string) => {
  const artifactOf = (name: string) => decoded(ArtifactRef, { entity, project: 'p', name })
  const modelOf = (name: string) => decoded(ModelRef, { entity, project: 'model-registry', name })
  const run = decoded(RunRef, { entity, project: 'p', run: 'r' })
  const refOf = (name: string) => (models.includes(name) ? modelOf(name) : artifactOf(name))

  const onBase = ({ on, base }: { readonly on: string; readonly base?: number | string | undefined }) =>
    base === undefined ? {} : { base: { collection: artifactOf(on), version: base } }

  const commandOf = async (ledger: Ledger, it: Step): Promise<CommandInput> => {
    const expect = 'expect' in it && it.expect !== 'anybody' ? { expect: it.expect } : {}
    switch (it.do) {
      case 'log':
        return {
          type: 'LogArtifactVersion',
          artifact: artifactOf(it.on),
          artifactType: it.type,
          manifest: await ledger.manifest(it.files),
          aliases: it.aliases,
          ...(it.inRun ? { run } : {}),
        }
      case 'move':
        return { type: 'MoveAlias', collection: refOf(it.on), alias: it.alias, version: it.to, ...expect }
      case 'unmove':
        return { type: 'RemoveAlias', collection: refOf(it.on), alias: it.alias, ...expect }
      case 'delete':
        return {
          type: 'DeleteArtifactVersion',
          artifact: artifactOf(it.on),
          version: it.number,
          deleteAliases: it.aliasesToo,
          leaveLinks: it.linksToo,
        }
      case 'link':
        return {
          type: 'LinkToRegistry',
          model: modelOf(it.on),
          source: { collection: artifactOf(it.from), version: it.version },
          aliases: it.aliases,
        }
      case 'unlink':
        return { type: 'UnlinkFromRegistry', model: modelOf(it.on), version: it.number }
      case 'upsert':
        return {
          type: 'UpsertDistributedPart',
          artifact: artifactOf(it.on),
          artifactType: it.type,
          distributedId: 'd',
          writer: it.writer,
          part: await ledger.manifest(...(it.file === undefined ? [] : [it.file])),
          ...(it.remove === undefined ? {} : { remove: [it.remove] }),
          ...(it.overwrite === true ? { overwrite: true } : {}),
          ...onBase(it),
        }
      case 'commit':
        return {
          type: 'CommitDistributed',
          artifact: artifactOf(it.on),
          artifactType: it.type,
          distributedId: 'd',
          writer: 'w1',
          lastWriterWins: it.lastWriterWins,
          ...(it.writers === undefined ? {} : { writers: it.writers }),
          ...onBase(it),
        }
      case 'abandon':
        return {
          type: 'AbandonDistributed',
          artifact: artifactOf(it.on),
          distributedId: 'd',
          ...omitUndefined({ generation: it.generation }),
        }
      case 'archive':
        return isModelName(it.on)
          ? { type: it.isArchived ? 'ArchiveRegisteredModel' : 'UnarchiveRegisteredModel', model: modelOf(it.on) }
          : { type: it.isArchived ? 'ArchiveArtifact' : 'UnarchiveArtifact', artifact: artifactOf(it.on) }
      case 'delete whole':
        return isModelName(it.on)
          ? { type: 'DeleteRegisteredModel', model: modelOf(it.on), deleteAliases: it.aliasesToo }
          : {
              type: 'DeleteArtifact',
              artifact: artifactOf(it.on),
              deleteAliases: it.aliasesToo,
              leaveLinks: it.linksToo,
            }
      case 'copy': {
        const { from, version } = it
        const found = ledger.handler.facts.artifact(artifactOf(from), (of) => versionAt(of.versions, version)?.manifest)
        const there = await found()
        return {
          type: 'LogArtifactVersion',
          artifact: artifactOf(it.on),
          artifactType: it.type,
          manifest: (E.isRight(there) ? there.right : undefined) ?? (await ledger.manifest('f=1')),
          copiedFrom: { ...artifactOf(from), version: versionNumberAt(version) },
        }
      }
      case 'say': {
        const said = { mergeMetadata: it.merge, ...(it.read === 'anything' ? {} : { expectMetadata: it.read }) }
        return isModelName(it.on)
          ? { type: 'DescribeRegisteredModel', model: modelOf(it.on), ...said }
          : { type: 'DescribeArtifactVersion', artifact: artifactOf(it.on), version: it.version, ...said }
      }
      case 'start':
        return { type: 'StartRun', run }
      case 'finish':
        return { type: 'FinishRun', run }
      case 'version of the draft':
        throw new Error('nobody gives this command')
    }
  }

  /** What the streams say now, in the words of the model. */
  const state = async (ledger: Ledger): Promise<Record<string, unknown>> => {
    const { facts } = ledger.another().handler
    const seen: Record<string, unknown> = {}
    for (const name of artifacts) {
      const metadata: unknown[] = []
      const count = right(await facts.artifact(artifactOf(name), (of) => of.versions.length)())
      for (let number = 0; number < count; number++)
        metadata.push(right(await saidNow(facts, artifactOf(name), versionNumberAt(number))()).metadata)
      const looking = facts.artifact(artifactOf(name), (of) => ({
        type: of.artifactType,
        archived: of.archived !== null,
        metadata: null,
        things: Array.from({ length: of.versions.length }, (_, number) => {
          const { manifest, deleted } = versionAt(of.versions, number) ?? expect.fail()
          return [manifest.digest, deleted === undefined, metadata[number]]
        }),
        aliases: Object.fromEntries([...of.aliases].map(([word, { version }]) => [word, version]).sort()),
      }))
      seen[name] = right(await looking())
    }
    for (const name of models) {
      const looking = facts.model(modelOf(name), (of) => ({
        type: of.artifactType,
        archived: of.archived !== null,
        metadata: of.metadata,
        things: Array.from({ length: of.links.length }, (_, number) => {
          const { source, unlinked, deleted } = linkAt(of.links, number) ?? expect.fail()
          return [versionPath(source, source.version), (unlinked ?? deleted) === undefined, null]
        }),
        aliases: Object.fromEntries([...of.aliases].map(([word, { version }]) => [word, version]).sort()),
      }))
      seen[name] = right(await looking())
    }
    return seen
  }

  /** The same of the model. */
  const modelled = async (ledger: Ledger, model: Model): Promise<Record<string, unknown>> => {
    const digests = new Map<string, ManifestSummary>()
    for (const name of artifacts) {
      for (const { content } of collection(model, name).things) {
        digests.set(content, await ledger.manifest(...content.split(' ').filter((word) => word !== '')))
      }
    }
    const nameOf = (content: string) => {
      const [from = '', version] = content.split(':')
      return digests.get(content)?.digest ?? versionPath(artifactOf(from), Number(version))
    }
    const shown = ({ things, aliases: all, type, archived, metadata }: Collection) => ({
      type,
      archived,
      metadata,
      things: things.map(({ content, live, metadata }) => [nameOf(content), live, metadata]),
      aliases: Object.fromEntries([...all].sort()),
    })
    return Object.fromEntries([...artifacts, ...models].map((name) => [name, shown(collection(model, name))]))
  }

  return { artifactOf, commandOf, state, modelled, isMine: (stream: string) => stream.includes(`-${entity}/`) }
}

let corners = 0
const newCorner = () => corner(`entity${corners++}`)

const finishDrafts = async (ledger: Ledger, artifactOf: (name: string) => ArtifactRef): Promise<void> => {
  for (const name of artifacts) {
    const finished = await completeCommits(ledger.handler, { artifact: artifactOf(name), distributedId: 'd' })()
    // Another life of another type is in its place.
    if (E.isLeft(finished)) expect(finished.left).toMatchObject({ _tag: 'type-mismatch', sealed: {} })
  }
}

/** The same of the model. */
const finishModelled = (model: Model): void => {
  for (const on of artifacts)
    for (const generation of draft(model, on).ended.keys()) apply(model, { do: 'version of the draft', on, generation })
}

describe.each<readonly [string, () => Promise<EventStore>, number]>([
  ['memory', async () => memoryEventStore(), 300],
  ['SQLite', () => openSqlite({ path: join(folder, 'ledger.db'), durability: 'relaxed' }), 25],
])('random commands on a store of %s', (_name, open, numRuns) => {
  it('one after another do what the model says, and a refused one leaves no event', async () => {
    const store = await open()
    const property = fc.asyncProperty(steps, async (steps) => {
      const { commandOf, artifactOf, state, modelled } = newCorner()
      const ledger = openTestLedger(store)
      const model = newModel()
      for (const [index, next] of steps.entries()) {
        const before = right(await store.head()())
        const command = await commandOf(ledger, next)
        const answer = await ledger.give(command, { commandId: `c${index}` })
        expect(answer._tag, JSON.stringify(answer)).toBe(apply(model, next) ? 'Right' : 'Left')
        if (E.isLeft(answer)) expect(right(await store.head()())).toBe(before)
        else {
          const after = right(await store.head()())
          expect(right(await ledger.give(command, { commandId: `c${index}` }))).toEqual(answer.right)
          expect(right(await store.head()())).toBe(after)
        }
        // Some seals are left alone for a while, and their artifact may be deleted meanwhile.
        if (next.do === 'commit' && E.isRight(answer) && index % 2 === 0) {
          await finishDrafts(ledger, artifactOf)
          finishModelled(model)
        }
      }
      expect(await state(ledger)).toEqual(await modelled(ledger, model))
    })
    await fc.assert(property, { numRuns })
    await store.close()
  })

  it('at once, from several shells, do what they would do one after another', async () => {
    const store = await open()
    const given = fc.record({ step, handler: fc.nat({ max: 1 }), twice: fc.boolean() })
    const fault = fc.oneof(
      { weight: 12, arbitrary: fc.constant(undefined) },
      fc.constantFrom<Fault>('unavailable', 'unknown, written', 'unknown, not written'),
    )
    const property = fc.asyncProperty(
      fc.array(given, { maxLength: 20, size: 'max' }),
      fc.array(fault, { maxLength: 40 }),
      fc.scheduler(),
      async (all, faults, scheduler) => {
        const { commandOf, artifactOf, state, modelled, isMine } = newCorner()
        const ledger = openTestLedger(store)
        const position = right(await store.head()())
        const disturbed = interposed(
          store,
          async ({ nth }) => {
            await scheduler.schedule(Promise.resolve())
            return faults[nth]
          },
          () => scheduler.schedule(Promise.resolve()),
        )
        const handlers = [0, 1].map(() => ledger.another(disturbed))
        const handler = (index: number) => handlers[index % 2] ?? ledger

        const work = all.flatMap((each, index) => {
          const give = async (by: number) => untilAnswered(handler(by), await commandOf(ledger, each.step), `c${index}`)
          return each.twice ? [give(each.handler), give(each.handler + 1)] : [give(each.handler)]
        })
        const answers = await scheduler.waitFor(Promise.all(work))
        await scheduler.waitFor(finishDrafts(ledger, artifactOf))

        const recorded = (await eventsAfter(store, position)).filter(({ stream }) => isMine(stream))
        const groups = groupsOf(recorded)
        // No command was recorded twice, and each stream counts on without a gap.
        expect(new Set(groups.map(({ stream, commandId }) => `${stream} ${commandId}`)).size).toBe(groups.length)
        for (const receipt of answers.filter(E.isRight).map((answer) => answer.right)) {
          const { stream, commandId, answer, revision, position } = receipt
          const group = groups.find((each) => each.stream === stream && each.commandId === commandId)
          expect(group).toMatchObject({ revision, position })
          const { events = [] } = group ?? {}
          expect({ answer, events: receipt.events }).toEqual({ answer: answerOf(events), events: changesAmong(events) })
        }
        const model = newModel()
        for (const group of groups) {
          const step = all[Number(/^c(\d+)$/.exec(group.commandId)?.[1])]?.step
          expect(replay(model, group, step), JSON.stringify(group)).toBe(true)
        }
        expect(await state(ledger)).toEqual(await modelled(ledger, model))
      },
    )
    await fc.assert(property, { numRuns })
    await store.close()
  })
})

/** Gives a command as a patient caller does: the same again, until it is known what became of it. */
const untilAnswered = async (
  ledger: Ledger,
  command: CommandInput,
  commandId: string,
): Promise<E.Either<CommandError, Receipt>> => {
  for (;;) {
    const answer = await ledger.give(command, { commandId })
    if (E.isRight(answer) || !['unavailable', 'unknown-outcome', 'contention'].includes(answer.left._tag)) return answer
  }
}

const eventsAfter = async (store: EventStore, position: number): Promise<ReadonlyArray<StoredEvent>> => {
  const events: StoredEvent[] = []
  for await (const page of store.readAll(toPosition(position))) events.push(...page)
  return events
}

interface Group {
  readonly stream: string
  readonly commandId: string
  readonly events: DomainEvent[]
  revision: number
  position: number
}

/** Tells the model what a command recorded; answers false if the model would have refused it. */
const replay = (model: Model, { stream, events }: Group, step: Step | undefined): boolean => {
  const name = stream.split('/').at(-1) ?? ''
  if (step?.do === 'link') {
    // The source was looked at earlier, when the link was decided: what matters is what it saw.
    const { type, things } = collection(model, name)
    const created = events.find((event) => event.type === 'RegisteredModelCreated')
    const seen = events.flatMap((event) => {
      if (event.type === 'VersionLinked') return `${event.source.name}:${event.source.version}`
      if (event.type === 'CommandAccepted') return things[event.answer.version ?? -1]?.content ?? []
      return event.type === 'AliasMoved' ? (things[event.to]?.content ?? []) : []
    })
    return putNew(collection(model, name), created?.artifactType ?? type, seen[0] ?? '', step.aliases)
  }
  if (step?.do === 'upsert' || step?.do === 'commit') {
    // So was the base.
    const { base: _, ...rest } = step
    const base = events.flatMap((event) =>
      (event.type === 'DistributedPartUpserted' || event.type === 'DistributedCommitted') && event.base !== undefined
        ? [event.base]
        : [],
    )[0]
    return apply(model, { ...rest, wasThere: true, ...(base === undefined ? {} : { base }) })
  }
  // So was what is copied.
  if (step?.do === 'copy') {
    const content = collection(model, step.from).things[step.version]?.content
    return content !== undefined && putNew(collection(model, name), step.type, content, [])
  }
  if (step?.do === 'abandon') {
    const [event] = events
    return event?.type === 'DistributedAbandoned'
      ? apply(model, { ...step, generation: event.generation, wasThere: true })
      : false
  }
  // So were the links to a version: one that was made in the same moment stands.
  if (step?.do === 'delete' || step?.do === 'delete whole') return apply(model, { ...step, linksToo: true })
  if (step !== undefined) return apply(model, step)
  // What follows from an upsert or a commit: the artifact, or the version of the draft.
  const [first] = events
  if (first?.type === 'ArtifactCreated' && events.length === 1)
    return !collection(model, name).archived && accepts(collection(model, name), first.artifactType)
  const sealed = events.flatMap((event) => ('distributed' in event ? (event.distributed ?? []) : []))[0]
  return sealed !== undefined && apply(model, { do: 'version of the draft', on: name, generation: sealed.generation })
}

/** The events of each command, which stand together. */
const groupsOf = (recorded: ReadonlyArray<StoredEvent>): ReadonlyArray<Group> => {
  const revisions = new Map<string, number>()
  const groups: Group[] = []
  for (const stored of recorded) {
    const { stream, revision, position } = stored
    expect(revision).toBe((revisions.get(stream) ?? -1) + 1)
    revisions.set(stream, revision)
    const { event, metadata } = right(decodeEvent(stored))
    const last = groups.at(-1)
    if (last !== undefined && last.stream === stream && last.commandId === metadata.commandId) {
      Object.assign(last, { revision, position })
      last.events.push(event)
    } else groups.push({ stream, commandId: metadata.commandId, events: [event], revision, position })
  }
  return groups
}
