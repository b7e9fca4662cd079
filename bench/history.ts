/**
 * Histories made from a seed: the events that runs, versions and aliases would have left, written straight
 * into a store. The same seed gives the same events, so that two machines measure the same work.
 */

import { createHash } from 'node:crypto'
import * as E from 'fp-ts/lib/Either.js'
import * as RNEA from 'fp-ts/lib/ReadonlyNonEmptyArray.js'
import { idOfEvent } from '../domain/events/stored-events.js'
import { type EventStore, type NewEvent, type Revision, revisionAfter } from '../domain/ports/event-store.js'
import { canonicalJson } from '../domain/values/json.js'
import { ArtifactRef, ModelRef, RunRef } from '../domain/values/references.js'
import { artifactStream, modelStream, runStream } from '../domain/values/stream-names.js'
import { decoded } from '../test/support/decoded.js'
import { randomNumbers } from './random.js'
import { opened } from './support.js'

const ENTITY = 'acme'
const PROJECT = 'churn'
const MODEL_PROJECT = 'model-registry'
/** Versions that one run logs. */
const VERSIONS_PER_RUN = 100
/** Appends that are on their way at the same time, so that the store writes them together. */
const AT_ONCE = 500

export interface Append {
  readonly stream: string
  readonly events: RNEA.ReadonlyNonEmptyArray<NewEvent>
}

/** `artifactPath(3)` is the artifact that holds every tenth version if there are ten. */
export const artifactPath = (artifact: number): string => `${ENTITY}/${PROJECT}/model-${artifact}`

const artifactRef = (artifact: number) =>
  decoded(ArtifactRef, { entity: ENTITY, project: PROJECT, name: `model-${artifact}` })
const runRef = (run: number) => decoded(RunRef, { entity: ENTITY, project: PROJECT, run: `run-${run}` })

/**
 * Runs that each log 100 versions, in turn to each of the artifacts, with `latest` and metadata: a little more
 * than two events a version.
 */
export function* versionsHistory(versions: number, artifacts: number, seed = 1): Generator<Append> {
  const made = eventMaker(seed)
  for (let index = 0; index < versions; index++) {
    const artifact = index % artifacts
    const version = Math.floor(index / artifacts)
    const run = Math.floor(index / VERSIONS_PER_RUN)
    if (index % VERSIONS_PER_RUN === 0) {
      const config = { batch: 32, learningRate: 0.001, optimizer: 'adam', seed: index }
      yield made(runStream(runRef(run)), ['RunStarted', { config, group: `sweep-${run % 1000}` }])
    }
    const stream = artifactStream(artifactRef(artifact))
    if (version === 0) yield made(stream, ['ArtifactCreated', { artifactType: 'model' }])
    const logged = {
      ...(version > 0 ? { base: version - 1 } : {}),
      description: `checkpoint after epoch ${index % VERSIONS_PER_RUN}`,
      manifest: { bytes: 1_000_000 + index, digest: digestNumber(seed, index), entries: 3 },
      metadata: { accuracy: (index % 997) / 997, epoch: index % 100, framework: 'torch', loss: (index % 991) / 991 },
      run: { ref: runRef(run) },
      tags: ['nightly'],
      version,
    }
    yield made(stream, ['ArtifactVersionLogged', logged], latestMoved(version))
    if (index % VERSIONS_PER_RUN === VERSIONS_PER_RUN - 1) {
      const ofRun = runStream(runRef(run))
      yield made(ofRun, ['RunSummarised', { from: { accuracy: null }, to: { accuracy: 0.9 } }])
      yield made(ofRun, ['RunFinished', { outcome: 'finished' }])
    }
  }
}

/** So many artifacts, registered models and runs, with a tag and a configuration, and no versions. */
export function* namesHistory(names: number, seed = 4): Generator<Append> {
  const made = eventMaker(seed)
  for (let index = 0; index < names; index++) {
    const tagged = { from: [], to: ['nightly'], ...(index % 2 === 0 ? {} : { to: ['nightly', 'odd'] }) }
    const model = decoded(ModelRef, { entity: ENTITY, project: MODEL_PROJECT, name: `model-${index}` })
    yield made(
      artifactStream(artifactRef(index)),
      ['ArtifactCreated', { artifactType: 'model' }],
      ['ArtifactTagged', tagged],
    )
    yield made(
      modelStream(model),
      ['RegisteredModelCreated', { artifactType: 'model' }],
      ['RegisteredModelTagged', tagged],
    )
    yield made(runStream(runRef(index)), ['RunStarted', { config: { lr: 1 / (index + 1) }, group: 'sweep' }])
  }
}

/** A registered model to which that many versions of an artifact are linked. */
export function* linksHistory(links: number, seed = 5): Generator<Append> {
  const made = eventMaker(seed)
  const artifact = artifactRef(0)
  const registered = modelStream(movedModel)
  yield* versionsHistory(10, 1, seed)
  yield made(registered, ['RegisteredModelCreated', { artifactType: 'model' }])
  for (let version = 0; version < links; version++) {
    const manifest = { bytes: 1000, digest: digestNumber(seed, version), entries: 1 }
    yield made(
      registered,
      ['VersionLinked', { manifest, source: { ...artifact, version }, version }],
      latestMoved(version),
    )
  }
}

/** An alias of a registered model that goes to and fro between two versions. */
export function* movesHistory(moves: number, seed = 2): Generator<Append> {
  const made = eventMaker(seed)
  const artifact = artifactRef(0)
  const stream = artifactStream(artifact)
  const registered = modelStream(movedModel)
  yield made(stream, ['ArtifactCreated', { artifactType: 'model' }])
  yield made(registered, ['RegisteredModelCreated', { artifactType: 'model' }])
  for (const version of [0, 1]) {
    const manifest = { bytes: 1000, digest: digestNumber(seed, version), entries: 1 }
    yield made(stream, ['ArtifactVersionLogged', { manifest, version }], latestMoved(version))
    const linked = { manifest, source: { ...artifact, version }, version }
    yield made(registered, ['VersionLinked', linked], latestMoved(version))
  }
  for (let move = 0; move < moves; move++) {
    const from = move === 0 ? null : (move + 1) % 2
    yield made(registered, ['AliasMoved', { alias: 'production', from, to: move % 2 }])
  }
}
export const movedModel = decoded(ModelRef, { entity: ENTITY, project: MODEL_PROJECT, name: 'churn' })

/**
 * Generations of runs, each using two versions of the generation before it and logging one: upstream of the
 * last version lie about three edges for each run.
 */
export function* lineageHistory(edges: number, seed = 3): Generator<Append> {
  const made = eventMaker(seed)
  const artifact = artifactRef(0)
  const stream = artifactStream(artifact)
  const wide = 3
  yield made(stream, ['ArtifactCreated', { artifactType: 'model' }])
  const versions = lineageVersions(edges)
  for (let version = 0; version < versions; version++) {
    const run = runRef(version)
    const generation = Math.floor(version / wide)
    const sources = generation === 0 ? [] : [version - wide, (generation - 1) * wide + ((version + 1) % wide)]
    yield made(runStream(run), ['RunStarted', {}])
    for (const source of sources) {
      yield made(runStream(run), ['ArtifactVersionUsed', { version: { ...artifact, version: source } }])
    }
    const manifest = { bytes: 1000, digest: digestNumber(seed, version), entries: 1 }
    yield made(stream, ['ArtifactVersionLogged', { manifest, run: { ref: run }, version }], latestMoved(version))
  }
}

/** How many versions it takes for that many edges; the last of them has nearly all upstream. */
export const lineageVersions = (edges: number): number => Math.ceil(edges / 3)

/** Writes a history into an empty store; answers how many events there are. */
export const fill = async (store: EventStore, history: Iterable<Append>): Promise<number> => {
  const revisions = new Map<string, Revision>()
  let events = 0
  let under: Array<Promise<unknown>> = []
  for (const append of history) {
    const expected = revisions.get(append.stream) ?? 'none'
    revisions.set(append.stream, revisionAfter(expected, append.events.length))
    events += append.events.length
    under.push(opened(store.append(append.stream, expected, append.events)))
    if (under.length < AT_ONCE) continue
    await Promise.all(under)
    under = []
  }
  await Promise.all(under)
  return events
}

const START = Date.parse('2026-01-01T00:00:00Z')

type Happening = readonly [type: string, data: object]

/** A version that is logged or linked becomes `latest`, in the same command. */
const latestMoved = (version: number): Happening => [
  'AliasMoved',
  { alias: 'latest', from: version === 0 ? null : version - 1, to: version },
]

/** What one command would have recorded in a stream. */
const eventMaker = (seed: number) => {
  const next = randomNumbers(seed)
  const hex = (): string => next().toString(16).padStart(8, '0')
  const filler = Array.from({ length: 6 }, hex).join('')
  let count = 0
  return (stream: string, ...happenings: RNEA.ReadonlyNonEmptyArray<Happening>): Append => {
    const [a, b, c, d] = [hex(), hex(), hex(), hex()]
    const commandId = `${b}${c}${d}${a}`
    const metadata = canonical({
      actor: `user-${count % 50}@acme.example.org`,
      commandDigest: `sha256:${a}${b}${filler}`,
      commandId,
      recordedAt: new Date(START + count++ * 1000).toISOString(),
      schema: 1,
    })
    const event = (index: number, [type, data]: Happening): NewEvent => {
      const texts = { type, data: canonical(data), metadata }
      return { id: idOfEvent(stream, commandId, index, texts), ...texts }
    }
    return { stream, events: RNEA.mapWithIndex(event)(happenings) }
  }
}

const canonical = (value: object): string => {
  const text = canonicalJson(value)
  if (E.isLeft(text)) throw new TypeError(JSON.stringify(text.left))
  return text.right
}

const digestNumber = (seed: number, index: number): string =>
  `sha256:${createHash('sha256').update(`${seed}/${index}`).digest('hex')}`
