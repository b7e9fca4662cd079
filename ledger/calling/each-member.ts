/** The same members, each as `as` makes it; one that is asked anew each time, and is not made another, stays so. */
export const eachMember = <Members extends object>(
  members: Members,
  as: (member: unknown, name: string) => unknown,
): Members => {
  const all = Object.defineProperties({ ...members }, Object.getOwnPropertyDescriptors(members))
  for (const name of Object.keys(members)) {
    const member: unknown = Reflect.get(members, name)
    const made = as(member, name)
    if (made !== member) Reflect.set(all, name, made)
  }
  return all
}
