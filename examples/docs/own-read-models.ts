// #region define
import { openLedger, projection } from 'model-ledger'

interface Promotion {
  readonly alias: string
  readonly by: string
  readonly why: string | undefined
}

const promotions = projection({
  name: 'promotions',
  version: 1,
  folds: ['AliasMoved', 'AliasRemoved'],
  initial: () => new Map<string, ReadonlyArray<Promotion>>(), // by stream: model-acme/model-registry/churn
  apply: (promotions, { event, stream, metadata }) => {
    const { actor: by, reason: why } = metadata
    const others = (promotions.get(stream) ?? []).filter(({ alias }) => alias !== event.alias)
    switch (event.type) {
      case 'AliasMoved':
        return promotions.set(stream, [...others, { alias: event.alias, by, why }])
      case 'AliasRemoved':
        return promotions.set(stream, others)
    }
  },
  load: (saved) => (saved instanceof Map ? saved : undefined),
})
// #endregion

// #region ask
const ledger = await openLedger({
  directory: 'my-ledger',
  actor: 'anna',
  entity: 'acme',
  project: 'churn',
  projections: [promotions],
})
const content = { bytes: '0.5', as: 'w.txt' }
const model = await ledger.logArtifact({ name: 'model', type: 'model', content })
await ledger.link({ version: model.path, to: 'churn', aliases: ['production'], reason: 'best of the week' })

const all = await ledger.read(promotions)
const ofAnna = await ledger.read(promotions, (state) => [...state.values()].flat().filter(({ by }) => by === 'anna'))
const atFirst = await ledger.at(0).read(promotions)
console.log(all, ofAnna, atFirst)
// #endregion

// #region health
const { projections } = await ledger.progress()
for (const [name, { checkpoint, head, failure }] of Object.entries(projections)) {
  console.log(name, `${checkpoint} of ${head}`, failure === null ? 'goes on' : `stopped at ${failure.position}`)
}
await ledger.close()
// #endregion
