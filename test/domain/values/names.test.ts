import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { decodeWith } from '../../../domain/values/codec.js'
import { parseArtifact, parseModel, parseRun, parseVersion } from '../../../domain/values/name-paths.js'
import {
  Alias,
  Aliases,
  AliasOrAliases,
  ArtifactName,
  ArtifactType,
  Description,
  DistributedId,
  EntityName,
  ExpectedHolder,
  ExpectedHolders,
  GroupName,
  ModelName,
  ProjectName,
  RunId,
  Tag,
  Tags,
  VersionChoice,
  VersionNumber,
  WriterName,
} from '../../../domain/values/names.js'
import {
  ArtifactRef,
  CollectionRef,
  collectionPath,
  isModel,
  ModelRef,
  RunRef,
  runPath,
  versionPath,
} from '../../../domain/values/references.js'
import { alias, artifactRef, modelRef, runRef } from '../../support/domain-arbitraries.js'
import { left, right } from '../../support/domain-ledger.js'

const words = ['constructor', '__proto__', 'toString', 'größe', '日本', '😀', '.', '..', '-']
const longest = ['x'.repeat(128), '😀'.repeat(128)]
const tooLong = ['', 'x'.repeat(129), '😀'.repeat(129)]
const broken = ['\ud800', 'a\ude00', 'a\0b', 'a\nb', 'a\u0085b']

describe.each([
  [
    'an entity',
    EntityName,
    [...words, ...longest, 'a b', ' ', 'a&b'],
    [...tooLong, ...broken, 'a/b', 'a\\b', 'a#b', 'a?b', 'a%b', 'a:b'],
  ],
  ['a project', ProjectName, [...words, ...longest, 'wandb-registry-x'], [...tooLong, ...broken, 'a/b', 'a:b', 'a%b']],
  [
    'an artifact',
    ArtifactName,
    ['a', 'A-z_0.9', '.', '..', '__proto__', 'x'.repeat(128), 'v3'],
    [...tooLong, ...broken, 'a b', 'a/b', 'a:b', 'ä', '😀', 'a\n'],
  ],
  [
    'a registered model',
    ModelName,
    [...words, ...longest, 'Churn v2', 'a?b#c%d'],
    [...tooLong, ...broken, 'a/b', 'a:b', ' a', 'a ', '\u00a0a'],
  ],
  [
    'an artifact type',
    ArtifactType,
    [...words, ...longest, 'model', 'run_table', 'code', 'jobs'],
    [...tooLong, ...broken, 'a/b', 'm:odel', 'job', 'wandb-history'],
  ],
  [
    'an alias',
    Alias,
    [...words, ...longest, 'latest', 'v', 'v1.0', 'V1', 'v1a', 'a b', '-v3', 'v٣'],
    [...tooLong, ...broken, 'a/b', 'a:b', 'v0', 'v3', 'v007', 'v99999999999999999999'],
  ],
  [
    'a tag',
    Tag,
    ['x', 'a-b_c', 'a b c', 'größe', '日本 語', 'x'.repeat(128)],
    [...tooLong, ...broken, ' a', 'a ', 'a  b', 'a.b', 'a:b', '😀', '\t'],
  ],
  ['a run', RunId, [...words, ...longest, 'a:b', 'a b'], [...tooLong, ...broken, 'a/b']],
  ['a distributed id', DistributedId, [...words, ...longest, 'a:b', 'exp/2#a'], [...tooLong, ...broken]],
  ['a run group', GroupName, [...words, ...longest, 'exp/2#a'], [...tooLong, ...broken]],
  ['a writer', WriterName, [...words, ...longest, 'rank/0'], [...tooLong, ...broken]],
  [
    'a description',
    Description,
    ['', 'a\nb', 'x'.repeat(65_536), '😀'.repeat(65_536)],
    ['x'.repeat(65_537), '😀'.repeat(65_537), '\ud800'],
  ],
  [
    'a version number',
    VersionNumber,
    [0, 1, Number.MAX_SAFE_INTEGER],
    [-1, 0.5, 2 ** 53, Number.NaN, Number.POSITIVE_INFINITY, '1', null],
  ],
  ['a version', VersionChoice, [0, 7, 'latest', 'constructor'], [-1, 1.5, 'v1', '', 'a:b', null, undefined, {}]],
  ['an expected holder', ExpectedHolder, [0, 7, 'absent'], [-1, 'latest', null, 'v1']],
])('the name of %s', (_what, codec, legal, illegal) => {
  it.each(legal.map((name) => [name]))('may be %j', (name) => {
    expect(codec.decode(name)).toEqual(E.right(name))
    expect(codec.is(name)).toBe(true)
  })

  it.each(illegal.map((name) => [name]))('may not be %j', (name) => {
    expect(E.isLeft(codec.decode(name))).toBe(true)
    expect(codec.is(name)).toBe(false)
  })

  it.each([[1n], [Symbol('s')], [[]], [{}], [Object('a')], [true]])('may not be %s', (value) => {
    expect(E.isLeft(codec.decode(value))).toBe(true)
  })
})

describe('lists of names', () => {
  const many = (count: number) => Array.from({ length: count }, (_, n) => `a${n}`)

  it('name everything once', () => {
    expect(Aliases.decode(['b', 'a', 'b'])).toEqual(E.right(['b', 'a']))
    expect(Tags.decode(['x', 'x'])).toEqual(E.right(['x']))
  })

  it('have an end', () => {
    expect(E.isRight(Aliases.decode(many(100)))).toBe(true)
    expect(E.isLeft(Aliases.decode(many(101)))).toBe(true)
    expect(E.isRight(Tags.decode(many(20)))).toBe(true)
    expect(E.isLeft(Tags.decode(many(21)))).toBe(true)
  })

  it('that one name may stand for say of a name that is wrong what it may be', () => {
    const wrong = { expected: Alias.name, actual: '"v7"' }
    expect(left(decodeWith(AliasOrAliases)('v7'))).toEqual([{ at: '', ...wrong }])
    expect(left(decodeWith(AliasOrAliases)(['best', 'v7']))).toEqual([{ at: '[1]', ...wrong }])
    expect(left(decodeWith(AliasOrAliases)(7))).toEqual([{ at: '', expected: AliasOrAliases.name, actual: '7' }])
  })

  it('hold legal names only', () => {
    expect(E.isLeft(Aliases.decode(['a', 'v1']))).toBe(true)
    expect(E.isLeft(Tags.decode('abc'))).toBe(true)
  })
})

describe('expected holders', () => {
  it.each([[{}], [{ best: 3, latest: 'absent' }], [{ constructor: 0 }]])('may be %j', (holders) => {
    expect(ExpectedHolders.decode(holders)).toEqual(E.right(holders))
  })

  it.each([
    [[]],
    [new Map([['best', 3]])],
    [new Date()],
    [null],
    ['best'],
    [{ v1: 0 }],
    [{ 'a:b': 0 }],
    [{ best: null }],
    [{ best: -1 }],
  ])('may not be %o', (holders) => {
    expect(E.isLeft(ExpectedHolders.decode(holders))).toBe(true)
    expect(ExpectedHolders.is(holders)).toBe(false)
  })
})

const at = (project: string) => ({ entity: 'acme', project, name: 'n' })

describe('projects', () => {
  it.each(['model-registry', 'wandb-registry-x', 'wandb-registry-wandb-registry-'])(
    'named %j hold registered models only',
    (project) => {
      expect(E.isRight(ModelRef.decode(at(project)))).toBe(true)
      expect(E.isLeft(ArtifactRef.decode(at(project)))).toBe(true)
      expect(E.isLeft(RunRef.decode({ entity: 'acme', project, run: 'r' }))).toBe(true)
      expect(isModel(right(CollectionRef.decode(at(project))))).toBe(true)
    },
  )

  it.each(['churn', 'Model-Registry', 'model-registry-2', 'wandb-registry'])(
    'named %j hold artifacts only',
    (project) => {
      expect(E.isRight(ArtifactRef.decode(at(project)))).toBe(true)
      expect(E.isLeft(ModelRef.decode(at(project)))).toBe(true)
      expect(E.isRight(RunRef.decode({ entity: 'acme', project, run: 'r' }))).toBe(true)
      expect(isModel(right(CollectionRef.decode(at(project))))).toBe(false)
    },
  )

  it('named as a registry without a name hold nothing', () => {
    expect(E.isLeft(CollectionRef.decode(at('wandb-registry-')))).toBe(true)
    expect(E.isLeft(ArtifactRef.decode(at('wandb-registry-')))).toBe(true)
  })
})

describe('paths of names', () => {
  const nowhere = {}

  it('of artifacts, registered models and runs are read as they are written', () => {
    fc.assert(
      fc.property(artifactRef, modelRef, runRef, (artifact, model, run) => {
        expect(parseArtifact(collectionPath(artifact), nowhere)).toEqual(E.right(artifact))
        expect(parseModel(collectionPath(model), nowhere)).toEqual(E.right(model))
        expect(parseRun(runPath(run), nowhere)).toEqual(E.right(run))
      }),
    )
  })

  it('of versions are read as they are written', () => {
    const choice = fc.oneof(fc.maxSafeNat(), alias)
    fc.assert(
      fc.property(fc.oneof(artifactRef, modelRef), choice, (collection, version) => {
        expect(parseVersion(versionPath(collection, version), nowhere)).toEqual(E.right([{ collection, version }]))
      }),
    )
  })

  it('may leave out what there is a default for', () => {
    const defaults = { entity: 'acme', project: 'churn' }
    const artifact = { entity: 'acme', project: 'churn', name: 'n' }
    expect(parseArtifact('n', defaults)).toEqual(E.right(artifact))
    expect(parseArtifact('other/n', defaults)).toEqual(E.right({ ...artifact, project: 'other' }))
    expect(parseArtifact('n', { entity: 'acme' })).toEqual(E.right({ ...artifact, project: 'uncategorized' }))
    expect(parseModel('n', defaults)).toEqual(E.right({ ...artifact, project: 'model-registry' }))
    expect(parseModel('wandb-registry-x/n', defaults)).toEqual(E.right({ ...artifact, project: 'wandb-registry-x' }))
    expect(parseRun('r', defaults)).toEqual(E.right({ entity: 'acme', project: 'churn', run: 'r' }))
  })

  it('without a version mean latest, and a bare name may be either kind', () => {
    const artifact = { entity: 'acme', project: 'churn', name: 'n' }
    const model = { ...artifact, project: 'model-registry' }
    const defaults = { entity: 'acme', project: 'churn' }
    expect(parseVersion('n', defaults)).toEqual(
      E.right([
        { collection: artifact, version: 'latest' },
        { collection: model, version: 'latest' },
      ]),
    )
    expect(parseVersion('Churn now:v3', defaults)).toEqual(
      E.right([{ collection: { ...model, name: 'Churn now' }, version: 3 }]),
    )
    expect(parseVersion('model-registry/n:best', defaults)).toEqual(E.right([{ collection: model, version: 'best' }]))
  })

  it.each([
    ['an artifact', () => parseArtifact('a/b/c/d', nowhere), 'three parts'],
    ['an artifact', () => parseArtifact('b/c', nowhere), 'default entity'],
    ['an artifact', () => parseArtifact('a/b/c:v1', nowhere), 'without a version'],
    ['an artifact', () => parseArtifact('a/model-registry/c', nowhere), 'model-registry'],
    ['an artifact', () => parseArtifact('a/b/', nowhere), '1 to 128'],
    ['an artifact', () => parseArtifact('a//c', nowhere), 'project'],
    ['a registered model', () => parseModel('a/churn/c', nowhere), 'registry'],
    ['a registered model', () => parseModel('a/model-registry/c:best', nowhere), 'without a version'],
    ['a run', () => parseRun('a/b/c/d', nowhere), 'three parts'],
    ['a run', () => parseRun('r', nowhere), 'default entity'],
    ['a run', () => parseRun('a/b/', nowhere), '1 to 128'],
    ['a version', () => parseVersion('a/b/c:', nowhere), 'alias'],
    ['a version', () => parseVersion('a/b/c:x:y', nowhere), 'alias'],
    ['a version', () => parseVersion('a/b/c:x/y', nowhere), 'alias'],
    ['a version', () => parseVersion('a/b/c:v99999999999999999999', nowhere), 'version number'],
    ['a version', () => parseVersion('c', nowhere), 'default entity'],
    ['a version', () => parseVersion('a/b/c d', nowhere), 'A-Z'],
  ])('that are illegal say what would be right: %s, %s', (_what, parse, expected) => {
    expect(left<ReadonlyArray<unknown>>(parse())).toEqual([
      expect.objectContaining({ expected: expect.stringContaining(expected) }),
    ])
  })
})
