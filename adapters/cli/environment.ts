/** The variables of the environment that stand for options which are not given. */
import { describeProblem } from '../../domain/values/codec.js'
import { LedgerError } from '../../index.js'

/** The options that every command takes. */
export interface LedgerLocation {
  readonly ledger?: string
  readonly events?: string
  readonly actor?: string
  readonly entity?: string
  readonly project?: string
  readonly cache?: string
}

type Environment = Readonly<Record<string, string | undefined>>

const VARIABLES = {
  ledger: 'MODEL_LEDGER',
  events: 'MODEL_LEDGER_EVENTS',
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

/** The same error, which says by the name of the variable what is wrong, where it is the value of one. */
export const namingVariables = (location: LedgerLocation, env: Environment, error: unknown): unknown => {
  if (!(error instanceof LedgerError)) return error
  const failure = error.error
  if (failure._tag === 'invalid-input' && 'problems' in failure) {
    const problems = failure.problems.map((problem) => {
      // The entity may have come with the project: acme/churn.
      const of = problem.at === 'entity' && said(location, env, 'entity') === undefined ? 'project' : problem.at
      const name = isOption(of) ? variableOf(location, env, of) : undefined
      return name === undefined ? problem : { ...problem, at: name }
    })
    return new LedgerError({ ...failure, problems }, problems.map(describeProblem).join('; '))
  }
  const events = variableOf(location, env, 'events')
  return events === undefined ? error : new LedgerError(failure, `${events}: ${error.message}`)
}
