/** The types of the package as a caller's editor shows them. */
import { dirname } from 'node:path'
import {
  API,
  type Checker,
  type Symbol as Named,
  SignatureKind,
  SymbolFlags,
  type Type,
} from 'typescript/unstable/sync'

export interface PublicTypes {
  readonly checker: Checker
  /** Where the package has its files. */
  readonly folder: string
  /** The type that a module exports under a name. */
  readonly typeNamed: (name: string) => Type
}

/** What `module` exports, read through `project`, a tsconfig.json that names it. */
export const withPublicTypes = <A>(project: string, module: string, look: (types: PublicTypes) => A): A =>
  withProject(project, (checker, symbolOf) => {
    const symbol = symbolOf(module)
    const typeNamed = (name: string): Type => {
      const exported = checker.getExportsOfModule(symbol).find((candidate) => candidate.name === name)
      if (exported === undefined) throw new Error(`${module} exports no ${name}`)
      return checker.getDeclaredTypeOfSymbol(checker.getAliasedSymbol(exported))
    }
    return look({ checker, typeNamed, folder: dirname(module) })
  })

/** Opens a project, and gives its modules by their paths. */
export const withProject = <A>(
  project: string,
  look: (checker: Checker, symbolOf: (module: string) => Named) => A,
): A => {
  const api = new API()
  try {
    const [opened] = api.updateSnapshot({ openProject: project }).getProjects()
    const checker = opened?.checker
    if (checker === undefined) throw new Error(`${project} cannot be opened`)
    return look(checker, (module) => {
      const file = opened?.program.getSourceFile(module)
      const symbol = file === undefined ? undefined : checker.getSymbolAtLocation(file)
      if (symbol === undefined) throw new Error(`${project} has no module ${module}`)
      return symbol
    })
  } finally {
    api.close()
  }
}

/** The types that each module exports, by name, and as what they are declared. */
export const typesIn = (
  project: string,
  modules: ReadonlyArray<string>,
): ReadonlyArray<ReadonlyMap<string, 'interface' | 'type'>> =>
  withProject(project, (checker, symbolOf) =>
    modules.map((module) => {
      const types = checker.getExportsOfModule(symbolOf(module)).flatMap((exported) => {
        const { flags } = (exported.flags & SymbolFlags.Alias) === 0 ? exported : checker.getAliasedSymbol(exported)
        if ((flags & (SymbolFlags.Interface | SymbolFlags.TypeAlias)) === 0) return []
        const kind = (flags & SymbolFlags.Interface) === 0 ? ('type' as const) : ('interface' as const)
        return [{ name: exported.name, kind }]
      })
      return new Map(types.map(({ name, kind }) => [name, kind]))
    }),
  )

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
