/** Given what has happened, when somebody does something, then this is recorded, refused or answered. */
import type { CommandInput } from '../domain/commands/catalogue.js'
import { optionsOrThrow, record } from '../domain/values/codec.js'
import { type Ledger, LedgerError, type LedgerErrorCode, type LedgerFailure } from '../index.js'
import type { TestClock } from './clock-and-ids.js'
import { equal, matches } from './expectations.js'
import type { EventInput } from './histories.js'
import type { Part, Plain } from './plain.js'
import { right } from './results.js'
import { type Step, Steps, type TestLedger, TestLedgerOptions, testLedger } from './test-ledger.js'

/** What must come of it. Each plays all of it in a ledger of its own, and rejects with an `AssertionError` if something else comes. */
export interface Then<Answer> {
  /** These events are recorded, in all streams together in this order, and no other. */
  readonly thenRecords: (...events: ReadonlyArray<EventInput>) => Promise<void>
  /** It is accepted, and there is nothing to record. */
  readonly thenNothingHappens: () => Promise<void>
  /** It is refused with this code, and with these of the particulars, and nothing is recorded. */
  readonly thenRejected: <Code extends LedgerErrorCode>(
    code: Code,
    particulars?: Part<Plain<Omit<Extract<LedgerFailure, { readonly _tag: Code }>, '_tag'>>>,
  ) => Promise<void>
  /** It is answered with these members, and may be with more. Lists are told item by item; maps, sets and dates are the same. */
  readonly thenAnswers: (answer: Part<Plain<Answer>>) => Promise<void>
}

export interface Given {
  /** A command, as its definition has it; it is answered with what it is about: `version` or `generation`. */
  when(command: CommandInput): Then<{ readonly version?: number; readonly generation?: number }>
  /** Anything that is done with a ledger or asked of it, now, `at` a moment, or of a projection of one's own by `read`. */
  when<Answer>(work: (ledger: Ledger, clock: TestClock) => Promise<Answer>): Then<Answer>
}

type Outcome = { readonly events: ReadonlyArray<unknown> } & (
  | { readonly answer: unknown }
  | { readonly refused: LedgerError }
)

const outcomeOf = async (
  options: TestLedgerOptions,
  steps: ReadonlyArray<Step>,
  work: (test: TestLedger) => Promise<unknown>,
): Promise<Outcome> => {
  const test = await testLedger({ ...options, given: [...(options.given ?? []), ...steps] })
  try {
    const before = right(await test.events.head()())
    const events = async () =>
      (await test.recorded(before)).flatMap(({ event }) => (event.type === 'CommandAccepted' ? [] : [event]))
    try {
      const answer = await work(test)
      return { events: await events(), answer }
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error
      return { events: await events(), refused: error }
    }
  } finally {
    await test.close()
  }
}

/** What came, in so far as something else was expected: the difference is shown with it. */
const shown = (outcome: Outcome): object =>
  'refused' in outcome
    ? { rejected: outcome.refused.code, because: outcome.refused.message }
    : { recorded: outcome.events }

const GivenSteps = record('given', { steps: Steps })

/** `given` for ledgers with these options: projections of one's own, another actor, a history that all have. */
export const specification = (options: TestLedgerOptions = {}): ((...steps: ReadonlyArray<Step>) => Given) => {
  optionsOrThrow(TestLedgerOptions, options)
  return (...steps) => {
    optionsOrThrow(GivenSteps, { steps })
    return {
      when: (done: CommandInput | ((ledger: Ledger, clock: TestClock) => Promise<unknown>)): Then<unknown> => {
        const outcome = () =>
          outcomeOf(options, steps, async (test) =>
            typeof done === 'function'
              ? done(test.ledger, test.clock)
              : (await test.ledger.execute({ commandId: 'when', actor: 'anna', command: done })).answer,
          )
        const thenRecords: Then<unknown>['thenRecords'] = async (...events) =>
          equal(shown(await outcome()), { recorded: events })
        return {
          thenRecords,
          thenNothingHappens: () => thenRecords(),
          thenRejected: async (code: LedgerErrorCode, particulars: unknown = {}) => {
            const came = await outcome()
            if (!('refused' in came) || came.refused.code !== code) return equal(shown(came), { rejected: code })
            matches(came.refused.error, particulars)
            equal(came.events, [])
          },
          thenAnswers: async (answer) => {
            const came = await outcome()
            if ('refused' in came) return equal(shown(came), { answered: answer })
            matches(came.answer, answer)
          },
        }
      },
    }
  }
}

/** Given these steps, in this order: of `anna`, the entity `acme` and the project `churn`. `specification` takes options. */
export const given = specification()
