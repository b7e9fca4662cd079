/** What a distributed draft allows, and what follows from it. */

import * as E from 'fp-ts/lib/Either.js'
import { distributedDraft as aggregate } from '../../../domain/commands/deciders.js'
import type { DistributedCommitted, DistributedPartUpserted } from '../../../domain/distributed-draft/events.js'
import { Envelope } from '../../../domain/values/envelope.js'
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

const named = { artifact, artifactType: 'model', distributedId: 'd', runFact: undefined } as const
const upsert = (writer: string, content: string) =>
  ({ type: 'UpsertDistributedPart', ...named, writer, part: manifestOf(content) }) as const
const commit = { type: 'CommitDistributed', ...named, writer: 'w1', envelope, merged: E.right(merged) } as const
const abandon = { type: 'AbandonDistributed', artifact, distributedId: 'd' } as const

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
    .when({ ...commit, merged: E.left([conflict]) })
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
    .when({ ...commit, writers: 3, merged: E.left([conflict]) })
    .thenRejected({ _tag: 'writers-not-as-expected' }),
  rule('where the names of the writers would fill the event they are counted')
    .given(...crowd.map((writer) => upserted(writer, 'a')))
    .when({ ...commit, writers: crowd })
    .thenRecords(omitNames(committed(crowd))),
  rule('nothing to commit is refused')
    .given()
    .when({ ...commit, merged: E.left([]) })
    .thenRejected({ _tag: 'draft-empty', generation: 0, before: null }),
  rule('nothing to commit after a seal is refused with the seal')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...commit, merged: E.left([]) })
    .thenRejected({ _tag: 'draft-empty', generation: 1, before: { how: 'sealed', ...recordedAt(1) } }),
  rule('a sealed generation is not committed again')
    .given(upserted('w1', 'a'), committed(['w1']))
    .when({ ...commit, generation: 0 })
    .thenRejected({ _tag: 'draft-ended', generation: 0, end: { how: 'sealed', ...recordedAt(1) } }),
  rule('a generation that is not there is not committed')
    .given(upserted('w1', 'a'))
    .when({ ...commit, generation: 1 })
    .thenRejected({ _tag: 'generation-not-open', generation: 1, open: 0 }),

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
]
