/** The command line over a ledger whose events are on EventStoreDB, and its files in a directory. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { commandLine, ENV } from '../../support/command-line.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

const cwd = mkdtempSync(join(tmpdir(), 'cli-server-'))
let standIn: StandIn
beforeAll(async () => {
  standIn = await StandIn.start()
  writeFileSync(join(cwd, 'a.json'), '1')
})
afterAll(async () => {
  await standIn.stop()
  rmSync(cwd, { recursive: true })
})

const server = (folder = cwd, env: Readonly<Record<string, string>> = {}) =>
  commandLine(folder, { env: { ...ENV, MODEL_LEDGER_EVENTS: standIn.connectionString(), ...env } })

it('keeps the events there, and files and snapshots in the directory', async () => {
  const folder = join(cwd, 'one')
  mkdirSync(folder)
  const run = server(folder)
  expect(await run('init')).toMatchObject({ code: 0, out: expect.stringContaining('made a ledger in') })
  expect(await run('init')).toMatchObject({ code: 0, out: expect.stringContaining('there is a ledger in') })
  expect(await run('log', 'model', '../a.json', '--type', 'model')).toMatchObject({ code: 0, err: '' })
  // Found from here on, and from below, as one in a directory is.
  expect(await run('resolve', 'model')).toMatchObject({ code: 0, err: '' })
  mkdirSync(join(folder, 'below'))
  expect(await server(join(folder, 'below'))('resolve', 'model')).toMatchObject({ code: 0, err: '' })
  expect(readdirSync(join(folder, '.model-ledger')).includes('events.db')).toBe(false)
  expect(standIn.log.stream('ledger:artifact-acme/churn/model').length).toBeGreaterThan(0)
})

it('names the ledger on the server, by an option or the environment', async () => {
  const named = ['--ledger', 'two', '--events-ledger', 'second'] as const
  const run = server()
  expect(await run(...named, 'init', 'two')).toMatchObject({ code: 0 })
  expect(await run(...named, 'log', 'model', 'a.json', '--type', 'model')).toMatchObject({ code: 0, err: '' })
  expect(standIn.log.stream('second:artifact-acme/churn/model').length).toBeGreaterThan(0)
  const other = server(cwd, { MODEL_LEDGER_EVENTS_LEDGER: 'second' })
  expect(await other('--ledger', 'two', 'resolve', 'model')).toMatchObject({ code: 0, err: '' })
})

it('makes no ledger where none was meant', async () => {
  const run = server()
  expect(await run('init', 'three', '--events-ledger', 'third')).toMatchObject({ code: 0 })
  const log = ['log', 'model', 'a.json', '--type', 'model'] as const
  for (const command of [['list', 'artifacts'], log] as const) {
    const mistyped = await run('--ledger', 'thre', '--events-ledger', 'third', ...command)
    expect(mistyped).toMatchObject({ code: 3, err: expect.stringContaining('there are no files of a ledger') })
    expect(existsSync(join(cwd, 'thre'))).toBe(false)
    const unknown = await run('--ledger', 'three', '--events-ledger', 'thirt', ...command)
    expect(unknown).toMatchObject({ code: 3, err: expect.stringContaining('there is no ledger "thirt"') })
  }
  expect(standIn.log.stream('ledger-id-thirt')).toEqual([])
  const nowhere = await run('list', 'artifacts')
  expect(nowhere).toMatchObject({ code: 3, err: expect.stringContaining('there is none here or above') })
})
