import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { directoryFileStore } from '../../../adapters/directory/index.js'
import { eventStoreDb } from '../../../adapters/eventstoredb/index.js'
import { openLedger } from '../../../index.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

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
