import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { OpenError as DirectoryOpenError } from '../../adapters/directory/index.js'
import type { OpenError as ServerOpenError } from '../../adapters/eventstoredb/index.js'
import { type OpenError as FileOpenError, sqliteEventStore } from '../../adapters/sqlite/index.js'
import {
  categoryOf,
  type ErrorCategory,
  LedgerError,
  type LedgerErrorCode,
  type OpeningError,
  operations,
} from '../../index.js'
import { CATEGORIES } from '../../ledger/calling/error-category.js'
import { categoriesOnPage } from '../support/error-categories.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'
import { withPublicTypes } from '../support/public-types.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('the page of errors', () => {
  it('has one row for every code, and no other, with its category', () => {
    const codes = withPublicTypes(`${root}tsconfig.json`, `${root}index.ts`, ({ typeNamed }) => {
      const type = typeNamed('LedgerErrorCode')
      return type.isUnionType() ? type.getTypes().map((member) => (member.isLiteralType() ? member.value : '?')) : []
    })
    const page = readFileSync(`${root}docs/reference/errors.md`, 'utf8')
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \| ([a-z-]+) \|$/gm)].map(
      ([, code = '', category]) => [code, category] as const,
    )
    expect(codes).toContain('alias-expectation-failed')
    expect(rows.map(([code]) => code).toSorted()).toEqual(codes.toSorted())
    expect(Object.fromEntries(rows)).toEqual(CATEGORIES)
  })

  it('has one row for every category, and no other', () => {
    const rows = categoriesOnPage().map(({ category }) => category)
    expect(rows.toSorted()).toEqual([...new Set(Object.values(CATEGORIES))].toSorted())
    expectTypeOf<(typeof CATEGORIES)[keyof typeof CATEGORIES]>().toEqualTypeOf<ErrorCategory>()
    expectTypeOf<keyof typeof CATEGORIES>().toEqualTypeOf<LedgerErrorCode>()
  })
})

describe('a LedgerError', () => {
  it('has its particulars, whose type its code tells', async () => {
    const { ledger } = await memoryLedger()
    await ledger.createArtifact({ name: 'cats', type: 'model' })
    const error = await rejection(ledger.artifact('cat'))
    expect(error).toMatchObject({ name: 'LedgerError', message: expect.stringContaining('animals/cat"') })
    if (error.code !== 'not-found') throw error
    expectTypeOf(error.error.similar).toEqualTypeOf<ReadonlyArray<string>>()
    expect(error.error.similar).toEqual(['acme/animals/cats'])
    await ledger.close()
  })

  it.each([
    ['hrose', ['acme/animals/horse']],
    ['Horses', ['acme/animals/horse']],
    ['house', ['acme/animals/horse']],
    ['hor', ['acme/animals/horse']],
    ['hen', []],
  ])('tells names that differ by little from one that is not there: %s', async (name, similar) => {
    const { ledger } = await memoryLedger()
    await ledger.createArtifact({ name: 'horse', type: 'model' })
    expect((await rejection(ledger.artifact(name))).error).toMatchObject({ similar })
    await ledger.close()
  })

  it('has a category, which tells the type of its particulars, too', async () => {
    const { ledger } = await memoryLedger()
    const missing = await rejection(ledger.artifact('cat'))
    expect(missing.category).toBe('not-found')
    if (missing.category !== 'not-found') throw missing
    expectTypeOf(missing.code)
      .extract<'invalid-input' | 'not-found' | 'version-deleted'>()
      .toEqualTypeOf<'not-found' | 'version-deleted'>()
    const refused = await operations(ledger).artifacts({ limit: 0 })()
    expect(refused).toMatchObject({ _tag: 'Left', left: { category: 'invalid' } })
    const unopened = await sqliteEventStore({ path: '' })()
    expect(unopened._tag === 'Left' && categoryOf(unopened.left)).toBe('invalid')
    await ledger.close()
  })

  it('is told apart from other errors without losing its type', () => {
    const similar = (error: unknown) => {
      if (!(error instanceof LedgerError)) return undefined
      expectTypeOf(error).toEqualTypeOf<LedgerError>()
      // @ts-expect-error: no error knows this
      if (error.code === 'not-found') return [error.error.anything, ...error.error.similar]
      // @ts-expect-error: no error has this code
      return error.code === 'conflict-code' ? error.message : error.code
    }
    expect(similar(new Error('another'))).toBeUndefined()
    expect(similar(new LedgerError({ _tag: 'read-only' }, 'a message'))).toBe('read-only')
  })

  it('has codes for all that the adapters say when they cannot be opened, and an `any` nowhere', () => {
    expectTypeOf<OpeningError['_tag']>().toEqualTypeOf<(DirectoryOpenError | FileOpenError | ServerOpenError)['_tag']>()
    expectTypeOf<LedgerError['error']>().not.toBeAny()
    expectTypeOf<LedgerError['code']>().toEqualTypeOf<LedgerErrorCode>()
  })
})
