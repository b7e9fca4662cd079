/** What an artifact allows, and what follows from it. */

import { expect } from 'vitest'
import type { ArtifactVersionDeleted, ArtifactVersionLogged } from '../../../domain/artifact/events.js'
import { artifact as aggregate } from '../../../domain/commands/deciders.js'
import type { Plain } from '../../support/decoded.js'
import { artifact, manifestOf, model, run, tags } from '../../support/domain-samples.js'
import { recordedAt, specify } from '../../support/domain-specification.js'

const rule = specify(aggregate)

const created = { type: 'ArtifactCreated', artifactType: 'model' } as const
const logged = (
  version: number,
  content: string,
  more: Partial<Plain<ArtifactVersionLogged>> = {},
): Plain<ArtifactVersionLogged> => ({
  type: 'ArtifactVersionLogged',
  version,
  manifest: manifestOf(content),
  ...more,
})
const moved = (alias: string, from: number | null, to: number) => ({ type: 'AliasMoved', alias, from, to }) as const
const removed = (alias: string, from: number) => ({ type: 'AliasRemoved', alias, from }) as const
const deleted = (version: number, content: string): Plain<ArtifactVersionDeleted> => ({
  type: 'ArtifactVersionDeleted',
  version,
  manifest: manifestOf(content),
})

const link = { model, version: 4, source: 1, aliases: ['production'] }

const copiedFrom = { ...artifact, name: 'other', version: 3 }

const nothing = { description: null, metadata: null }

const create = { type: 'CreateArtifact', artifact, artifactType: 'model' } as const
const log = (content: string) =>
  ({
    type: 'LogArtifactVersion',
    artifact,
    artifactType: 'model',
    manifest: manifestOf(content),
    runFact: undefined,
    said: nothing,
  }) as const
const describe = { type: 'DescribeArtifactVersion', artifact, version: 0, said: nothing } as const
const describeWhole = (description: string | null) => ({ type: 'DescribeArtifact', artifact, description }) as const
const tagWhole = (...words: ReadonlyArray<string>) => ({ type: 'TagArtifact', artifact, tags: words }) as const
const untagWhole = (...words: ReadonlyArray<string>) => ({ type: 'UntagArtifact', artifact, tags: words }) as const
const redescribed = (from: string | null, to: string | null) =>
  ({ type: 'ArtifactDescribed', description: { from, to } }) as const
const tag = (...words: ReadonlyArray<string>) =>
  ({ type: 'TagArtifactVersion', artifact, version: 0, tags: words }) as const
const untag = (...words: ReadonlyArray<string>) =>
  ({ type: 'UntagArtifactVersion', artifact, version: 0, tags: words }) as const
const move = (alias: string, version: number | string) =>
  ({ type: 'MoveAlias', collection: artifact, alias, version }) as const
const remove = (alias: string) => ({ type: 'RemoveAlias', collection: artifact, alias }) as const
const del = (version: number | string) => ({ type: 'DeleteArtifactVersion', artifact, version, links: [] }) as const

/** v0 `a`, which no alias names any more, and v1 `b`, which is `latest`. */
const two = [created, logged(0, 'a'), moved('latest', null, 0), logged(1, 'b'), moved('latest', 0, 1)]

const draft = { distributedId: 'd', generation: 0 }
const producer = { ref: run }
const finishedRun = { group: null, finished: true }

const archive = { type: 'ArchiveArtifact', artifact } as const
const unarchive = { type: 'UnarchiveArtifact', artifact } as const
const standing = { model, version: 0, source: 1, aliases: ['production'] } as const
const deleteWhole = { type: 'DeleteArtifact', artifact, links: [] } as const
const deletedWhole = (versions: number, aliases: number) =>
  ({ type: 'ArtifactDeleted', artifactType: 'model', versions, aliases }) as const
const archived = { type: 'ArtifactArchived' } as const
const unarchived = { type: 'ArtifactUnarchived' } as const
/** Archived by the last event. */
const asArchived = (revision: number) =>
  ({ _tag: 'archived', collection: artifact, archived: recordedAt(revision) }) as const

export const artifactDecisions = [
  rule('an artifact is created empty, with its type')
    .given()
    .when({ ...create, description: 'churn' })
    .thenRecords({ ...created, description: 'churn' }),
  rule('an alias that looks like another is not given')
    .given(...two)
    .when(move('production\u200b', 0))
    .thenRejected({
      _tag: 'invalid-input',
      problems: [
        { at: 'alias', expected: expect.stringContaining('U+200B at character 11'), actual: expect.anything() },
      ],
    }),
  rule('an alias that was given before there was that rule moves on')
    .given(...two, moved('production\u200b', null, 0))
    .when(move('production\u200b', 1))
    .thenRecords(moved('production\u200b', 0, 1)),
  rule('and is taken away')
    .given(...two, moved('production\u200b', null, 0))
    .when(remove('production\u200b'))
    .thenRecords(removed('production\u200b', 0)),
  rule('a tag in another form than NFC is not given')
    .given(...two)
    .when(tag('\u212b'))
    .thenRejected({
      _tag: 'invalid-input',
      problems: [{ at: 'tag', expected: expect.stringContaining('U+00C5'), actual: expect.anything() }],
    }),
  rule('the version of a draft that was sealed before keeps the names of the seal')
    .given(...two)
    .when({ ...log('c'), aliases: ['best '], distributed: draft })
    .thenRecords(logged(2, 'c', { distributed: draft }), moved('best ', null, 2), moved('latest', 1, 2)),
  rule('metadata are merged member by member, and null takes one away')
    .given(created, logged(0, 'a'))
    .when({
      ...describe,
      mergeMetadata: { lr: 0.2, old: null, net: { depth: 5, width: null } },
      expectMetadata: { lr: 0.1, old: 1, net: { depth: 3, width: 9 } },
      said: { description: null, metadata: { lr: 0.1, old: 1, net: { depth: 3, width: 9 } } },
    })
    .thenRecords({
      type: 'ArtifactVersionDescribed',
      version: 0,
      metadata: {
        from: { lr: 0.1, old: 1, net: { depth: 3, width: 9 } },
        to: { lr: 0.2, net: { depth: 5 } },
      },
    }),
  rule('metadata are merged into none')
    .given(created, logged(0, 'a'))
    .when({ ...describe, mergeMetadata: { lr: 0.2 }, expectMetadata: null })
    .thenRecords({ type: 'ArtifactVersionDescribed', version: 0, metadata: { from: null, to: { lr: 0.2 } } }),
  rule('what is merged and there already changes nothing')
    .given(created, logged(0, 'a'))
    .when({ ...describe, mergeMetadata: { old: null } })
    .thenNothingHappens({ version: 0 }),
  rule('metadata that are no longer what was read are refused, with who changed them')
    .given(created, logged(0, 'a'))
    .when({
      ...describe,
      mergeMetadata: { lr: 0.3 },
      expectMetadata: { lr: 0.1 },
      said: { description: null, metadata: { lr: 0.2 }, metadataBy: recordedAt(1) },
    })
    .thenRejected({ _tag: 'metadata-changed', collection: artifact, version: 0, changed: recordedAt(1) }),
  rule('metadata keep their bound when they are merged')
    .given(created, logged(0, 'a'))
    .when({
      ...describe,
      mergeMetadata: { more: 1 },
      said: { description: null, metadata: Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`m${at}`, at])) },
    })
    .thenRejected({ _tag: 'too-much-metadata', collection: artifact, version: 0, count: 101, most: 100 }),
  rule('an artifact is archived')
    .given(...two)
    .when(archive)
    .thenRecords(archived),
  rule('archiving it again changes nothing')
    .given(...two, archived)
    .when(archive)
    .thenNothingHappens(),
  rule('an artifact that is not there cannot be archived')
    .given()
    .when(archive)
    .thenRejected({ _tag: 'artifact-not-found', artifact }),
  rule('it is taken out of the archive')
    .given(...two, archived)
    .when(unarchive)
    .thenRecords(unarchived),
  rule('what is not archived need not be taken out')
    .given(...two, archived, unarchived)
    .when(unarchive)
    .thenNothingHappens(),
  rule('an artifact that is not there cannot be taken out of the archive')
    .given()
    .when(unarchive)
    .thenRejected({ _tag: 'artifact-not-found', artifact }),
  rule('no version comes to what is archived')
    .given(...two, archived)
    .when(log('c'))
    .thenRejected(asArchived(5)),
  rule('nor is what it holds logged again')
    .given(...two, archived)
    .when(log('b'))
    .thenRejected(asArchived(5)),
  rule('nor is it created again')
    .given(...two, archived)
    .when(create)
    .thenRejected(asArchived(5)),
  rule('no alias moves in it')
    .given(...two, archived)
    .when(move('best', 0))
    .thenRejected(asArchived(5)),
  rule('what was sealed before comes to it, and its aliases move')
    .given(...two, archived)
    .when({ ...log('c'), distributed: draft })
    .thenRecords(logged(2, 'c', { distributed: draft }), moved('latest', 1, 2)),
  rule('its aliases can be removed')
    .given(...two, archived)
    .when(remove('latest'))
    .thenRecords(removed('latest', 1)),
  rule('its versions can be deleted')
    .given(...two, archived)
    .when(del(0))
    .thenRecords(deleted(0, 'a')),
  rule('it can be described').given(created, archived).when(describeWhole('old')).thenRecords(redescribed(null, 'old')),
  rule('a version comes to what is no longer archived')
    .given(...two, archived, unarchived)
    .when(log('c'))
    .thenRecords(logged(2, 'c'), moved('latest', 1, 2)),
  rule('an artifact is deleted as a whole')
    .given(...two)
    .when(deleteWhole)
    .thenRecords(deletedWhole(2, 1)),
  rule('versions that were deleted before do not count, nor do links to them')
    .given(...two, deleted(0, 'a'))
    .when({ ...deleteWhole, links: [{ ...standing, source: 0 }] })
    .thenRecords(deletedWhole(1, 1)),
  rule('aliases besides latest are named first')
    .given(...two, moved('best', null, 0))
    .when({ ...deleteWhole, links: [standing] })
    .thenRejected({ _tag: 'collection-has-aliases', collection: artifact, aliases: ['best'], links: [standing] }),
  rule('and go with it')
    .given(...two, moved('best', null, 0))
    .when({ ...deleteWhole, deleteAliases: true })
    .thenRecords(deletedWhole(2, 2)),
  rule('links to its versions are named first')
    .given(...two)
    .when({ ...deleteWhole, links: [standing] })
    .thenRejected({ _tag: 'artifact-has-links', artifact, links: [standing] }),
  rule('and are left')
    .given(...two)
    .when({ ...deleteWhole, links: [standing], leaveLinks: true })
    .thenRecords({ ...deletedWhole(2, 1), linksLeft: [{ model, version: 0 }] }),
  rule('what is archived can be deleted').given(created, archived).when(deleteWhole).thenRecords(deletedWhole(0, 0)),
  rule('deleting it again changes nothing')
    .given(...two, deletedWhole(2, 1))
    .when(deleteWhole)
    .thenNothingHappens(),
  rule('an artifact that never was there cannot be deleted')
    .given()
    .when(deleteWhole)
    .thenRejected({ _tag: 'artifact-not-found', artifact }),
  rule('what is logged to the name later begins anew, of whatever type, and numbers go on')
    .given(...two, deletedWhole(2, 1))
    .when({ ...log('a'), artifactType: 'dataset' })
    .thenRecords({ ...created, artifactType: 'dataset' }, logged(2, 'a'), moved('latest', null, 2)),
  rule('another life is not archived, and has neither tags nor a description')
    .given(
      { ...created, description: 'old' },
      { type: 'ArtifactTagged', from: [], to: ['x'] },
      archived,
      deletedWhole(0, 0),
      created,
    )
    .when(describeWhole('new'))
    .thenRecords(redescribed(null, 'new')),
  rule('a version of a life before says by whom it was deleted')
    .given(...two, deletedWhole(2, 1), created)
    .when(move('best', 0))
    .thenRejected({ _tag: 'version-deleted', collection: artifact, version: 0, deleted: recordedAt(5) }),
  rule('deleting it again changes nothing, either')
    .given(...two, deletedWhole(2, 1), created)
    .when(del(0))
    .thenNothingHappens({ version: 0 }),
  rule('an alias of a life before is none')
    .given(...two, moved('best', null, 0), deletedWhole(2, 2), created)
    .when(remove('best'))
    .thenRejected({
      _tag: 'alias-not-found',
      collection: artifact,
      alias: 'best',
      missingAlias: { removed: null, present: [], count: 0, similar: [] },
    }),
  rule('what is asked of a deleted artifact says by whom it was deleted')
    .given(...two, deletedWhole(2, 1))
    .when(describeWhole('gone'))
    .thenRejected({ _tag: 'artifact-not-found', artifact, deleted: recordedAt(5) }),
  rule('creating it again changes nothing').given(created).when(create).thenNothingHappens(),
  rule('creating it again with another description replaces that')
    .given({ ...created, description: 'old' })
    .when({ ...create, description: 'new' })
    .thenRecords(redescribed('old', 'new')),
  rule('creating it again with the same description changes nothing')
    .given({ ...created, description: 'old' })
    .when({ ...create, description: 'old' })
    .thenNothingHappens(),
  rule('an artifact has one type')
    .given(created)
    .when({ ...create, artifactType: 'dataset' })
    .thenRejected({ _tag: 'type-mismatch', collection: artifact, accepted: 'model', offered: 'dataset' }),
  rule('names that W&B keeps for itself are refused: run tables')
    .given()
    .when({ ...create, artifact: { ...artifact, name: 'run-x' }, artifactType: 'run_table' })
    .thenRejected({ _tag: 'reserved-name', name: 'run-x', artifactType: 'run_table' }),
  rule('names that W&B keeps for itself are refused: code, also when the first log creates it')
    .given()
    .when({ ...log('a'), artifact: { ...artifact, name: 'source-x' }, artifactType: 'code' })
    .thenRejected({ _tag: 'reserved-name', name: 'source-x', artifactType: 'code' }),
  rule('those names are free for other types')
    .given()
    .when({ ...create, artifact: { ...artifact, name: 'run-x' } })
    .thenRecords(created),

  rule('a description is replaced, with what was there before')
    .given({ ...created, description: 'old' })
    .when(describeWhole('new'))
    .thenRecords(redescribed('old', 'new')),
  rule('the first description replaces nothing')
    .given(created)
    .when(describeWhole('new'))
    .thenRecords(redescribed(null, 'new')),
  rule('the same description changes nothing')
    .given(created, redescribed(null, 'new'))
    .when(describeWhole('new'))
    .thenNothingHappens(),
  rule('a description is taken away')
    .given({ ...created, description: 'old' })
    .when(describeWhole(null))
    .thenRecords(redescribed('old', null)),
  rule('an artifact that is not there cannot be described')
    .given()
    .when(describeWhole('new'))
    .thenRejected({ _tag: 'artifact-not-found', artifact }),

  rule('tags of an artifact are added, and its versions have their own')
    .given(created, logged(0, 'a', { tags: ['y'] }), { type: 'ArtifactTagged', from: [], to: ['x'] })
    .when(tagWhole('x', 'y'))
    .thenRecords({ type: 'ArtifactTagged', from: ['x'], to: ['x', 'y'] }),
  rule('tags that an artifact has change nothing')
    .given(created, { type: 'ArtifactTagged', from: [], to: ['x'] })
    .when(tagWhole('x'))
    .thenNothingHappens(),
  rule('an artifact carries at most 100 tags')
    .given(created, { type: 'ArtifactTagged', from: [], to: tags(100) })
    .when(tagWhole('one more'))
    .thenRejected({ _tag: 'too-many-tags', collection: artifact, version: null, count: 101, most: 100 }),
  rule('an artifact that is not there cannot be tagged')
    .given()
    .when(tagWhole('x'))
    .thenRejected({ _tag: 'artifact-not-found' }),
  rule('tags of an artifact are taken away')
    .given(created, { type: 'ArtifactTagged', from: [], to: ['x', 'y'] })
    .when(untagWhole('x'))
    .thenRecords({ type: 'ArtifactUntagged', from: ['x', 'y'], to: ['y'] }),
  rule('tags that an artifact does not have need not be taken away')
    .given(created, { type: 'ArtifactUntagged', from: ['x'], to: [] })
    .when(untagWhole('x'))
    .thenNothingHappens(),
  rule('an artifact that is not there has no tags to take away')
    .given()
    .when(untagWhole('x'))
    .thenRejected({ _tag: 'artifact-not-found' }),

  rule('the first log creates the artifact, its v0 and latest')
    .given()
    .when(log('a'))
    .thenRecords(created, logged(0, 'a'), moved('latest', null, 0)),
  rule('the next log counts on and moves latest')
    .given(created, logged(0, 'a'), moved('latest', null, 0))
    .when(log('b'))
    .thenRecords(logged(1, 'b'), moved('latest', 0, 1)),
  rule('what is said with a log is recorded with it')
    .given(created)
    .when({
      ...log('a'),
      description: 'first',
      metadata: { lr: 0.1 },
      tags: ['x'],
      aliases: ['best', 'latest'],
      run,
      runFact: { group: 'g', finished: false },
    })
    .thenRecords(
      logged(0, 'a', { description: 'first', metadata: { lr: 0.1 }, tags: ['x'], run: producer }),
      moved('best', null, 0),
      moved('latest', null, 0),
    ),
  rule('a finished run may still be named, and the event says so')
    .given(created)
    .when({ ...log('a'), run, runFact: finishedRun })
    .thenRecords(logged(0, 'a', { run: { ...producer, finished: true } }), moved('latest', null, 0)),
  rule('another type is refused')
    .given(created)
    .when({ ...log('a'), artifactType: 'dataset' })
    .thenRejected({
      _tag: 'type-mismatch',
      accepted: 'model',
      offered: 'dataset',
    }),
  rule('a number is used once, also after the newest version was deleted')
    .given(...two, deleted(1, 'b'), removed('latest', 1))
    .when(log('c'))
    .thenRecords(logged(2, 'c'), moved('latest', null, 2)),

  rule('content of an older live version makes no new one: latest goes back to it')
    .given(...two)
    .when(log('a'))
    .thenRecords({ ...logged(0, 'a'), type: 'ArtifactVersionRelogged' }, moved('latest', 1, 0)),
  rule('a re-log by the same run that changes nothing gives no event')
    .given(...two)
    .when(log('b'))
    .thenNothingHappens({ version: 1 }),
  rule('a re-log that says only what is known already gives no event')
    .given(
      created,
      logged(0, 'a', { description: 'd', metadata: { a: 1, b: 2 }, tags: ['x', 'y'] }),
      moved('latest', null, 0),
    )
    .when({
      ...log('a'),
      description: 'd',
      metadata: { b: 2, a: 1 },
      tags: ['y'],
      said: { description: 'd', metadata: { a: 1, b: 2 } },
    })
    .thenNothingHappens({ version: 0 }),
  rule('a re-log by another run makes it a further producer')
    .given(...two)
    .when({ ...log('b'), run, runFact: { group: null, finished: false } })
    .thenRecords({ ...logged(1, 'b', { run: producer }), type: 'ArtifactVersionRelogged' }),
  rule('once it is a producer, its next re-log says nothing new')
    .given(...two, { ...logged(1, 'b', { run: producer }), type: 'ArtifactVersionRelogged' })
    .when({ ...log('b'), run, runFact: finishedRun })
    .thenNothingHappens({ version: 1 }),
  rule('words with a re-log are recorded with it and not applied')
    .given(...two)
    .when({ ...log('b'), description: 'again', metadata: { n: 1 }, tags: ['t'] })
    .thenRecords({
      ...logged(1, 'b', { description: 'again', metadata: { n: 1 }, tags: ['t'] }),
      type: 'ArtifactVersionRelogged',
      notApplied: ['description', 'metadata', 'tags'],
    }),
  rule('what the version says already is not among what was not applied')
    .given(created, logged(0, 'a', { description: 'd', tags: ['x', 'y'] }), moved('latest', null, 0))
    .when({
      ...log('a'),
      description: 'd',
      tags: ['y', 'x'],
      metadata: { n: 1 },
      said: { description: 'd', metadata: null },
    })
    .thenRecords({
      ...logged(0, 'a', { description: 'd', tags: ['y', 'x'], metadata: { n: 1 } }),
      type: 'ArtifactVersionRelogged',
      notApplied: ['metadata'],
    }),
  rule('because they are not applied, they are news the next time too')
    .given(...two, { ...logged(1, 'b', { description: 'again' }), type: 'ArtifactVersionRelogged' })
    .when({ ...log('b'), description: 'again' })
    .thenRecords({
      ...logged(1, 'b', { description: 'again' }),
      type: 'ArtifactVersionRelogged',
      notApplied: ['description'],
    }),
  rule('an alias asked for with a re-log moves to the known version')
    .given(...two)
    .when({ ...log('a'), aliases: ['best'] })
    .thenRecords({ ...logged(0, 'a'), type: 'ArtifactVersionRelogged' }, moved('best', null, 0), moved('latest', 1, 0)),
  rule('content of a deleted version makes a new one')
    .given(...two, deleted(0, 'a'))
    .when(log('a'))
    .thenRecords(logged(2, 'a'), moved('latest', 1, 2)),

  rule('the base of a draft is named')
    .given(...two)
    .when({ ...log('c'), base: 1, expectedBase: 1 })
    .thenRecords(logged(2, 'c', { base: 1 }), moved('latest', 1, 2)),
  rule('and the newest version, where that is another by then')
    .given(...two)
    .when({ ...log('c'), base: 0 })
    .thenRecords(logged(2, 'c', { base: 0, newest: 1 }), moved('latest', 1, 2)),
  rule('of a draft that changed nothing, too')
    .given(...two)
    .when({ ...log('a'), base: 0 })
    .thenRecords({ ...logged(0, 'a', { base: 0, newest: 1 }), type: 'ArtifactVersionRelogged' }, moved('latest', 1, 0)),
  rule('a version that was deleted since is not the newest')
    .given(...two, deleted(1, 'b'), removed('latest', 1))
    .when({ ...log('c'), base: 0 })
    .thenRecords(logged(2, 'c', { base: 0 }), moved('latest', null, 2)),
  rule('a draft says what its base said, where it says nothing itself')
    .given(...two)
    .when({ ...log('c'), base: 1, saidOfOrigin: { description: 'd', metadata: { n: 1 } } })
    .thenRecords(
      logged(2, 'c', { base: 1, description: 'd', metadata: { n: 1 }, takenOver: ['description', 'metadata'] }),
      moved('latest', 1, 2),
    ),
  rule('what a draft says itself is not taken over')
    .given(...two)
    .when({ ...log('c'), base: 1, description: 'mine', saidOfOrigin: { description: 'd', metadata: { n: 1 } } })
    .thenRecords(
      logged(2, 'c', { base: 1, description: 'mine', metadata: { n: 1 }, takenOver: ['metadata'] }),
      moved('latest', 1, 2),
    ),
  rule('a draft that is to say nothing says nothing')
    .given(...two)
    .when({
      ...log('c'),
      base: 1,
      description: null,
      metadata: null,
      saidOfOrigin: { description: 'd', metadata: { n: 1 } },
    })
    .thenRecords(logged(2, 'c', { base: 1 }), moved('latest', 1, 2)),
  rule('nothing is taken over of a base that says nothing')
    .given(...two)
    .when({ ...log('c'), base: 1, saidOfOrigin: { description: null, metadata: null } })
    .thenRecords(logged(2, 'c', { base: 1 }), moved('latest', 1, 2)),
  rule('a version that is there already takes nothing over')
    .given(...two)
    .when({ ...log('b'), base: 1, saidOfOrigin: { description: 'd', metadata: null } })
    .thenNothingHappens({ version: 1 }),
  rule('a copy says what it was copied from, and what that says where it says nothing itself')
    .given(...two)
    .when({ ...log('c'), copiedFrom, description: 'mine', saidOfOrigin: { description: 'd', metadata: { n: 1 } } })
    .thenRecords(
      logged(2, 'c', { copiedFrom, description: 'mine', metadata: { n: 1 }, takenOver: ['metadata'] }),
      moved('latest', 1, 2),
    ),
  rule('a copy of content that is there already takes nothing over')
    .given(...two)
    .when({ ...log('a'), copiedFrom, saidOfOrigin: { description: 'd', metadata: null } })
    .thenRecords({ ...logged(0, 'a', { copiedFrom }), type: 'ArtifactVersionRelogged' }, moved('latest', 1, 0)),
  rule('the same copy once more changes nothing')
    .given(...two)
    .when({ ...log('b'), copiedFrom })
    .thenNothingHappens({ version: 1 }),
  rule('a base must exist')
    .given(...two)
    .when({ ...log('c'), base: 2 })
    .thenRejected({ _tag: 'version-not-found', collection: artifact, version: 2, newest: 1 }),
  rule('a base must not be deleted')
    .given(...two, deleted(0, 'a'))
    .when({ ...log('c'), base: 0 })
    .thenRejected({ _tag: 'version-deleted', version: 0, deleted: recordedAt(5) }),
  rule('an expected base that is no longer the newest live version is refused')
    .given(...two)
    .when({ ...log('c'), expectedBase: 0 })
    .thenRejected({ _tag: 'base-outdated', expectedBase: 0, newest: 1 }),
  rule('the newest live version is the newest that is not deleted')
    .given(...two, deleted(1, 'b'), removed('latest', 1))
    .when({ ...log('c'), expectedBase: 0 })
    .thenRecords(logged(2, 'c'), moved('latest', null, 2)),
  rule('where there is no version, none is the newest')
    .given(created)
    .when({ ...log('a'), expectedBase: 0 })
    .thenRejected({ _tag: 'base-outdated', newest: null }),
  rule('an expectation of an alias that the log moves is kept')
    .given(...two)
    .when({ ...log('c'), expect: { latest: 1 } })
    .thenRecords(logged(2, 'c'), moved('latest', 1, 2)),
  rule('an expectation of an alias that the log moves is refused with its holder')
    .given(...two)
    .when({ ...log('c'), expect: { latest: 0 } })
    .thenRejected({
      _tag: 'alias-expectation-failed',
      alias: 'latest',
      expected: 0,
      holder: { version: 1, ...recordedAt(4) },
    }),
  rule('an expectation holds also for an alias that the log does not touch')
    .given(...two)
    .when({ ...log('c'), expect: { production: 1 } })
    .thenRejected({ _tag: 'alias-expectation-failed', alias: 'production', expected: 1, holder: null }),

  rule('a sealed draft becomes a version')
    .given(created)
    .when({ ...log('a'), distributed: draft })
    .thenRecords(logged(0, 'a', { distributed: draft }), moved('latest', null, 0)),
  rule('a sealed draft becomes a version once')
    .given(created, logged(0, 'a', { distributed: draft }), moved('latest', null, 0))
    .when({ ...log('z'), distributed: draft })
    .thenNothingHappens({ version: 0 }),
  rule('another generation of it is another version')
    .given(created, logged(0, 'a', { distributed: draft }), moved('latest', null, 0))
    .when({ ...log('z'), distributed: { ...draft, generation: 1 } })
    .thenRecords(logged(1, 'z', { distributed: { ...draft, generation: 1 } }), moved('latest', 0, 1)),
  rule('a sealed draft with known content is recorded as a re-log')
    .given(...two)
    .when({ ...log('b'), distributed: draft })
    .thenRecords({ ...logged(1, 'b', { distributed: draft }), type: 'ArtifactVersionRelogged' }),

  rule('a description and metadata are replaced, with what was there before')
    .given(created, logged(0, 'a', { metadata: { lr: 1 } }))
    .when({ ...describe, description: 'good', metadata: { lr: 2 }, said: { description: null, metadata: { lr: 1 } } })
    .thenRecords({
      type: 'ArtifactVersionDescribed',
      version: 0,
      description: { from: null, to: 'good' },
      metadata: { from: { lr: 1 }, to: { lr: 2 } },
    }),
  rule('what is left out stays, and null takes away')
    .given(created, logged(0, 'a', { description: 'x', metadata: { lr: 1 } }))
    .when({ ...describe, description: null, said: { description: 'x', metadata: { lr: 1 } } })
    .thenRecords({ type: 'ArtifactVersionDescribed', version: 0, description: { from: 'x', to: null } }),
  rule('describing it as it is changes nothing')
    .given(created, logged(0, 'a', { description: 'x', metadata: { a: 1, b: [2] } }))
    .when({
      ...describe,
      description: 'x',
      metadata: { b: [2], a: 1 },
      said: { description: 'x', metadata: { a: 1, b: [2] } },
    })
    .thenNothingHappens({ version: 0 }),
  rule('a description holds after another one')
    .given(created, logged(0, 'a'), {
      type: 'ArtifactVersionDescribed',
      version: 0,
      description: { from: null, to: 'x' },
      metadata: { from: null, to: { n: 1 } },
    })
    .when({ ...describe, description: 'y', metadata: null, said: { description: 'x', metadata: { n: 1 } } })
    .thenRecords({
      type: 'ArtifactVersionDescribed',
      version: 0,
      description: { from: 'x', to: 'y' },
      metadata: { from: { n: 1 }, to: null },
    }),
  rule('a version can be described by an alias')
    .given(...two)
    .when({ ...describe, version: 'latest', description: 'x' })
    .thenRecords({ type: 'ArtifactVersionDescribed', version: 1, description: { from: null, to: 'x' } }),
  rule('no description without a version')
    .given(...two)
    .when({ ...describe, version: 'best', description: 'x' })
    .thenRejected({ _tag: 'version-not-found', version: 'best', newest: 1 }),
  rule('no description of a deleted version')
    .given(...two, deleted(0, 'a'))
    .when({ ...describe, description: 'x' })
    .thenRejected({ _tag: 'version-deleted', version: 0 }),

  rule('tags are added behind those that are there')
    .given(created, logged(0, 'a', { tags: ['x'] }))
    .when(tag('y', 'x', 'z'))
    .thenRecords({ type: 'ArtifactVersionTagged', version: 0, from: ['x'], to: ['x', 'y', 'z'] }),
  rule('tags that are there already change nothing')
    .given(created, logged(0, 'a', { tags: ['x'] }))
    .when(tag('x'))
    .thenNothingHappens({ version: 0 }),
  rule('a version may carry 100 tags')
    .given(created, logged(0, 'a', { tags: tags(99) }))
    .when(tag('one more'))
    .thenRecords({ type: 'ArtifactVersionTagged', version: 0, from: tags(99), to: [...tags(99), 'one more'] }),
  rule('a version carries at most 100 tags')
    .given(created, logged(0, 'a', { tags: tags(95) }))
    .when(tag('a', 'b', 'c', 'd', 'e', 'f'))
    .thenRejected({
      _tag: 'too-many-tags',
      collection: artifact,
      version: 0,
      count: 101,
      most: 100,
    }),
  rule('no tag for a version that is not there')
    .given()
    .when(tag('x'))
    .thenRejected({ _tag: 'version-not-found', version: 0, newest: null }),
  rule('no tag for a deleted version')
    .given(...two, deleted(0, 'a'))
    .when(tag('x'))
    .thenRejected({ _tag: 'version-deleted' }),
  rule('tags are taken away')
    .given(created, logged(0, 'a'), { type: 'ArtifactVersionTagged', version: 0, from: [], to: ['x', 'y'] })
    .when(untag('x', 'q'))
    .thenRecords({ type: 'ArtifactVersionUntagged', version: 0, from: ['x', 'y'], to: ['y'] }),
  rule('taking away a tag that is not there changes nothing')
    .given(created, logged(0, 'a'), { type: 'ArtifactVersionUntagged', version: 0, from: ['x'], to: [] })
    .when(untag('x'))
    .thenNothingHappens({ version: 0 }),
  rule('no tag is taken from a deleted version')
    .given(...two, deleted(0, 'a'))
    .when(untag('x'))
    .thenRejected({ _tag: 'version-deleted' }),

  rule('an alias is put where it was not')
    .given(...two)
    .when(move('best', 0))
    .thenRecords(moved('best', null, 0)),
  rule('an alias has one holder: moving it takes it away')
    .given(...two)
    .when(move('latest', 0))
    .thenRecords(moved('latest', 1, 0)),
  rule('an alias can be put where another one points')
    .given(...two)
    .when(move('best', 'latest'))
    .thenRecords(moved('best', null, 1)),
  rule('moving an alias to its holder changes nothing')
    .given(...two)
    .when(move('latest', 1))
    .thenNothingHappens({ version: 1 }),
  rule('words of JavaScript are aliases like others')
    .given(...two, moved('constructor', null, 0))
    .when({ ...move('constructor', 1), expect: 0 })
    .thenRecords(moved('constructor', 0, 1)),
  rule('an expected holder that holds it is no obstacle')
    .given(...two)
    .when({ ...move('latest', 0), expect: 1 })
    .thenRecords(moved('latest', 1, 0)),
  rule('an expected absence is no obstacle')
    .given(...two)
    .when({ ...move('__proto__', 0), expect: 'absent' })
    .thenRecords(moved('__proto__', null, 0)),
  rule('two who promote at once do not overwrite each other unseen')
    .given(...two)
    .when({ ...move('latest', 0), expect: 0 })
    .thenRejected({
      _tag: 'alias-expectation-failed',
      alias: 'latest',
      expected: 0,
      holder: { version: 1, ...recordedAt(4) },
    }),
  rule('an alias that was expected to be absent is refused with its holder')
    .given(...two)
    .when({ ...move('latest', 0), expect: 'absent' })
    .thenRejected({ _tag: 'alias-expectation-failed', expected: 'absent', holder: { version: 1, ...recordedAt(4) } }),
  rule('several aliases move in one step, each from its own holder; one that is there already is left there')
    .given(...two, moved('best', null, 0))
    .when({ ...move('best', 1), alias: ['best', 'latest', 'staging'], expect: { best: 0, staging: 'absent' } })
    .thenRecords(moved('best', 0, 1), moved('staging', null, 1)),
  rule('what is expected of several aliases is expected of each')
    .given(...two)
    .when({ ...move('best', 0), alias: ['best', 'staging'], expect: 'absent' })
    .thenRecords(moved('best', null, 0), moved('staging', null, 0)),
  rule('none of several aliases moves if one is held by another than was expected')
    .given(...two)
    .when({ ...move('best', 0), alias: ['best', 'latest'], expect: { best: 'absent', latest: 0 } })
    .thenRejected({
      _tag: 'alias-expectation-failed',
      alias: 'latest',
      expected: 0,
      holder: { version: 1, ...recordedAt(4) },
    }),
  rule('no alias to a version that was never there')
    .given(...two)
    .when(move('best', 2))
    .thenRejected({ _tag: 'version-not-found', version: 2, newest: 1 }),
  rule('no alias to a deleted version')
    .given(...two, deleted(0, 'a'))
    .when(move('best', 0))
    .thenRejected({ _tag: 'version-deleted', version: 0, deleted: recordedAt(5) }),
  rule('an alias is removed')
    .given(...two)
    .when(remove('latest'))
    .thenRecords(removed('latest', 1)),
  rule('an alias is removed from whom one expects')
    .given(...two)
    .when({ ...remove('latest'), expect: 1 })
    .thenRecords(removed('latest', 1)),
  rule('an alias is not removed from somebody else')
    .given(...two)
    .when({ ...remove('latest'), expect: 0 })
    .thenRejected({ _tag: 'alias-expectation-failed', alias: 'latest', expected: 0 }),
  rule('an alias that is not there cannot be removed')
    .given(...two)
    .when(remove('best'))
    .thenRejected({ _tag: 'alias-not-found', collection: artifact, alias: 'best' }),
  rule('an alias that is not there need not be removed, where that is what one expects')
    .given(...two)
    .when({ ...remove('best'), expect: 'absent' })
    .thenNothingHappens(),
  rule('an alias that one expects somewhere is not simply absent')
    .given(...two)
    .when({ ...remove('best'), expect: 1 })
    .thenRejected({ _tag: 'alias-expectation-failed', holder: null }),

  rule('a version without aliases is deleted')
    .given(...two)
    .when(del(0))
    .thenRecords(deleted(0, 'a')),
  rule('a version with aliases is not deleted by the way')
    .given(...two, moved('best', null, 1))
    .when(del(1))
    .thenRejected({ _tag: 'version-has-aliases', version: 1, aliases: ['latest', 'best'] }),
  rule('what hangs on it is said at once')
    .given(...two)
    .when({ ...del(1), links: [link] })
    .thenRejected({ _tag: 'version-has-aliases', version: 1, aliases: ['latest'], links: [link] }),
  rule('a version that is linked is not deleted by the way')
    .given(...two)
    .when({ ...del(1), deleteAliases: true, links: [link] })
    .thenRejected({ _tag: 'version-has-links', version: 1, links: [link] }),
  rule('nor with its links alone named, while it has aliases')
    .given(...two)
    .when({ ...del(1), leaveLinks: true, links: [link] })
    .thenRejected({ _tag: 'version-has-aliases', version: 1, aliases: ['latest'], links: [] }),
  rule('its links stay, if one says so')
    .given(...two)
    .when({ ...del(0), leaveLinks: true, links: [link] })
    .thenRecords({ ...deleted(0, 'a'), linksLeft: [{ model, version: 4 }] }),
  rule('of very many links that stay the first are named')
    .given(...two)
    .when({ ...del(0), leaveLinks: true, links: Array.from({ length: 101 }, (_, version) => ({ ...link, version })) })
    .thenRecords({ ...deleted(0, 'a'), linksLeft: Array.from({ length: 100 }, (_, version) => ({ model, version })) }),
  rule('its aliases go with it, if one says so')
    .given(...two, moved('best', null, 1), moved('old', null, 0))
    .when({ ...del('latest'), deleteAliases: true })
    .thenRecords(deleted(1, 'b'), removed('latest', 1), removed('best', 1)),
  rule('an expectation guards a deletion too')
    .given(...two)
    .when({ ...del(1), deleteAliases: true, expect: { latest: 0 } })
    .thenRejected({ _tag: 'alias-expectation-failed', alias: 'latest', expected: 0 }),
  rule('deleting it again changes nothing')
    .given(...two, deleted(0, 'a'))
    .when(del(0))
    .thenNothingHappens({ version: 0 }),
  rule('what was never there cannot be deleted')
    .given(created)
    .when(del(0))
    .thenRejected({ _tag: 'version-not-found', version: 0, newest: null }),
]
