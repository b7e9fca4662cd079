/** What a receipt says for people: the version that was meant, by its number, and the aliases that went with it. */
import { collectionPath } from '../../domain/names.js'
import { parseStream } from '../../domain/streams.js'
import type { Ledger, Receipt } from '../../index.js'

/** The collection in whose stream it was recorded. */
const collectionOf = ({ stream }: Receipt): string => {
  const subject = parseStream(stream)
  if (subject?.category === 'artifact') return collectionPath(subject.artifact)
  return subject?.category === 'model' ? collectionPath(subject.model) : stream
}

const numberIn = ({ events }: Receipt): number | undefined => {
  for (const event of events) {
    if ('version' in event && typeof event.version === 'number') return event.version
    if (event.type === 'AliasMoved') return event.to
    if (event.type === 'AliasRemoved') return event.from
  }
  return undefined
}

/** The version of the events, in full. A command that changed nothing has none: there it is the one that was named. */
export const versionOf = async (ledger: Ledger, receipt: Receipt, named: string): Promise<string> => {
  const number = numberIn(receipt)
  return number === undefined ? (await ledger.locate(named)).path : `${collectionOf(receipt)}:v${number}`
}

/** Likewise for what is said of the source, whichever link names it. */
export const sourceOf = async (ledger: Ledger, receipt: Receipt, named: string): Promise<string> => {
  if (numberIn(receipt) !== undefined) return versionOf(ledger, receipt, named)
  const { path, source } = await ledger.locate(named)
  return source ?? path
}

/** A version by its path, and, of a link, its source. */
export const withSource = async (ledger: Ledger, path: string): Promise<string> => {
  const { source } = await ledger.locate(path)
  return source === null ? path : `${path} (${source})`
}

/** `, with its aliases best, latest` */
export const withAliases = ({ events }: Receipt): string => {
  const removed = events.flatMap((event) => (event.type === 'AliasRemoved' ? [event.alias] : []))
  return removed.length === 0 ? '' : `, with its ${removed.length === 1 ? 'alias' : 'aliases'} ${removed.join(', ')}`
}
