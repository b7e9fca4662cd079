/** A ledger in hand: everything that can be told and asked, over stores that are open. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { record, rule } from '../domain/codec.js'
import { finishDraft } from '../domain/distributed-draft/finish.js'
import type { DownloadError } from '../domain/download-error.js'
import type { EventStore } from '../domain/event-store.js'
import type { FileStore } from '../domain/file-store.js'
import type { Manifest } from '../domain/manifest/manifest.js'
import { manifestStore } from '../domain/manifest/manifest-store.js'
import type { NameDefaults } from '../domain/names.js'
import type { Clock, Ids } from '../domain/sources.js'
import { writeShell } from '../domain/write-shell.js'
import type { SnapshotStore } from '../projections/snapshot-store.js'
import { alone } from './alone.js'
import type { LocalFiles } from './content.js'
import { describeWriteError, eachFromStore, LedgerError, promised } from './error.js'
import * as inputs from './input.js'
import { maintenance } from './maintenance.js'
import { type Asked, reads } from './reads.js'
import { type Run, runHandle } from './run-handle.js'
import { exportEvents, type Imported, importEvents } from './transfer.js'
import { type Given, writes } from './writes.js'

/** Writes the files of a version into a directory. */
export type Downloader = (
  options: DownloadOptions & { readonly files: FileStore; readonly entries: Manifest },
) => TE.TaskEither<DownloadError & { readonly reason: string }, Downloaded>

export interface DownloadOptions {
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content; refused unless told. */
  readonly overwrite?: boolean
  readonly onProgress?: (progress: {
    readonly filesDone: number
    readonly files: number
    readonly bytesDone: number
    readonly bytes: number
  }) => void
  readonly signal?: AbortSignal
}

const Download = record(
  'download',
  { version: inputs.VersionText, to: inputs.FilePath },
  {
    overwrite: t.boolean,
    onProgress: rule(
      'a function',
      (value): value is NonNullable<DownloadOptions['onProgress']> => typeof value === 'function',
    ),
    signal: rule('an AbortSignal', (value): value is AbortSignal => value instanceof AbortSignal),
  },
)

export interface Downloaded {
  /** The target, absolute. */
  readonly directory: string
  readonly written: number
  /** Files that were there already with the same content. */
  readonly kept: number
  /** What is kept elsewhere; it is not fetched. */
  readonly references: Manifest
}

export interface LedgerPorts {
  readonly events: EventStore
  readonly files: FileStore
  readonly snapshots: SnapshotStore | undefined
  readonly local: LocalFiles & { readonly download: Downloader }
  readonly clock: Clock
  readonly ids: Ids
  readonly defaults: NameDefaults & { readonly actor?: string | undefined }
  readonly deadline: number | undefined
  readonly readOnly: boolean
}

export type Ledger = ReturnType<typeof ledgerOn>

export const ledgerOn = (ports: LedgerPorts) => {
  const { events, files, snapshots, local, clock, ids, defaults, deadline, readOnly } = ports
  const manifests = manifestStore(files)
  const shell = writeShell({ store: events, manifests, clock, ids, ...(deadline === undefined ? {} : { deadline }) })
  const finish = async ({ artifact, distributedId }: Parameters<NonNullable<ReadFinish>>[0]): Promise<void> => {
    const receipts = await promised(describeWriteError)(finishDraft(shell, artifact, distributedId))
    for (const { position } of receipts) model.notice(position)
  }
  const model = reads({ store: events, clock, defaults, manifests, snapshots, finish: readOnly ? undefined : finish })
  const told = writes({ shell, manifests, ids, defaults, files, local, readOnly, notice: model.notice })
  const care = maintenance({
    events,
    registry: model.registry,
    unknownEvents: async () => (await model.progress()).unknown,
    facts: shell.facts,
    manifests,
    files,
    clock,
    readOnly,
  })
  const now: Asked = model.at()

  return {
    ...told,
    ...now,
    ...care,
    at: model.at,
    /** What the stream of an artifact or a registered model answers alone, now or as of a position. */
    alone: alone({ store: events, clock, manifests, ids, defaults, files, local }),
    live: model.live,
    replay: model.replay,
    replayed: model.replayed,
    diff: model.diff,
    changes: model.changes,
    waitFor: model.waitFor,
    rebuild: model.rebuild,
    progress: model.progress,

    /** Starts a run and gives it in hand. */
    startRun: async (given: Given<typeof inputs.StartRun> = {}): Promise<Run> =>
      runHandle(told, (await told.startRun(given)).run),

    /** A run that was started before, in hand. */
    run: (path: string): Run => runHandle(told, path),

    /** Writes the files of a version into a directory; answers also which version that was. */
    download: async (
      given: DownloadOptions & { readonly version: string },
    ): Promise<Downloaded & { readonly version: string }> => {
      const { version, ...options } = await inputs.checked(Download, given)
      const { path, manifest } = await told.content(version)
      const download = promised(({ reason }: DownloadError & { readonly reason: string }) => reason)
      return { ...(await download(local.download({ ...options, files, entries: manifest }))), version: path }
    },

    /** All events as lines of canonical JSON, with their line feeds; positions are left behind. */
    exportEvents: (): AsyncIterable<string> => eachFromStore(exportEvents(events)),

    /** Reads the lines of an export into this ledger, which is empty or holds the beginning of the same export. */
    importEvents: async (
      lines: AsyncIterable<string> | Iterable<string>,
      onProgress?: (events: number) => void,
    ): Promise<Imported> => {
      if (readOnly) throw new LedgerError({ _tag: 'read-only' }, describeWriteError({ _tag: 'read-only' }))
      const imported = await importEvents(events, lines, onProgress)
      const head = await events.head()()
      if (head._tag === 'Right') model.notice(head.right)
      return imported
    },

    /**
     * Closes the stores: what is being written comes to its end, and a command that is not so far yet is refused,
     * with nothing recorded. Wait for your own commands first. Closing twice is harmless.
     */
    close: async (): Promise<void> => {
      await model.close()
      await events.close()
      await files.close()
    },
  }
}

type ReadFinish = Parameters<typeof reads>[0]['finish']
