// A week as a grid, or as a list on a phone. With a mouse, one can drag over free time to publish it.
import { useState } from 'react'
import type { CSSProperties, PointerEvent } from 'react'
import { Button } from 'react-aria-components'
import type { Format } from '../time.ts'
import { timeAt } from './days.ts'
import { entriesOn } from './entries.ts'
import type { Entry, Loaded } from './entries.ts'
import { useInterviewerTexts } from './texts.ts'

const hour = 60
const step = 30 // minutes to which a drag is rounded

interface Props {
  week: string[]
  today: string
  loaded: Loaded
  timeZone: string
  format: Format
  onEntry(entry: Entry): void
  onTime(day: string, from: number, to: number): void
}

export function Grid({ week, today, loaded, timeZone, format, onEntry, onTime }: Props) {
  const i = useInterviewerTexts()
  const days = week.map((day) => ({ day, entries: entriesOn(day, loaded, timeZone) }))
  const timed = days.flatMap(({ entries }) => entries.filter((entry) => entry.slot))
  const first = Math.min(8 * hour, ...timed.map((entry) => Math.floor(entry.from / hour) * hour))
  const last = Math.max(18 * hour, ...timed.map((entry) => Math.ceil(entry.to / hour) * hour))
  const hours = Array.from({ length: (last - first) / hour }, (_, n) => first + n * hour)
  return (
    <>
      <p className="hint drag">{i.calendar.drag}</p>
      <div className="timetable" style={{ '--hours': hours.length } as CSSProperties}>
        <div className="hours" aria-hidden="true">{hours.map((at) => <span key={at}>{format.clock(timeAt(at))}</span>)}</div>
        {days.map(({ day, entries }) => (
          <section key={day} className={['weekday', day === today ? 'today' : '', day < today && entries.length === 0 ? 'over' : ''].join(' ')} aria-label={format.longDay(day)} aria-current={day === today ? 'date' : undefined}>
            <p className="head" aria-hidden="true"><span>{format.weekday(day)}</span> <strong>{Number(day.slice(8))}</strong></p>
            <Free first={first} last={last} onTime={(from, to) => onTime(day, from, to)} />
            {entries.length === 0 ? <p className="hint none">{i.calendar.nothing}</p> : (
              <ul>
                {entries.map((entry) => <li key={entry.key} className={entry.to - entry.from < 45 ? `entry short ${entry.kind}` : `entry ${entry.kind}`} style={place(entry, first, last)}><Shown entry={entry} format={format} onPress={() => onEntry(entry)} /></li>)}
              </ul>
            )}
          </section>
        ))}
      </div>
      <ul className="legend" aria-label={i.calendar.legend}>
        {(['open', 'held', 'booked', 'finished', 'withdrawn', 'blocked'] as const).map((kind) => <li key={kind} className={`entry ${kind}`}>{i.kinds[kind]}</li>)}
      </ul>
    </>
  )
}

// place says where an entry is in its column. The style sheet decides whether there are columns.
function place({ from, to }: { from: number; to: number }, first: number, last: number): CSSProperties {
  const share = (at: number) => `${(100 * (Math.min(Math.max(at, first), last) - first)) / (last - first)}%`
  return { '--from': share(from), '--length': `calc(${share(to)} - ${share(from)})` } as CSSProperties
}

function Shown({ entry, format, onPress }: { entry: Entry; format: Format; onPress(): void }) {
  const i = useInterviewerTexts()
  const whole = entry.from === 0 && entry.to === 24 * hour
  const time = whole ? i.calendar.allDay : `${format.clock(timeAt(entry.from))} – ${format.clock(timeAt(entry.to % (24 * hour)))}`
  const who = entry.meeting?.student.name ?? entry.block?.reason ?? i.kinds[entry.kind]
  return (
    <Button className="shown" onPress={onPress}>
      <span className="at">{time}</span> <span className="what">{who}</span>
      {who !== i.kinds[entry.kind] && <span className="unseen">({i.kinds[entry.kind]})</span>}
    </Button>
  )
}

// Free is the time behind the entries of a day. The button to publish time does the same as a drag.
function Free({ first, last, onTime }: { first: number; last: number; onTime(from: number, to: number): void }) {
  const [drag, setDrag] = useState<{ anchor: number; at: number }>()
  const minuteOf = (event: PointerEvent) => {
    const { top, height } = event.currentTarget.getBoundingClientRect()
    const share = Math.min(Math.max((event.clientY - top) / height, 0), 1)
    return Math.min(last - step, first + Math.floor((share * (last - first)) / step) * step)
  }
  const range = drag && { from: Math.min(drag.anchor, drag.at), to: Math.max(drag.anchor, drag.at) + step }
  return (
    <div className="free"
      onPointerDown={(event) => {
        if (event.pointerType === 'touch' || event.button !== 0) return
        event.currentTarget.setPointerCapture(event.pointerId)
        setDrag({ anchor: minuteOf(event), at: minuteOf(event) })
      }}
      onPointerMove={(event) => drag && setDrag({ ...drag, at: minuteOf(event) })}
      onPointerCancel={() => setDrag(undefined)}
      onPointerUp={() => {
        if (range) onTime(range.from, range.to - range.from === step ? Math.min(range.from + hour, last) : range.to)
        setDrag(undefined)
      }}>
      {range && <div className="range" style={place(range, first, last)}>{timeAt(range.from)} – {timeAt(range.to)}</div>}
    </div>
  )
}
