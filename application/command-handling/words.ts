/** Words that several refusals share. */
import type { RecordedBy } from '../../domain/values/decider.js'

export const recorded = ({ by, at }: RecordedBy): string => `by ${by}, recorded at ${at}`
