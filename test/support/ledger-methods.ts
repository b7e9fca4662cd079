/** Calls a method by its name with whatever a caller without types may give. */
export const call = async (ledger: unknown, name: string, ...given: ReadonlyArray<unknown>): Promise<unknown> => {
  const method: unknown = typeof ledger === 'object' && ledger !== null ? Reflect.get(ledger, name) : undefined
  if (typeof method !== 'function') throw new TypeError(`a ledger has no method ${name}`)
  const answer: unknown = await Reflect.apply(method, ledger, given)
  return answer
}

export interface Argument {
  readonly required: Readonly<Record<string, unknown>>
  readonly optional?: Readonly<Record<string, unknown>>
}

const circumstances = {
  commandId: 'a command',
  actor: 'anna',
  reason: 'a reason',
  onBehalfOf: 'the team',
  correlationId: 'a request',
  causationId: 'a cause',
  occurredAt: '2026-05-03T14:00:00Z',
  signal: new AbortController().signal,
}
const { reason: _, ...unexplained } = circumstances
const said = { description: 'said', metadata: { lr: 0.1 }, aliases: ['best'], tags: ['small'] }
const content = [{ bytes: 'w', as: 'w.txt' }]
const onProgress = () => undefined
const storing = { exclude: ['*.tmp'], links: 'skip', onProgress }
const onBase = { base: 'cats:v0', remove: ['old.txt'], overwrite: true }
const distributed = {
  distributedId: 'night',
  run: 'r',
  writer: 'w',
  generation: 0,
  openNext: true,
  ...onBase,
  ...storing,
}
const expect = { best: 0 }

/** Every method that records something and takes one object, with every member that it knows. */
export const METHODS: Readonly<Record<string, Argument>> = {
  createArtifact: { required: { name: 'cats', type: 'model' }, optional: { description: 'd', ...circumstances } },
  describeArtifact: { required: { name: 'cats', description: 'd' }, optional: circumstances },
  tagArtifact: { required: { name: 'cats', tags: ['small'] }, optional: circumstances },
  deleteArtifact: { required: { name: 'cats' }, optional: { deleteAliases: true, leaveLinks: true, ...circumstances } },
  archiveArtifact: { required: { name: 'cats' }, optional: circumstances },
  unarchiveArtifact: { required: { name: 'cats' }, optional: circumstances },
  untagArtifact: { required: { name: 'cats', tags: ['small'] }, optional: circumstances },
  logArtifact: {
    required: { name: 'cats', type: 'model', content },
    optional: { ...said, run: 'r', expect, ...storing, ...circumstances },
  },
  copy: {
    required: { version: 'cats:v0', to: 'lions' },
    optional: { type: 'model', ...said, expect, ...circumstances },
  },
  newArtifact: { required: { name: 'cats', type: 'model' }, optional: { signal: circumstances.signal } },
  upsertDistributed: {
    required: { name: 'cats', type: 'model', content },
    optional: { ...distributed, ...circumstances },
  },
  commitDistributed: {
    required: { name: 'cats', type: 'model' },
    optional: {
      content,
      ...distributed,
      lastWriterWins: true,
      writers: ['w'],
      expectNewest: true,
      ...said,
      ...circumstances,
    },
  },
  abandonDistributed: {
    required: { name: 'cats', distributedId: 'night' },
    optional: { generation: 0, ...circumstances },
  },
  describe: {
    required: { version: 'cats:v0' },
    optional: {
      description: said.description,
      metadata: said.metadata,
      mergeMetadata: said.metadata,
      expectMetadata: said.metadata,
      ...circumstances,
    },
  },
  tag: { required: { version: 'cats:v0', tags: ['small'] }, optional: circumstances },
  untag: { required: { version: 'cats:v0', tags: ['small'] }, optional: circumstances },
  deleteVersion: {
    required: { version: 'cats:v0' },
    optional: { deleteAliases: true, leaveLinks: true, expect, ...circumstances },
  },
  moveAlias: { required: { version: 'cats:v0', alias: 'best' }, optional: { expect: 0, ...circumstances } },
  removeAlias: { required: { name: 'cats', alias: 'best' }, optional: { expect: 0, ...circumstances } },
  createRegisteredModel: { required: { name: 'm', type: 'model' }, optional: { description: 'd', ...circumstances } },
  link: { required: { version: 'cats:v0', to: 'm' }, optional: { aliases: ['best'], expect, ...circumstances } },
  linkModel: {
    required: { content, to: 'm' },
    optional: { name: 'cats', type: 'model', run: 'r', ...storing, ...said, ...circumstances },
  },
  unlink: { required: { version: 'model-registry/m:v0' }, optional: { expect, ...circumstances } },
  describeRegisteredModel: {
    required: { name: 'm' },
    optional: {
      description: said.description,
      metadata: said.metadata,
      mergeMetadata: said.metadata,
      expectMetadata: said.metadata,
      ...circumstances,
    },
  },
  tagRegisteredModel: { required: { name: 'm', tags: ['small'] }, optional: circumstances },
  deleteRegisteredModel: { required: { name: 'pets' }, optional: { deleteAliases: true, ...circumstances } },
  archiveRegisteredModel: { required: { name: 'pets' }, optional: circumstances },
  unarchiveRegisteredModel: { required: { name: 'pets' }, optional: circumstances },
  untagRegisteredModel: { required: { name: 'm', tags: ['small'] }, optional: circumstances },
  startRun: { required: {}, optional: { run: 'r', group: 'g', config: { lr: 1 }, jobType: 'train', ...circumstances } },
  summariseRun: { required: { run: 'r', metrics: { loss: 1 } }, optional: circumstances },
  useArtifact: { required: { run: 'r', version: 'cats:v0' }, optional: circumstances },
  acceptLoss: { required: { reason: 'no backup' }, optional: unexplained },
  finishRun: { required: { run: 'r' }, optional: { outcome: 'failed', ...circumstances } },
}

const paging = { limit: 10, cursor: 'of the page before', signal: circumstances.signal }
const collections = {
  name: 'acme/**',
  entity: 'acme',
  type: 'model',
  tag: 'small',
  text: 'one two',
  where: 'has tag',
  withArchived: true,
  withDeleted: true,
  ...paging,
}
const place = { entity: 'acme', project: 'churn' }

/** Every question that answers in pages, with every member that it knows, and what is named before. */
export const PAGES: Readonly<Record<string, Argument & { readonly of?: string }>> = {
  entities: { required: {}, optional: { name: 'ac*', ...paging } },
  projects: { required: {}, optional: { name: 'acme/*', entity: 'acme', ...paging } },
  artifactTypes: { required: {}, optional: { name: 'mod*', ...place, ...paging } },
  artifacts: { required: {}, optional: { ...collections, project: 'churn' } },
  artifactsByTag: { required: {}, optional: { ...collections, project: 'churn' } },
  registeredModels: { required: {}, optional: { ...collections, registry: 'model-registry' } },
  registeredModelsByTag: { required: {}, optional: { ...collections, registry: 'model-registry' } },
  runs: {
    required: {},
    optional: { name: 'acme/**', ...place, where: 'has group', orderBy: 'started', order: 'ascending', ...paging },
  },
  versions: { of: 'cats', required: {}, optional: { order: 'ascending', ...paging } },
  search: {
    required: {},
    optional: {
      name: 'acme/**',
      kind: 'artifact',
      ...place,
      type: 'model',
      tag: 'small',
      text: 'cats',
      where: 'tag = small',
      alias: 'best',
      metadata: [],
      metrics: [],
      actor: 'anna',
      from: '2026-05-03T14:00:00Z',
      until: '2026-05-03T14:00:00Z',
      withDeleted: true,
      withArchived: true,
      orderBy: 'created',
      order: 'ascending',
      ...paging,
    },
  },
}
