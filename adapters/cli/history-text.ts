/** What is told of the history, as text: lines, tenures, and what is different. */
import type { AuditLine } from '../../projections/audit/line.js'
import type { AliasChange, AliasTenure } from '../../projections/audit/tenure.js'
import { wasBehind, whoOf } from '../../projections/audit/wording.js'
import { type Shown, styled, type Terminal, table, time } from './output.js'

export const auditText = (terminal: Terminal, lines: ReadonlyArray<AuditLine>, isLong = false): string =>
  table(
    terminal,
    ['POSITION', 'TIME', 'WHO', 'WHAT'],
    lines.flatMap((line) => [
      [
        String(line.position),
        time(terminal, line.time),
        whoOf(line),
        line.reason === null ? line.what : [line.what, ' ', styled('dim', `because: ${line.reason}`)],
      ],
      ...noteOf(envelopeTexts(line, isLong)),
      ...(isLong && line.before !== null ? noteOf([`before ${JSON.stringify(line.before)}`]) : []),
      ...(isLong && line.after !== null ? noteOf([`after ${JSON.stringify(line.after)}`]) : []),
    ]),
    'Nothing was done.',
  )

/**
 * @param open what is told of a tenure that had not ended by the moment of the answer
 * @param isAll whether they are those of all time
 */
export const tenureText = (
  terminal: Terminal,
  tenures: ReadonlyArray<AliasTenure>,
  isLong: boolean,
  open: 'now' | 'still',
  isAll: boolean,
): string =>
  table(
    terminal,
    ['ALIAS', 'VERSION', 'FROM', 'UNTIL', 'BY', 'REPLACED', 'WHY'],
    tenures.flatMap(({ alias, version, source, sourceDeleted, replaced, from, until, replacedBy }) => [
      [
        alias,
        source === null ? `v${version}` : `v${version} (${source}${sourceDeleted ? ', source deleted' : ''})`,
        time(terminal, from.time),
        until === null ? styled('green', open) : time(terminal, until.time),
        whoOf(from),
        replaced === null ? '-' : `v${replaced}`,
        from.reason ?? '-',
      ],
      ...noteOf(envelopeTexts(from, isLong)),
      // Who moved it on, and why, stands in the line of the tenure that followed.
      ...(until === null || replacedBy !== null
        ? []
        : noteOf([
            `removed by ${whoOf(until)}`,
            ...envelopeTexts(until, isLong),
            ...(until.reason === null ? [] : [`because: ${until.reason}`]),
          ])),
    ]),
    isAll ? 'No alias was ever set.' : 'No alias was set then.',
  )

/**
 * When it is claimed to have happened, and when it was recorded by a clock that was behind, which nobody should overlook;
 * and with `--long`, by what it can be found.
 */
const envelopeTexts = (
  change: Omit<AliasChange, 'actor' | 'onBehalfOf' | 'reason'> & Partial<Pick<AuditLine, 'causationId'>>,
  isLong: boolean,
): ReadonlyArray<string> =>
  [
    ['claimed', change.occurredAt],
    [
      'recorded',
      wasBehind(change) ? `${change.recordedAt} at position ${change.position}, by a clock that was behind` : null,
    ],

    ['command', isLong ? change.commandId : null],
    ['correlation', isLong ? change.correlationId : null],
    ['causation', isLong ? (change.causationId ?? null) : null],
  ].flatMap(([name, value]) => (value === null ? [] : [`${name} ${value}`]))

/** A line of its own below a row of a table, where there is something to say. */
const noteOf = (parts: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<Shown>> =>
  parts.length === 0 ? [] : [[styled('dim', `  ${parts.join(', ')}`)]]

/** Something that is different, on one line. */
export const entryText = (entry: object): string =>
  Object.entries(entry)
    .map(([name, value]) => `${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join(' ')
