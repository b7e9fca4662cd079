/** How long a command is in each step of its rounds. It is made where somebody watches, and costs one look where nobody does. */
import type { Category } from '../../domain/values/stream-names.js'

export type Step = 'queue' | 'load' | 'gather' | 'decide' | 'append'

export interface CommandTrace {
  /** Of the stream that it is decided against. */
  category: Category | undefined
  /** How often it was decided. */
  attempts: number
  /** How it was decided last. */
  how: 'repeated' | 'refused' | 'unchanged' | 'changed' | undefined
  /** Milliseconds in each step, of all rounds together. */
  readonly steps: Record<Step, number>
  /** When the step that it is in began, by `performance.now`. */
  since: number
}

/** A command that is under way, and perhaps watched. */
interface UnderWay {
  readonly call: { readonly trace?: CommandTrace | undefined }
}

export const beginTrace = (): CommandTrace => ({
  category: undefined,
  attempts: 0,
  how: undefined,
  steps: { queue: 0, load: 0, gather: 0, decide: 0, append: 0 },
  since: performance.now(),
})

/** Commands have come to the end of a step. */
export const stepEnded = (step: Step, commands: ReadonlyArray<UnderWay>): void => {
  for (const { call } of commands) if (call.trace !== undefined) end(call.trace, step)
}

/** The same of those of a round that were decided, which need not be all that it took. */
export const decidedStepEnded = (
  step: 'decide' | 'append',
  decisions: ReadonlyArray<{ readonly waiting: UnderWay; readonly how: NonNullable<CommandTrace['how']> }>,
): void => {
  for (const { waiting, how } of decisions) {
    const { trace } = waiting.call
    if (trace === undefined) continue
    end(trace, step)
    if (step === 'append') continue
    trace.attempts += 1
    trace.how = how
  }
}

const end = (trace: CommandTrace, step: Step): void => {
  const now = performance.now()
  trace.steps[step] += now - trace.since
  trace.since = now
}
