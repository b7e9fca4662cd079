/** A ledger in hand: everything that can be told and asked, over stores that are open. */
import type { EventStore } from '../domain/event-store.js'
import type { FileStore } from '../domain/file-store.js'
import { manifestStore } from '../domain/manifest/manifest-store.js'
import type { NameDefaults } from '../domain/names.js'
import type { Clock, Ids } from '../domain/sources.js'
import { writeShell } from '../domain/write-shell.js'
import type { LocalFiles } from './content.js'
import type * as inputs from './input.js'
import { type Run, runHandle } from './run-handle.js'
import { type Given, writes } from './writes.js'

export interface LedgerPorts {
  readonly events: EventStore
  readonly files: FileStore
  readonly local: LocalFiles
  readonly clock: Clock
  readonly ids: Ids
  readonly defaults: NameDefaults & { readonly actor?: string | undefined }
  readonly deadline: number | undefined
}

export type Ledger = ReturnType<typeof ledgerOn>

export const ledgerOn = ({ events, files, local, clock, ids, defaults, deadline }: LedgerPorts) => {
  const manifests = manifestStore(files)
  const shell = writeShell({ store: events, manifests, clock, ids, ...(deadline === undefined ? {} : { deadline }) })
  const told = writes({ shell, manifests, ids, defaults, files, local })

  return {
    ...told,

    /** Starts a run and gives it in hand. */
    startRun: async (given: Given<typeof inputs.StartRun> = {}): Promise<Run> =>
      runHandle(told, (await told.startRun(given)).run),

    /** A run that was started before, in hand. */
    run: (path: string): Run => runHandle(told, path),

    /** Waits for what is under way and closes the stores. */
    close: async (): Promise<void> => {
      await events.close()
      await files.close()
    },
  }
}
