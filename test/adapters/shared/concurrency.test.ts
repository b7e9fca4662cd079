import { describe, expect, it } from 'vitest'
import { forEachConcurrently } from '../../../adapters/shared/concurrency.js'

const later = () => new Promise((resolve) => setTimeout(resolve, 5))

describe('work on many items at once', () => {
  it('is done on every item, on so many at once and no more', async () => {
    const done: string[] = []
    let underWay = 0
    let most = 0
    await forEachConcurrently('abcdefgh', 3, async (item, index) => {
      most = Math.max(most, ++underWay)
      await later()
      underWay--
      done[index] = item
    })
    expect(done.join('')).toBe('abcdefgh')
    expect(most).toBe(3)
  })

  it('begins nothing after a failure, and waits for what is under way', async () => {
    const begun: number[] = []
    const ended: number[] = []
    const working = forEachConcurrently([1, 2, 3, 4, 5], 2, async (item) => {
      begun.push(item)
      if (item === 1) throw new Error('the first one failed')
      await later()
      ended.push(item)
    })
    await expect(working).rejects.toThrow('the first one failed')
    expect(begun).toEqual([1, 2])
    expect(ended).toEqual([2])
  })
})
