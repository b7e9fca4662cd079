/** Lineage as a projection: what each event means for the graph. */

import type { ArtifactVersionLogged, ArtifactVersionRelogged } from '../../domain/artifact/events.js'
import type { DistributedCommitted, DistributedPartUpserted } from '../../domain/distributed-draft/events.js'
import type { EventOf } from '../../domain/events/catalogue.js'
import type { RunRef, VersionRef } from '../../domain/values/references.js'
import { artifactStream, draftStream, modelStream, parseStream, runStream } from '../../domain/values/stream-names.js'
import { type ProjectedEvent, readModel, unfolded } from '../projection.js'
import { addEdge, emptyGraph, endNode, type LineageGraph, nodeOf, nodesOf, type Row, subjectOf } from './graph.js'
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
      for (const node of nodesOf(graph, subjectOf(graph, stream)))
        if (graph.nodes.endedAt[node] === 0) endNode(graph, node, 'deleted', position)
      return
    case 'ArtifactVersionLogged': {
      const subject = subjectOf(graph, stream)
      const version = nodeOf(graph, subject, event.version, position)
      if (event.base !== undefined) {
        addEdge(graph, nodeOf(graph, subject, event.base, position), version, 'derived-from', position)
      }
      if (event.copiedFrom !== undefined) {
        addEdge(graph, versionNode(graph, event.copiedFrom, position), version, 'copied', position)
      }
      made(graph, stream, event, version, position)
      return
    }
    case 'ArtifactVersionRelogged':
      // Neither its base nor what was copied is an origin: the content was there before.
      made(graph, stream, event, node(graph, stream, event.version, position), position)
      return
    case 'ArtifactVersionDeleted':
      endNode(graph, node(graph, stream, event.version, position), 'deleted', position)
      return
    case 'VersionLinked': {
      const source = versionNode(graph, event.source, position)
      addEdge(graph, source, node(graph, stream, event.version, position), 'linked', position)
      return
    }
    case 'VersionUnlinked': {
      const link = node(graph, stream, event.version, position)
      // It names its source again: a repetition, so that the history of the source has it.
      addEdge(graph, versionNode(graph, event.source, position), link, 'linked', position)
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
      tookPart(graph, event, draft, position)
      return
    }
    case 'DistributedCommitted': {
      const draft = node(graph, stream, event.generation, position)
      tookPart(graph, event, draft, position)
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

const tookPart = (
  graph: LineageGraph,
  { run }: DistributedPartUpserted | DistributedCommitted,
  draft: Row,
  position: number,
): void => {
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
  version: 4,
  folds,
  initial: emptyGraph,
  apply,
  save: saveGraph,
  load: loadGraph,
})
