/** Deletions as a whole, which end more than their events can name. */
import type { AuditFilter, AuditSubject } from '../../projections/audit/filter.js'
import type { CollectionEntry } from '../../projections/registry/state.js'
import { asOf } from '../../projections/storage/timeline.js'
import type { AsOf } from '../calling/as-of.js'

type Wanted = Pick<AuditFilter, 'of' | 'alias'>

/** Where an artifact or a registered model was deleted and what is asked for ended with it: an alias, or a version. */
export const endingsOf = async (wanted: Wanted, at: AsOf): Promise<Pick<AuditFilter, 'endings'>> => {
  const { of, alias } = wanted
  if (of === undefined ? alias === undefined : isWhole(of) && alias === undefined) return {}
  const positions = (await entriesOf(of, at)).flatMap((entry) =>
    entry.lives.flatMap(({ deleted }) => (deleted !== undefined && endsThere(entry, deleted, wanted) ? deleted : [])),
  )
  return positions.length === 0 ? {} : { endings: new Set(positions) }
}

const isWhole = ({ kind }: AuditSubject): boolean => kind === 'artifact' || kind === 'registered-model'

const entriesOf = async (of: AuditSubject | undefined, at: AsOf): Promise<ReadonlyArray<CollectionEntry>> => {
  if (of === undefined) return [...at.registry.collections.values()]
  if (of.kind === 'run' || of.kind === 'draft') return []
  const { collection } = await at.aliasMoves('artifact' in of ? of.artifact : of.model)
  return collection === undefined ? [] : [collection]
}

const endsThere = ({ ended, aliases }: CollectionEntry, deleted: number, { of, alias }: Wanted): boolean => {
  const number = of !== undefined && 'version' in of ? of.version : undefined
  if (number !== undefined && ended.get(number) !== deleted) return false
  if (alias === undefined) return true
  const entry = aliases.get(alias)
  const held = (entry === undefined ? undefined : asOf(entry, deleted - 1)) ?? null
  return held !== null && (number === undefined || held === number)
}
