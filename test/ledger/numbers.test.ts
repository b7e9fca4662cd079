/** Every finite double is a number of metadata, configuration and metrics, and comes back the same wherever it is kept and shown. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { type Ledger, openLedger, verifyExport } from '../../index.js'
import { commandLine } from '../support/command-line.js'
import { sealedLines } from '../support/forged-export.js'
import { memoryLedger, rejection, text } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-numbers-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** As trainings report them: floating point operations, tokens, a seed of 64 bits, a timestamp in nanoseconds. */
const LARGE = {
  total_flos: 5.4e18,
  tokens: 15e15,
  seed: 2 ** 64,
  below: -(2 ** 53),
  ns: 1.785e18,
  most: Number.MAX_VALUE,
  least: 5e-324,
  fraction: Number('333333333.33333329'),
  nested: [{ flos: 1e21 }],
}

const collect = async <A>(items: AsyncIterable<A>): Promise<A[]> => {
  const all: A[] = []
  for await (const item of items) all.push(item)
  return all
}

const numbersOf = async (ledger: Ledger) => {
  const { nested: _, ...metrics } = LARGE
  expect((await ledger.resolve('m')).metadata).toEqual(LARGE)
  expect(await ledger.runDetails('r')).toMatchObject({ config: LARGE, metrics })
}

describe('a large number', () => {
  it('comes back from a file of events, its snapshots and another ledger', async () => {
    const options = { directory: join(folder, 'a'), actor: 'anna', entity: 'acme', project: 'churn' }
    const { nested: _, ...metrics } = LARGE
    const ledger = await openLedger(options)
    const run = await ledger.startRun({ run: 'r', config: LARGE })
    await run.summarise(metrics)
    await ledger.logArtifact({ name: 'm', type: 'model', content: text('1'), run: 'r', metadata: LARGE })
    await numbersOf(ledger)
    const lines = await collect(ledger.exportEvents())
    await ledger.close()

    const again = await openLedger(options)
    await numbersOf(again)
    expect(await again.verify()).toMatchObject({ damagedEvents: [] })
    const repeated = { run: 'r', metrics }
    expect((await again.summariseRun(repeated)).events).toEqual([])
    await again.describe({ version: 'm:v0', metadata: { ...LARGE, tokens: 16e15 } })
    const csv = (await collect(again.exportHistory({ of: 'm', format: 'csv' }))).join('')
    expect(csv).toContain('16000000000000000')
    await again.close()

    const other = await openLedger({
      events: memoryEventStore(),
      files: memoryFileStore(),
      entity: 'acme',
      project: 'churn',
    })
    await other.importEvents(lines)
    await numbersOf(other)
    expect(await collect(other.exportEvents())).toEqual(lines)
    await other.close()
  })

  it('is searched for, compared and sorted by its value', async () => {
    const { ledger } = await memoryLedger()
    const flos = [1, 2 ** 53, 5.4e18, 5.5e18, -1e300]
    for (const [n, value] of flos.entries()) {
      const { path, summarise } = await ledger.startRun({ run: `r${n}`, config: { value } })
      await summarise({ value })
      await ledger.logArtifact({ name: 'm', type: 'model', content: text(`${n}`), run: path, metadata: { value } })
    }
    const found = async (question: Parameters<typeof ledger.search>[0]) =>
      (await ledger.search({ order: 'ascending', ...question })).items.map(({ version }) => version)
    expect(await found({ metadata: [{ key: 'value', is: '=', value: 5.4e18 }] })).toEqual([2])
    for (const field of ['metadata', 'metric']) {
      expect(await found({ where: `${field}:value = 5400000000000000000` })).toEqual([2])
      expect(await found({ where: `${field}:value >= 5.4e18` })).toEqual([2, 3])
      expect(await found({ where: `${field}:value < 9007199254740994 and ${field}:value > 1` })).toEqual([1])
      // It is none of these: no double is.
      expect(await found({ where: `${field}:value = 9007199254740993` })).toEqual([])
      expect(await found({ where: `${field}:value != 9007199254740993` })).toHaveLength(5)
      const refused = await rejection(ledger.search({ where: `${field}:value > 9007199254740993` }))
      expect(refused.message).toContain('it would become 9007199254740992, got "9007199254740993"')
    }
    expect(await found({ orderBy: { metadata: 'value' } })).toEqual([4, 0, 1, 2, 3])
    const runs = await ledger.runs({ orderBy: { config: 'value' }, order: 'descending', where: 'config:value > 1e18' })
    expect(runs.items.map(({ path }) => path.at(-1))).toEqual(['3', '2'])
    expect((await ledger.diff('m:v1', 'm:v2')).metadata).toMatchObject([{ from: 2 ** 53, to: 5.4e18 }])
    await ledger.close()
  })

  it('comes back whichever finite double it is', async () => {
    const { ledger } = await memoryLedger()
    await ledger.logArtifact({ name: 'm', type: 'model', content: text('1') })
    await fc.assert(
      fc.asyncProperty(fc.double({ noNaN: true, noDefaultInfinity: true }), async (value) => {
        await ledger.describe({ version: 'm:v0', metadata: { value } })
        const { metadata } = await ledger.resolve('m')
        // JSON has no -0.
        expect(metadata?.['value']).toBe(value === 0 ? 0 : value)
      }),
      { numRuns: 50 },
    )
    await ledger.close()
  })

  it('stands in a table', async () => {
    const { ledger } = await memoryLedger()
    const log = (value: number, extra: string) =>
      ledger.logArtifact({
        name: 't',
        type: 'table',
        content: [
          { bytes: `{"_type":"table","columns":["id","n"],"data":[[1,${extra}]]}`, as: 'theirs.table.json' },
          { table: { columns: ['n'], rows: [[value]] }, as: 'ours.table.json' },
        ],
      })
    await log(5.4e18, '9007199254740993')
    await log(5.5e18, '9007199254740992')
    const { tables } = await ledger.diff('t:v0', 't:v1', { keys: { 'theirs.table.json': ['id'] } })
    expect(JSON.stringify(tables)).toContain('5500000000000000000')
    expect(JSON.stringify(tables)).toContain('"from":"9007199254740993","to":9007199254740992')
    await ledger.close()
  })
})

describe('a number in a text that no double holds', () => {
  const cwd = join(folder, 'b')
  const ledger = commandLine(folder)
  const log = (...pairs: ReadonlyArray<string>) =>
    ledger(
      '--ledger',
      cwd,
      'log',
      'm',
      join(folder, 'x.json'),
      '--type',
      'model',
      ...pairs.flatMap((each) => ['--metadata', each]),
    )

  it('is refused on the command line, by its place; what is kept comes back', async () => {
    writeFileSync(join(folder, 'x.json'), '1')
    await ledger('init', cwd)
    for (const [pair, message] of [
      ['seed:=9007199254740993', 'seed: 9007199254740993 would become 9007199254740992'],
      ['a:={"b":[1,{"c":18446744073709551616}]}', 'a.b[1].c: 18446744073709551616 would become 18446744073709552000'],
      ['a:=[1e400]', 'a[0]: 1e400 would become Infinity'],
      ['a:=-90071992547409930e-1', 'a: -90071992547409930e-1 would become -9007199254740992'],
    ] as const)
      expect(await log(pair)).toMatchObject({ code: 2, out: '', err: expect.stringContaining(message) })
    expect(
      await log(
        'total_flos:=5400000000000000000',
        'n:=null',
        'tokens:=15E15',
        'f:=333333333.33333329',
        'id=9007199254740993',
      ),
    ).toMatchObject({
      code: 0,
    })
    const shown = await ledger('--ledger', cwd, '--json', 'show', 'm:latest')
    expect(shown.out).toContain('"total_flos":5400000000000000000')
    expect(JSON.parse(shown.out).metadata).toEqual({
      total_flos: 5.4e18,
      n: null,
      tokens: 15e15,
      f: 333333333.3333333,
      id: '9007199254740993',
    })
    expect((await ledger('--ledger', cwd, 'show', 'm:latest')).out).toContain('5400000000000000000')
  })

  it('is refused as a metric and in a condition, and is a text where one is meant', async () => {
    const on = (...args: ReadonlyArray<string>) => ledger('--ledger', cwd, ...args)
    await on('run', 'start', 'r')
    const wrong = await on('run', 'metrics', 'r', '--set', 'flos=9007199254740993')
    expect(wrong).toMatchObject({ code: 2, err: expect.stringContaining('flos: 9007199254740993 would become') })
    expect(await on('run', 'metrics', 'r', '--set', 'flos=5.4e18', '--set', 'id="9007199254740993"')).toMatchObject({
      code: 0,
    })
    expect(JSON.parse((await on('--json', 'show', 'r', '--run')).out).metrics).toEqual({
      flos: 5.4e18,
      id: '9007199254740993',
    })
    const found = async (condition: string) => (await on('search', '--metadata', condition)).out
    expect(await found('id=9007199254740993')).toContain('acme/churn/m:v0')
    expect(await found('id!=9007199254740993')).not.toContain('acme/churn/m:v0')
    expect(await found('total_flos>=5400000000000000000')).toContain('acme/churn/m:v0')
    for (const condition of ['total_flos>9007199254740993', 'id:=9007199254740993'])
      expect(await on('search', '--metadata', condition)).toMatchObject({
        code: 2,
        err: expect.stringContaining('would become'),
      })
    expect(await on('search', '--where', 'metadata:total_flos < 1e400')).toMatchObject({ code: 2 })
    expect((await on('search', '--where', 'metadata:id = 9007199254740993')).out).toContain('acme/churn/m:v0')
  })

  it('is refused by an import, which says what it would become', async () => {
    await ledger('--ledger', cwd, 'export', join(folder, 'events.ndjson'))
    const [, ...rest] = readFileSync(join(folder, 'events.ndjson'), 'utf8').trimEnd().split('\n')
    const lines = rest.slice(0, -1).map((line) => line.replace('15000000000000000', '9007199254740993'))
    const forged = sealedLines(lines)
    const refused = await rejection(verifyExport(forged))
    expect(refused).toMatchObject({ code: 'not-an-export' })
    expect(refused.message).toContain('tokens: 9007199254740993 would become 9007199254740992')
  })
})
