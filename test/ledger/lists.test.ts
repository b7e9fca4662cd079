/** Lists on the face: artifacts, registered models, runs, and the versions of a collection, a page at a time. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import type { Ledger, ListInput, Page } from '../../index.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const PLACES = Array.from(
  { length: 102 },
  (_, index) => `${index % 2 === 0 ? 'acme' : 'other'}/p${index % 3}/n${index}`,
)
const inModels = (path: string): string => path.replace(/\/p\d\//, '/model-registry/')

let ledger: Ledger
let another: Ledger

beforeAll(async () => {
  const stores = { events: memoryEventStore(), files: memoryFileStore() }
  ledger = (await memoryLedger(stores)).ledger
  another = (await memoryLedger({ ...stores, entity: 'other', project: 'p1' })).ledger
  for (const [index, path] of PLACES.entries()) {
    await ledger.startRun({ run: path })
    await ledger.createArtifact({ name: path, type: 'model' })
    await ledger.createRegisteredModel({ name: inModels(path), type: 'model' })
    for (const name of ['acme/p0/n0', 'other/p1/n1']) {
      await ledger.logArtifact({ name, type: 'model', content: text(`${index}`) })
    }
  }
})
afterAll(async () => {
  await ledger.close()
  await another.close()
})

type List = (
  asked: Pick<Ledger, 'artifacts' | 'registeredModels' | 'runs'>,
  list?: ListInput,
) => Promise<Page<{ readonly path: string }>>
const lists: ReadonlyArray<readonly [string, List, ReadonlyArray<string>]> = [
  ['artifacts', (asked, list) => asked.artifacts(list), PLACES],
  ['registered models', (asked, list) => asked.registeredModels(list), PLACES.map(inModels)],
  ['runs', (asked, list) => asked.runs(list), PLACES],
]
const paths = ({ items }: Page<{ readonly path: string }>): ReadonlyArray<string> => items.map(({ path }) => path)

describe.each(lists)('a list of %s', (_, list, all) => {
  it('holds a hundred unless told, in the order in which they came, and says how to go on', async () => {
    const first = await list(ledger)
    expect(paths(first)).toEqual(all.slice(0, 100))
    const last = await list(ledger, { cursor: String(first.cursor) })
    expect(paths(last)).toEqual(all.slice(100))
    expect(last).not.toHaveProperty('cursor')
    expect(await list(ledger, { limit: all.length })).toEqual({ items: [...first.items, ...last.items] })
  })

  it('holds what fits a pattern of the path, or of its end', async () => {
    const fits = (name: string) => list(ledger, { name, limit: 1000 }).then(paths)
    expect(await fits('acme/*/n1*')).toEqual(all.filter((path) => /^acme\/[^/]+\/n1/.test(path)))
    expect(await fits('**/n?')).toEqual(all.slice(0, 10))
    expect(await fits('n1')).toEqual(all.filter((path) => path.endsWith('/n1')))
    expect(await fits('acme/n1')).toEqual([])
    const first = await list(ledger, { name: '**/n?0', limit: 9 })
    expect(paths(first)).toEqual(all.filter((path) => /n\d0$/.test(path)))
    expect(first).not.toHaveProperty('cursor')
  })

  it('refuses the cursor of another question, of a later moment, and one that was changed', async () => {
    const { cursor = '' } = await list(ledger, { limit: 3 })
    expect(paths(await list(ledger, { limit: 2, cursor }))).toEqual(all.slice(3, 5))
    const [trace, moment, place] = JSON.parse(Buffer.from(cursor, 'base64url').toString())
    const made = (...parts: ReadonlyArray<unknown>) => Buffer.from(JSON.stringify(parts)).toString('base64url')
    expect(made(trace, moment, place)).toBe(cursor)
    const elsewhere = lists.filter(([, other]) => other !== list).map(([, other]) => other(ledger, { cursor }))
    const refused = [
      ...elsewhere,
      ledger.versions('acme/p0/n0', { cursor }),
      ledger.search({ cursor }),
      list(ledger, { name: '**', cursor }),
      list(ledger.at(1), { cursor }),
      list(ledger, { cursor: made(trace, moment + 1, place) }),
      list(ledger, { cursor: made(trace, moment, -1) }),
      list(ledger, { cursor: made(trace, moment, 0.5) }),
      list(ledger, { cursor: made(trace, moment) }),
      list(ledger, { cursor: `${cursor}x` }),
    ]
    expect(await Promise.all(refused.map(async (page) => (await rejection(page)).code))).toEqual(
      refused.map(() => 'bad-cursor'),
    )
  })
})

describe('the place of a list', () => {
  it('is an entity, or a project in full or of the default entity', async () => {
    const inP1 = PLACES.filter((path) => path.startsWith('acme/p1/'))
    expect(paths(await ledger.artifacts({ project: 'acme/p1' }))).toEqual(inP1)
    expect(paths(await ledger.artifacts({ project: 'p1' }))).toEqual(inP1)
    expect(paths(await ledger.runs({ entity: 'acme', project: 'p1' }))).toEqual(inP1)
    expect(paths(await another.artifacts({ project: 'p1' }))).toEqual(
      PLACES.filter((path) => path.startsWith('other/p1/')),
    )
    expect(paths(await ledger.registeredModels({ registry: 'other/model-registry' }))).toEqual(
      PLACES.filter((path) => path.startsWith('other/')).map(inModels),
    )
    expect(await ledger.artifacts({ project: 'nothing-there' })).toEqual({ items: [] })
    expect(await ledger.artifacts({ type: 'dataset' })).toEqual({ items: [] })
  })

  it('is refused where it cannot be one', async () => {
    const refused: ReadonlyArray<readonly [Promise<unknown>, string]> = [
      [ledger.artifacts({ project: 'a/b/c' }), 'at most two parts: entity/project'],
      [ledger.artifacts({ project: 'model-registry' }), 'those hold registered models'],
      [ledger.runs({ project: 'wandb-registry-x' }), 'those hold registered models'],
      [ledger.registeredModels({ registry: 'p1' }), 'the name of a registry'],
      [ledger.artifacts({ entity: 'acme', project: 'other/p1' }), 'project: expected a project of the entity "acme"'],
      [ledger.projects({ entity: 'a/b' }), 'entity: expected the name of an entity'],
    ]
    for (const [asked, words] of refused)
      expect(await rejection(asked)).toMatchObject({ code: 'invalid-input', message: expect.stringContaining(words) })
  })
})

describe('the versions of a collection', () => {
  const numbers = ({ items }: Page<{ readonly version: number }>) => items.map(({ version }) => version)

  it.each(['descending', 'ascending', undefined] as const)(
    'come newest first unless told, a hundred (%s)',
    async (order) => {
      const list = order === undefined ? {} : { order }
      const all = PLACES.map((_, number) => number)
      const expected = order === 'ascending' ? all : all.toReversed()
      const first = await ledger.versions('acme/p0/n0', list)
      expect(numbers(first)).toEqual(expected.slice(0, 100))
      const last = await another.versions('acme/p0/n0', { ...list, cursor: String(first.cursor) })
      expect(numbers(last)).toEqual(expected.slice(100))
      expect(last).not.toHaveProperty('cursor')
      const other = order === 'ascending' ? 'descending' : 'ascending'
      const turned = ledger.versions('acme/p0/n0', { order: other, cursor: String(first.cursor) })
      expect((await rejection(turned)).code).toBe('bad-cursor')
      expect(await ledger.versions('other/p0/n3')).toEqual({ items: [] })
    },
  )

  it.each(['descending', 'ascending'] as const)(
    'go on as of the first page, whatever is written meanwhile (%s)',
    async (order) => {
      const { ledger } = await memoryLedger()
      const log = (bytes: string) => ledger.logArtifact({ name: 'cats', type: 'model', content: text(bytes) })
      for (const bytes of ['a', 'b', 'c']) await log(bytes)
      const whole = await ledger.versions('cats', { order })
      const first = await ledger.versions('cats', { order, limit: 2 })
      await ledger.deleteVersion({ version: 'cats:v1' })
      await ledger.moveAlias({ version: 'cats:v0', alias: 'latest' })
      await log('d')
      // From now on the bare name may mean either.
      await ledger.createRegisteredModel({ name: 'cats', type: 'model' })
      const last = await ledger.versions('cats', { order, limit: 2, cursor: String(first.cursor) })
      expect([...first.items, ...last.items]).toEqual(whole.items)
      expect(last).not.toHaveProperty('cursor')
      expect((await rejection(ledger.versions('cats'))).code).toBe('ambiguous-name')
      await ledger.close()
    },
  )

  it('refuse the cursor of another collection, also where it is called the same', async () => {
    const { cursor = '' } = await another.versions('p1/n1', { limit: 1 })
    expect(numbers(await another.versions('p1/n1', { limit: 1, cursor }))).toEqual([100])
    for (const name of ['p1/n1', 'acme/p0/n0', 'nobody/here/n0']) {
      expect((await rejection(ledger.versions(name, { cursor }))).code).toBe('bad-cursor')
    }
    expect((await rejection(ledger.versions('nobody/here/n0'))).code).toBe('not-found')
  })
})
