/** What Node compiled of the command line is kept for its next start, where Node can: for nobody else, and never in anybody's way. */
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import * as nodeModule from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { root } from '../../support/sources.js'

const canKeep = Reflect.has(nodeModule, 'enableCompileCache')
const program = join(root, 'lib/adapters/cli/main.js')

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'compile-cache-'))
})
afterEach(() => rmSync(folder, { recursive: true }))

const run = (args: ReadonlyArray<string>, env: NodeJS.ProcessEnv, temporary = folder) => {
  const { NODE_COMPILE_CACHE: _, NODE_DISABLE_COMPILE_CACHE: __, ...others } = process.env
  const { status, stdout, stderr } = spawnSync(process.execPath, args, {
    cwd: root,
    encoding: 'utf8',
    env: { ...others, TMPDIR: temporary, TEMP: temporary, ...env },
  })
  expect([status, stderr]).toEqual([0, ''])
  return stdout
}
const kept = (): ReadonlyArray<string> => readdirSync(folder, { recursive: true, encoding: 'utf8' })

describe('what is compiled', () => {
  it('is kept by the command line where Node keeps such, and found there by the next start', () => {
    const said = run([program, '--version'], {})
    const first = kept()
    if (canKeep) expect(first.length).toBeGreaterThan(2)
    else expect(first).toEqual([])
    expect(run([program, '--version'], {})).toBe(said)
    expect(kept()).toEqual(first)
  })

  it('is kept in the folder that NODE_COMPILE_CACHE names', () => {
    run([program, '--version'], { NODE_COMPILE_CACHE: join(folder, 'mine') })
    expect(readdirSync(folder)).toEqual(canKeep ? ['mine'] : [])
  })

  it('is not kept where NODE_DISABLE_COMPILE_CACHE says so', () => {
    run([program, '--version'], { NODE_DISABLE_COMPILE_CACHE: '1' })
    expect(kept()).toEqual([])
  })

  it('is not kept where it cannot be, and no word is lost about it', () => {
    const inTheWay = join(folder, 'file')
    writeFileSync(inTheWay, '')
    const said = run([program, '--version'], {}, inTheWay)
    expect(said).toMatch(/^\d+\.\d+\.\d+\n$/)
    expect(kept()).toEqual(['file'])
  })

  it('is not kept by an import of the library', () => {
    mkdirSync(join(folder, 'ledger'))
    const script = `const { openLedger } = await import('./lib/index.js')
      const ledger = await openLedger({ directory: ${JSON.stringify(join(folder, 'ledger'))} })
      await ledger.close()`
    run(['--input-type=module', '-e', script], {})
    expect(readdirSync(folder)).toEqual(['ledger'])
  })
})
