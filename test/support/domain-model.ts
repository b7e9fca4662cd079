/**
 * The registry as one would explain it on a blackboard: collections of numbered things, each thing known by
 * its content and either live or not, and aliases that point to live ones. Artifacts number contents,
 * registered models number source versions; for the rest they are alike.
 */

export interface Collection {
  type: string | null
  readonly things: Array<{ readonly content: string; live: boolean }>
  readonly aliases: Map<string, number>
}

export interface Model {
  readonly collections: Map<string, Collection>
  /** The parts of the open draft of each artifact, and the contents of sealed ones without a version. */
  readonly drafts: Map<
    string,
    { parts: Array<{ readonly writer: string; readonly file: string }>; readonly sealed: string[] }
  >
  run: 'unknown' | 'started' | 'finished'
}

export type Step =
  | {
      readonly do: 'log'
      readonly on: string
      readonly type: string
      readonly files: string
      readonly aliases: ReadonlyArray<string>
      readonly inRun: boolean
    }
  | {
      readonly do: 'move'
      readonly on: string
      readonly alias: string
      readonly to: number | string
      readonly expect: Expected
    }
  | { readonly do: 'unmove'; readonly on: string; readonly alias: string; readonly expect: Expected }
  | { readonly do: 'delete'; readonly on: string; readonly number: number; readonly aliasesToo: boolean }
  | {
      readonly do: 'link'
      readonly on: string
      readonly from: string
      readonly version: number | string
      readonly aliases: ReadonlyArray<string>
    }
  | { readonly do: 'unlink'; readonly on: string; readonly number: number }
  | {
      readonly do: 'upsert'
      readonly on: string
      readonly type: string
      readonly writer: string
      readonly file: string
    }
  | { readonly do: 'commit'; readonly on: string; readonly type: string; readonly lastWriterWins: boolean }
  | { readonly do: 'version of the draft'; readonly on: string; readonly type: string }
  | { readonly do: 'abandon'; readonly on: string }
  | { readonly do: 'start' }
  | { readonly do: 'finish' }

export type Expected = number | 'absent' | 'anybody'

export const newModel = (): Model => ({ collections: new Map(), drafts: new Map(), run: 'unknown' })

/** Does what a step says; answers false if it is refused, and then nothing has changed. */
export const apply = (model: Model, step: Step): boolean => {
  switch (step.do) {
    case 'log':
      if (step.inRun && model.run === 'unknown') return false
      return put(collection(model, step.on), step.type, step.files, step.aliases)
    case 'link': {
      const source = collection(model, step.from)
      const number = find(source, step.version)
      return (
        number !== undefined && put(collection(model, step.on), source.type, `${step.from}:${number}`, step.aliases)
      )
    }
    case 'move': {
      const to = collection(model, step.on)
      const number = find(to, step.to)
      if (number === undefined || !holds(to.aliases, step.alias, step.expect)) return false
      to.aliases.set(step.alias, number)
      return true
    }
    case 'unmove': {
      const { aliases } = collection(model, step.on)
      if (!holds(aliases, step.alias, step.expect)) return false
      return aliases.delete(step.alias) || step.expect === 'absent'
    }
    case 'delete':
      return drop(collection(model, step.on), step.number, step.aliasesToo)
    case 'unlink':
      return drop(collection(model, step.on), step.number, true)
    case 'upsert':
      if (!accepts(collection(model, step.on), step.type)) return false
      draft(model, step.on).parts.push(step)
      return true
    case 'commit': {
      const { parts, sealed } = draft(model, step.on)
      const merged = merge(parts, step.lastWriterWins)
      if (parts.length === 0 || merged === undefined || collection(model, step.on).type !== step.type) return false
      sealed.push(merged)
      parts.length = 0
      return true
    }
    case 'version of the draft': {
      const content = draft(model, step.on).sealed.shift()
      return content !== undefined && put(collection(model, step.on), step.type, content, [])
    }
    case 'abandon':
      return draft(model, step.on).parts.splice(0).length > 0
    case 'start':
      if (model.run === 'unknown') model.run = 'started'
      return true
    case 'finish':
      if (model.run !== 'unknown') model.run = 'finished'
      return model.run === 'finished'
  }
}

/** Numbers a content, or finds its live number, and points the aliases and `latest` to it. */
export const put = (to: Collection, type: string | null, content: string, aliases: ReadonlyArray<string>): boolean => {
  if (!accepts(to, type)) return false
  const twin = to.things.findIndex((thing) => thing.live && thing.content === content)
  const number = twin >= 0 ? twin : to.things.push({ content, live: true }) - 1
  for (const alias of [...aliases, 'latest']) to.aliases.set(alias, number)
  return true
}

const accepts = (to: Collection, type: string | null): boolean => {
  to.type ??= type
  return to.type === type
}

const drop = ({ things, aliases }: Collection, number: number, aliasesToo: boolean): boolean => {
  const thing = things[number]
  if (thing === undefined) return false
  const pointing = [...aliases].filter(([, holder]) => holder === number)
  if (pointing.length > 0 && !aliasesToo) return false
  for (const [alias] of pointing) aliases.delete(alias)
  thing.live = false
  return true
}

const find = ({ things, aliases }: Collection, choice: number | string): number | undefined => {
  const number = typeof choice === 'string' ? aliases.get(choice) : choice
  return number !== undefined && things[number]?.live ? number : undefined
}

const holds = (aliases: ReadonlyMap<string, number>, alias: string, expect: Expected): boolean =>
  expect === 'anybody' || (aliases.get(alias) ?? 'absent') === expect

/** Each part is one file, `path=content`; undefined where two writers disagree on a path. */
const merge = (
  parts: ReadonlyArray<{ readonly writer: string; readonly file: string }>,
  lastWins: boolean,
): string | undefined => {
  const claims = new Map(parts.map(({ writer, file }) => [`${writer} ${file.slice(0, 1)}`, file]))
  const files = new Map(
    (lastWins ? parts.map(({ file }) => file) : [...claims.values()]).map((file) => [file.slice(0, 1), file]),
  )
  const agreed = lastWins || [...claims.values()].every((file) => files.get(file.slice(0, 1)) === file)
  return agreed ? [...files.values()].sort().join(' ') : undefined
}

const ensure = <V>(map: Map<string, V>, key: string, make: () => V): V => {
  const value = map.get(key) ?? make()
  map.set(key, value)
  return value
}
export const collection = ({ collections }: Model, name: string): Collection =>
  ensure(collections, name, () => ({ type: null, things: [], aliases: new Map() }))
const draft = ({ drafts }: Model, name: string) => ensure(drafts, name, () => ({ parts: [], sealed: [] }))
