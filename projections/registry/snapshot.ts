/** The registry as a snapshot: laid down on a tape. What follows from the rest is left out. */
import { isDigest } from '../../domain/values/digest.js'
import { parseJson } from '../../domain/values/json.js'
import {
  type CollectionRef,
  collectionPath,
  isArtifactProject,
  isRegistryProject,
  runPath,
} from '../../domain/values/references.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../domain/values/stream-names.js'
import {
  isSavedTape,
  snapshotDecoder,
  snapshotEncoder,
  type TapeReader,
  type TapeWriter,
} from '../storage/snapshot-encoding.js'
import type { Timeline } from '../storage/timeline.js'
import { endOfSource, noteAlias, noteLink } from './changes.js'
import {
  type AliasEntry,
  type ArtifactEntry,
  type CollectionEntry,
  type DraftEntry,
  draftPath,
  emptyRegistry,
  type LinkEntry,
  type ModelEntry,
  type Registry,
  type RunEntry,
  type UnfinishedDraft,
} from './state.js'
import { loadVersions, saveVersions, type Versions } from './version-table.js'

/** No such thing; positions and numbers are not negative. */
const NONE = -1

export const saveRegistry = (registry: Registry): Iterable<unknown> => {
  const tape = snapshotEncoder()
  tape.number(registry.collections.size)
  for (const entry of registry.collections.values()) saveCollection(tape, entry)
  tape.number(registry.runs.size)
  for (const run of registry.runs.values()) saveRun(tape, run)
  saveJson(tape, [...registry.drafts.values()])
  saveJson(tape, [...registry.unfinished])
  return concat([tape.end()], saveVersions(registry.versions))
}

function* concat(...many: ReadonlyArray<Iterable<unknown>>): Iterable<unknown> {
  for (const parts of many) yield* parts
}

/** `undefined` for anything else. */
export const loadRegistry = ([tape, ...versions]: ReadonlyArray<unknown>): Registry | undefined => {
  if (!isSavedTape(tape)) return undefined
  try {
    return readRegistry(snapshotDecoder(tape), loadVersions(versions))
  } catch {
    return undefined
  }
}

const readRegistry = (tape: TapeReader, versions: Versions): Registry => {
  const registry = { ...emptyRegistry(), versions }
  const { collections, artifacts, runs, drafts, unfinished, byStream } = registry
  for (let left = tape.number(); left > 0; left--) {
    const entry = readCollection(tape, artifacts.length)
    if (entry.kind === 'artifact') artifacts.push(entry)
    collections.set(entry.path, entry)
    byStream.set(entry.kind === 'artifact' ? artifactStream(entry.ref) : modelStream(entry.ref), entry)
  }
  standAgain(registry)
  connectLinks(registry)
  for (let left = tape.number(); left > 0; left--) {
    const run = readRun(tape)
    runs.set(run.path, run)
    byStream.set(runStream(run.ref), run)
  }
  for (const draft of readJson<ReadonlyArray<DraftEntry>>(tape)) {
    drafts.set(draftPath(draft.artifact, draft.distributedId), draft)
    byStream.set(draftStream(draft), draft)
  }
  for (const [key, draft] of readJson<ReadonlyArray<[string, UnfinishedDraft]>>(tape)) unfinished.set(key, draft)
  return registry
}

/** Which row is which version of which artifact. */
const standAgain = ({ artifacts, versions: { count, columns } }: Registry): void => {
  for (let row = 0; row < count; row++) {
    const artifact = artifacts[columns.artifact[row] ?? NONE]
    if (artifact === undefined) throw new RangeError('no such artifact')
    const number = columns.number[row] ?? NONE
    artifact.versions[number] = row
    artifact.addedAt.push(columns.position[row] ?? NONE)
    if (!artifact.ended.has(number)) artifact.liveNumbers.push(number)
  }
}

/** The links of versions, in the order in which they were made. */
const connectLinks = (registry: Registry): void => {
  const links: Array<{ readonly model: ModelEntry; readonly link: LinkEntry }> = []
  for (const model of registry.collections.values()) {
    if (model.kind === 'model') model.versions.forEach((link) => void links.push({ model, link }))
  }
  links.sort((one, other) => one.link.position - other.link.position)
  for (const { model, link } of links) {
    noteLink(registry, model, link)
    const end = model.ended.get(link.number) ?? Infinity
    const gone = Math.min(end, Math.max(link.position, endOfSource(registry, link) ?? Infinity))
    if (gone !== Infinity) model.goneAt.push(gone)
  }
  for (const model of new Set(links.map(({ model }) => model))) model.goneAt.sort((one, other) => one - other)
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
  tape.numbers([...entry.ended.keys()])
  tape.numbers([...entry.ended.values()])
  saveJson(tape, entry.description)
  if (entry.kind === 'artifact') return
  saveJson(tape, entry.tags)
  tape.number(entry.addedAt.length)
  entry.versions.forEach((link) => void saveLink(tape, link))
}

const readCollection = (tape: TapeReader, index: number): CollectionEntry =>
  tape.word() === 'artifact' ? readArtifact(tape, index) : readModel(tape)

const readArtifact = (tape: TapeReader, index: number): ArtifactEntry => {
  const ref = readRef(tape, isArtifactProject)
  const course = readCourse(tape, ref)
  return { kind: 'artifact', index, ref, ...course, description: readJson<string | null>(tape), versions: [] }
}

const readModel = (tape: TapeReader): ModelEntry => {
  const ref = readRef(tape, isRegistryProject)
  const course = readCourse(tape, ref)
  const description = readJson<Timeline<string | null>>(tape)
  const tags = readJson<Timeline<ReadonlyArray<string>>>(tape)
  const model: ModelEntry = { kind: 'model', ref, ...course, description, tags, goneAt: [], versions: [] }
  for (let left = tape.number(); left > 0; left--) {
    const link = readLink(tape)
    model.versions[link.number] = link
    model.addedAt.push(link.position)
    if (!model.ended.has(link.number)) model.liveNumbers.push(link.number)
  }
  return model
}

/** What artifacts and registered models have alike. */
const readCourse = (tape: TapeReader, ref: CollectionRef) => {
  const facts = { path: collectionPath(ref), created: tape.number(), actor: tape.word(), type: tape.word() }
  const aliases = new Map<string, AliasEntry>()
  const aliasesByVersion: CollectionEntry['aliasesByVersion'] = []
  for (let left = tape.number(); left > 0; left--) {
    const name = tape.word()
    const holders = readHolders(tape)
    aliases.set(name, { name, ...holders })
    for (const holder of holders.values) if (holder !== null) noteAlias(aliasesByVersion, holder, name)
  }
  const newest = readHolders(tape)
  const numbers = tape.numbers()
  const endedAt = tape.numbers()
  const ended = new Map(numbers.map((number, at) => [number, endedAt[at] ?? NONE]))
  return { ...facts, aliases, aliasesByVersion, newest, ended, endedAt, addedAt: [], liveNumbers: [] }
}

const saveLink = (tape: TapeWriter, { number, position, actor, manifest, source }: LinkEntry): void => {
  tape.number(number)
  tape.number(position)
  tape.word(actor)
  tape.text(manifest.digest)
  tape.number(manifest.entries)
  tape.number(manifest.bytes)
  saveRef(tape, source.artifact)
  tape.number(source.version)
}

const readLink = (tape: TapeReader): LinkEntry => {
  const [number, position, actor] = [tape.number(), tape.number(), tape.word()]
  const digest = tape.text()
  if (!isDigest(digest)) throw new RangeError('no such digest')
  const manifest = { digest, entries: tape.number(), bytes: tape.number() }
  return {
    number,
    position,
    actor,
    manifest,
    source: { artifact: readRef(tape, isArtifactProject), version: tape.number() },
  }
}

const saveRun = (tape: TapeWriter, run: RunEntry): void => {
  const { ref, started, actor, used, logged, group, jobType, config, metrics, outcome } = run
  for (const part of [ref.entity, ref.project]) tape.word(part)
  tape.text(ref.run)
  tape.number(started)
  tape.word(actor)
  saveJson(tape, { group, jobType, config, outcome, used })
  saveJson(tape, metrics === undefined ? null : [...metrics])
  tape.numbers(logged.positions)
  tape.numbers(logged.values)
}

const readRun = (tape: TapeReader): RunEntry => {
  const ref = { entity: tape.word(), project: readProject(tape, isArtifactProject), run: tape.text() }
  const facts = { ref, path: runPath(ref), started: tape.number(), actor: tape.word() }
  const said = readJson<Pick<RunEntry, 'group' | 'jobType' | 'config' | 'used' | 'outcome'>>(tape)
  const metrics = readJson<ReadonlyArray<[string, Timeline<number | string | boolean>]> | null>(tape)
  const logged = { positions: tape.numbers(), values: tape.numbers() }
  return { kind: 'run', ...facts, ...said, ...(metrics === null ? {} : { metrics: new Map(metrics) }), logged }
}

const saveRef = (tape: TapeWriter, { entity, project, name }: CollectionRef): void => {
  for (const part of [entity, project, name]) tape.word(part)
}

const readRef = <P extends string>(tape: TapeReader, isOf: (project: string) => project is P) => ({
  entity: tape.word(),
  project: readProject(tape, isOf),
  name: tape.word(),
})

const readProject = <P extends string>(tape: TapeReader, isOf: (project: string) => project is P): P => {
  const project = tape.word()
  if (isOf(project)) return project
  throw new RangeError('no such project')
}

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

const saveJson = (tape: TapeWriter, value: unknown): void => tape.text(JSON.stringify(value))

/** What `saveJson` wrote: a snapshot is whole, and of this version of the projection, or it is not loaded. */
const readJson = <A>(tape: TapeReader): A => parseJson(tape.text()) as A
