import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import type { StoredEvent } from '../../../domain/ports/event-store.js'
import { commandLine } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-reads-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = commandLine(folder)

/** The cells of a printed table, without its head. */
const rows = async (...args: ReadonlyArray<string>): Promise<ReadonlyArray<ReadonlyArray<string>>> => {
  const { code, out, err } = await ledger(...args)
  expect(code, err).toBe(0)
  return out
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(/ {2,}/))
}

// Within a second or two, so that a time that is cut to seconds means another state.
beforeAll(async () => {
  await ledger('init')
  for (const weights of ['1', '2', '3']) {
    writeFileSync(join(folder, 'model.json'), weights)
    await ledger('log', 'model', join(folder, 'model.json'), '--type', 'model')
    await ledger('link', 'model', 'churn')
  }
  for (const version of ['v0', 'v2', 'v1', 'v0']) await ledger('alias', 'set', `churn:${version}`, 'production')
})

describe('a printed time', () => {
  it('of a tenure is given back to --as-of, and the version that held the alias from then on is answered', async () => {
    for (const alias of ['production', 'latest']) {
      const tenures = await rows('aliases', 'churn', '--alias', alias)
      expect(tenures.length).toBeGreaterThan(2)
      for (const [, held, from = ''] of tenures) {
        expect(await rows('aliases', 'churn', '--alias', alias, '--as-of', from)).toHaveLength(
          tenures.findLastIndex(([, , time]) => time === from) + 1,
        )
        const { out } = await ledger('resolve', `churn:${alias}`, '--as-of', from)
        expect(out).toBe(`acme/model-registry/churn:${held?.split(' ')[0]}\n`)
      }
    }
  })

  it('of a tenure bounds an interval, and a page goes on where the one before ended', async () => {
    const tenures = await rows('aliases', 'churn')
    for (const [, , from = ''] of tenures) {
      const begun = tenures.filter(([, , time = '']) => time <= from)
      expect(await rows('aliases', 'churn', '--until', from)).toEqual(begun)
    }
    const first = await ledger('aliases', 'churn', '--limit', '2', '--json')
    const { cursor } = JSON.parse(first.err)
    expect(await rows('aliases', 'churn', '--limit', '2')).toEqual(tenures.slice(0, 2))
    expect(await rows('aliases', 'churn', '--cursor', cursor)).toEqual(tenures.slice(2))
  })

  it('of a line of the history is given back to --as-of, and the history ends with that line', async () => {
    const lines = await rows('history')
    expect(lines.length).toBeGreaterThan(10)
    for (const [, recorded = ''] of lines) {
      // What was recorded in one millisecond is one moment.
      const last = lines.find(([, time]) => time === recorded)
      expect(await rows('history', '--limit', '1', '--as-of', recorded)).toEqual([last])
    }
  })
})

describe('a time', () => {
  it('is a page as CSV or NDJSON where a page is asked for, and goes on behind it', async () => {
    const positions = (text: string) =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).position)
    const first = await ledger('history', '--ndjson', '--limit', '2')
    const page = await ledger('history', '--json', '--limit', '2')
    expect(positions(first.out)).toEqual(positions(page.out))
    expect(first.err).toContain('--cursor')
    const [, cursor = ''] = /--cursor (\S+)/.exec(first.err) ?? []
    const rest = await ledger('history', '--ndjson', '--cursor', cursor)
    const all = await ledger('history', '--ndjson')
    expect([...positions(first.out), ...positions(rest.out)].reverse()).toEqual(positions(all.out))
    expect((await ledger('history', '--csv', '--limit', '2')).out.trim().split('\r\n')).toHaveLength(3)
  })

  it('bounds a history as a position does: from then on, and up to then', async () => {
    const lines = await rows('history', 'churn')
    const [[until = '', untilTime = ''] = [], [, fromTime = ''] = [], [after = ''] = []] = lines.slice(1)
    const between = await rows('history', 'churn', '--after', after, '--until', until)
    expect(between).toEqual(lines.slice(1, 3))
    expect(await rows('history', 'churn', '--from', fromTime, '--until', untilTime)).toEqual(between)
    expect(await rows('history', 'churn', '--after', after, '--until', until, '--ascending')).toEqual(
      between.toReversed(),
    )
    for (const wrong of [
      ['--from', 'soon'],
      ['--from', '5'],
      ['--after', 'soon'],
      ['--ascending', '--descending'],
    ]) {
      expect((await ledger('history', ...wrong)).code, String(wrong)).toBe(2)
    }
  })

  it('may be a date alone, for every command that takes one', async () => {
    const today = new Date().toISOString().slice(0, 10)
    for (const [args, before, after] of [
      [['resolve', 'churn:production', '--as-of'], 3, 0],
      [['history', '--until'], 0, 0],
      [['search', '--until'], 0, 0],
    ] as const) {
      const [then, later] = [await ledger(...args, '2020-01-01'), await ledger(...args, today)]
      expect([then.code, later.code]).toEqual([before, after])
      expect(then.out).not.toContain('v0')
      expect(later.out).toContain('v0')
    }
    expect(await rows('search', '--from', '2020-01-01')).toHaveLength(6)
    expect((await ledger('search', '--from', '2020-02-30')).code).toBe(2)
  })
})

describe('an alias that never was', () => {
  const known = 'there are: latest, production'
  it.each([
    ['aliases churn --alias prodction', `never an alias "prodction" in churn; ${known}`],
    ['aliases churn --alias prodction --svg', `never an alias "prodction" in churn; ${known}`],
    // Inside the command that linked it.
    ['aliases churn --alias production --as-of 5', 'never an alias "production" in churn; there are: latest'],
    ['aliases churn --alias production --as-of 6', 'never an alias "production" in churn; there are: latest'],
    ['history churn --alias prodction', `never an alias "prodction" in churn; ${known}`],
    ['history churn --alias prodction --csv', `never an alias "prodction" in churn; ${known}`],
    ['history --alias prodction', 'never an alias "prodction" in this ledger'],
    ['history churn:v0 --alias prodction', 'never an alias "prodction" in this ledger'],
  ])('is not found, rather than without a history: %s', async (line, message) => {
    const { code, out, err } = await ledger(...line.split(' '))
    expect({ code, out }).toEqual({ code: 3, out: '' })
    expect(err).toContain(message)
  })

  it('is another matter than one to which nothing was done then', async () => {
    const { position } = JSON.parse((await ledger('--json', 'history', '--limit', '1')).out)
    const quiet = ['--alias', 'production', '--after', String(position)]
    expect(await ledger('history', 'churn', ...quiet)).toEqual({ code: 0, out: 'Nothing was done.\n', err: '' })
    expect(await ledger('history', ...quiet)).toEqual({ code: 0, out: 'Nothing was done.\n', err: '' })
    await ledger('log', 'plain', join(folder, 'model.json'), '--type', 'model')
    expect((await ledger('history', 'plain', '--alias', 'best')).err).toContain('there are: latest')
  })
})

describe('an interval', () => {
  it('that ends before it begins holds nothing, whoever held an alias then', async () => {
    const today = new Date().toISOString().slice(0, 10)
    const { position: end } = JSON.parse((await ledger('--json', 'history', '--limit', '1')).out)
    for (const bounds of [
      ['--from', today, '--until', '2020-01-01'],
      ['--from', '2090-01-02', '--until', '2090-01-01'],
      ['--after', String(end), '--until', '1'],
    ]) {
      expect(await ledger('aliases', 'churn', ...bounds)).toEqual({ code: 0, out: 'No alias was set then.\n', err: '' })
      expect(await ledger('history', 'churn', ...bounds)).toEqual({ code: 0, out: 'Nothing was done.\n', err: '' })
    }
  })
})

describe('whose deeds are asked for', () => {
  it.each(['history', 'history churn', 'search'])(
    'is --by: --actor would be an answer about everybody: %s',
    async (line) => {
      const { code, out, err } = await ledger(...line.split(' '), '--actor', 'ben')
      expect({ code, out }).toEqual({ code: 2, out: '' })
      expect(err).toContain('what somebody did is --by')
      expect(await ledger(...line.split(' '), '--by', 'nobody')).toMatchObject({ code: 0, err: '' })
    },
  )
})

describe('what was deleted or unlinked', () => {
  beforeAll(async () => {
    for (const weights of ['4', '5']) {
      writeFileSync(join(folder, 'model.json'), weights)
      await ledger('log', 'gone', join(folder, 'model.json'), '--type', 'model', '--alias', 'deleted')
      await ledger('link', 'gone', 'left')
    }
    await ledger('delete', 'gone:v0', '--leave-links')
    await ledger('unlink', 'left:v1')
  })

  it('stays in the lists, and says so in a column of its own', async () => {
    const states = async (collection: string) =>
      (await rows('list', 'versions', collection, '--ascending')).map(([version, , , , , state, aliases]) => [
        version,
        state,
        aliases,
      ])
    expect(await states('gone')).toEqual([
      ['v0', 'deleted', '-'],
      ['v1', '-', 'deleted, latest'],
    ])
    expect((await rows('list', 'versions', 'gone')).map(([version]) => version)).toEqual(['v1', 'v0'])
    expect(await states('left')).toEqual([
      ['v0', 'source deleted', '-'],
      ['v1', 'unlinked', '-'],
    ])
  })

  it('stays in the lineage, and says so', async () => {
    const deleted = 'acme/churn/gone:v0 (deleted)'
    expect(await rows('lineage', 'left:v0')).toEqual([[deleted, 'linked', 'acme/model-registry/left:v0']])
    expect(await rows('lineage', 'gone:v1')).toEqual([
      ['acme/churn/gone:v1', 'linked', 'acme/model-registry/left:v1 (unlinked)'],
    ])
    expect((await ledger('paths', 'gone:v0', 'left:v0')).out).toBe(`${deleted} -linked-> acme/model-registry/left:v0\n`)
  })
})

describe('the content of a version', () => {
  it('is that of the version that was meant then, also after an unlink; and paths are those of then', async () => {
    const [[, , from = ''] = []] = await rows('aliases', 'churn', '--alias', 'production')
    const digests = async (...args: ReadonlyArray<string>) => (await rows('files', ...args)).map(([, digest]) => digest)
    expect(await digests('churn:production', '--as-of', from)).toEqual(await digests('model:v0'))
    expect(await digests('churn:latest', '--as-of', from)).toEqual(await digests('model:v2'))

    const { position } = JSON.parse((await ledger('--json', 'history', 'left', '--limit', '1')).out)
    const serving = join(folder, 'serving')
    expect(await ledger('download', 'left:latest', serving)).toMatchObject({ code: 3, out: '' })
    const then = await ledger('download', 'left:v1', serving, '--as-of', String(position - 2))
    expect(then.out).toContain('acme/churn/gone:v1 is in')
    expect(readFileSync(join(serving, 'model.json'), 'utf8')).toBe('5')

    const paths = (...args: ReadonlyArray<string>) => ledger('paths', 'model:v2', 'churn:v2', ...args)
    expect((await paths()).out).toContain('-linked->')
    expect(await paths('--as-of', '1')).toMatchObject({ code: 3 })
  })
})

describe('a size', () => {
  it('is told in the history as it is in the lists', async () => {
    writeFileSync(join(folder, 'weights.bin'), new Uint8Array(48_231))
    await ledger('log', 'large', join(folder, 'weights.bin'), '--type', 'model')
    expect((await rows('list', 'versions', 'large'))[0]?.[1]).toBe('47.1 KiB')
    expect((await ledger('history', 'large')).out).toContain('with 1 file (47.1 KiB)')
  })
})

describe('a version whose stream has an event of a type from the future', () => {
  const later = join(folder, 'later')
  const there = (...args: ReadonlyArray<string>) => ledger('--ledger', later, ...args)

  beforeAll(async () => {
    await there('init')
    await there('log', 'model', join(folder, 'weights.bin'), '--type', 'model')
    await there('link', 'model', 'churn')
    const opened = await sqliteEventStore({ path: join(later, 'events.db') })()
    if (E.isLeft(opened)) throw new Error(opened.left.reason)
    const store = opened.right
    for (const stream of ['artifact-acme/churn/model', 'model-acme/model-registry/churn']) {
      const stored: StoredEvent[] = []
      for await (const page of store.readStream(stream, 'none')) stored.push(...page)
      const last = stored.at(-1)
      if (last === undefined) throw new Error(`nothing is in ${stream}`)
      const { revision, metadata } = last
      const id = `00000000-0000-5000-8000-00000000000${stream.length % 10}`
      const event = { id, type: 'VersionPraised', data: '{}', metadata }
      expect(await store.append(stream, revision, [event])()).toMatchObject({ _tag: 'Right' })
    }
    await store.close()
  })

  it.each(['churn:latest', 'model:latest'])('is answered as well as it can be: %s', async (version) => {
    const path = version === 'churn:latest' ? 'acme/model-registry/churn:v0' : 'acme/churn/model:v0'
    expect(await there('resolve', version)).toEqual({ code: 0, out: `${path}\n`, err: '' })
    expect((await there('files', version)).out).toContain('weights.bin')
    const { code, out } = await there('download', version, join(folder, version.replace(':', '-')))
    expect({ code, out }).toEqual({
      code: 0,
      out: expect.stringMatching(/^acme\/churn\/model:v0 is in .*1 file written/),
    })
    expect((await there('resolve', version, '--as-of', '3')).code).toBe(version === 'churn:latest' ? 3 : 0)
    expect((await there('download', 'model:v9', later)).code).toBe(3)
  })

  it('takes no command', async () => {
    expect((await there('alias', 'set', 'model:v0', 'best')).code).toBe(5)
  })
})

describe('paths', () => {
  it('come page by page, and say when there are more', async () => {
    writeFileSync(join(folder, 'data.csv'), '1')
    writeFileSync(join(folder, 'made.json'), '1')
    await ledger('log', 'raw', join(folder, 'data.csv'), '--type', 'dataset')
    for (const run of ['one', 'two']) {
      await ledger('run', 'start', run)
      await ledger('run', 'use', run, 'raw:v0')
      await ledger('log', 'made', join(folder, 'made.json'), '--type', 'model', '--run', run)
    }
    const first = await ledger('paths', 'raw:v0', 'made:v0', '--limit', '1')
    expect(first.out.trim().split('\n')).toHaveLength(1)
    const [, cursor = ''] = /--cursor (\S+)/.exec(first.err) ?? []
    const second = await ledger('paths', 'raw:v0', 'made:v0', '--limit', '1', '--cursor', cursor)
    expect(second.err).toBe('')
    const all = await ledger('paths', 'raw:v0', 'made:v0')
    expect(all.out).toBe(first.out + second.out)
    expect((await ledger('paths', 'raw:v0', 'made:v0', '--length', '1')).out).toBe('There is no path.\n')
  })
})
