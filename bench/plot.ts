/** A growth curve as a picture: both axes logarithmic, a line through the medians, a bar from least to greatest. */
import { px, svgDocument, widthOf, xml } from '../projections/render/svg.js'
import type { Curve } from './growth.js'

const WIDTH = 640
const HEIGHT = 400
const FRAME = { left: 84, right: 40, top: 76, bottom: 64 }

export const plot = (curve: Curve): string => {
  const { title, size, cost, points, exponent } = curve
  const sizes = decades(points.map((point) => point.size))
  const costs = decades(points.flatMap((point) => [point.cost.min, point.cost.max]))
  const x = scale(sizes, FRAME.left, WIDTH - FRAME.right)
  const y = scale(costs, HEIGHT - FRAME.bottom, FRAME.top)
  const [left, right, top, bottom] = [FRAME.left, WIDTH - FRAME.right, FRAME.top, HEIGHT - FRAME.bottom]

  const text = (at: readonly [number, number], words: string, anchor = 'middle', kind = 'soft', extra = ''): string =>
    `<text class="${kind}" x="${px(at[0])}" y="${px(at[1])}" text-anchor="${anchor}" font-size="13"${extra}>${xml(words)}</text>`
  const line = (kind: string, x1: number, y1: number, x2: number, y2: number): string =>
    `<line class="${kind}" x1="${px(x1)}" y1="${px(y1)}" x2="${px(x2)}" y2="${px(y2)}"/>`

  const body = [
    text([left, 30], title, 'start', 'title', ' style="font-size: 16px; font-weight: 600"'),
    text([left, 52], `grows as the ${inWords(exponent)}`, 'start'),
    ...sizes.map((each) => line('grid', x(each), top, x(each), bottom)),
    ...costs.map((each) => line('grid', left, y(each), right, y(each))),
    ...sizes.map((each) => text([x(each), bottom + 20], short(each))),
    ...costs.map((each) => text([left - 10, y(each) + 4], short(each), 'end')),
    text([(left + right) / 2, HEIGHT - 16], size),
    text([0, 0], cost, 'middle', 'soft', ` transform="translate(22 ${px((top + bottom) / 2)}) rotate(-90)"`),
    `<polyline class="course" points="${points.map((point) => `${px(x(point.size))},${px(y(point.cost.median))}`).join(' ')}"/>`,
    ...points.flatMap((point) => {
      const [at, middle] = [x(point.size), y(point.cost.median)]
      const label = short(point.cost.median)
      // Kept inside the frame, and above the bar.
      const labelAt = Math.min(Math.max(at, left + widthOf(label, 13) / 2 + 6), right - widthOf(label, 13) / 2)
      return [
        line('bar', at, y(point.cost.min), at, y(point.cost.max)),
        `<circle class="point" cx="${px(at)}" cy="${px(middle)}" r="4.5"/>`,
        text([labelAt, y(point.cost.max) - 12], label, 'middle', 'value'),
      ]
    }),
  ].join('\n')

  const told = points.map((point) => `${short(point.cost.median)} at ${short(point.size)}`).join(', ')
  return svgDocument({
    width: WIDTH,
    height: HEIGHT,
    title,
    description: `${cost}, by ${size}: ${told}. Grows as the ${inWords(exponent)}.`,
    rules: [
      ['.grid', 'stroke: #d8dee4; stroke-width: 1', 'stroke: #2d333b'],
      ['.course', 'fill: none; stroke: #0969da; stroke-width: 2', 'stroke: #58a6ff'],
      ['.bar', 'stroke: #0969da; stroke-width: 2; opacity: 0.45', 'stroke: #58a6ff'],
      ['.point', 'fill: #0969da', 'fill: #58a6ff'],
      ['.value', 'font-weight: 600'],
    ],
    body,
  })
}

/** `size to the power 0.98` */
export const inWords = (exponent: number): string => `size to the power ${exponent.toFixed(2)}`

/** The powers of ten around all values: two at least. */
const decades = (values: ReadonlyArray<number>): ReadonlyArray<number> => {
  const low = Math.floor(Math.log10(Math.min(...values)) + 1e-9)
  const high = Math.max(low + 1, Math.ceil(Math.log10(Math.max(...values)) - 1e-9))
  return Array.from({ length: high - low + 1 }, (_, index) => Number(`1e${low + index}`))
}

const scale = (decades: ReadonlyArray<number>, from: number, to: number): ((value: number) => number) => {
  const [low, high] = [Math.log10(decades[0] ?? 1), Math.log10(decades.at(-1) ?? 10)]
  return (value) => from + ((Math.log10(value) - low) / (high - low)) * (to - from)
}

/** Three digits: `12,300`, `0.045`. */
const short = (value: number): string => value.toLocaleString('en', { maximumSignificantDigits: 3 })
