// A report as text, as a page and as charts. Pure functions of the report: the page shows them, the driver writes them.
import { type Report, type Row, type Unit, type Verdict, judge, subjectName } from './model.js'
import { type Element, type Node, h, toHtml } from './tree.js'

function digits(value: number): string {
  const size = Math.abs(value)
  if (size >= 100) return value.toFixed(0)
  if (size >= 10) return value.toFixed(1)
  if (size >= 1) return value.toFixed(2)
  return value.toFixed(3)
}

export function quantity(value: number, unit: Unit): string {
  if (Number.isNaN(value)) return '-'
  switch (unit) {
    case 'us':
      return Math.abs(value) >= 1000 ? `${digits(value / 1000)} ms` : `${digits(value)} us`
    case 'ms':
      return `${digits(value)} ms`
    case 'bytes':
      return Math.abs(value) >= 1024 ? `${(value / 1024).toFixed(1)} KB` : `${value.toFixed(0)} B`
    default:
      return `${digits(value)} x`
  }
}

const measured = (v: Verdict, row: Row): string => {
  if (Number.isNaN(v.value)) return 'not measured'
  return v.bar.against ? `${digits(v.value)} x` : quantity(v.value, row.unit)
}

interface Counted {
  passed: number
  total: number
}

function count(report: Report): Counted {
  const all = report.rows.flatMap(judge)
  return { passed: all.filter((v) => v.pass).length, total: all.length }
}

const ours = (id: string): boolean => id.startsWith('minipoly')

export function toMarkdown(report: Report): string {
  const { passed, total } = count(report)
  const lines = [
    '# minipoly side by side',
    '',
    `${report.date}; ${report.quick ? 'a quick run: few rounds, rough numbers' : 'a full run'}; module: ${report.module}. ${passed} of ${total} bars met.`,
    '',
    ...Object.entries(report.environment).map(([name, value]) => `- ${name}: ${value}`),
    `- peers: ${Object.entries(report.versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', ')}`,
    '',
    '## Bars',
    '',
    '| row | bar | minipoly | best peer | measured | |',
    '|---|---|---|---|---|---|',
  ]
  for (const row of report.rows) {
    for (const v of judge(row)) {
      const own = row.results.find((r) => r.subject === v.bar.subject)
      const peer = v.best ? `${quantity(v.best.median, row.unit)} (${subjectName(v.best.subject)})` : '-'
      lines.push(
        `| ${row.group}: ${row.title} | ${v.bar.text} | ${own ? quantity(own.median, row.unit) : '-'} | ${peer} | ${measured(v, row)} | ${v.pass ? 'pass' : 'MISS'} |`,
      )
    }
  }
  lines.push(
    '',
    '## All rows',
    '',
    'Medians over the rounds; in brackets the middle half of the rounds, and the fastest.',
    '',
  )
  let group = ''
  for (const row of report.rows) {
    if (row.group !== group) {
      group = row.group
      lines.push(`### ${group}`, '')
    }
    lines.push(`**${row.title}**${row.note ? ` ${row.note}` : ''}`, '')
    if (row.fault) lines.push(`FAULT: ${row.fault}`, '')
    for (const r of row.results) {
      const spread =
        r.rounds > 1
          ? ` (${quantity(r.low, row.unit)} to ${quantity(r.high, row.unit)}, fastest ${quantity(r.min, row.unit)}, ${r.rounds} rounds)`
          : ''
      lines.push(`- ${subjectName(r.subject)}: ${quantity(r.median, row.unit)}${spread}`)
    }
    for (const [id, why] of Object.entries(row.unable ?? {})) lines.push(`- ${subjectName(id)}: ${why}`)
    lines.push('')
  }
  if (report.failures.length > 0) lines.push('## Failures', '', ...report.failures.map((f) => `- ${f}`), '')
  return lines.join('\n')
}

/** Bars of one row; the mark is where the bar lies. */
export function rowChart(row: Row): Element | undefined {
  const width = 720
  const left = 230
  const right = 150
  const line = 22
  const shown = row.results.filter((r) => Number.isFinite(r.median))
  if (shown.length === 0) return undefined
  const top = Math.max(...shown.map((r) => Math.abs(r.median)), 1e-9)
  const height = shown.length * line + 6
  const scale = (value: number): number => (Math.max(0, value) / top) * (width - left - right)
  const bars: Node[] = []
  const marks: Node[] = []
  const texts: Node[] = []
  for (const v of judge(row)) {
    const limit = v.bar.against ? (v.best ? v.best.median * v.bar.max : NaN) : v.bar.max
    const index = shown.findIndex((r) => r.subject === v.bar.subject)
    if (!Number.isFinite(limit) || limit > top * 1.2 || index < 0) continue
    const x = (left + scale(limit)).toFixed(1)
    marks.push(
      h(
        'line',
        { class: 'limit', x1: x, x2: x, y1: index * line + 1, y2: index * line + line - 1 },
        h('title', {}, v.bar.text),
      ),
    )
  }
  shown.forEach((r, i) => {
    const y = i * line + 4
    const length = Math.max(1, scale(r.median))
    bars.push(
      h('text', { class: 'name', x: left - 8, y: y + 13, 'text-anchor': 'end' }, subjectName(r.subject)),
      h('rect', {
        class: ours(r.subject) ? 'own' : 'peer',
        x: left,
        y,
        width: length.toFixed(1),
        height: line - 6,
        rx: 2,
      }),
    )
    let text = left + length + 6
    if (r.rounds > 1) {
      const low = left + scale(Math.min(r.low, top))
      const high = left + scale(Math.min(r.high, top * 1.15))
      bars.push(h('line', { class: 'spread', x1: low.toFixed(1), x2: high.toFixed(1), y1: y + 8, y2: y + 8 }))
      text = Math.max(text, high + 6)
    }
    texts.push(h('text', { class: 'value', x: text.toFixed(1), y: y + 13 }, quantity(r.median, row.unit)))
  })
  return h(
    'svg',
    { class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': `${row.group}: ${row.title}` },
    ...bars,
    ...marks,
    ...texts,
  )
}

/** All bars on one logarithmic scale: left of the line is met, right is missed. */
export function overviewChart(report: Report): Element | undefined {
  const points = report.rows.flatMap((row) =>
    judge(row)
      .filter((v) => Number.isFinite(v.value))
      // Several bars of one row are told apart by their own words.
      .map((v) => ({ label: `${row.group}: ${row.bars.length > 1 ? v.bar.text : row.title}`, v, row })),
  )
  if (points.length === 0) return undefined
  const width = 1000
  const left = 460
  const line = 20
  const height = points.length * line + 30
  const min = 0.01
  const max = 10
  const x = (ratio: number): number => {
    const clamped = Math.min(max, Math.max(min, ratio))
    return left + 50 + ((Math.log(clamped) - Math.log(min)) / (Math.log(max) - Math.log(min))) * (width - left - 150)
  }
  const parts: Node[] = []
  for (const tick of [0.01, 0.1, 1, 10]) {
    const at = x(tick).toFixed(1)
    parts.push(
      h('line', { class: tick === 1 ? 'limit' : 'grid', x1: at, x2: at, y1: 18, y2: height }),
      h('text', { class: 'name', x: at, y: 12, 'text-anchor': 'middle' }, tick === 1 ? 'the bar' : `${tick} x the bar`),
    )
  }
  points.forEach(({ label, v, row }, i) => {
    const y = 32 + i * line
    const ratio = v.value / v.bar.max
    const short = label.length > 74 ? `${label.slice(0, 73)}...` : label
    parts.push(
      h('text', { class: 'name', x: left - 14, y: y + 4, 'text-anchor': 'end' }, h('title', {}, label), short),
      h(
        'circle',
        { class: v.pass ? 'pass' : 'miss', cx: x(ratio).toFixed(1), cy: y, r: 5 },
        h('title', {}, v.bar.text),
      ),
      v.pass
        ? h('text', { class: 'value', x: (x(ratio) - 10).toFixed(1), y: y + 4, 'text-anchor': 'end' }, measured(v, row))
        : h('text', { class: 'value', x: (x(ratio) + 10).toFixed(1), y: y + 4 }, measured(v, row)),
    )
  })
  return h(
    'svg',
    { class: 'chart overview', viewBox: `0 0 ${width} ${height}`, role: 'img', 'aria-label': 'All bars' },
    ...parts,
  )
}

const present = (nodes: Array<Node | undefined>): Node[] => nodes.filter((n): n is Node => n !== undefined)

function barTable(report: Report): Element {
  const rows = report.rows.flatMap((row) =>
    judge(row).map((v) => {
      const own = row.results.find((r) => r.subject === v.bar.subject)
      const verdict = v.pass ? 'pass' : 'miss'
      return h(
        'tr',
        {},
        h('td', {}, `${row.group}: ${row.title}`),
        h('td', {}, v.bar.text),
        h('td', {}, own ? quantity(own.median, row.unit) : '-'),
        h('td', {}, v.best ? `${quantity(v.best.median, row.unit)} (${subjectName(v.best.subject)})` : ''),
        h('td', {}, measured(v, row)),
        h('td', { class: verdict }, verdict),
      )
    }),
  )
  const head = ['Row', 'Bar', 'minipoly', 'Yardstick', 'Measured', ''].map((text) => h('th', {}, text))
  return h('div', { class: 'scroll' }, h('table', {}, h('thead', {}, h('tr', {}, ...head)), h('tbody', {}, ...rows)))
}

function section(row: Row): Element {
  const verdicts = judge(row)
  const unable = Object.entries(row.unable ?? {})
  return h(
    'section',
    {},
    ...present([
      h('h3', {}, row.title),
      row.note ? h('p', { class: 'note' }, row.note) : undefined,
      row.fault ? h('p', { class: 'miss' }, row.fault) : undefined,
      rowChart(row),
      verdicts.length > 0
        ? h(
            'p',
            { class: 'verdict' },
            ...verdicts.map((v) =>
              h('span', { class: v.pass ? 'pass' : 'miss' }, `${v.bar.text}: ${measured(v, row)}`),
            ),
          )
        : undefined,
      unable.length > 0
        ? h('p', { class: 'note' }, unable.map(([id, why]) => `${subjectName(id)}: ${why}.`).join(' '))
        : undefined,
    ]),
  )
}

/** The report as elements. */
export function toTree(report: Report): Node[] {
  const { passed, total } = count(report)
  const facts: Array<[string, string]> = [
    ...Object.entries(report.environment),
    [
      'peers',
      Object.entries(report.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    ],
  ]
  const nodes: Array<Node | undefined> = [
    h(
      'p',
      { class: 'lead' },
      h('strong', {}, `${passed} of ${total} bars met.`),
      ` ${report.date}, ${report.quick ? 'a quick run: few rounds, rough numbers' : 'a full run'}, module: ${report.module}.`,
    ),
    h('dl', { class: 'facts' }, ...facts.flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)])),
    h('h2', {}, 'Bars'),
    h('div', { class: 'scroll' }, ...present([overviewChart(report)])),
    barTable(report),
  ]
  let group = ''
  for (const row of report.rows) {
    if (row.group !== group) {
      group = row.group
      nodes.push(h('h2', {}, group))
    }
    nodes.push(section(row))
  }
  if (report.failures.length > 0) {
    nodes.push(h('h2', {}, 'Failures'), h('ul', {}, ...report.failures.map((text) => h('li', {}, text))))
  }
  return present(nodes)
}

/** A page of its own, with the given styles (our own, from bench.html). */
export function toPage(report: Report, styles: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>minipoly side by side</title>
<style>${styles}</style>
</head>
<body>
<main>
<h1>minipoly side by side</h1>
${toTree(report).map(toHtml).join('\n')}
</main>
</body>
</html>
`
}
