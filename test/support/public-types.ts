/** The types of the package as a caller's editor shows them. */
import { dirname } from 'node:path'
import { API, type Checker, SignatureKind, type Type } from 'typescript/unstable/sync'

export interface PublicTypes {
  readonly checker: Checker
  /** Where the package has its files. */
  readonly folder: string
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
    return look({ checker, typeNamed, folder: dirname(module) })
  } finally {
    api.close()
  }
}

/** The words that an editor shows for the members of a type and for what its methods take, by `Type.method.option`. */
export const wordsOf = ({ checker, typeNamed, folder }: PublicTypes, name: string): ReadonlyMap<string, string> => {
  const words = new Map<string, string>()
  /** Not those of an array, a `Date` or an `AbortSignal`. */
  const isOurs = (path: string) => path.startsWith(folder) && !path.slice(folder.length).includes('node_modules')
  const ownMembers = (type: Type) =>
    checker.getPropertiesOfType(type).filter((member) => member.declarations.some(({ path }) => isOurs(path)))
  const readings = (type: Type | undefined): ReadonlyArray<Type> =>
    type === undefined ? [] : type.isUnionType() ? type.getTypes() : [type]
  const callsOf = (type: Type) => checker.getSignaturesOfType(type, SignatureKind.Call)

  for (const member of readings(typeNamed(name)).flatMap(ownMembers)) {
    words.set(`${name}.${member.name}`, member.getDocumentationComment(checker))
    const given = readings(checker.getTypeOfSymbol(member))
      .flatMap(callsOf)
      .flatMap((call) => call.getParameters())
      .flatMap((parameter) => readings(checker.getTypeOfSymbol(parameter)))
      .filter((type) => type.isObjectType() && callsOf(type).length === 0)
    for (const option of given.flatMap(ownMembers)) {
      words.set(`${name}.${member.name}.${option.name}`, option.getDocumentationComment(checker))
    }
  }
  return words
}
