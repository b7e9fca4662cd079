/**
 * The pages of the reference: what stands in them between `<!-- made of <what> -->` and `<!-- end -->` is made of the types, of calls
 * and of the ways in; what stands around it is written by hand.
 */
import { COMMON, CONTENT, NO_TASK_EITHER, OF_A_DRAFT, OF_A_LEDGER, OF_A_RUN, type Way } from '../../ways-in.js'
import { anchorOf } from '../pages.js'
import type { Sample } from './answers.js'
import type { Declared, Member, Method } from './declared.js'
import { refusedByRules } from './rules.js'

export type Makers = Readonly<Record<string, (page: string, ...given: ReadonlyArray<string>) => string>>

const BLOCK = /<!-- made of (\w+)((?: [\w.]+)*) -->\n[\s\S]*?<!-- end -->/g

/** The same page, with everything that is made made anew. */
export const madeAnew = (page: string, makers: Makers): string =>
  page.replace(BLOCK, (_, what: string, rest: string) => {
    const make = makers[what]
    if (make === undefined) throw new Error(`nothing is made of ${what}`)
    const given = rest.split(' ').filter((word) => word !== '')
    return `<!-- made of ${[what, ...given].join(' ')} -->\n\n${make(page, ...given)
      .trim()
      .replace(/\n{3,}/g, '\n\n')}\n\n<!-- end -->`
  })

/** The names that the blocks of a page are made of. */
export const madeOf = (page: string, what: string): ReadonlyArray<string> =>
  [...page.matchAll(BLOCK)].flatMap(([, of, rest = '']) => (of === what ? rest.trim().split(' ') : []))

export const code = (text: string): string => {
  const inCell = text.replaceAll('|', '\\|')
  return inCell.includes('`') ? `\`\` ${inCell} \`\`` : `\`${inCell}\``
}
/** Words in a cell of a table. */
export const cell = (words: string): string =>
  words
    .replace(/\n/g, ' ')
    .replace(/(?<!\\)\|/g, '\\|')
    .split(/(`[^`]*`)/)
    .map((part) => (part.startsWith('`') ? part : part.replaceAll('<', '&lt;')))
    .join('')

export const table = (head: ReadonlyArray<string>, rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  // A column in which nothing stands is left out.
  const kept = head.map((_, at) => rows.some((row) => (row[at] ?? '') !== ''))
  const line = (cells: ReadonlyArray<string>) => `| ${cells.filter((_, at) => kept[at]).join(' | ')} |\n`
  const rule = `|${'---|'.repeat(kept.filter(Boolean).length)}\n`
  return rows.length === 0 ? '' : `${line(head)}${rule}${rows.map(line).join('')}`
}

/** As one reads it: not every name of an event. */
const typed = ({ type, isOptional }: Member): string =>
  `${code(type.replace(/\(?(?:"[A-Z]\w+" \| ){10,}"[A-Z]\w+"\)?/g, 'EventType'))}${isOptional ? ', optional' : ''}`
export const memberRows = (members: ReadonlyArray<Member>): ReadonlyArray<ReadonlyArray<string>> =>
  members.map((member) => [code(member.name), typed(member), cell(member.words)])

/** The first sentence. */
export const brief = (words: string): string => (/^.*?[.:;](?= |$)/.exec(words)?.[0] ?? words).replace(/[:;]$/, '.')

const NO = 'no: '
const optionsOf = (as: string): string =>
  as.startsWith(NO) ? `– (${as.slice(NO.length)})` : (as.match(/<[^>]+>|--[\w-]+/g) ?? []).map(code).join(' ')

interface Told {
  readonly declared: Declared
  readonly samples: ReadonlyMap<string, Sample>
  /** Where exported types are told, by name. */
  readonly exports: string
  /** A method with a link to where it is told. */
  readonly placeOf: (method: string) => string
}

/** The sections of some methods, and the lists that lead to them. */
export const methodMakers = ({ declared, samples, exports, placeOf }: Told): Makers => {
  const envelope = new Set(declared.envelope.map(({ name }) => name))
  /** A type without members stands in the table of its entry point. */
  const known = new Map(
    declared.exports
      .get('model-ledger')
      ?.map(({ name, members }) => [name, members.length === 0 ? anchorOf('model-ledger') : name.toLowerCase()]),
  )
  const all = new Map([
    ...declared.ledger.map((method) => [method.name, method] as const),
    ...declared.run.map((method) => [`run.${method.name}`, method] as const),
    ...declared.draft.map((method) => [`draft.${method.name}`, method] as const),
  ])
  const named = (name: string): Method => {
    const method = all.get(name)
    if (method === undefined) throw new Error(`there is no method ${name}`)
    return method
  }

  /** Those that no other method has as well: who and why, and the signal, are told once. */
  const ownMembers = (members: ReadonlyArray<Member>) => {
    const isCommand = members.some(({ name }) => name === 'commandId')
    const own = members.filter(
      ({ name, isOptional }) => name !== 'signal' && !(isCommand && envelope.has(name) && isOptional),
    )
    return [...own.filter(({ isOptional }) => !isOptional), ...own.filter(({ isOptional }) => isOptional)]
  }

  const argumentsOf = (name: string, { parameters = [] }: Method): string => {
    const way = wayOf(name)
    const given: object =
      typeof way === 'object' && 'given' in way && typeof way.given === 'object' && way.given !== null ? way.given : {}
    const rows = parameters.flatMap((parameter) =>
      ownMembers(parameter.members).map((member) => [
        code(member.name),
        typed(member),
        cell(member.words),
        optionsOf(String(Reflect.get(given, member.name) ?? '')),
      ]),
    )
    const isCommand = parameters.some(({ members }) => members.some(({ name: member }) => member === 'commandId'))
    const also = isCommand ? '[Who, why and when](calling.md#who-why-and-when) are taken, too.\n' : ''
    return `${table(['member', 'type', 'meaning', 'command line'], rows)}\n${also}`
  }

  /** `resolve(version, options?)`. */
  const callOf = (name: string, { parameters }: Method): string =>
    parameters === undefined
      ? code(name)
      : code(
          `${name}(${parameters.map((each) => `${each.name}${each.isOptional ? '?' : ''}: ${each.type}`).join(', ')})`,
        )

  /** The type with a link to what is told of it. */
  const answerOf = ({ answer }: Method): string => {
    const links = [...new Set(answer.match(/\b[A-Z]\w+/g))].filter((type) => known.has(type))
    const told = links.map((type) => `[${type}](${exports}#${known.get(type)})`)
    return `Answers ${code(answer)}${told.length === 0 ? '' : ` (${told.join(', ')})`}.`
  }

  const sampleOf = (name: string): string => {
    const sample = samples.get(name)
    if (sample === undefined || sample.answer === '' || sample.answer === '{}') return ''
    const behind = sample.more === 0 ? '' : `\n// and ${sample.more} more`
    return `\`\`\`jsonc\n// ${sample.call}\n${sample.answer}${behind}\n\`\`\`\n`
  }

  const codesOf = (name: string): string => {
    const codes = declared.codes.get(name)
    if (codes !== undefined) return `Rejects with ${codes.map(code).join(', ')} ([what they mean](errors.md)).`
    const ruled = refusedByRules(name)
    if (ruled.length === 0) return ''
    return `Its rules refuse with ${ruled.map(code).join(', ')} ([what they mean](errors.md)); [what else can fail](calling.md#errors).`
  }

  const methodOf = (name: string): string => {
    const method = named(name)
    return [
      `### ${code(name)}\n`,
      `${method.words}\n`,
      `${callOf(name, method)}\n`,
      argumentsOf(name, method),
      `${onTheCommandLine(wayOf(name))}\n`,
      `${answerOf(method)}\n`,
      sampleOf(name),
      codesOf(name),
    ]
      .filter((part) => part.trim() !== '')
      .join('\n')
  }

  const listOf = (names: ReadonlyArray<string>, page = ''): string =>
    names.map((name) => `- [${code(name)}](${page}#${anchorOf(name)}) ${brief(named(name).words)}`).join('\n')

  return {
    methods: (_, ...names) => names.map(methodOf).join('\n\n'),
    index: (page) => listOf(madeOf(page, 'methods')),
    content: contentRows,
    others: () => `${NO_TASK_EITHER.map(code).join(', ')}.`,
    envelope: () =>
      table(
        ['member', 'type', 'meaning', 'command line'],
        declared.envelope.map((member) => {
          const [row = []] = memberRows([member])
          return [...row, optionsOf(Object.entries(COMMON).find(([name]) => name === member.name)?.[1] ?? '')]
        }),
      ),
    all: () =>
      [...all.keys()]
        .filter((name) => all.get(name)?.parameters !== undefined || declared.ledger.some((one) => one.name === name))
        .sort()
        .map(placeOf)
        .join(' · '),
  }
}

const wayOf = (name: string): Way<never> | string | undefined => {
  const [of, member = ''] = name.split('.')
  if (of === 'run') return Reflect.get(OF_A_RUN, member)
  if (of === 'draft') return Reflect.get(OF_A_DRAFT, member)
  return Reflect.get(OF_A_LEDGER, name)
}

const onTheCommandLine = (way: Way<never> | string | undefined): string => {
  if (way === undefined) return ''
  if (typeof way === 'string') return `Not on the command line: ${way.slice(NO.length)}.`
  const { command, by = '' } = way
  return `On the command line: [${code(command)}](commands.md#${command.replaceAll(' ', '-')})${by === '' ? '' : ` ${optionsOf(by)}`}.`
}

const contentRows = (): string =>
  table(
    ['kind', 'on the command line'],
    Object.entries(CONTENT).map(([kind, as]) => [
      code(kind),
      as.startsWith(NO) ? `– (${as.slice(NO.length)})` : code(as),
    ]),
  )
