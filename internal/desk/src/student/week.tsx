// The slots of a week, a column for each day.
import { Button } from 'react-aria-components'
import type { Slot } from '../slots.ts'
import { useTexts } from '../texts/index.tsx'
import type { Format } from '../time.ts'

interface Props {
  days: string[]
  byDay: Map<string, Slot[]>
  format: Format
  onChoose(slot: Slot): void
}

export function WeekGrid({ days, byDay, format, onChoose }: Props) {
  const { t } = useTexts()
  return (
    <ol className="grid" aria-label={t.week.all}>
      {days.map((day) => {
        const slots = byDay.get(day) ?? []
        return (
          <li key={day} className={slots.length ? 'column' : 'column empty'}>
            <h3>{format.weekday(day)} <span>{format.date(day)}</span></h3>
            {slots.length === 0 && <p className="hint">{t.week.nothingOnDay}</p>}
            <ul>{slots.map((slot) => <li key={slot.id}><Cell slot={slot} format={format} onChoose={onChoose} /></li>)}</ul>
          </li>
        )
      })}
    </ol>
  )
}

function Cell({ slot, format, onChoose }: { slot: Slot; format: Format; onChoose(slot: Slot): void }) {
  const { t } = useTexts()
  const { start, end, interviewer } = slot
  return (
    <Button className="time cell" onPress={() => onChoose(slot)}>
      <span className="unseen">{t.week.choose(format.time(start), format.time(end), interviewer.name)}</span>
      <span aria-hidden="true">{format.time(start)}</span>
      <span aria-hidden="true" className="name">{interviewer.name}</span>
    </Button>
  )
}
