import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../../', import.meta.url))

/**
 * Builds `dist/` and `lib/` once before any test, so that child processes run what users run. What the compiler
 * finds is shown and does not stop the tests: test/house.test.ts is the one that fails for it. It also chooses the
 * seed of the campaigns, one for all files.
 */
export const setup = (): void => {
  process.env['MODEL_LEDGER_SEED'] ??= String(randomInt(2 ** 32))
  build('dist', 'typescript/bin/tsc', '-p', 'tsconfig.build.json', '--noCheck', '--outDir')
  build('lib', '../dist/bundle.js')
}

/**
 * Each changed file is moved into place in one step, and the others are left alone, so that two test runs at the
 * same time do not read each other's half-written files.
 */
const build = (folder: string, program: string, ...args: ReadonlyArray<string>): void => {
  const made = join(root, folder)
  mkdirSync(made, { recursive: true })
  const staging = mkdtempSync(join(made, '.staging-'))
  try {
    const command = [join(root, 'node_modules', program), ...args, staging]
    const { status, stdout, stderr } = spawnSync(process.execPath, command, { cwd: root, encoding: 'utf8' })
    if (status !== 0) console.error(`${command.join(' ')}\n${stdout}${stderr}`)
    for (const entry of readdirSync(staging, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const from = join(entry.parentPath, entry.name)
      const to = join(made, from.slice(staging.length))
      if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue
      mkdirSync(dirname(to), { recursive: true })
      renameSync(from, to)
    }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}
