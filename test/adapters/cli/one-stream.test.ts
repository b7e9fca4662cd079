import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { sqliteEventStore } from '../../../adapters/sqlite/index.js'
import { commandLine } from '../../support/command-line.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-cli-one-stream-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const ledger = commandLine(folder)

/** Makes the last event, in a stream that nobody names, a damaged one: whoever reads all cannot answer. */
const damage = async (): Promise<void> => {
  const opened = await sqliteEventStore({ path: join(folder, '.model-ledger/events.db') })()
  if (E.isLeft(opened)) throw new Error(opened.left.reason)
  const event = { id: '00000000-0000-5000-8000-000000000000', type: 'ArtifactCreated', data: '{}', metadata: '{}' }
  expect(await opened.right.append('artifact-acme/churn/damaged', 'none', [event])()).toMatchObject({ _tag: 'Right' })
  await opened.right.close()
}

describe('the command line on a ledger of which it can read some streams only', () => {
  // Four events of the artifact, three of the link, one more for the alias.
  beforeAll(async () => {
    const file = join(folder, 'model.json')
    writeFileSync(file, '{}')
    await ledger('init')
    await ledger('log', 'model', file, '--type', 'model', '--alias', 'best')
    await ledger('link', 'model:best', 'churn')
    await ledger('alias', 'set', 'churn:v0', 'production', '--reason', 'best so far')
    await damage()
  })

  it.each([
    'resolve churn:production',
    'resolve model:best --as-of 4',
    'resolve churn:production --as-of 8',
    'aliases churn',
    'aliases acme/model-registry/churn --alias production --as-of 8',
    'aliases churn --svg',
    'aliases model --limit 1 --after 2 --until 4',
    'history churn --alias production',
    'history model --limit 2 --as-of 4',
    'history churn --csv --after 5',
    'history churn --ndjson',
    'replay churn',
    'replay churn --after 5 --until 8 --descending',
    'files churn:production',
    'files churn:production --as-of 8',
    `download churn:production ${join(folder, 'serving')}`,
  ])('answers: %s', async (line) => {
    const { code, out, err } = await ledger(...line.split(' '))
    expect(code, err).toBe(0)
    expect(out).toMatch(/v0|model\.json|1 file written/)
  })

  it.each([
    'resolve churn:production --as-of 2099-01-01T00:00:00Z',
    'aliases churn --as-of 2099-01-01T00:00:00Z',
    'aliases churn --svg --as-of 8',
    'history churn --as-of 2099-01-01T00:00:00Z',
    'history churn:v0',
    'history --alias production',
    'replay churn --until 2099-01-01T00:00:00Z',
    'history churn --from 2020-01-01',
    'aliases churn --from 2020-01-01',
    'list versions model',
    'show churn',
  ])('cannot answer what needs the rest: %s', async (line) => {
    expect(await ledger(...line.split(' '))).toMatchObject({ code: 5, out: '' })
  })

  it.each([
    [2, 'aliases churn --as-of 1000'],
    [3, 'aliases nobody'],
    [3, 'history churn --as-of 1'],
    [2, 'history churn --cursor made-up'],
    [3, 'resolve churn:production --as-of 1'],
  ] as const)('refuses with exit code %i: %s', async (code, line) => {
    const refused = await ledger(...line.split(' '))
    expect(refused.code, refused.err).toBe(code)
  })
})

describe('a link whose source is deleted', () => {
  it('is not resolved, now as then', async () => {
    await ledger('--ledger', 'deleted', 'init')
    const there = (...args: ReadonlyArray<string>) => ledger('--ledger', 'deleted', ...args)
    await there('log', 'model', join(folder, 'model.json'), '--type', 'model')
    await there('link', 'model', 'churn')
    await there('delete', 'model:v0', '--delete-aliases', '--leave-links')
    expect(await there('resolve', 'churn')).toMatchObject({
      code: 3,
      err: expect.stringContaining('was deleted by anna'),
    })
    expect(await there('resolve', 'churn', '--as-of', '6')).toMatchObject({ code: 0 })
    expect(await there('resolve', 'churn', '--as-of', new Date().toISOString())).toMatchObject({ code: 3 })
  })
})
