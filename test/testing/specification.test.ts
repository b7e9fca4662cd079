import { AssertionError } from 'node:assert'
import { describe, expect, it } from 'vitest'
import type { CommandInput, CommandType } from '../../domain/commands/catalogue.js'
import { projection } from '../../index.js'
import {
  aliasMoved,
  contentStored,
  type EventInput,
  given,
  lineageMade,
  manifestOf,
  recordedIn,
  runFinished,
  type Step,
  specification,
  testLedger,
  timePassed,
  versionLinked,
  versionsLogged,
} from '../../testing/index.js'
import { rejection } from '../../testing/results.js'

const artifact = { entity: 'acme', project: 'churn', name: 'model' }
const model = { entity: 'acme', project: 'model-registry', name: 'churn' }
const run = { entity: 'acme', project: 'churn', run: 'train' }
const HOUR = 3_600_000

const files = { 'weights.txt': '0.5' }
const manifest = manifestOf(files)
const distributed = { artifact, artifactType: 'model', distributedId: 'd', writer: 'w' }
const logged = versionsLogged('model', 2)
const linked = versionLinked('model:v1', 'churn')
const started: Step = ({ ledger }) => ledger.startRun({ run: 'train' })
const upserted = [
  contentStored(files),
  ({ ledger }) =>
    ledger.execute({
      commandId: 'u',
      actor: 'anna',
      command: { type: 'UpsertDistributedPart', ...distributed, part: manifest },
    }),
] satisfies ReadonlyArray<Step>
const archived: Step = ({ ledger }) => ledger.archiveArtifact({ name: 'model' })
const modelArchived: Step = ({ ledger }) => ledger.archiveRegisteredModel({ name: 'churn' })
const tagged: Step = ({ ledger }) => ledger.tag({ version: 'model:v0', tags: ['a'] })

/** Of every command, what it takes to be accepted, and which types of events it records then. */
const accepted: {
  readonly [Type in CommandType]: readonly [
    steps: ReadonlyArray<Step>,
    command: Extract<CommandInput, { type: Type }>,
    ...types: ReadonlyArray<EventInput['type']>,
  ]
} = {
  CreateArtifact: [[], { type: 'CreateArtifact', artifact, artifactType: 'model' }, 'ArtifactCreated'],
  DescribeArtifact: [[logged], { type: 'DescribeArtifact', artifact, description: 'x' }, 'ArtifactDescribed'],
  TagArtifact: [[logged], { type: 'TagArtifact', artifact, tags: ['a'] }, 'ArtifactTagged'],
  UntagArtifact: [
    [logged, ({ ledger }) => ledger.tagArtifact({ name: 'model', tags: ['a'] })],
    { type: 'UntagArtifact', artifact, tags: ['a'] },
    'ArtifactUntagged',
  ],
  ArchiveArtifact: [[logged], { type: 'ArchiveArtifact', artifact }, 'ArtifactArchived'],
  UnarchiveArtifact: [[logged, archived], { type: 'UnarchiveArtifact', artifact }, 'ArtifactUnarchived'],
  LogArtifactVersion: [
    [contentStored(files)],
    { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest },
    ...(['ArtifactCreated', 'ArtifactVersionLogged', 'AliasMoved'] as const),
  ],
  DescribeArtifactVersion: [
    [logged],
    { type: 'DescribeArtifactVersion', artifact, version: 0, description: 'x' },
    'ArtifactVersionDescribed',
  ],
  TagArtifactVersion: [
    [logged],
    { type: 'TagArtifactVersion', artifact, version: 0, tags: ['a'] },
    'ArtifactVersionTagged',
  ],
  UntagArtifactVersion: [
    [logged, tagged],
    { type: 'UntagArtifactVersion', artifact, version: 0, tags: ['a'] },
    'ArtifactVersionUntagged',
  ],
  DeleteArtifactVersion: [[logged], { type: 'DeleteArtifactVersion', artifact, version: 0 }, 'ArtifactVersionDeleted'],
  DeleteArtifact: [[logged], { type: 'DeleteArtifact', artifact }, 'ArtifactDeleted'],
  MoveAlias: [[logged], { type: 'MoveAlias', collection: artifact, alias: 'best', version: 0 }, 'AliasMoved'],
  RemoveAlias: [
    [logged, aliasMoved('model:v0', 'best')],
    { type: 'RemoveAlias', collection: artifact, alias: 'best' },
    'AliasRemoved',
  ],
  UpsertDistributedPart: [
    [contentStored(files)],
    { type: 'UpsertDistributedPart', ...distributed, part: manifest },
    ...(['ArtifactCreated', 'DistributedPartUpserted'] as const),
  ],
  // The version of what is sealed is logged at once.
  CommitDistributed: [
    upserted,
    { type: 'CommitDistributed', ...distributed },
    ...(['DistributedCommitted', 'ArtifactVersionLogged', 'AliasMoved'] as const),
  ],
  AbandonDistributed: [upserted, { type: 'AbandonDistributed', artifact, distributedId: 'd' }, 'DistributedAbandoned'],
  CreateRegisteredModel: [
    [],
    { type: 'CreateRegisteredModel', model, artifactType: 'model' },
    'RegisteredModelCreated',
  ],
  LinkToRegistry: [
    [logged],
    { type: 'LinkToRegistry', model, source: { collection: artifact, version: 'latest' } },
    ...(['RegisteredModelCreated', 'VersionLinked', 'AliasMoved'] as const),
  ],
  UnlinkFromRegistry: [
    [logged, linked, versionLinked('model:v0', 'churn')],
    { type: 'UnlinkFromRegistry', model, version: 0 },
    'VersionUnlinked',
  ],
  DescribeRegisteredModel: [
    [logged, linked],
    { type: 'DescribeRegisteredModel', model, description: 'x' },
    'RegisteredModelDescribed',
  ],
  TagRegisteredModel: [[logged, linked], { type: 'TagRegisteredModel', model, tags: ['a'] }, 'RegisteredModelTagged'],
  UntagRegisteredModel: [
    [logged, linked, ({ ledger }) => ledger.tagRegisteredModel({ name: 'churn', tags: ['a'] })],
    { type: 'UntagRegisteredModel', model, tags: ['a'] },
    'RegisteredModelUntagged',
  ],
  ArchiveRegisteredModel: [[logged, linked], { type: 'ArchiveRegisteredModel', model }, 'RegisteredModelArchived'],
  UnarchiveRegisteredModel: [
    [logged, linked, modelArchived],
    { type: 'UnarchiveRegisteredModel', model },
    'RegisteredModelUnarchived',
  ],
  DeleteRegisteredModel: [[logged, linked], { type: 'DeleteRegisteredModel', model }, 'RegisteredModelDeleted'],
  StartRun: [[], { type: 'StartRun', run }, 'RunStarted'],
  SummariseRun: [[started], { type: 'SummariseRun', run, metrics: { loss: 1 } }, 'RunSummarised'],
  UseArtifactVersion: [
    [logged, started],
    { type: 'UseArtifactVersion', run, used: { collection: artifact, version: 'latest' } },
    'ArtifactVersionUsed',
  ],
  FinishRun: [[started], { type: 'FinishRun', run }, 'RunFinished'],
  AcceptLoss: [[], { type: 'AcceptLoss' }],
}

/** The words of an `AssertionError`, which is what a test runner shows. */
const shownBy = async (failing: Promise<void>): Promise<string> => {
  const error = await rejection(failing)
  expect(error).toBeInstanceOf(AssertionError)
  return String(error)
}

describe('given, when, then', () => {
  it.each(Object.entries(accepted))('plays the command %s', async (_type, [steps, command, ...types]) => {
    if (types.length === 0)
      return given(...steps)
        .when(command)
        .thenRejected('nothing-lost')
    await using test = await testLedger({ given: steps })
    const before = (await test.recorded()).length
    await test.ledger.execute({ commandId: 'when', actor: 'anna', command })
    const events = (await test.recorded(before)).map(({ event }) => event)
    expect(events.map(({ type }) => type)).toEqual(types)
    await given(...steps)
      .when(command)
      .thenRecords(...events)
  })

  const moving = (version: number) =>
    given(versionsLogged('model', 3), aliasMoved('model:v1', 'best')).when({
      type: 'MoveAlias',
      collection: artifact,
      alias: 'best',
      version,
    })

  it('holds a command to the events that it records', async () => {
    await moving(2).thenRecords({ type: 'AliasMoved', alias: 'best', from: 1, to: 2 })
    await moving(1).thenNothingHappens()
    const other = moving(2).thenRecords({ type: 'AliasMoved', alias: 'best', from: null, to: 2 })
    expect(await shownBy(other)).toMatch(/\n\+ +from: 1,\n- +from: null,\n/)
    expect(await shownBy(moving(2).thenNothingHappens())).toContain("'AliasMoved'")
    expect(await shownBy(moving(7).thenNothingHappens())).toMatch(/\+ +because: .+\n\+ +rejected: 'version-not-found'/)
    expect(await shownBy(moving(1).thenRecords({ type: 'ArtifactArchived' }))).toContain("'ArtifactArchived'")
  })

  it('holds a command to the code of its refusal, and to particulars', async () => {
    await moving(7).thenRejected('version-not-found')
    await moving(7).thenRejected('version-not-found', { version: 7 })
    expect(await shownBy(moving(7).thenRejected('version-not-found', { version: 8 }))).toMatch(
      /\+ +version: 7\n- +version: 8/,
    )
    expect(await shownBy(moving(7).thenRejected('archived'))).toMatch(/\+ +rejected: 'version-not-found'/)
    expect(await shownBy(moving(2).thenRejected('version-not-found'))).toContain("'AliasMoved'")
  })

  it('holds a command to its answer, also where it changes nothing', async () => {
    await moving(2).thenAnswers({ version: 2 })
    await moving(1).thenAnswers({ version: 1 })
    expect(await shownBy(moving(2).thenAnswers({ version: 1 }))).toMatch(/\+ +version: 2\n- +version: 1/)
    expect(await shownBy(moving(7).thenAnswers({ version: 7 }))).toMatch(/rejected: 'version-not-found'/)
  })

  it('tells what is no refusal as it came', async () => {
    const broken = given().when(() => Promise.reject(new RangeError('a mistake in the test')))
    expect(await rejection(broken.thenNothingHappens())).toBeInstanceOf(RangeError)
    const wrong = given(({ ledger }) => ledger.resolve('nothing')).when((ledger) => ledger.artifacts())
    expect(await rejection(wrong.thenNothingHappens())).toMatchObject({ code: 'not-found' })
  })

  it('holds methods and questions to the same, now and as of a moment', async () => {
    const history = given(versionsLogged('model', 2), timePassed(HOUR), aliasMoved('model:v0', 'best'))
    await history
      .when((ledger) => ledger.moveAlias({ version: 'model:v1', alias: 'best' }))
      .thenRecords({ type: 'AliasMoved', alias: 'best', from: 0, to: 1 })
    await history.when((ledger) => ledger.resolve('model:best')).thenAnswers({ version: 0, aliases: ['best'] })
    await history
      .when((ledger) => ledger.at('2026-01-01T00:59:59Z').resolve('model:best'))
      .thenRejected('version-not-found')
    await history
      .when((ledger) => ledger.at(1).artifacts())
      .thenAnswers({ items: [{ path: 'acme/churn/model', type: 'model' }] })
  })

  it('plays events that are written by hand', async () => {
    await given(
      recordedIn('artifact-acme/churn/model', { type: 'ArtifactCreated', artifactType: 'model' }),
      recordedIn('artifact-acme/churn/model', { type: 'ArtifactTagged', from: [], to: ['a'] }),
    )
      .when((ledger) => ledger.artifact('model'))
      .thenAnswers({ type: 'model', tags: ['a'] })
    // @ts-expect-error: no event of a run
    expect(() => recordedIn('run-acme/churn/train', { type: 'ArtifactArchived' })).toThrow(
      /^recordedIn: events\[0\]\.type: expected one of "RunStarted", .+, got "ArtifactArchived"$/,
    )
    // @ts-expect-error: no member of that event
    expect(() => recordedIn('run-acme/churn/train', { type: 'RunStarted', groop: 'g' })).toThrow(
      /^recordedIn: events\[0\]\.groop: expected no such member \(known here: .*group.*\), got "g"$/,
    )
  })

  it('knows the members of commands, events, refusals and answers', () => {
    const played = () => {
      const when = moving(2)
      return [
        // @ts-expect-error: no such command
        given().when({ type: 'MoveAliases', collection: artifact }),
        // @ts-expect-error: a member that it does not have
        given().when({ type: 'StartRun', run, groop: 'g' }),
        // @ts-expect-error: a member of another type
        when.thenRecords({ type: 'AliasMoved', alias: 'best', from: 1, to: '2' }),
        // @ts-expect-error: no such code
        when.thenRejected('version-not-fond'),
        // @ts-expect-error: no particular of that code
        when.thenRejected('version-not-found', { colour: 'red' }),
        given()
          .when((ledger) => ledger.resolve('model'))
          // @ts-expect-error: no member of that answer
          .thenAnswers({ versoin: 1 }),
      ]
    }
    expect(played).toBeTypeOf('function')
  })

  it("plays read models of one's own", async () => {
    const moves = projection({
      name: 'moves',
      version: 1,
      folds: ['AliasMoved'],
      initial: () => new Map<string, number>(),
      apply: (moves, { event, metadata }) =>
        event.alias === 'latest' ? moves : moves.set(metadata.actor, (moves.get(metadata.actor) ?? 0) + 1),
    })
    const history = specification({ projections: [moves] })(
      versionsLogged('model', 2),
      aliasMoved('model:v0', 'best', { actor: 'ben' }),
      aliasMoved('model:v1', 'best', { actor: 'ben' }),
    )
    await history.when((ledger) => ledger.read(moves)).thenAnswers(new Map([['ben', 2]]))
    await history.when((ledger) => ledger.at(6).read(moves)).thenAnswers(new Map([['ben', 1]]))
    await history.when((ledger) => ledger.at(5).read(moves, ({ size }) => size)).thenAnswers(0)
  })
})

describe('histories', () => {
  it.each([
    [{ '../a': 'x' }, 'the path "../a": expected a path without ".."'],
    [{ a: 'x', 'a/b': 'y' }, 'the path "a/b": expected a path that is not below a file'],
    [{ a: 'x', './a': 'y' }, '"a" is there already with other content'],
  ])('name the path of a file that no manifest can have: %j', (files, words) => {
    expect(() => manifestOf(files)).toThrow(`manifestOf: files: ${words}`)
    expect(() => contentStored(files)).toThrow(`contentStored: files: ${words}`)
  })

  it('take an option that is undefined for one that was left out', async () => {
    await using test = await testLedger()
    const wordless = { type: undefined, description: undefined }
    await Reflect.apply(versionsLogged, undefined, ['model', 1, wordless])(test)
    expect(await test.ledger.artifact('model')).toMatchObject({ type: 'model' })
  })

  it('are ones that could be, with what their names say', async () => {
    await using test = await testLedger({
      given: [lineageMade('churn'), versionsLogged('model'), aliasMoved('model:v3', 'newest'), runFinished('idle')],
    })
    const { ledger } = test
    expect(await ledger.resolve('churn:production')).toMatchObject({ source: 'acme/churn/model:v0' })
    expect(await ledger.resolve('model:newest')).toMatchObject({ version: 3 })
    const { nodes } = await ledger.lineage({ of: 'churn:production' })
    expect(nodes.length).toBeGreaterThan(3)
    expect(await ledger.verify()).toMatchObject({ damagedEvents: [] })
  })

  it('are the same in every run', async () => {
    const recordedOnce = async (seed: number) => {
      await using test = await testLedger({ given: [lineageMade()], seed })
      return { events: await test.recorded(), id: await test.events.ledgerId()() }
    }
    expect(await recordedOnce(1)).toEqual(await recordedOnce(1))
    expect((await recordedOnce(2)).id).not.toEqual((await recordedOnce(1)).id)
  })
})
