/**
 * Has `instanceof` of a class of ours hold for what another copy of this package made: a process has two where two of its
 * dependencies bring one each, where Jest or vitest load modules anew, and where a server reloads itself. To be called in a
 * static block of the class; a class that extends it is told apart as any is.
 */
export const knownAcrossCopies = (ours: abstract new (...given: never) => object, name: string): void => {
  const tag = Symbol.for(`model-ledger ${name}`)
  Object.defineProperty(ours.prototype, tag, { value: true })
  Object.defineProperty(ours, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== ours) return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [value])
      return typeof value === 'object' && value !== null && tag in value
    },
  })
}
