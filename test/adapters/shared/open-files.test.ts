import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { boundOf, unlessOutOfFiles, whenOpenable } from '../../../adapters/shared/open-files.js'

const failing = (code: string) => Object.assign(new Error(`${code}: told by a test`), { code })

describe('opening', () => {
  it.each(['EMFILE', 'ENFILE'])('is tried again while too many files are open: %s', async (code) => {
    let attempts = 0
    const opened = whenOpenable(async () => {
      attempts += 1
      if (attempts < 4) throw failing(code)
      return 'open'
    })
    expect(await opened).toBe('open')
    expect(attempts).toBe(4)
  })

  it('fails at once for any other reason, and for this one when its time is over', async () => {
    let attempts = 0
    const open = (code: string, patience?: number) =>
      whenOpenable(
        async () => {
          attempts += 1
          throw failing(code)
        },
        undefined,
        patience,
      )
    await expect(open('ENOENT')).rejects.toThrow('ENOENT')
    await expect(open('EMFILE', 0)).rejects.toThrow('EMFILE')
    expect(attempts).toBe(2)
  })

  it('ends when nothing is waited for any longer', async () => {
    const end = new AbortController()
    const reason = new Error('closed')
    const opened = whenOpenable(async () => {
      end.abort(reason)
      throw failing('EMFILE')
    }, end.signal)
    await expect(opened).rejects.toBe(reason)
  })

  it('that found too many files open has not found that there is nothing', () => {
    expect(unlessOutOfFiles(failing('ENOENT'))).toBeUndefined()
    expect(() => unlessOutOfFiles(failing('ENFILE'))).toThrow('ENFILE')
  })

  it('is tried again wherever the adapters open something', () => {
    const calls: string[] = []
    for (const room of ['directory', 'shared']) {
      const folder = fileURLToPath(new URL(`../../../adapters/${room}`, import.meta.url))
      for (const name of readdirSync(folder)) {
        const source = readFileSync(join(folder, name), 'utf8').replaceAll(/whenOpenable\(\(\) => \w+\(/g, '')
        const found = source.match(/(?<![.\w])(open|opendir|readdir|readFile|writeFile|appendFile|copyFile|cp)\(/g)
        calls.push(...(found ?? []).map((call) => `${room}/${name}: ${call}`))
      }
    }
    // The first is a parameter: what the tries are of.
    expect(calls).toEqual(['shared/open-files.ts: open('])
  })
})

describe('a bound', () => {
  /** Work that ends when it is told to. */
  const held = (bound: ReturnType<typeof boundOf>, begun: string[]) => (name: string, signal?: AbortSignal) => {
    let end = (): void => undefined
    const ended = bound.within(() => {
      begun.push(name)
      return new Promise<void>((resolve) => {
        end = resolve
      })
    }, signal)
    return { end: () => end(), ended }
  }

  it('lets so many begin at once, and the others in their turn, also behind one that failed', async () => {
    const begun: string[] = []
    const bound = boundOf(() => 2)
    const begin = held(bound, begun)
    const [one, two, three] = ['one', 'two', 'three'].map((name) => begin(name))
    const failed = bound.within(async () => {
      begun.push('four')
      throw new Error('four failed')
    })
    const five = begin('five')
    await nextTurn()
    expect(begun).toEqual(['one', 'two'])
    two?.end()
    await two?.ended
    await nextTurn()
    expect(begun).toEqual(['one', 'two', 'three'])
    one?.end()
    await expect(failed).rejects.toThrow('four failed')
    await nextTurn()
    expect(begun).toEqual(['one', 'two', 'three', 'four', 'five'])
    three?.end()
    five.end()
    await Promise.all([one?.ended, three?.ended, five.ended])
  })

  it('is left by who waits for nothing any longer', async () => {
    const begun: string[] = []
    const begin = held(
      boundOf(() => 1),
      begun,
    )
    const end = new AbortController()
    const [one, two, three] = [begin('one'), begin('two', end.signal), begin('three')]
    end.abort(new Error('closed'))
    await expect(two.ended).rejects.toThrow('closed')
    await expect(begin('four', end.signal).ended).rejects.toThrow('closed')
    one.end()
    await one.ended
    await nextTurn()
    expect(begun).toEqual(['one', 'three'])
    three.end()
    await three.ended
  })

  it('gives way to who has waited long enough for others that may never be done', async () => {
    const bound = boundOf(() => 1, 1)
    const stalled = await bound.place()
    const next = await bound.place()
    stalled()
    stalled()
    next()
    const again = await bound.place()
    again()
  })
})
