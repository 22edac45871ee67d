// A chart of stacked bars: a bar for each month, a part for each interviewer.
import { useMoments } from './moments.ts'
import type { Figures } from './report.tsx'
import { useAdminTexts } from './texts.ts'

const height = 160
const slot = 48 // the width of a month
const bar = 30
const named = 5 // interviewers with a colour of their own

export function Chart({ figures }: { figures: Figures }) {
  const a = useAdminTexts()
  const { month, number } = useMoments()
  const totals = figures.totals
  const most = Math.max(1, ...totals)
  const rest = figures.rows.slice(named)
  const parts = figures.rows.slice(0, named).map(({ name, counts }) => ({ name, counts }))
  if (rest.length > 0) parts.push({ name: a.report.others, counts: figures.months.map((_, i) => rest.reduce((all, row) => all + (row.counts[i] ?? 0), 0)) })
  const scale = (value: number) => (value / most) * height
  return (
    <figure className="chart card">
      <div className="scroll" tabIndex={0} role="region" aria-label={a.report.chartArea}>
        <svg role="img" aria-label={a.report.chart(figures.total)} width={figures.months.length * slot} height={height + 44} viewBox={`0 0 ${figures.months.length * slot} ${height + 44}`}>
          {figures.months.map((one, i) => {
            let top = height + 20
            return (
              <g key={one}>
                {parts.map((part, p) => {
                  const size = scale(part.counts[i] ?? 0)
                  top -= size
                  return size > 0 && <rect key={part.name} className={`part${p}`} x={i * slot + (slot - bar) / 2} y={top} width={bar} height={size} />
                })}
                <text className="value" x={i * slot + slot / 2} y={height + 14 - scale(totals[i] ?? 0)}>{number(totals[i] ?? 0)}</text>
                <text x={i * slot + slot / 2} y={height + 38}>{month(one).replace(/\s*\d+$/, '')}</text>
              </g>
            )
          })}
        </svg>
      </div>
      <figcaption><ul className="legend">{parts.map((part, p) => <li key={part.name}><svg width="12" height="12" aria-hidden="true"><rect className={`part${p}`} width="12" height="12" rx="3" /></svg>{part.name}</li>)}</ul></figcaption>
    </figure>
  )
}
