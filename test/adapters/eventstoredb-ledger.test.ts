import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, it } from 'vitest'
import { directoryFileStore } from '../../adapters/directory/index.js'
import { eventStoreDb } from '../../adapters/eventstoredb/index.js'
import { openLedger } from '../../index.js'
import { StandIn } from '../support/eventstoredb/stand-in.js'

const standIn = await StandIn.start({ nodes: 3 })
const folder = mkdtempSync(join(tmpdir(), 'eventstoredb-'))
afterAll(async () => {
  await standIn.stop()
  rmSync(folder, { recursive: true })
})

const openInstance = async (connectionString: string, sharedFolder: string) => {
  // #region open
  const ledger = await openLedger({
    events: eventStoreDb(connectionString),
    files: directoryFileStore({ path: sharedFolder }),
    actor: 'registry-api',
    entity: 'acme',
    project: 'churn',
  })
  // #endregion
  return ledger
}

it('two instances on one cluster and one folder of files are one ledger', async () => {
  const path = join(folder, 'files')
  const one = await openInstance(standIn.connectionString(), path)
  const other = await openInstance(standIn.connectionString(), path)
  const model = await one.logArtifact({
    name: 'model',
    type: 'model',
    content: [{ bytes: '{}', as: 'model.json' }],
  })
  const linked = await other.link({ version: model.path, to: 'churn' })
  await one.moveAlias({ version: linked.path, alias: 'production', expect: 'absent' })
  expect(await other.resolve('churn:production')).toMatchObject({ path: linked.path })
  expect(await one.resolve('churn:production')).toMatchObject({ path: linked.path })
  await one.close()
  await other.close()
})
