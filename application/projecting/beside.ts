/** States as of a position that the present ones are past: folded beside them, from a snapshot that is not. */
import * as E from 'fp-ts/lib/Either.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import { emptyModel, type Projections } from './model.js'
import { type Pulling, pull } from './pull.js'
import type { ReadError } from './read-error.js'
import type { SnapshotKeeper } from './snapshot-keeper.js'

export const foldedBeside = async <States extends object>(
  store: EventStore,
  projections: Projections<States>,
  keeper: SnapshotKeeper<States>,
  { until, ...bounds }: Pulling & { readonly until: number },
): Promise<E.Either<ReadError, States>> => {
  const model = (await keeper.kept(until)) ?? emptyModel(projections)
  const pulled = await pull(store, projections, model, { ...bounds, until })
  return E.isLeft(pulled) ? pulled : E.right(model.states)
}
