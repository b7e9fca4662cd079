/** What a ledger in a directory answers, to be compared with what it answers after an accident; and what it says of one. */
import { directoryFileStore, directorySnapshotStore } from '../../adapters/directory/index.js'
import { sqliteEventStore } from '../../adapters/sqlite/index.js'
import { type HistoryDamage, type Ledger, LedgerError, openLedger, type Verified } from '../../index.js'
import { gather } from '../../testing/results.js'
import { warningsTo } from './warnings.js'

export interface LedgerAnswers {
  /** By question: a text that is equal where the answer is, or `refused: ` and the code. */
  readonly answers: ReadonlyMap<string, string>
  /** What the logger was told. */
  readonly told: ReadonlyArray<string>
  /** That its end is missing. */
  readonly damage: HistoryDamage | undefined
  /** `refused: ` and the code where `verify` could not be asked. */
  readonly verified: Verified | string
}

const QUESTIONS: Readonly<Record<string, (ledger: Ledger) => Promise<unknown>>> = {
  artifacts: (ledger) => ledger.artifacts(),
  versions: async (ledger) => Promise.all((await ledger.artifacts()).items.map(({ path }) => ledger.versions(path))),
  models: (ledger) => ledger.registeredModels(),
  before: (ledger) => ledger.at(6).artifacts(),
  history: async (ledger) => (await ledger.history({ limit: 50 })).items,
  contents: async (ledger) => {
    const [first] = (await ledger.artifacts()).items
    return first && ledger.content(`${first.path}:v0`)
  },
  bytes: async (ledger) => {
    const [first] = (await ledger.artifacts()).items
    if (first === undefined) return undefined
    const { manifest } = await ledger.content(`${first.path}:v0`)
    return Promise.all(
      manifest.map(async ({ path }) => {
        const pieces = await gather((await ledger.openFile({ version: `${first.path}:v0`, path })).bytes)
        return Buffer.concat(pieces).toString('hex')
      }),
    )
  },
  // The id of the ledger is in its first line.
  export: async (ledger) => gather(ledger.exportEvents()),
}

export const answersIn = async (directory: string): Promise<LedgerAnswers> => {
  const told: string[] = []
  const logger = warningsTo(told)
  const opening = await refusalOr(() =>
    openLedger({
      events: sqliteEventStore({
        path: `${directory}/events.db`,
        readOnly: true,
        logger,
      }),
      files: directoryFileStore({ path: `${directory}/files`, readOnly: true }),
      snapshots: directorySnapshotStore({ path: `${directory}/snapshots` }),
      readOnly: true,
      logger,
    }),
  )
  const answers = new Map<string, string>()
  if (typeof opening === 'string') {
    for (const question of Object.keys(QUESTIONS)) answers.set(question, opening)
    return { answers, told, damage: undefined, verified: opening }
  }
  const ledger = opening
  for (const [question, ask] of Object.entries(QUESTIONS)) {
    const answer = await refusalOr(async () => ({ given: await ask(ledger) }))
    answers.set(question, typeof answer === 'string' ? answer : JSON.stringify(answer))
  }
  const verified = await refusalOr(() => ledger.verify())
  const { damage } = ledger
  await ledger.close()
  return { answers, told, damage, verified }
}

/** What is answered; a text, `refused: ` and why, where something is said to be damaged. */
export const refusalOr = async <A>(ask: () => Promise<A>): Promise<A | string> => {
  try {
    return await ask()
  } catch (error) {
    // Another refusal is another answer.
    if (error instanceof LedgerError) return `${REFUSALS.has(error.code) ? 'refused' : 'answered'}: ${error.message}`
    throw error
  }
}

/** That something is damaged, said as that. */
const REFUSALS: ReadonlySet<string> = new Set([
  'damaged-event',
  'damaged-store',
  'history-lost',
  'head-of-another-ledger',
  'not-an-event-store',
  'newer-format',
  'file-damaged',
  'file-missing',
  'damaged-file-store',
  'not-a-file-store',
  'unknown-event',
])
