/** Everything read again: each event, and the manifest and every file of each live version. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { CommandError } from '../../application/command-handling/command-error.js'
import type { ManifestStore } from '../../application/manifest-store.js'
import { openAdmission } from '../../domain/admission.js'
import { decodeEvent } from '../../domain/events/stored-events.js'
import type { OnMaintenance } from '../../domain/ports/download.js'
import { type EventStore, EventStoreError, type Position } from '../../domain/ports/event-store.js'
import type { FileKind, FileStore, FileStoreError } from '../../domain/ports/file-store.js'
import type { Digest } from '../../domain/values/digest.js'
import { describeImpossible } from '../../domain/values/impossible.js'
import { summarise } from '../../domain/values/manifest/manifest.js'
import type { Registry } from '../../projections/registry/state.js'
import { describeWriteError, eachFromStore, LedgerError, promised } from '../calling/errors.js'
import { checkedIfGivenNow, Listener } from '../calling/input.js'
import { examined } from './examined.js'
import { liveVersions, storedIn } from './needed-files.js'
import { eachOf, reporter } from './progress.js'

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

/** An event that is not what a codec of this ledger let pass, or that cannot have followed on those before it. */
export interface DamagedEvent {
  /** Where it stands; not known of what cannot be read, and not there of what is wrong with the store as a whole. */
  readonly stream?: string
  readonly revision?: number
  readonly position?: Position
  readonly reason: string
}

export interface Verified {
  readonly events: number
  readonly damagedEvents: ReadonlyArray<DamagedEvent>
  /** Types of events from the future, which cannot be verified here, and how many there are of each. */
  readonly unknownEvents: Readonly<Record<string, number>>
  /** None are looked at where events cannot be read, so that nobody knows which there are. */
  readonly versions: number
  /** Each counted once, however many versions name it; references are not fetched. */
  readonly files: number
  readonly bytes: number
  readonly damaged: ReadonlyArray<Damage>
}

export interface VerifyPorts {
  readonly events: EventStore
  /** The registry now. */
  readonly registry: () => Promise<Registry>
  readonly manifests: ManifestStore
  readonly files: FileStore
}

const run = promised(describeWriteError)

/**
 * Every event decoded in full, as at its writing, and held to what could have been. Of a stream that holds what could
 * not, the first such event is told.
 */
const verifyEvents = async (
  events: EventStore,
): Promise<Pick<Verified, 'events' | 'damagedEvents' | 'unknownEvents'>> => {
  const damagedEvents: DamagedEvent[] = []
  const unknown = new Map<string, number>()
  let count = 0
  const admission = openAdmission()
  for await (const { events: page, findings } of eachFromStore(examined(events))) {
    count += page.length
    damagedEvents.push(...findings)
    for (const { stream } of findings) if (stream !== undefined) admission.pass(stream)
    for (const stored of page) {
      const { stream, revision, position, type } = stored
      const decoded = decodeEvent(stored)
      if (E.isRight(decoded)) {
        const outcome = admission.admit(stored, decoded.right)
        if (E.isLeft(outcome)) {
          damagedEvents.push({ stream, revision, position, reason: describeImpossible(outcome.left) })
        }
        continue
      }
      admission.pass(stream)
      if (decoded.left._tag === 'unknown-event') unknown.set(type, (unknown.get(type) ?? 0) + 1)
      else damagedEvents.push({ stream, revision, position, reason: decoded.left.reason })
    }
  }
  const ended = admission.end()
  if (E.isLeft(ended)) {
    const { reason, ...where } = ended.left
    damagedEvents.push({ ...where, reason: describeImpossible(reason) })
  }
  return { events: count, damagedEvents, unknownEvents: Object.fromEntries(unknown) }
}

const isDamagedStore = (error: unknown): boolean =>
  (error instanceof LedgerError && error.code === 'damaged-store') ||
  (error instanceof EventStoreError && error.code === 'damaged')

export const verify = async (
  { events, registry, manifests, files }: VerifyPorts,
  onProgress?: OnMaintenance,
): Promise<Verified> => {
  checkedIfGivenNow(Listener, onProgress)
  const verifiedEvents = await verifyEvents(events)
  const live = await registry().then(liveVersions, (error: unknown) => {
    // Which versions there are cannot be known where events cannot be read; that is what is told then.
    if (verifiedEvents.damagedEvents.length === 0 || !isDamagedStore(error)) throw error
    return []
  })
  const damaged: Damage[] = []
  const found = (kind: FileKind, digest: Digest, error: Damage['error'], namedBy: Damage['namedBy']): void => {
    damaged.push({ kind, digest, error, reason: describeWriteError(error), namedBy })
  }

  const sizes = new Map<Digest, number>()
  const intact: Array<{ readonly version: string; readonly digest: Digest }> = []
  for (const { version, claimed } of live) {
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
    const verified = await files.verify('file', digest)()
    if (E.isLeft(verified)) failed.set(digest, verified.left)
    report(size)
  })
  if (failed.size > 0) {
    const namedBy = new Map<Digest, Array<Damage['namedBy'][number]>>([...failed.keys()].map((key) => [key, []]))
    for (const { version, digest } of intact) {
      for (const { path, digest: file } of storedIn(await run(manifests.get(digest)))) {
        namedBy.get(file)?.push({ version, path })
      }
    }
    for (const digest of sizes.keys()) {
      const error = failed.get(digest)
      if (error !== undefined) found('file', digest, error, namedBy.get(digest) ?? [])
    }
  }
  return { ...verifiedEvents, versions: live.length, files: sizes.size, bytes, damaged }
}
