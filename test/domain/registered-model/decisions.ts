/** What a registered model allows, and what follows from it. */

import { registeredModel as aggregate } from '../../../domain/commands/deciders.js'
import type { VersionLinked, VersionUnlinked } from '../../../domain/registered-model/events.js'
import type { Plain } from '../../support/decoded.js'
import { manifestOf, model, tags, versionOf } from '../../support/domain-samples.js'
import { recordedAt, specify } from '../../support/domain-specification.js'

const rule = specify(aggregate)

const created = { type: 'RegisteredModelCreated', artifactType: 'model' } as const
const linked = (version: number, source: number): Plain<VersionLinked> => ({
  type: 'VersionLinked',
  version,
  source: versionOf(source),
  manifest: manifestOf(`content ${source}`),
})
const unlinked = (version: number, source: number): Plain<VersionUnlinked> => ({
  type: 'VersionUnlinked',
  version,
  source: versionOf(source),
})
const moved = (alias: string, from: number | null, to: number) => ({ type: 'AliasMoved', alias, from, to }) as const
const removed = (alias: string, from: number) => ({ type: 'AliasRemoved', alias, from }) as const

const create = { type: 'CreateRegisteredModel', model, artifactType: 'model' } as const
const link = (source: number, artifactType = 'model') =>
  ({
    type: 'LinkToRegistry',
    model,
    source: { collection: versionOf(source), version: source },
    sourceFact: { source: versionOf(source), artifactType, manifest: manifestOf(`content ${source}`) },
  }) as const
const unlink = (version: number | string) => ({ type: 'UnlinkFromRegistry', model, version }) as const
const describe = (description: string | null) => ({ type: 'DescribeRegisteredModel', model, description }) as const
const measure = (metadata: { readonly f1: number } | null) =>
  ({ type: 'DescribeRegisteredModel', model, metadata }) as const
const redescribed = (from: string | null, to: string | null) =>
  ({ type: 'RegisteredModelDescribed', description: { from, to } }) as const
const tag = (...words: ReadonlyArray<string>) => ({ type: 'TagRegisteredModel', model, tags: words }) as const
const untag = (...words: ReadonlyArray<string>) => ({ type: 'UntagRegisteredModel', model, tags: words }) as const
const move = (alias: string, version: number | string) =>
  ({ type: 'MoveAlias', collection: model, alias, version }) as const
const remove = (alias: string) => ({ type: 'RemoveAlias', collection: model, alias }) as const

/** v0 is the source's v5 and nobody's, v1 is its v3 and latest. */
const two = [created, linked(0, 5), moved('latest', null, 0), linked(1, 3), moved('latest', 0, 1)]

const archive = { type: 'ArchiveRegisteredModel', model } as const
const unarchive = { type: 'UnarchiveRegisteredModel', model } as const
const deleteWhole = { type: 'DeleteRegisteredModel', model } as const
const deletedWhole = (links: number, aliases: number) =>
  ({ type: 'RegisteredModelDeleted', artifactType: 'model', links, aliases }) as const
const archived = { type: 'RegisteredModelArchived' } as const
const unarchived = { type: 'RegisteredModelUnarchived' } as const
/** Archived by the last event. */
const asArchived = (revision: number) =>
  ({ _tag: 'archived', collection: model, archived: recordedAt(revision) }) as const

export const registeredModelDecisions = [
  rule('a registered model is created empty, with the type it accepts')
    .given()
    .when({ ...create, description: 'churn' })
    .thenRecords({ ...created, description: 'churn' }),
  rule('metadata are merged, on what was read')
    .given(created, { type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 1, owner: 'anna' } } })
    .when({
      type: 'DescribeRegisteredModel',
      model,
      mergeMetadata: { f1: 2, owner: null },
      expectMetadata: { f1: 1, owner: 'anna' },
    })
    .thenRecords({
      type: 'RegisteredModelDescribed',
      metadata: { from: { f1: 1, owner: 'anna' }, to: { f1: 2 } },
    }),
  rule('metadata that are no longer what was read are refused, with who changed them')
    .given(created, { type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 1 } } })
    .when({ type: 'DescribeRegisteredModel', model, mergeMetadata: { f1: 2 }, expectMetadata: null })
    .thenRejected({ _tag: 'metadata-changed', collection: model, version: null, changed: recordedAt(1) }),
  rule('a registered model is archived')
    .given(...two)
    .when(archive)
    .thenRecords(archived),
  rule('archiving it again changes nothing')
    .given(...two, archived)
    .when(archive)
    .thenNothingHappens(),
  rule('a registered model that is not there cannot be archived')
    .given()
    .when(archive)
    .thenRejected({ _tag: 'model-not-found', model }),
  rule('it is taken out of the archive')
    .given(...two, archived)
    .when(unarchive)
    .thenRecords(unarchived),
  rule('what is not archived need not be taken out').given(created).when(unarchive).thenNothingHappens(),
  rule('a registered model that is not there cannot be taken out of the archive')
    .given()
    .when(unarchive)
    .thenRejected({ _tag: 'model-not-found', model }),
  rule('no version is linked to what is archived')
    .given(...two, archived)
    .when(link(7))
    .thenRejected(asArchived(5)),
  rule('nor is it created again')
    .given(...two, archived)
    .when(create)
    .thenRejected(asArchived(5)),
  rule('no alias moves in it')
    .given(...two, archived)
    .when(move('production', 0))
    .thenRejected(asArchived(5)),
  rule('its links can be taken away')
    .given(...two, archived)
    .when(unlink(0))
    .thenRecords(unlinked(0, 5)),
  rule('its aliases can be removed')
    .given(...two, archived)
    .when(remove('latest'))
    .thenRecords(removed('latest', 1)),
  rule('versions are linked to what is no longer archived')
    .given(created, archived, unarchived)
    .when(link(7))
    .thenRecords(linked(0, 7), moved('latest', null, 0)),
  rule('a version of an archived artifact is not linked')
    .given(created)
    .when({ ...link(7), sourceFact: { ...link(7).sourceFact, archived: recordedAt(3) } })
    .thenRejected({
      _tag: 'archived',
      collection: { entity: 'acme', project: 'churn', name: 'model' },
      archived: recordedAt(3),
    }),
  rule('a registered model is deleted as a whole')
    .given(...two)
    .when(deleteWhole)
    .thenRecords(deletedWhole(2, 1)),
  rule('aliases besides latest are named first')
    .given(...two, moved('production', null, 0))
    .when(deleteWhole)
    .thenRejected({ _tag: 'collection-has-aliases', collection: model, aliases: ['production'], links: [] }),
  rule('and go with it')
    .given(...two, moved('production', null, 0), unlinked(1, 3), removed('latest', 1))
    .when({ ...deleteWhole, deleteAliases: true })
    .thenRecords(deletedWhole(1, 1)),
  rule('deleting it again changes nothing')
    .given(...two, deletedWhole(2, 1))
    .when(deleteWhole)
    .thenNothingHappens(),
  rule('a registered model that never was there cannot be deleted')
    .given()
    .when(deleteWhole)
    .thenRejected({ _tag: 'model-not-found', model }),
  rule('what is linked to the name later begins anew, of whatever type, and numbers go on')
    .given(...two, deletedWhole(2, 1))
    .when(link(5, 'dataset'))
    .thenRecords({ ...created, artifactType: 'dataset' }, linked(2, 5), moved('latest', null, 2)),
  rule('another life has neither tags nor metadata')
    .given(
      created,
      { type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 1 } } },
      deletedWhole(0, 0),
      created,
    )
    .when(measure({ f1: 1 }))
    .thenRecords({ type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 1 } } }),
  rule('a link of a life before says by whom it was deleted')
    .given(...two, deletedWhole(2, 1), created)
    .when(move('production', 0))
    .thenRejected({ _tag: 'version-deleted', collection: model, version: 0, deleted: recordedAt(5) }),
  rule('and need not be taken away')
    .given(...two, deletedWhole(2, 1))
    .when(unlink(0))
    .thenNothingHappens({ version: 0 }),
  rule('what is asked of a deleted registered model says by whom it was deleted')
    .given(...two, deletedWhole(2, 1))
    .when(describe('gone'))
    .thenRejected({ _tag: 'model-not-found', model, deleted: recordedAt(5) }),
  rule('creating it again changes nothing').given(created).when(create).thenNothingHappens(),
  rule('creating it again with another description replaces that')
    .given({ ...created, description: 'old' })
    .when({ ...create, description: 'new' })
    .thenRecords(redescribed('old', 'new')),
  rule('creating it again with the same description changes nothing')
    .given({ ...created, description: 'old' })
    .when({ ...create, description: 'old' })
    .thenNothingHappens(),
  rule('a registered model has one type')
    .given(created)
    .when({ ...create, artifactType: 'dataset' })
    .thenRejected({ _tag: 'type-mismatch', collection: model, accepted: 'model', offered: 'dataset' }),

  rule('an unknown registered model is created by the first link, with the type of the version')
    .given()
    .when(link(7, 'dataset'))
    .thenRecords({ ...created, artifactType: 'dataset' }, linked(0, 7), moved('latest', null, 0)),
  rule('numbers follow the order of links, not those of the source')
    .given(...two)
    .when({ ...link(1), aliases: ['best'] })
    .thenRecords(linked(2, 1), moved('best', null, 2), moved('latest', 1, 2)),
  rule('a version of another type is refused')
    .given(created)
    .when(link(0, 'dataset'))
    .thenRejected({ _tag: 'type-mismatch', collection: model, accepted: 'model', offered: 'dataset' }),
  rule('the same version linked again keeps its number, and aliases are applied')
    .given(...two)
    .when({ ...link(5), aliases: ['best'] })
    .thenRecords(moved('best', null, 0), moved('latest', 1, 0)),
  rule('linked again with nothing new, nothing changes')
    .given(...two)
    .when(link(3))
    .thenNothingHappens({ version: 1 }),
  rule('after an unlink, the same version gets a new number')
    .given(...two, unlinked(0, 5))
    .when(link(5))
    .thenRecords(linked(2, 5), moved('latest', 1, 2)),
  rule('a number is used once, also when the newest link was taken away')
    .given(...two, unlinked(1, 3), removed('latest', 1))
    .when(link(1))
    .thenRecords(linked(2, 1), moved('latest', null, 2)),
  rule('an expectation guards a link')
    .given(...two)
    .when({ ...link(1), aliases: ['production'], expect: { production: 'absent', latest: 1 } })
    .thenRecords(linked(2, 1), moved('production', null, 2), moved('latest', 1, 2)),
  rule('a link with an expectation that does not hold is refused')
    .given(...two)
    .when({ ...link(1), aliases: ['production'], expect: { production: 0 } })
    .thenRejected({ _tag: 'alias-expectation-failed', alias: 'production', expected: 0, holder: null }),

  rule('an unlink takes the aliases of the link with it')
    .given(...two, moved('best', null, 1), moved('old', null, 0))
    .when(unlink('best'))
    .thenRecords(unlinked(1, 3), removed('latest', 1), removed('best', 1)),
  rule('unlinking again changes nothing')
    .given(...two, unlinked(0, 5))
    .when(unlink(0))
    .thenNothingHappens({ version: 0 }),
  rule('what was never linked cannot be unlinked')
    .given(...two, unlinked(1, 3), removed('latest', 1))
    .when(unlink(2))
    .thenRejected({ _tag: 'version-not-found', collection: model, version: 2, newest: 0 }),
  rule('where nothing is linked, nothing is newest')
    .given()
    .when(unlink('latest'))
    .thenRejected({ _tag: 'version-not-found', version: 'latest', newest: null }),
  rule('an expectation guards an unlink')
    .given(...two)
    .when({ ...unlink(1), expect: { latest: 0 } })
    .thenRejected({
      _tag: 'alias-expectation-failed',
      alias: 'latest',
      expected: 0,
      holder: { version: 1, ...recordedAt(4) },
    }),

  rule('a description is replaced, with what was there before')
    .given({ ...created, description: 'old' })
    .when(describe('new'))
    .thenRecords(redescribed('old', 'new')),
  rule('the first description replaces nothing')
    .given(created)
    .when(describe('new'))
    .thenRecords(redescribed(null, 'new')),
  rule('the same description changes nothing')
    .given(created, redescribed(null, 'new'))
    .when(describe('new'))
    .thenNothingHappens(),
  rule('a description is taken away')
    .given({ ...created, description: 'old' })
    .when(describe(null))
    .thenRecords(redescribed('old', null)),
  rule('metadata is set')
    .given(created)
    .when(measure({ f1: 0.9 }))
    .thenRecords({ type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 0.9 } } }),
  rule('metadata is replaced as a whole, and the description with it')
    .given(
      { ...created, description: 'old' },
      {
        type: 'RegisteredModelDescribed',
        metadata: { from: null, to: { f1: 0.9, lr: 0.1 } },
      },
    )
    .when({ ...describe('new'), metadata: { f1: 0.8 } })
    .thenRecords({
      type: 'RegisteredModelDescribed',
      description: { from: 'old', to: 'new' },
      metadata: { from: { f1: 0.9, lr: 0.1 }, to: { f1: 0.8 } },
    }),
  rule('metadata is taken away, and a description that stays is not told')
    .given(
      { ...created, description: 'old' },
      {
        type: 'RegisteredModelDescribed',
        metadata: { from: null, to: { f1: 0.9 } },
      },
    )
    .when({ ...describe('old'), metadata: null })
    .thenRecords({ type: 'RegisteredModelDescribed', metadata: { from: { f1: 0.9 }, to: null } }),
  rule('the same metadata changes nothing')
    .given(created, { type: 'RegisteredModelDescribed', metadata: { from: null, to: { f1: 0.9 } } })
    .when(measure({ f1: 0.9 }))
    .thenNothingHappens(),
  rule('where nothing is said, nothing changes')
    .given(created)
    .when({ type: 'DescribeRegisteredModel', model })
    .thenNothingHappens(),
  rule('a registered model that is not there cannot be described')
    .given()
    .when(describe('new'))
    .thenRejected({ _tag: 'model-not-found', model }),

  rule('tags are added')
    .given(created, { type: 'RegisteredModelTagged', from: [], to: ['x'] })
    .when(tag('x', 'y'))
    .thenRecords({ type: 'RegisteredModelTagged', from: ['x'], to: ['x', 'y'] }),
  rule('tags that are there change nothing')
    .given(created, { type: 'RegisteredModelTagged', from: [], to: ['x'] })
    .when(tag('x'))
    .thenNothingHappens(),
  rule('a registered model may carry 100 tags')
    .given(created, { type: 'RegisteredModelTagged', from: [], to: tags(99) })
    .when(tag('one more'))
    .thenRecords({ type: 'RegisteredModelTagged', from: tags(99), to: [...tags(99), 'one more'] }),
  rule('a registered model carries at most 100 tags')
    .given(created, { type: 'RegisteredModelTagged', from: [], to: tags(100) })
    .when(tag('one more'))
    .thenRejected({ _tag: 'too-many-tags', collection: model, version: null, count: 101, most: 100 }),
  rule('a registered model that is not there cannot be tagged')
    .given()
    .when(tag('x'))
    .thenRejected({ _tag: 'model-not-found' }),
  rule('tags are taken away')
    .given(created, { type: 'RegisteredModelTagged', from: [], to: ['x', 'y'] })
    .when(untag('x'))
    .thenRecords({ type: 'RegisteredModelUntagged', from: ['x', 'y'], to: ['y'] }),
  rule('tags that are not there need not be taken away')
    .given(created, { type: 'RegisteredModelUntagged', from: ['x'], to: [] })
    .when(untag('x'))
    .thenNothingHappens(),
  rule('a registered model that is not there has no tags to take away')
    .given()
    .when(untag('x'))
    .thenRejected({ _tag: 'model-not-found' }),

  rule('an alias moves from link to link')
    .given(...two)
    .when(move('latest', 0))
    .thenRecords(moved('latest', 1, 0)),
  rule('an alias is put on the link that another one holds')
    .given(...two)
    .when({ ...move('production', 'latest'), expect: 'absent' })
    .thenRecords(moved('production', null, 1)),
  rule('several aliases move in one step')
    .given(...two)
    .when({ ...move('production', 0), alias: ['production', 'latest'], expect: { production: 'absent', latest: 1 } })
    .thenRecords(moved('production', null, 0), moved('latest', 1, 0)),
  rule('the link that a command goes through is the one that it names')
    .given(...two)
    .when({ type: 'MeanLink', model, version: 'latest' })
    .thenNothingHappens({ version: 1 }),
  rule('no command goes through a link that was taken away')
    .given(...two, unlinked(0, 5))
    .when({ type: 'MeanLink', model, version: 0 })
    .thenRejected({ _tag: 'link-removed', version: 0 }),
  rule('an alias that is there already is left there')
    .given(...two)
    .when(move('latest', 1))
    .thenNothingHappens({ version: 1 }),
  rule('two who promote at once do not overwrite each other unseen')
    .given(...two)
    .when({ ...move('latest', 0), expect: 'absent' })
    .thenRejected({
      _tag: 'alias-expectation-failed',
      alias: 'latest',
      expected: 'absent',
      holder: { version: 1, ...recordedAt(4) },
    }),
  rule('no alias to a link that was taken away')
    .given(...two, unlinked(0, 5))
    .when(move('best', 0))
    .thenRejected({ _tag: 'link-removed', collection: model, version: 0, unlinked: recordedAt(5) }),
  rule('no alias to a link that was never there')
    .given(...two)
    .when(move('best', 5))
    .thenRejected({ _tag: 'version-not-found', collection: model, version: 5, newest: 1 }),
  rule('an alias is removed')
    .given(...two)
    .when({ ...remove('latest'), expect: 1 })
    .thenRecords(removed('latest', 1)),
  rule('an alias that is expected to be absent, and is, need not be removed')
    .given(...two)
    .when({ ...remove('best'), expect: 'absent' })
    .thenNothingHappens(),
  rule('an alias that is not there cannot be removed')
    .given()
    .when(remove('best'))
    .thenRejected({ _tag: 'alias-not-found', alias: 'best' }),
]
