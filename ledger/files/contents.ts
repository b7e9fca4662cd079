/** What a version holds, and the content of a version in the making: stored, with its manifest. */
import type { ManifestStore } from '../../application/manifest-store.js'
import { type ManifestBuilder, manifestBuilder } from '../../domain/values/manifest/builder.js'
import type { Manifest, ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { versionPath } from '../../domain/values/references.js'
import type * as args from '../calling/arguments.js'
import { checked } from '../calling/checked.js'
import { promised } from '../calling/errors.js'
import type { NameResolver } from '../calling/resolve-names.js'
import { heededFromNow } from '../calling/stopping.js'
import { PartOrAll, partOf } from './part.js'
import { type AddOptions, addContent, type ContentPorts, describeContentError, type Note } from './store-content.js'

/** What was said while content was stored; absent where there is nothing to say. */
export interface Noted {
  readonly notes?: ReadonlyArray<Note>
}

/** Content that is stored: what is recorded of it, and what is only said. */
export interface Stored extends Required<Noted> {
  readonly manifest: ManifestSummary
}

export const noted = (notes: ReadonlyArray<Note>): Noted => (notes.length === 0 ? {} : { notes })

export interface Contents {
  /** Stores content and adds it to a manifest in the making; answers what is to be said of that. */
  readonly add: (
    builder: ManifestBuilder,
    content: ReadonlyArray<args.ContentItem>,
    options: AddOptions,
  ) => Promise<ReadonlyArray<Note>>
  /** Stores content, and its manifest. */
  readonly store: (content: ReadonlyArray<args.ContentItem>, options?: args.Storing & args.Stoppable) => Promise<Stored>
  /** What the first of it is called: a file or a directory by itself, all else by its path inside the version. */
  readonly nameOf: (content: ReadonlyArray<args.ContentItem>) => string
  /** Stores a manifest. */
  readonly put: (manifest: Manifest) => Promise<ManifestSummary>
  /** The manifest of a version. */
  readonly get: (manifest: ManifestSummary) => Promise<Manifest>
}

const run = promised(describeContentError)

export const contents = ({ manifests, ...ports }: ContentPorts & { readonly manifests: ManifestStore }): Contents => {
  const adding = addContent(ports)
  const add: Contents['add'] = (builder, content, options) => {
    heededFromNow(options.signal)
    return run(adding(builder, content, options))
  }
  const put: Contents['put'] = (manifest) => run(manifests.put(manifest))
  return {
    add,
    store: async (content, { exclude, links, onProgress, signal } = {}) => {
      const builder = manifestBuilder()
      const notes = await add(builder, content, { exclude, links, onProgress, signal })
      return { manifest: await put(builder.build()), notes }
    },
    nameOf: ([item]) => {
      if (item === undefined) return ''
      if (typeof item === 'string') return ports.local.nameOf(item)
      const local = 'file' in item ? item.file : 'directory' in item ? item.directory : ''
      return item.as === undefined
        ? ports.local.nameOf(local)
        : (item.as.split('/').findLast((part) => part !== '') ?? '')
    },
    put,
    get: ({ digest }) => run(manifests.get(digest)),
  }
}

export interface ContentMethods {
  /** What a version holds, or a part of it, by its path and number. A link stands for its source, and its content stays. */
  content: (version: string, part?: PartOrAll) => Promise<{ readonly path: string; readonly manifest: Manifest }>
}

export const contentMethods = (names: NameResolver, contents: Contents): ContentMethods => ({
  content: async (version, given = {}) => {
    const { paths } = await checked(PartOrAll, given)
    const { collection, number, manifest } = await names.versionAt(version)
    return { path: versionPath(collection, number), manifest: partOf(await contents.get(manifest), paths) }
  },
})
