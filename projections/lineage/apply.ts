/** Lineage as a projection: what each event means for the graph. */

import type {
  ArtifactDeleted,
  ArtifactVersionDeleted,
  ArtifactVersionLogged,
  ArtifactVersionRelogged,
} from '../../domain/artifact/events.js'
import type { DistributedCommitted, DistributedPartUpserted } from '../../domain/distributed-draft/events.js'
import type { EventOf } from '../../domain/events/catalogue.js'
import type { RegisteredModelDeleted } from '../../domain/registered-model/events.js'
import type { RunRef, VersionRef } from '../../domain/values/references.js'
import { artifactStream, draftStream, modelStream, parseStream, runStream } from '../../domain/values/stream-names.js'
import { type ProjectedEvent, readModel, unfolded } from '../projection.js'
import {
  addEdge,
  addMention,
  emptyGraph,
  endNode,
  type LineageGraph,
  nodeOf,
  nodesOf,
  type Row,
  subjectOf,
} from './graph.js'
import { loadGraph, saveGraph } from './snapshot.js'

const folds = [
  'ArtifactCreated',
  'ArtifactVersionLogged',
  'ArtifactVersionRelogged',
  'ArtifactVersionDeleted',
  'RegisteredModelCreated',
  'VersionLinked',
  'VersionUnlinked',
  'ArtifactDeleted',
  'RegisteredModelDeleted',
  'RunStarted',
  'ArtifactVersionUsed',
  'RunFinished',
  'DistributedPartUpserted',
  'DistributedCommitted',
  'DistributedAbandoned',
] as const
type Folded = (typeof folds)[number]

const apply = (graph: LineageGraph, { stream, position, event }: ProjectedEvent<EventOf<Folded>>): void => {
  switch (event.type) {
    case 'ArtifactCreated':
    case 'RegisteredModelCreated':
      beginLife(graph, subjectOf(graph, stream), event.artifactType, position)
      return
    case 'ArtifactDeleted':
    case 'RegisteredModelDeleted':
      endLife(graph, stream, event, position)
      return
    case 'ArtifactVersionLogged': {
      const subject = subjectOf(graph, stream)
      const version = nodeOf(graph, subject, event.version, position)
      if (event.base !== undefined) {
        addEdge(graph, nodeOf(graph, subject, event.base, position), version, 'derived-from', position)
      }
      if (event.copiedFrom !== undefined)
        addEdge(graph, versionNode(graph, event.copiedFrom, position), version, 'copied', position)
      made(graph, stream, event, version, position)
      return
    }
    case 'ArtifactVersionRelogged': {
      const version = node(graph, stream, event.version, position)
      // Neither its base nor what was copied is an origin: the content was there before.
      if (event.copiedFrom !== undefined)
        addMention(graph, versionNode(graph, event.copiedFrom, position), version, 'copied', position)
      made(graph, stream, event, version, position)
      return
    }
    case 'ArtifactVersionDeleted': {
      const version = node(graph, stream, event.version, position)
      left(graph, event, version, position)
      endNode(graph, version, 'deleted', position)
      return
    }
    case 'VersionLinked': {
      const source = versionNode(graph, event.source, position)
      addEdge(graph, source, node(graph, stream, event.version, position), 'linked', position)
      return
    }
    case 'VersionUnlinked': {
      const link = node(graph, stream, event.version, position)
      addMention(graph, versionNode(graph, event.source, position), link, 'linked', position)
      endNode(graph, link, 'unlinked', position)
      return
    }
    case 'RunStarted':
      node(graph, stream, 0, position)
      return
    case 'ArtifactVersionUsed': {
      const { version, through } = event
      const run = node(graph, stream, 0, position)
      addEdge(graph, versionNode(graph, version, position), run, 'used', position)
      if (through !== undefined) {
        addEdge(graph, node(graph, modelStream(through.model), through.version, position), run, 'used', position)
      }
      return
    }
    case 'RunFinished':
      endNode(graph, node(graph, stream, 0, position), event.outcome, position)
      return
    case 'DistributedPartUpserted': {
      const draft = node(graph, stream, event.generation, position)
      tookPart(graph, stream, event, draft, position)
      return
    }
    case 'DistributedCommitted': {
      const draft = node(graph, stream, event.generation, position)
      tookPart(graph, stream, event, draft, position)
      endNode(graph, draft, 'sealed', position)
      return
    }
    case 'DistributedAbandoned':
      // A seal that is given up had ended it before.
      if (event.sealed !== true) endNode(graph, node(graph, stream, event.generation, position), 'abandoned', position)
      return
    default:
      unfolded(event)
  }
}

const beginLife = ({ types }: LineageGraph, subject: Row, type: string, position: number): void => {
  const known = types.get(subject)
  if (known === undefined) types.set(subject, [[position, type]])
  else known.push([position, type])
}

const node = (graph: LineageGraph, stream: string, number: number, position: number): Row =>
  nodeOf(graph, subjectOf(graph, stream), number, position)

const runNode = (graph: LineageGraph, ref: RunRef, position: number): Row => {
  const last = graph.lastRun
  if (last !== null && last.ref.run === ref.run && last.ref.project === ref.project && last.ref.entity === ref.entity) {
    return last.node
  }
  const found = node(graph, runStream(ref), 0, position)
  graph.lastRun = { ref, node: found }
  return found
}

const versionNode = (graph: LineageGraph, version: VersionRef, position: number): Row =>
  node(graph, artifactStream(version), version.version, position)

const endLife = (
  graph: LineageGraph,
  stream: string,
  event: ArtifactDeleted | RegisteredModelDeleted,
  position: number,
): void => {
  const nodes = nodesOf(graph, subjectOf(graph, stream))
  if (event.type === 'ArtifactDeleted') left(graph, event, nodes[0], position)
  for (const node of nodes) if (graph.nodes.endedAt[node] === 0) endNode(graph, node, 'deleted', position)
}

/** What links to what was deleted, and stays: named by that event, of which any version of the artifact says where it stands. */
const left = (
  graph: LineageGraph,
  { linksLeft = [] }: ArtifactVersionDeleted | ArtifactDeleted,
  version: Row | undefined,
  position: number,
): void => {
  if (version === undefined) return
  for (const { model, version: link } of linksLeft)
    addMention(graph, node(graph, modelStream(model), link, position), version, 'linked', position)
}

const tookPart = (
  graph: LineageGraph,
  stream: string,
  { run, base }: DistributedPartUpserted | DistributedCommitted,
  draft: Row,
  position: number,
): void => {
  // What is sealed is derived from its base once it is a version.
  const subject = base === undefined ? undefined : parseStream(stream)
  if (base !== undefined && subject?.category === 'draft') {
    const version = node(graph, artifactStream(subject.artifact), base, position)
    addMention(graph, version, draft, 'derived-from', position)
  }
  if (run !== undefined) addEdge(graph, runNode(graph, run.ref, position), draft, 'part-of', position)
}

/** The run, and the sealed draft, that a version came from. */
const made = (
  graph: LineageGraph,
  stream: string,
  { type, run, distributed }: ArtifactVersionLogged | ArtifactVersionRelogged,
  version: Row,
  position: number,
): void => {
  if (distributed !== undefined) {
    const subject = parseStream(stream)
    if (subject?.category === 'artifact') {
      const draft = draftStream({ artifact: subject.artifact, distributedId: distributed.distributedId })
      addEdge(graph, node(graph, draft, distributed.generation, position), version, 'part-of', position)
    }
  }
  if (run !== undefined) {
    const kind = type === 'ArtifactVersionLogged' ? 'logged' : 're-logged'
    addEdge(graph, runNode(graph, run.ref, position), version, kind, position)
  }
}

export const lineageProjection = readModel({
  name: 'lineage',
  version: 5,
  folds,
  initial: emptyGraph,
  apply,
  save: saveGraph,
  load: loadGraph,
})
