/** The registry as a snapshot: laid down on a tape. What follows from the rest is left out. */
import { type ArtifactRef, collectionPath, type ModelRef, runPath } from '../domain/names.js'
import { artifactStream, draftStream, modelStream, runStream } from '../domain/streams.js'
import {
  type AliasEntry,
  type ArtifactEntry,
  type CollectionEntry,
  type DraftEntry,
  draftPath,
  emptyRegistry,
  type LinkEntry,
  type ModelEntry,
  type Numbered,
  noteLink,
  type Registry,
  type RunEntry,
  type UnfinishedDraft,
  type VersionEntry,
} from './registry-state.js'
import { isSavedTape, type SavedTape, type TapeReader, type TapeWriter, tapeReader, tapeWriter } from './tape.js'
import type { Timeline } from './timeline.js'

/** No such thing; positions and numbers are not negative. */
const NONE = -1

export const saveRegistry = (registry: Registry): SavedTape => {
  const tape = tapeWriter()
  const artifacts = new Map<ArtifactEntry, number>()
  tape.number(registry.collections.size)
  for (const entry of registry.collections.values()) {
    if (entry.kind === 'artifact') artifacts.set(entry, artifacts.size)
    saveCollection(tape, entry)
  }
  tape.number(registry.runs.size)
  for (const run of registry.runs.values()) saveRun(tape, run, artifacts)
  saveJson(tape, [...registry.drafts.values()])
  saveJson(tape, [...registry.unfinished])
  return tape.end()
}

/** `undefined` for anything else. */
export const loadRegistry = (saved: unknown): Registry | undefined => {
  if (!isSavedTape(saved)) return undefined
  try {
    return readRegistry(tapeReader(saved))
  } catch {
    return undefined
  }
}

const readRegistry = (tape: TapeReader): Registry => {
  const registry = emptyRegistry()
  const { collections, runs, drafts, unfinished, byStream, texts } = registry
  const artifacts: ArtifactEntry[] = []
  for (let left = tape.number(); left > 0; left--) {
    const entry = readCollection(tape)
    if (entry.kind === 'artifact') artifacts.push(entry)
    collections.set(entry.path, entry)
    byStream.set(entry.kind === 'artifact' ? artifactStream(entry.ref) : modelStream(entry.ref), entry)
    for (const text of [entry.actor, entry.type]) texts.set(text, text)
  }
  connectLinks(registry)
  for (let left = tape.number(); left > 0; left--) {
    const run = readRun(tape, artifacts)
    runs.set(run.path, run)
    byStream.set(runStream(run.ref), run)
  }
  for (const draft of readJson<ReadonlyArray<DraftEntry>>(tape)) {
    drafts.set(draftPath(draft.artifact, draft.distributedId), draft)
    byStream.set(draftStream(draft.artifact, draft.distributedId), draft)
  }
  for (const [key, draft] of readJson<ReadonlyArray<[string, UnfinishedDraft]>>(tape)) unfinished.set(key, draft)
  return registry
}

/** The links of versions, in the order in which they were made. */
const connectLinks = ({ collections }: Registry): void => {
  const links: Array<{ readonly model: ModelEntry; readonly link: LinkEntry }> = []
  for (const model of collections.values()) {
    if (model.kind === 'model') model.versions.forEach((link) => void links.push({ model, link }))
  }
  links.sort((one, other) => one.link.position - other.link.position)
  for (const { model, link } of links) {
    noteLink(collections.get(collectionPath(link.source.artifact)), link.source.version, model, link.number)
  }
}

const saveCollection = (tape: TapeWriter, entry: CollectionEntry): void => {
  tape.word(entry.kind)
  saveRef(tape, entry.ref)
  tape.number(entry.created)
  tape.word(entry.actor)
  tape.word(entry.type)
  tape.number(entry.aliases.size)
  for (const alias of entry.aliases.values()) {
    tape.word(alias.name)
    saveHolders(tape, alias)
  }
  saveHolders(tape, entry.newest)
  tape.numbers(entry.gone)
  tape.number(entry.versions.length)
  if (entry.kind === 'artifact') {
    saveJson(tape, entry.description)
    for (const version of entry.versions) saveVersion(tape, version)
  } else {
    saveJson(tape, entry.description)
    saveJson(tape, entry.tags)
    for (const link of entry.versions) saveLink(tape, link)
  }
}

const readCollection = (tape: TapeReader): CollectionEntry => {
  const kind = tape.word()
  const ref = readRef(tape)
  const facts = { ref, path: collectionPath(ref), created: tape.number(), actor: tape.word(), type: tape.word() }
  const aliases = new Map<string, AliasEntry>()
  for (let left = tape.number(); left > 0; left--) {
    const name = tape.word()
    aliases.set(name, { name, ...readHolders(tape) })
  }
  const course = { aliases, newest: readHolders(tape), gone: tape.numbers() }
  const count = tape.number()
  if (kind === 'artifact') {
    const description = readJson<string | null>(tape)
    return { kind, ...facts, description, ...course, ...readNumbers(count, (number) => readVersion(tape, number)) }
  }
  const description = readJson<Timeline<string | null>>(tape)
  const tags = readJson<Timeline<ReadonlyArray<string>>>(tape)
  const links = readNumbers(count, (number) => readLink(tape, number))
  return { kind: 'model', ...facts, description, tags, ...course, ...links }
}

const readNumbers = <Entry extends Numbered>(count: number, read: (number: number) => Entry | undefined) => {
  const versions: Entry[] = []
  const born: number[] = []
  const standing: number[] = []
  for (let number = 0; number < count; number++) {
    const entry = read(number)
    if (entry === undefined) continue
    versions[number] = entry
    born.push(entry.position)
    if (entry.gone === undefined) standing.push(number)
  }
  return { versions, born, standing }
}

/** What of a version is rare enough to be written as JSON. */
type Rare = Partial<
  Pick<VersionEntry, 'distributed' | 'description' | 'tags' | 'described' | 'tagged' | 'relogged'>
> & { readonly worn?: ReadonlyArray<string> }

const saveVersion = (tape: TapeWriter, version: VersionEntry | undefined): void => {
  saveNumbered(tape, version)
  if (version === undefined) return
  const { run, base, distributed, description, metadata, tags, described, tagged, relogged, worn } = version
  saveWord(tape, run)
  tape.number(base ?? NONE)
  tape.text(metadata === null ? '' : typeof metadata === 'string' ? metadata : JSON.stringify(metadata))
  const rare: Rare = {
    ...(distributed === null ? {} : { distributed }),
    ...(description === null ? {} : { description }),
    ...(tags.length === 0 ? {} : { tags }),
    ...(described === undefined ? {} : { described }),
    ...(tagged === undefined ? {} : { tagged }),
    ...(relogged === undefined ? {} : { relogged }),
    ...(worn instanceof Set ? { worn: [...worn] } : {}),
  }
  const text = JSON.stringify(rare)
  tape.text(text === '{}' ? '' : text)
}

const NO_TAGS: ReadonlyArray<string> = []

const readVersion = (tape: TapeReader, number: number): VersionEntry | undefined => {
  const numbered = readNumbered(tape, number)
  if (numbered === undefined) return undefined
  const { position, actor, manifest, gone, worn } = numbered
  const run = readWord(tape)
  const base = tape.number()
  const metadata = tape.text()
  const text = tape.text()
  const entry: VersionEntry = {
    number,
    position,
    actor,
    manifest,
    run,
    base: base === NONE ? null : base,
    distributed: null,
    description: null,
    metadata: metadata === '' ? null : metadata,
    tags: NO_TAGS,
    worn,
  }
  if (text !== '') {
    const rare = JSON.parse(text) as Rare
    const { worn: several, ...rest } = rare
    Object.assign(entry, rest)
    if (several !== undefined) entry.worn = new Set(several)
  }
  if (gone !== undefined) entry.gone = gone
  return entry
}

const saveLink = (tape: TapeWriter, link: LinkEntry | undefined): void => {
  saveNumbered(tape, link)
  if (link === undefined) return
  saveRef(tape, link.source.artifact)
  tape.number(link.source.version)
  saveJson(tape, link.worn instanceof Set ? [...link.worn] : null)
}

const readLink = (tape: TapeReader, number: number): LinkEntry | undefined => {
  const numbered = readNumbered(tape, number)
  if (numbered === undefined) return undefined
  const source = { artifact: readRef(tape), version: tape.number() }
  const worn = readJson<ReadonlyArray<string> | null>(tape)
  return { ...numbered, source, ...(worn === null ? {} : { worn: new Set(worn) }) }
}

const saveNumbered = (tape: TapeWriter, entry: Numbered | undefined): void => {
  if (entry === undefined) {
    tape.number(NONE)
    return
  }
  const { position, actor, manifest, gone, worn } = entry
  tape.number(position)
  tape.word(actor)
  tape.text(manifest.digest)
  tape.number(manifest.entries)
  tape.number(manifest.bytes)
  tape.number(gone ?? NONE)
  saveWord(tape, typeof worn === 'string' ? worn : null)
}

const readNumbered = (tape: TapeReader, number: number): Numbered | undefined => {
  const position = tape.number()
  if (position === NONE) return undefined
  const actor = tape.word()
  // A digest as it was saved.
  const digest = tape.text() as Numbered['manifest']['digest']
  const manifest = { digest, entries: tape.number(), bytes: tape.number() }
  const gone = tape.number()
  const worn = readWord(tape)
  return {
    number,
    position,
    actor,
    manifest,
    ...(gone === NONE ? {} : { gone }),
    worn: worn ?? undefined,
  }
}

const saveRun = (tape: TapeWriter, run: RunEntry, artifacts: ReadonlyMap<ArtifactEntry, number>): void => {
  const { ref, started, actor, used, logged, group, jobType, config, metrics, outcome } = run
  for (const part of [ref.entity, ref.project]) tape.word(part)
  tape.text(ref.run)
  tape.number(started)
  tape.word(actor)
  saveJson(tape, { group, jobType, config, outcome, used })
  saveJson(tape, metrics === undefined ? null : [...metrics])
  tape.number(logged.length)
  for (const { position, artifact, number } of logged) {
    tape.number(position)
    tape.number(artifacts.get(artifact) ?? NONE)
    tape.number(number)
  }
}

const readRun = (tape: TapeReader, artifacts: ReadonlyArray<ArtifactEntry>): RunEntry => {
  const ref = { entity: tape.word(), project: tape.word(), run: tape.text() }
  const facts = { ref, path: runPath(ref), started: tape.number(), actor: tape.word() }
  const said = readJson<Pick<RunEntry, 'group' | 'jobType' | 'config' | 'used' | 'outcome'>>(tape)
  const metrics = readJson<ReadonlyArray<[string, Timeline<number | string | boolean>]> | null>(tape)
  const logged: RunEntry['logged'] = []
  for (let left = tape.number(); left > 0; left--) {
    const [position, artifact, number] = [tape.number(), artifacts[tape.number()], tape.number()]
    if (artifact === undefined) throw new RangeError('no such artifact')
    logged.push({ position, artifact, number })
  }
  return { kind: 'run', ...facts, ...said, ...(metrics === null ? {} : { metrics: new Map(metrics) }), logged }
}

const saveRef = (tape: TapeWriter, { entity, project, name }: ArtifactRef | ModelRef): void => {
  for (const part of [entity, project, name]) tape.word(part)
}

const readRef = (tape: TapeReader): ArtifactRef => ({ entity: tape.word(), project: tape.word(), name: tape.word() })

const saveHolders = (tape: TapeWriter, { positions, values }: Timeline<number | null>): void => {
  tape.numbers(positions)
  for (const value of values) tape.number(value ?? NONE)
}

const readHolders = (tape: TapeReader): Timeline<number | null> => {
  const positions = tape.numbers()
  const values: Array<number | null> = []
  for (let index = 0; index < positions.length; index++) {
    const value = tape.number()
    values.push(value === NONE ? null : value)
  }
  return { positions, values }
}

const saveWord = (tape: TapeWriter, word: string | null): void => {
  if (word === null) tape.number(NONE)
  else tape.word(word)
}

const readWord = (tape: TapeReader): string | null => tape.wordOrNone() ?? null

const saveJson = (tape: TapeWriter, value: unknown): void => tape.text(JSON.stringify(value))

/** What `saveJson` wrote: a snapshot is whole, and of this version of the projection, or it is not loaded. */
const readJson = <A>(tape: TapeReader): A => JSON.parse(tape.text()) as A
