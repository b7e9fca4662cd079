/** A process that gives a ledger streams that fail, at every moment, and nobody else listens to them: it must go on. */
import { Readable } from 'node:stream'
import { LedgerError, verifyExport } from '../../index.js'
import { memoryLedger } from './ledger-memory.js'
import { call } from './ledger-methods.js'

const { ledger } = await memoryLedger()
const after = (milliseconds: number, then: () => void): void => void setTimeout(then, milliseconds)
const stream = (fails?: number): Readable => {
  const made = new Readable({ read: () => undefined })
  if (fails !== undefined) after(fails, () => made.destroy(new Error('the cable was pulled')))
  return made
}
const contentOf = (streams: ReadonlyArray<Readable>) => streams.map((each, at) => ({ stream: each, as: `s${at}` }))
const named = { name: 'm', type: 'model' }
const many = (): Readable[] => Array.from({ length: 8 }, () => stream(20))

const draft = await ledger.newArtifact(named)
const calls = [
  ledger.logArtifact({ ...named, content: contentOf([...many(), stream(1), stream(40)]) }),
  ledger.upsertDistributed({ ...named, distributedId: 'd', content: contentOf([...many(), stream(1), stream(40)]) }),
  ledger.linkModel({ to: 'churn', content: contentOf([...many(), stream(1), stream(40)]) }),
  draft.add(contentOf([...many(), stream(1), stream(40)])),
  ledger.importEvents(stream(1)),
  verifyExport(stream(1)),
  // None of these takes a stream.
  ...[
    [{ verifyExport }, 'verifyExport', stream(1), 5],
    [draft, 'log', { content: contentOf([stream(1)]) }],
    [ledger, 'execute', { command: stream(1) }],
    [ledger, 'resolve', stream(1)],
    [ledger, 'waitFor', stream(1)],
    [ledger.at(), 'search', { name: stream(1) }],
  ].map(([on, method, ...given]) => call(on, String(method), ...given)),
]
const code = (call: Promise<unknown>): Promise<unknown> =>
  call.then(
    () => 'fine',
    (error: unknown) => (error instanceof LedgerError ? error.code : error),
  )
for (const outcome of await Promise.all(calls.map(code))) console.log(outcome)
await new Promise<void>((resolve) => after(60, resolve))
console.log('going on')
