/** An embedder's own composition: every part comes from an entry point of the package. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { openLedger, systemClock, systemIds } from 'model-ledger'
import { memoryEventStore, memoryFileStore, memorySnapshotStore } from 'model-ledger/adapters/memory'
import { type CommandError, commandHandler, manifestStore, projector } from 'model-ledger/application'
import {
  type Clock,
  type EventStore,
  type FileStore,
  type Ids,
  parseArtifact,
  type SnapshotStore,
} from 'model-ledger/domain'
import { modelsLinkedTo, registryProjection, registryQuestions } from 'model-ledger/projections'
import { expect, it } from 'vitest'

it('a ledger is put together of stores, a clock and ids', async () => {
  const events: EventStore = memoryEventStore()
  const files: FileStore = memoryFileStore()
  const snapshots: SnapshotStore = memorySnapshotStore()
  const clock: Clock = { ...systemClock, now: () => new Date('2026-05-03T12:00:00Z') }
  const ids: Ids = { ...systemIds, fraction: () => 0.5 }
  const ledger = await openLedger({ events, files, snapshots, clock, ids, actor: 'anna', entity: 'acme' })
  const { path } = await ledger.logArtifact({ name: 'm', type: 'model', content: { bytes: 'x', as: 'x.txt' } })
  expect(await ledger.resolve(path)).toMatchObject({ version: 0 })
  await ledger.close()
})

it('a command handler and a projector are put together on a store, without a ledger', async () => {
  const [store, manifests] = [memoryEventStore(), manifestStore(memoryFileStore())]
  const registry = projector({ store, projections: { registry: registryProjection }, clock: systemClock })
  const handler = commandHandler({
    store,
    manifests,
    clock: systemClock,
    ids: systemIds,
    modelsLinkedTo: (artifact, version) =>
      pipe(
        registry.fresh(),
        TE.bimap(
          ({ _tag }): CommandError => ({ _tag: 'unavailable', reason: _tag }),
          ({ states }) => modelsLinkedTo(states.registry, artifact, version),
        ),
      ),
  })
  const artifact = parseArtifact('acme/churn/model', {})
  if (E.isLeft(artifact)) throw new Error('it is a name')
  const created = await handler.handle({
    commandId: 'first',
    actor: 'anna',
    command: { type: 'CreateArtifact', artifact: artifact.right, artifactType: 'model' },
  })()
  if (E.isLeft(created)) throw new Error(created.left._tag)
  const known = await registry.waitFor(created.right.position)()
  if (E.isLeft(known)) throw new Error(known.left._tag)
  const { states, positionTimes, checkpoint } = known.right
  const questions = registryQuestions({
    registry: states.registry,
    positionTimes,
    position: checkpoint,
    defaults: {},
    asked: undefined,
  })
  expect(questions.artifact('acme/churn/model')).toMatchObject({ right: { type: 'model' } })
  await registry.close()
  await handler.close()
})
