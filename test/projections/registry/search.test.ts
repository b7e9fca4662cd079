/** Versions found and compared, through the face's own questions. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from '../../../adapters/system/index.js'
import { manifestStore } from '../../../application/manifest-store.js'
import { projector } from '../../../application/projecting/projector.js'
import { ArtifactRef } from '../../../domain/values/references.js'
import { diffQuestions } from '../../../ledger/finding/diff.js'
import { type SearchInput, searchQuestions } from '../../../ledger/finding/search.js'
import { registryProjection } from '../../../projections/registry/apply.js'
import type { Registry } from '../../../projections/registry/state.js'
import { decoded } from '../../support/decoded.js'
import { type Ledger, openTestLedger, right } from '../../support/domain-ledger.js'
import { model, runNamed as run } from '../../support/domain-samples.js'

const artifact = (name: string, project = 'churn') => decoded(ArtifactRef, { entity: 'acme', project, name })

let ledger: Ledger
let find: ReturnType<typeof searchQuestions> & ReturnType<typeof diffQuestions>

const log = async (name: string, files: ReadonlyArray<string>, more: object = {}, actor = 'anna') =>
  right(
    await ledger.give(
      {
        type: 'LogArtifactVersion',
        artifact: artifact(name),
        artifactType: name === 'data' ? 'dataset' : 'model',
        manifest: await ledger.manifest(...files),
        ...more,
      },
      { actor },
    ),
  )

beforeEach(async () => {
  ledger = openTestLedger()
  const handler = projector<{ readonly registry: Registry }>({
    store: ledger.store,
    projections: { registry: registryProjection },
    clock: systemClock,
  })
  const addVersionTo = async () => {
    const { states, positionTimes, checkpoint } = right(await handler.waitFor(right(await ledger.store.head()()))())
    return {
      registry: states.registry,
      positionTimes,
      position: checkpoint,
      defaults: { entity: 'acme', project: 'churn' },
    }
  }
  find = {
    ...searchQuestions(TE.fromTask(addVersionTo)),
    ...diffQuestions(addVersionTo, { manifests: manifestStore(ledger.files), files: ledger.files }),
  }

  for (const name of ['a', 'b']) right(await ledger.give({ type: 'StartRun', run: run(name) }))
  await log('data', ['train.csv'], { tags: ['clean'] }, 'ben')
  await log('model', ['w=1', 'same'], {
    run: run('a'),
    metadata: { lr: 0.1, net: { depth: 3 }, note: 'x' },
    tags: ['ok'],
  })
  await log('model', ['w=22', 'same', 'new'], {
    run: run('b'),
    metadata: { lr: 0.01, net: { depth: 5 } },
    aliases: ['best'],
  })
  await log('model', ['w=3'], { metadata: { lr: 'auto' } })
  right(await ledger.give({ type: 'SummariseRun', run: run('a'), metrics: { f1: 0.8, only: true } }))
  right(await ledger.give({ type: 'SummariseRun', run: run('b'), metrics: { f1: 0.9 } }))
  const source = { collection: artifact('model'), version: 1 }
  right(await ledger.give({ type: 'LinkToRegistry', model, source, aliases: ['production'] }))
})

const found = async (input: SearchInput): Promise<ReadonlyArray<string>> =>
  (await find.search({ orderBy: 'name', order: 'ascending', ...input })).items.map(({ path }) =>
    path.replace('acme/churn/', '').replace('acme/model-registry/', ''),
  )

describe('search', () => {
  it.each<[SearchInput, ReadonlyArray<string>]>([
    [{}, ['data:v0', 'model:v0', 'model:v1', 'model:v2', 'Churn:v0']],
    [{ name: 'acme/churn/m*' }, ['model:v0', 'model:v1', 'model:v2']],
    [{ name: '*/data' }, ['data:v0']],
    [{ name: 'data' }, ['data:v0']],
    [{ name: 'dat' }, []],
    [{ name: 'acme/data' }, []],
    [{ name: '**/data' }, ['data:v0']],
    [{ name: 'acme/churn/dat?' }, ['data:v0']],
    [{ name: 'acme/churn/dat.' }, []],
    [{ kind: 'registered' }, ['Churn:v0']],
    [{ kind: 'artifact', type: 'dataset' }, ['data:v0']],
    [{ tag: 'ok' }, ['model:v0']],
    [{ alias: 'best' }, ['model:v1']],
    [{ alias: 'latest' }, ['data:v0', 'model:v2', 'Churn:v0']],
    [{ actor: 'ben' }, ['data:v0']],
    [{ kind: 'artifact', metadata: [{ key: 'lr', is: '<', value: 0.1 }] }, ['model:v1']],
    [{ kind: 'artifact', metadata: [{ key: 'lr', is: '<=', value: 0.1 }] }, ['model:v0', 'model:v1']],
    [{ kind: 'artifact', metadata: [{ key: 'lr', is: '>', value: 'a' }] }, ['model:v2']],
    [{ kind: 'artifact', metadata: [{ key: 'lr', is: '!=', value: 0.1 }] }, ['data:v0', 'model:v1', 'model:v2']],
    [{ metadata: [{ key: 'net.depth', is: '=', value: 5 }] }, ['model:v1', 'Churn:v0']],
    [{ kind: 'artifact', metrics: [{ key: 'f1', is: '>=', value: 0.8 }] }, ['model:v0', 'model:v1']],
    [{ metrics: [{ key: 'only', is: '=', value: true }] }, ['model:v0']],
    [{ where: 'metric:f1 >= 0.8 and kind = artifact' }, ['model:v0', 'model:v1']],
    [{ where: 'tag = ok or alias = production' }, ['model:v0', 'Churn:v0']],
    [{ where: 'missing metadata:lr' }, ['data:v0']],
    [{ where: 'has metadata:lr and missing run' }, ['model:v2']],
    [{ where: 'alias = best and alias != latest or type = dataset' }, ['data:v0', 'model:v1']],
    [{ where: 'metadata:net.depth > 3 and created >= 2026-05-03', kind: 'registered' }, ['Churn:v0']],
    [{ where: 'actor = ben and created < 2026-05-03' }, []],
    [{ where: 'name contains CHURN and not name contains model' }, ['data:v0']],
    [{ where: 'run = acme/churn/a' }, ['model:v0']],
    [{ where: 'has description' }, []],
    [
      { kind: 'artifact', orderBy: { metric: 'f1' }, order: 'descending' },
      ['model:v1', 'model:v0', 'model:v2', 'data:v0'],
    ],
    [
      { kind: 'artifact', orderBy: { metric: 'f1' }, order: 'ascending' },
      ['model:v0', 'model:v1', 'data:v0', 'model:v2'],
    ],
    [{ name: '**/model', orderBy: { metadata: 'lr' }, order: 'ascending' }, ['model:v1', 'model:v0', 'model:v2']],
    [{ orderBy: 'created', order: 'descending', limit: 2 }, ['Churn:v0', 'model:v2']],
    [{ until: '2026-05-03T11:00:00Z' }, []],
    [{ from: '2026-05-03T11:00:00Z', until: '2026-05-04T00:00:00Z', kind: 'registered' }, ['Churn:v0']],
  ])('by %j', async (input, expected) => {
    expect((await found(input)).toSorted()).toEqual(expected.toSorted())
    if (input.orderBy !== undefined) expect(await found(input)).toEqual(expected)
  })

  it('leaves out what is deleted, unless told', async () => {
    right(
      await ledger.give({
        type: 'DeleteArtifactVersion',
        artifact: artifact('model'),
        version: 1,
        deleteAliases: true,
        leaveLinks: true,
      }),
    )
    expect(await found({ name: '**/model' })).toEqual(['model:v0', 'model:v2'])
    expect(await found({ kind: 'registered' })).toEqual([])
    expect(await found({ kind: 'registered', withDeleted: true })).toEqual(['Churn:v0'])
  })

  it('gives pages that later writes do not shift', async () => {
    const all = await found({ order: 'descending', orderBy: 'created' })
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await find.search({ limit: 2, ...(cursor === undefined ? {} : { cursor }) })
      expect(page.total).toBe(all.length)
      seen.push(...page.items.map(({ path }) => path))
      cursor = page.cursor
      await log('model', [`more-${seen.length}`])
      right(await ledger.give({ type: 'MoveAlias', collection: artifact('model'), alias: 'best', version: 0 }))
    } while (cursor !== undefined)
    expect(seen.map((path) => path.split('/').at(-1))).toEqual(all)
  })

  it('refuses a cursor of another question, and members that it does not know', async () => {
    const { cursor = '' } = await find.search({ limit: 1 })
    await expect(find.search({ limit: 1, tag: 'ok', cursor })).rejects.toMatchObject({ code: 'bad-cursor' })
    await expect(find.search({ cursor: 'nonsense' })).rejects.toMatchObject({ code: 'bad-cursor' })
    const misspelt = { naem: 'x' }
    await expect(find.search(misspelt as SearchInput)).rejects.toMatchObject({ code: 'invalid-input' })
    await expect(find.search({ limit: 0 })).rejects.toMatchObject({ code: 'invalid-input' })
  })
})

describe('diff', () => {
  it('says which files, metadata and metrics differ', async () => {
    const { files, bytes, metadata, metrics } = await find.diff('model:v0', 'model:best')
    expect(files.added.map(({ path }) => path)).toEqual(['new'])
    expect(files.removed).toEqual([])
    expect(files.changed.map(({ from, to }) => [from.path, from.size, to.size])).toEqual([['w', 1, 2]])
    expect(bytes).toBe(4)
    expect(metadata).toEqual([
      { key: 'lr', from: 0.1, to: 0.01 },
      { key: 'net', from: { depth: 3 }, to: { depth: 5 } },
      { key: 'note', from: 'x' },
    ])
    expect(metrics).toEqual([
      { key: 'f1', from: 0.8, to: 0.9 },
      { key: 'only', from: true },
    ])
  })

  it('finds nothing between a version and its registered one', async () => {
    const nothing = { files: { added: [], removed: [], changed: [] }, bytes: 0, metadata: [], metrics: [] }
    expect(await find.diff('model:v1', 'Churn:production')).toMatchObject(nothing)
  })

  it('says which version is not there', async () => {
    await expect(find.diff('model:v0', 'model:v9')).rejects.toMatchObject({ code: 'version-not-found' })
  })
})
