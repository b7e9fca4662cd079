/** What the package declares, as the reference tells it: methods with what they take and answer, and everything that is exported. */
import {
  type Checker,
  type Symbol as Named,
  type Signature,
  SignatureKind,
  SymbolFlags,
  type Type,
} from 'typescript/unstable/sync'
import { withProject } from '../public-types.js'
import { read, root } from '../sources.js'

export interface Member {
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
  readonly words: string
}

export interface Parameter {
  readonly name: string
  readonly type: string
  readonly isOptional: boolean
  /** Those of an object. */
  readonly members: ReadonlyArray<Member>
}

/** A member of a ledger, a run or a draft; what is no method has no parameters. */
export interface Method {
  readonly name: string
  readonly words: string
  readonly parameters: ReadonlyArray<Parameter> | undefined
  readonly answer: string
}

export interface Exported {
  readonly name: string
  readonly kind: 'interface' | 'type' | 'class' | 'function' | 'const'
  readonly words: string
  /** Of an interface. */
  readonly members: ReadonlyArray<Member>
  /** Of a function. */
  readonly parameters: ReadonlyArray<Parameter>
  /** Of a codec: what it takes, in the words with which it refuses all else. */
  readonly takes: string
  /** What a function answers; what else it is made of. */
  readonly type: string
}

export interface Declared {
  readonly ledger: ReadonlyArray<Method>
  readonly run: ReadonlyArray<Method>
  readonly draft: ReadonlyArray<Method>
  /** The members of what every method takes that records something. */
  readonly envelope: ReadonlyArray<Member>
  /** The codes of the methods of which the types name them. */
  readonly codes: ReadonlyMap<string, ReadonlyArray<string>>
  /** By the entry point: `model-ledger`, `model-ledger/domain`. */
  readonly exports: ReadonlyMap<string, ReadonlyArray<Exported>>
}

/** Read, not imported: what is imported would be built into `dist/`, where it passes for that of a package. */
const manifest: { readonly exports: Readonly<Record<string, string | { readonly types: string }>> } = JSON.parse(
  read('package.json'),
)

const entries = Object.entries(manifest.exports).flatMap(([path, entry]) =>
  typeof entry === 'string' ? [] : [{ path, file: entry.types.replace(/^\.\/dist\/(.*)\.d\.ts$/, `${root}$1.ts`) }],
)

/** Whole, and of a type that has a name what stands for it. */
const WHOLE = 1
const IN_ALIAS = 2 ** 23

export const declared = async (): Promise<Declared> => {
  const values = new Map<string, ReadonlyMap<string, string>>()
  for (const { file } of entries) {
    const module: object = await import(file)
    values.set(file, new Map(Object.entries(module).map(([name, value]) => [name, takenBy(value)])))
  }
  return declaredWith(values)
}

/** What a codec takes; empty for any other value. */
const takenBy = (value: unknown): string =>
  typeof value === 'object' && value !== null && 'decode' in value && 'name' in value ? String(value.name) : ''

/** `values` has what is there when the module is loaded, by name: of what is not only the type is exported. */
const declaredWith = (values: ReadonlyMap<string, ReadonlyMap<string, string>>): Declared =>
  withProject(`${root}tsconfig.json`, (checker, moduleAt) => {
    const told = tellerOf(checker)
    /** Under the names that they are exported by. */
    const exportsOf = (file: string) =>
      checker.getExportsOfModule(moduleAt(file)).map((symbol) => ({ name: symbol.name, symbol: told.itself(symbol) }))
    const face = new Map(exportsOf(`${root}index.ts`).map(({ name, symbol }) => [name, symbol]))
    const typeNamed = (name: string): Type => {
      const symbol = face.get(name)
      if (symbol === undefined) throw new Error(`index.ts exports no ${name}`)
      return checker.getDeclaredTypeOfSymbol(symbol)
    }
    const failures = checker.getPropertiesOfType(typeNamed('MethodFailures'))
    return {
      ledger: told.methods(typeNamed('Ledger')),
      run: told.methods(typeNamed('Run')),
      draft: told.methods(typeNamed('Draft')),
      envelope: told.members(typeNamed('EnvelopeFields')),
      codes: new Map(failures.map((failure) => [failure.name, told.tags(failure)])),
      exports: new Map(
        entries.map(({ path, file }) => [
          `model-ledger${path.slice(1)}`,
          exportsOf(file)
            .map(({ name, symbol }) => told.exported(name, symbol, values.get(file)?.get(name)))
            .sort((one, other) => (one.name < other.name ? -1 : 1)),
        ]),
      ),
    }
  })

/** Tells symbols and types in words of ours. */
const tellerOf = (checker: Checker) => {
  const itself = (symbol: Named): Named =>
    (symbol.flags & SymbolFlags.Alias) === 0 ? symbol : checker.getAliasedSymbol(symbol)
  const typeOf = (symbol: Named): Type | undefined => checker.getTypeOfSymbol(symbol)
  const words = (symbol: Named) => symbol.getDocumentationComment(checker).replace(/\s+/g, ' ').trim()
  const isOptional = (symbol: Named, type: string) =>
    (symbol.flags & SymbolFlags.Optional) !== 0 || / \| undefined$/.test(type)
  const text = (type: Type | undefined, how = WHOLE) =>
    type === undefined ? '' : checker.typeToString(type, undefined, how).replace(/\s+/g, ' ')
  const present = (type: string) => type.replace(/^\((.*)\) \| undefined$/, '$1').replace(/ \| undefined$/, '')
  const readings = (type: Type | undefined): ReadonlyArray<Type> =>
    type === undefined ? [] : type.isUnionType() ? type.getTypes() : [type]
  const callsOf = (type: Type) => checker.getSignaturesOfType(type, SignatureKind.Call)
  /** Not those of an array, a `Date` or an `AbortSignal`. */
  const isOurs = ({ declarations }: Named) =>
    declarations.some(({ path }) => path.toLowerCase().startsWith(root.toLowerCase()) && !path.includes('node_modules'))
  /** Words of which one is chosen, also where the choice has a name. */
  const choiceOf = (type: Type | undefined): string | undefined => {
    const words = readings(type).filter((each) => text(each) !== 'undefined')
    return words.length > 1 && words.every((each) => each.isStringLiteralType())
      ? words.map((each) => text(each)).join(' | ')
      : undefined
  }
  const member = (symbol: Named): Member => {
    const of = typeOf(symbol)
    const type = text(of)
    return {
      name: symbol.name,
      type: choiceOf(of) ?? present(type),
      isOptional: isOptional(symbol, type),
      words: words(symbol),
    }
  }
  const own = (type: Type) =>
    checker.getPropertiesOfType(type).filter((symbol) => isOurs(symbol) && !symbol.name.startsWith('__@'))
  const members = (type: Type): ReadonlyArray<Member> => own(type).map(member)
  const membersGiven = (type: Type | undefined): ReadonlyArray<Member> => {
    const objects = readings(type).filter((each) => each.isObjectType() && callsOf(each).length === 0)
    return [...new Map(objects.flatMap(members).map((each) => [each.name, each])).values()]
  }
  const parameters = (call: Signature): ReadonlyArray<Parameter> =>
    call.getParameters().map((symbol) => {
      const type = text(typeOf(symbol))
      // One that is taken apart has no name.
      const name = symbol.name.startsWith('__') ? 'given' : symbol.name
      const given = { name, type: present(type), isOptional: isOptional(symbol, type) }
      return { ...given, members: membersGiven(typeOf(symbol)) }
    })
  const method = (symbol: Named): Method => {
    // Of several ways to call it the last takes most.
    const call = callsOf(typeOf(symbol) ?? checker.getUnknownType()).at(-1)
    return {
      name: symbol.name,
      words: words(symbol),
      parameters: call === undefined ? undefined : parameters(call),
      answer: call === undefined ? text(typeOf(symbol)) : text(checker.getReturnTypeOfSignature(call)),
    }
  }
  const exported = (name: string, symbol: Named, takes: string | undefined): Exported => {
    const kind = kindOf(symbol, takes !== undefined)
    const isType = kind === 'interface' || kind === 'type'
    const type = isType ? checker.getDeclaredTypeOfSymbol(symbol) : typeOf(symbol)
    const call = kind === 'function' && type !== undefined ? callsOf(type).at(-1) : undefined
    const isModule = (symbol.flags & SymbolFlags.ValueModule) !== 0
    const answers = call === undefined ? text(type, kind === 'type' ? WHOLE | IN_ALIAS : WHOLE) : ''
    return {
      ...{ name, kind: call === undefined && kind === 'function' ? 'const' : kind },
      words: isModule ? 'What one module exports, under one name.' : words(symbol),
      takes: takes ?? '',
      members: kind === 'interface' && type !== undefined ? members(type) : [],
      parameters: call === undefined ? [] : parameters(call),
      // A module is called by where it lies.
      type: isModule ? name : call === undefined ? answers : text(checker.getReturnTypeOfSignature(call)),
    }
  }
  const kindOf = ({ flags }: Named, isValue: boolean): Exported['kind'] => {
    if (!isValue) return (flags & SymbolFlags.Interface) === 0 ? 'type' : 'interface'
    if ((flags & SymbolFlags.Class) !== 0) return 'class'
    // What is also a value is one: the type is made of it.
    if ((flags & (SymbolFlags.Function | SymbolFlags.Variable)) !== 0) return 'function'
    return 'const'
  }
  /** The codes of a union of errors. */
  const tags = (symbol: Named): ReadonlyArray<string> => {
    const codes = readings(typeOf(symbol)).flatMap((error) => {
      const tag = checker.getPropertyOfType(error, '_tag')
      return tag === undefined ? [] : readings(typeOf(tag)).map(text)
    })
    return [...new Set(codes.map((code) => code.replaceAll('"', '')))].sort()
  }
  return { itself, members, methods: (type: Type) => own(type).map(method), exported, tags }
}
