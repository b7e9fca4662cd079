import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../', import.meta.url))
const folders: string[] = []

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true })
})

describe('the last line of a test run', () => {
  it('counts what passed', () => {
    expect(run({ 'a.test.js': `it('a', () => {}); it('b', () => {})` })).toEqual(['2 passed, 0 failed', 0])
  })

  it('counts what failed and what was skipped', () => {
    const text = `it('a', () => {}); it('b', () => { throw new Error() }); it.skip('c', () => {})`
    expect(run({ 'a.test.js': text })).toEqual(['1 passed, 1 failed, 1 skipped', 1])
  })

  it('counts a failing hook, a file that does not load, and an error outside every test', () => {
    const files = {
      'hook.test.js': `describe('x', () => { afterAll(() => { throw new Error() }); it('a', () => {}) })`,
      'load.test.js': `import './missing.js'`,
      'late.test.js': `it('a', () => { setTimeout(() => { throw new Error() }); return new Promise((r) => setTimeout(r, 20)) })`,
    }
    expect(run(files)).toEqual(['2 passed, 3 failed', 1])
  })

  it('counts a run without a test as failed', () => {
    expect(run({})).toEqual(['0 passed, 1 failed', 1])
    expect(run({ 'a.test.js': `it.skip('a', () => {})` })).toEqual(['0 passed, 1 failed, 1 skipped', 1])
  })
})

/** The last line on standard output, and the exit code, of a run of these test files. */
function run(files: Readonly<Record<string, string>>): readonly [string | undefined, number | null] {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-reporter-'))
  folders.push(folder)
  // Settings of its own, so that none are looked for in the folders above.
  const settings = { 'package.json': '{"type":"module"}', 'vitest.config.js': 'export default {}' }
  for (const [name, text] of Object.entries({ ...settings, ...files })) writeFileSync(join(folder, name), text)
  const flags = ['--globals', '--reporter=default', `--reporter=${join(root, 'test/support/reporter.ts')}`]
  const vitest = [join(root, 'node_modules/vitest/vitest.mjs'), 'run', '--root', folder, ...flags]
  const { stdout, status } = spawnSync(process.execPath, vitest, { cwd: folder, encoding: 'utf8' })
  return [stdout.trimEnd().split('\n').at(-1), status]
}
