// Interviews by month and interviewer, as a chart, a table and a CSV file.
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useClient } from 'urql'
import type { OperationResult } from 'urql'
import { ReportPageDocument } from '../generated/admin/graphql.ts'
import type { InterviewStatus, ReportPageQuery } from '../generated/admin/graphql.ts'
import { dayOf, startOf } from '../time.ts'
import { Failure, Loading } from '../ui.tsx'
import { Chart } from './chart.tsx'
import { Choice } from './form.tsx'
import { saveFile, Section } from './list.tsx'
import { useMoments, zone } from './moments.ts'
import { useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'

const maxInterviews = 5000 // what is read for one report
const maxMonths = 24

export interface Figures {
  months: string[]
  rows: { id: string; name: string; counts: number[]; total: number }[] // by total, the greatest first
  capped: boolean
}

interface Found {
  start: string
  interviewer: { id: string; name: string }
}

// monthAfter returns the month that is some months after one such as 2030-03.
export function monthAfter(month: string, months: number): string {
  const date = new Date(`${month}-01T00:00:00Z`)
  date.setUTCMonth(date.getUTCMonth() + months)
  return date.toISOString().slice(0, 7)
}

export function monthsFrom(first: string, last: string): string[] {
  const months: string[] = []
  for (let month = first; month <= last && months.length < maxMonths; month = monthAfter(month, 1)) months.push(month)
  return months
}

function count(months: string[], found: Found[], capped: boolean): Figures {
  const rows = [...Map.groupBy(found, (one) => one.interviewer.id)].map(([id, theirs]) => {
    const byMonth = Map.groupBy(theirs, (one) => dayOf(Date.parse(one.start), zone).slice(0, 7))
    return { id, name: theirs[0]?.interviewer.name ?? id, counts: months.map((month) => byMonth.get(month)?.length ?? 0), total: theirs.length }
  })
  return { months, rows: rows.sort((a, b) => b.total - a.total || a.name.localeCompare(b.name)), capped }
}

type State = { at: 'reading'; read: number } | { at: 'failed' } | { at: 'done'; figures: Figures }

function useFigures(first: string, last: string, status: InterviewStatus | ''): [State, () => void] {
  const client = useClient()
  const [state, setState] = useState<State>({ at: 'reading', read: 0 })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let ended = false
    const months = monthsFrom(first, last)
    const end = monthAfter(months.at(-1) ?? first, 1)
    const filter = { start: startOf(`${first}-01`, zone), end: startOf(`${end}-01`, zone), status: status ? [status] : [] }
    async function read() {
      const found: Found[] = []
      let after: string | null = null
      let more = months.length > 0
      while (more && found.length < maxInterviews) {
        setState({ at: 'reading', read: found.length })
        const result: OperationResult<ReportPageQuery> = await client.query(ReportPageDocument, { filter, after }, { requestPolicy: 'network-only' }).toPromise()
        if (ended) return
        const page = result.data?.interviews
        if (!page) return setState({ at: 'failed' })
        found.push(...page.nodes)
        after = page.pageInfo.endCursor ?? null
        more = page.pageInfo.hasNextPage
      }
      setState({ at: 'done', figures: count(months, found, more) })
    }
    void read()
    return () => void (ended = true)
  }, [client, first, last, status, round])
  return [state, () => setRound(round + 1)]
}

const month = /^\d{4}-(0[1-9]|1[0-2])$/

export function Report() {
  const a = useAdminTexts()
  const now = dayOf(Date.now(), zone).slice(0, 7)
  const [chosen, change] = useFilter('report', ['from', 'until', 'status'])
  const last = month.test(chosen.until) ? chosen.until : now
  const first = month.test(chosen.from) ? chosen.from : monthAfter(last, -5)
  const status = chosen.status in a.interview.statuses ? (chosen.status as InterviewStatus) : ''
  const [state, again] = useFigures(first, last, status)
  return (
    <Section title={a.sections.report} intro={a.report.intro}>
      <div className="filters">
        <Month label={a.report.from} value={first} onChange={(value) => change('from', value)} />
        <Month label={a.report.until} value={last} onChange={(value) => change('until', value)} />
        <Choice label={a.interview.status} value={status} options={{ '': a.all, ...a.interview.statuses }} onChange={(value) => change('status', value)} />
      </div>
      {first > last ? <p className="notice bad" role="alert">{a.report.reversed}</p>
        : state.at === 'failed' ? <Failure onRetry={again} />
          : state.at === 'reading' ? (state.read ? <p className="loading" role="status">{a.report.progress(state.read)}</p> : <Loading />)
            : <Shown figures={state.figures} />}
    </Section>
  )
}

// Month is two fields, because not every browser has one for months.
function Month({ label, value, onChange }: { label: string; value: string; onChange(month: string): void }) {
  const { month } = useMoments()
  const now = dayOf(Date.now(), zone).slice(0, 7)
  const offered = monthsFrom(monthAfter(now, -18), monthAfter(now, 5))
  const options = Object.fromEntries((offered.includes(value) ? offered : [value, ...offered]).map((one) => [one, month(one)]))
  return <Choice label={label} value={value} options={options} onChange={onChange} />
}

function Shown({ figures }: { figures: Figures }) {
  const a = useAdminTexts()
  const { number } = useMoments()
  if (figures.rows.length === 0) return <p className="card nothing" role="status">{a.report.none}</p>
  return (
    <>
      {figures.capped && <p className="notice bad" role="status">{a.report.capped(number(maxInterviews))}</p>}
      <Chart figures={figures} />
      <Table figures={figures} />
      <div className="actions"><Button className="button" onPress={() => saveFile('interviews.csv', 'text/csv', csvOf(figures, a.report.interviewer, a.report.total))}>{a.report.download}</Button></div>
    </>
  )
}

const sum = (values: number[]) => values.reduce((all, one) => all + one, 0)
export const monthTotals = ({ months, rows }: Figures): number[] => months.map((_, i) => sum(rows.map((row) => row.counts[i] ?? 0)))

function Table({ figures }: { figures: Figures }) {
  const a = useAdminTexts()
  const { month, number } = useMoments()
  const totals = monthTotals(figures)
  return (
    <div className="scroll card" role="region" aria-label={a.report.table} tabIndex={0}>
      <table className="figures">
        <caption className="unseen">{a.report.table}</caption>
        <thead><tr><th scope="col">{a.report.interviewer}</th>{figures.months.map((one) => <th key={one} scope="col">{month(one)}</th>)}<th scope="col">{a.report.total}</th></tr></thead>
        <tbody>
          {figures.rows.map((row) => (
            <tr key={row.id}><th scope="row">{row.name}</th>{figures.months.map((one, i) => <td key={one}>{number(row.counts[i] ?? 0)}</td>)}<td>{number(row.total)}</td></tr>
          ))}
        </tbody>
        <tfoot><tr><th scope="row">{a.report.total}</th>{figures.months.map((one, i) => <td key={one}>{number(totals[i] ?? 0)}</td>)}<td>{number(sum(totals))}</td></tr></tfoot>
      </table>
    </div>
  )
}

// csvOf returns the table. A name that a spreadsheet would take for a formula begins with an apostrophe.
function csvOf({ months, rows }: Figures, name: string, total: string): string {
  const cell = (value: string | number) => `"${String(value).replace(/^[=+\-@\t\r]/, "'$&").replaceAll('"', '""')}"`
  const line = (cells: (string | number)[]) => cells.map((one) => (typeof one === 'number' ? one : cell(one))).join(',')
  return [line([name, ...months, total]), ...rows.map((row) => line([row.name, ...row.counts, row.total]))].join('\r\n') + '\r\n'
}
