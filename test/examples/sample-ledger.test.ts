import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, expect, it } from 'vitest'
import { openLedger } from '../../index.js'

const folder = mkdtempSync(join(tmpdir(), 'model-ledger-sample-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const program = fileURLToPath(new URL('../../dist/examples/sample-ledger.js', import.meta.url))
const sample = (directory: string) =>
  spawnSync(process.execPath, [program, directory], { cwd: folder, encoding: 'utf8' })

const exportOf = async (directory: string): Promise<string> => {
  await using ledger = await openLedger({ directory: join(folder, directory), readOnly: true })
  expect(await ledger.verify()).toMatchObject({ damagedEvents: [], damagedStore: [], damaged: [] })
  let text = ''
  for await (const line of ledger.exportEvents()) text += line
  return text
}

it('the sample ledger is the same whoever makes it, and in a folder of its own', async () => {
  expect(sample('mine')).toMatchObject({ status: 0, stderr: '' })
  expect(sample('yours')).toMatchObject({ status: 0, stderr: '' })
  expect(await exportOf('mine')).toBe(await exportOf('yours'))
  expect(sample('mine')).toMatchObject({
    status: 1,
    stderr: 'mine is there already: remove it, or name another folder\n',
  })
})
