import { execFile } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, describe, expect, it } from 'vitest'
import { eventCodecs } from '../domain/events/catalogue.js'
import { unfoldedEvents } from '../projections/read-models.js'
import { blocksOf, pages } from './support/pages.js'
import { read, root } from './support/sources.js'

/**
 * The blocks of TypeScript, or of what is JavaScript as well, and the file, and region of it, that they are said to come from.
 * What is saved under a name runs as it stands in the page (test/pages.test.ts).
 */
const snippets = pages.flatMap((page) =>
  blocksOf(read(page)).flatMap(({ language, text, marks }) => {
    const source = marks.get('example')
    const isCode = ['js', 'ts', 'typescript'].includes(language) && !marks.has('not run')
    return source !== undefined || (isCode && !marks.has('file')) ? { page, source, code: text } : []
  }),
)

/** A file, or what stands between `// #region name` and `// #endregion` in it, as a reader of the package writes it. */
const sourceText = (source: string): string => {
  const [file = '', region] = source.split('#')
  const text = read(file)
  const part =
    region === undefined ? text : new RegExp(`// #region ${region}\\n([\\s\\S]*?)// #endregion`).exec(text)?.[1]
  if (part === undefined) throw new Error(`${file} has no region ${region}`)
  const lines = part.trimEnd().split('\n')
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)))
  return `${lines.map((line) => line.slice(indent)).join('\n')}\n`
}

describe('the pages', () => {
  it.each(snippets)('show in $page what runs as $source', ({ source, code }) => {
    expect(source, 'a snippet names the file it comes from: <!-- example: file#region -->').toBeDefined()
    expect(code).toBe(sourceText(source ?? ''))
  })

  it('number the decisions without gaps, each number once, as their headings do', () => {
    const decisions = readdirSync(join(root, 'docs/adr')).sort()
    expect(decisions.map((file) => file.slice(0, 5))).toEqual(
      decisions.map((_, index) => `${String(index + 1).padStart(4, '0')}-`),
    )
    const wrong = decisions.filter((file) => !read(`docs/adr/${file}`).startsWith(`# ${Number(file.slice(0, 4))}. `))
    expect(wrong).toEqual([])
  })

  it('name files that are there, and symbols that stand in them', () => {
    const named = ['docs/architecture.md', 'CONTRIBUTING.md'].flatMap((page) =>
      [...read(page).matchAll(/`([\w-]+\/[\w./-]+\.ts)`(?: \| ((?:`\w+`,? ?)+))?/g)].map(
        ([, file = '', symbols = '']) => ({
          file,
          symbols: [...symbols.matchAll(/\w+/g)].map(([symbol]) => symbol),
        }),
      ),
    )
    expect(named.length).toBeGreaterThan(20)
    const wrong = named.flatMap(({ file, symbols }) =>
      existsSync(join(root, file))
        ? symbols
            .filter((symbol) => !new RegExp(`\\b${symbol}\\b`).test(read(file)))
            .map((symbol) => `${file} ${symbol}`)
        : [file],
    )
    expect(wrong).toEqual([])
  })

  it('name every type of event in the catalogue', () => {
    const catalogue = read('docs/reference/events.md')
    const types = Object.values(eventCodecs).flatMap((codecs) => Object.keys(codecs))
    expect(types.filter((type) => !catalogue.includes(`\`${type}\``))).toEqual([])
  })

  it('give the reason for every type of event that no read model folds', () => {
    const [, section = ''] = /## What no read model folds\n([\s\S]*?)\n## /.exec(read('docs/reference/events.md')) ?? []
    const rows = [...section.matchAll(/^\| `(\w+)` \| (.+) \|$/gm)].map(([, type = '', reason]) => [type, reason])
    expect(Object.fromEntries(rows)).toEqual(unfoldedEvents)
  })

  it('name tests that exist', () => {
    const named = pages.flatMap((page) =>
      // What once changed names what there was then.
      page === 'CHANGELOG.md' || page.startsWith('docs/adr/')
        ? []
        : [...read(page).matchAll(/`(test\/[\w./-]+)`/g)].map(([, file = '']) => file),
    )
    expect(named.length).toBeGreaterThan(50)
    expect(named.filter((file) => !existsSync(join(root, file)))).toEqual([])
  })
})

describe('the examples of the pages', () => {
  const folder = mkdtempSync(join(tmpdir(), 'model-ledger-docs-'))
  afterAll(() => rmSync(folder, { recursive: true, force: true }))

  const files = [...new Set(snippets.flatMap(({ source = '' }) => source.split('#')[0] ?? []))].filter((file) =>
    file.startsWith('examples/docs/'),
  )

  it.each(files)('%s runs, and once more', async (file) => {
    const cwd = mkdtempSync(join(folder, 'run-'))
    const program = join(root, 'dist', file.replace(/\.ts$/, '.js'))
    const { stdout: first } = await promisify(execFile)(process.execPath, [program], { cwd })
    const { stdout: second } = await promisify(execFile)(process.execPath, [program], { cwd })
    expect([first, second]).not.toContain('')
  })
})
