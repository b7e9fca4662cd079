/** Exports whose every digest is right, and whose history is none that could have been. */
import { beforeAll, describe, expect, it } from 'vitest'
import { memoryEventStore, memoryFileStore } from '../../adapters/memory/index.js'
import { upcasters } from '../../domain/events/catalogue.js'
import type { EventStore } from '../../domain/ports/event-store.js'
import type { JsonObject } from '../../domain/values/json.js'
import { openLedger } from '../../index.js'
import { importEvents } from '../../ledger/maintenance/import.js'
import { giveEveryCommand } from '../support/domain-history.js'
import { eventsIn, openTestLedger } from '../support/domain-ledger.js'
import { loss } from '../support/domain-samples.js'
import { type Forged, forgeable, forgedExport, forgedStore } from '../support/forged-export.js'
import { memoryLedger, text } from '../support/ledger-memory.js'

let history: ReadonlyArray<Forged>
beforeAll(async () => {
  const ledger = openTestLedger()
  await giveEveryCommand(ledger)
  history = (await eventsIn(ledger.store)).map(forgeable)
})

type Which = (event: Forged) => boolean
type Change = (event: Forged) => Forged

/** The nth event of a type, whose data hold this. */
const nth = (type: string, number = 0, holds: JsonObject = {}, stream?: string): Which => {
  let seen = 0
  return (event) =>
    event.type === type &&
    (stream === undefined || event.stream === stream) &&
    Object.entries(holds).every(([key, value]) => JSON.stringify(event.data[key]) === JSON.stringify(value)) &&
    seen++ === number
}
const at = (which: Which, change: (event: Forged) => ReadonlyArray<Forged>) => () =>
  history.flatMap((event) => (which(event) ? change(event) : event))
const saying = (which: Which, data: JsonObject) =>
  at(which, (event) => [{ ...event, data: { ...event.data, ...data } }])
const omitting = (which: Which, member: string) =>
  at(which, ({ data: { [member]: _, ...data }, ...event }) => [{ ...event, data }])
const noted = (which: Which, metadata: JsonObject) =>
  at(which, (event) => [{ ...event, metadata: { ...event.metadata, ...metadata } }])
const without = (which: Which) => at(which, () => [])
const twice = (which: Which, change: Change = (event) => event) => at(which, (event) => [event, change(event)])
const forgedMetadata = ({ metadata }: Forged, type: string) => ({
  ...metadata,
  commandId: 'forged',
  schema: upcasters[type]?.version ?? 1,
})
/** The same by a command of its own. */
const anew: Change = (event) => ({ ...event, metadata: forgedMetadata(event, event.type) })
/** An event of a command of its own, behind another. */
const then = (which: Which, type: string, data: JsonObject, stream?: string) =>
  at(which, (event) => [event, { stream: stream ?? event.stream, type, data, metadata: forgedMetadata(event, type) }])
const first = (which: Which, type: string, data: JsonObject, stream: string) =>
  at(which, (event) => [{ stream, type, data, metadata: forgedMetadata(event, type) }, event])

const DIGEST = `sha256:${'0'.repeat(64)}`
const manifest = { digest: DIGEST, entries: 1, bytes: 1 }
const copiedFrom = { entity: 'acme', name: 'model', project: 'churn', version: 0 }
const ARTIFACT = 'artifact-acme/churn/model'
const MODEL = 'model-acme/model-registry/Churn'
const DRAFT = 'draft-acme/churn/model/eval'
const RUN = 'run-acme/churn/run-1'
const source = { entity: 'acme', project: 'churn', name: 'model', version: 0 }
const UNMEASURED = { converged: null, floor: null, gradient: null, loss: 0.3, note: null, offset: null }
const MEASURED = { converged: false, floor: 1, gradient: 1, loss: 0.25, note: 'x', offset: 1 }
const lastOf = (stream: string): Which => {
  let behind: Forged | undefined
  return (event) => {
    behind ??= history.findLast((each) => each.stream === stream)
    return event === behind
  }
}

const isLatestLink: Which = ({ stream, type, data }) =>
  stream === MODEL && type === 'AliasMoved' && data['alias'] === 'latest'

const FORGERIES: ReadonlyArray<readonly [string, () => ReadonlyArray<Forged>, RegExp]> = [
  // What every stream has.
  ['a line twice', twice(nth('VersionLinked')), /v0, and v1 comes next/],
  ['a line twice, of the end of a run', twice(nth('RunFinished')), /changes nothing/],
  [
    'a gap in the revisions',
    at(nth('VersionLinked'), (event) => [{ ...event, revision: 7 }]),
    /revision 7, and 1 comes next/,
  ],
  ['an id that is no UUID', at(nth('VersionLinked'), (event) => [{ ...event, id: 'x' }]), /its id x is not the one/],
  [
    'an id that comes twice',
    at(nth('VersionLinked'), (event) => [{ ...event, id: '00000000-0000-4000-8000-000000000000' }]),
    /is not the one of its stream, command and texts/,
  ],
  [
    'a command whose events stand apart',
    at(lastOf(ARTIFACT), (event) => [
      event,
      { ...event, metadata: history.find(nth('ArtifactCreated'))?.metadata ?? {} },
    ]),
    /ended before, with other events behind it/,
  ],
  [
    'another actor in the midst of a command',
    noted(nth('AliasMoved', 0, { alias: 'best' }), { actor: 'eve' }),
    /something else than the event before/,
  ],
  [
    'a command that changed nothing, among what it changed',
    at(nth('VersionLinked'), (event) => [event, { ...event, type: 'CommandAccepted', data: { answer: {} } }]),
    /something else than the event before/,
  ],
  [
    'a command about a link that was not there',
    saying(nth('CommandAccepted'), { answer: { version: 1 } }),
    /names v1, which was not there/,
  ],
  [
    'a command about a version that was not there',
    then(lastOf(ARTIFACT), 'CommandAccepted', { answer: { version: 4711 } }),
    /names v4711, which was not there/,
  ],
  [
    'a command about a generation of an artifact',
    then(lastOf(ARTIFACT), 'CommandAccepted', { answer: { generation: 0 } }),
    /names generation 0, which was not there/,
  ],
  [
    'a command about a generation of a registered model, beside its version',
    then(lastOf(MODEL), 'CommandAccepted', { answer: { generation: 0, version: 0 } }),
    /names generation 0, which was not there/,
  ],
  [
    'a loss that begins elsewhere than what is there ends',
    saying(nth('LossAccepted'), { first: 99 }),
    /says 99 of the first position that is lost, which was 101/,
  ],
  [
    'a loss that ends elsewhere than what was noted',
    saying(nth('LossAccepted'), { last: 111 }),
    /says 111 of the last position that is lost, which was 110/,
  ],
  [
    'more events than there were positions, before a loss',
    saying(nth('LossAccepted'), { noted: { ...loss.noted, events: 111 } }),
    /says 111 of the events that were noted, which was "at most 110"/,
  ],
  [
    'nothing found, and its leaf hash',
    saying(nth('LossAccepted'), { found: { ...loss.found, events: 0, position: 0 }, first: 1 }),
    /whether events were found/,
  ],
  [
    'the same loss twice',
    then(lastOf('losses-ledger'), 'LossAccepted', { ...loss }),
    /changes nothing of the history, of which nothing was lost/,
  ],
  [
    'a command that changed nothing of what was lost',
    then(lastOf('losses-ledger'), 'CommandAccepted', { answer: {} }),
    /changes nothing of the history, of which nothing was lost/,
  ],
  [
    'a command about a generation that never began',
    then(lastOf(DRAFT), 'CommandAccepted', { answer: { generation: 4711 } }),
    /names generation 4711, which was not open/,
  ],
  [
    'a command about a generation that has no part yet',
    then(nth('DistributedAbandoned'), 'CommandAccepted', { answer: { generation: 2 } }),
    /names generation 2, which was not open/,
  ],
  [
    'a command about a generation that had ended',
    then(nth('DistributedCommitted'), 'CommandAccepted', { answer: { generation: 0 } }),
    /names generation 0, which was not open/,
  ],
  [
    'a command about a draft, and no generation of it',
    then(nth('DistributedPartUpserted'), 'CommandAccepted', { answer: {} }),
    /names no generation/,
  ],
  [
    'a command about a version of a draft',
    then(nth('DistributedPartUpserted'), 'CommandAccepted', { answer: { generation: 0, version: 0 } }),
    /names v0, which was not there/,
  ],
  [
    'a command about a version that its run never used',
    then(nth('ArtifactVersionUsed'), 'CommandAccepted', { answer: { version: 4711 } }),
    /names v4711, which was not there/,
  ],
  [
    'a command about a version that its run used later',
    then(nth('RunStarted'), 'CommandAccepted', { answer: { version: 0 } }),
    /names v0, which was not there/,
  ],
  [
    'a command about a generation of a run',
    then(lastOf(RUN), 'CommandAccepted', { answer: { generation: 0 } }),
    /names generation 0, which was not there/,
  ],
  [
    'a command to a run that never started',
    first(nth('RunStarted'), 'CommandAccepted', { answer: {} }, 'run-acme/churn/no'),
    /nothing was created here before/,
  ],
  [
    'a command amidst a deletion',
    then(nth('ArtifactVersionDeleted'), 'CommandAccepted', { answer: {} }),
    /the alias "best" was left/,
  ],
  [
    'an alias of a deleted version removed by another command',
    noted(nth('AliasRemoved', 0, { alias: 'best' }), { commandId: 'forged' }),
    /the alias "best" was left/,
  ],
  [
    'a version that is not latest',
    () => {
      const version = history.filter(
        ({ stream, type }) => stream === ARTIFACT && type === 'ArtifactVersionLogged',
      ).length
      return then(lastOf(ARTIFACT), 'ArtifactVersionLogged', { version, manifest })()
    },
    /"latest"/,
  ],
  [
    'two commands under one id',
    at(lastOf(ARTIFACT), (event) => [
      event,
      ...[
        { type: 'AliasMoved', data: { alias: 'a', from: null, to: 0 } },
        { type: 'AliasRemoved', data: { alias: 'a', from: 0 } },
      ].map((one) => ({
        ...event,
        ...one,
        metadata: { ...event.metadata, commandId: 'forged' },
      })),
    ]),
    /no command leaves this AliasRemoved behind its AliasMoved/,
  ],
  [
    'an alias that goes elsewhere than what is logged',
    saying(nth('AliasMoved', 0, { alias: 'best' }), { to: 1 }),
    /which was not there|no command leaves/,
  ],
  ['a link that is not latest', without(isLatestLink), /"latest"/],
  [
    'a time with another zone',
    noted(nth('RunStarted', 1), { recordedAt: '2026-05-03T14:00:00+02:00' }),
    /is written as/,
  ],
  [
    'a stream whose name is written otherwise',
    at(
      () => true,
      (event) => [event.stream === ARTIFACT ? { ...event, stream: 'artifact-acme/churn/%6dodel' } : event],
    ),
    /"artifact-acme\/churn\/model" would be/,
  ],
  [
    'an artifact in a registry',
    first(nth('RunStarted'), 'ArtifactCreated', { artifactType: 'model' }, 'artifact-acme/model-registry/x'),
    /none of a ledger/,
  ],
  [
    'a tag twice in a list',
    saying(nth('ArtifactVersionLogged'), { tags: ['cnn', 'cnn', 'small model'] }),
    /its values are written as/,
  ],

  // An artifact.
  ['a missing creation', without(nth('ArtifactCreated')), /nothing was created here before/],
  ['a second creation', then(lastOf(ARTIFACT), 'ArtifactCreated', { artifactType: 'model' }), /created before/],
  ['a number that was skipped', saying(nth('ArtifactVersionLogged', 1), { version: 2 }), /it is v2, and v1 comes next/],
  ['a number that was used', saying(nth('ArtifactVersionLogged', 1), { version: 0 }), /it is v0, and v1 comes next/],
  ['a number of 300,000,000', saying(nth('ArtifactVersionLogged', 1), { version: 300_000_000 }), /300000000/],
  ['a number of 4,294,967,294', saying(nth('ArtifactVersionLogged', 1), { version: 4_294_967_294 }), /4294967294/],
  ['a base of 4,294,967,294', saying(nth('ArtifactVersionLogged', 1), { base: 4_294_967_294 }), /4294967294/],
  ['a base that is not there', saying(nth('ArtifactVersionLogged', 1), { base: 2 }), /names v2, which was not there/],
  [
    'a draft that took over what its base never said',
    saying(nth('ArtifactVersionLogged', 1), { base: 0, takenOver: ['description'], description: 'made up' }),
    /"made up" of the description of its base, which was/,
  ],
  [
    'a newest version that was none',
    saying(nth('ArtifactVersionLogged', 1), { newest: 0 }),
    /says 0 of the newest version beside its base, which was null/,
  ],
  [
    'words that were not applied, and are what its version says',
    saying(nth('ArtifactVersionRelogged'), { notApplied: ['tags'] }),
    /of what was not applied, which was/,
  ],
  [
    'something taken over from no base',
    saying(nth('ArtifactVersionLogged'), { takenOver: ['metadata'] }),
    /of the metadata of its base, which was null/,
  ],
  [
    'a copy of a version that was never logged',
    saying(nth('ArtifactVersionLogged', 0, { copiedFrom }), { copiedFrom: { ...copiedFrom, version: 300 } }),
    /the logging of acme\/churn\/model:v300/,
  ],
  [
    'a copy with other content than what was copied',
    saying(nth('ArtifactVersionLogged', 0, { copiedFrom }), { copiedFrom: { ...copiedFrom, version: 1 } }),
    /of the manifest of acme\/churn\/model:v1, which was/,
  ],
  [
    'a copy that took over what was never said there',
    saying(nth('ArtifactVersionLogged', 0, { copiedFrom }), { description: 'made up' }),
    /"made up" of the description of what was copied, which was/,
  ],
  [
    'content copied again that is another',
    saying(nth('ArtifactVersionRelogged', 0, { copiedFrom }), { copiedFrom: { ...copiedFrom, version: 1 } }),
    /of the manifest of acme\/churn\/model:v1, which was/,
  ],
  [
    'two live versions of one content',
    () => {
      const twin = history.find(nth('ArtifactVersionLogged'))
      return saying(nth('ArtifactVersionLogged', 1), { manifest: twin?.data['manifest'] ?? null })()
    },
    /its content is there already, as v0/,
  ],
  [
    'a run that never started',
    saying(nth('ArtifactVersionLogged'), { run: { ref: { entity: 'acme', project: 'churn', run: 'no' } } }),
    /the start of the run acme\/churn\/no/,
  ],
  [
    'a run that ended later',
    saying(nth('ArtifactVersionLogged'), {
      run: { finished: true, ref: { entity: 'acme', project: 'churn', run: 'run-1' } },
    }),
    /the end of the run acme\/churn\/run-1/,
  ],
  [
    'a run that started later',
    () => {
      const started = history.filter((event) => event.stream === RUN && event.type === 'RunStarted')
      return [...history.filter((event) => !started.includes(event) && event.stream !== RUN), ...started]
    },
    /the start of the run acme\/churn\/run-1/,
  ],
  [
    'content logged again that is another',
    saying(nth('ArtifactVersionRelogged'), { manifest }),
    /of its content, which was/,
  ],
  [
    'content logged again as a number that is not there',
    saying(nth('ArtifactVersionRelogged'), { version: 3 }),
    /names v3/,
  ],
  [
    'a description from what it was not',
    saying(nth('ArtifactVersionDescribed'), { description: { from: 'bad', to: 'good' } }),
    /of the description before/,
  ],
  [
    'a description that stays',
    saying(nth('ArtifactVersionDescribed'), { description: { from: 'good', to: 'good' } }),
    /changes nothing of the description/,
  ],
  [
    'metadata from what they were not',
    saying(nth('ArtifactVersionDescribed'), { metadata: { from: { lr: 7 }, to: null } }),
    /of the metadata before/,
  ],
  [
    'tags from what they were not',
    saying(nth('ArtifactVersionTagged'), { from: [], to: ['checked'] }),
    /of the tags before/,
  ],
  [
    'tags in another order',
    saying(nth('ArtifactVersionTagged'), { to: ['checked', 'cnn', 'small model'] }),
    /of the tags after/,
  ],
  ['no tag more', saying(nth('ArtifactVersionTagged'), { to: ['cnn', 'small model'] }), /changes nothing of the tags/],
  ['an artifact that is archived twice', twice(nth('ArtifactArchived'), anew), /changes nothing of the archive/],
  ['an artifact that is taken out of no archive', without(nth('ArtifactArchived')), /changes nothing of the archive/],
  [
    'an alias that moves in an archived artifact',
    then(nth('ArtifactArchived'), 'AliasMoved', { alias: 'new', from: null, to: 0 }),
    /archived before: nothing new comes to it/,
  ],
  ['a registered model that is archived twice', twice(nth('RegisteredModelArchived'), anew), /nothing of the archive/],
  [
    'an alias that moves in an archived registered model',
    then(nth('RegisteredModelArchived'), 'AliasMoved', { alias: 'new', from: null, to: 0 }),
    /archived before: nothing new comes to it/,
  ],
  ['an artifact that is deleted twice', twice(nth('ArtifactDeleted'), anew), /the first event is ArtifactCreated/],
  [
    'a deletion of more versions than there were',
    saying(nth('ArtifactDeleted'), { versions: 2 }),
    /how many were live/,
  ],
  ['a deletion of fewer aliases than there were', saying(nth('ArtifactDeleted'), { aliases: 0 }), /how many aliases/],
  [
    'a deletion that leaves a link to another artifact',
    saying(nth('ArtifactDeleted'), {
      linksLeft: [{ model: { entity: 'acme', project: 'model-registry', name: 'Churn' }, version: 0 }],
    }),
    /of the source of acme\/model-registry\/Churn:v0/,
  ],
  [
    'a life that goes on with numbers of the one before',
    saying(nth('ArtifactVersionLogged', 0, { version: 1 }, 'artifact-acme/churn/old'), { version: 0 }),
    /it is v0, and v1 comes next/,
  ],
  [
    'an alias on a version of a life before',
    then(lastOf('artifact-acme/churn/old'), 'AliasMoved', { alias: 'new', from: null, to: 0 }),
    /names v0, which was deleted before/,
  ],
  [
    'a registered model that is deleted with more links than there were',
    saying(nth('RegisteredModelDeleted'), { links: 2 }),
    /how many were live/,
  ],
  ['a deletion of other content', saying(nth('ArtifactVersionDeleted'), { manifest }), /of its content, which was/],
  [
    'a deletion that leaves a link that was not there',
    saying(nth('ArtifactVersionDeleted'), {
      linksLeft: [{ model: { entity: 'acme', project: 'model-registry', name: 'Churn' }, version: 9 }],
    }),
    /the link acme\/model-registry\/Churn:v9/,
  ],
  [
    'a deletion that leaves a link to another version',
    saying(nth('ArtifactVersionDeleted', 1), {
      linksLeft: [{ model: { entity: 'acme', project: 'model-registry', name: 'Churn' }, version: 0 }],
    }),
    /the source of acme\/model-registry\/Churn:v0/,
  ],
  [
    'a second deletion',
    then(lastOf(ARTIFACT), 'ArtifactVersionDeleted', { version: 1, manifest }),
    /v1, which was deleted before/,
  ],
  ['a deletion that leaves an alias', without(nth('AliasRemoved', 0, { alias: 'best' })), /the alias "best" was left/],
  ['an alias from whom it was not', saying(nth('AliasMoved', 1, { alias: 'best' }), { from: null }), /who held "best"/],
  ['an alias to v4711', then(lastOf(ARTIFACT), 'AliasMoved', { alias: 'production', from: null, to: 4711 }), /4711/],
  [
    'an alias to a version that is not there',
    then(lastOf(ARTIFACT), 'AliasMoved', { alias: 'production', from: null, to: 9 }),
    /names v9, which was not there/,
  ],
  [
    'an alias to a version that is deleted',
    then(lastOf(ARTIFACT), 'AliasMoved', { alias: 'production', from: null, to: 1 }),
    /v1, which was deleted before/,
  ],
  [
    'an alias that stays',
    then(lastOf(ARTIFACT), 'AliasMoved', { alias: 'evaluated', from: 2, to: 2 }),
    /changes nothing of the alias "evaluated"/,
  ],
  [
    'an alias removed that nobody held',
    then(lastOf(ARTIFACT), 'AliasRemoved', { alias: 'production', from: 0 }),
    /who held "production"/,
  ],

  [
    'an end in the midst of a deletion',
    () => history.slice(0, history.findIndex(nth('ArtifactVersionDeleted')) + 1),
    /the alias "best" was left/,
  ],

  // A draft.
  [
    'a generation that was skipped',
    saying(nth('DistributedPartUpserted'), { generation: 1 }),
    /it is generation 1|number 1/,
  ],
  ['a part twice', twice(nth('DistributedPartUpserted')), /changes nothing of the draft/],
  [
    'a part of another type than the artifact',
    saying(nth('DistributedPartUpserted'), { artifactType: 'data' }),
    /the type of acme\/churn\/model/,
  ],
  [
    'a seal that counts other writers',
    saying(nth('DistributedCommitted'), { writers: 3 }),
    /how many writers brought parts/,
  ],
  [
    'a seal with a stranger among its writers',
    saying(nth('DistributedCommitted'), { writerNames: ['worker 1', 'worker 3'] }),
    /who brought parts/,
  ],
  [
    'a part on a version that is not there',
    saying(nth('DistributedPartUpserted', 0, { overwrite: true }), { base: 7 }),
    /the logging of acme\/churn\/model:v7/,
  ],
  [
    'a seal on another version than its parts',
    saying(nth('DistributedCommitted', 0, { generation: 2 }), { base: 1 }),
    /the version that it builds on/,
  ],
  [
    'a seal on none, though its parts name one',
    omitting(nth('DistributedCommitted', 0, { generation: 2 }), 'base'),
    /the version that it builds on/,
  ],
  [
    'a seal on a version that is not there',
    saying(nth('DistributedCommitted', 0, { generation: 0 }), { base: 7 }),
    /the logging of acme\/churn\/model:v7/,
  ],
  [
    'a version of a draft that builds on another',
    saying(nth('ArtifactVersionLogged', 0, { distributed: { distributedId: 'eval', generation: 2 } }), { base: 1 }),
    /the version that its draft builds on/,
  ],
  [
    'a seal in another envelope',
    saying(nth('DistributedCommitted'), { envelope: { actor: 'eve', commandId: 'x' } }),
    /its own envelope/,
  ],
  [
    'an end without a part',
    then(nth('DistributedAbandoned'), 'DistributedAbandoned', { generation: 2, writers: 0 }),
    /a part of generation 2/,
  ],
  [
    'a version of a draft that was not sealed',
    saying(nth('ArtifactVersionLogged', 0, { distributed: { distributedId: 'eval', generation: 0 } }), {
      distributed: { distributedId: 'eval', generation: 1 },
    }),
    /the seal of generation 1/,
  ],
  [
    'a version of a draft with other content',
    saying(nth('ArtifactVersionLogged', 0, { distributed: { distributedId: 'eval', generation: 0 } }), { manifest }),
    /the content of its draft/,
  ],

  // A registered model.
  ['a link without its model', without(nth('RegisteredModelCreated')), /nothing was created here before/],
  ['a link number that was skipped', saying(nth('VersionLinked'), { version: 1 }), /it is v1, and v0 comes next/],
  [
    'a link to a version that is not there',
    saying(nth('VersionLinked'), { source: { ...source, version: 9 } }),
    /the logging of acme\/churn\/model:v9/,
  ],
  [
    'a link to an artifact that is not there',
    saying(nth('VersionLinked'), { source: { ...source, name: 'nobody' } }),
    /the logging of acme\/churn\/nobody:v0/,
  ],
  ['a link of other content', saying(nth('VersionLinked'), { manifest }), /the manifest of acme\/churn\/model:v0/],
  [
    'a link of another type',
    saying(nth('RegisteredModelCreated'), { artifactType: 'data' }),
    /the type of acme\/churn\/model:v0/,
  ],
  [
    'a source that is linked twice',
    then(isLatestLink, 'VersionLinked', { version: 1, source, manifest }),
    /its source is linked already, as v0/,
  ],
  [
    'a link taken away that is another',
    saying(nth('VersionUnlinked'), { source: { ...source, version: 1 } }),
    /its source/,
  ],
  [
    'a link taken away twice',
    then(lastOf(MODEL), 'VersionUnlinked', { version: 0, source }),
    /v0, which was unlinked before/,
  ],
  [
    'an alias left on a link that is gone',
    without(nth('AliasRemoved', 0, { alias: 'staging' })),
    /the alias "staging" was left/,
  ],
  [
    'a model described from what it was not',
    saying(nth('RegisteredModelDescribed'), { description: { from: null, to: 'who leaves, and when' } }),
    /of the description before/,
  ],
  [
    'a model with metadata from what it was not',
    saying(nth('RegisteredModelDescribed', 1), { metadata: { from: { f1: 0 }, to: { f1: 0.9 } } }),
    /of the metadata before/,
  ],
  [
    'a model of which nothing is said',
    then(nth('RegisteredModelDescribed', 1), 'RegisteredModelDescribed', {}),
    /changes nothing of the registered model/,
  ],
  [
    'tags of a model that were not there',
    saying(nth('RegisteredModelUntagged'), { from: ['churn'], to: [] }),
    /of the tags before/,
  ],

  [
    'an artifact described from what it was not',
    saying(nth('ArtifactDescribed'), { description: { from: null, to: 'new' } }),
    /of the description before/,
  ],
  [
    'an artifact described as it was',
    saying(nth('ArtifactDescribed'), { description: { from: 'predicts who leaves', to: 'predicts who leaves' } }),
    /changes nothing of the description/,
  ],
  ['tags of an artifact that stay', saying(nth('ArtifactTagged'), { to: [] }), /changes nothing of the tags/],
  [
    'tags of an artifact that were not there',
    saying(nth('ArtifactUntagged'), { from: ['churn'], to: [] }),
    /of the tags before/,
  ],

  // A run.
  [
    'a run that never started, summarised',
    without(nth('RunStarted')),
    /nothing was created here before|the start of the run/,
  ],
  ['a second start', then(nth('RunStarted'), 'RunStarted', {}), /created before/],
  [
    'a metric from what it was not',
    saying(nth('RunSummarised', 1), { from: { ...UNMEASURED, loss: 7 } }),
    /the metric "loss" before/,
  ],
  [
    'a metric that stays',
    saying(nth('RunSummarised', 1), { to: { ...MEASURED, loss: 0.3 } }),
    /changes nothing of the metric "loss"/,
  ],
  [
    'a number that JSON does not have, from what it was not',
    saying(nth('RunSummarised', 1), { from: { ...UNMEASURED, loss: { $numberDouble: '-0.0' } } }),
    /the metric "loss" before/,
  ],
  [
    'a number of JSON, written as if it were none',
    saying(nth('RunSummarised', 1), { to: { ...MEASURED, loss: { $numberDouble: '0.25' } } }),
    /to\.loss: expected a metric/,
  ],
  ['metrics without what they were', saying(nth('RunSummarised'), { from: {} }), /which metrics changed/],
  [
    'a version used that is not there',
    saying(nth('ArtifactVersionUsed', 1), { version: { ...source, version: 9 } }),
    /the logging of acme\/churn\/model:v9/,
  ],
  [
    'a version used through a link that is not there',
    saying(nth('ArtifactVersionUsed'), {
      through: { model: { entity: 'acme', project: 'model-registry', name: 'Churn' }, version: 5 },
    }),
    /the link acme\/model-registry\/Churn:v5/,
  ],
  [
    'a version used late that was not',
    saying(nth('ArtifactVersionUsed', 1), { late: true }),
    /whether the run was finished/,
  ],
  ['a version used again', twice(nth('ArtifactVersionUsed', 1)), /changes nothing of what the run used/],
]

describe('an import', () => {
  it('takes the history as it was', async () => {
    const store = memoryEventStore()
    await importEvents(store, forgedExport(history))
    expect((await eventsIn(store)).map(forgeable)).toEqual(history)
  })

  it.each(FORGERIES)('refuses %s', async (_, forge, words) => {
    const store = memoryEventStore()
    const failure: unknown = await importEvents(store, forgedExport(forge())).then(
      () => 'imported',
      (error: unknown) => error,
    )
    expect(failure).toMatchObject({
      code: expect.stringMatching(/^(impossible-event|not-an-export)$/),
      message: expect.stringMatching(words),
      error: { line: expect.any(Number) },
    })
  })
})

describe('a ledger that holds such a history', () => {
  const opened = async (events: EventStore) =>
    openLedger({ events, files: memoryFileStore(), actor: 'anna', entity: 'acme' })

  it('and says another size of a manifest than it has, is told by verify, for each version', async () => {
    const { ledger, events, files } = await memoryLedger()
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('one') })
    await ledger.logArtifact({ name: 'cats', type: 'model', content: text('two') })
    const honest = (await eventsIn(events)).map(forgeable)
    const forged = honest.map((event) => {
      if (!nth('ArtifactVersionLogged', 0, { version: 1 })(event)) return event
      const { digest = null } = Object(event.data['manifest'])
      return { ...event, data: { ...event.data, manifest: { digest, entries: 7, bytes: 99 } } }
    })
    const { ledger: copy } = await memoryLedger({ files, sharedFiles: true })
    await copy.importEvents(forgedExport(forged))
    const { damaged, damagedEvents } = await copy.verify()
    expect(damagedEvents).toEqual([])
    expect(damaged).toMatchObject([
      {
        kind: 'manifest',
        error: { _tag: 'manifest-mismatch' },
        reason: expect.stringMatching(/holds 1 entries and 3 bytes, not 7 and 99/),
        namedBy: [{ version: 'acme/animals/cats:v1' }],
      },
    ])
    await copy.close()
    await ledger.close()
  })

  it('is told by verify, for each stream the first event that cannot have followed', async () => {
    const ledger = await opened(await forgedStore(twice(nth('VersionLinked'))()))
    expect((await ledger.verify()).damagedEvents).toMatchObject([
      { stream: MODEL, revision: 2, position: expect.any(Number), reason: 'it is v0, and v1 comes next' },
    ])
    await ledger.close()
  })

  it.each([300_000_000, 4_294_967_294, 2 ** 53 - 1])(
    'makes no room for a number that cannot be (%d)',
    async (version) => {
      for (const [forge, collection] of [
        [saying(nth('ArtifactVersionLogged', 1), { version }), 'churn/model'],
        [saying(nth('ArtifactVersionLogged', 1), { base: version }), 'churn/model'],
        [then(nth('AliasMoved'), 'AliasMoved', { alias: 'x', from: null, to: version }), 'churn/model'],
        [saying(nth('VersionLinked'), { version }), 'Churn'],
      ] as const) {
        const ledger = await opened(await forgedStore(forge()))
        for (const answer of [
          () => ledger.versions(collection),
          () => ledger.lineage({ of: `${collection}:v0` }),
          () => ledger.moveAlias({ version: `${collection}:v0`, alias: 'best' }),
        ]) {
          await expect(answer()).rejects.toMatchObject({ code: 'damaged-event' })
        }
        expect((await ledger.verify()).damagedEvents).not.toEqual([])
        await ledger.close()
      }
    },
  )
})
