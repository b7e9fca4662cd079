import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, expectTypeOf, it } from 'vitest'
import type { OpenError as DirectoryOpenError } from '../../adapters/directory/index.js'
import type { OpenError as ServerOpenError } from '../../adapters/eventstoredb/index.js'
import type { OpenError as FileOpenError } from '../../adapters/sqlite/index.js'
import { LedgerError, type LedgerErrorCode, type OpeningError } from '../../index.js'
import { memoryLedger, rejection } from '../support/ledger-memory.js'
import { withPublicTypes } from '../support/public-types.js'

const root = fileURLToPath(new URL('../../', import.meta.url))

describe('the page of errors', () => {
  it('has one row for every code, and no other', () => {
    const codes = withPublicTypes(`${root}tsconfig.json`, `${root}index.ts`, ({ typeNamed }) => {
      const type = typeNamed('LedgerErrorCode')
      return type.isUnionType() ? type.getTypes().map((member) => (member.isLiteralType() ? member.value : '?')) : []
    })
    const page = readFileSync(`${root}docs/errors.md`, 'utf8')
    const rows = [...page.matchAll(/^\| `([a-z-]+)` \| [^|]+ \| [^|]+ \| [45]\d\d \|$/gm)].map(([, code]) => code)
    expect(codes).toContain('alias-expectation-failed')
    expect(rows.toSorted()).toEqual(codes.toSorted())
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
