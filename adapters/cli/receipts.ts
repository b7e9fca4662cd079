/** What a receipt says for people: the version that was meant, by its number, and the aliases that went with it. */
import { collectionPath, versionPath } from '../../domain/values/references.js'
import { parseStream } from '../../domain/values/stream-names.js'
import type { Ledger, LedgerErrorCode, Receipt, VersionReceipt } from '../../index.js'
import { LedgerError } from '../../ledger/calling/errors.js'
import { few, listed } from '../../projections/audit/wording.js'
import type { CommandContext } from './command-context.js'
import { plain } from './output.js'

/** The collection in whose stream it was recorded. */
const collectionOf = ({ stream }: Receipt): string => {
  const subject = parseStream(stream)
  if (subject?.category === 'artifact') return collectionPath(subject.artifact)
  return subject?.category === 'model' ? collectionPath(subject.model) : stream
}

/** The version that a command was about, in full; also where it changed nothing. */
export const versionOf = (receipt: Receipt): string => {
  const { version } = receipt.answer
  return version === undefined ? collectionOf(receipt) : `${collectionOf(receipt)}:v${version}`
}

/** The source of a link; `null` for what is none, and for a link that was taken away since the command that is repeated. */
export const sourceOf = async (ledger: Ledger, path: string): Promise<string | null> => {
  const { oneStreamOf } = await import('./library.js')
  try {
    return (await oneStreamOf(ledger).locate(path)).source
  } catch (error) {
    if (error instanceof LedgerError && GONE.has(error.code)) return null
    throw error
  }
}
const GONE: ReadonlySet<LedgerErrorCode> = new Set(['link-removed', 'version-deleted'])

/** A version by its path, and, of a link, its source. */
export const withSource = async (ledger: Ledger, path: string): Promise<string> => {
  const source = await sourceOf(ledger, path)
  return source === null ? path : `${path} (${source})`
}

/** `, with its aliases best, latest` */
export const withAliases = ({ events }: Receipt): string => {
  const removed = events.flatMap((event) => (event.type === 'AliasRemoved' ? [event.alias] : []))
  return removed.length === 0 ? '' : `, with its ${removed.length === 1 ? 'alias' : 'aliases'} ${removed.join(', ')}`
}

/** `; acme/model-registry/churn:v0 links to it still`: what a deletion left. */
export const withLinksLeft = ({ events }: Receipt): string => {
  const left = events.flatMap((event) => (event.type === 'ArtifactVersionDeleted' ? (event.linksLeft ?? []) : []))
  const paths = left.map(({ model, version }) => versionPath(model, version))
  return paths.length === 0 ? '' : `; ${few(paths)} ${paths.length === 1 ? 'links' : 'link'} to it still`
}

/** `, with 3 versions and 2 aliases`: what went with a whole artifact or registered model. */
export const withHeld = ({ events: [event] }: Receipt): string => {
  if (event?.type !== 'ArtifactDeleted' && event?.type !== 'RegisteredModelDeleted') return ''
  const [count, what] = event.type === 'ArtifactDeleted' ? [event.versions, 'version'] : [event.links, 'link']
  const { aliases } = event
  return `, with ${count} ${what}${count === 1 ? '' : 's'} and ${aliases} ${aliases === 1 ? 'alias' : 'aliases'}`
}

/** `, with its description and metadata`: what a draft took over. */
export const withTakenOver = ({ takenOver = [] }: VersionReceipt): string =>
  takenOver.length === 0 ? '' : `, with its ${listed(takenOver)}`

/** ` from acme/churn/model:v3, with its description`: what was copied; nothing where nothing is recorded. */
export const withCopiedFrom = (receipt: VersionReceipt): string =>
  receipt.events
    .flatMap((event) => ('copiedFrom' in event && event.copiedFrom !== undefined ? [event.copiedFrom] : []))
    .map((source) => ` from ${versionPath(source, source.version)}${withTakenOver(receipt)}`)
    .join('')

/** What is to be said of a version that was logged, a line each. */
const remarksOn = ({ answer: { version }, notes = [], notApplied = [], outdated }: Remarked): ReadonlyArray<string> => [
  ...notes.slice(0, MOST_NOTES).map(({ path, text }) => `${plain(path)}: ${text}`),
  ...(notes.length <= MOST_NOTES ? [] : [`and ${notes.length - MOST_NOTES} more (all with --json)`]),
  ...(notApplied.length === 0
    ? []
    : [
        `not applied: ${listed(notApplied)}; v${version} has this content already and stays as it is ("describe" and "tag" change it)`,
      ]),
  ...(outdated === undefined ? [] : outdatedText(outdated, version)),
]
/** A directory may hold thousands of links, or of empty ones. */
const MOST_NOTES = 20

type Remarked = Receipt & Partial<Pick<VersionReceipt, 'notes' | 'notApplied' | 'outdated'>>

const outdatedText = (
  { base, newest, notHeld }: NonNullable<VersionReceipt['outdated']>,
  version: number | undefined,
): ReadonlyArray<string> => {
  const changes = Object.entries(notHeld ?? {}).flatMap(([what, paths]) =>
    paths.length === 0 ? [] : [`  ${what}: ${few(paths.map(plain))}`],
  )
  const seen = `v${base} was no longer the newest version, v${newest} was`
  if (notHeld === null) return [`${seen}; what it holds cannot be read now`]
  return changes.length === 0
    ? [`${seen}; v${version} holds what it had changed`]
    : [`${seen}; what it had changed and v${version} does not hold:`, ...changes]
}

/** One line that says what happened; nothing changed is said too. What else is to be said of it follows. */
export const done = ({ answer }: CommandContext, receipt: Remarked, what: string): void =>
  answer(receipt, () => {
    const remarks = remarksOn(receipt).map((remark) => `${remark}\n`)
    return `${receipt.events.length === 0 ? `nothing changed: ${what}` : what}\n${remarks.join('')}`
  })
