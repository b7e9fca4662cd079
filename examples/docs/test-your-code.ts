// #region imports
import { equal, rejects } from 'node:assert/strict'
import { describe, it } from 'node:test' // or from 'vitest', or what Jest and mocha have
import { type Ledger, projection } from 'model-ledger'
import {
  aliasMoved,
  given,
  lineageMade,
  manifestOf,
  recordedIn,
  specification,
  testLedger,
  timePassed,
  versionLinked,
  versionsLogged,
} from 'model-ledger/testing'

// #endregion

// #region yours
/** Code of yours: a version is promoted by whoever waited for a day. */
const promote = async (ledger: Ledger, version: string) => {
  const { path } = await ledger.link({ version, to: 'churn' })
  return ledger.moveAlias({ version: path, alias: 'production', reason: 'waited for a day' })
}
// #endregion

// #region method
describe('promote', () => {
  const history = given(
    versionsLogged('model', 2), // each with a small file of its own
    versionLinked('model:v0', 'churn', { aliases: ['production'] }),
    versionsLogged('model', 1, { content: { bytes: '0.5', as: 'weights.txt' } }),
  )

  it('moves the alias to a new link', () =>
    history
      .when((ledger) => promote(ledger, 'model:v2'))
      .thenRecords(
        {
          type: 'VersionLinked',
          version: 1,
          source: { entity: 'acme', project: 'churn', name: 'model', version: 2 },
          manifest: manifestOf({ 'weights.txt': '0.5' }),
        },
        { type: 'AliasMoved', alias: 'latest', from: 0, to: 1 },
        { type: 'AliasMoved', alias: 'production', from: 0, to: 1 },
      ))

  it('refuses what is not there', () =>
    history.when((ledger) => promote(ledger, 'model:v7')).thenRejected('version-not-found', { version: 7 }))

  it('answers which link it is', () =>
    history.when((ledger) => promote(ledger, 'model:v2')).thenAnswers({ version: 1 }))
})
// #endregion

// #region command
const model = { entity: 'acme', project: 'churn', name: 'model' }

describe('the rule of aliases', () => {
  it('moves nothing twice', () =>
    given(versionsLogged('model', 2), aliasMoved('model:v1', 'best'))
      .when({ type: 'MoveAlias', collection: model, alias: 'best', version: 1 })
      .thenNothingHappens())

  it('holds on what was recorded by hand, too', () =>
    given(
      recordedIn(
        'artifact-acme/churn/model',
        { type: 'ArtifactCreated', artifactType: 'model' },
        { type: 'ArtifactArchived' },
      ),
    )
      .when({ type: 'TagArtifact', artifact: model, tags: ['old'] })
      .thenRecords({ type: 'ArtifactTagged', from: [], to: ['old'] }))
})
// #endregion

// #region projection
const promotions = projection({
  name: 'promotions',
  version: 1,
  folds: ['AliasMoved'],
  initial: () => new Map<string, number>(), // by actor
  apply: (counts, { event, metadata: { actor } }) =>
    event.alias === 'production' ? counts.set(actor, (counts.get(actor) ?? 0) + 1) : counts,
})

describe('who promotes', () => {
  const history = specification({ projections: [promotions] })(
    lineageMade('churn'), // from data to the alias production
    timePassed(24 * 3600 * 1000),
    versionsLogged('model', 1),
    versionLinked('model', 'churn', { aliases: ['production'], actor: 'ben' }),
  )

  it('is counted', () =>
    history
      .when((ledger) => ledger.read(promotions))
      .thenAnswers(
        new Map([
          ['anna', 1],
          ['ben', 1],
        ]),
      ))

  it('is counted as of a moment', () =>
    history.when((ledger) => ledger.at('2026-01-01T12:00:00Z').read(promotions)).thenAnswers(new Map([['anna', 1]])))
})
// #endregion

// #region ledger
it('a service of yours, while time passes', async () => {
  await using test = await testLedger({ given: [versionsLogged('model', 1)], now: '2026-05-03T12:00:00Z' })
  const { ledger, clock } = test

  await clock.advance(24 * 3600 * 1000) // what is due on the way is done
  await promote(ledger, 'model')

  const [last] = (await test.recorded()).slice(-1)
  equal(last?.metadata.recordedAt, '2026-05-04T12:00:00.000Z')
  await rejects(ledger.at('2026-05-04T11:59:59Z').resolve('churn:production'), { code: 'not-found' })
}) // closed here, and nothing is left behind
// #endregion
