/**
 * What a full disk, a failing write, a failing sync do to a file store in a directory. The system is
 * made to fail for real: by a small disk, by a limit on the size of files, and by `strace`, which shows system
 * calls and can make one fail.
 */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { wholeFiles } from '../../../testing/file-store/world.js'
import { right } from '../../../testing/results.js'
import { startScript, works } from '../../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'directory-faults-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Where a tool does not work (another system, or no right to use it), a test says and asserts that instead. */
const itWith = (tool: readonly [string, ...string[]], name: string, test: () => Promise<void>): void => {
  if (works(...tool)) it(name, test)
  else it(`${name} (not shown: ${tool[0]} does not work here)`, () => expect(works(...tool)).toBe(false))
}

const newFolder = (name: string): string => {
  const path = join(folder, name)
  mkdirSync(path)
  return path
}

const OWN_MOUNTS = ['--user', '--map-root-user', '--mount', 'sh', '-c']
const MIB = 1024 * 1024

describe('a file store in a directory, in trouble', () => {
  itWith(
    ['unshare', ...OWN_MOUNTS, `mount -t tmpfs tmpfs ${folder}`],
    'stores nothing by halves on a full disk, and goes on when there is space again',
    async () => {
      const disk = newFolder('disk')
      const prepare = `mount -t tmpfs -o size=9m tmpfs ${disk} && head -c 3M /dev/zero > ${disk}/other && exec "$@"`
      const report = await trouble(disk, 2.5 * MIB, `rm ${disk}/other`, ['unshare', ...OWN_MOUNTS, prepare, 'sh'])
      expect(report.failure).toEqual({
        _tag: 'file-store-failed',
        operation: 'store a file',
        code: 'ENOSPC',
        reason: expect.stringContaining(`make room on the device of ${disk}/store`),
      })
      expect(report.downloaded).toMatchObject({ left: { _tag: 'target-failed', code: 'ENOSPC' } })
    },
  )

  itWith(
    ['prlimit', '--fsize=2000000:', 'true'],
    'stores nothing by halves of what could not be written, and goes on when it can be',
    async () => {
      const repair = 'prlimit --pid PID --fsize=unlimited:'
      const report = await trouble(newFolder('limit'), 2.5 * MIB, repair, ['prlimit', '--fsize=2000000:'])
      expect(report.failure).toMatchObject({ _tag: 'file-store-failed', code: 'EFBIG' })
      expect(report.downloaded).toMatchObject({ left: { _tag: 'target-failed', code: 'EFBIG' } })
    },
  )

  itWith(
    ['strace', '-f', '-e', 'inject=fsync:error=EIO:when=1', 'true'],
    'acknowledges nothing that was not made durable',
    async () => {
      // strace counts by thread, so there is one. Enough calls for the making of the store; the sync that fails is one
      // of a file, of its directory, or of the directory in which that was made.
      for (const nth of [60, 61, 62]) {
        const failing = [
          'strace',
          '-f',
          '-E',
          'UV_THREADPOOL_SIZE=1',
          '-o',
          '/dev/null',
          '-e',
          `inject=fsync:error=EIO:when=${nth}`,
        ]
        const report = await trouble(newFolder(`sync-${nth}`), 1000, 'true', failing)
        expect(report.failure).toMatchObject({ _tag: 'file-store-failed', code: 'EIO' })
        expect(report.downloaded).toMatchObject({ right: { written: 1 } })
      }
    },
  )

  itWith(
    ['strace', '-f', '-y', '-e', 'trace=fsync', 'true'],
    'syncs a file, and the name of its directory, before it renames it, and the directory before it acknowledges it',
    async () => {
      const place = newFolder('trace')
      const files = join(place, 'store', 'files')
      for (const steps of await stepsOf(place)) {
        expect(steps).toMatch(/file synced .*renamed directory synced $/)
        expect(steps).toMatch(/directory made (file synced )?name synced (file synced )?renamed/)
      }
      // Files that another process has just put: it may have died before it synced the directory.
      const [first, ...others] = await stepsOf(place)
      expect(first).toBe('name synced directory synced ')
      expect(others).toEqual(Array(5).fill('directory synced '))
      // Directories that another process has just made: all are made sure of with the first file.
      for (const name of readdirSync(files)) {
        rmSync(join(files, name), { recursive: true })
        mkdirSync(join(files, name))
      }
      const [sure, ...rest] = await stepsOf(place)
      expect(sure).toMatch(/^(file synced name synced |name synced file synced )renamed directory synced $/)
      expect(rest).toEqual(Array(5).fill('file synced renamed directory synced '))
    },
  )

  it('takes the same files from several processes at once', async () => {
    const place = newFolder('several')
    const path = join(place, 'store')
    const children = [1, 2, 3].map(() => startScript('directory-putter', [path, place, 'the same', '16']))
    const [first, ...others] = await Promise.all(children.map(({ ended }) => ended))
    expect(new Set(first).size).toBe(16)
    for (const printed of others) expect(printed).toEqual(first)
    const store = right(await directoryFileStore({ path })())
    expect(new Set(await wholeFiles(store))).toEqual(new Set(first))
    expect(readdirSync(join(path, 'tmp'))).toEqual([])
    await store.close()
  })

  it('holds no large file in memory', async () => {
    const place = newFolder('large')
    const size = 256 * MIB
    const [printed = ''] = await startScript('directory-large', [join(place, 'store'), place, String(size)]).ended
    const report: { size: number; grewBy: number } = JSON.parse(printed)
    expect(report.size).toBe(size)
    // Garbage of a few chunks that was not collected yet is fine: more on some Nodes than on others.
    expect(report.grewBy).toBeLessThan(size / 2)
  })
})

/** Runs into trouble and out of it; what was acknowledged is there, sound, and nothing else. */
const trouble = async (place: string, bytesEach: number, repair: string, under: ReadonlyArray<string>) => {
  const [printed = ''] = await startScript('directory-trouble', [join(place, 'store'), `${bytesEach}`, repair], under)
    .ended
  const report = JSON.parse(printed)
  expect(report.again).toMatchObject({ _tag: 'Right' })
  expect(report.leftovers.filter((name: string) => name !== 'a')).toEqual([])
  expect(report.sound).toEqual(report.listed)
  expect(report.listed).toEqual(expect.arrayContaining(report.acknowledged))
  return report
}

/** What was done before each acknowledgement. */
const stepsOf = async (place: string): Promise<ReadonlyArray<string>> => {
  const trace = join(place, 'trace')
  const tracing = ['strace', '-f', '-y', '-o', trace, '-e', 'trace=write,fsync,rename,mkdir', '-e', 'signal=none']
  await startScript('directory-putter', [join(place, 'store'), place, 'seed', '6'], tracing).ended
  const steps = wholeCalls(readFileSync(trace, 'utf8').split('\n')).map(stepOf)
  return steps.join('').split('acknowledged ').slice(0, -1)
}

/** A call during which another thread made one is told in two lines: here it stands as one, where it ended. */
const wholeCalls = (lines: ReadonlyArray<string>): ReadonlyArray<string> => {
  const begun = new Map<string, string>()
  return lines.flatMap((line) => {
    const [thread = ''] = line.split(' ', 1)
    if (line.endsWith(' <unfinished ...>')) {
      begun.set(thread, line.slice(0, -' <unfinished ...>'.length))
      return []
    }
    const [, rest] = line.split(/ <\.\.\. \w+ resumed>/)
    return [rest === undefined ? line : `${begun.get(thread) ?? ''}${rest}`]
  })
}

const stepOf = (call: string): string => {
  if (/ fsync\(\d+<[^>]*\/store\/tmp\/[^>]*>\) += 0$/.test(call)) return 'file synced '
  if (/ rename\("[^"]*\/store\/tmp\/[^"]*", "[^"]*\/store\/files\/.*= 0$/.test(call)) return 'renamed '
  if (/ mkdir\("[^"]*\/store\/files\/..".*= 0$/.test(call)) return 'directory made '
  if (/ fsync\(\d+<[^>]*\/store\/files>\) += 0$/.test(call)) return 'name synced '
  if (/ fsync\(\d+<[^>]*\/store\/files\/..>\) += 0$/.test(call)) return 'directory synced '
  return / write\(1<[^>]*>, "sha256:/.test(call) ? 'acknowledged ' : ''
}
