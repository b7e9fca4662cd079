/**
 * The aliases of a collection over time: a row for each alias, a bar for each tenure. Where changes crowd,
 * time is stretched until every bar can be read, and what is then too wide goes on below, as text does.
 */
import type { AliasChange, AliasTenure } from '../audit/tenure.js'
import { wasBehind, whoOf } from '../audit/wording.js'
import { fitted, px, type Rule, svgDocument, widthOf, xml } from './svg.js'

export interface AliasSvgOptions {
  /** Where the picture ends, ISO 8601: the moment of the answer, or the end of its interval. What ended later is cut there. */
  readonly until: string
  /** `Aliases of acme/model-registry/churn` */
  readonly title: string
}

const MARGIN = 24
const HEADING = 34
const ROW = 28
const BAR = 20
const AXIS = 40
/** The room for one line of time, the most that it may take, and the least that a bar takes. */
const LINE = 1000
const LONGEST = 1400
const LEAST = 38
const TICK_ROOM = 92
const FONT = 12

/** An SVG document with nothing to fetch. Times are UTC. */
export const aliasSvg = (tenures: ReadonlyArray<AliasTenure>, { until, title }: AliasSvgOptions): string => {
  const scale = scaleOf(tenures, Date.parse(until))
  const aliases = [...new Set(tenures.map(({ alias }) => alias))].sort()
  const names =
    Math.min(
      220,
      aliases.reduce((most, alias) => Math.max(most, widthOf(alias, FONT + 1)), 40),
    ) + 24
  const breaks = breaksOf(scale, tenures)
  const left = MARGIN + names

  const parts: string[] = []
  let top = MARGIN + HEADING
  let widest = 0
  for (const [index, to] of breaks.entries()) {
    const from = breaks[index - 1] ?? 0
    const drawn = drawLine({ tenures, aliases, scale, from, to, left, top, names })
    parts.push(drawn.body)
    top += drawn.height
    widest = Math.max(widest, to - from)
  }
  const width = Math.ceil(left + widest + MARGIN)
  const cut = tenures.some(({ until }) => until !== null && !scale.at.has(until.position)) ? [CUT] : []
  const note = noteOf(scale, breaks.length, tenures, cut)
  return svgDocument({
    width,
    height: Math.ceil(top),
    title,
    description: [describe(tenures, aliases, until), ...cut].join(' '),
    rules: RULES,
    body: [
      `<text class="title" x="${MARGIN}" y="${MARGIN + 8}">${xml(fitted(title, 15, width - 2 * MARGIN))}</text>`,
      `<text class="small soft" x="${MARGIN}" y="${MARGIN + 25}">${xml(note)}</text>`,
      ...parts,
    ].join('\n'),
  })
}

const RULES: ReadonlyArray<Rule> = [
  ['.title', 'font-size: 15px; font-weight: 600'],
  ['.small', 'font-size: 11px'],
  ['.alias', 'font-size: 12px; font-weight: 600'],
  ['.version', 'font-size: 11px'],
  ['.guide', 'stroke: #d1d9e0; stroke-width: 1', 'stroke: #343b44'],
  ['.bar', 'fill: #2f6fb3; fill-opacity: 0.18; stroke: #2f6fb3; stroke-width: 1', 'fill: #6cb0f5; stroke: #6cb0f5'],
  ['.bar.odd', 'fill-opacity: 0.36'],
  ['.bar.held', 'fill: #2e7d4f; fill-opacity: 0.3; stroke: #2e7d4f', 'fill: #63c48c; stroke: #63c48c'],
  ['.bar.gone', 'fill-opacity: 0.08; stroke-dasharray: 4 3'],
]

/** Points in time, in the order of what happened at them, and where each stands. */
interface Scale {
  /** By position: the place of each change. */
  readonly at: ReadonlyMap<number, number>
  readonly points: ReadonlyArray<{ readonly time: number; readonly x: number }>
  readonly width: number
  readonly stretched: boolean
}

/**
 * Time along one line, up to a moment, or to the last beginning behind it; where a bar would be too small to read, the
 * time that it spans takes more room.
 */
const scaleOf = (tenures: ReadonlyArray<AliasTenure>, until: number): Scale => {
  const changes = new Map<number, number>()
  for (const { from } of tenures) changes.set(from.position, Date.parse(from.time))
  const end = [...changes.values()].reduce((latest, time) => Math.max(latest, time), until)
  for (const { until: ended } of tenures) {
    if (ended !== null && Date.parse(ended.time) <= end) changes.set(ended.position, Date.parse(ended.time))
  }
  const positions = [...changes.keys()].sort((a, b) => a - b)
  const times = [...positions.map((position) => changes.get(position) ?? end), end]
  const index = new Map(positions.map((position, place) => [position, place]))
  const span = (times.at(-1) ?? 0) - (times[0] ?? 0)

  const widths = positions.map((_, place) => (span === 0 ? LINE / positions.length : (LINE * gap(times, place)) / span))
  const least = [...widths]
  for (const { from, until: ended } of tenures) {
    const [first, last] = [
      index.get(from.position) ?? 0,
      (ended === null ? undefined : index.get(ended.position)) ?? positions.length,
    ]
    const time = (times[last] ?? 0) - (times[first] ?? 0)
    if (span > 0 && (LINE * time) / span >= LEAST) continue
    for (let place = first; place < last; place++) {
      const share = time === 0 ? 1 / (last - first) : gap(times, place) / time
      least[place] = Math.max(least[place] ?? 0, LEAST * share)
    }
  }
  let x = 0
  const points = times.map((time, place) => {
    const point = { time, x }
    x += least[place] ?? 0
    return point
  })
  const width = points.at(-1)?.x ?? LINE
  return {
    at: new Map(positions.map((position, place) => [position, points[place]?.x ?? 0])),
    points,
    width: width === 0 ? LINE : width,
    stretched: width > LINE * 1.01,
  }
}

/** Where the lines end: all about as long, and at a change nearby that cuts no short bar if there is one. */
const breaksOf = (scale: Scale, tenures: ReadonlyArray<AliasTenure>): ReadonlyArray<number> => {
  const { points, width } = scale
  const lines = Math.max(1, Math.ceil(width / LONGEST))
  const short = tenures.map((tenure) => spanOf(tenure, scale)).filter(({ start, end }) => end - start < 3 * LEAST)
  const cutAt = (x: number): number => short.filter(({ start, end }) => start < x && x < end).length
  return Array.from({ length: lines }, (_, index) => {
    const end = (width / lines) * (index + 1)
    if (index === lines - 1) return end
    const near = points.map(({ x }) => x).filter((x) => Math.abs(x - end) < 2 * LEAST)
    const best = near.map((x) => ({ x, cut: cutAt(x), off: Math.abs(x - end) }))
    return best.sort((a, b) => a.cut - b.cut || a.off - b.off)[0]?.x ?? end
  })
}

const spanOf = (
  { from, until }: AliasTenure,
  { at, width }: Scale,
): { readonly start: number; readonly end: number } => ({
  start: at.get(from.position) ?? 0,
  end: until === null ? width : (at.get(until.position) ?? width),
})

const gap = (times: ReadonlyArray<number>, place: number): number => (times[place + 1] ?? 0) - (times[place] ?? 0)

interface LineOfTime {
  readonly tenures: ReadonlyArray<AliasTenure>
  readonly aliases: ReadonlyArray<string>
  readonly scale: Scale
  /** The stretch of the scale that is drawn. */
  readonly from: number
  readonly to: number
  readonly left: number
  readonly top: number
  readonly names: number
}

const drawLine = ({ tenures, aliases, scale, from, to, left, top, names }: LineOfTime) => {
  const rows = new Map<string, string[]>()
  const counts = new Map<string, number>()
  for (const tenure of tenures) {
    const { alias } = tenure
    const count = counts.get(alias) ?? 0
    counts.set(alias, count + 1)
    const { start, end } = spanOf(tenure, scale)
    if (end <= from || start >= to) continue
    const bars = rows.get(alias) ?? []
    rows.set(alias, bars)
    const [x, right] = [left + Math.max(start, from) - from, left + Math.min(end, to) - from]
    bars.push(drawBar(tenure, x, Math.max(right - x, 1), count % 2 === 1))
  }
  const shown = aliases.filter((alias) => rows.has(alias))
  const height = shown.length * ROW
  const body = [
    ...ticksOf(scale, from, to).flatMap(({ x, time }) => [
      `<path class="guide" d="M${px(left + x - from)} ${px(top)} V${px(top + height + 4)}"/>`,
      ...stamp(time).map(
        (text, place) =>
          `<text class="small soft"${x - from > TICK_ROOM && x === scale.width ? ' text-anchor="end"' : ''} x="${px(left + x - from)}" y="${px(top + height + 17 + 13 * place)}">${text}</text>`,
      ),
    ]),
    ...shown.map((alias, row) => {
      const y = top + row * ROW
      const name = fitted(alias, FONT + 1, names - 24)
      return `<g transform="translate(0 ${px(y)})"><text class="alias" x="${MARGIN}" y="${ROW / 2 + 4}"><title>${xml(alias)}</title>${xml(name)}</text>${(rows.get(alias) ?? []).join('')}</g>`
    }),
  ].join('\n')
  return { body, height: height + AXIS + 12 }
}

const drawBar = (tenure: AliasTenure, x: number, width: number, odd: boolean): string => {
  const { version, sourceDeleted, from, until } = tenure
  const label = `v${version}`
  const look = ['bar', ...(until === null ? ['held'] : odd ? ['odd'] : []), ...(sourceDeleted ? ['gone'] : [])].join(
    ' ',
  )
  const top = (ROW - BAR) / 2
  // The version, and since when as far as there is room: to the millisecond, to the day, or not at all.
  let end = x + 5
  const write = (text: string, look: string): string => {
    const begin = end
    end += widthOf(text, 11) + 8
    return `<text class="${look}" x="${px(begin)}" y="${ROW / 2 + 4}">${text}</text>`
  }
  const fits = (text: string): boolean => end + widthOf(text, 11) + 1 <= x + width
  const name = fits(label) ? write(label, 'version') : ''
  const since = [from.time, from.time.slice(0, 10)].find(fits)
  const text = name + (since === undefined ? '' : write(since, 'small soft'))
  return `<g><title>${xml(told(tenure))}</title><rect class="${look}" x="${px(x)}" y="${top}" width="${px(width)}" height="${BAR}" rx="2"/>${text}</g>`
}

/** A tenure in words. */
const told = ({ alias, version, source, sourceDeleted, from, until, replaced, replacedBy }: AliasTenure): string => {
  const held = `${alias}: v${version}${source === null ? '' : ` (${source}${sourceDeleted ? ', source deleted' : ''})`}`
  const begun = `from ${when(from)}, put there by ${whoOf(from)}${replaced === null ? '' : ` in place of v${replaced}`}${from.reason === null ? '' : `: ${from.reason}`}`
  if (until === null) return `${held} ${begun}; still held`
  const next = replacedBy === null ? 'removed' : `replaced by v${replacedBy}`
  return `${held} ${begun}; until ${when(until)}, ${next} by ${whoOf(until)}${until.reason === null ? '' : `: ${until.reason}`}`
}

const when = (change: AliasChange): string =>
  wasBehind(change) ? `${change.time} (recorded ${change.recordedAt})` : change.time

/** The changes of a line that have room for their dates, and the end, whose date stands before it. */
const ticksOf = ({ points, width }: Scale, from: number, to: number): ReadonlyArray<{ x: number; time: number }> => {
  const ticks: Array<{ x: number; time: number }> = []
  const room = to === width ? to - TICK_ROOM * 2 : to - TICK_ROOM * 0.7
  for (const { x, time } of points) {
    const last = ticks.at(-1)
    const first = x >= from && last === undefined
    if (x >= from && x <= Math.max(room, from) && (first || (last !== undefined && x - last.x >= TICK_ROOM)))
      ticks.push({ x, time })
  }
  const end = points.at(-1)
  if (to === width && end !== undefined && end.x > from + TICK_ROOM) ticks.push(end)
  return ticks
}

/** `2026-05-03` and `14:00:05.500Z`. */
const stamp = (time: number): ReadonlyArray<string> => new Date(time).toISOString().split('T')

const CUT = 'What ended later is cut at the end.'

const noteOf = (
  { stretched }: Scale,
  lines: number,
  tenures: ReadonlyArray<AliasTenure>,
  cut: ReadonlyArray<string>,
): string =>
  [
    'Times are UTC; green bars are still held.',
    ...(tenures.some(({ sourceDeleted }) => sourceDeleted) ? ['Dashed: source deleted.'] : []),
    ...cut,
    ...(stretched ? ['Time is stretched where changes crowd.'] : []),
    ...(lines > 1 ? ['Each line goes on in the next.'] : []),
  ].join(' ')

const describe = (tenures: ReadonlyArray<AliasTenure>, aliases: ReadonlyArray<string>, until: string): string => {
  const held = tenures
    .filter((tenure) => tenure.until === null)
    .map(({ alias, version, sourceDeleted }) => `${alias} is v${version}${sourceDeleted ? ' (source deleted)' : ''}`)
  return `${aliases.length} ${aliases.length === 1 ? 'alias' : 'aliases'}, ${tenures.length} ${tenures.length === 1 ? 'tenure' : 'tenures'}, up to ${until}. ${held.length === 0 ? 'None of them is held now.' : `Now ${held.slice(0, 20).join(', ')}.`}`
}
