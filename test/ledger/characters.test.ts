/** Every awkward character, through every text that is written and read back: nothing is lost, nothing is taken for another. */
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../index.js'
import { AWKWARD, AWKWARD_TEXT } from '../support/awkward.js'
import { commandLine } from '../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-characters-'))
afterAll(() => rmSync(folder, { recursive: true }))
const directory = join(folder, 'ledger')
const opened = (): Promise<Ledger> => openLedger({ directory, actor: ACTOR, entity: 'acme', project: 'p' })

/** What a label may hold. */
const ACTOR = 'Änna "quoted" \\n\u2028😀𝔘, of =1+1'
const METADATA = {
  ...Object.fromEntries(AWKWARD.map(([what, text]) => [what, text])),
  ...Object.fromEntries(AWKWARD.map(([what, text]) => [text, what])),
  [AWKWARD_TEXT]: [AWKWARD_TEXT, { [AWKWARD_TEXT]: { '"': 1, '\\': 2, '\u2028': 3 } }],
}
/** A file for each that a path may hold. */
const PATHS = AWKWARD.filter(([, text]) => !/[\p{Cc}\\/]/u.test(text)).map(([, text]) => `a ${text} z`)
/** How often characters occur, as of two tokenizers. */
const COUNTS = [
  { ' ': 120, '\\': 3 },
  { ' ': 95, '"': 7 },
  { ' ': 95, '\n': 7 },
]

/** What a ledger says of it all. */
const told = async (ledger: Ledger) => {
  const { description, metadata } = await ledger.version('m:v0')
  const { config } = await ledger.runDetails('r')
  const { manifest } = await ledger.content('m:v0')
  const counts = await Promise.all(COUNTS.map((_, at) => ledger.version(`counts:v${at}`)))
  const { items: lines } = await ledger.history({ of: 'm', types: ['ArtifactVersionLogged'] })
  return {
    description,
    metadata,
    config,
    paths: manifest.map(({ path }) => path).toSorted(),
    counts: counts.map((version) => version.metadata),
    lines: lines.map(({ actor, reason, correlationId }) => ({ actor, reason, correlationId })),
  }
}
const GIVEN = {
  description: AWKWARD_TEXT,
  metadata: METADATA,
  config: METADATA,
  paths: PATHS.toSorted(),
  counts: COUNTS,
  lines: [{ actor: ACTOR, reason: AWKWARD_TEXT, correlationId: ACTOR }],
}

beforeAll(async () => {
  const ledger = await opened()
  await ledger.startRun({ run: 'r', config: METADATA })
  const content = PATHS.map((path) => ({ bytes: path, as: path }))
  const said = { description: AWKWARD_TEXT, metadata: METADATA, reason: AWKWARD_TEXT, correlationId: ACTOR }
  await ledger.logArtifact({ name: 'm', type: 'model', run: 'r', content, ...said })
  for (const [at, metadata] of COUNTS.entries())
    await ledger.logArtifact({ name: 'counts', type: 'model', content: [{ bytes: `${at}`, as: 'a' }], metadata })
  // So many events are worth a snapshot when the ledger is closed.
  const more = Array.from({ length: 1000 }, (_, at) => ledger.describe({ version: 'counts:v0', description: `${at}` }))
  await Promise.all(more)
  expect(await told(ledger)).toEqual(GIVEN)
  await ledger.close()
})

describe('awkward characters', () => {
  it('are what was given when the ledger is opened again, from a snapshot, and when it is built from the events', async () => {
    expect(readdirSync(join(directory, 'snapshots'))).not.toEqual([])
    const ledger = await opened()
    expect(await told(ledger)).toEqual(GIVEN)
    await ledger.rebuild()
    expect(await told(ledger)).toEqual(GIVEN)
    await ledger.close()
  })

  it('are what was given in another ledger that has read an export', async () => {
    const copy = join(folder, 'copy')
    const from = await opened()
    const to = await openLedger({ directory: copy, entity: 'acme', project: 'p' })
    await to.importEvents(from.exportEvents())
    cpSync(join(directory, 'files'), join(copy, 'files'), { recursive: true })
    expect(await told(to)).toEqual(GIVEN)
    await from.close()
    await to.close()
  })

  it('are what was given in a history as NDJSON and as CSV', async () => {
    const ledger = await opened()
    const { items: lines } = await ledger.history({ of: 'm', order: 'ascending' })
    const [ndjson, csv] = [[], []] as [string[], string[]]
    for await (const text of ledger.exportHistory({ of: 'm', format: 'ndjson' })) ndjson.push(text)
    for await (const text of ledger.exportHistory({ of: 'm', format: 'csv' })) csv.push(text)
    expect(
      ndjson
        .join('')
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    ).toEqual(lines)
    const [header = [], ...rows] = csvOf(csv.join(''))
    const cell = (line: object, name: string): string => {
      const value: unknown = Reflect.get(line, name)
      if (value === null) return ''
      return typeof value === 'object' ? JSON.stringify(value) : String(value)
    }
    expect(rows).toEqual(lines.map((line) => header.map((name) => cell(line, name))))
    await ledger.close()
  })

  it('are what was given page by page', async () => {
    const ledger = await opened()
    const asked = { actor: ACTOR, of: 'm' } as const
    const whole = (await ledger.history(asked)).items
    const pages = []
    let cursor: string | undefined
    do {
      const page = await ledger.history({ ...asked, limit: 1, ...(cursor === undefined ? {} : { cursor }) })
      pages.push(...page.items)
      cursor = page.cursor
    } while (cursor !== undefined)
    expect(pages).toEqual(whole)
    await ledger.close()
  })

  it('are found, by metadata of that name and with that value', async () => {
    const ledger = await opened()
    for (const [what, text] of AWKWARD) {
      const { items } = await ledger.search({
        metadata: [
          { key: text, is: '=', value: what },
          { key: what, is: '=', value: text },
        ],
      })
      expect([what, items.map(({ path }) => path)]).toEqual([what, ['acme/p/m:v0']])
    }
    await ledger.close()
  })

  it('are in the names of files that are downloaded', async () => {
    const ledger = await opened()
    const target = join(folder, 'target')
    await ledger.download({ version: 'm:v0', to: target })
    expect(readdirSync(target).toSorted()).toEqual(PATHS.toSorted())
    for (const path of PATHS) expect(readFileSync(join(target, path), 'utf8')).toBe(path)
    await ledger.close()
  })

  it('are what was given on the command line, in both directions', async () => {
    const run = commandLine(folder, {
      env: { MODEL_LEDGER: directory, MODEL_LEDGER_ENTITY: 'acme', MODEL_LEDGER_PROJECT: 'p' },
    })
    const answer = async (...args: ReadonlyArray<string>): Promise<unknown[]> => {
      const { code, out, err } = await run('--json', ...args)
      expect({ code, err }).toEqual({ code: 0, err: '' })
      return out
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line))
    }
    expect(await answer('show', 'm:v0')).toMatchObject([{ description: AWKWARD_TEXT, metadata: METADATA }])
    expect(await answer('history', 'm', '--type', 'ArtifactVersionLogged')).toMatchObject([
      { reason: AWKWARD_TEXT, actor: ACTOR },
    ])
    const moved = join(folder, 'moved')
    await answer('--ledger', moved, 'init')
    expect(await run('export', 'events.ndjson')).toMatchObject({ code: 0 })
    await answer('--ledger', moved, 'import', 'events.ndjson')
    expect(await answer('--ledger', moved, 'show', 'm:v0')).toMatchObject([
      { description: AWKWARD_TEXT, metadata: METADATA },
    ])
    // No argument of a program holds a zero.
    const [argument] = AWKWARD_TEXT.split('\u0000')
    const json = JSON.stringify({ '"': 1, '\\': [argument] })
    const said = [
      '--description',
      argument ?? '',
      '--metadata',
      `"\\ \u2028${'\u0085'}😀:=${json}`,
      '--metadata',
      `text=${argument}`,
    ]
    await answer('describe', 'counts:v0', ...said, '--reason', argument ?? '')
    expect(await answer('show', 'counts:v0')).toMatchObject([
      { description: argument, metadata: { '"\\ \u2028\u0085😀': { '"': 1, '\\': [argument] }, text: argument } },
    ])
  })
})

/** RFC 4180, and the apostrophe taken away that keeps spreadsheets from computing. */
const csvOf = (text: string): string[][] => {
  const rows: string[][] = [[]]
  const field = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/y
  for (let match = field.exec(text); match !== null; match = field.exec(text)) {
    const cell = (match[1] ?? match[2] ?? '').replaceAll('""', '"')
    rows.at(-1)?.push(/^'[\s']*[=+\-@＝＋－＠]|^'[\t\r\n]/.test(cell) ? cell.slice(1) : cell)
    if (match[3] === '\r\n') rows.push([])
    if (field.lastIndex === text.length) return rows.slice(0, -1)
  }
  throw new Error(`not CSV from ${text.slice(field.lastIndex, field.lastIndex + 80)}`)
}
