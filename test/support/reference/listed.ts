/** Everything that is exported, every option of a ledger and of the stores, and every limit. */

import type * as t from 'io-ts'
import * as domain from '../../../domain/index.js'
import { Actor, Reason } from '../../../domain/values/envelope.js'
import { anchorOf } from '../pages.js'
import { read } from '../sources.js'
import type { Declared, Exported, Member } from './declared.js'
import { cell, code, type Makers, memberRows, table } from './pages.js'

const STORES = ['memory', 'sqlite', 'directory', 'eventstoredb'].map((store) => `model-ledger/adapters/${store}`)

/** `placeOf` says where a method stands. */
export const listMakers = (declared: Declared, placeOf: (method: string) => string): Makers => ({
  options: (_, name = '') => table(['option', 'type', 'meaning'], memberRows(optionsNamed(declared, name))),
  stores: () => STORES.flatMap((entry) => [`## ${code(entry)}`, ...openersOf(declared, entry)]).join('\n\n'),
  exports: () => exportsOf(declared, placeOf),
  texts: () => table(['text', 'what it may be'], textRows()),
  numbers: () => table(['what', 'limit'], NUMBERS.map(numberRow)),
})

const named = (declared: Declared, entry: string): ReadonlyArray<Exported> => declared.exports.get(entry) ?? []
const faceMember = (declared: Declared, name: string): ReadonlyArray<Member> =>
  named(declared, 'model-ledger').find((one) => one.name === name)?.members ?? []

/** Those of a ledger in a folder alone, of one on given stores alone, or of both. */
const optionsNamed = (declared: Declared, name: string): ReadonlyArray<Member> => {
  const [embedded, composed] = [faceMember(declared, 'EmbeddedOptions'), faceMember(declared, 'ComposedOptions')]
  const isIn = (members: ReadonlyArray<Member>) => (member: Member) =>
    members.some((other) => other.name === member.name)
  if (name === 'directory') return embedded.filter((member) => !isIn(composed)(member))
  return composed.filter((member) => isIn(embedded)(member) === (name === 'both'))
}

const signatureOf = ({ name, parameters, type }: Exported): string =>
  code(
    `${name}(${parameters.map((each) => `${each.name}${each.isOptional ? '?' : ''}: ${each.type}`).join(', ')}): ${type}`,
  )

/** What opens or makes something of a store, with its options. */
const openersOf = (declared: Declared, entry: string): ReadonlyArray<string> =>
  named(declared, entry)
    .filter(({ kind, type }) => kind === 'function' && /(Event|File|Snapshot|Checkpoint)Store\b/.test(type))
    .flatMap((one) => [
      `### ${code(one.name)}`,
      `${one.words}\n\n${signatureOf(one)}`.trim(),
      table(['option', 'type', 'meaning'], memberRows(one.parameters.flatMap(({ members }) => members))).trim(),
    ])
    .filter((part) => part !== '')

const MOST_OF_A_TYPE = 240

const exportsOf = (declared: Declared, placeOf: (method: string) => string): string => {
  const takenBy = new Map<string, string[]>()
  for (const { name, parameters = [] } of declared.ledger) {
    // A function takes what somebody else answers.
    for (const { type } of parameters.filter((each) => !each.type.includes('=>'))) {
      for (const [taken] of type.matchAll(/[A-Z]\w+/g)) takenBy.set(taken, [...(takenBy.get(taken) ?? []), name])
    }
  }
  const entries = [...declared.exports]
  const index = entries.map(([entry, all]) => `- [${code(entry)}](#${anchorOf(entry)}) (${all.length})`).join('\n')
  const isTaken = ({ name }: Exported) => takenBy.has(name)
  const sections = entries.map(([entry, all]) => {
    const isFace = entry === 'model-ledger'
    const told = isFace ? all.filter((one) => one.members.length > 0 && !isTaken(one)) : []
    const rows = all
      .filter((one) => !told.includes(one))
      .map((one) => rowOf(one, isFace ? (takenBy.get(one.name) ?? []).map(placeOf) : []))
    const parts = [
      `## ${code(entry)}`,
      told.map(({ name }) => `[${code(name)}](#${name.toLowerCase()})`).join(' · '),
      table(['export', 'kind', 'meaning'], rows).trim(),
      ...told.flatMap(sectionOf),
    ]
    return parts.filter((part) => part !== '').join('\n\n')
  })
  return [index, ...sections].join('\n\n')
}

const EVENTS = new Set(Object.values(domain.eventCodecs).flatMap((codecs) => Object.keys(codecs)))

/** Of what has no docstring, since it is told elsewhere, or says it itself. */
const wordsOf = ({ name, takes }: Exported): string => {
  if (EVENTS.has(name)) return 'An event: [what it says](events.md).'
  if (Object.hasOwn(domain.commands, name)) return 'A command, as `execute` takes it.'
  return /^[{(]/.test(takes) ? '' : takes
}

/** The members of what a method takes stand with the method: `takenBy` leads there. */
const rowOf = (one: Exported, takenBy: ReadonlyArray<string>): ReadonlyArray<string> => {
  const methods = [...new Set(takenBy)]
  const taken = methods.length === 0 ? '' : `What ${methods.join(', ')} ${methods.length === 1 ? 'takes' : 'take'}.`
  const isCodec = one.kind === 'const' && /^\w*(Type|Decoder|C)</.test(one.type)
  const made = one.kind === 'function' ? signatureOf(one) : code(one.type)
  const isLong = one.kind === 'class' || one.type === one.name || made.length > MOST_OF_A_TYPE
  const words = [
    cell(one.words === '' ? wordsOf(one) : one.words),
    taken,
    isCodec || isLong || taken !== '' ? '' : made,
  ]
  return [code(one.name), isCodec ? 'codec' : one.kind, words.filter((part) => part !== '').join(' ')]
}

/** Those whose members are methods, each of which is told with its task. */
const OF_METHODS = new Set(['Ledger', 'LedgerAsOf', 'Run', 'Draft'])

const sectionOf = (one: Exported): ReadonlyArray<string> => [
  `### ${code(one.name)}`,
  ...(one.words === '' ? [] : [one.words]),
  OF_METHODS.has(one.name)
    ? 'What it can do is told [by task](README.md).'
    : table(['member', 'type', 'meaning'], memberRows(one.members)).trim(),
]

const TEXTS: Readonly<Record<string, t.Mixed>> = {
  entity: domain.EntityName,
  project: domain.ProjectName,
  artifact: domain.ArtifactName,
  'registered model': domain.ModelName,
  'type of an artifact': domain.ArtifactType,
  alias: domain.Alias,
  'aliases of one call': domain.Aliases,
  tag: domain.Tag,
  'tags of one call': domain.Tags,
  run: domain.RunId,
  group: domain.GroupName,
  'distributed id': domain.DistributedId,
  writer: domain.WriterName,
  'id of a command': domain.CommandId,
  actor: Actor,
  reason: Reason,
  description: domain.Description,
  metadata: domain.Metadata,
  configuration: domain.Config,
  'name of a metric': domain.MetricName,
  metrics: domain.Metrics,
  URI: domain.Uri,
}
const textRows = () => Object.entries(TEXTS).map(([name, codec]) => [name, cell(codec.name.replace(/^.*?: /, ''))])

/** What is limited, the file and the constant, and in what it is counted. */
const NUMBERS: ReadonlyArray<readonly [what: string, file: string, constant: string, unit: string]> = [
  ['one event, as it is recorded', 'domain/ports/event-store.ts', 'MAX_EVENT_BYTES', 'bytes'],
  ['the events of one command', 'domain/ports/event-store.ts', 'MAX_APPEND_BYTES', 'bytes'],
  ['a path inside a version', 'domain/values/manifest/path.ts', 'MAX_PATH_BYTES', 'bytes'],
  ['a segment of such a path', 'domain/values/manifest/path.ts', 'MAX_SEGMENT_BYTES', 'bytes'],
  ['members of the metadata of a version or registered model', 'domain/values/names.ts', 'MOST_METADATA', ''],
  ['depth of metadata and configurations', 'domain/values/json.ts', 'MAX_JSON_DEPTH', 'levels'],
  ['tags of one version, artifact or registered model', 'domain/collections/tags.ts', 'MAX_TAGS', ''],
  ['a table that is written, read or compared', 'domain/values/table/table.ts', 'MOST_OF_A_TABLE', 'bytes'],
  ['rows that `diff` tells of a table, unless told', 'ledger/finding/diff.ts', 'ROWS_TOLD', ''],
  ['a text of conditions (`where`)', 'ledger/finding/paging.ts', 'LONGEST_WHERE', 'code points'],
  ['how deep its parentheses go', 'projections/registry/questions/where.ts', 'DEEPEST', 'levels'],
  ['items of a page of a list or a search, unless told', 'projections/paging/page.ts', 'LIMIT', ''],
  ['lines of a page of a history, unless told', 'application/reading-history/history.ts', 'LIMIT', ''],
  ['nodes of a lineage, unless told', 'projections/lineage/lineage.ts', 'LIMIT', ''],
  ['paths that `paths` answers, unless told', 'projections/lineage/paths.ts', 'PATH_LIMIT', ''],
  ['boxes of a picture of a lineage', 'projections/render/lineage-svg.ts', 'MOST_BOXES', ''],
  ['problems that one refusal names', 'domain/values/record.ts', 'MOST_PROBLEMS', ''],
  ['a line of an export', 'ledger/maintenance/lines.ts', 'LONGEST_LINE', 'bytes'],
  [
    'how long a command tries against others, unless told (`deadline`)',
    'application/command-handling/command-handler.ts',
    'DEADLINE',
    'ms',
  ],
  ['how long what is being written has when a ledger is closed, unless told', 'ledger/ledger.ts', 'CLOSE_WITHIN', 'ms'],
  ['age from which a file that nobody needs is collected', 'domain/ports/file-store.ts', 'COLLECTED_AFTER_MS', 'ms'],
  [
    'age of a seal from which anybody finishes its commit',
    'application/process-managers/pending-commits.ts',
    'TIME_TO_FINISH',
    'ms',
  ],
]

const numberRow = ([what, file, constant, unit]: (typeof NUMBERS)[number]): ReadonlyArray<string> => {
  const [, product = ''] = new RegExp(`const ${constant} = ([\\d_* ]+)$`, 'm').exec(read(file)) ?? []
  if (product === '') throw new Error(`${file} has no number ${constant}`)
  const number = product.split('*').reduce((all, factor) => all * Number(factor.replaceAll('_', '')), 1)
  return [what, `${number.toLocaleString('en-US')} ${unit}`.trim() + inWords(number, unit)]
}

const inWords = (number: number, unit: string): string => {
  if (unit === 'bytes' && number % 1024 ** 2 === 0) return ` (${number / 1024 ** 2} MiB)`
  if (unit === 'bytes' && number % 1024 === 0 && number > 1024) return ` (${number / 1024} KiB)`
  if (unit === 'ms' && number % 3_600_000 === 0) return ` (${number / 3_600_000} hours)`
  return unit === 'ms' ? ` (${number / 1000} s)` : ''
}
