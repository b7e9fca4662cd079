/** A ledger that may be read and not written: by rights, on a mount, beside a log that a crash left, beside a writer. */
import { spawnSync } from 'node:child_process'
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as E from 'fp-ts/lib/Either.js'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type Ledger, openLedger } from '../../../index.js'
import { event } from '../../../testing/event-store/world.js'
import { startScript, WITHOUT_RIGHTS, works } from '../../support/sqlite-processes.js'
import { openSqlite } from '../../support/sqlite-store.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-read-only-'))
const opened: Ledger[] = []
afterAll(async () => {
  for (const ledger of opened) await ledger.close()
  spawnSync('chmod', ['-R', 'u+rwX', folder])
  rmSync(folder, { recursive: true })
})

const original = join(folder, 'original')
/** A ledger of one version that was closed, and its like with a second version that is still in the log. */
beforeAll(async () => {
  const ledger = await openLedger({ directory: original, entity: 'acme', project: 'read', actor: 'anna' })
  await ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes: 'zero', as: 'a.txt' }] })
  await ledger.close()
})

const open = async (directory: string): Promise<Ledger> => {
  const ledger = await openLedger({ directory, entity: 'acme', project: 'read', actor: 'anna' })
  opened.push(ledger)
  return ledger
}

const logSecond = (ledger: Ledger) =>
  ledger.logArtifact({ name: 'model', type: 'model', content: [{ bytes: 'one', as: 'a.txt' }] })

const copyOf = (directory: string, name: string): string => {
  const copy = join(folder, name)
  cpSync(directory, copy, { recursive: true })
  return copy
}

/** As if the process had died: with what is in the log. */
const leftBehind = async (name: string): Promise<string> => {
  const running = copyOf(original, `${name}-running`)
  await logSecond(await open(running))
  const left = copyOf(running, name)
  rmSync(join(left, 'events.db-shm'))
  expect(statSync(join(left, 'events.db-wal')).size).toBeGreaterThan(0)
  return left
}

const close = (directory: string, mode: string) => spawnSync('chmod', ['-R', mode, directory])

const read = async (directory: string, under: ReadonlyArray<string> = WITHOUT_RIGHTS) => {
  const [printed = ''] = await startScript('ledger-reader', [directory], under).ended
  return JSON.parse(printed)
}

const whole = { damaged: 0, refused: 'read-only' }

describe('a ledger that may be read and not written', () => {
  it('is read where nothing in it may be written, from a copy of which it tells', async () => {
    const directory = copyOf(original, 'closed')
    close(directory, 'a-w,a+rX')
    const before = readdirSync(directory)
    const size = statSync(join(directory, 'events.db')).size
    const answer = await read(directory)
    expect(answer).toMatchObject({ ...whole, versions: [0], files: 1 })
    expect(answer.warnings).toEqual([
      expect.stringContaining(`${join(directory, 'events.db')} may not be written by this process`),
    ])
    expect(answer.warnings[0]).toContain(`a copy of ${size} bytes`)
    expect(answer.warnings[0]).toContain('What others record from now on is not seen')
    expect(readdirSync(directory)).toEqual(before)
  })

  it('is read with what is only in the log that a dead process left', async () => {
    const directory = await leftBehind('crashed')
    close(directory, 'a-w,a+rX')
    expect(await read(directory)).toMatchObject({ ...whole, versions: [0, 1], files: 2 })
  })

  it('is read beside a log that may not be written, in a folder that may', async () => {
    const directory = await leftBehind('foreign-log')
    close(directory, 'a+rwX')
    chmodSync(join(directory, 'events.db'), 0o444)
    chmodSync(join(directory, 'events.db-wal'), 0o444)
    expect(await read(directory)).toMatchObject({ ...whole, versions: [0, 1], files: 2 })
  })

  it('is read while another process writes to it, with what that recorded last', async () => {
    const directory = copyOf(original, 'beside-a-writer')
    const ledger = await open(directory)
    await logSecond(ledger)
    close(directory, 'go-w,a+rX')
    expect(await read(directory)).toMatchObject({ ...whole, versions: [0, 1], files: 2 })
    // The writer is not in the least disturbed.
    expect(await ledger.tag({ version: 'model:v1', tags: ['still'] })).toMatchObject({ revision: expect.any(Number) })
  })

  it('leaves no copy behind', async () => {
    const directory = copyOf(original, 'without-leftovers')
    close(directory, 'a-w,a+rX')
    const temporary = join(folder, 'temporary')
    mkdirSync(temporary, { recursive: true })
    expect(await read(directory, ['env', `TMPDIR=${temporary}`, ...WITHOUT_RIGHTS])).toMatchObject({ versions: [0] })
    expect(readdirSync(temporary)).toEqual([])
  })

  const OWN_MOUNTS = ['--user', '--map-root-user', '--mount', 'sh', '-c']
  const mount = (from: string) => `mount --bind ${from} ${from} && mount -o remount,ro,bind ${from} && exec "$@"`
  const canMount = works('unshare', ...OWN_MOUNTS, mount(folder), 'sh', 'true')
  it(`is read on a read-only mount${canMount ? '' : ' (not shown: no mount can be made here)'}`, async () => {
    if (!canMount) return expect(works('unshare', ...OWN_MOUNTS, mount(folder), 'sh', 'true')).toBe(false)
    const directory = await leftBehind('mounted')
    close(directory, 'a+rX')
    const answer = await read(directory, ['unshare', ...OWN_MOUNTS, mount(directory), 'sh'])
    expect(answer).toMatchObject({ ...whole, versions: [0, 1], files: 2 })
  })

  it('is refused in words where it may not be read, and where there is none', async () => {
    const directory = copyOf(original, 'unreadable')
    chmodSync(join(directory, 'events.db'), 0)
    expect((await read(directory)).error).toContain(`may not read ${join(directory, 'events.db')}`)
    await expect(openSqlite({ path: join(folder, 'missing.db'), readOnly: true })).rejects.toThrow('to be read')
    expect(existsSync(join(folder, 'missing.db'))).toBe(false)
  })

  it('takes no append', async () => {
    const store = await openSqlite({ path: join(copyOf(original, 'appended'), 'events.db'), readOnly: true })
    expect(await store.append('a', 'none', [event()])()).toEqual(
      E.left({ _tag: 'unavailable', reason: expect.stringContaining('only to be read') }),
    )
    await store.close()
  })

  it('is read without its files, which are then missing', async () => {
    const directory = copyOf(original, 'without-files')
    rmSync(join(directory, 'files'), { recursive: true })
    expect(await read(directory)).toMatchObject({ versions: [0], damaged: 1, refused: 'read-only' })
    expect(existsSync(join(directory, 'files'))).toBe(false)
  })
})
