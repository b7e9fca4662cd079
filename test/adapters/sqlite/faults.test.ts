/**
 * What a full disk, a failing write and a failing sync do to appends, and that a sync of the log comes before
 * every acknowledgement. The system is made to fail for real: by a small disk, by a limit on the size of
 * files, and by `strace`, which shows system calls and can make one fail.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { startScript, works } from '../../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'sqlite-faults-'))
afterAll(() => rmSync(folder, { recursive: true }))

/** Where a tool does not work (another system, or no right to use it), a test says and asserts that instead. */
const itWith = (tool: readonly [string, ...string[]], name: string, test: () => Promise<void>): void => {
  if (works(...tool)) it(name, test)
  else it(`${name} (not shown: ${tool[0]} does not work here)`, () => expect(works(...tool)).toBe(false))
}

const OWN_MOUNTS = ['--user', '--map-root-user', '--mount', 'sh', '-c']

describe('a SQLite event store in trouble', () => {
  itWith(
    ['unshare', ...OWN_MOUNTS, `mount -t tmpfs tmpfs ${folder}`],
    'acknowledges nothing on a full disk, and goes on when there is space again',
    async () => {
      const disk = join(folder, 'disk')
      mkdirSync(disk)
      const prepare = `mount -t tmpfs -o size=1500k tmpfs ${disk} && head -c 500k /dev/zero > ${disk}/other && exec "$@"`
      const report = await trouble(disk, `rm ${disk}/other`, ['unshare', ...OWN_MOUNTS, prepare, 'sh'])
      expect(report.failures).toEqual(['unavailable'])
    },
  )

  itWith(
    ['prlimit', '--fsize=400000:', 'true'],
    'acknowledges nothing that could not be written, and goes on when it can be',
    async () => {
      const report = await trouble(folder, 'prlimit --pid PID --fsize=unlimited:', ['prlimit', '--fsize=400000:'])
      expect(report.failures).toEqual(['unknown-outcome'])
    },
  )

  itWith(
    ['bash', '-c', 'ulimit -n 128'],
    'is opened as soon as files can be opened again, and else says what would help',
    async () => {
      const [printed = ''] = await startScript(
        'sqlite-out-of-files',
        [folder],
        ['bash', '-c', 'ulimit -n 128; exec "$0" "$@"'],
      ).ended
      const tooMany = { _tag: 'cannot-open', reason: expect.stringMatching(/EMFILE.*\(raise the limit of open files/) }
      expect(JSON.parse(printed)).toEqual({
        results: Array(16).fill('opened'),
        warnings: [],
        refused: [expect.objectContaining(tooMany), expect.objectContaining(tooMany)],
      })
    },
  )

  itWith(
    ['strace', '-e', 'inject=fsync,fdatasync:error=EIO:when=1', 'true'],
    'acknowledges nothing that was not made durable, and does not write it twice',
    async () => {
      const failing = ['strace', '-o', '/dev/null', '-e', 'inject=fsync,fdatasync:error=EIO:when=20']
      const report = await trouble(folder, 'true', failing)
      expect(report.failures).toEqual(['unknown-outcome'])
    },
  )

  itWith(
    ['strace', '-e', 'trace=fsync,fdatasync', 'true'],
    'acknowledges nothing before the log was synced, unless that was asked for',
    async () => {
      expect(await acknowledgements('full')).toEqual(Array(20).fill('written and synced'))
      expect(await acknowledgements('relaxed')).toEqual(Array(20).fill('written'))
    },
  )
})

interface Report {
  readonly acknowledged: ReadonlyArray<string>
  readonly failures: ReadonlyArray<string>
  readonly sentAgain: string
  readonly readInTrouble: ReadonlyArray<string>
  readonly readAfterwards: ReadonlyArray<string>
}

/** Runs into trouble and out of it; what was acknowledged, and only that, can be read, in trouble and later. */
const trouble = async (place: string, repair: string, under: ReadonlyArray<string>): Promise<Report> => {
  const path = join(place, 'trouble.db')
  for (const end of ['', '-wal', '-shm', '-head']) rmSync(path + end, { force: true })
  const [printed = ''] = await startScript('sqlite-trouble', [path, repair], under).ended
  const report: Report = JSON.parse(printed)
  const before = report.acknowledged.indexOf(report.sentAgain)
  expect(before).toBeGreaterThan(5)
  expect(report.readInTrouble).toEqual(report.acknowledged.slice(0, before))
  expect(report.readAfterwards).toEqual(report.acknowledged)
  expect(report.acknowledged).toHaveLength(before + 6)
  return report
}

/** How far each append had come, by the system calls of the process, when it was acknowledged. */
const acknowledgements = async (durability: string): Promise<ReadonlyArray<string>> => {
  const trace = join(folder, `${durability}.trace`)
  const tracing = ['strace', '-y', '-o', trace, '-e', 'trace=write,pwrite64,fsync,fdatasync', '-e', 'signal=none']
  await startScript('sqlite-writer', [join(folder, `${durability}.db`), durability, '20', '1', 'one'], tracing).ended
  const found: string[] = []
  let stage = 'nothing'
  for (const call of readFileSync(trace, 'utf8').split('\n')) {
    if (/^pwrite64\(\d+<[^>]*-wal>/.test(call)) stage = 'written'
    else if (/^f(data)?sync\(\d+<[^>]*-wal>\) += 0$/.test(call)) stage = `${stage} and synced`
    else if (/^write\(1<[^>]*>, "one \d/.test(call)) {
      found.push(stage)
      stage = 'nothing'
    }
  }
  return found
}
