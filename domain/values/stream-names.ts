/**
 * The names of streams: a category, `-`, and the parts of the name, each escaped. They round-trip for every
 * legal name, and the category is what an event store may group by.
 */
import {
  type ArtifactRef,
  type CollectionRef,
  type DraftRef,
  isArtifactProject,
  isModel,
  isRegistryProject,
  type ModelRef,
  type RunRef,
} from './references.js'

export type Category = 'artifact' | 'draft' | 'model' | 'run' | 'losses'
export const CATEGORIES: ReadonlyArray<Category> = ['artifact', 'draft', 'model', 'run', 'losses']

/** What a stream is the history of. */
export type Subject =
  | { readonly category: 'artifact'; readonly artifact: ArtifactRef }
  | ({ readonly category: 'draft' } & DraftRef)
  | { readonly category: 'model'; readonly model: ModelRef }
  | { readonly category: 'run'; readonly run: RunRef }
  /** The ledger itself, as far as events of it were lost. */
  | { readonly category: 'losses' }

/** What a stream of one kind is the history of. */
export type SubjectOf<C extends Category> = Extract<Subject, { readonly category: C }>

const build = (category: Category, parts: ReadonlyArray<string>): string =>
  `${category}-${parts.map(encodeURIComponent).join('/')}`

export const artifactStream = ({ entity, project, name }: ArtifactRef): string =>
  build('artifact', [entity, project, name])

export const draftStream = ({ artifact: { entity, project, name }, distributedId }: DraftRef): string =>
  build('draft', [entity, project, name, distributedId])

export const modelStream = ({ entity, project, name }: ModelRef): string => build('model', [entity, project, name])

export const runStream = ({ entity, project, run }: RunRef): string => build('run', [entity, project, run])

/** One for a ledger. */
export const LOSSES_STREAM = build('losses', ['ledger'])

export const collectionStream = (collection: CollectionRef): string =>
  isModel(collection) ? modelStream(collection) : artifactStream(collection)

/** The one name of the stream that is the history of this. */
export const streamOf = (subject: Subject): string => {
  switch (subject.category) {
    case 'artifact':
      return artifactStream(subject.artifact)
    case 'draft':
      return draftStream(subject)
    case 'model':
      return modelStream(subject.model)
    case 'run':
      return runStream(subject.run)
    case 'losses':
      return LOSSES_STREAM
  }
}

/**
 * Reads a stream name back; `undefined` for a stream that is not of this ledger. Only the project is held to a rule, which
 * says what can be there: what was recorded stays readable, whatever a name may look like today.
 */
export const parseStream = (stream: string): Subject | undefined => {
  if (stream === LOSSES_STREAM) return { category: 'losses' }
  const dash = stream.indexOf('-')
  const parts = decodeParts(stream.slice(dash + 1))
  const [entity, project, name, distributedId, ...more] = parts ?? []
  if (entity === undefined || project === undefined || name === undefined || more.length > 0) return undefined
  const category = stream.slice(0, Math.max(dash, 0))
  if ((category === 'draft') !== (distributedId !== undefined)) return undefined
  if (category === 'model') {
    return isRegistryProject(project) ? { category, model: { entity, project, name } } : undefined
  }
  if (!isArtifactProject(project)) return undefined
  switch (category) {
    case 'artifact':
      return { category, artifact: { entity, project, name } }
    case 'draft':
      return distributedId === undefined ? undefined : { category, artifact: { entity, project, name }, distributedId }
    case 'run':
      return { category, run: { entity, project, run: name } }
    default:
      return undefined
  }
}

const decodeParts = (text: string): ReadonlyArray<string> | undefined => {
  try {
    return text.split('/').map(decodeURIComponent)
  } catch {
    return undefined
  }
}
