/** A ledger in hand: everything that can be told and asked, over stores that are open. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import { commandHandler } from '../application/command-handling/command-handler.js'
import { filesGoAlong, filesOfBoth } from '../application/ledger-identity.js'
import { manifestStore } from '../application/manifest-store.js'
import { completeCommits } from '../application/process-managers/complete-distributed-commit.js'
import { describeReadError } from '../application/projecting/read-error.js'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import type { DownloadError, OnMaintenance } from '../domain/ports/download.js'
import type { EventStore } from '../domain/ports/event-store.js'
import type { FileStore } from '../domain/ports/file-store.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { record, rule } from '../domain/values/codec.js'
import type { Manifest } from '../domain/values/manifest/manifest.js'
import type { NameDefaults } from '../domain/values/name-paths.js'
import type * as args from './calling/arguments.js'
import { closingBy } from './calling/closing.js'
import { describeWriteError, LedgerError, promised } from './calling/errors.js'
import * as inputs from './calling/input.js'
import { guarded } from './calling/own.js'
import type { ContentMethods } from './files/contents.js'
import { type OpenedFile, openFile } from './files/open-file.js'
import type { LocalFiles } from './files/store-content.js'
import { readByStream } from './looking-back/one-stream.js'
import type { LedgerAsOf } from './ledger-as-of.js'
import { exportEvents, type Imported, type ImportOptions, importEvents } from './maintenance/import.js'
import { Lines, type Pieces } from './maintenance/lines.js'
import { type Maintenance, maintenance } from './maintenance/maintenance.js'
import { type Run, runHandle } from './runs/run-handle.js'
import { Milliseconds, reads, type Watching } from './watching.js'
import { type Writes, writes } from './writes.js'

/** Writes the files of a version into a directory. */
export type Downloader = (
  options: args.Checked<DownloadOptions> & { readonly files: FileStore; readonly entries: Manifest },
) => TE.TaskEither<DownloadError & { readonly reason: string }, Downloaded>

export interface DownloadOptions {
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content; refused unless told. */
  readonly overwrite?: boolean | undefined
  /** Called now and then while files are written. */
  readonly onProgress?: OnMaintenance | undefined
  /** Aborts the download; what is complete stays. */
  readonly signal?: AbortSignal | undefined
}

export interface DownloadVersion extends DownloadOptions {
  /** The version: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly version: string
}

const DownloadVersion: t.Type<args.Checked<DownloadVersion>> = record(
  'download',
  { version: inputs.VersionText, to: inputs.FilePath },
  {
    overwrite: t.boolean,
    onProgress: rule('a function', (value): value is OnMaintenance => typeof value === 'function'),
    signal: inputs.Signal,
  },
)

const ImportSettings = record('the options of importEvents', {}, { ownId: t.boolean })

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
  /** Told, in words, what no call answers and somebody should know. */
  readonly warn: (message: string) => void
  readonly local: LocalFiles & { readonly download: Downloader }
  readonly clock: Clock
  readonly ids: Ids
  readonly defaults: NameDefaults & { readonly actor?: string | undefined }
  readonly deadline: number | undefined
  readonly patience: number | undefined
  readonly readOnly: boolean
}

/** Everything that can be told and asked, now and as of any moment. */
export interface Ledger extends Omit<Writes, 'startRun'>, LedgerAsOf, Watching, Maintenance {
  /** Starts a run and gives it in hand. */
  readonly startRun: (given?: args.StartRun) => Promise<Run>
  /** A run that was started before, in hand. */
  readonly run: (path: string) => Run
  /** Writes the files of a version into a directory; answers also which version that was. */
  readonly download: (given: DownloadVersion) => Promise<Downloaded & { readonly version: string }>
  /** One file of a version, as a stream of bytes that are compared with their digest. */
  readonly openFile: (given: args.OpenFile) => Promise<OpenedFile>
  /** All events as lines of canonical JSON, with their line feeds; positions are left behind. */
  readonly exportEvents: () => AsyncIterable<string>
  /**
   * Reads an export into this ledger, which is empty or holds the beginning of the same export: all of it, or nothing
   * where it is refused. The ledger takes over the id of the export's, unless told. It is given in pieces
   * of whatever size with its line feeds in it: a stream of the file, or what another ledger's `exportEvents` gives.
   */
  readonly importEvents: (
    pieces: Pieces,
    onProgress?: (events: number) => void,
    options?: ImportOptions,
  ) => Promise<Imported>
  /**
   * Closes the stores. What is being appended, and a snapshot that is being written, come to their end within so many
   * milliseconds, 5,000 unless told, and a second more to clean up. All else that is under way is refused as `closed`
   * at once, an upload that stalls too: nothing of it is recorded, and it leaves nothing behind. Wait for your own
   * commands first. Closing twice is harmless.
   */
  readonly close: (within?: number) => Promise<void>
}

export const ledgerOn = (ports: LedgerPorts): Ledger => {
  const { events, files, snapshots, warn, local, clock, ids, defaults, deadline, patience, readOnly } = ports
  const manifests = manifestStore(files)
  const shell = commandHandler({
    store: events,
    manifests,
    clock,
    ids,
    ...(deadline === undefined ? {} : { deadline }),
  })
  const finish = async (draft: Parameters<NonNullable<ReadFinish>>[0]): Promise<void> => {
    const receipts = await promised(describeWriteError)(completeCommits(shell, draft))
    for (const { position } of receipts) model.noteOwnWrite(position)
  }
  const model = reads({
    store: events,
    clock,
    defaults,
    manifests,
    snapshots,
    patience,
    warn,
    finish: readOnly ? undefined : finish,
  })
  const told = writes({
    shell,
    manifests,
    clock,
    ids,
    defaults,
    files,
    local,
    readOnly,
    noteOwnWrite: model.noteOwnWrite,
  })
  const care = maintenance({
    events,
    registry: model.registry,
    unknownEvents: async () => (await model.progress()).unknown,
    facts: shell.facts,
    manifests,
    files,
    readOnly,
  })
  const { now } = model

  /** No rule goes past an event that it does not know; what a version holds can be told nevertheless. */
  const content: ContentMethods['content'] = async (version) => {
    try {
      return await told.content(version)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'unknown-event') throw error
      const { path, source, manifest } = await now.resolve(version)
      return { path: source ?? path, manifest: await promised(describeWriteError)(manifests.get(manifest.digest)) }
    }
  }

  const closing = closingBy((over) =>
    Promise.all([model.close(over), events.close(over), files.close(AbortSignal.abort())]),
  )

  const methods: Omit<Ledger, 'close'> = {
    ...told,
    ...now,
    ...care,
    content,
    at: model.at,
    watch: model.watch,
    replay: model.replay,
    replayed: model.replayed,
    diffMoments: model.diffMoments,
    watchPosition: model.watchPosition,
    behind: model.behind,
    waitFor: model.waitFor,
    rebuild: model.rebuild,
    progress: model.progress,

    startRun: async (given = {}) => runHandle(told, (await told.startRun(given)).run),

    run: (path) => runHandle(told, path),

    download: async (given) => {
      const { version, ...options } = await inputs.checked(DownloadVersion, given)
      const { path, manifest } = await content(version)
      const download = promised(({ reason }: DownloadError & { readonly reason: string }) => reason)
      return { ...(await download(local.download({ ...options, files, entries: manifest }))), version: path }
    },

    openFile: openFile({ content, files }),

    exportEvents: () => exportEvents(events),

    importEvents: async (pieces, onProgress, options) => {
      if (readOnly) throw new LedgerError({ _tag: 'read-only' }, describeWriteError({ _tag: 'read-only' }))
      inputs.checkedNow(Lines, pieces)
      inputs.checkedIfGivenNow(inputs.Listener, onProgress)
      await inputs.checkedIfGiven(ImportSettings, options)
      const ledgerId = () => promised(describeReadError)(events.ledgerId())
      const of = promised(describeWriteError)
      const before = await ledgerId()
      let next = before
      const imported = await importEvents(events, closing.untilClosed(pieces), onProgress, options, async (own, id) => {
        await of(filesOfBoth(files, own, id))
        next = id
      }).catch(async (error: unknown) => {
        // What is refused took over nothing: the files are of the ledger alone again.
        if ((await ledgerId()) === before) await of(filesGoAlong(files, next, before))
        throw error
      })
      await of(filesGoAlong(files, before, await ledgerId()))
      const head = await events.head()()
      if (head._tag === 'Right') model.noteOwnWrite(head.right)
      return imported
    },
  }
  const close: Ledger['close'] = async (within = CLOSE_WITHIN) =>
    closing.close(await inputs.checked(Milliseconds, within))
  const ledger: Ledger = { ...guarded(methods, closing.note), ...guarded({ close }) }
  readByStream(ledger, { store: events, clock, manifests, ids, defaults })
  return ledger
}

/** In milliseconds: less than what a container has between being asked to stop and being killed. */
const CLOSE_WITHIN = 5000

type ReadFinish = Parameters<typeof reads>[0]['finish']
