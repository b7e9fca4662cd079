/** A ledger that a group shares: what is made has the rights that the umask leaves, as folders have. */
import { spawnSync } from 'node:child_process'
import { chmodSync, chownSync, lstatSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'
import { openLedger } from '../../index.js'
import { startScript, WITHOUT_RIGHTS, works } from '../support/sqlite-processes.js'

const folders: string[] = []
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true })
})

const GROUP = 64_123
const isRoot = process.getuid?.() === 0

/** A folder of a group, whose entries are the group's. */
const groupFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'ledger-group-'))
  folders.push(folder)
  if (isRoot) chownSync(folder, 0, GROUP)
  chmodSync(folder, 0o2770)
  return folder
}

const script = fileURLToPath(new URL('../../dist/test/support/ledger-member.js', import.meta.url))
const probe = 'fs.accessSync(process.argv[1], fs.constants.R_OK); fs.readdirSync(process.argv[2])'

/** Another user of the group, where that can be: only root may be one, and the folders above must be open to all. */
const asMember = (uid: number, folder: string): ReadonlyArray<string> => {
  const under = ['setpriv', `--reuid=${uid}`, `--regid=${GROUP}`, '--clear-groups', '--inh-caps=-all']
  const [command = '', ...args] = under
  return isRoot && works(command, ...args, process.execPath, '-e', probe, script, folder) ? under : []
}

const work = async (folder: string, name: string, umask: string, under: ReadonlyArray<string> = []) => {
  const [printed = ''] = await startScript('ledger-member', [folder, name, umask], under).ended
  return JSON.parse(printed)
}

const entriesIn = (folder: string) =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((path) => {
    const found = lstatSync(join(folder, path))
    return { path, mode: found.mode & 0o777, isDirectory: found.isDirectory(), gid: found.gid }
  })

/** Those that have other rights for the group and for all than their owner has, but for what the umask takes. */
const withOtherRights = (folder: string, umask: number) =>
  entriesIn(folder)
    .filter(({ mode }) => {
      const owner = (mode >> 6) & 7
      return mode !== (((owner << 6) | (owner << 3) | owner) & ~umask)
    })
    .map(({ path, mode }) => `${path} ${mode.toString(8)}`)

const right = { kept: 'Right', damage: 0, read: 'of all', code: 0 }

describe('a ledger in a folder of a group', () => {
  it('is read and written by all of the group, where the umask lets them', async () => {
    const folder = groupFolder()
    expect(await work(folder, 'anna', '002', asMember(64_001, folder))).toMatchObject({ ...right, versions: 2 })
    expect(withOtherRights(folder, 0o002)).toEqual([])
    expect(await work(folder, 'ben', '002', asMember(64_002, folder))).toMatchObject({ ...right, versions: 4 })
    expect(await work(folder, 'anna-again', '002', asMember(64_001, folder))).toMatchObject({ ...right, versions: 6 })
    expect(withOtherRights(folder, 0o002)).toEqual([])
    if (isRoot) expect(new Set(entriesIn(folder).map(({ gid }) => gid))).toEqual(new Set([GROUP]))
  })

  it('is opened by a user of whom the machine knows no more than a number, who has no home', async () => {
    const folder = groupFolder()
    const homeless = ['env', '-u', 'HOME', ...asMember(64_003, folder)]
    expect(await work(folder, 'nobody', '002', homeless)).toMatchObject({ ...right, versions: 2 })
  })

  it.each(['027', '077'])('has no more rights than the umask leaves: %s', async (umask) => {
    const folder = groupFolder()
    expect(await work(folder, 'anna', umask)).toMatchObject(right)
    expect(withOtherRights(folder, Number.parseInt(umask, 8))).toEqual([])
  })

  it.each([['list', 'artifacts'], ['tag', 'a/b/c:v0', 'x'], ['init']])(
    'is not called missing by whoever may not look into it: %s %s',
    async (...command) => {
      const folder = groupFolder()
      const directory = join(folder, '.model-ledger')
      await (await openLedger({ directory })).close()
      chmodSync(directory, 0)
      const main = fileURLToPath(new URL('../../lib/adapters/cli/main.js', import.meta.url))
      const [program = '', ...args] = [...WITHOUT_RIGHTS, process.execPath, main, ...command]
      const { status, stderr } = spawnSync(program, args, { cwd: folder, encoding: 'utf8' })
      chmodSync(directory, 0o2770)
      expect([status, stderr]).toEqual([6, expect.stringMatching(/^model-ledger: this process may not .*EACCES.*\n$/)])
    },
  )
})
