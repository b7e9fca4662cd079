/** Commands that wait together are decided in one round, and nobody can tell. */
import * as fc from 'fast-check'
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import type { CommandError } from '../../../application/command-handling/command-error.js'
import type { IdFrom } from '../../../application/command-handling/encode.js'
import type { Receipt } from '../../../application/command-handling/receipt.js'
import type { CommandInput } from '../../../domain/commands/catalogue.js'
import { artifactStream } from '../../../domain/values/stream-names.js'
import { eventsIn, gate, interposed, type Ledger, openTestLedger, right, turns } from '../../support/domain-ledger.js'
import { artifact, model, run } from '../../support/domain-samples.js'

const stream = artifactStream(artifact)

interface Given {
  readonly what: 'log' | 'move' | 'remove' | 'delete' | 'describe' | 'tag'
  readonly number: number
  readonly word: string
  readonly expected: number | 'absent' | undefined
  /** The id of the command so many places before. */
  readonly as: number
  readonly idFrom: IdFrom
}

const given: fc.Arbitrary<Given> = fc.record({
  what: fc.constantFrom('log', 'log', 'log', 'move', 'move', 'remove', 'delete', 'describe', 'tag'),
  number: fc.nat({ max: 30 }),
  word: fc.constantFrom('best', 'production', 'canary'),
  expected: fc.oneof(
    { weight: 6, arbitrary: fc.constant(undefined) },
    fc.constant('absent' as const),
    fc.nat({ max: 5 }),
  ),
  as: fc.oneof({ weight: 5, arbitrary: fc.constant(0) }, fc.nat({ max: 40 })),
  idFrom: fc.constantFrom('caller', 'ledger'),
})

const commandOf = async (ledger: Ledger, { what, number, word, expected }: Given): Promise<CommandInput> => {
  const expect = expected === undefined ? {} : { expect: expected }
  switch (what) {
    case 'log':
      return {
        type: 'LogArtifactVersion',
        artifact,
        artifactType: number === 30 ? 'dataset' : 'model',
        manifest: await ledger.manifest(`file=${number}`),
        aliases: number % 3 === 0 ? [word] : [],
      }
    case 'move':
      return { type: 'MoveAlias', collection: artifact, alias: word, version: number, ...expect }
    case 'remove':
      return { type: 'RemoveAlias', collection: artifact, alias: word, ...expect }
    case 'delete':
      return { type: 'DeleteArtifactVersion', artifact, version: number, deleteAliases: number % 2 === 0 }
    case 'describe':
      return { type: 'DescribeArtifactVersion', artifact, version: number, description: word }
    case 'tag':
      return { type: 'TagArtifactVersion', artifact, version: number, tags: [word] }
  }
}

/** Without the times: each look at the clock of a test moves it on. */
const timeless = (value: unknown): unknown =>
  JSON.parse(JSON.stringify(value).replaceAll(/"at":"[^"]+"/g, '"at":"then"'))

/** What is answered and recorded when the first is on its way while all others come, or when each waits for the one before. */
const outcomeOf = async (all: ReadonlyArray<Given>, how: 'at once' | 'one by one', theirs: ReadonlyArray<number>) => {
  const other = openTestLedger()
  const held = gate()
  let appends = 0
  const write = async (nth: number) =>
    right(await other.give({ type: 'CreateArtifact', artifact, artifactType: 'model' }, { commandId: `theirs${nth}` }))
  const ledger = other.another(
    interposed(other.store, async ({ nth }) => {
      appends++
      if (nth === 0) await held.opened
      if (how === 'at once' && theirs.includes(nth)) await write(nth)
      return undefined
    }),
  )
  const commands = await Promise.all(all.map((each) => commandOf(ledger, each)))
  const give = (index: number): Promise<E.Either<CommandError, Receipt>> => {
    const { as, idFrom } = all[index] ?? expect.fail()
    return ledger.give(commands[index] ?? expect.fail(), { commandId: `c${Math.max(0, index - as)}` }, { idFrom })
  }
  const answers: Array<E.Either<CommandError, Receipt>> = []
  if (how === 'at once') {
    const waiting = all.map((_, index) => give(index))
    await turns()
    held.open()
    answers.push(...(await Promise.all(waiting)))
  } else {
    held.open()
    for (const index of all.keys()) {
      answers.push(await give(index))
      if (index === 0) for (const nth of theirs) await write(nth)
    }
  }
  const recorded = (await eventsIn(ledger.store, stream)).map(({ revision, type, data, metadata }) => ({
    revision,
    type,
    data: JSON.parse(data),
    commandId: JSON.parse(metadata).commandId,
  }))
  const told = answers.map((answer, index) => (all[index]?.idFrom === 'ledger' ? withoutEnd(answer) : answer))
  return { answers: timeless(told), recorded, appends }
}

/** A round says where the stream stands at its end of what recorded nothing. */
const withoutEnd = (answer: E.Either<CommandError, Receipt>) =>
  E.isRight(answer) && answer.right.events.length === 0
    ? E.right({ ...answer.right, revision: null, position: null })
    : answer

const logFirst: Given = { what: 'log', number: 0, word: 'best', expected: undefined, as: 0, idFrom: 'caller' }

describe('a round of many commands', () => {
  it('equals the same commands one by one: refusals, repetitions, what changes nothing, among others', async () => {
    const property = fc.asyncProperty(fc.array(given, { minLength: 499, maxLength: 499 }), async (rest) => {
      const all = [logFirst, ...rest]
      const together = await outcomeOf(all, 'at once', [])
      const alone = await outcomeOf(all, 'one by one', [])
      expect(together.recorded).toEqual(alone.recorded)
      expect(together.answers).toEqual(alone.answers)
      // The first, as many as one append has room for, and another round for what was described in the one before.
      expect(together.appends).toBeLessThanOrEqual(25)
      expect(alone.appends).toBeGreaterThan(50)
    })
    await fc.assert(property, { numRuns: 4, endOnFailure: true })
  })

  it('equals them too where another process writes amid them: it comes before all that had not been written', async () => {
    const property = fc.asyncProperty(fc.array(given, { minLength: 499, maxLength: 499 }), async (rest) => {
      const all = [logFirst, ...rest]
      const together = await outcomeOf(all, 'at once', [1, 2])
      const alone = await outcomeOf(all, 'one by one', [1, 2])
      const mine = ({ recorded }: typeof alone) => recorded.filter(({ commandId }) => !commandId.startsWith('theirs'))
      expect(mine(together).map(({ data }) => data)).toEqual(mine(alone).map(({ data }) => data))
      expect(together.recorded.map(({ revision }) => revision)).toEqual(together.recorded.map((_, index) => index))
    })
    await fc.assert(property, { numRuns: 4, endOnFailure: true })
  })

  it('waits for no round of another stream that waits for facts of this one', async () => {
    const slow = interposed(
      openTestLedger().store,
      () => turns(1).then(() => undefined),
      () => turns(1).then(() => undefined),
    )
    const ledger = openTestLedger(slow)
    right(await ledger.give({ type: 'StartRun', run }))
    const logging = async (content: string): Promise<CommandInput> => ({
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await ledger.manifest(content),
      run,
    })
    right(await ledger.give(await logging('first')))
    const commands = await Promise.all(
      Array.from(
        { length: 60 },
        async (_, n): Promise<ReadonlyArray<CommandInput>> => [
          await logging(`${n}`),
          { type: 'UseArtifactVersion', run, used: { collection: artifact, version: 'latest' } },
          { type: 'LinkToRegistry', model, source: { collection: artifact, version: 'latest' } },
          { type: 'MoveAlias', collection: model, alias: 'best', version: 0 },
          { type: 'LinkToRegistry', model, source: { collection: model, version: 'latest' } },
        ],
      ),
    )
    for (const answer of await Promise.all(commands.flat().map((command) => ledger.give(command)))) {
      if (E.isLeft(answer)) expect(answer.left._tag).toBe('version-not-found')
    }
  })

  it('refuses nobody for its facts who comes after what they are about', async () => {
    const held = gate()
    const store = openTestLedger().store
    const ledger = openTestLedger(
      interposed(store, async ({ stream: to, nth }) => {
        if (to.startsWith('model-') && nth === 3) await held.opened
        return undefined
      }),
    )
    for (const content of ['a', 'b']) {
      const manifest = await ledger.manifest(content)
      right(await ledger.give({ type: 'LogArtifactVersion', artifact, artifactType: 'model', manifest }))
    }
    right(await ledger.give({ type: 'DeleteArtifactVersion', artifact, version: 0 }))
    const link = (version: number): CommandInput => ({
      type: 'LinkToRegistry',
      model,
      source: { collection: artifact, version },
    })
    const given = [
      ledger.give({ type: 'CreateRegisteredModel', model, artifactType: 'model' }),
      // Its number is known only when the first of the round is decided.
      ledger.give(link(1)),
      ledger.give({ type: 'MoveAlias', collection: model, alias: 'best', version: 'latest' }),
      ledger.give({ type: 'LinkToRegistry', model, source: { collection: model, version: 'best' }, aliases: ['same'] }),
    ]
    await turns()
    held.open()
    const [, linked, moved, again] = (await Promise.all(given)).map(right)
    expect(linked?.answer).toEqual({ version: 0 })
    expect(moved?.events).toEqual([{ type: 'AliasMoved', alias: 'best', from: null, to: 0 }])
    expect(again?.events).toEqual([{ type: 'AliasMoved', alias: 'same', from: null, to: 0 }])
  })
})

describe('a store that can keep others from appending for a turn', () => {
  it('is asked for it after a conflict, and then no append is in vain however often others write', async () => {
    const theirs = openTestLedger()
    const logging = async (content: string): Promise<CommandInput> => ({
      type: 'LogArtifactVersion',
      artifact,
      artifactType: 'model',
      manifest: await theirs.manifest(content),
    })
    right(await theirs.give(await logging('theirs')))
    let inTurn = false
    let appends = 0
    const store = interposed(theirs.store, async ({ nth }) => {
      appends++
      if (!inTurn) right(await theirs.give(await logging(`theirs ${nth}`)))
      inTurn = false
      return undefined
    })
    const mine = theirs.another({
      ...store,
      turn: async () => {
        inTurn = true
      },
    })
    const commands = await Promise.all(Array.from({ length: 20 }, (_, n) => logging(`mine ${n}`)))
    for (const answer of await Promise.all(commands.map((command) => mine.give(command)))) right(answer)
    // The first, in vain; and then all of them.
    expect(appends).toBe(2)
    for (const content of ['a', 'b', 'c']) right(await mine.give(await logging(content)))
    expect(appends).toBe(5)
  })
})
