/**
 * A process that logs again what may be collected just now, and prints the path of each version that was acknowledged:
 * by its bytes, and by a manifest that is stored already, without them.
 *
 *     node ledger-relogger.js <directory> <round> <files> <manifest>
 */
import { writeSync } from 'node:fs'
import { LedgerError, openLedger } from 'model-ledger'

const [directory = '', round = '', files, manifest = ''] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: 'logger', entity: 'acme', project: 'shared' })
const artifact = { entity: 'acme', project: 'shared', name: `again-${round}` }
const command = { type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest: JSON.parse(manifest) }
writeSync(1, 'begun\n')
try {
  await ledger.execute({ commandId: round, actor: 'logger', command })
  writeSync(1, `${artifact.name}:v0\n`)
} catch (error) {
  if (!(error instanceof LedgerError && error.code === 'file-missing')) throw error
}
for (let file = 0; file < Number(files); file++) {
  const content = [{ bytes: `${round} ${file}`, as: 'file' }]
  const { path } = await ledger.logArtifact({ name: `one-${round}-${file}`, type: 'model', content })
  writeSync(1, `${path}\n`)
}
await ledger.close()
