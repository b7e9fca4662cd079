import { subscribe } from 'node:diagnostics_channel'
import { type CommandMessage, channels, openLedger } from 'model-ledger'

// #region subscribe
subscribe(`tracing:${channels.command}:asyncEnd`, (message) => {
  const { type, outcome, duration, error } = message as CommandMessage
  console.log(type, outcome, error?.code ?? '', `${duration} ms`)
})
// #endregion

// #region logger
const ledger = await openLedger({
  directory: 'my-ledger',
  actor: 'anna',
  entity: 'acme',
  project: 'churn',
  logger: {
    info: (known, message) => console.log('info', message, known),
    warn: (known, message) => console.log('warn', message, known),
    error: (known, message) => console.log('error', message, known),
  },
})
// #endregion

await ledger.logArtifact({ name: 'model', type: 'model', content: { bytes: '0.5', as: 'w.txt' } })
await ledger.rebuild()
await ledger.close()
