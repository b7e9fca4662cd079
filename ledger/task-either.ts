/** The same operations for functional callers: each answers a TaskEither that never rejects. */
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Position } from '../domain/ports/event-store.js'
import { functionOf, rule } from '../domain/values/codec.js'
import { LedgerError } from './calling/errors.js'
import { checkedNow } from './calling/input.js'
import { ownCopy } from './calling/own.js'
import { listenedTo } from './files/given-streams.js'
import type { Ledger } from './ledger.js'
import type { Alone } from './looking-back/one-stream.js'
import type { LedgerAsOf, When } from './watching.js'

const Method = functionOf<unknown>('a method of a ledger, a draft or a run')
const OpenLedger = rule(
  'a ledger that openLedger opened',
  (value): value is Ledger =>
    typeof value === 'object' &&
    value !== null &&
    ['execute', 'at', 'alone', 'close'].every((name) => typeof Reflect.get(value, name) === 'function'),
)

/**
 * A method of a ledger, a draft or a run, as one that gives a TaskEither. Nothing is done until it is run; but streams are
 * listened to, lest one that fails before then ends the process.
 */
export const taskEither = <Arguments extends ReadonlyArray<unknown>, A>(
  method: (...given: Arguments) => Promise<A>,
) => {
  checkedNow(Method, method)
  return (...given: Arguments): TE.TaskEither<LedgerError, A> => {
    // It may be run much later, and more than once: each time with what was given now.
    for (const [at, argument] of given.entries()) Reflect.set(given, at, ownCopy(argument))
    listenedTo(given)
    return TE.tryCatch(async () => method(...given), asLedgerError)
  }
}

/** What is no `LedgerError` is a fault of this library, or of a function that it was given. */
const asLedgerError = (cause: unknown): LedgerError =>
  cause instanceof LedgerError
    ? cause
    : new LedgerError({ _tag: 'fault', cause }, cause instanceof Error ? cause.message : String(cause))

/** Everything that a ledger can be told and asked, as TaskEithers. */
export const operations = (ledger: Ledger) => operationsOf(checkedNow(OpenLedger, ledger))

const operationsOf = (ledger: Ledger) => ({
  ...questions(ledger),
  at: (when?: When) => questions(ledger.at(when)),
  alone: (when?: Position) => questionsToOne(ledger.alone(when)),
  execute: taskEither(ledger.execute),
  createArtifact: taskEither(ledger.createArtifact),
  logArtifact: taskEither(ledger.logArtifact),
  newArtifact: taskEither(ledger.newArtifact),
  locate: taskEither(ledger.locate),
  content: taskEither(ledger.content),
  newDraft: taskEither(ledger.newDraft),
  upsertDistributed: taskEither(ledger.upsertDistributed),
  commitDistributed: taskEither(ledger.commitDistributed),
  abandonDistributed: taskEither(ledger.abandonDistributed),
  describe: taskEither(ledger.describe),
  tag: taskEither(ledger.tag),
  untag: taskEither(ledger.untag),
  deleteVersion: taskEither(ledger.deleteVersion),
  moveAlias: taskEither(ledger.moveAlias),
  removeAlias: taskEither(ledger.removeAlias),
  createRegisteredModel: taskEither(ledger.createRegisteredModel),
  link: taskEither(ledger.link),
  linkModel: taskEither(ledger.linkModel),
  unlink: taskEither(ledger.unlink),
  describeRegisteredModel: taskEither(ledger.describeRegisteredModel),
  tagRegisteredModel: taskEither(ledger.tagRegisteredModel),
  untagRegisteredModel: taskEither(ledger.untagRegisteredModel),
  startRun: taskEither(ledger.startRun),
  summariseRun: taskEither(ledger.summariseRun),
  useArtifact: taskEither(ledger.useArtifact),
  finishRun: taskEither(ledger.finishRun),
  collectable: taskEither(ledger.collectable),
  collectGarbage: taskEither(ledger.collectGarbage),
  verify: taskEither(ledger.verify),
  diffMoments: taskEither(ledger.diffMoments),
  waitFor: taskEither(ledger.waitFor),
  rebuild: taskEither(ledger.rebuild),
  progress: taskEither(ledger.progress),
  importEvents: taskEither(ledger.importEvents),
  download: taskEither(ledger.download),
  openFile: taskEither(ledger.openFile),
  close: taskEither(ledger.close),
})

const questions = (asked: LedgerAsOf) => ({
  moment: taskEither(asked.moment),
  resolve: taskEither(asked.resolve),
  version: taskEither(asked.version),
  versions: taskEither(asked.versions),
  artifact: taskEither(asked.artifact),
  artifacts: taskEither(asked.artifacts),
  registeredModel: taskEither(asked.registeredModel),
  registeredModels: taskEither(asked.registeredModels),
  runDetails: taskEither(asked.runDetails),
  runs: taskEither(asked.runs),
  openDrafts: taskEither(asked.openDrafts),
  search: taskEither(asked.search),
  diff: taskEither(asked.diff),
  lineage: taskEither(asked.lineage),
  paths: taskEither(asked.paths),
  history: taskEither(asked.history),
  aliasHistory: taskEither(asked.aliasHistory),
})

const questionsToOne = (asked: Alone) => ({
  locate: taskEither(asked.locate),
  history: taskEither(asked.history),
  aliasHistory: taskEither(asked.aliasHistory),
})
