/** What a source file, built file or declaration names of other modules. */
import { type ESTree, parseSync, Visitor } from 'vite'

/** The specifiers of all imports and exports, of types as well, in the order in which they are found. */
export const specifiersIn = (file: string, text: string): ReadonlyArray<string> => {
  const found: string[] = []
  const add = (source: ESTree.Expression | null) => {
    if (source === null) return
    found.push(
      source.type === 'Literal' && typeof source.value === 'string'
        ? source.value
        : `a name that is only known when it runs: ${text.slice(source.start, source.end)}`,
    )
  }
  visit(file, text, {
    ImportDeclaration: (node) => add(node.source),
    ExportAllDeclaration: (node) => add(node.source),
    ExportNamedDeclaration: (node) => add(node.source),
    ImportExpression: (node) => add(node.source),
    TSImportType: (node) => add(node.source),
    TSExternalModuleReference: (node) => add(node.expression),
  })
  return found
}

export const visit = (file: string, text: string, visitor: ConstructorParameters<typeof Visitor>[0]): void => {
  const { program, errors } = parseSync(file, text)
  if (errors.length > 0) throw new Error(`${file} cannot be parsed: ${errors[0]?.message}`)
  new Visitor(visitor).visit(program)
}
