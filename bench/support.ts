/** What the benchmarks share: temporary folders, and a write shell on given stores. */
import { randomUUID } from 'node:crypto'
import { mkdtemp } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type * as TE from 'fp-ts/lib/TaskEither.js'
import { memoryFileStore } from '../adapters/memory/index.js'
import { systemClock, systemIds } from '../adapters/system/index.js'
import { sha256 } from '../domain/digest.js'
import type { EventStore } from '../domain/event-store.js'
import { manifestStore } from '../domain/manifest/manifest-store.js'
import { type Receipt, writeShell } from '../domain/write-shell.js'

export const temporaryFolder = (): Promise<string> => mkdtemp(join(tmpdir(), 'model-ledger-bench-'))

/** The right side; throws the left one. */
export const opened = async <E, A>(task: TE.TaskEither<E, A>): Promise<A> => {
  const result = await task()
  if (result._tag === 'Left') throw new Error(JSON.stringify(result.left))
  return result.right
}

/** Commands given straight to the write shell, with manifests in memory: what is measured is the shell and its event store. */
export const commandsOn = (store: EventStore) => {
  const manifests = manifestStore(memoryFileStore())
  const shell = writeShell({ store, manifests, clock: systemClock, ids: systemIds })
  const give = (command: unknown): Promise<Receipt> =>
    opened(shell.handle({ commandId: randomUUID(), actor: 'bench', command }))
  return {
    give,
    /** Logs a version with content of its own. */
    logVersion: async (name: string, content: string): Promise<Receipt> => {
      const manifest = await opened(manifests.put([{ path: 'model.bin', digest: sha256(content), size: 1 }]))
      const artifact = { entity: 'acme', project: 'bench', name }
      return give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest })
    },
    moveAlias: (name: string, alias: string, version: number): Promise<Receipt> =>
      give({ type: 'MoveAlias', collection: { entity: 'acme', project: 'bench', name }, alias, version }),
  }
}
