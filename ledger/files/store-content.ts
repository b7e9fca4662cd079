/** From what a caller names as content to the entries of a manifest; the bytes are in the file store before. */

import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Clock } from '../../domain/ports/clock-and-ids.js'
import type { FileSource, FileStore } from '../../domain/ports/file-store.js'
import { messageOf } from '../../domain/values/built-ins.js'
import type { ManifestBuilder } from '../../domain/values/manifest/builder.js'
import { isFileUri, type ManifestEntry } from '../../domain/values/manifest/manifest.js'
import { canonicalPath } from '../../domain/values/manifest/path.js'
import { MOST_OF_A_TABLE, tableText } from '../../domain/values/table/table.js'
import type { ContentItem, OnProgress, Stoppable, Storing } from '../calling/arguments.js'
import { type ContentError, describeWriteError, type WriteError } from '../calling/errors.js'
import { failureOf, letGo, readFrom } from '../calling/given-streams.js'
import { assertGoingOn, eachUntil } from '../calling/stopping.js'
import { keepWhile } from './keep-while.js'

/** Looks at the local disk: what a path that is named as content stands for. */
export interface LocalFiles {
  /**
   * A file gives itself under its own name; a directory gives every file below it, by its path relative to
   * the directory. `as` says whether the caller asks for one or the other.
   */
  readonly find: (
    path: string,
    as: 'file' | 'directory' | 'either',
    options: LeavingOut,
  ) => TE.TaskEither<
    ContentError,
    {
      readonly isDirectory: boolean
      readonly files: ReadonlyArray<{ readonly path: string; readonly file: string; readonly isExecutable: boolean }>
      /** Below a directory, what is no content, and why; the directory itself has an empty path. */
      readonly leftOut: ReadonlyArray<{ readonly path: string; readonly why: WhyLeftOut }>
      /** What was left out by patterns; a directory counts as one, whatever is in it. */
      readonly byPatterns: { readonly files: number; readonly directories: number }
    }
  >
  /** What a file or a directory is called by itself. */
  readonly nameOf: (path: string) => string
  /** Refuses a path, or a `file:` URI, that belongs to a ledger. */
  readonly outsideLedgers: (place: string) => TE.TaskEither<ContentError, void>
}

/** Of a directory, and of a file that is named itself. */
type LeavingOut = Pick<Storing, 'exclude' | 'links'> & Stoppable
type WhyLeftOut = 'of-a-ledger' | 'version-control' | 'link' | 'empty-directory'

/** What only the call that stored content can know of it. */
export interface Note {
  /** As it would be inside the version; `.` for all of it. */
  readonly path: string
  /** What became of it, and why. */
  readonly text: string
}

export interface ContentPorts {
  readonly files: FileStore
  readonly local: LocalFiles
  readonly clock: Clock
}

export interface AddOptions extends Storing, Stoppable {
  readonly overwrite?: boolean
}

/** How many files are stored at the same time: enough to hide the disk's latency on small ones. */
const AT_ONCE = 8

/** Something to be stored, or kept elsewhere, under its path inside the version. */
type Planned =
  | { readonly path: string; readonly source: FileSource; readonly isExecutable?: boolean | undefined }
  | { readonly path: string; readonly entry: ManifestEntry }

/** Stores content and adds it to a manifest in the making; answers what is to be said of that. */
export const addContent =
  ({ files, local, clock }: ContentPorts) =>
  (
    builder: ManifestBuilder,
    content: ReadonlyArray<ContentItem>,
    { overwrite = false, onProgress, ...leavingOut }: AddOptions = {},
  ): TE.TaskEither<WriteError, ReadonlyArray<Note>> => {
    const { signal } = leavingOut
    return pipe(
      content,
      TE.traverseSeqArray(plan(local, leavingOut)),
      TE.map((plans) => ({
        planned: plans.flatMap(({ planned }) => planned),
        notes: plans.flatMap(({ notes }) => notes),
      })),
      TE.flatMap(({ planned, notes }) =>
        pipe(
          storeAll(files, clock, onProgress, signal)(planned),
          TE.flatMapEither((entries) => {
            if (signal?.aborted === true) return E.left<WriteError>({ _tag: 'aborted' })
            for (const [index, entry] of entries.entries()) {
              const added = builder.add(entry, overwrite)
              if (E.isLeft(added)) return E.left(amongThemselves(added.left, planned.slice(0, index + 1)))
            }
            return E.right(notes)
          }),
        ),
      ),
      // Whatever broke off then, that is why.
      TE.mapLeft((error): WriteError | GivenTwice => (signal?.aborted === true ? { _tag: 'aborted' } : error)),
    )
  }

/** Of what is given in one call, several would lie under one path; there is nothing to remove or to overwrite. */
type GivenTwice = Extract<WriteError, { _tag: 'path-taken' }> & { readonly given: ReadonlyArray<string> }

const amongThemselves = (error: WriteError, planned: ReadonlyArray<Planned>): WriteError | GivenTwice => {
  if (error._tag !== 'path-taken') return error
  const given = planned.filter(({ path }) => path === error.path).map(origin)
  return given.length < 2 ? error : { ...error, given }
}

const origin = (planned: Planned): string => {
  if ('entry' in planned) return `"${planned.entry.reference?.uri}"`
  if ('path' in planned.source) return `"${planned.source.path}"`
  return 'bytes' in planned.source ? 'some bytes' : 'a stream'
}

export const describeContentError = (error: WriteError | GivenTwice): string =>
  'given' in error
    ? `${error.given.join(' and ')} would all be "${error.path}", with different content; give each a path of its own with "as"`
    : describeWriteError(error)

/** What comes of one item. */
interface Plan {
  readonly planned: ReadonlyArray<Planned>
  readonly notes: ReadonlyArray<Note>
}

const plan =
  (local: LocalFiles, leavingOut: LeavingOut) =>
  (item: ContentItem): TE.TaskEither<WriteError, Plan> => {
    if (typeof item === 'string') return planLocal(local, leavingOut, item, 'either', undefined)
    if ('file' in item) return planLocal(local, leavingOut, item.file, 'file', item.as)
    if ('directory' in item) return planLocal(local, leavingOut, item.directory, 'directory', item.as)
    if ('bytes' in item) {
      const bytes = typeof item.bytes === 'string' ? Buffer.from(item.bytes) : item.bytes
      return alone(item.as, (path) => ({ path, source: { bytes }, isExecutable: item.executable }))
    }
    if ('table' in item) {
      const text = tableText(item.table)
      if (text === undefined) return TE.left(tooLarge(item.as))
      return alone(item.as, (path) => ({ path, source: { bytes: Buffer.from(text) } }))
    }
    if ('stream' in item) {
      return alone(item.as, (path) => ({ path, source: { stream: item.stream }, isExecutable: item.executable }))
    }
    const { reference: uri, digest = `uri:${uri}`, size = null, versionId } = item
    const reference = versionId === undefined ? { uri } : { uri, versionId }
    return pipe(
      isFileUri(uri) ? local.outsideLedgers(uri) : TE.right(undefined),
      TE.flatMap(() => alone(item.as, (path) => ({ path, entry: { path, digest, size, reference } }))),
    )
  }

const tooLarge = (path: string): WriteError => ({
  _tag: 'invalid-input',
  problems: [
    {
      at: `the table ${JSON.stringify(path)}`,
      expected: `a text of at most ${MOST_OF_A_TABLE} bytes`,
      actual: 'more: log it as several tables, or as a file of another format',
    },
  ],
})

const planLocal = (
  local: LocalFiles,
  leavingOut: LeavingOut,
  path: string,
  kind: 'file' | 'directory' | 'either',
  as: string | undefined,
): TE.TaskEither<WriteError, Plan> =>
  pipe(
    local.find(path, kind, leavingOut),
    TE.flatMapEither(({ isDirectory, files, leftOut, byPatterns }) => {
      const inside = (inner: string) => (as === undefined ? inner : isDirectory ? `${as}/${inner}` : as)
      const notes = [
        ...leftOut.map(({ path, why }) => ({ path: path === '' ? (as ?? '.') : inside(path), text: LEFT_OUT[why] })),
        ...excluded(as ?? '.', byPatterns),
      ]
      return pipe(
        files,
        E.traverseArray(({ path: inner, file, isExecutable }) =>
          planned(inside(inner), (path) => ({ path, source: { path: file }, isExecutable })),
        ),
        E.map((planned) => ({ planned, notes })),
      )
    }),
  )

const LEFT_OUT: Readonly<Record<WhyLeftOut, string>> = {
  'of-a-ledger': 'left out: it belongs to a ledger',
  'version-control': 'left out: it belongs to version control',
  link: 'left out: it is a symbolic link',
  'empty-directory': 'left out: it is an empty directory, and versions hold files',
}

const excluded = (path: string, { files, directories }: { readonly files: number; readonly directories: number }) => {
  const counted = [
    ...(files === 0 ? [] : [files === 1 ? '1 file' : `${files} files`]),
    ...(directories === 0 ? [] : [directories === 1 ? '1 directory' : `${directories} directories`]),
  ]
  return counted.length === 0 ? [] : [{ path, text: `left out by patterns: ${counted.join(' and ')}` }]
}

const alone = (written: string, make: (path: string) => Planned): TE.TaskEither<WriteError, Plan> =>
  TE.fromEither(
    pipe(
      planned(written, make),
      E.map((each) => ({ planned: [each], notes: [] })),
    ),
  )

const planned = (written: string, make: (path: string) => Planned): E.Either<WriteError, Planned> =>
  pipe(
    canonicalPath(written),
    E.bimap((expected): WriteError => ({ _tag: 'illegal-path', path: written, expected }), make),
  )

const sourceFailed = (cause: unknown): WriteError => ({
  _tag: 'source-failed',
  reason: messageOf(cause),
})

const storeAll =
  (files: FileStore, clock: Clock, onProgress: OnProgress | undefined, signal: AbortSignal | undefined) =>
  (plan: ReadonlyArray<Planned>): TE.TaskEither<WriteError, ReadonlyArray<ManifestEntry>> =>
  async () => {
    const entries: ManifestEntry[] = []
    let failure: WriteError | undefined
    let thrown: { readonly cause: unknown } | undefined
    /** What the caller's own function throws ends the storing, and comes back to the caller as it is. */
    const report: OnProgress = (progress) => {
      try {
        onProgress?.(progress)
      } catch (cause) {
        thrown ??= { cause }
      }
    }
    const storeOne = async ({ path, source }: Extract<Planned, { source: FileSource }>) => {
      const failed = 'stream' in source ? failureOf(source.stream) : undefined
      if (failed !== undefined) return E.left(sourceFailed(failed.cause))
      const read = 'stream' in source ? { stream: eachUntil(readFrom(source.stream), signal) } : source
      return files.put('file', read, (bytesDone) => {
        assertGoingOn(signal)
        report({ path, bytesDone, filesDone })
        if (thrown !== undefined) throw thrown.cause
      })()
    }
    let next = 0
    let filesDone = 0
    const worker = async (): Promise<void> => {
      const goesOn = (): boolean => failure === undefined && thrown === undefined && signal?.aborted !== true
      for (let index = next++; index < plan.length && goesOn(); index = next++) {
        const planned = plan[index]
        if (planned === undefined) continue
        if ('entry' in planned) {
          entries[index] = planned.entry
          continue
        }
        const { path } = planned
        const stored = await storeOne(planned)
        if (E.isLeft(stored)) {
          failure ??= stored.left
          // Nobody waits for what the others still have to give.
          for (const each of plan) if ('source' in each && 'stream' in each.source) letGo(each.source.stream)
          return
        }
        filesDone += 1
        entries[index] = { path, ...stored.right, ...(planned.isExecutable === true ? { executable: true } : {}) }
        report({ path, bytesDone: stored.right.size, filesDone })
      }
    }
    const done = new AbortController()
    const keeping = keepWhile(done.signal, { files, clock }, () => entries.flatMap((entry) => entry ?? []))
    await Promise.all(Array.from({ length: Math.min(AT_ONCE, plan.length) }, worker)).finally(() => done.abort())
    await keeping
    if (thrown !== undefined) throw thrown.cause
    return failure === undefined ? E.right(entries) : E.left(failure)
  }
