/** All questions to a ledger as of a moment. */
import * as E from 'fp-ts/lib/Either.js'
import { pipe } from 'fp-ts/lib/function.js'
import * as TE from 'fp-ts/lib/TaskEither.js'
import type { Artifact } from '../projections/registry/questions/artifact.js'
import type { Moment } from '../projections/registry/questions/errors.js'
import type { RegistryQuestions } from '../projections/registry/questions/lookup.js'
import type { OpenDraft } from '../projections/registry/questions/open-drafts.js'
import type { RegisteredModel } from '../projections/registry/questions/registered-model.js'
import type { RunDetails } from '../projections/registry/questions/run.js'
import type { Version } from '../projections/registry/questions/version.js'
import type { AsOf, When } from './calling/as-of.js'
import type { InvalidInput } from './calling/errors.js'
import { answer, answered, checkedTask, type MomentFailure } from './calling/failures.js'
import { NameText } from './calling/input.js'
import { typedThenNfc } from './calling/typed-then-nfc.js'
import { tellingWhoRemoved, withWhoClosed, withWhoEnded } from './calling/who-removed.js'
import { type DiffPorts, type DiffQuestions, diffQuestions } from './finding/diff.js'
import { type ListQuestions, listQuestions } from './finding/lists.js'
import { type SearchQuestions, searchQuestions } from './finding/search.js'
import { type HistoryQuestions, historyQuestions } from './looking-back/history.js'
import type { OwnQuestions } from './own-projections.js'

/** The questions that can be put to a ledger at one moment. */
export interface LedgerAsOf extends HistoryQuestions, ListQuestions, SearchQuestions, DiffQuestions, OwnQuestions {
  /** The moment that is meant: its position and its time. */
  readonly moment: () => Promise<Moment>
  /** The version that a path means, by alias or number: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly resolve: (version: string) => Promise<Version>
  /** Likewise, but also a deleted or unlinked version, which says so, and by whom and why. */
  readonly version: (version: string) => Promise<Version>
  /** An artifact by its name: its type, its aliases, how many versions. */
  readonly artifact: (name: string) => Promise<Artifact>
  /** A registered model by its name. */
  readonly registeredModel: (name: string) => Promise<RegisteredModel>
  /** A run by its path: its group, configuration, metrics, and how it ended. */
  readonly runDetails: (run: string) => Promise<RunDetails>
  /** Distributed drafts that take parts: how old, whose parts, how many. */
  readonly openDrafts: () => Promise<ReadonlyArray<OpenDraft>>
}

export interface AskingPorts extends DiffPorts {
  /** Where a moment stands, with everything that can be asked there; that of an interval may lie ahead. */
  readonly asOf: (when?: When, mayLieAhead?: boolean) => TE.TaskEither<MomentFailure, AsOf>
  readonly ofOwn: (when?: When) => OwnQuestions
}

type Asking<Failure, A> = (registryQuestions: RegistryQuestions) => E.Either<Failure, A>

export const ledgerAsOf = ({ asOf, ofOwn, ...ports }: AskingPorts): ((when?: When) => LedgerAsOf) => {
  const ask = <Failure, A>(
    when: When | undefined,
    question: Asking<Failure, A>,
  ): TE.TaskEither<MomentFailure | Failure, A> =>
    pipe(
      asOf(when),
      TE.flatMapEither(({ registryQuestions }) => question(registryQuestions)),
    )

  const askOf = <Failure, A>(
    when: When | undefined,
    name: string,
    question: Asking<Failure, A>,
  ): TE.TaskEither<MomentFailure | InvalidInput | Failure, A> =>
    pipe(
      checkedTask(NameText, name),
      TE.flatMap(() => ask(when, question)),
    )

  const questions = (when?: When): LedgerAsOf => {
    const then = async (): Promise<AsOf> => answered(await asOf(when)())
    return {
      ...historyQuestions(async (bound) => (bound === undefined ? then() : answered(await asOf(bound, true)()))),
      ...listQuestions(asOf(when)),
      ...searchQuestions(asOf(when)),
      ...diffQuestions(then, ports),
      ...ofOwn(when),
      moment: () =>
        answer(
          'moment',
          ask(when, ({ moment }) => E.right(moment)),
        ),
      resolve: (version) =>
        answer(
          'resolve',
          askOf(when, version, ({ resolve }) => resolve(version)),
        ),
      version: async (name) => {
        const version = askOf(when, name, (registryQuestions) => registryQuestions.version(name))
        return withWhoEnded(await answer('version', version), then)
      },
      artifact: async (name) => {
        const artifact = askOf(when, name, (registryQuestions) => registryQuestions.artifact(name))
        return withWhoClosed(await answer('artifact', artifact), then)
      },
      registeredModel: async (name) => {
        const model = askOf(when, name, ({ registeredModel }) => registeredModel(name))
        return withWhoClosed(await answer('registeredModel', model), then)
      },
      runDetails: (run) =>
        answer(
          'runDetails',
          askOf(when, run, (registryQuestions) => registryQuestions.run(run)),
        ),
      openDrafts: () =>
        answer(
          'openDrafts',
          ask(when, ({ openDrafts }) => E.right(openDrafts())),
        ),
    }
  }
  return (when) => typedThenNfc(tellingWhoRemoved(questions(when), async () => answered(await asOf(when)())))
}
