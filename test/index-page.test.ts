/** docs/index.md: whatever there is, is found from there by links. */
import { existsSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { buildProgram } from '../adapters/cli/program.js'
import { eventCodecs } from '../domain/events/catalogue.js'
import { CATEGORIES } from '../ledger/calling/error-category.js'
import { commandsOf, optionsOf, terminalIn } from './support/command-line.js'
import { METHODS, PAGES } from './support/ledger-methods.js'
import { anchorsOf, linksOf, pages } from './support/pages.js'
import { read, root } from './support/sources.js'
import { OF_A_DRAFT, OF_A_LEDGER, OF_A_RUN } from './ways-in.js'

/** Pages by the links that lead to them, the index first. */
const reachedFrom = (page: string, known: Set<string> = new Set()): ReadonlySet<string> => {
  known.add(page)
  for (const { file } of linksOf(page)) if (pages.includes(file) && !known.has(file)) reachedFrom(file, known)
  return known
}
const reached = reachedFrom('docs/index.md')

/** What these pages say as code, between backquotes and between fences. */
const said = new Set(
  [...reached].flatMap((page) =>
    [...read(page).matchAll(/```[\s\S]*?\n```|`[^`\n]+`/g)].flatMap(([code]) => code.match(/[\w-]+/g) ?? []),
  ),
)

const program = buildProgram(terminalIn('/').terminal)
const commands = commandsOf(program)
const argumentsOf = (tables: object): ReadonlyArray<string> =>
  Object.values(tables).flatMap(({ required, optional }) => Object.keys({ ...required, ...optional }))

describe('from docs/index.md', () => {
  it('one comes to every page', () => {
    expect(pages.filter((page) => !page.startsWith('docs/adr/') && !reached.has(page))).toEqual([])
  })

  it.each([
    ['export', [...read('test/exports.txt').matchAll(/^(\w+): /gm)].map(([, name = '']) => name)],
    ['method', [OF_A_LEDGER, OF_A_RUN, OF_A_DRAFT].flatMap(Object.keys)],
    ['argument of a method', argumentsOf({ ...METHODS, ...PAGES })],
    ['command of the command line', [...commands.keys()].flatMap((name) => name.split(' '))],
    ['option of the command line', [program, ...commands.values()].flatMap(optionsOf)],
    ['code of an error', Object.keys(CATEGORIES)],
    ['type of event', Object.values(eventCodecs).flatMap(Object.keys)],
  ])('one comes to every %s', (_, names) => {
    expect(names.length).toBeGreaterThan(10)
    expect([...new Set(names)].filter((name) => !said.has(name))).toEqual([])
  })

  it('one comes to the guarantees, each with tests that are there', () => {
    const [, section = ''] = read('README.md').split('\n## What is guaranteed, and the test that proves it\n')
    const [, table = ''] = /^\| guarantee \| proof \|\n\|---\|---\|\n((?:\| .* \|\n)+)$/m.exec(section) ?? []
    const proofs = table
      .split('\n')
      .slice(0, -1)
      .map((row) => row.match(/`test\/[^`]+`/g) ?? [])
    expect(proofs.length).toBeGreaterThan(10)
    expect(
      proofs.filter((tests) => tests.length === 0 || !tests.every((test) => existsSync(root + test.slice(1, -1)))),
    ).toEqual([])
    expect(linksOf('docs/index.md')).toContainEqual({
      file: 'README.md',
      anchor: 'what-is-guaranteed-and-the-test-that-proves-it',
    })
  })
})

describe('the links of all pages', () => {
  it('lead to files that are there, and to headings in them', () => {
    const broken = pages.flatMap((page) =>
      linksOf(page)
        .filter(
          ({ file, anchor }) =>
            !existsSync(root + file) || (anchor !== '' && file.endsWith('.md') && !anchorsOf(read(file)).has(anchor)),
        )
        .map(({ file, anchor }) => `${page}: ${file}#${anchor}`),
    )
    expect(broken).toEqual([])
  })
})

describe('the first lines of a page', () => {
  const told = pages.filter((page) => /^docs\/(?!adr\/)/.test(page))

  it.each(told)('%s: what kind of page it is, then what it is for', (page) => {
    const [heading, blank, kind = '', purpose = ''] = read(page).split('\n')
    expect(heading).toMatch(/^# /)
    expect(blank).toBe('')
    expect(kind).toMatch(/^(A tutorial|A task|Reference|An explanation)\b/)
    expect(purpose).toMatch(/^["`[A-Z]/)
  })
})
