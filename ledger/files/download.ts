/** A version written into a directory. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import * as t from 'io-ts'
import type { DownloadError, OnMaintenance } from '../../domain/ports/download.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import { describeProblem, record, rule } from '../../domain/values/codec.js'
import type { Manifest } from '../../domain/values/manifest/manifest.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { FilePath } from '../calling/content-input.js'
import { LedgerError, promised } from '../calling/errors.js'
import { envelopeFields, RunPath, Signal, VersionText } from '../calling/input.js'
import type { ContentMethods } from './contents.js'
import { type Part, part, partOf } from './part.js'

/** Writes the files of a version into a directory. */
export type Downloader = (
  options: args.Checked<DownloadOptions & Pick<DownloadVersion, 'dryRun'>> & {
    readonly files: FileStore
    readonly entries: Manifest
  },
) => TE.TaskEither<DownloadError & { readonly reason: string }, Downloaded>

export interface DownloadOptions {
  /** A directory; made if there is none. */
  readonly to: string
  /** Replaces files that are there with other content or another mode; refused unless told. */
  readonly overwrite?: boolean | undefined
  /** Removes what lies in the directory and is not of the version; it is only told unless told. */
  readonly exact?: boolean | undefined
  /** Called once with all that is about to be removed, if there is something; if it throws, nothing is removed or written. */
  readonly onRemove?: OnRemove | undefined
  /** Called now and then while files are written. */
  readonly onProgress?: OnMaintenance | undefined
  /** Aborts the download; what is complete stays. */
  readonly signal?: AbortSignal | undefined
}

/** Paths relative to the directory; those of empty directories end with a slash. */
type OnRemove = (paths: ReadonlyArray<string>) => void

export interface DownloadVersion extends DownloadOptions, Part {
  /**
   * Changes nothing, and answers what would be written, kept and removed; refuses what would be refused, but for what only a
   * try shows, such as which names the directory takes for one.
   */
  readonly dryRun?: boolean | undefined
  /** The version: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly version: string
}

/** Fetches a version, and records that a run uses it if one is named. */
export interface UseModel extends Omit<DownloadOptions, 'to'>, args.EnvelopeFields {
  /** The version: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly version: string
  /** The run that uses it: `[[entity/]project/]run`; none unless told, and then nothing is recorded. */
  readonly run?: string | undefined
  /** A directory of the caller's own; made if there is none. The cache of the ledger unless told. */
  readonly to?: string | undefined
}

const options = {
  overwrite: t.boolean,
  exact: t.boolean,
  onRemove: rule('a function', (value): value is OnRemove => typeof value === 'function'),
  onProgress: rule('a function', (value): value is OnMaintenance => typeof value === 'function'),
  signal: Signal,
}

const DownloadVersion: t.Type<args.Checked<DownloadVersion>> = record(
  'download',
  { version: VersionText, to: FilePath },
  { ...options, ...part, dryRun: t.boolean },
)

const useOptions = { to: FilePath, ...options, ...envelopeFields }

export const UseModel: t.Decoder<unknown, args.Checked<UseModel>> = record(
  'useModel',
  { version: VersionText },
  { run: RunPath, ...useOptions },
)

/** What may be told beside the version and the run. */
export const UseModelOptions: t.Decoder<unknown, Omit<args.Checked<UseModel>, 'version' | 'run'>> = record(
  'the options of useModel',
  {},
  useOptions,
)

export interface Downloaded {
  /** The target, absolute. */
  readonly directory: string
  readonly written: number
  /** Files that were there already with the same content and mode. */
  readonly kept: number
  /** What is kept elsewhere; it is not fetched. */
  readonly references: Manifest
  /**
   * What lies there now and is not of the version, by paths relative to the directory: files, links, and empty directories with a
   * slash at their ends. A ledger's folder, and what version control keeps, is neither told nor removed.
   */
  readonly others: ReadonlyArray<string>
  /** Likewise, what of that was removed. */
  readonly removed: ReadonlyArray<string>
}

interface DownloadPorts {
  readonly content: ContentMethods['content']
  readonly files: FileStore
  readonly download: Downloader
}

const downloaded = promised(({ reason }: DownloadError & { readonly reason: string }) => reason)

/** Answers also which version it was. */
export const downloadVersion =
  ({ content, files, download }: DownloadPorts) =>
  async (given: DownloadVersion): Promise<Downloaded & { readonly version: string }> => {
    const { version, paths, ...options } = await checked(DownloadVersion, given)
    if (paths !== undefined && options.exact === true) throw exactOfAPart()
    const { path, manifest } = await content(version)
    const entries = partOf(manifest, paths)
    const done = await downloaded(download({ ...options, files, entries }))
    const others = notOf(manifest, done.others)
    return { ...done, others, version: path }
  }

/** What is of the version and not of the part that was wanted is nothing else. */
const notOf = (manifest: Manifest, others: ReadonlyArray<string>): ReadonlyArray<string> => {
  const known = new Set(manifest.map(({ path }) => path))
  return others.filter((path) => !known.has(path))
}

const exactOfAPart = (): Error => {
  const problem = {
    at: 'exact',
    expected: 'not with paths: it would remove what is of the version and not of this part',
    actual: 'true',
  }
  return new LedgerError({ _tag: 'invalid-input', problems: [problem] }, describeProblem(problem))
}
