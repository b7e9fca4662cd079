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
import type { Stoppable } from './calling/arguments.js'
import type { AsOf, When } from './calling/as-of.js'
import { answer, answered, checkedTask, checkedTaskIfGiven, type MomentFailure } from './calling/failures.js'
import { NameText, Stopping } from './calling/input.js'
import { untilAborted } from './calling/stopping.js'
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
  readonly moment: (options?: Stoppable) => Promise<Moment>
  /** The version that a path means, by alias or number: `[[entity/]project/]name[:alias|:vN]`, `latest` unless told. */
  readonly resolve: (version: string, options?: Stoppable) => Promise<Version>
  /** The version that a path means, as `resolve`; also one that was deleted or unlinked, which says when, by whom and why. */
  readonly version: (version: string, options?: Stoppable) => Promise<Version>
  /** An artifact by its name: its type, its aliases, how many versions. */
  readonly artifact: (name: string, options?: Stoppable) => Promise<Artifact>
  /** A registered model by its name. */
  readonly registeredModel: (name: string, options?: Stoppable) => Promise<RegisteredModel>
  /** A run by its path: its group, configuration, metrics, and how it ended. */
  readonly runDetails: (run: string, options?: Stoppable) => Promise<RunDetails>
  /** Distributed drafts that take parts: how old, whose parts, how many. */
  readonly openDrafts: (options?: Stoppable) => Promise<ReadonlyArray<OpenDraft>>
}

export interface AskingPorts extends DiffPorts {
  /** Where a moment stands, with everything that can be asked there; that of an interval may lie ahead. */
  readonly asOf: (when?: When, mayLieAhead?: boolean) => TE.TaskEither<MomentFailure, AsOf>
  readonly ofOwn: (when?: When) => OwnQuestions
}

/** What a question about something of a name is given. */
type Named = readonly [name: string, options?: Stoppable | undefined]
type Asking<Failure, A> = (registryQuestions: RegistryQuestions) => E.Either<Failure, A>

export const ledgerAsOf = ({ asOf, ofOwn, ...ports }: AskingPorts): ((when?: When) => LedgerAsOf) => {
  const ask = <Failure, A>(
    when: When | undefined,
    options: Stoppable | undefined,
    question: Asking<Failure, A>,
  ): TE.TaskEither<MomentFailure | Failure, A> =>
    pipe(
      checkedTaskIfGiven(Stopping, options),
      TE.flatMap(() => asOf(when)),
      TE.flatMapEither(({ registryQuestions }) => question(registryQuestions)),
    )

  const askOf = <Failure, A>(
    when: When | undefined,
    [name, options]: Named,
    question: Asking<Failure, A>,
  ): TE.TaskEither<MomentFailure | Failure, A> =>
    pipe(
      checkedTask(NameText, name),
      TE.flatMap(() => ask(when, options, question)),
    )

  const questions = (when?: When): LedgerAsOf => {
    const then = async (): Promise<AsOf> => answered(await asOf(when)())
    return {
      ...historyQuestions((bound) => (bound === undefined ? asOf(when) : asOf(bound, true))),
      ...listQuestions(asOf(when)),
      ...searchQuestions(asOf(when)),
      ...diffQuestions(then, ports),
      ...ofOwn(when),
      moment: (options) =>
        answer(
          'moment',
          ask(when, options, ({ moment }) => E.right(moment)),
        ),
      resolve: (...named) =>
        answer(
          'resolve',
          askOf(when, named, ({ resolve }) => resolve(named[0])),
        ),
      version: async (...named) => {
        const version = askOf(when, named, (registryQuestions) => registryQuestions.version(named[0]))
        return withWhoEnded(await answer('version', version), then)
      },
      artifact: async (...named) => {
        const artifact = askOf(when, named, (registryQuestions) => registryQuestions.artifact(named[0]))
        return withWhoClosed(await answer('artifact', artifact), then)
      },
      registeredModel: async (...named) => {
        const model = askOf(when, named, ({ registeredModel }) => registeredModel(named[0]))
        return withWhoClosed(await answer('registeredModel', model), then)
      },
      runDetails: (...named) =>
        answer(
          'runDetails',
          askOf(when, named, (registryQuestions) => registryQuestions.run(named[0])),
        ),
      openDrafts: (options) =>
        answer(
          'openDrafts',
          ask(when, options, ({ openDrafts }) => E.right(openDrafts())),
        ),
    }
  }
  return (when) =>
    untilAborted(typedThenNfc(tellingWhoRemoved(questions(when), async () => answered(await asOf(when)()))))
}
