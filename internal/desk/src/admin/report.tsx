// Interviews by month and interviewer, as a chart, a table and a CSV file.
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useClient } from 'urql'
import type { OperationResult } from 'urql'
import { StatisticsDocument } from '../generated/admin/graphql.ts'
import type { InterviewStatus, StatisticsQuery } from '../generated/admin/graphql.ts'
import { dayOf } from '../time.ts'
import { Failure, Loading } from '../ui.tsx'
import { Chart } from './chart.tsx'
import { Choice } from './form.tsx'
import { saveFile, Section } from './list.tsx'
import { useMoments, zone } from './moments.ts'
import { useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'

const maxMonths = 24 // of the API

export interface Figures {
  months: string[]
  totals: number[] // of each month
  total: number
  rows: { id: string; name: string; counts: number[]; total: number }[] // by total, the greatest first
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

type State = { at: 'reading' } | { at: 'failed' } | { at: 'done'; figures: Figures }

// useFigures reads the statistics, with all interviewers.
function useFigures(first: string, last: string, status: InterviewStatus | ''): [State, () => void] {
  const client = useClient()
  const [state, setState] = useState<State>({ at: 'reading' })
  const [round, setRound] = useState(0)
  useEffect(() => {
    let ended = false
    const months = monthsFrom(first, last)
    async function read(): Promise<State> {
      const rows: Figures['rows'] = []
      for (;;) {
        const variables = { first: `${months[0]}-01`, last: `${months.at(-1)}-01`, zone, status: status ? [status] : [], skip: rows.length }
        const result: OperationResult<StatisticsQuery> = await client.query(StatisticsDocument, variables, { requestPolicy: 'network-only' }).toPromise()
        const found = result.data?.interviewStatistics
        if (!found) return { at: 'failed' }
        rows.push(...found.interviewers.map(({ interviewer, counts, total }) => ({ ...interviewer, counts, total })))
        if (ended || found.interviewers.length === 0 || rows.length >= found.interviewerCount) return { at: 'done', figures: { months, totals: found.counts, total: found.total, rows } }
      }
    }
    setState({ at: 'reading' })
    if (months.length > 0) void read().then((read) => ended || setState(read))
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
          : state.at === 'reading' ? <Loading />
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
  if (figures.rows.length === 0) return <p className="card nothing" role="status">{a.report.none}</p>
  return (
    <>
      <Chart figures={figures} />
      <Table figures={figures} />
      <div className="actions"><Button className="button" onPress={() => saveFile('interviews.csv', 'text/csv', csvOf(figures, a.report.interviewer, a.report.total))}>{a.report.download}</Button></div>
    </>
  )
}

function Table({ figures }: { figures: Figures }) {
  const a = useAdminTexts()
  const { month, number } = useMoments()
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
        <tfoot><tr><th scope="row">{a.report.total}</th>{figures.months.map((one, i) => <td key={one}>{number(figures.totals[i] ?? 0)}</td>)}<td>{number(figures.total)}</td></tr></tfoot>
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
