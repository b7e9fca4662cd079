/**
 * A process that opens a ledger, watches an answer, stops listening and closes. It then has nothing
 * more to do, prints what could still keep it alive, and must end by itself.
 *
 *     node ledger-listener.js <directory>
 */
import { openLedger } from 'model-ledger'

const [directory = ''] = process.argv.slice(2)
const ledger = await openLedger({ directory, actor: 'anna', entity: 'acme', project: 'animals' })
await ledger.logArtifact({ name: 'cats', type: 'model', content: [{ bytes: 'w', as: 'w.txt' }] })
await new Promise<void>((resolve, reject) => {
  const listening = ledger
    .watch((now) => now.resolve('cats'))
    .subscribe({
      error: reject,
      next: ({ path }) => {
        console.log(path)
        setImmediate(() => {
          listening.unsubscribe()
          resolve()
        })
      },
    })
})
await ledger.close()
await new Promise(setImmediate)
console.log(JSON.stringify(process.getActiveResourcesInfo()))
