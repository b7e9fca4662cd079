/** A ledger in hand: everything that can be told and asked, over stores that are open. */

import * as TE from 'fp-ts/lib/TaskEither.js'
import { commandHandler } from '../application/command-handling/command-handler.js'
import { type ManifestStore, manifestStore } from '../application/manifest-store.js'
import { completeCommits } from '../application/process-managers/complete-distributed-commit.js'
import type { Clock, Ids } from '../domain/ports/clock-and-ids.js'
import type { EventStore } from '../domain/ports/event-store.js'
import type { FileStore } from '../domain/ports/file-store.js'
import type { HistoryDamage } from '../domain/ports/history-damage.js'
import type { SnapshotStore } from '../domain/ports/snapshot-store.js'
import { milliseconds } from '../domain/values/codec.js'
import type { NameDefaults } from '../domain/values/name-paths.js'
import type { DraftRef } from '../domain/values/references.js'
import type { OwnProjection } from '../projections/own-projection.js'
import type * as args from './calling/arguments.js'
import { checked, checkedIfGivenNow } from './calling/checked.js'
import { closingBy } from './calling/closing.js'
import { describeWriteError, LedgerError, promised } from './calling/errors.js'
import { frozen } from './calling/frozen.js'
import * as inputs from './calling/input.js'
import { guarded } from './calling/own.js'
import { eachUntil, untilAborted } from './calling/stopping.js'
import { typedThenNfc } from './calling/typed-then-nfc.js'
import { type Consumers, consumersOf } from './consuming.js'
import type { Diagnostics } from './diagnostics/diagnostics.js'
import type { ContentMethods } from './files/contents.js'
import {
  type Downloaded,
  type Downloader,
  type DownloadVersion,
  downloadVersion,
  type UseModel,
} from './files/download.js'
import { type OpenedFile, openFile } from './files/open-file.js'
import { partOf } from './files/part.js'
import type { LocalFiles } from './files/store-content.js'
import { type ModelCache, type UsedModel, type UseModelPorts, useModel } from './files/use-model.js'
import type { LedgerAsOf } from './ledger-as-of.js'
import { nameForAnything } from './linking/by-name.js'
import { readByStream } from './looking-back/one-stream.js'
import { exportEvents, type Imported, type ImportOptions, importInto } from './maintenance/import.js'
import type { Pieces } from './maintenance/lines.js'
import { type Maintenance, maintenance } from './maintenance/maintenance.js'
import { type Run, runHandle } from './runs/run-handle.js'
import { type Reads, reads, type Watching } from './watching.js'
import { type Writes, writes } from './writes.js'

export interface LedgerPorts {
  readonly events: EventStore
  readonly files: FileStore
  readonly snapshots: SnapshotStore | undefined
  readonly diagnostics: Diagnostics
  readonly local: LocalFiles & { readonly download: Downloader; readonly cached: ModelCache }
  readonly clock: Clock
  readonly ids: Ids
  readonly defaults: NameDefaults & { readonly actor?: string | undefined }
  readonly deadline: number | undefined
  readonly patience: number | undefined
  readonly readOnly: boolean
  readonly projections: ReadonlyArray<OwnProjection<unknown>>
}

/** Everything that can be told and asked, now and as of any moment. */
export interface Ledger extends Omit<Writes, 'startRun'>, LedgerAsOf, Watching, Consumers, Maintenance {
  /** Starts a run and gives it in hand. */
  readonly startRun: (given?: args.StartRun) => Promise<Run>
  /** A run that was started before, in hand. */
  readonly run: (path: string) => Run
  /** Writes the files of a version into a directory; answers also which version that was. */
  readonly download: (given: DownloadVersion) => Promise<Downloaded & { readonly version: string }>
  /**
   * Gives a version as files on this machine, from a cache that processes share, and records that a run uses it if one
   * is named. What lies in the cache is compared with its digests first. A version that holds a reference is refused.
   */
  readonly useModel: (given: UseModel) => Promise<UsedModel>
  /** One file of a version, as a stream of bytes that are compared with their digest. */
  readonly openFile: (given: args.OpenFile) => Promise<OpenedFile>
  /**
   * What is wrong with the end of the history, held against what was noted of it: which events are lost, from which
   * position and time on as far as that is known. `undefined` while nothing is. Questions answer from what is there;
   * commands are refused, until what is lost is put back or `acceptLoss` gives it up.
   */
  readonly damage: HistoryDamage | undefined
  /** All events as lines of canonical JSON, with their line feeds; positions are left behind. */
  readonly exportEvents: (options?: args.Stoppable) => AsyncIterable<string>
  /**
   * Reads an export into this ledger, which is empty or holds the beginning of the same export: all of it, or nothing
   * where it is refused. The ledger takes over the id of the export's, unless told. It is given in pieces
   * of whatever size with its line feeds in it: a stream of the file, or what another ledger's `exportEvents` gives. Where it
   * is aborted, or breaks off otherwise, the same import goes on from what is there by then.
   */
  readonly importEvents: (
    pieces: Pieces,
    onProgress?: (events: number) => void,
    options?: ImportOptions,
  ) => Promise<Imported>
  /**
   * Closes the stores. What is being appended, and a snapshot that is being written, come to their end within so many
   * milliseconds, 5,000 unless told, and a second more to clean up. All else that is under way is refused as `closed`
   * at once, an upload that stalls too: nothing of it is recorded, and it leaves nothing behind; before that, consumers finish the event
   * that they handle. Wait for your own commands first. Closing twice is harmless.
   */
  readonly close: (within?: number) => Promise<void>
  /** Closes it, too, where its block ends: `await using ledger = await openLedger(…)`. */
  readonly [Symbol.asyncDispose]: () => Promise<void>
}

export const ledgerOn = (ports: LedgerPorts): Ledger => {
  const { events, files, snapshots, diagnostics, local, clock, ids, defaults, deadline, patience, readOnly } = ports
  const manifests = manifestStore(files)
  const { tell, call } = diagnostics
  const states = { store: events, deadline, snapshots: readOnly ? withoutSaving(snapshots) : snapshots, tell }
  const modelsLinkedTo: Reads['modelsLinkedTo'] = (...of) => model.modelsLinkedTo(...of)
  const handler = diagnostics.commands(commandHandler({ ...states, manifests, clock, ids, modelsLinkedTo }))
  const finish = async (draft: DraftRef): Promise<void> => {
    const receipts = await promised(describeWriteError)(completeCommits(handler, draft))
    for (const { position } of receipts) model.noteOwnWrite(position)
  }
  const model = reads({
    ...{ store: events, clock, defaults, manifests, files, snapshots, patience, diagnostics },
    projections: ports.projections,
    finish: readOnly ? undefined : finish,
  })
  const { now, noteOwnWrite, otherThanKept } = model
  const damage = () => events.damage?.()
  const { methods: commands, byName } = writes({
    handler,
    manifests,
    clock,
    ids,
    defaults,
    files,
    local,
    readOnly,
    damage,
    noteOwnWrite,
  })
  const care = maintenance({
    ...{ events, snapshots, otherThanKept, manifests, files, readOnly },
    registry: model.registry,
    unknownEvents: async () => (await model.watching.progress()).unknownEvents,
    facts: handler.facts,
  })
  const { content } = typedThenNfc({ content: contentPastUnknown(commands.content, now.resolve, manifests) })

  const consumers = consumersOf({ ...model.feed, clock, ids, tell })
  const closing = closingBy(async (over) => {
    // What is being handled may still ask the ledger.
    await consumers.closeConsumers(over)
    await Promise.all([model.close(over), handler.close(over), events.close(over), files.close(AbortSignal.abort())])
  })

  const ofFiles = fileMethods({ content, files, useArtifact: commands.useArtifact, ...local })
  const ofRuns = { ...commands, ...ofFiles }

  const methods: Omit<Ledger, 'close' | 'consume' | typeof Symbol.asyncDispose> = {
    ...commands,
    ...now,
    ...care,
    content,
    ...model.watching,
    ...ofFiles,

    get damage() {
      return frozen(damage())
    },

    startRun: async (given = {}) => runHandle(ofRuns, (await commands.startRun(given)).run),

    run: (path) => runHandle(ofRuns, path),

    ...transferMethods({ events, files, readOnly, noteOwnWrite, untilClosed: closing.untilClosed }),
  }
  const close: Ledger['close'] = async (within = CLOSE_WITHIN) => closing.close(await checked(milliseconds, within))
  const guardedMethods = guarded(methods, closing.note, call)
  const consume: Ledger['consume'] = (name, handler, options) =>
    call('consume', () => consumers.consume(name, handler, options))
  const ledger: Ledger = Object.assign(guardedMethods, guarded({ close }, undefined, call), {
    consume,
    [Symbol.asyncDispose]: () => ledger.close(),
  })
  nameForAnything(ledger, guarded(byName, closing.note, call))
  readByStream(ledger, { store: events, clock, manifests, defaults, facts: handler.facts })
  return ledger
}

const transferMethods = (ports: Parameters<typeof importInto>[0]): Pick<Ledger, 'exportEvents' | 'importEvents'> => ({
  exportEvents: async function* (options) {
    const { signal } = checkedIfGivenNow(inputs.Stopping, options) ?? {}
    yield* eachUntil(exportEvents(ports.events), signal)
  },
  importEvents: importInto(ports),
})

/** Who only reads keeps nothing. */
const withoutSaving = (snapshots: SnapshotStore | undefined): SnapshotStore | undefined =>
  snapshots === undefined ? undefined : { load: snapshots.load, save: () => TE.right(undefined) }

/** The files of a version: into a directory, into the cache, or one of them as a stream. */
const fileMethods = (ports: UseModelPorts): Pick<Ledger, 'download' | 'useModel' | 'openFile'> => ({
  download: downloadVersion(ports),
  useModel: useModel(ports),
  ...untilAborted({ openFile: openFile(ports) }),
})

/** In milliseconds: less than what a container has between being asked to stop and being killed. */
const CLOSE_WITHIN = 5000

/** No rule goes past an event that it does not know; what a version holds can be told nevertheless. */
const contentPastUnknown =
  (
    byRules: ContentMethods['content'],
    resolve: LedgerAsOf['resolve'],
    manifests: ManifestStore,
  ): ContentMethods['content'] =>
  async (version, part) => {
    try {
      return await byRules(version, part)
    } catch (error) {
      if (!(error instanceof LedgerError) || error.code !== 'unknown-event') throw error
      const { path, source, manifest } = await resolve(version)
      const whole = await promised(describeWriteError)(manifests.get(manifest.digest))
      return { path: source ?? path, manifest: partOf(whole, part?.paths) }
    }
  }
