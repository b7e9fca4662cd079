/** The library, its TaskEither operations and the command line can do the same, or it is said why not. */
import type { Command } from 'commander'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../adapters/cli/program.js'
import { operations } from '../index.js'
import { commandsOf, optionsOf, terminalIn } from './support/command-line.js'
import { memoryLedger } from './support/ledger-memory.js'
import { METHODS } from './support/ledger-methods.js'
import {
  COMMANDS_ALONE,
  COMMON,
  CONTENT,
  NO_TASK_EITHER,
  OF_A_DRAFT,
  OF_A_LEDGER,
  OF_A_RUN,
  OPTIONS_ALONE,
  type Way,
} from './ways-in.js'

const program = buildProgram(terminalIn('/').terminal)

const commands = commandsOf(program)

const GLOBAL = optionsOf(program)
const argumentsOf = (command: Command): ReadonlyArray<string> =>
  command.registeredArguments.map((each) => `<${each.name()}${each.variadic ? '...' : ''}>`)
/** `<subject> --run` names two. */
const partsOf = (as: string): ReadonlyArray<string> => as.match(/<[^>]+>|--[\w-]+/g) ?? []

/** What a row says, in one form: of a method that no command does, the reason. */
interface Row {
  readonly method: string
  readonly command: string | undefined
  readonly reason: string
  readonly by: string
  readonly given: ReadonlyArray<readonly [member: string, as: string]>
}
const NO = 'no: '
const rowOf = ([method, way]: readonly [string, Way | Exclude<Way<never>, string>]): Row => {
  if (typeof way === 'string') return { method, command: undefined, reason: way.slice(NO.length), by: '', given: [] }
  const { command, by = '' } = way
  return { method, command, reason: '', by, given: 'given' in way ? Object.entries(way.given) : [] }
}
/** The arguments and options that a row names. */
const namedBy = ({ by, given }: Row): ReadonlyArray<string> =>
  [by, ...given.map(([, as]) => (as.startsWith(NO) ? '' : as))].flatMap(partsOf)

const tables = {
  'a ledger': Object.entries(OF_A_LEDGER).map(rowOf),
  'a run in hand': Object.entries(OF_A_RUN).map(rowOf),
  'a draft in hand': Object.entries(OF_A_DRAFT).map(rowOf),
}
const rows = Object.values(tables).flat()

describe('the methods', () => {
  it('have a row each, and no row is of another', async () => {
    const { ledger } = await memoryLedger()
    const sorted = (names: Iterable<string>) => [...names].sort()
    expect(sorted(Object.keys(OF_A_LEDGER))).toEqual(sorted(Object.keys(ledger)))
    const asked = Object.keys(ledger.at())
    expect(asked.filter((name) => !Object.hasOwn(OF_A_LEDGER, name))).toEqual([])
    const methodsOf = (inHand: object) =>
      Object.entries(inHand).flatMap(([name, is]) => (typeof is === 'function' ? name : []))
    expect(sorted(Object.keys(OF_A_RUN))).toEqual(sorted(methodsOf(await ledger.startRun())))
    const draft = await ledger.newArtifact({ name: 'cats', type: 'model' })
    expect(sorted(Object.keys(OF_A_DRAFT))).toEqual(sorted(methodsOf(draft)))
    const tasks = new Set(Object.keys(operations(ledger)))
    expect(sorted([...tasks, ...NO_TASK_EITHER])).toEqual(sorted(Object.keys(ledger)))
    await ledger.close()
  })

  it.each(rows.filter(({ command }) => command !== undefined))(
    '$method is done by a command that is there, with the arguments and options that are there',
    ({ command = '', ...row }) => {
      const found = commands.get(command)
      expect(found, command).toBeDefined()
      const known = found === undefined ? [] : [...argumentsOf(found), ...optionsOf(found), ...GLOBAL]
      expect(namedBy({ command, ...row }).filter((name) => !known.includes(name))).toEqual([])
    },
  )

  it('give a reason where no command does it, or no option stands for a member', () => {
    const reasons = rows.flatMap(({ command, reason, given }) => [
      ...(command === undefined ? [reason] : []),
      ...given.flatMap(([, as]) => (as.startsWith(NO) ? as.slice(NO.length) : [])),
    ])
    expect(reasons.filter((reason) => reason.length < 5)).toEqual([])
  })

  it('that record something take who, why and when on the command line, too', () => {
    const wanted = Object.values(COMMON).filter((as) => as.startsWith('--') && !GLOBAL.includes(as))
    const lacking = Object.keys(METHODS).flatMap((method) => {
      const command = rows.find((row) => row.method === method)?.command
      const options = command === undefined ? wanted : optionsOf(commands.get(command) ?? program)
      return wanted.filter((option) => !options.includes(option)).map((option) => `${command} ${option}`)
    })
    expect(lacking).toEqual([])
  })

  it('take the kinds of content of which a row says so', () => {
    const log = commands.get('log') ?? program
    const known = [...argumentsOf(log), ...optionsOf(log)]
    expect(Object.values(CONTENT).filter((as) => !as.startsWith(NO) && !known.includes(as))).toEqual([])
  })
})

describe('the commands', () => {
  it('are named by a method each, or said to stand alone', () => {
    const named = new Set(rows.map(({ command }) => command))
    expect([...commands.keys()].filter((name) => !named.has(name)).sort()).toEqual(Object.keys(COMMANDS_ALONE).sort())
  })

  it('have no argument and no option that stands for nothing', () => {
    const common = ['--as-of', ...Object.values<string>(COMMON)]
    const alone = [...commands].flatMap(([name, command]) => {
      if (Object.hasOwn(COMMANDS_ALONE, name)) return []
      const named = new Set([...rows.flatMap((row) => (row.command === name ? namedBy(row) : [])), ...common])
      const others = [...argumentsOf(command), ...optionsOf(command)].filter((each) => !named.has(each))
      return others.length === 0 ? [] : [[name, others.sort()] as const]
    })
    const told = Object.entries(OPTIONS_ALONE).map(([name, options]) => [name, Object.keys(options).sort()])
    expect(Object.fromEntries(alone)).toEqual(Object.fromEntries(told))
  })
})
