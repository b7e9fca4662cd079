/** Everything read again: each event, what is kept beside them, and the manifest and every file of each live version. */
import { isDeepStrictEqual } from 'node:util'
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as T from 'fp-ts/lib/Task.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { CommandError } from '../../application/command-handling/command-error.js'
import { whyOtherThanStream } from '../../application/command-handling/kept-states.js'
import { WORTH_AT_CLOSE } from '../../application/command-handling/state-snapshots.js'
import type { ManifestStore } from '../../application/manifest-store.js'
import { type FoldedAnew, foldedAnew } from '../../application/projecting/kept-model.js'
import type { OnMaintenance } from '../../domain/ports/download.js'
import { type EventDamaged, type EventStore, ORIGIN, type ReadFailure } from '../../domain/ports/event-store.js'
import type { FileKind, FileStore, FileStoreError } from '../../domain/ports/file-store.js'
import { describeHistoryDamage } from '../../domain/ports/history-damage.js'
import type { SnapshotStore } from '../../domain/ports/snapshot-store.js'
import { record } from '../../domain/values/codec.js'
import type { Digest } from '../../domain/values/digest.js'
import { summarise } from '../../domain/values/manifest/manifest.js'
import { type ReadModels, readModels } from '../../projections/read-models.js'
import type { Stoppable } from '../calling/arguments.js'
import { describeWriteError } from '../calling/errors.js'
import { answer, checkedTaskIfGiven, fromStore } from '../calling/failures.js'
import { Listener, Signal } from '../calling/input.js'
import { assertGoingOn } from '../calling/stopping.js'
import { countLive, liveVersions, storedIn } from './needed-files.js'
import { eachOf, reporter } from './progress.js'
import { type VerifiedEvents, verifyEvents } from './verify-events.js'

/** Something that a live version needs, and that is missing or not what it was. */
export interface Damage {
  readonly kind: FileKind
  readonly digest: Digest
  readonly error: FileStoreError | ManifestMismatch
  /** What was wrong, in words. */
  readonly reason: string
  /** Where it is named: `entity/project/name:vN`, and for a file its path in there. */
  readonly namedBy: ReadonlyArray<{ readonly version: string; readonly path?: string }>
}

/** The event tells another size of a manifest than it has: no command could have. */
type ManifestMismatch = Extract<CommandError, { readonly _tag: 'manifest-mismatch' }>

/** Something wrong with what is kept beside events and content. */
export interface DamagedStore {
  /** The end of the history, as it was noted; the id of the ledger; a snapshot, of what can be asked or of a long stream. */
  readonly what: 'end' | 'ledger' | 'snapshot'
  readonly reason: string
  /** Which answers may be wrong, or are refused. */
  readonly touches: string
  /** What to do about it. */
  readonly remedy: string
}

export interface Verified extends VerifiedEvents {
  readonly damagedStore: ReadonlyArray<DamagedStore>
  readonly versions: number
  /** Each counted once, however many versions name it; references are not fetched. */
  readonly files: number
  readonly bytes: number
  readonly damaged: ReadonlyArray<Damage>
}

export interface VerifyOptions extends Stoppable {
  /** Whether the manifests and the files of live versions are read, too: they are unless told. */
  readonly contents?: boolean | undefined
}

/** How far it is: events first, and then files, of which nothing is known before. */
export type OnVerify = (
  progress: { readonly eventsDone: number; readonly events: number } & Partial<Parameters<OnMaintenance>[0]>,
) => void

export interface VerifyPorts {
  readonly events: EventStore
  readonly snapshots: SnapshotStore | undefined
  readonly manifests: ManifestStore
  readonly files: FileStore
  /** Of the embedder's own projections, those whose kept snapshot is not what the events give, and why. */
  readonly otherThanKept: () => Promise<ReadonlyArray<{ readonly name: string; readonly reason: string }>>
}

const Options = record('the options of verify', {}, { contents: t.boolean, signal: Signal })

export const verify = (ports: VerifyPorts, onProgress?: OnVerify, options?: VerifyOptions): Promise<Verified> =>
  answer(
    'verify',
    pipe(
      checkedTaskIfGiven(Listener, onProgress),
      TE.flatMap(() => checkedTaskIfGiven(Options, options)),
      TE.flatMap((checked) => verified(ports, onProgress, checked)),
    ),
  )

/** Until the signal aborts: then it rejects. */
const verified = (
  ports: VerifyPorts,
  onProgress: OnVerify | undefined,
  { contents = true, signal }: VerifyOptions = {},
): TE.TaskEither<ReadFailure | EventDamaged | FileStoreError, Verified> => {
  const { events, snapshots } = ports
  const anew = foldedAnew(events, readModels, snapshots, isDeepStrictEqual)
  const lengths = new Map<string, number>()
  let eventsDone = 0
  const report: OnMaintenance = (progress) => onProgress?.({ ...progress, eventsDone, events: eventsDone })
  return pipe(
    TE.Do,
    // Of an end that is damaged the rows tell.
    TE.bind('head', () => TE.fromTask(TE.getOrElse(() => T.of<number>(ORIGIN))(events.head()))),
    TE.bindW('read', ({ head }) =>
      fromStore(() =>
        verifyEvents(events, (page, decoded) => {
          assertGoingOn(signal)
          anew.add(page, decoded)
          for (const { stream, revision } of page) lengths.set(stream, revision + 1)
          eventsDone += page.length
          onProgress?.({ eventsDone, events: Math.max(head, eventsDone) })
        }),
      ),
    ),
    TE.let('isWhole', ({ read }) => read.damagedEvents.length === 0),
    TE.bindW('beside', ({ isWhole }) => verifyBeside(ports, anew, isWhole)),
    TE.bindW('own', ({ isWhole }) => (isWhole ? TE.fromTask(() => verifyOwn(ports)) : NOTHING)),
    TE.bindW('states', ({ isWhole }) => (isWhole ? fromStore(() => verifyStates(ports, lengths)) : NOTHING)),
    TE.bindW('content', () =>
      contents
        ? verifyContents(ports, liveVersions(anew.states.registry), onProgress && report, signal)
        : TE.right({ files: 0, bytes: 0, damaged: [] }),
    ),
    TE.map(({ read, beside, own, states, content }) => ({
      ...{ ...read, ...content },
      damagedStore: [...beside, ...own, ...states],
      versions: countLive(anew.states.registry),
    })),
  )
}

const NOTHING: TE.TaskEither<never, ReadonlyArray<DamagedStore>> = TE.right([])

/** What is kept beside the events: what was noted of their end, whose the files are, the snapshot of the read models. */
const verifyBeside =
  (
    { events, files }: VerifyPorts,
    anew: FoldedAnew<ReadModels>,
    eventsAreWhole: boolean,
  ): TE.TaskEither<FileStoreError, ReadonlyArray<DamagedStore>> =>
  async () => {
    const found: DamagedStore[] = []
    const damage = events.damage?.()
    if (damage !== undefined) {
      const touches = 'all that the lost events told; commands are refused'
      const remedy = 'docs/when-a-disk-lies.md says how, step by step'
      found.push({ what: 'end', reason: describeHistoryDamage(damage), touches, remedy })
    }
    const id = await events.ledgerId()()
    if (E.isLeft(id)) {
      const [touches, remedy] = ['commands', 'put the events back from a copy that is whole']
      found.push({ what: 'ledger', reason: `the id of the ledger cannot be read: ${id.left.reason}`, touches, remedy })
    }
    const own = E.toUnion(E.mapLeft(() => undefined)(id))
    const ledgers = await files.ledgers()()
    if (E.isLeft(ledgers)) return ledgers
    const owners = ledgers.right ?? []
    if (own !== undefined && owners.length > 0 && !owners.includes(own)) {
      const reason = `the events are of the ledger ${own}, and the files of ${owners.join(', ')}`
      const remedy = 'put back the one that was replaced, from a copy of both'
      found.push({ what: 'ledger', reason, touches: 'commands, and what reads files', remedy })
    }
    const other = eventsAreWhole ? await anew.whyOtherThanKept() : undefined
    if (other !== undefined) {
      const touches = 'questions that were answered from it'
      found.push({ what: 'snapshot', reason: `the snapshot of the read models: ${other}`, touches, remedy: MADE_ANEW })
    }
    return E.right(found)
  }

/** The snapshots of the embedder's own projections. */
const verifyOwn = async ({ otherThanKept }: VerifyPorts): Promise<ReadonlyArray<DamagedStore>> =>
  (await otherThanKept()).map(({ name, reason }) => ({
    what: 'snapshot',
    reason: `the snapshot of the projection ${name}: ${reason}`,
    touches: `what is read of the projection ${name}`,
    remedy: `${MADE_ANEW}; where apply was changed, raise its version`,
  }))

/** The snapshots of the states of streams, of which there are some of long ones. */
const verifyStates = async (
  { events, snapshots }: VerifyPorts,
  lengths: ReadonlyMap<string, number>,
): Promise<ReadonlyArray<DamagedStore>> => {
  const found: DamagedStore[] = []
  if (snapshots === undefined) return found
  for (const [stream, length] of lengths) {
    if (length < WORTH_AT_CLOSE.events) continue
    const reason = await whyOtherThanStream(stream, { store: events, snapshots, isSame: isDeepStrictEqual })
    if (reason !== undefined)
      found.push({ what: 'snapshot', reason, touches: `commands on ${stream}`, remedy: MADE_ANEW })
  }
  return found
}

const MADE_ANEW = 'delete the folder of snapshots: they are made anew'

/** The manifest and every file of each live version. */
const verifyContents =
  (
    { manifests, files }: VerifyPorts,
    live: ReturnType<typeof liveVersions>,
    onProgress: OnMaintenance | undefined,
    signal: AbortSignal | undefined,
  ): TE.TaskEither<FileStoreError, Pick<Verified, 'files' | 'bytes' | 'damaged'>> =>
  async () => {
    const damaged: Damage[] = []
    const found = (kind: FileKind, digest: Digest, error: Damage['error'], namedBy: Damage['namedBy']): void => {
      damaged.push({ kind, digest, error, reason: describeWriteError(error), namedBy })
    }

    const sizes = new Map<Digest, number>()
    const intact: Array<{ readonly version: string; readonly digest: Digest }> = []
    for (const { version, claimed } of live) {
      assertGoingOn(signal)
      const { digest } = claimed
      const manifest = await pipe(
        files.verify('manifest', digest),
        TE.flatMap(() => manifests.get(digest)),
      )()
      if (E.isLeft(manifest)) {
        found('manifest', digest, manifest.left, [{ version }])
        continue
      }
      const stored = summarise(manifest.right, digest)
      if (stored.entries !== claimed.entries || stored.bytes !== claimed.bytes) {
        found('manifest', digest, { _tag: 'manifest-mismatch', claimed, stored }, [{ version }])
      }
      intact.push({ version, digest })
      for (const { digest: file, size } of storedIn(manifest.right)) sizes.set(file, size)
    }

    const bytes = [...sizes.values()].reduce((sum, size) => sum + size, 0)
    const report = reporter(sizes.size, bytes, onProgress)
    const failed = new Map<Digest, FileStoreError>()
    await eachOf([...sizes], async ([digest, size]) => {
      assertGoingOn(signal)
      const verified = await files.verify('file', digest)()
      if (E.isLeft(verified)) failed.set(digest, verified.left)
      report(size)
    })
    if (failed.size > 0) {
      const namedBy = new Map<Digest, Array<Damage['namedBy'][number]>>([...failed.keys()].map((key) => [key, []]))
      for (const { version, digest } of intact) {
        const manifest = await manifests.get(digest)()
        if (E.isLeft(manifest)) return manifest
        for (const { path, digest: file } of storedIn(manifest.right)) {
          namedBy.get(file)?.push({ version, path })
        }
      }
      for (const digest of sizes.keys()) {
        const error = failed.get(digest)
        if (error !== undefined) found('file', digest, error, namedBy.get(digest) ?? [])
      }
    }
    return E.right({ files: sizes.size, bytes, damaged })
  }
