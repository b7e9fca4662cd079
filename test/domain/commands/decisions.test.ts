import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { answerOf } from '../../../application/command-handling/receipt.js'
import { commands } from '../../../domain/commands/catalogue.js'
import type { Rejection } from '../../../domain/commands/rejections.js'
import { eventCodecs } from '../../../domain/events/catalogue.js'
import { decodeEvent, encodeEvent } from '../../../domain/events/stored-events.js'
import { toPosition, toRevision } from '../../../domain/ports/event-store.js'
import { digestFrom } from '../../../domain/values/digest.js'
import { CommandId } from '../../../domain/values/envelope.js'
import type { Category } from '../../../domain/values/stream-names.js'
import { decoded } from '../../support/decoded.js'
import { right } from '../../support/domain-ledger.js'
import { isRejected, type Row } from '../../support/domain-specification.js'
import { artifactDecisions } from '../artifact/decisions.js'
import { distributedDraftDecisions } from '../distributed-draft/decisions.js'
import { lossDecisions } from '../losses/decisions.js'
import { registeredModelDecisions } from '../registered-model/decisions.js'
import { runDecisions } from '../run/decisions.js'

const tables: Readonly<Record<Category, ReadonlyArray<Row>>> = {
  artifact: artifactDecisions,
  draft: distributedDraftDecisions,
  model: registeredModelDecisions,
  run: runDecisions,
  losses: lossDecisions,
}

const streams: Readonly<Record<Category, string>> = {
  artifact: 'artifact-acme/churn/model',
  draft: 'draft-acme/churn/model/d',
  model: 'model-acme/model-registry/Churn',
  run: 'run-acme/churn/run-1',
  losses: 'losses-ledger',
}

/** The compiler sees to it that none is missing here. */
const rejections: Readonly<Record<Rejection['_tag'], true>> = {
  'alias-expectation-failed': true,
  'alias-not-found': true,
  archived: true,
  'artifact-has-links': true,
  'artifact-not-found': true,
  'base-conflict': true,
  'base-of-another-artifact': true,
  'base-outdated': true,
  'base-settled': true,
  'collection-has-aliases': true,
  'draft-empty': true,
  'draft-ended': true,
  'generation-not-open': true,
  'invalid-input': true,
  'link-removed': true,
  'metadata-changed': true,
  'model-not-found': true,
  'no-base': true,
  'nothing-lost': true,
  'path-conflict': true,
  'reserved-name': true,
  'run-already-finished': true,
  'run-already-started': true,
  'run-not-found': true,
  'too-many-tags': true,
  'too-much-metadata': true,
  'type-mismatch': true,
  'version-deleted': true,
  'version-has-aliases': true,
  'version-has-links': true,
  'version-not-found': true,
  'writers-not-as-expected': true,
}

const metadata = {
  commandId: decoded(CommandId, 'c'),
  commandDigest: digestFrom('0'.repeat(64)),
  actor: 'anna',
  recordedAt: '2026-05-03T12:00:00.000Z',
}

const categories: ReadonlyArray<Category> = ['artifact', 'draft', 'model', 'run', 'losses']

describe.each(categories)('the rules of a stream of category %s', (category) => {
  const stream = streams[category]

  it.each(tables[category].map((row) => [row.command, row.rule, row] as const))('%s: %s', (_command, _rule, row) => {
    const { actual, meddled } = row.decide()
    expect(meddled, 'deciding changes the state').toBe(false)
    if (isRejected(row.outcome)) {
      expect(actual).toMatchObject(E.left(row.outcome.rejection))
      return
    }
    // What was recorded says what the command was about.
    const { events, answer = answerOf(events) } = row.outcome
    expect(actual).toEqual(E.right({ events, answer }))
    for (const [index, event] of events.entries()) {
      const stored = {
        ...right(encodeEvent(stream, index, event, metadata)),
        stream,
        revision: toRevision(100 + index),
        position: toPosition(1),
      }
      expect(right(decodeEvent(stored)).event).toEqual(event)
    }
  })

  it('has an example of every event', () => {
    const seen = tables[category].flatMap(({ outcome }) =>
      isRejected(outcome) ? [] : outcome.events.map(({ type }) => type),
    )
    expect([...new Set(seen)].sort()).toEqual(
      Object.keys(eventCodecs[category])
        .filter((type) => type !== 'CommandAccepted')
        .sort(),
    )
  })
})

const rows = categories.flatMap((category) => tables[category])

describe('the tables of rules', () => {
  it.each(Object.keys(commands))(
    'say of %s what it records, when it changes nothing, and when it is refused',
    (command) => {
      const outcomes = rows.filter((row) => row.command === command).map(({ outcome }) => outcome)
      expect(outcomes.some((outcome) => !isRejected(outcome) && outcome.events.length > 0)).toBe(true)
      // A commit records a seal or is refused, and so is giving a draft or lost events up.
      if (!['CommitDistributed', 'AbandonDistributed', 'AcceptLoss'].includes(command)) {
        expect(outcomes.some((outcome) => !isRejected(outcome) && outcome.events.length === 0)).toBe(true)
      }
      expect(outcomes.some(isRejected)).toBe(true)
    },
  )

  it('show every rejection', () => {
    const shown = rows.flatMap(({ outcome }) => (isRejected(outcome) ? outcome.rejection._tag : []))
    expect([...new Set(shown)].sort()).toEqual(Object.keys(rejections))
  })
})
