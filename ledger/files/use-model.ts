/** A version as files on this machine, for a run that uses it, or for nobody in particular. */
import type * as TE from 'fp-ts/lib/TaskEither.js'
import type { DownloadError } from '../../domain/ports/download.js'
import type { FileStore } from '../../domain/ports/file-store.js'
import type { Digest } from '../../domain/values/digest.js'
import { type Manifest, summarise } from '../../domain/values/manifest/manifest.js'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { describeWriteError, LedgerError, promised } from '../calling/errors.js'
import type { ContentMethods } from './contents.js'
import { type Downloader, type DownloadOptions, UseModel } from './download.js'

/** The folder of a cache that holds what a manifest names. */
export type ModelCache = (
  options: Pick<args.Checked<DownloadOptions>, 'onProgress' | 'signal'> & {
    readonly files: FileStore
    readonly entries: Manifest
    readonly digest: Digest
  },
) => TE.TaskEither<DownloadError & { readonly reason: string }, string>

export interface UsedModel {
  /** Whose files these are, `entity/project/name:vN`; of a link, its source. */
  readonly version: string
  /** On this machine: the file, of a version of one file; else the folder that holds all of them. */
  readonly path: string
  /** As those of a `download`: what lies in a folder of the caller's and is not of the version. The cache holds nothing else. */
  readonly others: ReadonlyArray<string>
  /** Likewise, what of that was removed. */
  readonly removed: ReadonlyArray<string>
}

export interface UseModelPorts {
  readonly content: ContentMethods['content']
  readonly useArtifact: (given: args.UseArtifact) => Promise<{ readonly version: string }>
  readonly files: FileStore
  readonly download: Downloader
  readonly cached: ModelCache
}

const fetched = promised(({ reason }: DownloadError & { readonly reason: string }) => reason)

export const useModel =
  ({ content, useArtifact, files, download, cached }: UseModelPorts) =>
  async (given: UseModel): Promise<UsedModel> => {
    const {
      version: named,
      run,
      to,
      overwrite,
      exact,
      onRemove,
      onProgress,
      signal,
      ...fields
    } = await checked(UseModel, given)
    const version =
      run === undefined
        ? named
        : (await useArtifact({ ...fields, ...omitUndefined({ signal }), run, version: named })).version
    const { path: source, manifest: entries } = await content(version)
    const elsewhere = entries.find(({ reference }) => reference !== undefined)
    if (elsewhere?.reference !== undefined) {
      const error = { _tag: 'not-stored', path: elsewhere.path, uri: elsewhere.reference.uri } as const
      throw new LedgerError(error, describeWriteError(error))
    }
    const options = { files, entries, ...omitUndefined({ onProgress, signal }) }
    const { directory, others, removed } =
      to === undefined
        ? {
            directory: await fetched(cached({ ...options, digest: summarise(entries).digest })),
            others: [],
            removed: [],
          }
        : await fetched(download({ ...options, to, ...omitUndefined({ overwrite, exact, onRemove }) }))
    const [only] = entries
    const isFile = only !== undefined && entries.length === 1
    return { version: source, path: isFile ? `${directory}/${only.path}` : directory, others, removed }
  }
