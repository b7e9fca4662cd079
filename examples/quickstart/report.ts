/** What the ledger knows at the end: the registered model, who moved `production` and why, and what it came from. */
import { relative } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Ledger, Version } from 'model-ledger'
import { heading, percent, short, table } from './print.js'

export const report = async (ledger: Ledger, directory: string): Promise<void> => {
  const { items: versions } = await ledger.versions('digit-reader', { order: 'ascending' })
  const { items: tenures } = await ledger.aliasHistory({ of: 'digit-reader', alias: 'production' })

  heading('The registered model digit-reader')
  table(
    ['version', 'is', 'accuracy', 'aliases', 'linked by'],
    versions.map((version) => [
      `v${version.version}`,
      short(version.source ?? ''),
      percent(accuracyOf(version)),
      version.aliases.join(', '),
      version.actor,
    ]),
  )

  heading('Who put production where, when and why')
  table(
    ['when', 'where', 'who', 'why'],
    tenures.map(({ version, from }) => [from.time, `v${version}`, from.actor, from.reason ?? '']),
  )

  heading('Where its versions come from')
  for (const { path } of versions) {
    const { nodes } = await ledger.lineage({ of: path, direction: 'upstream' })
    const names = nodes.map(({ kind, name }) => (kind === 'run' ? `run ${short(name)}` : short(name)))
    console.log(`  ${names.join('  ←  ')}`)
  }

  heading(`The ledger lies in ${directory}; go on with`)
  const program = fileURLToPath(new URL('./adapters/cli/main.js', import.meta.resolve('model-ledger')))
  const cli = `  node ${relative('', program)} --ledger ${directory}`
  console.log(`${cli} history`)
  console.log(`${cli} show acme/model-registry/digit-reader:production --as-of ${tenures[1]?.from.time}`)
}

/** The share of the test digits that a version reads right. */
export const accuracyOf = ({ metadata }: Version): number => Number(metadata?.['accuracy'])
