/** What is meant where it is not told. */
import * as E from 'fp-ts/lib/Either.js'
import { describe, expect, it } from 'vitest'
import { distributedIdOf, writerOf } from '../../domain/distributed-draft/whose-part.js'
import { nameToLog, typeToLog } from '../../domain/registered-model/link-model.js'
import { parseModel, parseRun } from '../../domain/values/name-paths.js'

const right = <A>(either: E.Either<unknown, A>): A => {
  if (E.isLeft(either)) throw new Error(`expected a right, got ${JSON.stringify(either)}`)
  return either.right
}
const model = right(parseModel('acme/model-registry/churn', {}))
const run = right(parseRun('acme/animals/train 7', {}))

describe('the type of what is logged and linked', () => {
  it.each([
    [undefined, null, null, E.right('model')],
    [undefined, null, 'dataset', E.right('dataset')],
    [undefined, 'dataset', null, E.right('dataset')],
    ['checkpoint', null, null, E.right('checkpoint')],
    ['model', 'dataset', 'model', E.right('model')],
    ['checkpoint', null, 'model', E.left({ accepted: 'model', offered: 'checkpoint' })],
    [undefined, 'dataset', 'model', E.left({ accepted: 'model', offered: 'dataset' })],
  ])('told %s, of an artifact of %s, for a model of %s', (told, own, accepted, expected) => {
    expect(typeToLog(model, { told, own, accepted })).toMatchObject(expected)
  })

  it('has a name that says whence it comes', () => {
    expect(nameToLog(undefined, 'my model.h5', model)).toBe('my-model.h5')
    expect(nameToLog(run, 'my_model.h5', model)).toBe('run-train-7-my_model.h5')
    expect(nameToLog(undefined, '..', model)).toBe('model')
    expect(nameToLog(undefined, '', model)).toBe('model')
  })

  it('never has the name of the model, which would mean two things then', () => {
    expect(nameToLog(undefined, 'churn', model)).toBe('churn-source')
    expect(nameToLog(run, 'churn', model)).toBe('run-train-7-churn')
  })
})

describe('a part of a distributed version', () => {
  it('is for the draft of the group of its run', () => {
    expect(distributedIdOf(run, { group: 'sweep' })).toEqual(E.right('sweep'))
    expect(distributedIdOf(run, { group: null })).toEqual(
      E.left({ _tag: 'no-distributed-id', run: 'acme/animals/train 7' }),
    )
    expect(distributedIdOf(undefined, undefined)).toEqual(E.left({ _tag: 'no-distributed-id', run: null }))
  })

  it('is of its run, or else of the call that brings it', () => {
    expect(writerOf(run, 'c-1')).toBe('train 7')
    expect(writerOf(undefined, 'c-1')).toBe('c-1')
  })
})
