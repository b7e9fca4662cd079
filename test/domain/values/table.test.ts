/** Tables: what is written, what is read of W&B's, and which rows differ. */

import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { decodeWith, describeProblem } from '../../../domain/values/codec.js'
import type { Json } from '../../../domain/values/json.js'
import { diffTables } from '../../../domain/values/table/diff-tables.js'
import { type ReadTable, readTable } from '../../../domain/values/table/read-table.js'
import { Table, tableText } from '../../../domain/values/table/table.js'
import { right } from '../../support/domain-ledger.js'
import { read } from '../../support/sources.js'

const wandb = (name: string): string => read(`test/vectors/wandb-tables/${name}.table.json.txt`)

const predictions: Table = {
  columns: ['id', 'label', 'score', 'right'],
  rows: [
    [1, 'cat', 0.5, true],
    [2, 'dög', null, false],
    [3, null, 2, null],
  ],
}

describe('the text of a table', () => {
  it('says what W&B says of the same table', () => {
    const { log_mode, ...theirs } = JSON.parse(wandb('predictions-0'))
    expect(log_mode).toBe('IMMUTABLE')
    expect(JSON.parse(tableText(predictions) ?? '')).toEqual(theirs)
  })

  it('is the same bytes for the same table, for ever', () => {
    const at = new Date('2026-05-03T14:00:00Z')
    const table = { columns: ['z', 'at', 'a'], rows: [[null, at, -0] as const] }
    expect(tableText(table)).toBe(
      '{"_type":"table","column_types":{"params":{"type_map":{' +
        '"a":{"params":{"allowed_types":[{"wb_type":"none"},{"wb_type":"number"}]},"wb_type":"union"},' +
        '"at":{"params":{"allowed_types":[{"wb_type":"none"},{"wb_type":"timestamp"}]},"wb_type":"union"},' +
        '"z":{"params":{"allowed_types":[{"wb_type":"none"},{"wb_type":"unknown"}]},"wb_type":"union"}' +
        '}},"wb_type":"typedDict"},"columns":["z","at","a"],"data":[[null,1777816800000,0]],"ncols":3,"nrows":1}',
    )
  })

  it('reads back as the same rows', () => {
    const cells: ReadonlyArray<fc.Arbitrary<string | number | boolean>> = [
      fc.string({ unit: 'grapheme' }).filter((value) => value.isWellFormed()),
      fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
      fc.boolean(),
    ]
    const tables = fc
      .uniqueArray(fc.tuple(fc.string({ minLength: 1 }), fc.constantFrom(...cells)), { selector: ([name]) => name })
      .filter((columns) => columns.every(([name]) => name !== '__proto__'))
      .chain((columns) =>
        fc.record({
          columns: fc.constant(columns.map(([name]) => name)),
          rows: fc.array(fc.tuple(...columns.map(([, cell]) => fc.option(cell)))),
        }),
      )
    fc.assert(
      fc.property(tables, (table) => {
        expect(E.isRight(decodeWith(Table)(table))).toBe(true)
        const text = tableText(table) ?? ''
        expect(readTable(text)).toEqual(E.right({ ...table, elsewhere: [] }))
        expect(tableText(structuredClone(table))).toBe(text)
      }),
    )
  })
})

describe('what is no table', () => {
  const cell = 'a text, a finite number, true, false, a Date, or null for what is not known (images'
  it.each<readonly [string, unknown, string, string]>([
    ['a list', [], '', 'a table {columns, rows}'],
    ['no rows', { columns: ['a'] }, 'rows', 'a list of rows'],
    [
      'columns that are no list',
      { columns: 'a', rows: [] },
      'columns',
      'a list of columns, each with a name of its own',
    ],
    ['a column that is no text', { columns: ['a', 7], rows: [] }, 'columns[1]', 'the name of a column'],
    ['a column without a name', { columns: [''], rows: [] }, 'columns[0]', 'the name of a column'],
    ['a column that no object may have', { columns: ['__proto__'], rows: [] }, 'columns[0]', 'not __proto__'],
    ['two columns of one name', { columns: ['a', 'b', 'a'], rows: [] }, 'columns[2]', '(columns[0] has it)'],
    ['a row that is no list', { columns: ['a'], rows: [[1], 2] }, 'rows[1]', 'a list of 1 cells'],
    ['a short row', { columns: ['a', 'b'], rows: [[1]] }, 'rows[0]', 'a list of 2 cells, one for each column'],
    [
      'NaN',
      {
        columns: ['a', 'b'],
        rows: [
          [1, 2],
          [1, Number.NaN],
        ],
      },
      'rows[1][1]',
      `in the column "b" ${cell}`,
    ],
    ['infinity', { columns: ['a'], rows: [[Infinity]] }, 'rows[0][0]', cell],
    ['half a character', { columns: ['a'], rows: [['\ud800']] }, 'rows[0][0]', cell],
    ['no time', { columns: ['a'], rows: [[new Date('never')]] }, 'rows[0][0]', cell],
    ['a hole', { columns: ['a'], rows: [[undefined]] }, 'rows[0][0]', cell],
    ['an image', { columns: ['a'], rows: [[{ _type: 'image-file' }]] }, 'rows[0][0]', 'give a file of their own'],
    ['bytes', { columns: ['a'], rows: [[new Uint8Array(2)]] }, 'rows[0][0]', 'give a file of their own'],
    [
      'cells of several kinds',
      {
        columns: ['n', 'id'],
        rows: [
          [0, null],
          [0, 7],
          [0, 'x'],
        ],
      },
      'rows[2][1]',
      'in the column "id" a finite number, as in rows[1], or null',
    ],
    [
      'what it does not know',
      { columns: [], rows: [], data: [] },
      'data',
      'no such member (known here: columns, rows)',
    ],
  ])('says where and what would be right: %s', (_, given, at, expected) => {
    const decoded = decodeWith(Table)(given)
    expect(decoded).toMatchObject({ left: [{ at, expected: expect.stringContaining(expected) }] })
    expect(E.isLeft(decoded) && decoded.left.map(describeProblem).join()).not.toContain('undefined')
  })

  it('tells some of very many mistakes', () => {
    const decoded = decodeWith(Table)({ columns: ['a'], rows: Array(100_000).fill([]) })
    expect(E.isLeft(decoded) && decoded.left.length).toBe(20)
  })
})

describe('a table that W&B wrote', () => {
  it('is read, with the cells that are written by it alone', () => {
    expect(right(readTable(wandb('predictions-0')))).toEqual({ ...predictions, elsewhere: [] })
    const picture = expect.objectContaining({ _type: 'image-file', path: expect.stringContaining('.png') })
    expect(right(readTable(wandb('awkward-0')))).toEqual({
      columns: ['id', 'loss', 'at', 'scores', 'map', 'picture'],
      rows: [
        ['1152921504606846977', 'Infinity', '2026-05-03T14:00:00.000Z', [0.5, 1], null, picture],
        ['1152921504606846978', null, null, [0.25, 2], null, picture],
      ],
      elsewhere: ['map'],
    })
  })

  it('keeps numbers apart that a double would make one', () => {
    const [from, to] = [right(readTable(wandb('awkward-0'))), right(readTable(wandb('awkward-1')))]
    expect(right(diffTables(from, to, { keys: ['id'], limit: 10 }))).toMatchObject({
      columns: { elsewhere: ['map'] },
      removed: { count: 1, rows: [{ id: '1152921504606846978' }] },
      added: { count: 1, rows: [{ id: '1152921504606846979' }] },
      changed: { count: 0 },
    })
  })

  it.each([
    ['cut off', '{"_type": "table"', 'it is not JSON'],
    ['of another kind', '{"_type": "joined-table"}', 'it is no table: its _type is not "table"'],
    ['a number', '7', 'it is no table'],
    ['without columns', '{"_type": "table", "data": []}', 'its columns are not a list of names'],
    [
      'with a column twice',
      '{"_type": "table", "columns": ["a", "a"], "data": []}',
      'two of its columns are called "a"',
    ],
    ['without data', '{"_type": "table", "columns": ["a"]}', 'its data is not a list of rows'],
    [
      'with a cell that is nested without end',
      `{"_type": "table", "columns": ["a"], "data": [[${'['.repeat(50_000)}${']'.repeat(50_000)}]]}`,
      'it is nested more than 64 levels deep',
    ],
    [
      'with a long row',
      '{"_type": "table", "columns": ["a"], "data": [[1], [1, 2]]}',
      'data[1] is not a list of 1 cells',
    ],
  ])('or why it cannot be: %s', (_, text, reason) => {
    expect(readTable(text)).toEqual(E.left(expect.stringContaining(reason)))
  })

  it('may have numbers for names, and words in it that look like numbers', () => {
    const row = '["NaN \\" -Infinity", 0.12345678901234568]'
    const other = '["Infinity", 1.5e300]'
    expect(
      right(readTable(`{"_type": "table", "columns": [1, 0], "data": [${row}, ${other}, [NaN, -Infinity]]}`)),
    ).toEqual({
      columns: ['1', '0'],
      rows: [
        ['NaN " -Infinity', 0.12345678901234568],
        ['Infinity', 1.5e300],
        ['NaN', '-Infinity'],
      ],
      elsewhere: [],
    })
  })
})

describe('the rows that differ', () => {
  const table = (columns: ReadonlyArray<string>, ...rows: ReadonlyArray<ReadonlyArray<Json>>): ReadTable => ({
    columns,
    rows,
    elsewhere: [],
  })
  const [before, after] = [right(readTable(wandb('predictions-0'))), right(readTable(wandb('predictions-1')))]

  it('are those of one key with other cells, and those of a key that one table has', () => {
    expect(right(diffTables(before, after, { keys: ['id'], limit: 100 }))).toEqual({
      keys: ['id'],
      columns: { added: ['split'], removed: [], elsewhere: [] },
      changed: {
        count: 1,
        rows: [
          {
            key: { id: 1 },
            cells: [
              { column: 'label', from: 'cat', to: 'dog' },
              { column: 'score', from: 0.5, to: 0.25 },
            ],
          },
        ],
      },
      removed: { count: 1, rows: [{ id: 2, label: 'dög', score: null, right: false }] },
      added: { count: 1, rows: [{ id: 4, label: 'cow', score: 1e-7, right: false, split: 'b' }] },
    })
  })

  it('are, without a key, those that one table has more often, whatever their order', () => {
    const [one, other] = [table(['a', 'b'], [1, 2], [3, 4], [3, 4]), table(['b', 'a'], [4, 3], [2, 1], [2, 1])]
    expect(right(diffTables(one, other, { keys: [], limit: 100 }))).toMatchObject({
      changed: { count: 0, rows: [] },
      removed: { count: 1, rows: [{ a: 3, b: 4 }] },
      added: { count: 1, rows: [{ a: 1, b: 2 }] },
    })
  })

  it('are all counted, and told up to the limit', () => {
    const rows = (from: number, to: number) => Array.from({ length: to - from }, (_, at) => [from + at, 'x'])
    const [one, other] = [table(['id', 'x'], ...rows(0, 50)), table(['id', 'x'], [0, 'y'], ...rows(30, 90))]
    const found = right(diffTables(one, other, { keys: ['id'], limit: 10 }))
    expect([found.changed, found.removed, found.added].map(({ count, rows }) => [count, rows.length])).toEqual([
      [1, 1],
      [29, 9],
      [40, 0],
    ])
  })

  it('need a key that both have, and that names one row', () => {
    const twice = table(['id', 'x'], [1, 'a'], [1, 'b'])
    const once = table(['id', 'x'], [1, 'a'])
    expect(diffTables(once, twice, { keys: ['id'], limit: 1 })).toEqual(
      E.left({ _tag: 'key-twice', side: 'to', key: { id: 1 } }),
    )
    expect(diffTables(twice, once, { keys: ['id'], limit: 1 })).toMatchObject({ left: { side: 'from' } })
    expect(E.isRight(diffTables(twice, once, { keys: ['id', 'x'], limit: 1 }))).toBe(true)
    expect(diffTables(once, table(['id'], [1]), { keys: ['x', 'y'], limit: 1 })).toEqual(
      E.left({ _tag: 'no-such-key', missing: ['x', 'y'], present: ['id'] }),
    )
  })

  it('are those that a plain comparison finds', () => {
    const side = fc
      .uniqueArray(fc.tuple(fc.nat(12), fc.constantFrom('x', 'y', null)), { selector: ([id]) => id })
      .map((rows) => table(['id', 'x'], ...rows))
    fc.assert(
      fc.property(side, side, (one, other) => {
        const [from, to] = [new Map(one.rows.map(([id, x]) => [id, x])), new Map(other.rows.map(([id, x]) => [id, x]))]
        const found = right(diffTables(one, other, { keys: ['id'], limit: 100 }))
        const ids = (rows: ReadonlyArray<{ readonly [key: string]: Json }>) => rows.map(({ id }) => id)
        expect(ids(found.removed.rows)).toEqual([...from.keys()].filter((id) => !to.has(id)))
        expect(ids(found.added.rows)).toEqual([...to.keys()].filter((id) => !from.has(id)))
        expect(ids(found.changed.rows.map(({ key }) => key))).toEqual(
          [...to.keys()].filter((id) => from.has(id) && from.get(id) !== to.get(id)),
        )
        const plainly = right(diffTables(one, other, { keys: [], limit: 100 }))
        expect(plainly.removed.count - found.removed.count).toBe(found.changed.count)
        expect(plainly.added.count - found.added.count).toBe(found.changed.count)
      }),
    )
  })
})
