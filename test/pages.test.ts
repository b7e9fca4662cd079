/** The pages, typed: every command and program that they show runs, and prints what stands below it. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { basename, dirname, join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import manifest from '../package.json' with { type: 'json' }
import { blocksOf, pages } from './support/pages.js'
import { read, root } from './support/sources.js'
import { type Desk, folderOf, openDesk, typePage, withOutput } from './support/typing.js'

const isTyped = (page: string): boolean =>
  blocksOf(read(page)).some(({ language, marks }) => !marks.has('not run') && (language === 'sh' || marks.has('file')))

const work = realpathSync(mkdtempSync(join(tmpdir(), 'model-ledger-pages-')))
let desk: Desk
beforeAll(() => {
  desk = openDesk(work, manifest)
})
afterAll(() => rmSync(work, { recursive: true, force: true }))

describe('the pages, typed from top to bottom (renew with: npx vitest run test/pages.test.ts -u)', () => {
  it.concurrent.for(pages.filter(isTyped))('%s', async (page, { expect }) => {
    const since = Date.now()
    const typed = await typePage(desk, page)
    const anew = expect.getState().snapshotState.snapshotUpdateState === 'all'
    await expect(withOutput(read(page), typed, since, anew)).toMatchFileSnapshot(join(root, page))
    const wrong = typed.filter(({ block: { marks }, status }) => status !== Number(marks.get('ends with') ?? 0))
    const told = wrong.map(({ block, status, output }) => `${block.text}ended with ${status}:\n${output}`)
    expect(told, 'what is to end otherwise than with 0 says so: <!-- ends with: 1 -->').toEqual([])

    for (const picture of picturesOf(page)) await expect(picture.made).toMatchFileSnapshot(picture.file)

    if (!read(page).includes('<!-- twice -->')) return
    const again = await typePage(desk, page)
    expect(again.map(({ status }) => status)).toEqual(typed.map(({ status }) => status))
  })

  /** The pictures of a page that its commands make. */
  const picturesOf = (page: string) =>
    [...read(page).matchAll(/!\[.*?\]\((\S+\.svg)\)/g)].flatMap(([, name = '']) => {
      const made = join(folderOf(desk, page), basename(name))
      return existsSync(made) ? [{ made: readFileSync(made, 'utf8'), file: join(root, dirname(page), name) }] : []
    })

  it('leave out what test/not-run.txt says', async () => {
    const lines = pages.flatMap((page) =>
      blocksOf(read(page)).flatMap(({ marks, text }) => {
        const reason = marks.get('not run')
        return reason === undefined ? [] : `${page}: ${text.split('\n')[0]}\n  ${reason}\n`
      }),
    )
    await expect(`${HEAD}${lines.join('')}`).toMatchFileSnapshot('not-run.txt')
  })
})

const HEAD = `What the pages show and the tests do not type, and why. The fewer the better.
Where it is meant to change, write it anew: npx vitest run test/pages.test.ts -u

`
