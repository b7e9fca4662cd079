/** One answer of every method, as it comes of a call to a small ledger whose times and ids are fixed. */
import { rmSync } from 'node:fs'
import { firstValueFrom, isObservable } from 'rxjs'
import { memoryEventStore, memoryFileStore } from '../../../adapters/memory/index.js'
import { doubleAsJson, type Ledger, LedgerError, openLedger } from '../../../index.js'
import { DOWNLOADS, DRAFT, furnishedAlike, type Given, LEDGER, RUN } from '../public-methods.js'

export interface Sample {
  readonly call: string
  /** JSON; nothing where nothing is answered. */
  readonly answer: string
  /** Of what is iterated, how many items come behind the one that is shown. */
  readonly more: number
}

/** By the name of the method, of `run.` and `draft.` for those in hand. */
export const sampleAnswers = async (): Promise<ReadonlyMap<string, Sample>> => {
  const [one, other, third, lines] = [
    await furnishedAlike(),
    await furnishedAlike(),
    await furnishedAlike(),
    await exported(),
  ]
  const { acceptLoss: _, importEvents: __, ...rows } = { ...LEDGER, ...INSTEAD }
  // What can be given up after `dogs` was committed.
  const part = { name: 'dogs', type: 'model', distributedId: 'day', content: [{ bytes: 'part', as: 'part.bin' }] }
  await one.upsertDistributed(part)
  const samples = [
    ...(await goThrough('', one, rows)),
    ...(await goThrough('draft.', await other.newDraft('cats:v1'), DRAFT)),
    ...(await goThrough('run.', third.run('r'), RUN)),
    ...(await goThrough('', await empty(), { importEvents: () => [lines] })),
    ['damage', { call: 'damage', answer: '', more: 0 }] as const,
  ]
  for (const ledger of [one, other, third]) await ledger.close()
  rmSync(DOWNLOADS, { recursive: true, force: true })
  return new Map(samples)
}

/** Calls that tell more to a reader than those of the tables do. */
const INSTEAD: Partial<Record<keyof Ledger, Given>> = {
  artifacts: () => [{ type: 'model', limit: 2 }],
  artifactsByTag: () => [{ project: 'animals', limit: 1 }],
  registeredModels: () => [{ registry: 'model-registry', type: 'model' }],
  registeredModelsByTag: () => [{ type: 'model' }],
  versions: () => ['cats', { limit: 1 }],
  search: () => [
    { name: 'cats', where: 'tag = small and metadata:lr < 1', metrics: [{ key: 'loss', is: '<', value: 1 }] },
  ],
  describe: () => [{ version: 'cats:v1', description: 'again', mergeMetadata: { lr: 0.2, q: null } }],
  describeRegisteredModel: () => [{ name: 'm', description: 'd', metadata: { owner: 'anna' }, expectMetadata: null }],
  history: () => [{ of: 'cats', alias: 'best' }],
  upsertDistributed: () => [
    {
      name: 'dogs',
      type: 'model',
      content: [{ bytes: 'other', as: 'other.bin' }],
      distributedId: 'night',
      writer: 'x',
    },
  ],
  commitDistributed: () => [{ name: 'dogs', type: 'model', distributedId: 'night', writers: ['r', 'x'] }],
  abandonDistributed: () => [{ name: 'dogs', distributedId: 'day' }],
  deleteVersion: () => [{ version: 'cats:v1', deleteAliases: true, leaveLinks: true }],
  execute: () => [
    {
      ...{ commandId: 'review-118', actor: 'anna', reason: 'reviewed' },
      command: {
        type: 'TagArtifactVersion',
        artifact: { entity: 'acme', project: 'animals', name: 'cats' },
        version: 1,
        tags: ['reviewed'],
      },
    },
  ],
}

const empty = () => openLedger({ events: memoryEventStore(), files: memoryFileStore() })
const exported = async (): Promise<string[]> => {
  const ledger = await furnishedAlike()
  const lines: string[] = []
  for await (const line of ledger.exportEvents()) lines.push(line)
  await ledger.close()
  return lines
}

const goThrough = async (
  of: string,
  methods: object,
  rows: Readonly<Record<string, Given>>,
): Promise<ReadonlyArray<readonly [string, Sample]>> => {
  const samples: (readonly [string, Sample])[] = []
  for (const [name, row] of Object.entries(rows)) {
    rmSync(DOWNLOADS, { recursive: true, force: true })
    const given = withoutTrailing(name === 'execute' ? row() : row().map(plainly))
    const answer: unknown = await answerOf(Reflect.apply(Reflect.get(methods, name), methods, given)).catch(
      (error: unknown) => {
        if (error instanceof LedgerError) return { rejects: error.error }
        throw error
      },
    )
    samples.push([`${of}${name}`, sampleOf(`${of}${name}(${given.map(written).join(', ')})`, answer)])
  }
  return samples
}

const sampleOf = (call: string, answer: unknown): Sample => {
  const [first, more] = isItems(answer) ? [answer.iterated[0], answer.iterated.length - 1] : [answer, 0]
  return { call, answer: first === undefined ? '' : inLines(shown(first)), more }
}

/** What was iterated. */
interface Items {
  readonly iterated: ReadonlyArray<unknown>
}
const isItems = (value: unknown): value is Items => typeof value === 'object' && value !== null && 'iterated' in value

const answerOf = async (answer: unknown): Promise<unknown> => {
  const settled = await answer
  if (isObservable(settled)) return firstValueFrom(settled)
  if (typeof settled !== 'object' || settled === null || !(Symbol.asyncIterator in settled)) return settled
  const items: unknown[] = []
  for await (const item of eachOf(settled)) items.push(item)
  return { iterated: items } satisfies Items
}
const eachOf = (value: object): AsyncIterable<unknown> => ({
  [Symbol.asyncIterator]: () => Reflect.apply(Reflect.get(value, Symbol.asyncIterator), value, []),
})

/** What a call takes that is told once for all of them. */
const ASIDE = new Set([
  ...['signal', 'onProgress', 'onRemove'],
  ...['commandId', 'onBehalfOf', 'correlationId', 'causationId', 'occurredAt', 'reason'],
])

/** A row as one would write it: bytes as a text, without what all methods take. */
const plainly = (given: unknown): unknown => {
  if (given instanceof Uint8Array) return new TextDecoder().decode(given)
  if (Array.isArray(given)) return given.map(plainly)
  if (typeof given !== 'object' || given === null || Object.getPrototypeOf(given) !== Object.prototype) return given
  const isCommand = 'commandId' in given
  const kept = Object.entries(given).filter(([name]) => !ASIDE.has(name) && !(isCommand && name === 'actor'))
  return Object.fromEntries(kept.map(([name, value]) => [name, plainly(value)]))
}

/** Without options of which none is left, and callbacks before them. */
const withoutTrailing = (given: ReadonlyArray<unknown>): ReadonlyArray<unknown> => {
  const last = given.at(-1)
  const isNothing =
    (typeof last === 'object' &&
      last !== null &&
      Object.getPrototypeOf(last) === Object.prototype &&
      Object.keys(last).length === 0) ||
    (typeof last === 'function' && last.name === 'nothing')
  return isNothing ? withoutTrailing(given.slice(0, -1)) : given
}

/** As a call is written. */
const written = (value: unknown): string => {
  if (typeof value === 'function') return '(…) => …'
  if (value instanceof Date) return `new Date('${value.toISOString()}')`
  if (typeof value === 'string') return value === DOWNLOADS ? `'/srv/churn'` : `'${value}'`
  if (Array.isArray(value)) {
    if (value.length > 0 && value.every((item) => typeof item === 'string' && item.endsWith('\n'))) return 'lines'
    return `[${value.map(written).join(', ')}]`
  }
  if (typeof value !== 'object' || value === null) return String(value)
  if (Object.getPrototypeOf(value) !== Object.prototype) return 'projection'
  if ('name' in value && 'folds' in value) return String(value.name)
  const members = Object.entries(value).map(
    ([name, member]) => `${/^\w+$/.test(name) ? name : `'${name}'`}: ${written(member)}`,
  )
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}

/** Without methods; of what is alive, that there is something. */
const shown = (value: unknown): unknown => {
  const text = JSON.stringify(value, (key, member: unknown) => {
    if (typeof member === 'object' && member !== null && Symbol.asyncIterator in member) return '…'
    return key === 'view' ? undefined : doubleAsJson(key, member)
  })
  return JSON.parse(text.replaceAll(DOWNLOADS, '/srv/churn'))
}

const LINE = 116

/** JSON, with what fits into a line on one. */
export const inLines = (value: unknown, indent = ''): string => {
  const line = inOneLine(value)
  if (line.length + indent.length <= LINE || typeof value !== 'object' || value === null) return line
  const deeper = `${indent}  `
  if (Array.isArray(value)) {
    return `[\n${value.map((item) => `${deeper}${inLines(item, deeper)}`).join(',\n')}\n${indent}]`
  }
  const members = Object.entries(value).map(([name, member]) => `${deeper}"${name}": ${inLines(member, deeper)}`)
  return `{\n${members.join(',\n')}\n${indent}}`
}

const inOneLine = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(inOneLine).join(', ')}]`
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const members = Object.entries(value).map(([name, member]) => `${JSON.stringify(name)}: ${inOneLine(member)}`)
  return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`
}
