/** The variables of the environment that stand for options which are not given. */
import { describeProblem, shown } from '../../domain/values/codec.js'
import { LedgerError } from '../../ledger/calling/errors.js'

/** The folder of a ledger that is not named. */
export const DEFAULT_NAME = '.model-ledger'

/** The options that every command takes. */
export interface LedgerLocation {
  readonly ledger?: string
  readonly events?: string
  /** The name of the ledger where the events are. */
  readonly eventsLedger?: string
  readonly actor?: string
  readonly entity?: string
  readonly project?: string
  readonly cache?: string
}

type Environment = Readonly<Record<string, string | undefined>>

const VARIABLES = {
  ledger: 'MODEL_LEDGER',
  events: 'MODEL_LEDGER_EVENTS',
  eventsLedger: 'MODEL_LEDGER_EVENTS_LEDGER',
  actor: 'MODEL_LEDGER_ACTOR',
  entity: 'MODEL_LEDGER_ENTITY',
  project: 'MODEL_LEDGER_PROJECT',
  cache: 'MODEL_LEDGER_CACHE',
} as const satisfies Record<keyof LedgerLocation, string>

const isOption = (word: string): word is keyof LedgerLocation => Object.hasOwn(VARIABLES, word)

/** What a variable says; set to nothing, as systems of continuous integration do, it is unset. */
export const variable = (env: Environment, name: string): string | undefined => env[name] || undefined

/** What an option says, or else its variable. */
export const said = (location: LedgerLocation, env: Environment, option: keyof LedgerLocation): string | undefined =>
  location[option] ?? variable(env, VARIABLES[option])

/** The variable that a value came from; `undefined` where the option was given, or neither. */
export const variableOf = (
  location: LedgerLocation,
  env: Environment,
  option: keyof LedgerLocation,
): string | undefined =>
  location[option] === undefined && variable(env, VARIABLES[option]) !== undefined ? VARIABLES[option] : undefined

/** For names that leave them out. A project may be given with its entity: `acme/churn`. */
export const defaultsOf = (location: LedgerLocation, env: Environment) => {
  const project = said(location, env, 'project')
  const [, owner, name] = /^([^/]+)\/([^/]+)$/.exec(project ?? '') ?? []
  return owner !== undefined && (location.entity ?? owner) === owner
    ? { entity: owner, project: name, isInOne: true }
    : { entity: said(location, env, 'entity'), project, isInOne: false }
}

/** The same of what a command refused, for which a name was completed by the variables. */
export const namingDefaults = (location: LedgerLocation, env: Environment, error: unknown): unknown => {
  if (!(error instanceof LedgerError) || !isOfInput(error.error)) return error
  const { isInOne } = defaultsOf(location, env)
  const problems = error.error.problems.map((problem) => {
    const [, part] = /^(entity|project) of "/.exec(problem.at) ?? []
    const member = part ?? problem.at
    // The entity may have come with the project: acme/churn.
    const of = member === 'entity' && isInOne ? 'project' : member
    const name = isOption(of) ? variableOf(location, env, of) : undefined
    if (name === undefined) return problem
    const parts = variable(env, name)?.split('/').map(shown) ?? []
    return part === undefined || parts.includes(problem.actual) ? { ...problem, at: name } : problem
  })
  return new LedgerError({ ...error.error, problems }, problems.map(describeProblem).join('; '))
}

const isOfInput = (failure: LedgerError['error']) => failure._tag === 'invalid-input' && 'problems' in failure

/** The same error, which says by the name of the variable what is wrong, where it is the value of one. */
export const namingVariables = (location: LedgerLocation, env: Environment, error: unknown): unknown => {
  if (!(error instanceof LedgerError)) return error
  const failure = error.error
  if (isOfInput(failure)) return namingDefaults(location, env, error)
  const events = variableOf(location, env, 'events')
  return events === undefined ? error : new LedgerError(failure, `${events}: ${error.message}`)
}
