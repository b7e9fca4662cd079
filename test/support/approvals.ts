/** The approvals example as a process, its clients, and what it has to know, worked out from the events by other means. */
import { isDeepStrictEqual } from 'node:util'
import { BehaviorSubject, filter, firstValueFrom } from 'rxjs'
import type { FeedEvent, Ledger } from '../../index.js'
import { type Child, startScript } from './sqlite-processes.js'

export interface Process {
  readonly child: Child
  /** Resolves to where it answers; rejects if it ends before that. */
  readonly address: Promise<string>
}

export const startApprovals = (directory: string): Process => {
  const child = startScript('../../examples/approvals/main', [directory, '0'])
  const address = child.begun.then(() => child.lines()[0] ?? '')
  address.catch(() => undefined)
  return { child, address }
}

/** What a client was told. */
export interface Answered {
  readonly commandId: string
  readonly status: number
  readonly receipt: Receipt
}

interface Receipt {
  readonly stream: string
  readonly events: ReadonlyArray<unknown>
  readonly revision: number
  readonly position: number
  /** Of the version that was logged before it was linked. */
  readonly source?: Receipt
}

export const TEAMS = ['risk', 'fraud', 'people-2']
const MODELS = ['churn', 'score']
const USERS = ['anna', 'ben', 'cleo', 'dora', 'emil', 'fay']

export interface Load {
  /** Every answer that was received whole. */
  readonly answered: ReadonlyArray<Answered>
  /** From now on there. */
  readonly goTo: (address: string) => void
  /** Resolves when so many more were answered. */
  readonly more: (count: number) => Promise<void>
  /** Resolves when each client is through with what it does. */
  readonly end: () => Promise<void>
}

/** Several clients at a time. One whose process dies gives its request again, under the same key, to the next one; or goes away, as people do. */
export const loadOn = (first: string, random: () => number): Load => {
  const server = new BehaviorSubject(first)
  const answers = new BehaviorSubject(0)
  const answered: Answered[] = []
  let asked = 0
  const one = <A>(list: ReadonlyArray<A>): A | undefined => list[Math.floor(random() * list.length)]

  const request = (user: string, key: string): readonly [path: string, init: RequestInit] => {
    const path = `/teams/${one(TEAMS)}/models/${one(MODELS)}`
    const reason = `reason=because+of+${key}`
    const headers = { 'x-user': user, 'idempotency-key': key }
    const kind = random()
    if (kind < 0.4) return [`${path}/candidate?${reason}`, { method: 'PUT', body: `weights ${key}`, headers }]
    const version = kind < 0.6 ? 'candidate' : `v${Math.floor(random() * 5)}`
    if (kind < 0.75) return [`${path}/production?version=${version}&${reason}`, { method: 'PUT', headers }]
    return [`${path}/candidate?${reason}`, { method: 'DELETE', headers }]
  }
  const client = async (user: string): Promise<void> => {
    while (!server.closed && !server.isStopped) {
      const key = `k${++asked}`
      const [path, init] = request(user, key)
      for (let address = server.value; address !== ''; ) {
        try {
          const response = await fetch(`${address}${path}`, init)
          answered.push({
            commandId: `${user}/${key}`,
            status: response.status,
            receipt: JSON.parse(await response.text()),
          })
          answers.next(answered.length)
          break
        } catch {
          const failed = address
          if (random() < 0.2) break
          address = await firstValueFrom(server.pipe(filter((other) => other !== failed)), { defaultValue: '' })
        }
      }
    }
  }
  const clients = USERS.map(client)
  return {
    answered,
    goTo: (address) => server.next(address),
    more: async (count) => {
      const enough = answered.length + count
      await firstValueFrom(answers.pipe(filter((by) => by >= enough)))
    },
    end: async () => {
      server.complete()
      await Promise.all(clients)
    },
  }
}

/** Whatever was acknowledged and does not stand in the ledger once, whole, where its receipt says. */
export const lostOrTwice = (
  answered: ReadonlyArray<Answered>,
  events: ReadonlyArray<FeedEvent>,
): ReadonlyArray<Answered> => {
  const byCommand = new Map<string, FeedEvent[]>()
  for (const each of events) {
    const key = `${each.metadata.commandId} ${each.stream}`
    if (each.event?.type !== 'CommandAccepted') byCommand.set(key, [...(byCommand.get(key) ?? []), each])
  }
  return answered.filter(({ commandId, status, receipt }) => {
    const receipts = status === 200 ? [receipt, receipt.source ?? []].flat() : []
    return receipts.some(({ stream, events, revision, position }) => {
      const found = byCommand.get(`${commandId} ${stream}`) ?? []
      const last = found.at(-1)
      const isThere = last === undefined || (last.revision === revision && last.position === position)
      return (
        !isThere ||
        !isDeepStrictEqual(
          found.map(({ event }) => event),
          events,
        )
      )
    })
  })
}

export const eventsOf = async (ledger: Ledger): Promise<ReadonlyArray<FeedEvent>> => {
  const { position } = await ledger.moment()
  const events: FeedEvent[] = []
  for await (const event of ledger.events({ until: position })) events.push(event)
  return events
}

/** What happened to the aliases of models that do not move by themselves, one after another. */
const decisions = (events: ReadonlyArray<FeedEvent>) =>
  events.flatMap(({ event, stream, metadata, position }) => {
    if (event?.type !== 'AliasMoved' && event?.type !== 'AliasRemoved') return []
    const [, team = '', model = ''] = /^model-(.+)\/model-registry\/(.+)$/.exec(decodeURIComponent(stream)) ?? []
    const to = event.type === 'AliasMoved' ? event.to : null
    return team === '' || event.alias === 'latest' ? [] : { team, model, alias: event.alias, to, position, metadata }
  })

/** What waits for a team: each model's last candidate that was not in production when it came, and did not come there since. */
export const waitingByEvents = (team: string, events: ReadonlyArray<FeedEvent>) =>
  MODELS.flatMap((model) => {
    const all = decisions(events).filter((each) => each.team === team && each.model === model)
    const at = all.findLastIndex(({ alias }) => alias === 'candidate')
    const last = all[at]
    if (last === undefined || last.to === null) return []
    const promotions = all.map(({ alias, to }) => (alias === 'production' ? to : undefined))
    const before = promotions.slice(0, at).findLast((to) => to !== undefined)
    if (before === last.to || promotions.slice(at).includes(last.to)) return []
    const { actor: by, reason: why, recordedAt: since } = last.metadata
    return { model, version: last.to, by, why, since }
  }).sort((a, b) => (a.since + a.model < b.since + b.model ? -1 : 1))

/** The rows of the search index. */
export const rowsByEvents = (events: ReadonlyArray<FeedEvent>) =>
  decisions(events).map(({ team, model, alias, to, position, metadata }) => ({
    model: `${team}/model-registry/${model}`,
    what: to === null ? `no ${alias}` : `${alias} v${to}`,
    who: metadata.actor,
    why: metadata.reason ?? '',
    position,
  }))
