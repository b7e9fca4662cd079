/** What is called like a name that is not there: of all names, which a command that reads one stream does not know. */
import { collectionPath, runPath } from '../../domain/values/references.js'
import { didYouMean } from '../../domain/values/similar-names.js'
import type { Ledger } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'

/** The same refusal, with the names that the library suggests where it is asked for this one. */
export const withSuggestions = async (ledger: Ledger, refusal: unknown): Promise<unknown> => {
  if (!(refusal instanceof LedgerError)) return refusal
  const asked = await askedFor(ledger, refusal)?.catch((error: unknown) => error)
  if (!(asked instanceof LedgerError) || asked.error._tag !== 'not-found') return refusal
  const { similar } = asked.error
  return similar.length === 0
    ? refusal
    : new LedgerError({ ...refusal.error, similar }, `${refusal.message}${didYouMean(similar)}`)
}

/** The question that finds no such name, either; none where it is not a name that is missing, or suggestions are there. */
const askedFor = (ledger: Ledger, { error }: LedgerError): Promise<unknown> | undefined => {
  switch (error._tag) {
    case 'not-found':
      return error.similar.length > 0
        ? undefined
        : error.what === 'run'
          ? ledger.runDetails(error.name)
          : ledger.version(error.name)
    case 'version-not-found':
      return error.exists ? undefined : ledger.version(collectionPath(error.collection))
    case 'alias-not-found':
      return error.collection === undefined || error.missingAlias !== undefined
        ? undefined
        : ledger.version(collectionPath(error.collection))
    case 'artifact-not-found':
      return ledger.artifact(collectionPath(error.artifact))
    case 'model-not-found':
      return ledger.registeredModel(collectionPath(error.model))
    case 'run-not-found':
      return ledger.runDetails(runPath(error.run))
    default:
      return undefined
  }
}
