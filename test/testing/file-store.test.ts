import { describe, expect, it } from 'vitest'
import { memoryFileStore } from '../../adapters/memory/index.js'
import { brokenFileStores } from '../../testing/broken-file-stores.js'
import { fileStoreCases, fileStoreContract } from '../../testing/file-store-contract.js'

describe('the contract of file stores', () => {
  for (const { name, run } of brokenFileStores) it(name, run)

  it.each([undefined, null, 5, { _tag: 'Right', right: memoryFileStore() }])(
    'says of what is opened that it is no store: %j',
    async (opened) => {
      const [first] = Reflect.apply(fileStoreContract, undefined, [async () => opened])
      await expect(first.run()).rejects.toThrow('fileStoreContract: opened: expected a file store, got ')
    },
  )

  it('has no case that never fails', () => {
    const noticing = new Set(brokenFileStores.flatMap(({ cases }) => cases.map(({ name }) => name)))
    expect(fileStoreCases.filter((name) => !noticing.has(name))).toEqual([])
  })
})
