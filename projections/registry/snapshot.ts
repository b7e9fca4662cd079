/** The registry as a snapshot: encoded as numbers and texts. What follows from the rest is left out. */

import type { RecordedMetric } from '../../domain/run/metrics.js'
import { isDigest } from '../../domain/values/digest.js'
import type { JsonObject } from '../../domain/values/json.js'
import {
  type CollectionRef,
  collectionPath,
  isArtifactProject,
  isRegistryProject,
  runPath,
} from '../../domain/values/references.js'
import { artifactStream, draftStream, modelStream, runStream } from '../../domain/values/stream-names.js'
import {
  isEncodedSnapshot,
  type SnapshotDecoder,
  type SnapshotEncoder,
  snapshotDecoder,
  snapshotEncoder,
} from '../storage/snapshot-encoding.js'
import type { Timeline } from '../storage/timeline.js'
import { noteAlias, noteTags } from './changes.js'
import { addCollection, addRun, kinOf, projectOf } from './places.js'
import { connectLinks, countEnded, noteArchived, restoreLive, restoreLives } from './restored.js'
import { NONE, readHolders, readJson, readProject, readRef, saveHolders, saveJson, saveRef } from './snapshot-values.js'
import {
  type AliasEntry,
  type ArtifactEntry,
  type CollectionEntry,
  type DraftEntry,
  draftPath,
  emptyRegistry,
  type Life,
  type LinkEntry,
  type ModelEntry,
  type ProjectEntry,
  type Registry,
  type RunEntry,
  type UnfinishedDraft,
} from './state.js'
import { loadVersions, saveVersions, type Versions } from './version-table.js'

export const saveRegistry = (registry: Registry): Iterable<unknown> => {
  const encoder = snapshotEncoder()
  encoder.number(registry.projects.size)
  for (const project of registry.projects.values()) saveProject(encoder, project)
  encoder.number(registry.collections.size)
  for (const entry of registry.collections.values()) saveCollection(encoder, entry)
  encoder.number(registry.runs.size)
  for (const run of registry.runs.values()) saveRun(encoder, run)
  saveJson(encoder, [...registry.drafts.values()])
  saveJson(encoder, [...registry.unfinished])
  return concat([encoder.end()], saveVersions(registry.versions))
}

function* concat(...many: ReadonlyArray<Iterable<unknown>>): Iterable<unknown> {
  for (const parts of many) yield* parts
}

/** `undefined` for anything else. */
export const loadRegistry = ([encoded, ...versions]: ReadonlyArray<unknown>): Registry | undefined => {
  if (!isEncodedSnapshot(encoded)) return undefined
  try {
    return readRegistry(snapshotDecoder(encoded), loadVersions(versions))
  } catch {
    return undefined
  }
}

const readRegistry = (decoder: SnapshotDecoder, versions: Versions): Registry => {
  const registry = { ...emptyRegistry(), versions }
  const { drafts, unfinished, byStream } = registry
  for (let left = decoder.number(); left > 0; left--)
    projectOf(registry, { entity: decoder.word(), project: decoder.word() }, decoder.number())
  for (let left = decoder.number(); left > 0; left--) {
    const entry = readCollection(decoder, registry)
    addCollection(registry, entry)
    noteArchived(entry)
    for (const tags of entry.tags.values) noteTags(registry, entry, tags)
    byStream.set(entry.kind === 'artifact' ? artifactStream(entry.ref) : modelStream(entry.ref), entry)
  }
  restoreLives(registry)
  restoreLive(registry)
  connectLinks(registry)
  countEnded(registry)
  for (let left = decoder.number(); left > 0; left--) {
    const run = readRun(decoder)
    addRun(registry, run)
    byStream.set(runStream(run.ref), run)
  }
  for (const draft of readJson<ReadonlyArray<DraftEntry>>(decoder)) {
    drafts.set(draftPath(draft.artifact, draft.distributedId), draft)
    byStream.set(draftStream(draft), draft)
  }
  for (const [key, draft] of readJson<ReadonlyArray<[string, UnfinishedDraft]>>(decoder)) unfinished.set(key, draft)
  return registry
}

const saveProject = (encoder: SnapshotEncoder, { entity, project, created }: ProjectEntry): void => {
  encoder.word(entity)
  encoder.word(project)
  encoder.number(created)
}

const saveCollection = (encoder: SnapshotEncoder, entry: CollectionEntry): void => {
  encoder.word(entry.kind)
  saveRef(encoder, entry.ref)
  encoder.number(entry.lives.length)
  for (const { created, actor, type, first, deleted = NONE } of entry.lives) {
    for (const number of [created, first, deleted]) encoder.number(number)
    for (const word of [actor, type]) encoder.word(word)
  }
  encoder.number(entry.aliases.size)
  for (const alias of entry.aliases.values()) {
    encoder.word(alias.name)
    saveHolders(encoder, alias)
  }
  saveHolders(encoder, entry.newest)
  saveHolders(encoder, entry.archived)
  encoder.numbers([...entry.ended.keys()])
  encoder.numbers([...entry.ended.values()])
  saveJson(encoder, [entry.description, entry.tags])
  if (entry.kind === 'artifact') return
  saveJson(encoder, entry.metadata)
  encoder.number(entry.addedAt.length)
  entry.versions.forEach((link) => void saveLink(encoder, link))
}

const readCollection = (decoder: SnapshotDecoder, registry: Registry): CollectionEntry =>
  decoder.word() === 'artifact' ? readArtifact(decoder, registry) : readModel(decoder, registry)

const readArtifact = (decoder: SnapshotDecoder, registry: Registry): ArtifactEntry => {
  const index = registry.artifacts.length
  const ref = readRef(decoder, isArtifactProject)
  return { kind: 'artifact', index, ref, ...readCourse(decoder, registry, ref), versions: [] }
}

const readModel = (decoder: SnapshotDecoder, registry: Registry): ModelEntry => {
  const ref = readRef(decoder, isRegistryProject)
  const course = readCourse(decoder, registry, ref)
  const metadata = readJson<Timeline<JsonObject | null>>(decoder)
  const model: ModelEntry = { kind: 'model', ref, ...course, metadata, endedAt: [], versions: [] }
  for (let left = decoder.number(); left > 0; left--) {
    const link = readLink(decoder)
    model.versions[link.number] = link
    model.addedAt.push(link.position)
  }
  return model
}

/** What artifacts and registered models have alike. */
const readCourse = (decoder: SnapshotDecoder, registry: Registry, ref: CollectionRef) => {
  const count = decoder.number()
  const lives: [Life, ...Life[]] = [readLife(decoder, registry, ref)]
  while (lives.length < count) lives.push(readLife(decoder, registry, ref))
  const facts = { path: collectionPath(ref), created: lives[0].created, lives }
  const aliases = new Map<string, AliasEntry>()
  const aliasesByVersion: CollectionEntry['aliasesByVersion'] = []
  for (let left = decoder.number(); left > 0; left--) {
    const name = decoder.word()
    const holders = readHolders(decoder)
    aliases.set(name, { name, ...holders })
    for (const holder of holders.values) if (holder !== null) noteAlias(aliasesByVersion, holder, name)
  }
  const newest = readHolders(decoder)
  const archived = readHolders(decoder)
  const numbers = decoder.numbers()
  const endedAt = decoder.numbers()
  const ended = new Map(numbers.map((number, at) => [number, endedAt[at] ?? NONE]))
  const [description, tags] = readJson<readonly [Timeline<string | null>, Timeline<ReadonlyArray<string>>]>(decoder)
  return {
    ...facts,
    description,
    tags,
    aliases,
    aliasesByVersion,
    newest,
    archived,
    ended,
    endedAt,
    addedAt: [],
    liveNumbers: [],
  }
}

const readLife = (decoder: SnapshotDecoder, registry: Registry, ref: CollectionRef): Life => {
  const [created, first, deleted] = [decoder.number(), decoder.number(), decoder.number()]
  const [actor, type] = [decoder.word(), decoder.word()]
  const life = { created, actor, type, kin: kinOf(registry, ref, type, created), first }
  return deleted === NONE ? life : { ...life, deleted }
}

const saveLink = (encoder: SnapshotEncoder, { number, position, actor, manifest, source }: LinkEntry): void => {
  encoder.number(number)
  encoder.number(position)
  encoder.word(actor)
  encoder.text(manifest.digest)
  encoder.number(manifest.entries)
  encoder.number(manifest.bytes)
  saveRef(encoder, source.artifact)
  encoder.number(source.version)
}

const readLink = (decoder: SnapshotDecoder): LinkEntry => {
  const [number, position, actor] = [decoder.number(), decoder.number(), decoder.word()]
  const digest = decoder.text()
  if (!isDigest(digest)) throw new RangeError('no such digest')
  const manifest = { digest, entries: decoder.number(), bytes: decoder.number() }
  return {
    number,
    position,
    actor,
    manifest,
    source: { artifact: readRef(decoder, isArtifactProject), version: decoder.number() },
  }
}

const saveRun = (encoder: SnapshotEncoder, run: RunEntry): void => {
  const { ref, started, actor, used, logged, group, jobType, config, metrics, outcome } = run
  for (const part of [ref.entity, ref.project]) encoder.word(part)
  encoder.text(ref.run)
  encoder.number(started)
  encoder.word(actor)
  saveJson(encoder, { group, jobType, config, outcome, used })
  saveJson(encoder, metrics === undefined ? null : [...metrics])
  encoder.numbers(logged.positions)
  encoder.numbers(logged.values)
}

const readRun = (decoder: SnapshotDecoder): RunEntry => {
  const ref = { entity: decoder.word(), project: readProject(decoder, isArtifactProject), run: decoder.text() }
  const facts = { ref, path: runPath(ref), started: decoder.number(), actor: decoder.word() }
  const said = readJson<Pick<RunEntry, 'group' | 'jobType' | 'config' | 'used' | 'outcome'>>(decoder)
  const metrics = readJson<ReadonlyArray<[string, Timeline<RecordedMetric>]> | null>(decoder)
  const logged = { positions: decoder.numbers(), values: decoder.numbers() }
  return { kind: 'run', ...facts, ...said, ...(metrics === null ? {} : { metrics: new Map(metrics) }), logged }
}
