/** What the benchmarks share: temporary folders, and a command handler on given stores. */
import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import * as TE from 'fp-ts/lib/TaskEither.js'
import { memoryFileStore } from '../adapters/memory/index.js'
import { type Database, driver } from '../adapters/sqlite/driver/index.js'
import { systemClock, systemIds } from '../adapters/system/index.js'
import { type CommandHandler, commandHandler } from '../application/command-handling/command-handler.js'
import type { Receipt } from '../application/command-handling/receipt.js'
import { type ManifestStore, manifestStore } from '../application/manifest-store.js'
import type { Known as ShellKnown } from '../application/projecting/model.js'
import { type Projector, projector } from '../application/projecting/projector.js'
import { type EventStore, ORIGIN } from '../domain/ports/event-store.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { type ReadModels, readModels } from '../projections/read-models.js'

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'model-ledger-bench-'))

/** The right side; throws the left one. */
export const opened = async <E, A>(task: TE.TaskEither<E, A>): Promise<A> => {
  const result = await task()
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left))
  return result.right
}

/** Bare SQLite, by the driver that our own store has. */
export const openSqlite = async (path: string): Promise<Database> =>
  (await opened(driver)).open(path, { busyTimeoutMs: 0 })

/** How many events of a type a store holds. */
export const countOf = async (store: EventStore, wanted: string): Promise<number> => {
  let count = 0
  for await (const page of store.readAll(ORIGIN)) count += page.filter(({ type }) => type === wanted).length
  return count
}

export const handlerOn = (store: EventStore, manifests: ManifestStore): CommandHandler =>
  commandHandler({ store, manifests, clock: systemClock, ids: systemIds, modelsLinkedTo: () => TE.right([]) })

/** Commands given straight to the command handler, with manifests in memory: what is measured is the handler and its event store. */
export const commandsOn = (store: EventStore) => {
  const files = memoryFileStore()
  const manifests = manifestStore(files)
  const handler = handlerOn(store, manifests)
  const give = (command: unknown): Promise<Receipt> =>
    opened(handler.handle({ commandId: randomUUID(), actor: 'bench', command }))
  return {
    give,
    /** Logs a version with content of its own. */
    logVersion: async (name: string, content: string): Promise<Receipt> => {
      const stored = await opened(files.put('file', { bytes: Buffer.from(content) }))
      const manifest = await opened(manifests.put([{ path: 'model.bin', ...stored }]))
      const artifact = { entity: 'acme', project: 'bench', name }
      return give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest })
    },
    moveAlias: (name: string, alias: string, version: number): Promise<Receipt> =>
      give({ type: 'MoveAlias', collection: { entity: 'acme', project: 'bench', name }, alias, version }),
  }
}

export type Known = ShellKnown<ReadModels>

/** The read model that a ledger keeps: all its projections over one store. */
export const readModelOf = (store: EventStore, snapshots?: SnapshotStore): Projector<ReadModels> =>
  projector<ReadModels>({
    store,
    snapshots,
    clock: systemClock,
    projections: readModels,
  })

/** Everything that is known from the events of a store, folded anew. */
export const foldAll = (store: EventStore): Promise<Known> => opened(readModelOf(store).fresh())
