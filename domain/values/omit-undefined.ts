type Present<M> = { [K in keyof M]?: Exclude<M[K], undefined> }

/** Without the members that are `undefined`: a member that may be absent is not one that may be `undefined`. */
export const omitUndefined = <M extends object>(members: M): Present<M> => {
  const found: Present<M> = { ...members }
  for (const key of Object.keys(members)) if (Reflect.get(found, key) === undefined) Reflect.deleteProperty(found, key)
  return found
}
