/**
 * A process that gives a ledger one command after another, several at a time, until it is killed:
 *
 *     node ledger-writer.js <directory> <name> <seed>
 *
 * It prints a line when it begins, and a line of JSON for each command that was answered.
 */
import { writeSync } from 'node:fs'
import { LedgerError, openLedger, type Receipt } from 'model-ledger'
import { randomNumbers } from '../../bench/random.js'

const AT_ONCE = 4

const [directory = '', name = '', seed] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: name, entity: 'acme', project: 'killed' })
const next = randomNumbers(Number(seed) + Number(/\d+/.exec(name)?.[0]))
const below = (bound: number): number => next() % bound
const pick = <A>(...of: readonly [A, ...A[]]): A => of[below(of.length)] ?? of[0]

let count = 0
const logged: string[] = []
const content = () => [{ bytes: `${name} ${++count} ${'x'.repeat(below(5000))}`, as: `part-${name}-${count}.bin` }]
const artifact = () => pick('model', 'data')

const steps: Readonly<Record<string, () => Promise<Receipt> | undefined>> = {
  log: async () => {
    const type = artifact()
    const receipt = await ledger.logArtifact({ name: type, type, content: content(), aliases: [pick('best', 'new')] })
    logged.push(receipt.path)
    return receipt
  },
  moveAlias: () => {
    const version = logged.at(-1)
    return version === undefined ? undefined : ledger.moveAlias({ version, alias: pick('best', 'candidate') })
  },
  link: () => {
    const version = logged.find((path) => path.includes('/model:'))
    return version === undefined ? undefined : ledger.link({ version, to: 'winner', aliases: ['production'] })
  },
  tag: () => {
    const version = logged.at(-1)
    return version === undefined ? undefined : ledger.tag({ version, tags: [`t${below(5)}`] })
  },
  upsert: () =>
    ledger.upsertDistributed({
      name: 'sharded',
      type: 'data',
      distributedId: pick('one', 'two'),
      content: content(),
      openNext: true,
      // Half of them build on the first version, and some take out what that has alone.
      ...pick({}, { base: 'sharded:v0' }, { base: 'sharded:v0', overwrite: true, remove: ['base.txt'] }),
    }),
  commit: () =>
    ledger.commitDistributed({
      name: 'sharded',
      type: 'data',
      distributedId: pick('one', 'two'),
      content: content(),
      lastWriterWins: true,
      openNext: true,
      ...pick({}, { base: 'sharded:v0' }),
    }),
}

const work = async (): Promise<never> => {
  for (;;) {
    const kind = pick('log', 'log', 'moveAlias', 'link', 'tag', 'upsert', 'upsert', 'commit')
    const receipt = await steps[kind]?.()
    if (receipt === undefined) continue
    const { commandId, stream, revision, position, events } = receipt
    writeSync(
      1,
      `${JSON.stringify({ kind, commandId, stream, revision, position, types: events.map(({ type }) => type) })}\n`,
    )
  }
}

await ledger
  .logArtifact({
    name: 'sharded',
    type: 'data',
    content: { bytes: 'base', as: 'base.txt' },
    expect: { latest: 'absent' },
  })
  // Whoever came first has made it.
  .catch(() => undefined)
writeSync(1, 'begun\n')
await Promise.all(Array.from({ length: AT_ONCE }, work)).catch((error: unknown) => {
  writeSync(2, error instanceof LedgerError ? `${error.code}: ${error.message}` : String(error))
  process.exit(1)
})
