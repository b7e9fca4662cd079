import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { openLedger } from '../../../index.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'
import { rejection } from '../../support/ledger-memory.js'

const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-'))
afterAll(() => rmSync(folder, { recursive: true }))
const sharedFolder = join(folder, 'files')

it('an instance is opened on a connection string and a folder', async () => {
  const standIn = await StandIn.start()
  const connectionString = standIn.connectionString()
  // #region open
  const ledger = await openLedger({
    events: eventStoreDb(connectionString),
    files: directoryFileStore({ path: sharedFolder }),
    actor: 'registry-api',
    entity: 'acme',
    project: 'churn',
  })
  // #endregion
  const content = [{ bytes: '{}', as: 'model.json' }]
  const version = await ledger.logArtifact({ name: 'model', type: 'model', content })
  expect(await ledger.resolve('acme/churn/model:latest')).toMatchObject({ path: version.path })
  await ledger.close()
  await standIn.stop()
})

describe('with a directory of files', () => {
  let standIn: StandIn
  beforeAll(async () => {
    standIn = await StandIn.start()
  })
  afterAll(() => standIn.stop())

  let names = 0
  const on = (ledger: string, path: string) =>
    openLedger({
      events: eventStoreDb(standIn.connectionString(), { ledger }),
      files: directoryFileStore({ path }),
      actor: 'anna',
      entity: 'acme',
    })
  const bytes = [{ bytes: '{}', as: 'model.json' }]

  it('that directory is neither content nor a target', async () => {
    const root = join(folder, `${names++}`)
    const files = join(root, 'files')
    const ledger = await on('apart', files)
    writeFileSync(join(root, 'model.bin'), 'weights')
    symlinkSync(files, join(root, 'linked'))
    const logged = await ledger.logArtifact({ name: 'm', type: 'model', content: [root] })
    expect((await ledger.content('m')).manifest.map(({ path }) => path)).toEqual(['model.bin'])
    expect(logged.notes?.map(({ path }) => path)).toEqual(['files', 'linked'])
    for (const place of [files, join(files, 'manifests'), join(root, 'linked'), relative(process.cwd(), files)]) {
      const refused = { code: 'inside-a-ledger', message: expect.stringContaining(files) }
      expect(await rejection(ledger.logArtifact({ name: 'n', type: 'model', content: [place] }))).toMatchObject(refused)
      expect(await rejection(ledger.download({ version: 'm', to: place, overwrite: true }))).toMatchObject(refused)
    }
    expect((await ledger.verify()).damaged).toEqual([])
    await ledger.close()
  })

  it('another ledger of the same server is refused there, with a history or without', async () => {
    const path = join(folder, `${names++}`)
    const first = await on('first', path)
    await first.logArtifact({ name: 'm', type: 'model', content: bytes })
    const refused = { code: 'files-of-another-ledger', message: expect.stringContaining('sharedFiles') }
    expect(await rejection(on('second', path))).toMatchObject(refused)
    const second = await on('second', join(folder, `${names++}`))
    await second.createArtifact({ name: 'm', type: 'model' })
    await second.close()
    expect(await rejection(on('second', path))).toMatchObject(refused)
    await first.logArtifact({ name: 'm', type: 'model', content: [{ bytes: '[]', as: 'model.json' }] })
    await first.close()
    const again = await on('first', path)
    expect((await again.resolve('m')).version).toBe(1)
    await again.close()
  })
})
