/**
 * Every method of the library, and how the same is told or asked by the other ways in: for now the command line. A method or
 * a member of an argument without a row does not compile; `ways-in.test.ts` holds each row to the commands and options that
 * there are, and the pages of `docs/reference` are made of it.
 */
import type { ContentItem, Draft, EnvelopeFields, Ledger, Run } from '../index.js'

/** Why something is not there on a way in. */
type No = `no: ${string}`

/** The members of an argument that is an object: not of texts, lists, functions or what is alive, nor the keys of a dictionary. */
type Members<A> = A extends
  | string
  | number
  | boolean
  | symbol
  | Date
  | ContentItem
  | AbortSignal
  | Iterable<unknown>
  | AsyncIterable<unknown>
  | ((...given: never) => unknown)
  ? never
  : string extends keyof A
    ? never
    : keyof A

/** Told once for all methods. */
type Working = 'onProgress' | 'onRemove' | 'signal'
type Common = keyof EnvelopeFields | Working

type Given<Method> = Method extends (...given: infer All) => unknown ? Members<NonNullable<All[number]>> : never
/** In a question `actor` is somebody who is looked for. */
type Own<Member> = 'commandId' extends Member ? Exclude<Member, Common> : Exclude<Member, Working>

/** An argument of a command, an option, or several of them: `<subject> --run`. */
type As = `<${string}` | `--${string}`

/**
 * The command that does it: what stands for the plain arguments of the method (`by`), and for the members of those that are
 * objects (`given`). Or why there is none.
 */
export type Way<Member = string> =
  | No
  | ({ readonly command: string; readonly by?: As } & ([Member] extends [never]
      ? unknown
      : { readonly given: Readonly<Record<Extract<Member, string>, As | No>> }))

export type Ways<Methods> = { readonly [Name in Extract<keyof Methods, string>]: Way<Own<Given<Methods[Name]>>> }

/** What every method takes that records something, and what takes long. */
export const COMMON: Readonly<Record<Common, `--${string}` | No>> = {
  commandId: '--command-id',
  actor: '--actor',
  reason: '--reason',
  onBehalfOf: '--on-behalf-of',
  occurredAt: '--occurred-at',
  correlationId: 'no: whoever passes it on is a program, and calls the library',
  causationId: 'no: whoever passes it on is a program, and calls the library',
  onProgress: 'no: there is a bar, where a person looks',
  onRemove: 'no: what is removed is printed before',
  signal: 'no: the interrupt key stops it',
}

const place = { entity: '--entity', project: '--project' } as const
const page = { limit: '--limit', cursor: '--cursor' } as const
const collections = {
  name: '--name',
  type: '--type',
  tag: '--tag',
  text: '--text',
  where: '--where',
  withArchived: '--with-archived',
  withDeleted: '--with-deleted',
  ...page,
} as const
const said = { description: '--description', metadata: '--metadata', aliases: '--alias', tags: '--tag' } as const
const merged = {
  mergeMetadata: '--merge-metadata',
  expectMetadata: 'no: whoever read them to compare is a program, and calls the library',
} as const
const redescribed = { description: '--description --no-description', metadata: '--metadata --no-metadata' } as const
const interval = { after: '--after', from: '--from', until: '--until' } as const

const HANDED = 'no: a command line holds nothing in hand between two commands'
const ALIVE = 'no: a command ends with its answer'
const RUNNING = 'no: each command reads anew'

const leavingOut = { exclude: '--exclude', links: '--links' } as const
const onBase = { base: '--base', remove: '--remove', overwrite: '--overwrite' } as const

export const OF_A_LEDGER: Ways<Ledger> = {
  logArtifact: {
    command: 'log',
    given: {
      name: '<artifact>',
      content: '<path...>',
      ...leavingOut,
      type: '--type',
      ...said,
      run: '--run',
      expect: '--expect',
    },
  },
  createArtifact: {
    command: 'create artifact',
    given: { name: '<artifact>', type: '--type', description: '--description' },
  },
  newArtifact: 'no: log takes all content at once',
  newDraft: { command: 'draft', by: '<version>' },
  upsertDistributed: {
    command: 'upsert',
    given: {
      name: '<artifact>',
      content: '<path...>',
      ...leavingOut,
      type: '--type',
      distributedId: '--id',
      run: '--run',
      writer: '--writer',
      ...onBase,
      generation: '--generation',
      openNext: '--open-next',
    },
  },
  commitDistributed: {
    command: 'commit',
    given: {
      name: '<artifact>',
      content: '<path...>',
      ...leavingOut,
      type: '--type',
      distributedId: '--id',
      run: '--run',
      writer: '--writer',
      writers: '--writers',
      ...onBase,
      expectNewest: '--expect-newest',
      generation: '--generation',
      openNext: '--open-next',
      lastWriterWins: '--last-writer-wins',
      ...said,
    },
  },
  abandonDistributed: {
    command: 'abandon',
    given: { name: '<artifact>', distributedId: '--id', generation: '--generation' },
  },
  openDrafts: { command: 'list drafts' },

  moveAlias: { command: 'alias set', given: { version: '<version>', alias: '<alias...>', expect: '--expect' } },
  removeAlias: { command: 'alias remove', given: { name: '<collection>', alias: '<alias>', expect: '--expect' } },
  tag: { command: 'tag', given: { version: '<name>', tags: '<tag...>' } },
  untag: { command: 'untag', given: { version: '<name>', tags: '<tag...>' } },
  describe: {
    command: 'describe',
    given: { version: '<name>', ...redescribed, ...merged },
  },
  deleteVersion: {
    command: 'delete',
    given: { version: '<name>', deleteAliases: '--delete-aliases', leaveLinks: '--leave-links', expect: '--expect' },
  },

  describeArtifact: { command: 'describe', given: { name: '<name>', description: redescribed.description } },
  tagArtifact: { command: 'tag', given: { name: '<name>', tags: '<tag...>' } },
  untagArtifact: { command: 'untag', given: { name: '<name>', tags: '<tag...>' } },
  deleteArtifact: {
    command: 'delete',
    by: '--whole',
    given: { name: '<name>', deleteAliases: '--delete-aliases', leaveLinks: '--leave-links' },
  },
  archiveArtifact: { command: 'archive', given: { name: '<name>' } },
  unarchiveArtifact: { command: 'unarchive', given: { name: '<name>' } },
  createRegisteredModel: {
    command: 'create model',
    given: { name: '<model>', type: '--type', description: '--description' },
  },
  describeRegisteredModel: {
    command: 'describe',
    given: { name: '<name>', ...redescribed, ...merged },
  },
  tagRegisteredModel: { command: 'tag', given: { name: '<name>', tags: '<tag...>' } },
  untagRegisteredModel: { command: 'untag', given: { name: '<name>', tags: '<tag...>' } },
  deleteRegisteredModel: {
    command: 'delete',
    by: '--whole',
    given: { name: '<name>', deleteAliases: '--delete-aliases' },
  },
  archiveRegisteredModel: { command: 'archive', given: { name: '<name>' } },
  unarchiveRegisteredModel: { command: 'unarchive', given: { name: '<name>' } },
  copy: {
    command: 'copy',
    given: { version: '<version>', to: '<artifact>', type: '--type', ...said, ...redescribed, expect: '--expect' },
  },
  link: {
    command: 'link',
    given: { version: '<version>', to: '<model>', aliases: '--alias', expect: '--expect' },
  },
  linkModel: 'no: log, then link',
  unlink: { command: 'unlink', given: { version: '<registered version>', expect: '--expect' } },

  startRun: {
    command: 'run start',
    given: { run: '<run>', group: '--group', config: '--config', jobType: '--job-type' },
  },
  run: HANDED,
  useArtifact: { command: 'run use', given: { run: '<run>', version: '<version>' } },
  summariseRun: { command: 'run metrics', given: { run: '<run>', metrics: '--set' } },
  finishRun: { command: 'run finish', given: { run: '<run>', outcome: '--outcome' } },
  runDetails: { command: 'show', by: '<name> --run' },
  runs: {
    command: 'list runs',
    given: {
      name: '--name',
      ...place,
      where: '--where',
      orderBy: '--order-by',
      order: '--ascending --descending',
      ...page,
    },
  },

  entities: { command: 'list entities', given: { name: '--name', ...page } },
  projects: { command: 'list projects', given: { name: '--name', entity: '--entity', ...page } },
  artifactTypes: { command: 'list types', given: { name: '--name', ...place, ...page } },
  resolve: { command: 'resolve', by: '<version>' },
  version: { command: 'show', by: '<name>' },
  versions: { command: 'list versions', by: '<collection>', given: { order: '--ascending --descending', ...page } },
  artifact: { command: 'show', by: '<name>' },
  artifacts: { command: 'list artifacts', given: { ...collections, ...place } },
  artifactsByTag: { command: 'list artifacts', by: '--group-by', given: { ...collections, ...place } },
  registeredModel: { command: 'show', by: '<name>' },
  registeredModels: {
    command: 'list models',
    given: { ...collections, entity: '--entity', registry: '--registry' },
  },
  registeredModelsByTag: {
    command: 'list models',
    by: '--group-by',
    given: { ...collections, entity: '--entity', registry: '--registry' },
  },
  search: {
    command: 'search',
    given: {
      name: '--name',
      kind: '--kind',
      ...place,
      type: '--type',
      tag: '--tag',
      text: '--text',
      where: '--where',
      alias: '--alias',
      metadata: '--metadata',
      metrics: '--metric',
      actor: '--by',
      from: '--from',
      until: '--until',
      withDeleted: '--with-deleted',
      withArchived: '--with-archived',
      orderBy: '--order-by',
      order: '--ascending --descending',
      ...page,
    },
  },
  download: {
    command: 'download',
    given: {
      version: '<version>',
      to: '<directory>',
      paths: '--path',
      overwrite: '--overwrite',
      exact: '--exact',
      dryRun: '--dry-run',
    },
  },
  useModel: {
    command: 'use',
    given: { version: '<version>', run: '--run', to: '--to', overwrite: '--overwrite', exact: '--exact' },
  },
  openFile: { command: 'cat', given: { version: '<version>', path: '<path>', range: '--start --end' } },
  content: { command: 'files', by: '<version>', given: { paths: '<path...>' } },
  diff: { command: 'diff', by: '<from> <to>', given: { keys: '--key', limit: '--limit' } },

  at: 'no: every question takes --as-of',
  read: 'no: a read model of one’s own is a program’s',
  moment: 'no: history shows the position and the time of each event',
  history: {
    command: 'history',
    given: {
      of: '<subject> --run',
      actor: '--by',
      alias: '--alias',
      types: '--type',
      ...interval,
      order: '--ascending --descending',
      ...page,
    },
  },
  exportHistory: {
    command: 'history',
    given: {
      of: '<subject> --run',
      actor: '--by',
      alias: '--alias',
      types: '--type',
      ...interval,
      order: '--ascending --descending',
      format: '--csv --ndjson',
    },
  },
  aliasHistory: { command: 'aliases', given: { of: '<collection>', alias: '--alias', ...interval, ...page } },
  lineage: {
    command: 'lineage',
    given: { of: '<version> --run', direction: '--upstream --downstream', depth: '--depth', ...page },
  },
  paths: { command: 'paths', given: { from: '<from>', to: '<to>', length: '--length', ...page } },
  diffMoments: { command: 'diff-moments', by: '<from> <to>' },
  replay: {
    command: 'replay',
    given: {
      of: '<subject>',
      actor: 'no: history shows what one did',
      alias: 'no: history shows what became of one',
      types: 'no: history shows those of some types',
      ...interval,
      order: '--ascending --descending',
      pace: '--every --faster',
    },
  },
  replayed: 'no: replay prints the same steps',

  events: 'no: export writes them, and history tells them in words',
  watchEvents: ALIVE,
  consume: ALIVE,
  watch: ALIVE,
  watchPosition: ALIVE,
  behind: ALIVE,
  waitFor: RUNNING,
  progress: 'no: verify tells the events that it does not know',
  rebuild: RUNNING,

  damage: 'no: each command tells it on standard error, and ends with 5',
  acceptLoss: { command: 'accept-loss' },
  verify: { command: 'verify', given: { contents: '--no-contents' } },
  collectable: { command: 'gc' },
  collectGarbage: { command: 'gc', given: { files: '--delete', bytes: '--delete' } },
  exportEvents: { command: 'export', by: '<file>' },
  importEvents: { command: 'import', by: '<file>', given: { ownId: '--own-id' } },
  execute: 'no: a command in its envelope comes from a program',
  close: 'no: each command closes what it opened',
}

export const OF_A_RUN: Ways<Omit<Run, 'path'>> = {
  useArtifact: { command: 'run use', by: '<version>' },
  useModel: { command: 'use', by: '<version>', given: { to: '--to', overwrite: '--overwrite', exact: '--exact' } },
  logArtifact: {
    command: 'log',
    given: {
      name: '<artifact>',
      content: '<path...>',
      ...leavingOut,
      type: '--type',
      ...said,
      expect: '--expect',
    },
  },
  newDraft: { command: 'draft', by: '<version>' },
  linkModel: 'no: log, then link',
  upsertDistributed: OF_A_LEDGER.upsertDistributed,
  commitDistributed: OF_A_LEDGER.commitDistributed,
  summarise: { command: 'run metrics', by: '--set' },
  finish: { command: 'run finish', by: '--outcome' },
}

export const OF_A_DRAFT: Ways<Omit<Draft, 'artifact' | 'base' | 'description' | 'metadata'>> = {
  add: { command: 'draft', by: '--add', given: { overwrite: '--replace', ...leavingOut } },
  remove: { command: 'draft', by: '--remove' },
  entries: 'no: files shows what came of it',
  log: {
    command: 'draft',
    given: {
      ...said,
      ...redescribed,
      run: '--run',
      expect: '--expect',
      expectNewest: '--expect-newest',
    },
  },
}

type Kinds<Item> = Item extends string
  ? 'path'
  : Exclude<keyof Item, 'as' | 'digest' | 'size' | 'versionId' | 'executable'>

/** The kinds of content. */
export const CONTENT: Readonly<Record<Kinds<ContentItem>, `<${string}>` | `--${string}` | No>> = {
  path: '<path...>',
  file: '<path...>',
  directory: '<path...>',
  bytes: 'no: write them into a file',
  stream: 'no: write it into a file',
  table: 'no: a program that has the rows writes the file, in the format of docs/tables.md',
  reference: 'no: not yet',
}

/** Methods that are no TaskEither: what they give is no one answer. */
export const NO_TASK_EITHER: ReadonlyArray<Extract<keyof Ledger, string>> = [
  'run',
  'watch',
  'watchPosition',
  'behind',
  'damage',
  'replay',
  'replayed',
  'events',
  'watchEvents',
  'exportHistory',
  'exportEvents',
]

/** Commands that do what no method does. */
export const COMMANDS_ALONE: Readonly<Record<string, string>> = {
  init: '`openLedger` makes the folder',
  completion: 'for a shell',
}

/** Options that stand for nothing that a method is given. `--as-of` stands for `at`. */
export const OPTIONS_ALONE: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  aliases: { '--long': 'more of each line', '--svg': '`aliasSvg` of the package', '--output': 'into a file' },
  history: { '--long': 'more of each line' },
  use: { '--cache': '`openLedger({ cache })`' },
  lineage: { '--format': '`lineageSvg` and the like of the package', '--output': 'into a file' },
  verify: { '--export': '`verifyExport` of the package' },
}
