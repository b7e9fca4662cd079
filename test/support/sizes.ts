/** How long source files and functions are. */
import { visit } from './imports.js'

export interface Sized {
  /** `ledger/watching.ts` for a file, `ledger/watching.ts reads` for a function in it. */
  readonly what: string
  readonly lines: number
  readonly most: number
}

const MOST_OF_FILE = 300
const MOST_OF_FUNCTION = 80
/** An adapter answers many questions of one technology with what it holds. */
const MOST_IN_ADAPTERS = 120

/** What of a file is longer than it may be. */
export const tooLongIn = (file: string, text: string): ReadonlyArray<Sized> => {
  const most = file.startsWith('adapters/') ? MOST_IN_ADAPTERS : MOST_OF_FUNCTION
  const names = new Map<number, string>()
  const functions: Array<{ readonly start: number; readonly end: number }> = []
  const add = (node: { start: number; end: number }): void => void functions.push(node)
  visit(file, text, {
    VariableDeclarator: ({ id, init }) => {
      if (id.type === 'Identifier' && init !== null) names.set(init.start, id.name)
    },
    Property: ({ key, value }) => {
      if (key.type === 'Identifier') names.set(value.start, key.name)
    },
    MethodDefinition: ({ key, value }) => {
      if (key.type === 'Identifier') names.set(value.start, key.name)
    },
    FunctionDeclaration: (node) => {
      if (node.id !== null) names.set(node.start, node.id.name)
      add(node)
    },
    FunctionExpression: add,
    ArrowFunctionExpression: add,
  })
  const lineOf = (at: number): number => text.slice(0, at).split('\n').length
  const lines = lineOf(text.length) - 1
  const found = functions.map(({ start, end }) => ({
    what: `${file} ${names.get(start) ?? `line ${lineOf(start)}`}`,
    lines: lineOf(end - 1) - lineOf(start) + 1,
    most,
  }))
  return [{ what: file, lines, most: MOST_OF_FILE }, ...found].filter((each) => each.lines > each.most)
}
