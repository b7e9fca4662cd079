import { describe, expect, it } from 'vitest'
import { type CommandError, describeCommandError } from '../../../application/command-handling/command-error.js'
import { ledgerIdOfHistory } from '../../../domain/ports/ledger-id.js'
import { sha256 } from '../../../domain/values/digest.js'
import { branded, type Plain } from '../../support/decoded.js'
import { artifact, loss, manifestOf, model, run } from '../../support/domain-samples.js'

const by = { by: 'anna', at: '2026-05-03T12:00:00.000Z' }
const digest = sha256('a')
const draft = { artifact, distributedId: 'night' }
const claims = (path: string) => ({
  path,
  claims: [
    { writer: 'w1', digest: 'sha256:1' },
    { writer: 'w2', digest: 'sha256:2' },
  ],
})

const ledgerOf = (id: string) => ledgerIdOfHistory({ stream: 'artifact-a', id })
const ledgers = [ledgerOf('1'), ledgerOf('2'), ledgerOf('3')] as const

/** The compiler sees to it that no error is missing here. */
const samples: { readonly [T in CommandError['_tag']]: readonly [Plain<Extract<CommandError, { _tag: T }>>, string] } =
  {
    'invalid-command': [
      {
        _tag: 'invalid-command',
        problems: [
          { at: 'actor', expected: 'the actor', actual: 'nothing' },
          { at: 'command.alias', expected: 'an alias', actual: '"v3"' },
        ],
      },
      'actor: expected the actor, got nothing; command.alias: expected an alias, got "v3"',
    ],
    'invalid-input': [
      { _tag: 'invalid-input', problems: [{ at: 'alias', expected: 'no blank at either end', actual: '"a "' }] },
      'alias: expected no blank at either end, got "a "',
    ],
    aborted: [{ _tag: 'aborted' }, 'the signal of the call aborted it: nothing was recorded'],
    'type-mismatch': [
      { _tag: 'type-mismatch', collection: artifact, accepted: 'model', offered: 'dataset' },
      'acme/churn/model accepts the type "model", not "dataset"',
    ],
    archived: [
      { _tag: 'archived', collection: artifact, archived: by },
      'acme/churn/model was archived by anna, recorded at 2026-05-03T12:00:00.000Z; unarchive it first',
    ],
    'collection-has-aliases': [
      { _tag: 'collection-has-aliases', collection: artifact, aliases: ['best', 'production'], links: [] },
      'acme/churn/model has the aliases "best", "production"; move or remove them first, or say deleteAliases',
    ],
    'artifact-has-links': [
      { _tag: 'artifact-has-links', artifact, links: [{ model, version: 3, source: 1, aliases: ['production'] }] },
      'acme/churn/model holds the source of acme/model-registry/Churn:v3 (the alias "production"); unlink it first, or say leaveLinks',
    ],
    'metadata-changed': [
      { _tag: 'metadata-changed', collection: artifact, version: 3, changed: by },
      'the metadata of acme/churn/model:v3 are no longer those that were read: they were said by anna, recorded at 2026-05-03T12:00:00.000Z; read them again',
    ],
    'too-much-metadata': [
      { _tag: 'too-much-metadata', collection: model, version: null, count: 101, most: 100 },
      'the metadata of acme/model-registry/Churn would have 101 members; the most is 100',
    ],
    'reserved-name': [
      { _tag: 'reserved-name', name: 'run-x', artifactType: 'run_table' },
      'the name "run-x" with the type "run_table" is reserved',
    ],
    'version-not-found': [
      {
        _tag: 'version-not-found',
        collection: artifact,
        version: 'bets',
        newest: 3,
        exists: true,
        missingAlias: {
          removed: { version: 2, by: 'anna', at: '2026-05-03T12:00:00Z' },
          present: ['best'],
          count: 30,
          similar: ['best'],
        },
      },
      'acme/churn/model has no alias "bets"; it pointed to v2 and was removed by anna, recorded at 2026-05-03T12:00:00Z; there are best and 29 more; its newest version is v3; did you mean best?',
    ],
    'version-deleted': [
      { _tag: 'version-deleted', collection: artifact, version: 3, deleted: by },
      'acme/churn/model:v3 was deleted by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    'link-removed': [
      { _tag: 'link-removed', collection: model, version: 3, unlinked: by },
      'acme/model-registry/Churn:v3 was unlinked by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    'artifact-not-found': [
      { _tag: 'artifact-not-found', artifact },
      'the artifact acme/churn/model does not exist; log a version of it or create it',
    ],
    'model-not-found': [
      { _tag: 'model-not-found', model },
      'the registered model acme/model-registry/Churn does not exist; link a version to it or create it',
    ],
    'alias-expectation-failed': [
      { _tag: 'alias-expectation-failed', alias: 'production', expected: 1, holder: { version: 2, ...by } },
      'the alias "production" was expected to point to v1, but it points to v2, put there by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    'alias-not-found': [
      { _tag: 'alias-not-found', collection: artifact, alias: 'best' },
      'there is no alias "best": acme/churn/model does not exist',
    ],
    'base-outdated': [
      { _tag: 'base-outdated', expectedBase: 1, newest: 2 },
      'the newest live version was expected to be v1, but it is v2; draft from that one',
    ],
    'version-has-aliases': [
      { _tag: 'version-has-aliases', version: 3, aliases: ['latest', 'best'], links: [] },
      'v3 holds the aliases "latest", "best"; move them first, or say deleteAliases',
    ],
    'version-has-links': [
      {
        _tag: 'version-has-links',
        version: 3,
        links: [0, 1, 2, 3, 4, 5, 6].map((version) => ({
          model,
          version,
          source: 3,
          aliases: version === 0 ? ['best'] : [],
        })),
      },
      'v3 is the source of acme/model-registry/Churn:v0 (the alias "best"), acme/model-registry/Churn:v1, acme/model-registry/Churn:v2, acme/model-registry/Churn:v3, acme/model-registry/Churn:v4 and 2 more; unlink them first, or say leaveLinks',
    ],
    'too-many-tags': [
      { _tag: 'too-many-tags', collection: artifact, version: 3, count: 101, most: 100 },
      'acme/churn/model:v3 would have 101 tags; the most is 100',
    ],
    'draft-ended': [
      { _tag: 'draft-ended', generation: 0, end: { how: 'sealed', ...by } },
      'generation 0 was sealed by anna, recorded at 2026-05-03T12:00:00.000Z; what may go to the next one says so (openNext)',
    ],
    'generation-not-open': [
      { _tag: 'generation-not-open', generation: 2, open: 1 },
      'generation 2 is not open; generation 1 is the next to take parts',
    ],
    'draft-empty': [
      { _tag: 'draft-empty', ...draft, generation: 1, before: { how: 'abandoned', ...by }, asked: 'commit' },
      'generation 1 of the draft "night" of acme/churn/model has no parts; the one before was abandoned by anna, recorded at 2026-05-03T12:00:00.000Z; upsert a part first, or commit with files',
    ],
    'path-conflict': [
      { _tag: 'path-conflict', conflicts: [claims('a')] },
      'the parts disagree: a (w1: sha256:1, w2: sha256:2); commit with lastWriterWins to take the later ones',
    ],
    'base-of-another-artifact': [
      { _tag: 'base-of-another-artifact', artifact, base: { ...artifact, name: 'other', version: 3 } },
      'a distributed version of acme/churn/model builds on a version of it, not on acme/churn/other:v3',
    ],
    'base-settled': [
      {
        _tag: 'base-settled',
        generation: 0,
        settled: { version: 3, writer: 'w1', ...by },
        offered: 4,
      },
      'generation 0 builds on v3, which w1 named first (by anna, recorded at 2026-05-03T12:00:00.000Z), not on v4',
    ],
    'base-conflict': [
      {
        _tag: 'base-conflict',
        base: 3,
        conflicts: [
          { path: 'a', writer: 'w1', why: 'taken', present: 'sha256:1', offered: 'sha256:2' },
          { path: 'b', writer: 'w2', why: 'not-there' },
          { path: 'c/d', writer: 'w3', why: 'in-the-way', present: 'c' },
        ],
      },
      'what v3 holds, on which it builds, is in the way: a (there: sha256:1, w1: sha256:2); b (not there for w2 to remove); c/d (w3 brings it, and "c" is there; remove that first); say overwrite to replace what is there, or remove it first',
    ],
    'no-base': [
      { _tag: 'no-base', generation: 2 },
      'generation 2 builds on no version, so there is none that is expected to be the newest; name it with base',
    ],
    'writers-not-as-expected': [
      {
        _tag: 'writers-not-as-expected',
        generation: 0,
        expected: ['w1', 'w2'],
        came: ['w1', 'w3'],
        missing: ['w2'],
        unexpected: ['w3'],
      },
      'generation 0 is without w2; and w3 was not expected: name them among the writers if they may be there',
    ],
    'run-not-found': [{ _tag: 'run-not-found', run }, 'the run acme/churn/run-1 was never started'],
    'run-already-started': [
      { _tag: 'run-already-started', run, started: by },
      'the run acme/churn/run-1 was started by anna, recorded at 2026-05-03T12:00:00.000Z, with another configuration',
    ],
    'run-already-finished': [
      { _tag: 'run-already-finished', run, finished: { outcome: 'failed', ...by } },
      'the run acme/churn/run-1 ended as "failed" by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    'nothing-lost': [
      { _tag: 'nothing-lost', accepted: by },
      'no event is missing that was noted; the last loss was accepted by anna, recorded at 2026-05-03T12:00:00.000Z: there is nothing to accept',
    ],
    'history-lost': [
      { _tag: 'history-lost', place: '/data/events.db', loss },
      'nothing is recorded: /data/events.db has lost the events at the positions 101 to 110: 110 events were recorded, the last at position 110 of 2026-05-03T11:00:00.000Z; what is there ends with that at position 100 of 2026-05-03T10:00:00.000Z; put back a copy that holds them, or go on without them by acceptLoss',
    ],
    'head-of-another-ledger': [
      {
        _tag: 'head-of-another-ledger',
        place: '/data/events.db',
        head: '/data/events.db-head',
        ledger: ledgers[0],
        noted: { ...loss.noted, ledger: ledgers[1] },
      },
      `nothing is recorded: /data/events.db holds the ledger ${ledgers[0]}, and /data/events.db-head is of the ledger ${ledgers[1]}, whose last event is that at position 110 of 2026-05-03T11:00:00.000Z: put back the one of them that was replaced, or delete /data/events.db-head if the events are those that you mean`,
    ],
    'command-id-reused': [
      { _tag: 'command-id-reused', commandId: 'c', stream: 'run-a/b/c', at: by },
      'the command id "c" was used for another command on run-a/b/c by anna, recorded at 2026-05-03T12:00:00.000Z; every command needs an id of its own',
    ],
    'not-sealed': [
      { _tag: 'not-sealed', stream: 'draft-a/b/c/d', generation: 3 },
      'generation 3 of draft-a/b/c/d is not sealed; commit it first',
    ],
    'manifest-mismatch': [
      {
        _tag: 'manifest-mismatch',
        claimed: { digest, entries: 1, bytes: 2 },
        stored: { ...manifestOf('a'), entries: 3, bytes: 4 },
      },
      `the manifest ${digest} holds 3 entries and 4 bytes, not 1 and 2`,
    ],
    'event-too-large': [
      { _tag: 'event-too-large', bytes: 300_000, limit: 262_144 },
      'the event would take 300000 bytes; the most is 262144: shorten the metadata, the description or the list of what is removed',
    ],
    contention: [
      { _tag: 'contention', stream: 'run-a/b/c', attempts: 7 },
      'others kept writing to run-a/b/c; given up after 7 attempts, nothing was recorded',
    ],
    closed: [
      { _tag: 'closed', reason: 'the event store was closed: open it again' },
      'the event store was closed: open it again',
    ],
    unavailable: [
      { _tag: 'unavailable', reason: 'no route' },
      'the event store cannot be reached: no route; nothing was recorded',
    ],
    'bad-clock': [
      { _tag: 'bad-clock', gave: 'Invalid Date' },
      'the clock gave Invalid Date, which cannot be recorded: it must give a Date of the years 0 to 9999; set it right',
    ],
    'unknown-outcome': [
      { _tag: 'unknown-outcome', commandId: 'c', reason: 'no answer' },
      'it is not known whether the command was recorded (no answer); give it again with the same command id "c"',
    ],
    'unknown-event': [
      { _tag: 'unknown-event', stream: 'run-a/b/c', revision: 3, type: 'RunPaused' },
      'run-a/b/c holds at revision 3 an event "RunPaused" that this version does not know: upgrade model-ledger',
    ],
    'damaged-event': [
      { _tag: 'damaged-event', stream: 'run-a/b/c', revision: 3, position: 7, reason: 'not JSON' },
      'the event at position 7, revision 3 of run-a/b/c, is damaged: not JSON; put the event store back from a copy that has it whole',
    ],
    'damaged-store': [{ _tag: 'damaged-store', reason: 'page 7' }, 'the event store is damaged: page 7'],
    'file-missing': [{ _tag: 'file-missing', digest }, `no file is stored under ${digest}`],
    'files-of-another-ledger': [
      { _tag: 'files-of-another-ledger', own: ledgers[0], ledgers: [ledgers[1], ledgers[2]] },
      `the files belong to the ledger ${ledgers[1]} and ${ledgers[2]}, and this is ${ledgers[0]}: give it a file store of its own, or open each with sharedFiles, and then none collects garbage; a ledger that uses the files no more is taken out of the folder ledgers/`,
    ],
    'file-damaged': [
      { _tag: 'file-damaged', digest, found: sha256('b'), size: 7 },
      `the file stored under ${digest} now has the digest ${sha256('b')} (7 bytes): it was changed or damaged on disk`,
    ],
    'source-failed': [{ _tag: 'source-failed', reason: 'gone' }, 'the bytes to be stored could not be read: gone'],
    'file-store-failed': [
      { _tag: 'file-store-failed', operation: 'store a file', reason: 'no space', code: 'ENOSPC' },
      'the file store could not store a file: no space',
    ],
  }

describe('an error', () => {
  it.each(Object.values(samples).map(([error, words]) => [error._tag, error, words] as const))(
    'says what was wrong, where, and what would be right: %s',
    (_tag, error, words) => expect(describeCommandError(branded<CommandError>(error))).toBe(words),
  )

  it.each<readonly [Plain<CommandError>, string]>([
    [
      { _tag: 'version-not-found', collection: artifact, version: 0, newest: null, exists: true },
      'acme/churn/model:v0 does not exist; it has no version',
    ],
    [
      { _tag: 'version-not-found', collection: artifact, version: 0, newest: null, exists: false },
      'there is no artifact acme/churn/model',
    ],
    [
      { _tag: 'version-not-found', collection: model, version: 'latest', newest: null, exists: false },
      'there is no registered model acme/model-registry/Churn',
    ],
    [
      { _tag: 'version-deleted', collection: artifact, version: 3, deleted: by, link: { model, version: 1 } },
      'acme/model-registry/Churn:v1 links to acme/churn/model:v3, which was deleted by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    [
      { _tag: 'alias-expectation-failed', alias: 'best', expected: 'absent', holder: { version: 2, ...by } },
      'the alias "best" was expected to be absent, but it points to v2, put there by anna, recorded at 2026-05-03T12:00:00.000Z',
    ],
    [
      { _tag: 'alias-expectation-failed', alias: 'best', expected: 2, holder: null },
      'the alias "best" was expected to point to v2, but it is absent',
    ],
    [
      { _tag: 'base-outdated', expectedBase: 1, newest: null },
      'the newest live version was expected to be v1, but there is none',
    ],
    [
      {
        _tag: 'version-has-aliases',
        version: 3,
        aliases: ['best'],
        links: [{ model, version: 1, source: 3, aliases: [] }],
      },
      'v3 holds the alias "best"; move them first, or say deleteAliases. v3 is the source of acme/model-registry/Churn:v1; unlink it first, or say leaveLinks',
    ],
    [
      { _tag: 'too-many-tags', collection: model, version: null, count: 101, most: 100 },
      'acme/model-registry/Churn would have 101 tags; the most is 100',
    ],
    [
      { _tag: 'draft-empty', ...draft, generation: 0, before: null, asked: 'abandon' },
      'generation 0 of the draft "night" of acme/churn/model has no parts; there is nothing to abandon',
    ],
    [
      { _tag: 'path-conflict', conflicts: ['a', 'b', 'c', 'd', 'e', 'f', 'g'].map(claims) },
      expect.stringMatching(/; e \(.*\); and 2 more; commit with lastWriterWins/),
    ],
    [
      {
        _tag: 'path-conflict',
        conflicts: [
          {
            path: 'a',
            claims: [
              { writer: 'w1', digest: 'sha256:1' },
              { writer: 'w2', digest: 'sha256:2', below: 'a/b' },
            ],
          },
        ],
      },
      'the parts disagree: a (w1: sha256:1, w2: "a/b" below it); no directory can hold a file and a directory of one name: abandon the draft and leave one out',
    ],
    [
      { _tag: 'base-conflict', base: null, conflicts: [{ path: 'b', writer: 'w2', why: 'not-there' }] },
      'there is no version to build on, so nothing can be removed from it: b (not there for w2 to remove); name it with base',
    ],
    [
      {
        _tag: 'path-conflict',
        conflicts: [
          {
            path: 'a',
            claims: [
              { writer: 'w1', digest: 'sha256:1' },
              { writer: 'w2', digest: null },
            ],
          },
        ],
      },
      'the parts disagree: a (w1: sha256:1, w2: removed); commit with lastWriterWins to take the later ones',
    ],
    [
      { _tag: 'writers-not-as-expected', generation: 1, expected: 1, came: ['w1', 'w2'], missing: [], unexpected: [] },
      'generation 1 was expected to have 1 writer, and it has 2: w1, w2',
    ],
    [
      {
        _tag: 'writers-not-as-expected',
        generation: 1,
        expected: ['w1'],
        came: ['w1', 'w2', 'w3'],
        missing: [],
        unexpected: ['w2', 'w3'],
      },
      'generation 1 has w2, w3, who were not expected: name them among the writers if they may be there',
    ],
    [
      {
        _tag: 'writers-not-as-expected',
        generation: 1,
        expected: Array.from({ length: 23 }, (_, rank) => `rank-${rank}`),
        came: [],
        missing: Array.from({ length: 23 }, (_, rank) => `rank-${rank}`),
        unexpected: [],
      },
      expect.stringMatching(/^generation 1 is without rank-0, .*, rank-19 and 3 more$/),
    ],
  ])('says it also where there is less to say: %j', (error, words) =>
    expect(describeCommandError(branded<CommandError>(error))).toEqual(words),
  )
})
