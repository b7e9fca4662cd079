import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { describeCommandError } from '../../../application/command-handling/command-error.js'
import { commandsOnArtifact } from '../../../domain/artifact/commands.js'
import { type Command, type CommandType, commands, decodeCommand } from '../../../domain/commands/catalogue.js'
import { streamOfCommand } from '../../../domain/commands/command-stream.js'
import { distributedDraftCommands } from '../../../domain/distributed-draft/commands.js'
import { lossCommands } from '../../../domain/losses/commands.js'
import { commandsOnRegisteredModel } from '../../../domain/registered-model/commands.js'
import { runCommands } from '../../../domain/run/commands.js'
import { decodeWith } from '../../../domain/values/codec.js'
import { type Category, parseStream } from '../../../domain/values/stream-names.js'
import { commandSamples as samples } from '../../support/command-samples.js'
import { branded } from '../../support/decoded.js'
import { eventsIn, left, openTestLedger } from '../../support/domain-ledger.js'
import { artifact, manifestOf, model, run } from '../../support/domain-samples.js'

type Wrong = ReadonlyArray<readonly [value: unknown, at?: string]>

const wrongRef = (name: 'name' | 'run', ref: object): Wrong => [
  [null],
  ['acme/churn/model'],
  [[]],
  [{}, '.entity'],
  [{ ...ref, entity: undefined }, '.entity'],
  [{ ...ref, entity: 'a/b' }, '.entity'],
  [{ ...ref, project: 'a:b' }, '.project'],
  [{ ...ref, project: 'wandb-registry-' }, '.project'],
  [{ ...ref, [name]: '' }, `.${name}`],
  [{ ...ref, [name]: 'x'.repeat(129) }, `.${name}`],
  [{ ...ref, [name]: 'a/b' }, `.${name}`],
  [{ ...ref, [name]: 'a\ud800' }, `.${name}`],
  [{ ...ref, [name]: 7 }, `.${name}`],
  [{ ...ref, id: 7 }, '.id'],
]
const wrongText: Wrong = [[7], [[]], ['\ud800'], [{ toString: () => 'best' }]]
const wrongName: Wrong = [...wrongText, [null], [''], ['a\0b'], ['x'.repeat(129)]]
const wrongNumber: Wrong = [[-1], [0.5], [Number.NaN], ['0'], [null], [2 ** 53]]
const wrongJson: Wrong = [
  ['{}'],
  [[]],
  [new Map()],
  [new Date(0)],
  [{ lr: Number.NaN }, '.lr'],
  [{ lr: Number.POSITIVE_INFINITY }, '.lr'],
  [{ a: { b: [1, undefined] } }, '.a.b[1]'],
  [{ a: 1n }, '.a'],
  [{ a: new Date(0) }, '.a'],
  [{ a: '\ud800' }, '.a'],
  [JSON.parse('{"__proto__":1}'), '.__proto__'],
  [JSON.parse(`${'{"a":'.repeat(31)}1${'}'.repeat(31)}`), '.a'.repeat(30)],
]
const wrongMetadata: Wrong = [...wrongJson, [Object.fromEntries(Array.from({ length: 101 }, (_, n) => [`key${n}`, n]))]]
const wrongManifest: Wrong = [
  [null],
  [manifestOf('a').digest],
  [{ ...manifestOf('a'), digest: 'sha256:abc' }, '.digest'],
  [{ ...manifestOf('a'), digest: manifestOf('a').digest.toUpperCase() }, '.digest'],
  [{ ...manifestOf('a'), entries: -1 }, '.entries'],
  [{ ...manifestOf('a'), bytes: 0.5 }, '.bytes'],
  [{ ...manifestOf('a'), entries: undefined }, '.entries'],
  [{ ...manifestOf('a'), path: '../a' }, '.path'],
]
const wrongAlias: Wrong = [...wrongName, ['v3'], ['a:b'], ['a/b']]
const wrongList: Wrong = [[null], ['best'], [{}], [{ 0: 'a', length: 1 }], [[undefined], '[0]']]
const wrongVersionOf: Wrong = [
  [null],
  ['acme/churn/model:v0'],
  [{ collection: artifact }, '.version'],
  [{ version: 0 }, '.collection'],
  [{ collection: artifact, version: 'v0' }, '.version'],
  [{ collection: { ...artifact, name: 'a b' }, version: 0 }, '.collection.name'],
  [{ collection: { ...model, name: 'a/b' }, version: 0 }, '.collection.name'],
  [{ collection: artifact, version: 0, path: 'a' }, '.path'],
]
const wrongHolders: Wrong = [
  [null],
  ['absent'],
  [[]],
  [new Map([['best', 0]])],
  [{ best: 'latest' }, '.best'],
  [{ best: null }, '.best'],
  [{ v3: 0 }, '.v3'],
  [JSON.parse('{"__proto__":0}'), '.__proto__'],
]

/** Wrong values by member, each with where in it the fault lies. */
const wrong: Readonly<Record<string, Wrong>> = {
  artifact: [
    ...wrongRef('name', artifact),
    [{ ...artifact, name: 'a b' }, '.name'],
    [{ ...artifact, project: 'model-registry' }, '.project'],
  ],
  copiedFrom: [
    ...wrongRef('name', { ...artifact, version: 3 }),
    [{ ...artifact, version: -1 }, '.version'],
    [artifact, '.version'],
  ],
  model: [
    ...wrongRef('name', model),
    [{ ...model, project: 'churn' }, '.project'],
    [{ ...model, name: ' a' }, '.name'],
  ],
  run: [...wrongRef('run', run), [{ ...run, project: 'model-registry' }, '.project']],
  collection: [...wrongRef('name', artifact), ...wrongRef('name', model)],
  artifactType: [...wrongName, ['a/b'], ['a:b'], ['job'], ['wandb-x']],
  description: [...wrongText, ['x'.repeat(65_537)]],
  metadata: wrongMetadata,
  mergeMetadata: wrongMetadata,
  expectMetadata: wrongMetadata,
  config: wrongJson,
  metrics: [
    [null],
    [[]],
    [{ a: 1, loss: null }, '.loss'],
    [{ loss: [1] }, '.loss'],
    [{ loss: { $numberDouble: '0.5' } }, '.loss'],
    [JSON.parse('{"__proto__":1}'), '.__proto__'],
  ],
  manifest: wrongManifest,
  part: wrongManifest,
  aliases: [...wrongList, [['best', 'v3'], '[1]'], [Array.from({ length: 101 }, (_, n) => `a${n}`)]],
  tags: [...wrongList, [['a', ' b'], '[1]'], [Array.from({ length: 21 }, (_, n) => `t${n}`)]],
  alias: wrongAlias,
  version: [[-1], [0.5], ['v0'], [''], [null], [{}]],
  expectedBase: wrongNumber,
  base: wrongNumber,
  remove: [
    [null],
    ['a'],
    [{}],
    [['a', '../b'], '[1]'],
    [['a//b'], '[0]'],
    [Array.from({ length: 1001 }, (_, n) => `p${n}`)],
  ],
  overwrite: [[null], ['true'], [1]],
  expectNewest: [[null], ['true'], [1]],
  generation: wrongNumber,
  openNext: [[null], ['true'], [1]],
  distributedId: wrongName,
  writer: wrongName,
  deleteAliases: [[null], ['true'], [1]],
  leaveLinks: [[null], ['true'], [1]],
  lastWriterWins: [[null], ['true'], [1]],
  writers: [
    [null],
    ['w'],
    [0],
    [0.5],
    [{}],
    [[]],
    [['w', ''], '[1]'],
    [Array.from({ length: 10_001 }, (_, n) => `w${n}`)],
  ],
  source: wrongVersionOf,
  used: wrongVersionOf,
  group: wrongName,
  jobType: wrongName.filter(([value]) => value !== 'a\0b'),
  outcome: [['done'], [null], [0], ['Finished']],
}
const wrongExpectation: Wrong = [['latest'], [null], [-1], ['v0'], [{}]]
/** In place of one alias. */
const wrongSeveral: Wrong = [[[]], [['best', 'v3'], '[1]'], [Array.from({ length: 101 }, (_, n) => `a${n}`)]]
const wrongFor = (type: CommandType, member: string): Wrong =>
  member === 'base' && type !== 'LogArtifactVersion'
    ? wrongVersionOf
    : member !== 'expect'
      ? [...(wrong[member] ?? []), ...(type === 'MoveAlias' && member === 'alias' ? wrongSeveral : [])]
      : type === 'RemoveAlias'
        ? wrongExpectation
        : type === 'MoveAlias'
          ? [['latest'], [-1], ['v0'], ...wrongHolders.filter(([value]) => value !== 'absent')]
          : wrongHolders

/** What may be left out; the codec says so itself: decoding without it is right. */
const isOptional = (type: CommandType, member: string): boolean =>
  E.isRight(decodeCommand(enveloped({ ...samples[type], [member]: undefined })))

const enveloped = (command: unknown) => ({ commandId: 'c', actor: 'anna', command })

const types = Object.keys(commands).filter((type): type is CommandType => type in samples)

const ledger = openTestLedger()
/** The problems of an input, after making sure that they are told and that nothing was recorded. */
const problemsOf = async (input: unknown) => {
  const error = left(await ledger.handler.handle(input)())
  if (error._tag !== 'invalid-command') throw new Error(`expected invalid-command, got ${error._tag}`)
  for (const { at, expected } of error.problems) {
    expect(describeCommandError(error)).toContain(at)
    expect(expected).not.toBe('')
  }
  expect(await eventsIn(ledger.store)).toEqual([])
  return error.problems
}

/** What each kind of stream decides. */
const tables: Readonly<Record<Category, object>> = {
  artifact: commandsOnArtifact,
  draft: distributedDraftCommands,
  model: commandsOnRegisteredModel,
  run: runCommands,
  losses: lossCommands,
}

describe.each(types)('%s', (type) => {
  const sample: object = samples[type]
  const members = Object.keys(sample).filter((member) => member !== 'type')

  it('is read with everything that it may say', () => {
    expect(decodeCommand(enveloped(sample))).toEqual(
      E.right({ envelope: { commandId: 'c', actor: 'anna' }, command: sample }),
    )
    // The codec lists its members where it refuses another one: none is missing in the sample.
    const [problem] = left(decodeWith<unknown>(commands[type])({ ...sample, misspelt: 1 }))
    expect(problem?.expected).toBe(`no such member (known here: ${['type', ...members].join(', ')})`)
  })

  it('is decided by the rules of its stream', () => {
    const category = parseStream(streamOfCommand(branded<Command>(samples[type])))?.category
    expect(category !== undefined && Object.hasOwn(tables[category], type)).toBe(true)
  })

  it('with a member that nobody knows is refused', async () => {
    expect(await problemsOf(enveloped({ ...sample, misspelt: 1 }))).toMatchObject([
      { at: 'command.misspelt', actual: '1' },
    ])
  })

  it.each(members)('with a wrong %s, or without one where there must be one, is refused', async (member) => {
    if (!isOptional(type, member)) {
      expect(await problemsOf(enveloped({ ...sample, [member]: undefined }))).toEqual([
        expect.objectContaining({ at: `command.${member}`, actual: 'nothing' }),
      ])
    }
    const values = wrongFor(type, member).filter(([value]) => !(value === null && isNullable(type, member)))
    expect(values.length).toBeGreaterThan(2)
    for (const [value, at = ''] of values) {
      const problems = await problemsOf(enveloped({ ...sample, [member]: value }))
      expect(problems[0]?.at, JSON.stringify(problems)).toBe(`command.${member}${at}`)
    }
  })
})

const isNullable = (type: CommandType, member: string): boolean =>
  type === 'DescribeArtifactVersion' && ['description', 'metadata', 'expectMetadata'].includes(member)

describe('what is no command in its envelope', () => {
  const command = samples.StartRun

  it.each([
    ['nothing', undefined, ['']],
    ['null', null, ['']],
    ['a text', 'StartRun', ['']],
    ['a list', [], ['command.type']],
    ['a command without an envelope', command, ['command.type']],
    ['a command without a type', { commandId: 'c', actor: 'a', command: {} }, ['command.type']],
    ['an unknown type', { commandId: 'c', actor: 'a', command: { ...command, type: 'StopRun' } }, ['command.type']],
    [
      'a word of JavaScript as type',
      { commandId: 'c', actor: 'a', command: { ...command, type: 'constructor' } },
      ['command.type'],
    ],
    ['no command id', { actor: 'a', command }, ['commandId']],
    ['no actor', { commandId: 'c', command }, ['actor']],
    ['an illegal reason', { commandId: 'c', actor: 'a', reason: '', command }, ['reason']],
    [
      'a date that does not exist',
      { commandId: 'c', actor: 'a', occurredAt: '2026-02-30T00:00:00Z', command },
      ['occurredAt'],
    ],
    ['a misspelt member', { commandId: 'c', actor: 'a', because: 'x', command }, ['because']],
    [
      'everything at once',
      { commandId: '', command: { type: 'FinishRun', run: { entity: '', project: 'p' } } },
      ['commandId', 'actor', 'command.run.entity', 'command.run.run'],
    ],
  ])('is refused: %s', async (_what, input, at) => {
    expect((await problemsOf(input)).map((problem) => problem.at)).toEqual(at)
  })

  it('is not read from what others may have put on every object', async () => {
    const input = Object.create({ commandId: 'c', actor: 'a', command })
    expect((await problemsOf(input)).map((problem) => problem.at)).toEqual(['commandId', 'actor'])
  })
})

describe('a command that was given', () => {
  it('stays as it was given, whatever the caller does with its objects', async () => {
    const mine = openTestLedger()
    const metadata = { notes: { loss: [1] } }
    const aliases = ['best']
    const manifest = await mine.manifest('a')
    const command = { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest, metadata, aliases }
    const task = mine.handler.handle(enveloped(command))
    const receipt = task()
    metadata.notes.loss[0] = 2
    aliases.push('worst')
    expect(await receipt).toMatchObject({
      right: { events: [{}, { metadata: { notes: { loss: [1] } } }, { alias: 'best' }, { alias: 'latest' }] },
    })
  })
})
