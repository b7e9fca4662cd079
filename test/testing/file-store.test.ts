import { describe, expect, it } from 'vitest'
import { brokenFileStores } from '../../testing/broken-file-stores.js'
import { fileStoreCases } from '../../testing/file-store-contract.js'

describe('the contract of file stores', () => {
  for (const { name, run } of brokenFileStores) it(name, run)

  it('has no case that never fails', () => {
    const noticing = new Set(brokenFileStores.flatMap(({ cases }) => cases.map(({ name }) => name)))
    expect(fileStoreCases.filter((name) => !noticing.has(name))).toEqual([])
  })
})
