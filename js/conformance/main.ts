// conformance.html: runs every case in the browser that opens the page, shows
// the report and leaves it in window.__conformance.
//
// Query: module=storage.mjs runs another bundle of the package; driver=memory,
// find=<text> run a part.

import './conformance.css'
import './cases/wx-conventions.js'
import './cases/wx-storage.js'
import './cases/my-conventions.js'
import './cases/my-storage.js'
import './cases/contract.js'
import type { Row, Source } from './rows.js'
import { casesOf, rows, sourceOf } from './rows.js'
import type { Case, Result } from './runner.js'
import { allCases, runCase, turn } from './runner.js'
import type { DriverName, Library } from './subject.js'

interface Reported extends Result {
  source: Source
}

interface Report {
  done: boolean
  passed: number
  failed: number
  skipped: number
  results: Reported[]
  /** What ran: the bundle, its version and compiler. */
  subject: { module: string; version: string; toolchain: string }
  untested: Row[]
  browser: string
  milliseconds: number
  /** Set when the package itself could not be loaded. */
  error?: string
}

declare global {
  interface Window {
    __conformance?: Report
  }
}

const query = new URLSearchParams(location.search)
const report: Report = {
  done: false,
  passed: 0,
  failed: 0,
  skipped: 0,
  results: [],
  subject: { module: 'minipoly.mjs', version: '', toolchain: '' },
  untested: rows.filter((row) => casesOf(row).length === 0),
  browser: navigator.userAgent,
  milliseconds: 0
}
window.__conformance = report

function byId<T extends HTMLElement>(id: string, type: new () => T): T {
  const element = document.getElementById(id)
  if (!(element instanceof type)) throw new Error(`the page has no ${id}`)
  return element
}

function make(name: string, className: string, text: string): HTMLElement {
  const element = document.createElement(name)
  element.className = className
  element.textContent = text
  return element
}

const page = {
  subject: byId('subject', HTMLElement),
  verdict: byId('verdict', HTMLElement),
  bar: byId('bar', HTMLElement),
  counts: byId('counts', HTMLElement),
  find: byId('find', HTMLInputElement),
  show: byId('show', HTMLSelectElement),
  driver: byId('driver', HTMLSelectElement),
  download: byId('download', HTMLAnchorElement),
  report: byId('report', HTMLElement)
}

const marks = { passed: '✓', failed: '✗', skipped: '–', untested: '○' }

/** One section of the report per file of the specification. */
class Section {
  readonly element = document.createElement('section')
  private readonly list = document.createElement('ul')
  private readonly count = document.createElement('span')
  private readonly items: Array<{ element: HTMLElement; status: keyof typeof marks; driver: string; text: string }> = []

  constructor(readonly file: string) {
    const heading = document.createElement('h2')
    heading.append(file, this.count)
    this.element.append(heading, this.list)
  }

  result(result: Reported): void {
    const place = result.source.section
    const name = result.case.slice(`${result.source.file} ${place} `.length)
    this.add(result.status, result.driver, place, name, `${result.driver}  ${result.duration} ms`, result.message)
  }

  untested(row: Row): void {
    this.add('untested', '', row.section, row.row, 'no case', row.why ?? '')
  }

  filter(): void {
    const wanted = page.find.value.trim().toLowerCase()
    const status = page.show.value
    const driver = page.driver.value
    let shown = 0
    for (const item of this.items) {
      const visible =
        (status === 'all' ? item.status !== 'untested' || wanted !== '' : item.status === status) &&
        (driver === 'all' || item.driver === driver || item.status === 'untested') &&
        (wanted === '' || item.text.includes(wanted))
      item.element.hidden = !visible
      item.element.style.display = visible ? '' : 'none'
      if (visible) shown += 1
    }
    this.count.textContent = `${shown} of ${this.items.length}`
    this.element.style.display = shown > 0 ? '' : 'none'
  }

  private add(
    status: keyof typeof marks,
    driver: string,
    place: string,
    name: string,
    note: string,
    message: string
  ): void {
    const element = document.createElement('li')
    element.className = status
    const mark = make('span', 'mark', marks[status])
    mark.title = status
    const title = make('span', 'name', '')
    title.append(make('span', 'place', place), ` ${name}`)
    element.append(mark, title, make('span', 'note', note))
    if (message) element.append(make('p', 'message', message))
    const text = `${this.file} ${place} ${name} ${note} ${message}`.toLowerCase()
    this.items.push({ element, status, driver, text })
    // Failures stand first.
    if (status === 'failed') this.list.prepend(element)
    else this.list.append(element)
  }
}

const sections = new Map<string, Section>()

function sectionOf(file: string): Section {
  let section = sections.get(file)
  if (!section) {
    section = new Section(file)
    sections.set(file, section)
    page.report.append(section.element)
  }
  return section
}

function filter(): void {
  for (const section of sections.values()) section.filter()
}

function count(label: string, value: number, className = ''): HTMLElement {
  const box = document.createElement('div')
  box.append(make('dt', '', label), make('dd', className, String(value)))
  return box
}

function progress(total: number): void {
  const ran = report.results.length
  page.bar.style.width = `${total === 0 ? 100 : (ran / total) * 100}%`
  const bar = page.bar.parentElement
  bar?.setAttribute('aria-valuemax', String(total))
  bar?.setAttribute('aria-valuenow', String(ran))
  bar?.classList.toggle('failed', report.failed > 0)
  page.counts.replaceChildren(
    count('cases', total),
    count('passed', report.passed, 'good'),
    count('failed', report.failed, report.failed > 0 ? 'bad' : ''),
    count('skipped', report.skipped),
    count('rows without a case', report.untested.length)
  )
  page.verdict.className = report.failed > 0 ? 'failed' : report.done ? 'passed' : ''
  page.verdict.textContent = report.done
    ? report.failed > 0
      ? `${report.failed} failed`
      : 'all passed'
    : `${ran} of ${total}`
}

function finish(): void {
  const blob = new Blob([JSON.stringify(report, null, 2)], { type: 'application/json' })
  page.download.href = URL.createObjectURL(blob)
  page.download.hidden = false
}

async function load(): Promise<Library> {
  const name = query.get('module') ?? 'minipoly.mjs'
  // A plain file name beside the page, nothing else.
  if (!/^[a-z]+\.mjs$/.test(name)) throw new Error(`no module ${name}`)
  report.subject.module = name
  const url = new URL(name, document.baseURI).href
  const library = (await import(url)) as Library
  report.subject.version = library.version
  const probe = await library.createMini({ appId: 'conformance-probe', storage: 'memory' })
  report.subject.toolchain = probe.health().module
  await probe.close()
  return library
}

function plan(): Array<[Case, DriverName]> {
  const find = query.get('find')?.toLowerCase()
  const driver = query.get('driver')
  const list: Array<[Case, DriverName]> = []
  for (const item of allCases()) {
    if (find !== undefined && !item.name.toLowerCase().includes(find)) continue
    for (const name of item.drivers) {
      if (driver === null || driver === name) list.push([item, name])
    }
  }
  return list
}

async function run(): Promise<void> {
  const start = performance.now()
  const list = plan()
  progress(list.length)
  const library = await load()
  const { module, version, toolchain } = report.subject
  page.subject.textContent = `${module} ${version}, module built with ${toolchain === 'go' ? 'the standard Go compiler' : 'TinyGo'}, in this browser.`
  let painted = 0
  for (const [item, driver] of list) {
    const result: Reported = { ...(await runCase(library, item, driver)), source: sourceOf(item.name) }
    report.results.push(result)
    report[result.status] += 1
    sectionOf(result.source.file).result(result)
    if (performance.now() - painted > 100) {
      progress(list.length)
      filter()
      await turn()
      painted = performance.now()
    }
  }
  for (const row of report.untested) sectionOf(row.file).untested(row)
  report.milliseconds = Math.round(performance.now() - start)
  report.done = true
  progress(list.length)
  filter()
  finish()
}

for (const control of [page.find, page.show, page.driver]) control.addEventListener('input', filter)
byId('controls', HTMLFormElement).addEventListener('submit', (event) => {
  event.preventDefault()
})

run().catch((error: unknown) => {
  report.error = error instanceof Error ? `${error.name}: ${error.message}` : String(error)
  report.failed += 1
  report.done = true
  page.verdict.className = 'failed'
  page.verdict.textContent = 'could not run'
  page.subject.textContent = report.error
})
