/** All questions to a ledger as of a moment. */
import * as E from 'fp-ts/lib/Either.js'
import type { Artifact } from '../projections/registry/questions/artifact.js'
import { describeQueryError, type Moment, type QueryError } from '../projections/registry/questions/errors.js'
import type { RegistryQuestions } from '../projections/registry/questions/lookup.js'
import type { OpenDraft } from '../projections/registry/questions/open-drafts.js'
import type { RegisteredModel } from '../projections/registry/questions/registered-model.js'
import type { RunDetails } from '../projections/registry/questions/run.js'
import type { Version } from '../projections/registry/questions/version.js'
import type { AsOf, When } from './calling/as-of.js'
import { promised } from './calling/errors.js'
import { checked, NameText } from './calling/input.js'
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

const asked = promised(describeQueryError)

export interface AskingPorts extends DiffPorts {
  /** Where a moment stands, with everything that can be asked there; that of an interval may lie ahead. */
  readonly asOf: (when?: When, mayLieAhead?: boolean) => Promise<AsOf>
  readonly ofOwn: (when?: When) => OwnQuestions
}

export const ledgerAsOf = ({ asOf, ofOwn, ...ports }: AskingPorts): ((when?: When) => LedgerAsOf) => {
  const ask = async <A>(
    when: When | undefined,
    question: (registryQuestions: RegistryQuestions) => E.Either<QueryError, A>,
  ): Promise<A> => {
    const { registryQuestions } = await asOf(when)
    return asked(async () => question(registryQuestions))
  }

  const askOf = async <A>(
    when: When | undefined,
    name: string,
    question: (registryQuestions: RegistryQuestions) => E.Either<QueryError, A>,
  ): Promise<A> => {
    await checked(NameText, name)
    return ask(when, question)
  }

  const questions = (when?: When): LedgerAsOf => ({
    ...historyQuestions((bound) => (bound === undefined ? asOf(when) : asOf(bound, true))),
    ...listQuestions(() => asOf(when)),
    ...searchQuestions(() => asOf(when)),
    ...diffQuestions(() => asOf(when), ports),
    ...ofOwn(when),
    moment: () => ask(when, (registryQuestions) => E.right(registryQuestions.moment)),
    resolve: (version) => askOf(when, version, (registryQuestions) => registryQuestions.resolve(version)),
    version: async (version) =>
      withWhoEnded(await askOf(when, version, (registryQuestions) => registryQuestions.version(version)), () =>
        asOf(when),
      ),
    artifact: async (name) =>
      withWhoClosed(await askOf(when, name, (registryQuestions) => registryQuestions.artifact(name)), () => asOf(when)),
    registeredModel: async (name) =>
      withWhoClosed(await askOf(when, name, (registryQuestions) => registryQuestions.registeredModel(name)), () =>
        asOf(when),
      ),
    runDetails: (run) => askOf(when, run, (registryQuestions) => registryQuestions.run(run)),
    openDrafts: () => ask(when, (registryQuestions) => E.right(registryQuestions.openDrafts())),
  })
  return (when) => typedThenNfc(tellingWhoRemoved(questions(when), () => asOf(when)))
}
