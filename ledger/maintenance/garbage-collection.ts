/** Which files may be collected, and their deletion. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import { assertFilesOfOne } from '../../application/file-ownership.js'
import { ledgerIdOf } from '../../application/ledger-identity.js'
import { describeReadError } from '../../application/projecting/read-error.js'
import type { OnMaintenance } from '../../domain/ports/download.js'
import { type EventStore, ORIGIN } from '../../domain/ports/event-store.js'
import {
  COLLECTED_AFTER_MS,
  type FileStore,
  FileStoreFailure,
  type StoredFile,
  type Unfinished,
} from '../../domain/ports/file-store.js'
import { rule } from '../../domain/values/codec.js'
import { type Digest, isDigest } from '../../domain/values/digest.js'
import type { Stoppable } from '../calling/arguments.js'
import { checked, checkedIfGivenNow } from '../calling/checked.js'
import { describeWriteError, promised } from '../calling/errors.js'
import { Listener, Stopping } from '../calling/input.js'
import { assertGoingOn, eachUntil } from '../calling/stopping.js'
import { type NeededPorts, neededFiles } from './needed-files.js'
import { bytesOf, eachOf, reporter } from './progress.js'

/** What garbage collection would delete. */
export interface CollectionPlan {
  /** Each with its size and the time of its last `put`. */
  readonly files: ReadonlyArray<StoredFile & { readonly lastPut: Date }>
  /** Of all of them together. */
  readonly bytes: number
}

/** With what it leaves, though nothing names it. */
export interface Collectable extends CollectionPlan {
  /** Files that nothing names, and that were put within the last day: something may be about to name them. */
  readonly recent: Leftover
  /**
   * What is being written, or was by processes that died. What has lain for a day goes by itself when the file store is
   * opened to be written.
   */
  readonly unfinished: Leftover
}

export interface Leftover {
  readonly files: number
  /** Of all of them together. */
  readonly bytes: number
  /** From when on the first of them can go; `null` where there are none. */
  readonly firstGoes: Date | null
  /** From when on all of them can. */
  readonly lastGoes: Date | null
}

const Plan = rule(
  'a plan: what collectable answered',
  (value): value is CollectionPlan =>
    typeof value === 'object' &&
    value !== null &&
    'files' in value &&
    Array.isArray(value.files) &&
    'bytes' in value &&
    Number.isSafeInteger(value.bytes) &&
    Number(value.bytes) >= 0 &&
    value.files.every((file) =>
      isDigest(typeof file === 'object' && file !== null ? Reflect.get(file, 'digest') : file),
    ),
)

export interface Collected {
  readonly deleted: number
  readonly bytes: number
  /** Files of the plan that stayed: put again since, or named again. */
  readonly kept: number
}

export interface CollectionPorts extends NeededPorts {
  readonly events: EventStore
  /** Types of events that are not known here, and how many of each there are. */
  readonly unknownEvents: () => Promise<Readonly<Record<string, number>>>
  readonly files: FileStore
  readonly readOnly: boolean
}

const run = promised(describeWriteError)

/** Events that are lost may name files. */
const assertWhole = async ({ events }: CollectionPorts): Promise<void> => {
  const damage = events.damage?.()
  if (damage !== undefined) await run(TE.left(damage))
}

/** By the clock that dates the files, whatever this process takes the time to be. */
const aDayAgo = async (files: FileStore): Promise<Date> =>
  new Date((await run(files.now())).getTime() - COLLECTED_AFTER_MS)

export const collectable = async (ports: CollectionPorts, options?: Stoppable): Promise<Collectable> => {
  const { signal } = checkedIfGivenNow(Stopping, options) ?? {}
  const { events, files, unknownEvents } = ports
  await assertWhole(ports)
  await promised(describeReadError)(ledgerIdOf(events)).then((own) => run(assertFilesOfOne(files, own)))
  if ((await promised(describeReadError)(events.head())) === ORIGIN) return run(TE.left({ _tag: 'empty-history' }))
  const before = (await aDayAgo(files)).getTime()
  const unfinished = await run(files.unfinished())
  const stored: Array<CollectionPlan['files'][number]> = []
  try {
    for await (const page of eachUntil(files.list('file'), signal)) stored.push(...page)
  } catch (cause) {
    if (cause instanceof FileStoreFailure) return run(TE.left(cause.error))
    throw cause
  }
  const needed = stored.length === 0 ? new Set<Digest>() : await neededFiles(ports, () => assertGoingOn(signal))
  // An event that is not understood could name a file.
  const [unknown] = Object.keys(await unknownEvents())
  if (unknown !== undefined) return run(TE.left({ _tag: 'not-understood', type: unknown }))
  const unneeded = stored.filter(({ digest }) => !needed.has(digest))
  const [old, recent] = [
    unneeded.filter(({ lastPut }) => lastPut.getTime() < before),
    unneeded.filter(({ lastPut }) => lastPut.getTime() >= before),
  ]
  return {
    files: old,
    bytes: bytesOf(old),
    recent: leftover(recent.map(({ size, lastPut }) => ({ size, since: lastPut }))),
    unfinished: leftover(unfinished),
  }
}

const leftover = (left: ReadonlyArray<Unfinished>): Leftover => {
  const goes = left.map(({ since }) => since.getTime() + COLLECTED_AFTER_MS)
  const at = (time: number): Date | null => (left.length === 0 ? null : new Date(time))
  return {
    files: left.length,
    bytes: bytesOf(left),
    firstGoes: at(goes.reduce((one, other) => Math.min(one, other), Infinity)),
    lastGoes: at(goes.reduce((one, other) => Math.max(one, other), -Infinity)),
  }
}

export const collectGarbage = async (
  ports: CollectionPorts,
  plan: CollectionPlan,
  onProgress?: OnMaintenance,
  options?: Stoppable,
): Promise<Collected> => {
  const { files, readOnly } = ports
  if (readOnly) return run(TE.left({ _tag: 'read-only' }))
  await checked(Plan, plan)
  checkedIfGivenNow(Listener, onProgress)
  const { signal } = checkedIfGivenNow(Stopping, options) ?? {}
  const before = await aDayAgo(files)
  const planned = new Set(plan.files.map(({ digest }) => digest))
  const still = (await collectable(ports, { signal })).files.filter(({ digest }) => planned.has(digest))
  const report = reporter(still.length, bytesOf(still), onProgress)
  let deleted = 0
  let bytes = 0
  await eachOf(still, async ({ digest, size }) => {
    assertGoingOn(signal)
    if (await run(files.delete(digest, before))) {
      deleted += 1
      bytes += size
    }
    report(size)
  })
  return { deleted, bytes, kept: plan.files.length - deleted }
}
