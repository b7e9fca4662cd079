/** The pages that people read, and the blocks in them. */
import { existsSync, readdirSync } from 'node:fs'
import { join } from 'node:path'
import { root } from './sources.js'

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
