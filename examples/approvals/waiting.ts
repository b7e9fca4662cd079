/** A read model of one's own: which candidates wait for approval, by team. */
import { projection } from 'model-ledger'

export interface Request {
  readonly model: string
  readonly version: number
  readonly by: string
  readonly why: string | undefined
  readonly since: string
}

interface Model {
  production?: number
  waiting?: Request
}

/** The models of each team, by their names. */
type State = Map<string, Map<string, Model>>

/** A candidate waits until it, or a newer one, is decided on: it goes to production, or its alias is removed. */
export const waiting = projection({
  name: 'waiting',
  version: 1,
  folds: ['AliasMoved', 'AliasRemoved', 'RegisteredModelDeleted'],
  initial: (): State => new Map(),
  apply: (teams, { event, stream, metadata: { actor: by, reason: why, recordedAt: since } }) => {
    const [, team = '', name = ''] = /^model-([^/]+)\/[^/]+\/(.+)$/.exec(stream)?.map(decodeURIComponent) ?? []
    if (name === '') return teams // an alias of an artifact
    const models = teams.get(team) ?? new Map<string, Model>()
    const model = models.get(name) ?? {}
    teams.set(team, models.set(name, model))
    switch (event.type) {
      case 'AliasMoved':
        if (event.alias === 'production') model.production = event.to
        if (event.alias === 'candidate') model.waiting = { model: name, version: event.to, by, why, since }
        if (model.waiting?.version === model.production) delete model.waiting
        return teams
      case 'AliasRemoved':
        if (event.alias === 'production') delete model.production
        if (event.alias === 'candidate') delete model.waiting
        return teams
      case 'RegisteredModelDeleted':
        models.delete(name)
        return teams
    }
  },
  load: (saved) => (saved instanceof Map ? saved : undefined),
})

/** A question to it: what waits for a team, the longest wait first. */
export const waitingFor =
  (team: string) =>
  (teams: ReadonlyMap<string, ReadonlyMap<string, Readonly<Model>>>): ReadonlyArray<Request> =>
    [...(teams.get(team)?.values() ?? [])]
      .flatMap(({ waiting }) => waiting ?? [])
      .sort((a, b) => a.since.localeCompare(b.since) || a.model.localeCompare(b.model))
