/**
 * A member of a group who works in a ledger, and then in files beside it, that all of the group share:
 *
 *     node ledger-member.js <folder> <name> <umask>
 */
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { buffer } from 'node:stream/consumers'
import { run } from '../../adapters/cli/program.js'
import { directorySnapshotStore } from '../../adapters/directory/index.js'
import { openLedger } from '../../index.js'

const [folder = '', name = '', umask = ''] = process.argv.slice(2)
process.umask(Number.parseInt(umask, 8))
const directory = join(folder, 'ledger')
const open = () =>
  openLedger({ directory, actor: name, entity: 'acme', project: 'shared', cache: join(folder, 'cache') })

const ledger = await open()
const content = (bytes: string | Uint8Array) => [
  { bytes, as: 'weights.bin' },
  { bytes: 'of all', as: 'shared.txt' },
]
const log = (bytes: string | Uint8Array) =>
  ledger.logArtifact({ name: 'model', type: 'model', content: content(bytes) })
const own = await log(name)
await log(Buffer.alloc(2 ** 21, name))
await ledger.link({ version: own.path, to: 'churn' })
await ledger.moveAlias({ version: 'model:v0', alias: 'best' })
const { path } = await ledger.useModel({ version: 'model:v0' })
await ledger.download({ version: own.path, to: join(folder, 'downloads'), overwrite: true })
const { damaged, damagedEvents } = await ledger.verify()
await ledger.collectGarbage(await ledger.collectable())
const opened = await ledger.openFile({ version: 'model:v0', path: 'shared.txt' })
const read = (await buffer(opened.bytes)).toString()
await ledger.close()

const snapshots = directorySnapshotStore({ path: join(folder, 'snapshots') })
const kept = await snapshots.save('of-all', [name])()
const again = await open()
const { items } = await again.versions('model')
await again.close()

const terminal = {
  out: () => undefined,
  outBytes: async () => undefined,
  err: (text: string) => process.stderr.write(text),
  in: process.stdin,
}
const code = await run(['--ledger', directory, 'export', join(folder, `${name}.ndjson`)], {
  ...terminal,
  isPerson: false,
  showsProgress: false,
  env: {},
  cwd: folder,
  now: () => new Date(),
})
writeFileSync(
  1,
  JSON.stringify({
    versions: items.length,
    kept: kept._tag,
    damage: damaged.length + damagedEvents.length,
    read,
    path,
    code,
  }),
)
writeFileSync(1, '\n')
