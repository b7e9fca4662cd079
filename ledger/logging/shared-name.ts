/** A name that an artifact and a registered model share means neither, where it stands alone. */
import type { Receipt } from '../../application/command-handling/receipt.js'
import { type CollectionRef, collectionPath } from '../../domain/values/references.js'
import { LedgerError } from '../calling/errors.js'
import type { NameResolver } from '../calling/resolve-names.js'
import { type Noted, noted } from '../files/contents.js'

/** What is to be noted where a command made an artifact or a registered model whose name another has. */
export const notedSharing = async (
  names: NameResolver,
  made: CollectionRef,
  { events }: Pick<Receipt, 'events'>,
): Promise<Noted> => {
  if (!events.some(({ type }) => type === 'ArtifactCreated' || type === 'RegisteredModelCreated')) return {}
  const path = collectionPath(made)
  const readings = await readingsOf(names, made.name)
  // One that is elsewhere is never meant by its name alone.
  const others = readings.includes(path) ? readings.filter((reading) => reading !== path) : []
  return noted(
    others.map((other) => ({ path, text: `${made.name} alone means neither this nor ${other}: write them in full` })),
  )
}

/** All that a bare name means, where that is more than one thing. */
const readingsOf = async ({ versionNamed }: NameResolver, name: string): Promise<ReadonlyArray<string>> => {
  try {
    await versionNamed(name)
  } catch (error) {
    if (error instanceof LedgerError && error.error._tag === 'ambiguous-name') return error.error.readings
  }
  return []
}
