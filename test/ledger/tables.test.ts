/** Tables as content of versions, and their rows in what differs between two. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import { isDigest } from '../../domain/values/digest.js'
import type { Ledger, Table } from '../../index.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'
import { read } from '../support/sources.js'

const as = 'predictions.table.json'
const table = (...rows: Table['rows']): Table => ({ columns: ['id', 'label', 'score'], rows })
const one = table([1, 'cat', 0.5], [2, 'dog', null])
const other = table([1, 'cat', 0.75], [3, 'cow', null])
const log = (ledger: Ledger, content: Table, more: object = {}) =>
  ledger.logArtifact({ name: 'eval', type: 'eval', content: [{ table: content, as }], ...more })

describe('a table as content', () => {
  it('is a file like any: the same table is the same version, wherever it is given', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, one)
    expect(await log(ledger, structuredClone(one))).toMatchObject({ version: 0, isNew: false })
    const draft = await ledger.newArtifact({ name: 'drafted', type: 'eval' })
    await draft.add([{ table: one, as }])
    await draft.log()
    const run = await ledger.startRun({ group: 'night' })
    await run.upsertDistributed({ name: 'parts', type: 'eval', content: [{ table: one, as }] })
    await run.commitDistributed({ name: 'parts', type: 'eval' })
    await run.linkModel({ content: [{ table: one, as }], to: 'm', name: 'linked', type: 'eval' })
    const digests = ['eval', 'drafted', 'parts', 'linked'].map(async (name) => (await ledger.content(name)).manifest)
    const [first, ...others] = await Promise.all(digests)
    expect(first).toMatchObject([{ path: as }])
    for (const manifest of others) expect(manifest).toEqual(first)
    await ledger.close()
  })

  it('is copied in the call', async () => {
    const { ledger } = await memoryLedger()
    const [columns, row] = [[...one.columns], [1, 'cat', 0.5]]
    const rows = [row]
    const logged = log(ledger, { columns, rows })
    columns.push('later')
    rows.push([2, 'dog', 0.5])
    row[1] = 'dog'
    await logged
    expect(await log(ledger, table([1, 'cat', 0.5]))).toMatchObject({ isNew: false })
    await ledger.close()
  })

  it('is refused with the place of what is wrong, and nothing is recorded', async () => {
    const { ledger, events } = await memoryLedger()
    const wrong = { columns: ['id'], rows: [[1], ['x']] }
    expect(await rejection(log(ledger, wrong))).toMatchObject({
      code: 'invalid-input',
      message:
        'content[0].table.rows[1][0]: expected in the column "id" a finite number, as in rows[0], or null, got "x"',
    })
    const named = ledger.logArtifact({ name: 'eval', type: 'eval', content: [{ table: one, as: 'predictions.json' }] })
    expect(await rejection(named)).toMatchObject({
      code: 'invalid-input',
      message: 'content[0].as: expected a path that ends with .table.json, got "predictions.json"',
    })
    const large = { columns: ['a'], rows: [['x'.repeat(64 * 1024 * 1024)]] }
    expect(await rejection(log(ledger, large))).toMatchObject({
      code: 'invalid-input',
      message: expect.stringMatching(/^the table "predictions.table.json": expected a text of at most 67108864 bytes/),
    })
    expect(await events.head()()).toMatchObject({ right: 0 })
    await ledger.close()
  })
})

describe('what differs between two versions', () => {
  it('are the rows of their tables too, by key columns or by all cells', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, one)
    await log(ledger, other)
    const byId = await ledger.diff('eval:v0', 'eval:v1', { keys: { [as]: ['id'] } })
    expect(byId.files.changed).toHaveLength(1)
    expect(byId.tables).toEqual([
      {
        path: as,
        keys: ['id'],
        columns: { added: [], removed: [], elsewhere: [] },
        changed: { count: 1, rows: [{ key: { id: 1 }, cells: [{ column: 'score', from: 0.5, to: 0.75 }] }] },
        removed: { count: 1, rows: [{ id: 2, label: 'dog', score: null }] },
        added: { count: 1, rows: [{ id: 3, label: 'cow', score: null }] },
      },
    ])
    const byCells = await ledger.at().diff('eval:v0', 'eval:v1')
    expect(byCells.tables).toMatchObject([
      { keys: [], changed: { count: 0 }, removed: { count: 2 }, added: { count: 2 } },
    ])
    expect((await ledger.diff('eval:v0', 'eval:v0', { keys: { [as]: ['id'] } })).tables).toEqual([])
    await ledger.close()
  })

  it('tells so many rows of all tables together, and counts them all', async () => {
    const { ledger } = await memoryLedger()
    const rows = (word: string) => table(...Array.from({ length: 80 }, (_, id) => [id, word, null]))
    const paths = ['a.table.json', 'b.table.json']
    for (const word of ['x', 'y'])
      await ledger.logArtifact({ name: 'eval', type: 'eval', content: paths.map((as) => ({ table: rows(word), as })) })
    const keys = { 'a.table.json': ['id'], 'b.table.json': ['id'] }
    const told = async (input: object) =>
      (await ledger.diff('eval:v0', 'eval:v1', { keys, ...input })).tables.map((each) =>
        'changed' in each ? [each.changed.count, each.changed.rows.length] : each,
      )
    expect(await told({})).toEqual([
      [80, 80],
      [80, 20],
    ])
    expect(await told({ limit: 0 })).toEqual([
      [80, 0],
      [80, 0],
    ])
    await ledger.close()
  })

  it('says what is wrong with a key', async () => {
    const { ledger } = await memoryLedger()
    await log(ledger, one)
    await log(ledger, other)
    const refused = (keys: object) => rejection(ledger.diff('eval:v0', 'eval:v1', { keys: { ...keys } }))
    expect(await refused({ [as]: ['uid'] })).toMatchObject({
      code: 'invalid-input',
      message:
        'keys["predictions.table.json"]: expected columns that the table has in both versions (id, label, score), got "uid"',
    })
    expect(await refused({ 'prediction.table.json': ['id'] })).toMatchObject({
      code: 'path-not-found',
      message: expect.stringContaining(`did you mean "${as}"?`),
    })
    for (const wrong of [{ [as]: 'id' }, { [as]: [7] }, { keys: 7 }])
      expect((await refused(wrong)).code).toBe('invalid-input')
    await log(ledger, table([1, 'cat', 0.75], [1, 'cow', null]))
    expect((await ledger.diff('eval:v1', 'eval:v2', { keys: { [as]: ['id'] } })).tables).toEqual([
      { path: as, notCompared: 'several rows of acme/animals/eval:v2 have the key {"id":1}: name more columns' },
    ])
    await ledger.close()
  })

  it('reads tables that W&B wrote, and says why it cannot read one', async () => {
    const { ledger } = await memoryLedger()
    for (const version of [0, 1])
      await ledger.logArtifact({
        name: 'wandb',
        type: 'eval',
        content: [
          { bytes: read(`test/vectors/wandb-tables/predictions-${version}.table.json.txt`), as },
          { bytes: `no table ${version}`, as: 'other.table.json' },
          { reference: `s3://bucket/${version}`, as: 'far.table.json' },
        ],
      })
    const { tables } = await ledger.diff('wandb:v0', 'wandb:v1', { keys: { [as]: ['id'] } })
    expect(tables).toMatchObject([
      { path: 'far.table.json', notCompared: 'it is kept elsewhere: s3://bucket/0' },
      { path: 'other.table.json', notCompared: expect.stringContaining('it is not JSON') },
      { path: as, columns: { added: ['split'] }, changed: { count: 1 }, removed: { count: 1 }, added: { count: 1 } },
    ])
    await ledger.close()
  })

  it('tells all else where the file of a table is gone', async () => {
    const files = memoryFileStore()
    const { ledger, events } = await memoryLedger({ files })
    await log(ledger, one)
    await log(ledger, other)
    const [entry] = (await ledger.content('eval:v0')).manifest
    const digest = isDigest(entry?.digest) ? entry.digest : undefined
    const without = {
      ...files,
      open: (...[kind, asked]: Parameters<typeof files.open>) =>
        asked === digest ? TE.left({ _tag: 'file-missing' as const, digest: asked }) : files.open(kind, asked),
    }
    const { ledger: later } = await memoryLedger({ events, files: without, readOnly: true })
    expect((await later.diff('eval:v0', 'eval:v1')).tables).toEqual([
      { path: as, notCompared: `no file is stored under ${digest}` },
    ])
    await ledger.close()
  })
})
