/** How an event of a run changes the registry. */
import type { EventOf } from '../../domain/events/catalogue.js'
import type { RecordedMetric } from '../../domain/run/metrics.js'
import { type ProjectedEvent, unfolded } from '../projection.js'
import { setFrom, timeline } from '../storage/timeline.js'
import type { RunEntry } from './state.js'

export const foldedOfRun = ['RunStarted', 'RunSummarised', 'ArtifactVersionUsed', 'RunFinished'] as const
type Folded = (typeof foldedOfRun)[number]

export const applyToRun = (run: RunEntry, { event, position }: ProjectedEvent<EventOf<Folded>>): void => {
  switch (event.type) {
    case 'RunStarted':
      // It began the entry.
      return
    case 'RunSummarised':
      run.metrics ??= new Map()
      for (const [name, value] of Object.entries(event.to)) {
        const known = run.metrics.get(name)
        const metric = known ?? timeline<RecordedMetric>()
        if (known === undefined) run.metrics.set(name, metric)
        setFrom(metric, position, value)
      }
      return
    case 'ArtifactVersionUsed': {
      const { through } = event
      const { version, ...collection } = event.version
      run.used.push({
        position,
        version: { collection, number: version },
        through: through === undefined ? null : { collection: through.model, number: through.version },
      })
      return
    }
    case 'RunFinished':
      run.outcome ??= timeline()
      setFrom(run.outcome, position, event.outcome)
      return
    default:
      unfolded(event)
  }
}
