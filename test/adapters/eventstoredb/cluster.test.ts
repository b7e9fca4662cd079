/** The stand-in's cluster does what the nodes of a real one were seen to do when they die, freeze and lose each other. */
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LedgerClient } from '../../../adapters/eventstoredb/client.js'
import { readConnectionString } from '../../../adapters/eventstoredb/connection-string.js'
import { standingAt } from '../../../testing/event-store/world.js'
import { Asking } from '../../support/eventstoredb/asking.js'
import { newEvent, openStore } from '../../support/eventstoredb/open-store.js'
import { StandIn } from '../../support/eventstoredb/stand-in.js'

let standIn: StandIn
const open: Array<() => Promise<void>> = []
const start = async (electionTime = 40): Promise<void> => {
  standIn = await StandIn.start({ nodes: 3, electionTime, commitTimeout: 40 })
  open.push(() => standIn.stop())
}
beforeEach(() => start())
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

const node = (index: number) => standIn.nodes[index] ?? expect.fail()
/** Asks one node, and follows nobody. */
const asking = (index: number): Asking => {
  const connection = readConnectionString(`esdb://127.0.0.1:${node(index).gate.port}?tls=false`)
  if (connection._tag === 'Left') return expect.fail()
  const client = new LedgerClient(connection.right)
  open.push(() => client.disconnect())
  return new Asking(connection.right, client)
}
const opened = async () => {
  const store = await openStore(standIn.connectionString(), { timeout: 2000, patience: 60_000 })
  open.push(() => store.close())
  return store
}
const newLeader = (before: number) =>
  expect
    .poll(() => standIn.leader, { interval: 1 })
    .not.toSatisfy((leader) => leader === undefined || leader === before)
const revisions = (index: number, stream: string) =>
  node(index)
    .log.stream(stream)
    .map(({ revision }) => revision)

describe('a cluster', () => {
  it('replicates what its leader writes, and a follower names the leader', async () => {
    const on = asking(0)
    expect(await on.append('none', 'ab')).toBe('at 1')
    for (const index of [0, 1, 2]) expect(revisions(index, on.stream)).toEqual([0, 1])
    expect(await asking(1).read()).toBe('not-leader (5)')
  })

  it('has none that takes calls while it has no leader', async () => {
    standIn.leader = undefined
    for (const index of [0, 1, 2]) expect(await asking(index).read()).toBe('unavailable (14)')
    standIn.leader = 2
    expect(await asking(2).append('none', 'a')).toBe('at 0')
  })

  it('elects another when the leader dies, which has all that was acknowledged', async () => {
    const [on, store] = [asking(0), await opened()]
    expect(await on.append('none', 'ab')).toBe('at 1')
    await node(1).kill()
    expect(await on.append(1, 'c')).toBe('at 2')
    await node(1).restart()
    await node(0).kill()
    expect(await store.append('run-1', 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
    expect(standIn.leader).not.toBe(0)
    expect(revisions(standIn.leader ?? 0, on.stream)).toEqual([0, 1, 2])
  })

  it('acknowledges nothing that a majority does not have, and shows it to nobody until it has', async () => {
    const on = asking(0)
    await Promise.all([node(1).kill(), node(2).kill()])
    expect(await on.append('none', 'a')).toBe('timeout (10)')
    expect(await on.read()).toBe('stream-not-found')
    await node(1).restart()
    expect(await on.read()).toBe('0')
    expect(await on.append('none', 'a')).toBe('at 0')
  })

  it('cuts off what a leader wrote alone: that node exits, and follows when it is started again', async () => {
    await start(0)
    const [on, other] = [asking(0), asking(1)]
    node(0).isolate()
    expect(await on.append('none', 'a')).toBe('timeout (10)')
    standIn.leader = 1
    expect(await other.append('none', 'xyz')).toBe('at 2')
    node(0).rejoin()
    expect(node(0).gate.isOpen).toBe(false)
    await node(0).restart()
    expect([revisions(0, on.stream), revisions(0, other.stream)]).toEqual([[], [0, 1, 2]])
  })

  it('goes on without a frozen leader, which takes connections, and later what was sent to it, and exits', async () => {
    const [on, store] = [asking(0), await opened()]
    expect(await store.append('run-1', 'none', [newEvent()])()).toMatchObject({ right: { revision: 0 } })
    node(0).freeze()
    const unanswered = on.append('none', 'a')
    await newLeader(0)
    expect(node(0).gate.isOpen).toBe(true)
    expect(standIn.log.stream('ledger:run-1')).toHaveLength(1)
    await node(0).thaw()
    expect(await unanswered).not.toBe('at 0')
    expect(await store.append('run-1', standingAt(0), [newEvent()])()).toMatchObject({ right: { revision: 1 } })
    expect(standIn.log.stream(on.stream)).toEqual([])
  })
})

describe('a node', () => {
  it('ends by an append of no events', async () => {
    expect(await asking(0).append('none', '')).toBe('unavailable (14)')
    expect(node(0).gate.isOpen).toBe(false)
    await newLeader(0)
  })
})
