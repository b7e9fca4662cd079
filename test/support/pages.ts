/** The pages that people read, and the blocks in them. */
import { existsSync, readdirSync } from 'node:fs'
import { join, posix } from 'node:path'
import { read, root } from './sources.js'

/** From the top of the checkout, as `docs/errors.md`. */
export const pages: ReadonlyArray<string> = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'examples/README.md',
  ...readdirSync(join(root, 'docs'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.md'))
    .map((file) => `docs/${file.replaceAll('\\', '/')}`)
    .sort(),
].filter((page) => existsSync(join(root, page)))

/** What stands between two fences, and what the comments directly above say of it: `<!-- example: file -->`. */
export interface Block {
  readonly language: string
  readonly text: string
  readonly marks: ReadonlyMap<string, string>
  /** Where it begins in the page, without its comments, and where the line after it does. */
  readonly start: number
  readonly end: number
}

export const blocksOf = (page: string): ReadonlyArray<Block> =>
  [...page.matchAll(/^((?:<!-- .* -->\n)*)```(\w+)\n([\s\S]*?)^```$\n?/gm)].map(
    ({ 0: all, 1: comments = '', 2: language = '', 3: text = '', index }) => ({
      language,
      text,
      marks: marksIn(comments),
      start: index + comments.length,
      end: index + all.length,
    }),
  )

const marksIn = (text: string): ReadonlyMap<string, string> =>
  new Map([...text.matchAll(/<!-- ([\w ]+?)(?:: (.*?))? -->/g)].map(([, name = '', value = '']) => [name, value]))

/** Where the links of a page lead, by the path from the top of the checkout; those to other places are left out. */
export const linksOf = (page: string): ReadonlyArray<{ readonly file: string; readonly anchor: string }> =>
  [...withoutCode(read(page)).matchAll(/\]\((?![a-z]+:)([^)#\s]*)(?:#([^)\s]*))?/g)].map(
    ([, file = '', anchor = '']) => ({
      file: file === '' ? page : posix.join(posix.dirname(page), file),
      anchor,
    }),
  )

/** What a link to a heading ends with, as GitHub makes it. */
export const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, '')
    .replaceAll(' ', '-')

/** The headings of a page, as links name them (as GitHub makes them). */
export const anchorsOf = (page: string): ReadonlySet<string> => {
  const anchors = new Set<string>()
  for (const [, heading = ''] of withoutCode(page).matchAll(/^#+ (.*)$/gm)) {
    const anchor = anchorOf(heading.replace(/\]\([^)]*\)/g, ''))
    let again = 0
    while (anchors.has(again === 0 ? anchor : `${anchor}-${again}`)) again += 1
    anchors.add(again === 0 ? anchor : `${anchor}-${again}`)
  }
  return anchors
}

const withoutCode = (page: string): string => page.replace(/^```[\s\S]*?^```$/gm, '')
