import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, expect, it } from 'vitest'
import { openSqlite } from '../../examples/docs/sqlite.js'
import { openLedger } from '../../index.js'

const folder = mkdtempSync(join(tmpdir(), 'outbox-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

it('the outbox holds every event once, in order, as CloudEvents 1.0, also when it is filled again', async () => {
  const program = fileURLToPath(new URL('../../dist/examples/docs/outbox.js', import.meta.url))
  for (let run = 0; run < 2; run++) await promisify(execFile)(process.execPath, [program], { cwd: folder })
  const database = await openSqlite(join(folder, 'mine.db'))
  const rows = database.prepare('SELECT message FROM outbox ORDER BY rowid').all()
  const messages = rows.map((row): Record<string, unknown> => JSON.parse(Object(row).message))
  database.close()
  const ledger = await openLedger({ directory: join(folder, 'my-ledger'), readOnly: true })
  const { position } = await ledger.moment()
  const expected: unknown[] = []
  for await (const { id, stream, event, metadata } of ledger.events({ until: position })) {
    const { type, ...data } = event ?? { type: 'unknown' }
    const subject = stream
    expected.push({ id, subject, type: `com.example.registry.${type}`, time: metadata.recordedAt, data })
  }
  await ledger.close()
  expect(messages).toMatchObject(expected)
  expect(messages.map(({ sequence }) => sequence)).toEqual(messages.map(({ sequence }) => sequence).sort())
  for (const message of messages) {
    // What is required, and how attributes are written.
    expect(message).toMatchObject({
      specversion: '1.0',
      source: expect.stringMatching(/^urn:uuid:[0-9a-f-]{36}$/),
      datacontenttype: 'application/json',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
    })
    expect(Object.keys(message).filter((name) => !/^[a-z0-9]{1,20}$/.test(name))).toEqual([])
  }
})
