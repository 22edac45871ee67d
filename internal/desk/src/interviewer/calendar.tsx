// The week of an interviewer, and what they can do with their time.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import { InterviewerCalendarDocument } from '../generated/interviewer/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import { addDays, dayOf, startOf, useNow } from '../time.ts'
import { Failure, Loading } from '../ui.tsx'
import { BlockDialog } from './block.tsx'
import { mondayOf, timeAt } from './days.ts'
import { loadedOf } from './entries.ts'
import type { Entry } from './entries.ts'
import { Grid } from './grid.tsx'
import { useChanges } from './live.ts'
import { MeetingDialog } from './meetings.tsx'
import type { Props } from './page.tsx'
import { PublishDialog } from './publish.tsx'
import { Rules } from './rules.tsx'
import { UnblockDialog, WithdrawDialog } from './slot.tsx'
import { useInterviewerTexts } from './texts.ts'

// longestSlot is the most that a slot of the week can extend into the next one.
const longestSlotMs = 240 * 60_000

type Doing = { at: 'publish'; day: string; from: string; to: string } | { at: 'ill' | 'block'; day: string } | { at: 'entry'; entry: Entry }

export function Calendar(props: Props) {
  const { connection, me, format, say } = props
  const { t } = useTexts()
  const i = useInterviewerTexts()
  const today = dayOf(useNow(60_000), me.timeZone)
  const [chosen, setChosen] = useState('')
  const [doing, setDoing] = useState<Doing>()
  const monday = chosen || mondayOf(today)
  const week = Array.from({ length: 7 }, (_, n) => addDays(monday, n))
  const start = startOf(monday, me.timeZone)
  const end = new Date(Date.parse(startOf(addDays(monday, 7), me.timeZone)) + longestSlotMs).toISOString()
  const [{ data, error }, again] = useQuery({ query: InterviewerCalendarDocument, variables: { id: me.id, start, end }, requestPolicy: 'cache-and-network' })
  const refresh = () => again({ requestPolicy: 'network-only' })
  useChanges(connection, me.id, refresh)
  const loaded = loadedOf(data)
  const publishDay = week.includes(today) ? addDays(today, 1) : monday > today ? monday : addDays(today, 1)
  const close = (text?: string) => {
    setDoing(undefined)
    if (text) say(text)
  }
  const move = (to: string) => {
    setChosen(to === mondayOf(today) ? '' : to)
    say('')
  }
  return (
    <section className="calendar" aria-label={i.calendar.tab}>
      <div className="controls">
        <div className="week">
          <Button className="button icon" aria-label={t.week.previous} onPress={() => move(addDays(monday, -7))}>‹</Button>
          <Button className="button" isDisabled={!chosen} onPress={() => move(mondayOf(today))}>{i.calendar.today}</Button>
          <Button className="button icon" aria-label={t.week.next} onPress={() => move(addDays(monday, 7))}>›</Button>
          <h2 aria-live="polite">{format.date(monday)} – {format.date(addDays(monday, 6))}</h2>
        </div>
        <div className="actions">
          <Button className="button primary" onPress={() => setDoing({ at: 'publish', day: publishDay, from: '09:00', to: '12:00' })}>{i.publish.open}</Button>
          <Button className="button" onPress={() => setDoing({ at: 'block', day: publishDay })}>{i.block.open}</Button>
          <Button className="button" onPress={() => setDoing({ at: 'ill', day: today })}>{i.ill.open}</Button>
        </div>
      </div>
      {error && !loaded ? <Failure onRetry={refresh} /> : !loaded ? <Loading /> : (
        <Grid week={week} today={today} loaded={loaded} timeZone={me.timeZone} format={format}
          onEntry={(entry) => setDoing({ at: 'entry', entry })}
          onTime={(day, from, to) => setDoing({ at: 'publish', day, from: timeAt(from), to: timeAt(to) })} />
      )}
      <Rules {...props} />
      {doing?.at === 'publish' && <PublishDialog {...props} day={doing.day} from={doing.from} to={doing.to} onClose={close} />}
      {(doing?.at === 'ill' || doing?.at === 'block') && <BlockDialog {...props} day={doing.day} ill={doing.at === 'ill'} onClose={close} />}
      {doing?.at === 'entry' && <EntryDialog {...props} entry={doing.entry} onClose={close} />}
    </section>
  )
}

function EntryDialog({ entry, ...props }: Props & { entry: Entry; onClose(text?: string): void }) {
  if (entry.meeting) return <MeetingDialog {...props} meeting={entry.meeting} />
  if (entry.block) return <UnblockDialog {...props} block={entry.block} />
  return entry.slot ? <WithdrawDialog {...props} slot={entry.slot} /> : null
}
