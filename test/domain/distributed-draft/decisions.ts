/** What a distributed draft allows, and what follows from it. */

import * as E from 'fp-ts/lib/Either.js'
import { distributedDraft as aggregate } from '../../../domain/commands/deciders.js'
import type { DistributedCommitted, DistributedPartUpserted } from '../../../domain/distributed-draft/events.js'
import { Envelope } from '../../../domain/values/envelope.js'
import { summarise } from '../../../domain/values/manifest/manifest.js'
import type { VersionRef } from '../../../domain/values/references.js'
import type { Plain } from '../../support/decoded.js'
import { decoded } from '../../support/decoded.js'
import { artifact, manifestOf, run } from '../../support/domain-samples.js'
import { recordedAt, specify } from '../../support/domain-specification.js'

const rule = specify(aggregate)

const envelope = decoded(Envelope, { commandId: 'c', actor: 'anna', reason: 'done' })
const merged = manifestOf('merged')
const conflict = {
  path: 'weights.bin',
  claims: [
    { writer: 'w1', digest: 'sha256:1' },
    { writer: 'w2', digest: 'sha256:2' },
  ],
}

const upserted = (writer: string, content: string, generation = 0): DistributedPartUpserted => ({
  type: 'DistributedPartUpserted',
  generation,
  artifactType: 'model',
  writer,
  part: manifestOf(content),
})
const committed = (writers: ReadonlyArray<string>, generation = 0): Plain<DistributedCommitted> => ({
  type: 'DistributedCommitted',
  generation,
  artifactType: 'model',
  manifest: merged,
  writers: writers.length,
  writerNames: writers,
  envelope,
})
const abandoned = (writers: number, generation = 0) => ({ type: 'DistributedAbandoned', generation, writers }) as const

/** Too many to be named in one event. */
const crowd = Array.from({ length: 600 }, (_, at) => String(at).padStart(128, 'w'))
const omitNames = ({ writerNames: _, ...rest }: Plain<DistributedCommitted>): Plain<DistributedCommitted> => rest

const named = { artifact, artifactType: 'model', distributedId: 'd', runFact: undefined, baseFact: undefined } as const
const upsert = (writer: string, content: string) =>
  ({ type: 'UpsertDistributedPart', ...named, writer, part: manifestOf(content), fitting: E.right(undefined) }) as const
const commit = {
  type: 'CommitDistributed',
  ...named,
  writer: 'w1',
  envelope,
  newest: null,
  merged: E.right(merged),
} as const
const fact = (source: Plain<VersionRef>) => ({ source, artifactType: 'model', manifest: manifestOf('base') })
/** A command that names v3 to build on. */
const onBase = { base: { collection: artifact, version: 'best' }, baseFact: fact({ ...artifact, version: 3 }) } as const
const misfits = {
  _tag: 'base-conflict',
  conflicts: [{ path: 'old', writer: 'w1', why: 'not-there' }],
} as const

const abandon = { type: 'AbandonDistributed', artifact, distributedId: 'd', sealFact: undefined } as const
const abandonSealed = { ...abandon, generation: 0 } as const

export const distributedDraftDecisions = [
  rule('the first part opens the draft').given().when(upsert('w1', 'a')).thenRecords(upserted('w1', 'a')),
  rule('another writer adds to it')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w2', 'b'), run, runFact: { group: 'g', finished: false } })
    .thenRecords({ ...upserted('w2', 'b'), run: { ref: run } }),
  rule('a writer may add more')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w1', 'b'), run, runFact: { group: 'g', finished: true } })
    .thenRecords({ ...upserted('w1', 'b'), run: { ref: run, finished: true } }),
  rule('a part that came last already changes nothing')
    .given(upserted('w1', 'a'))
    .when(upsert('w1', 'a'))
    .thenNothingHappens({ generation: 0 }),
  rule('a part that came before those of others comes again, for the later one may win')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when(upsert('w1', 'a'))
    .thenRecords(upserted('w1', 'a')),
  rule('what two writers bring alike are two parts')
    .given(upserted('w1', 'a'))
    .when(upsert('w2', 'a'))
    .thenRecords(upserted('w2', 'a')),
  rule('a part may name the generation that it means')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...upsert('w1', 'a'), generation: 1 })
    .thenRecords(upserted('w1', 'a', 1)),
  rule('without a generation, a part after the seal opens the next')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when(upsert('w1', 'a'))
    .thenRecords(upserted('w1', 'a', 1)),
  rule('a sealed generation takes no more parts')
    .given(upserted('w1', 'a'), committed(['w1']), upserted('w1', 'b', 1))
    .when({ ...upsert('w1', 'c'), generation: 0 })
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'sealed', ...recordedAt(1) } }),
  rule('a part for a sealed generation opens the next where it says that it may')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...upsert('w1', 'c'), generation: 0, openNext: true })
    .thenRecords(upserted('w1', 'c', 1)),
  rule('a part for a generation to come is refused also where it may open the next')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w1', 'c'), generation: 1, openNext: true })
    .thenRejected({ _tag: 'generation-not-open', generation: 1, open: 0 }),
  rule('an abandoned generation takes no more parts')
    .given(upserted('w1', 'a'), abandoned(1))
    .when({ ...upsert('w1', 'c'), generation: 0 })
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'abandoned', ...recordedAt(1) } }),
  rule('a generation after the next is not open')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...upsert('w1', 'c'), generation: 2 })
    .thenRejected({ _tag: 'generation-not-open', generation: 2, open: 1 }),

  rule('a commit seals the draft with the merged manifest and what logging needs')
    .given(upserted('w1', 'a'), upserted('w2', 'b'), upserted('w1', 'c'))
    .when({
      ...commit,
      description: 'd',
      metadata: { loss: 0.1 },
      aliases: ['best'],
      tags: ['t'],
      run,
      runFact: { group: 'd', finished: false },
      lastWriterWins: true,
    })
    .thenRecords({
      ...committed(['w1', 'w2']),
      description: 'd',
      metadata: { loss: 0.1 },
      aliases: ['best'],
      tags: ['t'],
      run: { ref: run },
      lastWriterWins: true,
    }),
  rule('a commit may bring files')
    .given(upserted('w1', 'a'))
    .when({ ...commit, writer: 'w3', part: manifestOf('c') })
    .thenRecords(upserted('w3', 'c'), committed(['w1', 'w3'])),
  rule('a commit alone, with files, is a draft of one')
    .given()
    .when({ ...commit, part: manifestOf('c'), generation: 0 })
    .thenRecords(upserted('w1', 'c'), committed(['w1'])),
  rule('files that came last already are not recorded again')
    .given(upserted('w1', 'a'))
    .when({ ...commit, part: manifestOf('a') })
    .thenRecords(committed(['w1'])),
  rule('after a seal, a commit with files makes the next generation')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...commit, part: manifestOf('c') })
    .thenRecords(upserted('w1', 'c', 1), committed(['w1'], 1)),
  rule('parts that disagree are refused, with path, writers and digests')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, merged: E.left({ _tag: 'path-conflict', conflicts: [conflict] }) })
    .thenRejected({ _tag: 'path-conflict', conflicts: [conflict] }),
  rule('a commit that expects as many writers as came seals the draft, whoever they are')
    .given(upserted('w1', 'a'), upserted('w2', 'b'), upserted('w1', 'c'))
    .when({ ...commit, writers: 2 })
    .thenRecords(committed(['w1', 'w2'])),
  rule('a commit that expects more writers than came is refused')
    .given(upserted('w1', 'a'), upserted('w1', 'b'))
    .when({ ...commit, writers: 2 })
    .thenRejected({ _tag: 'writers-not-as-expected', generation: 0, expected: 2, came: ['w1'] }),
  rule('a commit that expects fewer writers than came is refused')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, writers: 1 })
    .thenRejected({ _tag: 'writers-not-as-expected', expected: 1, came: ['w1', 'w2'] }),
  rule('a commit that names its writers seals the draft where they came, in whatever order')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, writers: ['w2', 'w1'] })
    .thenRecords(committed(['w1', 'w2'])),
  rule('the part of the committer counts')
    .given(upserted('w1', 'a'))
    .when({ ...commit, writer: 'w2', part: manifestOf('b'), writers: ['w1', 'w2'] })
    .thenRecords(upserted('w2', 'b'), committed(['w1', 'w2'])),
  rule('a commit that names its writers is refused with those who are missing or were not expected')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, writers: ['w1', 'w3'] })
    .thenRejected({ _tag: 'writers-not-as-expected', missing: ['w3'], unexpected: ['w2'] }),
  rule('who is missing is said before what the others disagree about')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, writers: 3, merged: E.left({ _tag: 'path-conflict', conflicts: [conflict] }) })
    .thenRejected({ _tag: 'writers-not-as-expected' }),
  rule('where the names of the writers would fill the event they are counted')
    .given(...crowd.map((writer) => upserted(writer, 'a')))
    .when({ ...commit, writers: crowd })
    .thenRecords(omitNames(committed(crowd))),
  rule('nothing to commit is refused')
    .given()
    .when({ ...commit, merged: E.left({ _tag: 'path-conflict', conflicts: [] }) })
    .thenRejected({ _tag: 'draft-empty', generation: 0, before: null }),
  rule('nothing to commit after a seal is refused with the seal')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...commit, merged: E.left({ _tag: 'path-conflict', conflicts: [] }) })
    .thenRejected({ _tag: 'draft-empty', generation: 1, before: { how: 'sealed', ...recordedAt(1) } }),
  rule('a sealed generation is not committed again')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...commit, generation: 0 })
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'sealed', ...recordedAt(1) } }),
  rule('a generation that is not there is not committed')
    .given(upserted('w1', 'a'))
    .when({ ...commit, generation: 1 })
    .thenRejected({ _tag: 'generation-not-open', generation: 1, open: 0 }),

  rule('a part may name the version that it builds on, and what it takes out of that or replaces')
    .given()
    .when({ ...upsert('w1', 'a'), ...onBase, remove: ['old', 'logs'], overwrite: true })
    .thenRecords({ ...upserted('w1', 'a'), base: 3, removed: ['old', 'logs'], overwrite: true }),
  rule('nothing to remove or to replace is not recorded')
    .given()
    .when({ ...upsert('w1', 'a'), remove: [], overwrite: false })
    .thenRecords(upserted('w1', 'a')),
  rule('a part that names the version that is settled agrees')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...upsert('w2', 'b'), ...onBase })
    .thenRecords({ ...upserted('w2', 'b'), base: 3 }),
  rule('a part that names none agrees, whenever it comes')
    .given(upserted('w1', 'a'), { ...upserted('w2', 'b'), base: 3 })
    .when(upsert('w3', 'c'))
    .thenRecords(upserted('w3', 'c')),
  rule('a part that names another version is refused, with who named the first')
    .given(upserted('w1', 'a'), { ...upserted('w2', 'b'), base: 2 }, { ...upserted('w3', 'c'), base: 2 })
    .when({ ...upsert('w1', 'd'), ...onBase })
    .thenRejected({
      _tag: 'base-settled',
      generation: 0,
      settled: { version: 2, writer: 'w2', ...recordedAt(1) },
      offered: 3,
    }),
  rule('the next generation builds on what it names itself')
    .given({ ...upserted('w1', 'a'), base: 2 }, { ...committed(['w1']), base: 2 })
    .when({ ...upsert('w1', 'b'), ...onBase })
    .thenRecords({ ...upserted('w1', 'b', 1), base: 3 }),
  rule('or on none')
    .given({ ...upserted('w1', 'a'), base: 2 }, { ...committed(['w1']), base: 2 }, upserted('w1', 'b', 1))
    .when(commit)
    .thenRecords(committed(['w1'], 1)),
  rule('a part that builds on a version of another artifact is refused')
    .given()
    .when({ ...upsert('w1', 'a'), ...onBase, baseFact: fact({ ...artifact, name: 'other', version: 3 }) })
    .thenRejected({ _tag: 'base-of-another-artifact', base: { ...artifact, name: 'other', version: 3 } }),
  rule('a part that does not fit what it builds on is refused')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...upsert('w2', 'b'), baseFact: onBase.baseFact, fitting: E.left(misfits) })
    .thenRejected({ _tag: 'base-conflict', base: 3, conflicts: misfits.conflicts }),
  rule('that the parts of a writer disagree is left to the commit')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...upsert('w1', 'b'), fitting: E.left({ _tag: 'path-conflict', conflicts: [conflict] }) })
    .thenRecords(upserted('w1', 'b')),
  rule('the same part that names the version first is recorded again')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w1', 'a'), ...onBase })
    .thenRecords({ ...upserted('w1', 'a'), base: 3 }),
  rule('the same part that names the settled version changes nothing')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...upsert('w1', 'a'), ...onBase })
    .thenNothingHappens({ generation: 0 }),
  rule('the same part with something to remove is another')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w1', 'a'), remove: ['b'] })
    .thenRecords({ ...upserted('w1', 'a'), removed: ['b'] }),
  rule('the same part that may replace is another')
    .given(upserted('w1', 'a'))
    .when({ ...upsert('w1', 'a'), overwrite: true })
    .thenRecords({ ...upserted('w1', 'a'), overwrite: true }),
  rule('the same part with the same to remove changes nothing')
    .given({ ...upserted('w1', 'a'), removed: ['b'], overwrite: true })
    .when({ ...upsert('w1', 'a'), remove: ['b'], overwrite: true })
    .thenNothingHappens({ generation: 0 }),

  rule('a commit seals the draft with the version that it builds on')
    .given({ ...upserted('w1', 'a'), base: 2 })
    .when(commit)
    .thenRecords({ ...committed(['w1']), base: 2 }),
  rule('a version that the commit alone names is built on by all parts')
    .given(upserted('w1', 'a'), upserted('w2', 'b'))
    .when({ ...commit, ...onBase })
    .thenRecords({ ...committed(['w1', 'w2']), base: 3 }),
  rule('a commit with a part names the version in both')
    .given(upserted('w1', 'a'))
    .when({ ...commit, ...onBase, writer: 'w2', part: manifestOf('b'), overwrite: true })
    .thenRecords({ ...upserted('w2', 'b'), base: 3, overwrite: true }, { ...committed(['w1', 'w2']), base: 3 }),
  rule('a commit may only remove')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...commit, writer: 'w2', remove: ['old'] })
    .thenRecords(
      { ...upserted('w2', 'b'), part: summarise([]), removed: ['old'] },
      { ...committed(['w1', 'w2']), base: 3 },
    ),
  rule('a commit that names another version is refused')
    .given({ ...upserted('w1', 'a'), base: 2 })
    .when({ ...commit, ...onBase })
    .thenRejected({ _tag: 'base-settled', settled: { version: 2, writer: 'w1', ...recordedAt(0) }, offered: 3 }),
  rule('a commit whose parts do not fit what they build on is refused, whoever comes last')
    .given(upserted('w1', 'a'))
    .when({ ...commit, ...onBase, lastWriterWins: true, merged: E.left(misfits) })
    .thenRejected({ _tag: 'base-conflict', base: 3, conflicts: misfits.conflicts }),
  rule('what is removed from nothing is refused')
    .given({ ...upserted('w1', 'a'), removed: ['old'] })
    .when({ ...commit, merged: E.left(misfits) })
    .thenRejected({ _tag: 'base-conflict', base: null }),
  rule('a commit may expect that it builds on the newest version')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...commit, expectNewest: true, newest: 3 })
    .thenRecords({ ...committed(['w1']), base: 3 }),
  rule('and is refused where another one is newer')
    .given({ ...upserted('w1', 'a'), base: 3 })
    .when({ ...commit, expectNewest: true, newest: 4 })
    .thenRejected({ _tag: 'base-outdated', expectedBase: 3, newest: 4 }),
  rule('or where it builds on none')
    .given(upserted('w1', 'a'))
    .when({ ...commit, expectNewest: true, newest: 4 })
    .thenRejected({ _tag: 'no-base', generation: 0 }),

  rule('a draft is given up')
    .given(upserted('w1', 'a'), upserted('w2', 'b'), upserted('w2', 'c'))
    .when(abandon)
    .thenRecords(abandoned(2)),
  rule('the generation after it can be given up too')
    .given(upserted('w1', 'a'), abandoned(1), upserted('w1', 'a', 1))
    .when({ ...abandon, generation: 1 })
    .thenRecords(abandoned(1, 1)),
  rule('what is not there cannot be given up')
    .given()
    .when(abandon)
    .thenRejected({ _tag: 'draft-empty', generation: 0, before: null }),
  rule('what was given up cannot be given up again')
    .given(upserted('w1', 'a'), abandoned(1))
    .when({ ...abandon, generation: 0 })
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'abandoned', ...recordedAt(1) } }),
  rule('a seal of which no version can come is given up: its artifact is of another type by now')
    .given(upserted('w1', 'a'), upserted('w2', 'b'), committed(['w1', 'w2']), upserted('w1', 'c', 1))
    .when({ ...abandonSealed, sealFact: { artifactType: 'dataset', isLogged: false } })
    .thenRecords({ ...abandoned(2), sealed: true }),
  rule('a seal that was given up cannot be given up again')
    .given(upserted('w1', 'a'), committed(['w1']), { ...abandoned(1), sealed: true })
    .when(abandonSealed)
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'abandoned', ...recordedAt(2) } }),
  ...[
    { artifactType: 'model', isLogged: false },
    { artifactType: null, isLogged: false },
    { artifactType: 'dataset', isLogged: true },
  ].map((sealFact) =>
    rule(`a seal is not given up whose version comes or is there: ${JSON.stringify(sealFact)}`)
      .given(upserted('w1', 'a'), committed(['w1']))
      .when({ ...abandonSealed, sealFact })
      .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'sealed', ...recordedAt(1) } }),
  ),
]
