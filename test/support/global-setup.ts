import { spawnSync } from 'node:child_process'
import { randomInt } from 'node:crypto'
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

/**
 * Builds `dist/` once before any test, so that child processes run what users run. What the compiler finds
 * is shown and does not stop the tests: test/house.test.ts is the one that fails for it. Each changed file
 * is moved into place in one step, and the others are left alone, so that two test runs at the same time do
 * not read each other's half-written files. It also chooses the seed of the campaigns, one for all files.
 */
export const setup = (): void => {
  process.env['MODEL_LEDGER_SEED'] ??= String(randomInt(2 ** 32))
  const root = fileURLToPath(new URL('../../', import.meta.url))
  const dist = join(root, 'dist')
  mkdirSync(dist, { recursive: true })
  const staging = mkdtempSync(join(dist, '.staging-'))
  try {
    build(root, staging)
    for (const entry of readdirSync(staging, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue
      const from = join(entry.parentPath, entry.name)
      const to = join(dist, from.slice(staging.length))
      if (existsSync(to) && readFileSync(to).equals(readFileSync(from))) continue
      mkdirSync(dirname(to), { recursive: true })
      renameSync(from, to)
    }
  } finally {
    rmSync(staging, { recursive: true, force: true })
  }
}

const build = (root: string, outDir: string): void => {
  const compiler = join(root, 'node_modules/typescript/bin/tsc')
  const flags = ['-p', 'tsconfig.build.json', '--noCheck', '--outDir', outDir]
  const { status, stdout, stderr } = spawnSync(process.execPath, [compiler, ...flags], { cwd: root, encoding: 'utf8' })
  if (status !== 0) console.error(`tsc ${flags.join(' ')}\n${stdout}${stderr}`)
}
