// The rows of the specification, from rows.json, and which case covers which.

import list from './rows.json'
import { fail } from './assert.js'
import { allCases, test } from './runner.js'

export interface Row {
  file: string
  section: string
  /** What the row is about, in the words of its first column. */
  row: string
  /** The cases that cover it. */
  case?: string | string[]
  /** Why no case covers it, or what was chosen. */
  why?: string
}

export const rows: readonly Row[] = list

export function casesOf(row: Row): readonly string[] {
  if (row.case === undefined) return []
  return typeof row.case === 'string' ? [row.case] : row.case
}

export interface Source {
  file: string
  section: string
  rows: string[]
}

/** Where the case comes from: file and section of its name, and the rows that name it. */
export function sourceOf(name: string): Source {
  const [, file = '', section = ''] = /^(\S+) (§\d+) /.exec(name) ?? []
  return { file, section, rows: rows.filter((row) => casesOf(row).includes(name)).map((row) => row.row) }
}

export function checkRows(): string[] {
  const problems: string[] = []
  const known = new Set<string>()
  for (const { name } of allCases()) {
    if (known.has(name)) problems.push(`two cases are called ${name}`)
    known.add(name)
    if (!/^(wx-conventions|wx-storage|my-conventions|my-storage|contract) §\d+ \S/.test(name)) {
      problems.push(`the name does not say where the case comes from: ${name}`)
    }
  }
  const named = new Set<string>()
  for (const row of rows) {
    const where = `${row.file} ${row.section} ${row.row}`
    if (casesOf(row).length === 0 && !row.why) problems.push(`neither case nor reason: ${where}`)
    for (const name of casesOf(row)) {
      named.add(name)
      if (!known.has(name)) problems.push(`no case is called ${name} (${where})`)
    }
  }
  for (const name of known) {
    if (!named.has(name)) problems.push(`no row names the case ${name}`)
  }
  return problems
}

test('contract §2 every row has a case or a reason', () => {
  const problems = checkRows()
  if (problems.length) fail(problems.join('\n'))
}, { drivers: ['memory'] })
