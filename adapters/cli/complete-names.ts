/**
 * Names for the shell: of what may stand where somebody is typing, in the ledger that the line means. Nothing is written,
 * and whatever goes wrong, there is no name and no word about it.
 */
import type { Command, Option } from 'commander'
import { omitUndefined } from '../../domain/values/omit-undefined.js'
import { isRegistryProject } from '../../domain/values/references.js'
import type { Ledger } from '../../index.js'
import { defaultsOf, variable } from './environment.js'
import type { Terminal } from './output.js'

/** What a name may be of. Of a version it may go on behind `:`; aliases are those of what is named first. */
interface Place {
  readonly of: ReadonlyArray<'artifact' | 'model' | 'run' | 'alias'>
  readonly versions: boolean
}

const BOTH = ['artifact', 'model'] as const
const PLACES: Readonly<Record<string, Place>> = {
  version: { of: BOTH, versions: true },
  name: { of: BOTH, versions: true },
  subject: { of: BOTH, versions: true },
  from: { of: BOTH, versions: true },
  to: { of: BOTH, versions: true },
  collection: { of: BOTH, versions: false },
  'registered version': { of: ['model'], versions: true },
  model: { of: ['model'], versions: false },
  artifact: { of: ['artifact'], versions: false },
  run: { of: ['run'], versions: false },
  alias: { of: ['alias'], versions: false },
}
/** By what their definitions say, but those that take moments, and an option that takes the number of a version alone. */
const WITHOUT_NAMES: ReadonlySet<string> = new Set(['diff-moments'])
const OPTIONS_WITH_NAMES: ReadonlySet<string> = new Set(['--run', '--base'])

/** The options of a command that take a name. */
export const optionsWithNames = ({ options }: Command): ReadonlyArray<string> =>
  options.flatMap((option) => (placeOfOption(option) === undefined || option.long == null ? [] : [option.long]))

/** Whether names may stand somewhere behind a command. */
export const takesNames = (command: Command): boolean =>
  !WITHOUT_NAMES.has(command.name()) &&
  (optionsWithNames(command).length > 0 ||
    command.registeredArguments.some((argument) => Object.hasOwn(PLACES, argument.name())))

const placeOfOption = ({ long, flags }: Option): Place | undefined => {
  const [, value] = /<([^>]+)>/.exec(flags) ?? []
  return long != null && OPTIONS_WITH_NAMES.has(long) && value !== undefined ? PLACES[value] : undefined
}

/** Where somebody is typing, the beginning of the name, and what the line says of the ledger. */
interface Typing {
  readonly place: Place
  /** What stands before the name in the same word: `--run=`. */
  readonly before: string
  readonly begun: string
  /** The arguments before it. */
  readonly given: ReadonlyArray<string>
  readonly options: Readonly<Record<string, string>>
}

const typingIn = (program: Command, words: ReadonlyArray<string>): Typing | undefined => {
  const options: Record<string, string> = {}
  let command = program
  const given: string[] = []
  let open: Option | undefined
  let ofRun = false
  for (const word of words.slice(0, -1)) {
    if (open !== undefined) {
      options[open.attributeName()] = word
      open = undefined
    } else if (word.startsWith('-')) {
      const [, name = word, value] = /^(--[^=]+)=(.*)$/s.exec(word) ?? []
      const option = [...command.options, ...program.options].find(({ long, short }) => long === name || short === name)
      if (option?.required === true && value === undefined) open = option
      else if (option !== undefined && value !== undefined) options[option.attributeName()] = value
      // As of `show --run`, it says what the name is of.
      else if (name === '--run') ofRun = true
    } else {
      const inner = given.length === 0 ? command.commands.find((each) => each.name() === word) : undefined
      if (inner === undefined) given.push(word)
      else command = inner
    }
  }
  const word = words.at(-1) ?? ''
  if (open !== undefined) {
    const place = placeOfOption(open)
    return place === undefined ? undefined : { place, before: '', begun: word, given, options }
  }
  if (word.startsWith('-')) {
    const [, before = '', name, begun = ''] = /^((--[^=]+)=)(.*)$/s.exec(word) ?? []
    const option = command.options.find(({ long }) => long === name)
    const place = option === undefined ? undefined : placeOfOption(option)
    return place === undefined ? undefined : { place, before, begun, given, options }
  }
  const { registeredArguments } = command
  const last = registeredArguments.at(-1)
  const argument = registeredArguments[given.length] ?? (last?.variadic === true ? last : undefined)
  const place = argument === undefined || WITHOUT_NAMES.has(command.name()) ? undefined : PLACES[argument.name()]
  if (place === undefined) return undefined
  return { place: ofRun ? { of: ['run'], versions: false } : place, before: '', begun: word, given, options }
}

/** So long a shell waits for names, in milliseconds. */
const PATIENCE = 3000
/** So many names of one project. */
const MOST = 1000

/** Prints the names that may stand in place of the last of these words, one a line. */
export const completeNames = async (
  program: Command,
  words: ReadonlyArray<string>,
  terminal: Terminal,
): Promise<void> => {
  const typing = typingIn(program, words.map(unquoted))
  if (typing === undefined) return
  const { options, before } = typing
  const { ledger, events, entity, project } = options
  const location = omitUndefined({
    ledger: ledger === undefined ? undefined : atHome(ledger, terminal),
    events,
    entity,
    project,
  })
  let opened: Ledger | undefined
  let tooLate: ReturnType<typeof setTimeout> | undefined
  try {
    const { openAtLocation } = await import('./library.js')
    opened = await openAtLocation(location, terminal, true)
    const names = await Promise.race([
      namesIn(opened, typing, defaultsOf(location, terminal.env)),
      new Promise<ReadonlyArray<string>>((resolve) => {
        tooLate = setTimeout(resolve, PATIENCE, [])
      }),
    ])
    // One that a line cannot hold cannot be given on it, either.
    const lines = [...new Set(names)].filter((name) => !/\p{Cc}/u.test(name)).map((name) => `${before}${name}\n`)
    terminal.out(lines.join(''))
  } catch {
    // No ledger, none that can be read, or nothing of that name: nothing is to be completed.
  } finally {
    clearTimeout(tooLate)
    await opened?.close(1).catch(() => undefined)
  }
}

/** A word as the shell shows it while it is typed. */
const unquoted = (word: string): string => {
  const [, quote, inside = ''] = /^(["'])(.*)$/s.exec(word) ?? []
  if (quote === undefined) return word.replaceAll(/\\(.)/gs, '$1')
  return inside.endsWith(quote) ? inside.slice(0, -1) : inside
}

const atHome = (path: string, { env }: Terminal): string =>
  path.startsWith('~/') ? `${variable(env, 'HOME') ?? '~'}${path.slice(1)}` : path

type Defaults = ReturnType<typeof defaultsOf>

const namesIn = async (
  ledger: Ledger,
  { place, begun, given }: Typing,
  { entity, project }: Defaults,
): Promise<ReadonlyArray<string>> => {
  if (place.of.includes('alias')) return aliasesOf(ledger, given, begun)
  const colon = begun.indexOf(':')
  if (colon >= 0) return place.versions ? versionsOf(ledger, begun.slice(0, colon), begun) : []
  const names: string[] = []
  const slashes = begun.split('/').length - 1
  for (const of of place.of) {
    names.push(...(await namesBehind(ledger, of, begun)))
    // What a name leaves out is that which is set.
    const home = of === 'model' ? 'model-registry' : project
    if (entity === undefined) continue
    if (slashes === 1) names.push(...(await namesBehind(ledger, of, begun, `${entity}/`)))
    if (slashes === 0 && home !== undefined) names.push(...(await namesBehind(ledger, of, begun, `${entity}/${home}/`)))
  }
  return names
}

/** The names that begin so, without what is left out before them: as far as the project, or in one. */
const namesBehind = async (
  ledger: Ledger,
  of: Place['of'][number],
  begun: string,
  leftOut = '',
): Promise<ReadonlyArray<string>> => {
  const whole = `${leftOut}${begun}`
  const [entity = '', project = '', name] = whole.split('/')
  const paths =
    name === undefined
      ? (await ledger.projects({ limit: MOST })).items
          .filter((each) => (of === 'model' ? each.kind === 'registry' : each.kind === 'project'))
          .map(({ path }) => `${path}/`)
      : isRegistryProject(project) !== (of === 'model')
        ? []
        : await pathsIn(ledger, of, `${entity}/${project}`, `${whole}*`)
  return paths.filter((path) => path.startsWith(whole)).map((path) => path.slice(leftOut.length))
}

const pathsIn = async (
  ledger: Ledger,
  of: Place['of'][number],
  project: string,
  name: string,
): Promise<ReadonlyArray<string>> => {
  const page =
    of === 'run'
      ? await ledger.runs({ project, name, limit: MOST })
      : of === 'model'
        ? await ledger.registeredModels({ registry: project, name, limit: MOST })
        : await ledger.artifacts({ project, name, limit: MOST })
  return page.items.map(({ path }) => path)
}

/** Aliases that are there, of what is named first; none twice. */
const aliasesOf = async (
  ledger: Ledger,
  [version = '', ...others]: ReadonlyArray<string>,
  begun: string,
): Promise<ReadonlyArray<string>> => {
  const [name = ''] = version.split(':')
  return (await aliasesIn(ledger, name)).filter((alias) => alias.startsWith(begun) && !others.includes(alias))
}

/** Its own stream knows them: that costs nothing that the rest of the ledger holds. */
const aliasesIn = async (ledger: Ledger, collection: string): Promise<ReadonlyArray<string>> => {
  const { oneStreamOf } = await import('./library.js')
  return (await oneStreamOf(ledger).aliases(collection)).toSorted()
}

/** Aliases and numbers, behind the name as it was typed. */
const versionsOf = async (ledger: Ledger, name: string, begun: string): Promise<ReadonlyArray<string>> => {
  const choice = begun.slice(name.length + 1)
  const numbered = choice === '' || choice.startsWith('v') ? (await ledger.versions(name, { limit: MOST })).items : []
  return [...(await aliasesIn(ledger, name)), ...numbered.map(({ version }) => `v${version}`)]
    .filter((version) => version.startsWith(choice))
    .map((version) => `${name}:${version}`)
}
