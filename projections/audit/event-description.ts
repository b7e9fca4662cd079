/** What an event says, in one sentence of plain English and as before and after. */

import type { DomainEvent } from '../../domain/events/catalogue.js'
import type { RecordedEvent } from '../../domain/events/stored-events.js'
import { metricOf, type RecordedMetric } from '../../domain/run/metrics.js'
import type { Answer } from '../../domain/values/answer.js'
import { doubleText } from '../../domain/values/double.js'
import type { Json, JsonObject } from '../../domain/values/json.js'
import type { ManifestSummary } from '../../domain/values/manifest/manifest.js'
import { collectionPath, runPath, type VersionRef, versionName, versionPath } from '../../domain/values/references.js'
import type { NamedRun } from '../../domain/values/run-fact.js'
import { parseStream } from '../../domain/values/stream-names.js'
import { deletedWhole, type EventDescription, redescribed, retagged } from './whole.js'
import { counted, few, listed, plain, sizeText } from './wording.js'

export type { EventDescription } from './whole.js'

/** The account of an event where it stands. */
export const describeEvent = ({ stream, event }: Pick<RecordedEvent, 'stream' | 'event'>): EventDescription => {
  const home = homeOf(stream)
  switch (event.type) {
    case 'ArtifactCreated':
    case 'RegisteredModelCreated': {
      const { artifactType, description } = event
      const kind = event.type === 'ArtifactCreated' ? 'artifact' : 'registered model'
      const after = { artifactType, ...(description === undefined ? {} : { description }) }
      return {
        subject: home,
        what: `created the ${kind} ${plain(home)}, of type ${plain(artifactType)}`,
        before: null,
        after,
      }
    }
    case 'ArtifactVersionLogged':
    case 'ArtifactVersionRelogged': {
      const { type, version, manifest, run, base, copiedFrom, distributed } = event
      const takenOver = event.type === 'ArtifactVersionLogged' ? (event.takenOver ?? []) : []
      const notApplied = event.type === 'ArtifactVersionRelogged' ? (event.notApplied ?? []) : []
      const subject = at(home, version)
      const what = [
        type === 'ArtifactVersionLogged'
          ? `logged ${plain(subject)} with ${contentOf(manifest)}`
          : `logged again the content of ${plain(subject)}`,
        ...(notApplied.length === 0
          ? []
          : [`with ${listed(notApplied)} that ${notApplied.join() === 'description' ? 'was' : 'were'} not applied`]),
        ...(base === undefined ? [] : [draftedFrom(base, takenOver, event.newest)]),
        ...(copiedFrom === undefined ? [] : [`copied from ${plain(pathOf(copiedFrom))}${withIts(takenOver)}`]),
        ...(distributed === undefined
          ? []
          : [`from generation ${distributed.generation} of the distributed draft ${plain(distributed.distributedId)}`]),
        ...inRun(run),
      ].join(', ')
      return { subject, what, before: null, after: saidBy(event) }
    }
    case 'ArtifactVersionDescribed':
      return redescribed(at(home, event.version), event)
    case 'ArtifactDescribed':
    case 'RegisteredModelDescribed':
      return redescribed(home, event)
    case 'ArtifactVersionTagged':
    case 'ArtifactVersionUntagged':
      return retagged(at(home, event.version), event)
    case 'ArtifactTagged':
    case 'ArtifactUntagged':
    case 'RegisteredModelTagged':
    case 'RegisteredModelUntagged':
      return retagged(home, event)
    case 'ArtifactArchived':
    case 'RegisteredModelArchived':
      return { subject: home, what: `archived ${plain(home)}`, before: null, after: 'archived' }
    case 'ArtifactUnarchived':
    case 'RegisteredModelUnarchived':
      return {
        subject: home,
        what: `took ${plain(home)} out of the archive`,
        before: 'archived',
        after: null,
      }
    case 'ArtifactVersionDeleted': {
      const subject = at(home, event.version)
      const { manifest, linksLeft = [] } = event
      const links = linksLeft.map(({ model, version }) => versionPath(model, version))
      const what = [
        `deleted ${plain(subject)}, which held ${contentOf(manifest)}`,
        ...(links.length === 0
          ? []
          : [`and left ${few(links.map(plain))}, which ${links.length === 1 ? 'links' : 'link'} to it`]),
      ].join(', ')
      return { subject, what, before: { manifest }, after: links.length === 0 ? null : { linksLeft: links } }
    }
    case 'ArtifactDeleted':
    case 'RegisteredModelDeleted':
      return deletedWhole(home, event)
    case 'AliasMoved': {
      const { alias, from, to } = event
      const what =
        from === null
          ? `set the alias ${plain(alias)} of ${plain(home)} to ${versionName(to)}`
          : `moved the alias ${plain(alias)} of ${plain(home)} from ${versionName(from)} to ${versionName(to)}`
      return { subject: home, what, before: from === null ? null : versionName(from), after: versionName(to) }
    }
    case 'AliasRemoved': {
      const from = versionName(event.from)
      const what = `removed the alias ${plain(event.alias)} of ${plain(home)} from ${from}`
      return { subject: home, what, before: from, after: null }
    }
    case 'VersionLinked': {
      const { version, source, manifest } = event
      const what = `linked ${plain(pathOf(source))} to ${plain(home)} as ${versionName(version)}`
      return { subject: at(home, version), what, before: null, after: { source: pathOf(source), manifest } }
    }
    case 'VersionUnlinked': {
      const { version, source } = event
      const subject = at(home, version)
      const what = `unlinked ${plain(subject)}, which was ${plain(pathOf(source))}`
      return { subject, what, before: { source: pathOf(source) }, after: null }
    }
    case 'RunStarted': {
      const { group, jobType } = event
      const what = [
        `started the run ${plain(home)}`,
        ...(group === undefined ? [] : [`in the group ${plain(group)}`]),
        ...(jobType === undefined ? [] : [`as ${plain(jobType)}`]),
      ].join(', ')
      return { subject: home, what, before: null, after: saidBy(event) }
    }
    case 'RunSummarised': {
      const metrics = Object.entries(event.to).map(([name, value]) => {
        const before = event.from[name] ?? null
        return `${plain(name)} = ${measured(value)}${before === null ? '' : ` (was ${measured(before)})`}`
      })
      return {
        subject: home,
        what: `recorded ${few(metrics)} for the run ${plain(home)}`,
        before: event.from,
        after: event.to,
      }
    }
    case 'ArtifactVersionUsed': {
      const { version, through, late } = event
      const link = through === undefined ? null : versionPath(through.model, through.version)
      const what = [
        `used ${plain(pathOf(version))} in the run ${plain(home)}`,
        ...(link === null ? [] : [`through ${plain(link)}`]),
        ...(late === undefined ? [] : ['after the run had finished']),
      ].join(', ')
      return {
        subject: home,
        what,
        before: null,
        after: { version: pathOf(version), ...(link === null ? {} : { through: link }) },
      }
    }
    case 'RunFinished': {
      const { outcome } = event
      const ended =
        outcome === 'finished'
          ? ''
          : `, which ${outcome === 'failed' ? 'failed' : outcome === 'crashed' ? 'crashed' : 'was killed'}`
      return { subject: home, what: `finished the run ${plain(home)}${ended}`, before: 'running', after: outcome }
    }
    case 'DistributedPartUpserted': {
      const { generation, writer, part, run, base, removed } = event
      const what = [
        `brought ${contentOf(part)} to ${draft(home, generation)} as the writer ${plain(writer)}`,
        ...(removed === undefined ? [] : [`removing ${few(removed.map(plain))}`]),
        ...(base === undefined ? [] : [`to build on ${versionName(base)}`]),
        ...inRun(run),
      ].join(', ')
      return { subject: `${home}#${generation}`, what, before: null, after: saidBy(event) }
    }
    case 'DistributedCommitted': {
      const { generation, manifest, writers, writerNames, run, base } = event
      const { type: _, envelope: __, ...after } = event
      const what = [
        `sealed ${draft(home, generation)} with ${contentOf(manifest)} of ${counted(writers, 'writer')}${writerNames === undefined ? '' : ` (${few(writerNames.map(plain))})`}`,
        ...(base === undefined ? [] : [`built on ${versionName(base)}`]),
        ...inRun(run),
      ].join(', ')
      return { subject: `${home}#${generation}`, what, before: 'open', after }
    }
    case 'DistributedAbandoned': {
      const { generation, writers } = event
      const sealed = event.sealed === true
      const which = sealed ? `what was sealed of ${draft(home, generation)}` : draft(home, generation)
      const what = `abandoned ${which}, to which ${counted(writers, 'writer')} had brought parts`
      return { subject: `${home}#${generation}`, what, before: sealed ? 'sealed' : 'open', after: 'abandoned' }
    }
    case 'LossAccepted': {
      const { first, last, noted, found } = event
      const which =
        first === undefined ? `events up to position ${last}` : `the events at the positions ${first} to ${last}`
      return { subject: home, what: `gave up ${which} for lost`, before: { ...noted }, after: { ...found } }
    }
    case 'CommandAccepted': {
      const subject = aboutOf(stream, event.answer)
      return { subject, what: `gave a command about ${plain(subject)} that changed nothing`, before: null, after: null }
    }
  }
}

/** The name of what a stream is about. */
const homeOf = (stream: string): string => {
  const subject = parseStream(stream)
  switch (subject?.category) {
    case 'artifact':
      return collectionPath(subject.artifact)
    case 'model':
      return collectionPath(subject.model)
    case 'run':
      return runPath(subject.run)
    case 'draft':
      return `${collectionPath(subject.artifact)}/${subject.distributedId}`
    case 'losses':
      return 'the ledger'
    case undefined:
      return stream
  }
}

/** What a command on a stream was about. In a run, the number is that of a version elsewhere. */
const aboutOf = (stream: string, { version, generation }: Answer): string => {
  const home = homeOf(stream)
  if (generation !== undefined) return `${home}#${generation}`
  return version === undefined || parseStream(stream)?.category === 'run' ? home : at(home, version)
}

const at = (collection: string, version: number): string => `${collection}:${versionName(version)}`
const pathOf = (version: VersionRef): string => versionPath(version, version.version)

/** An event's own members. */
const saidBy = ({ type: _, ...said }: DomainEvent): JsonObject => said

const contentOf = ({ entries, bytes }: ManifestSummary): string => `${counted(entries, 'file')} (${sizeText(bytes)})`

const draftedFrom = (base: number, takenOver: ReadonlyArray<string>, newest: number | undefined): string =>
  `drafted from ${versionName(base)}${withIts(takenOver)}${
    newest === undefined ? '' : `, when ${versionName(newest)} was the newest`
  }`

const withIts = (takenOver: ReadonlyArray<string>): string =>
  takenOver.length === 0 ? '' : ` with its ${listed(takenOver)}`

const inRun = (run: NamedRun | undefined): ReadonlyArray<string> =>
  run === undefined
    ? []
    : [`in the run ${plain(runPath(run.ref))}${run.finished === undefined ? '' : ', which had finished'}`]

const draft = (name: string, generation: number): string =>
  `generation ${generation} of the distributed draft ${plain(name)}`

const measured = (recorded: RecordedMetric): string => {
  const value = metricOf(recorded)
  return typeof value === 'number' ? doubleText(value) : shown(value)
}

const shown = (value: Json): string => (typeof value === 'string' ? plain(value) : JSON.stringify(value))
