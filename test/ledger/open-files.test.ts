/** What a ledger does under a low limit of open files: less at once, and all of it. */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { startScript } from '../support/sqlite-processes.js'

const folder = mkdtempSync(join(tmpdir(), 'ledger-open-files-'))
afterAll(() => rmSync(folder, { recursive: true }))

it('logs, downloads and opens thirty versions at once where a process may have 128 files open', async () => {
  const under = ['bash', '-c', 'ulimit -n 128; exec "$0" "$@"']
  const [printed = ''] = await startScript('ledger-crowd', [folder, '30', '6'], under).ended
  expect(JSON.parse(printed)).toEqual({
    logged: 30,
    again: 30,
    streamed: 30,
    downloaded: 30,
    kept: 30,
    used: 30,
    opened: 30,
    verified: 0,
    problems: [],
  })
})
