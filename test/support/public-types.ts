/** The types of the package as a caller's editor shows them. */
import { API, type Checker, type Type } from 'typescript/unstable/sync'

export interface PublicTypes {
  readonly checker: Checker
  /** The type that a module exports under a name. */
  readonly typeNamed: (name: string) => Type
}

/** What `module` exports, read through `project`, a tsconfig.json that names it. */
export const withPublicTypes = <A>(project: string, module: string, look: (types: PublicTypes) => A): A => {
  const api = new API()
  try {
    const [opened] = api.updateSnapshot({ openProject: project }).getProjects()
    const file = opened?.program.getSourceFile(module)
    const checker = opened?.checker
    const symbol = file === undefined ? undefined : checker?.getSymbolAtLocation(file)
    if (checker === undefined || symbol === undefined) throw new Error(`${project} has no module ${module}`)
    const typeNamed = (name: string): Type => {
      const exported = checker.getExportsOfModule(symbol).find((candidate) => candidate.name === name)
      if (exported === undefined) throw new Error(`${module} exports no ${name}`)
      return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(exported))
    }
    return look({ checker, typeNamed })
  } finally {
    api.close()
  }
}
