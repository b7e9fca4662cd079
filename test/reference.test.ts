/** docs/reference: what it says of methods, exports, options, commands and limits is what there is. */

import { readdirSync } from 'node:fs'
import { beforeAll, describe, expect, it } from 'vitest'
import { anchorOf } from './support/pages.js'
import { sampleAnswers } from './support/reference/answers.js'
import { commandMakers } from './support/reference/commands.js'
import { type Declared, declared, type Method } from './support/reference/declared.js'
import { listMakers } from './support/reference/listed.js'
import { type Makers, madeAnew, madeOf, methodMakers } from './support/reference/pages.js'
import { refusedByRules } from './support/reference/rules.js'
import { read, root } from './support/sources.js'

const pages = readdirSync(`${root}docs/reference`).sort()
const page = (name: string): string => read(`docs/reference/${name}`)

/** Where a method is told. */
const placeOf = (method: string): string => {
  const found = pages.find((name) => madeOf(page(name), 'methods').includes(method))
  return `[\`${method}\`](${found}#${anchorOf(method)})`
}

let types: Declared
let makers: Makers
beforeAll(async () => {
  types = await declared()
  makers = {
    ...methodMakers({ declared: types, samples: await sampleAnswers(), exports: 'exports.md', placeOf }),
    ...(await commandMakers()),
    ...listMakers(types, placeOf),
  }
})

describe('the reference', () => {
  it.each(pages)('says in %s what there is (renew with: npx vitest run test/reference.test.ts -u)', async (name) => {
    await expect(madeAnew(page(name), makers)).toMatchFileSnapshot(`../docs/reference/${name}`)
  })

  it('names no place of this machine', () => {
    expect(pages.filter((name) => page(name).includes(root.replace(/\/$/, '')))).toEqual([])
  })

  it('says of every method that records something with which codes its rules refuse it', () => {
    const takesId = ({ parameters = [] }: Method) =>
      parameters.some(({ members }) => members.some(({ name }) => name === 'commandId'))
    const recording = [
      ...types.ledger.filter(takesId).map(({ name }) => name),
      ...types.run.filter(takesId).map(({ name }) => `run.${name}`),
      ...types.draft.filter(takesId).map(({ name }) => `draft.${name}`),
    ]
    expect(recording.length).toBeGreaterThan(30)
    expect(recording.filter((name) => refusedByRules(name).length === 0)).toEqual([])
  })

  it('has every method of a ledger, a run and a draft, once', () => {
    const all = [
      ...types.ledger.map(({ name }) => name),
      ...types.run.flatMap(({ name, parameters }) => (parameters === undefined ? [] : [`run.${name}`])),
      ...types.draft.flatMap(({ name, parameters }) => (parameters === undefined ? [] : [`draft.${name}`])),
    ]
    expect(pages.flatMap((name) => madeOf(page(name), 'methods')).sort()).toEqual(all.sort())
  })
})
