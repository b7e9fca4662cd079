/** Whether a file is executable is part of what a version holds, from the caller's disk and back to it. */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { Ledger } from '../../index.js'
import { commandLine } from '../support/command-line.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-executable-'))
afterAll(() => rmSync(folder, { recursive: true }))

let ledger: Ledger
let umask = 0
beforeEach(async () => {
  umask = process.umask(0o022)
  ledger = (await memoryLedger({ cache: join(mkdtempSync(join(folder, 'cache-')), 'models') })).ledger
})
afterEach(async () => {
  process.umask(umask)
  await ledger.close()
})

const newPath = (): string => join(mkdtempSync(join(folder, 'case-')), 'of')
/** A directory with these files, each of a mode. */
const directory = (modes: Readonly<Record<string, number>>): string => {
  const root = newPath()
  for (const [path, mode] of Object.entries(modes)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), path)
    chmodSync(join(root, path), mode)
  }
  return root
}
const modeOf = (...path: ReadonlyArray<string>): string => (statSync(join(...path)).mode & 0o777).toString(8)
const logged = (content: Parameters<Ledger['logArtifact']>[0]['content']) =>
  ledger.logArtifact({ name: 'code', type: 'code', content })
const executablesOf = async (version: string) =>
  (await ledger.content(version)).manifest.flatMap(({ path, executable }) => (executable === true ? path : []))

describe('a file that its owner may execute', () => {
  it('comes back as one, as the umask permits, and no other does', async () => {
    const root = directory({ 'bin/run': 0o755, mine: 0o700, odd: 0o100, data: 0o644, 'not-mine': 0o677 })
    const { path: version } = await logged(root)
    expect(await executablesOf(version)).toEqual(['bin/run', 'mine', 'odd'])
    const to = newPath()
    await ledger.download({ version, to })
    const files = ['bin/run', 'mine', 'odd', 'data', 'not-mine']
    expect(files.map((path) => modeOf(to, path))).toEqual(['755', '755', '755', '644', '644'])
    expect(await ledger.download({ version, to })).toMatchObject({ written: 0, kept: 5 })
    process.umask(0o077)
    const privately = newPath()
    await ledger.download({ version, to: privately })
    expect(files.map((path) => modeOf(privately, path))).toEqual(['700', '700', '700', '600', '600'])
  })

  it('is not asked to be one where the umask takes that away', async () => {
    const { path: version } = await logged(directory({ run: 0o755 }))
    const to = newPath()
    mkdirSync(to, { recursive: true })
    process.umask(0o122)
    await ledger.download({ version, to })
    expect(modeOf(to, 'run')).toBe('655')
    expect(await ledger.download({ version, to })).toMatchObject({ written: 0, kept: 1 })
  })

  it('is one whatever names it: a path, a file, a link, bytes, a stream', async () => {
    const root = directory({ run: 0o755, data: 0o644 })
    const stream = (async function* () {
      yield Buffer.from('streamed')
    })()
    const { path: version } = await logged([
      join(root, 'run'),
      { file: join(root, 'run'), as: 'renamed' },
      { directory: root, as: 'below' },
      { bytes: '#!/bin/sh', as: 'made', executable: true },
      { stream, as: 'streamed', executable: true },
      { bytes: '#!/bin/sh', as: 'plain', executable: false },
    ])
    expect(await executablesOf(version)).toEqual(['below/run', 'made', 'renamed', 'run', 'streamed'])
    expect(await ledger.openFile({ version, path: 'made' })).toMatchObject({ executable: true })
    expect(await ledger.openFile({ version, path: 'plain' })).toMatchObject({ executable: false })
  })

  it('makes another version where only that changed, and none where it did not', async () => {
    const root = directory({ run: 0o644, data: 0o644 })
    const first = await logged(root)
    chmodSync(join(root, 'run'), 0o755)
    const second = await logged(root)
    expect([first.isNew, second.isNew, second.version]).toEqual([true, true, 1])
    expect(await logged(root)).toMatchObject({ isNew: false, version: 1 })
    chmodSync(join(root, 'run'), 0o644)
    expect(await logged(root)).toMatchObject({ isNew: false, version: 0 })
    const { files } = await ledger.diff('code:v0', 'code:v1')
    expect(files).toMatchObject({ added: [], removed: [], changed: [{ to: { path: 'run', executable: true } }] })
  })

  it('stays one in a draft that does not touch it', async () => {
    await logged(directory({ 'bin/run': 0o755, data: 0o644 }))
    const draft = await ledger.newDraft('code')
    await draft.add({ bytes: 'new', as: 'more' })
    expect((await draft.log()).isNew).toBe(true)
    expect(await executablesOf('code:v1')).toEqual(['bin/run'])
    const root = directory({ data: 0o755 })
    const refused = await rejection(draft.add(root))
    expect(refused).toMatchObject({ code: 'path-taken', message: expect.stringContaining('(executable)') })
    await draft.add(root, { overwrite: true })
    await draft.log()
    expect(await executablesOf('code:v2')).toEqual(['bin/run', 'data'])
  })

  it('is other content in a download, and in the cache', async () => {
    await logged([
      { bytes: 'a', as: 'run' },
      { bytes: 'b', as: 'data' },
    ])
    const to = newPath()
    await ledger.download({ version: 'code:v0', to })
    await logged([
      { bytes: 'a', as: 'run', executable: true },
      { bytes: 'b', as: 'data' },
    ])
    expect((await rejection(ledger.download({ version: 'code:v1', to }))).message).toContain('another mode')
    expect(modeOf(to, 'run')).toBe('644')
    expect(await ledger.download({ version: 'code:v1', to, overwrite: true })).toMatchObject({ written: 1, kept: 1 })
    expect(modeOf(to, 'run')).toBe('755')
    await ledger.download({ version: 'code:v0', to, overwrite: true })
    expect([modeOf(to, 'run'), readFileSync(join(to, 'run'), 'utf8')]).toEqual(['644', 'a'])

    const { path } = await ledger.useModel({ version: 'code:v1' })
    expect([modeOf(path, 'run'), modeOf(path, 'data')]).toEqual(['555', '444'])
    chmodSync(join(path, 'run'), 0o444)
    expect(await ledger.useModel({ version: 'code:v1' })).toMatchObject({ path })
    expect([modeOf(path, 'run'), modeOf(path, 'data')]).toEqual(['555', '444'])
  })
})

describe('writers of one distributed version', () => {
  const part = (writer: string, executable: boolean) =>
    ledger.upsertDistributed({
      name: 'code',
      type: 'code',
      distributedId: 'd',
      writer,
      content: { bytes: '#!/bin/sh', as: 'run', executable },
    })
  const commit = (more: object = {}) =>
    ledger.commitDistributed({ name: 'code', type: 'code', distributedId: 'd', ...more })

  it('agree where both bring a file as executable', async () => {
    await part('one', true)
    await part('two', true)
    await commit()
    expect(await executablesOf('code:v0')).toEqual(['run'])
  })

  it('disagree where only one does, unless the later is taken', async () => {
    await part('one', true)
    await part('two', false)
    const refused = await rejection(commit())
    expect(refused.code).toBe('path-conflict')
    expect(refused.message).toMatch(/one: sha256:[0-9a-f]{64} \(executable\), two: sha256:[0-9a-f]{64}\)/)
    await commit({ lastWriterWins: true })
    expect(await executablesOf('code:v0')).toEqual([])
  })

  it('say so where only the mode differs from what they build on', async () => {
    await logged({ bytes: '#!/bin/sh', as: 'run' })
    await part('one', true)
    const refused = await rejection(commit({ base: 'code:v0' }))
    expect(refused).toMatchObject({ code: 'base-conflict', message: expect.stringContaining('(executable)') })
  })
})

describe('the command line', () => {
  it('keeps it, lists it, and tells where it changed', async () => {
    const root = directory({ 'out/run': 0o755, 'out/data': 0o644 })
    const run = commandLine(root)
    await run('init')
    await run('log', 'code', './out', '--type', 'code')
    chmodSync(join(root, 'out', 'run'), 0o644)
    chmodSync(join(root, 'out', 'data'), 0o755)
    await run('log', 'code', './out', '--type', 'code')
    expect((await run('files', 'code:v0')).out).toMatch(/ data\n.* run \(executable\)\n$/)
    expect((await run('diff', 'code:v0', 'code:v1')).out).toMatch(
      /data \(now executable\)\n.*run \(no longer executable\)\n$/,
    )
    await run('download', 'code:v0', 'there')
    expect(modeOf(root, 'there', 'run')).toBe('755')
  })
})
