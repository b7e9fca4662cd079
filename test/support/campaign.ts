import { vi } from 'vitest'
import { randomNumbers } from '../../bench/random.js'

/** What part of its rounds a campaign runs in `npm test`. */
const SMALL = 0.05

const shareOf = (text: string | undefined): number => {
  if (text === undefined || text === '') return SMALL
  const share = text === 'whole' ? 1 : Number(text)
  if (share > 0 && share <= 1) return share
  throw new Error(`MODEL_LEDGER_CAMPAIGN is "whole" or a share above 0 and at most 1, such as 0.2; it is "${text}"`)
}

const seedOf = (text: string | undefined): number => {
  const seed = Number(text)
  if (text !== undefined && text !== '' && Number.isInteger(seed) && seed >= 0 && seed < 2 ** 32) return seed
  throw new Error(`MODEL_LEDGER_SEED is a whole number from 0 to 4294967295, or left out; it is "${text}"`)
}

const share = shareOf(process.env['MODEL_LEDGER_CAMPAIGN'])
const seed = seedOf(process.env['MODEL_LEDGER_SEED'])

/**
 * How long the campaigns are: the tests in `test/campaigns/` that do something at random, such as killing a
 * process, many times over. `npm test` runs a small share of the rounds, `npm run test:campaigns` all of them.
 * Each file asks for its own, before its tests: what is random in it does not depend on the files before it.
 */
export const campaignOfThisFile = () => {
  // Whole campaigns take minutes, and nothing in them is right or wrong by the time that it takes.
  vi.setConfig({ testTimeout: 3_600_000 })
  const next = randomNumbers(seed)
  return {
    /** What the run is made from: a number from 0 to 2^32 - 1, printed with every run, MODEL_LEDGER_SEED where that is set. */
    seed,
    /** How many rounds to run now of so many in a whole campaign; one at least. */
    rounds: (whole: number): number => Math.max(1, Math.round(whole * share)),
    /** The next random number of this file, at least 0 and below 1: the same row of them for the same seed. */
    random: (): number => next() / 2 ** 32,
  }
}
