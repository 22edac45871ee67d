// The slots of a week, by day and interviewer, with filters.
import { useEffect, useMemo, useState } from 'react'
import { Button, ToggleButton, ToggleButtonGroup } from 'react-aria-components'
import { useQuery } from 'urql'
import type { Connection } from '../api.ts'
import { FiltersDocument } from '../generated/graphql.ts'
import type { MeFragment } from '../generated/graphql.ts'
import { useLiveSlots } from '../slots.ts'
import type { List, Slot } from '../slots.ts'
import { useTexts } from '../texts/index.tsx'
import { addDays, dayOf, placeOf, startOf, useNow } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure, Initials, Loading } from '../ui.tsx'
import { WeekGrid } from './week.tsx'

const daysShown = 7

const views = ['day', 'week'] as const
type View = (typeof views)[number]

interface Props {
  connection: Connection
  me: MeFragment
  format: Format
  onChoose(slot: Slot): void
}

export function Finder({ connection, me, format, onChoose }: Props) {
  const { t } = useTexts()
  const [week, setWeek] = useState(0)
  const [interviewer, setInterviewer] = useState('')
  const [tag, setTag] = useState('')
  const [view, setView] = useState<View>('day')
  const now = useNow(30_000)
  const today = dayOf(now, me.timeZone)
  const first = addDays(today, week * daysShown)
  const query = useMemo(
    () => ({
      student: me.id,
      start: startOf(first, me.timeZone),
      end: startOf(addDays(first, daysShown), me.timeZone),
      interviewers: interviewer ? [interviewer] : null,
      tags: tag ? [tag] : null,
    }),
    [me.id, me.timeZone, first, interviewer, tag],
  )
  const { list, failed, reload, more } = useLiveSlots(connection, query)
  const slots = useMemo(() => list?.edges.map((edge) => edge.node).filter((slot) => Date.parse(slot.start) > now), [list, now])
  const clear = () => {
    setInterviewer('')
    setTag('')
  }
  return (
    <section className="finder" aria-labelledby="finder">
      <h2 id="finder">{t.student.book}</h2>
      <Filters interviewer={interviewer} tag={tag} onInterviewer={setInterviewer} onTag={setTag} onClear={clear} />
      <div className="week">
        <Button className="button icon" aria-label={t.week.previous} isDisabled={week === 0} onPress={() => setWeek(week - 1)}>‹</Button>
        <span>{format.date(first)} – {format.date(addDays(first, daysShown - 1))}</span>
        <Button className="button icon" aria-label={t.week.next} onPress={() => setWeek(week + 1)}>›</Button>
        <ToggleButtonGroup className="views" aria-label={t.week.view} selectionMode="single" disallowEmptySelection selectedKeys={[view]} onSelectionChange={(keys) => setView([...keys][0] as View)}>
          {views.map((one) => <ToggleButton key={one} id={one} className="button">{t.week.views[one]}</ToggleButton>)}
        </ToggleButtonGroup>
      </div>
      {failed && !list ? <Failure onRetry={reload} /> : !list || !slots ? <Loading /> : slots.length === 0 ? (
        <Nothing list={list} filtered={Boolean(interviewer || tag)} onClear={clear} onNext={() => setWeek(week + 1)} />
      ) : (
        <Days view={view} first={first} slots={slots} me={me} format={format} onChoose={onChoose} />
      )}
      {list?.pageInfo.hasNextPage && <Button className="button" onPress={more}>{t.week.more}</Button>}
    </section>
  )
}

interface FiltersProps {
  interviewer: string
  tag: string
  onInterviewer(id: string): void
  onTag(tag: string): void
  onClear(): void
}

function Filters({ interviewer, tag, onInterviewer, onTag, onClear }: FiltersProps) {
  const { t } = useTexts()
  const [{ data }] = useQuery({ query: FiltersDocument })
  return (
    <div className="filters">
      <label className="field">
        <span>{t.filter.interviewer}</span>
        <select value={interviewer} onChange={(e) => onInterviewer(e.target.value)}>
          <option value="">{t.filter.anyone}</option>
          {data?.interviewers?.nodes.map(({ id, name }) => <option key={id} value={id}>{name}</option>)}
        </select>
      </label>
      {(data?.tags?.length ?? 0) > 0 && (
        <label className="field">
          <span>{t.filter.tag}</span>
          <select value={tag} onChange={(e) => onTag(e.target.value)}>
            <option value="">{t.filter.anyTag}</option>
            {data?.tags?.map(({ tag }) => <option key={tag} value={tag}>{tag}</option>)}
          </select>
        </label>
      )}
      {(interviewer || tag) && <Button className="button quiet" onPress={onClear}>{t.filter.clear}</Button>}
    </div>
  )
}

function Nothing({ list, filtered, onClear, onNext }: { list: List; filtered: boolean; onClear(): void; onNext(): void }) {
  const { t } = useTexts()
  return (
    <div className="card nothing" role="status">
      <h3>{t.week.nothing}</h3>
      <ul>
        {list.emptyReasons.map(({ code, message, count }) => (
          <li key={code}>{t.empty[code] ?? message}{count > 0 && <span className="hint"> {t.emptyCount(count)}</span>}</li>
        ))}
      </ul>
      <div className="actions">
        {filtered && <Button className="button primary" onPress={onClear}>{t.filter.clear}</Button>}
        <Button className="button" onPress={onNext}>{t.week.tryNext}</Button>
      </div>
    </div>
  )
}

function Days({ view, first, slots, me, format, onChoose }: { view: View; first: string; slots: Slot[] } & Omit<Props, 'connection'>) {
  const { t } = useTexts()
  const byDay = useMemo(() => Map.groupBy(slots, (slot) => dayOf(Date.parse(slot.start), me.timeZone)), [slots, me.timeZone])
  const days = Array.from({ length: daysShown }, (_, i) => addDays(first, i))
  const [chosen, setChosen] = useState('')
  useEffect(() => setChosen(''), [first])
  const day = days.includes(chosen) ? chosen : (days.find((d) => byDay.has(d)) ?? first)
  const shown = byDay.get(day) ?? []
  if (view === 'week') return <WeekGrid days={days} byDay={byDay} format={format} onChoose={onChoose} />
  return (
    <>
      <ToggleButtonGroup className="days" aria-label={t.week.days} selectionMode="single" disallowEmptySelection selectedKeys={[day]} onSelectionChange={(keys) => setChosen(String([...keys][0]))}>
        {days.map((d) => {
          const free = byDay.get(d)?.length ?? 0
          return (
            <ToggleButton key={d} id={d} className={free ? 'day' : 'day empty'}>
              <span className="unseen">{format.longDay(d)}, {t.week.free(free)}</span>
              <span aria-hidden="true">{format.weekday(d)}</span>
              <strong aria-hidden="true">{Number(d.slice(8))}</strong>
              <span aria-hidden="true" className="count">{free || '–'}</span>
            </ToggleButton>
          )
        })}
      </ToggleButtonGroup>
      <div role="status">
        <h3 className="day-title">{shown.length ? t.week.onDay(shown.length, format.longDay(day)) : t.week.nothingOnDay}</h3>
      </div>
      <ul className="offers">
        {[...Map.groupBy(shown, (slot) => slot.interviewer.id)].map(([id, offered]) => (
          <li key={id}><Offer slots={offered} format={format} onChoose={onChoose} /></li>
        ))}
      </ul>
    </>
  )
}

// Offer shows an interviewer with their times on one day.
function Offer({ slots, format, onChoose }: { slots: Slot[]; format: Format; onChoose(slot: Slot): void }) {
  const { t } = useTexts()
  const interviewer = slots[0]?.interviewer
  if (!interviewer) return null
  return (
    <article className="card offer" aria-label={interviewer.name}>
      <Profile interviewer={interviewer} />
      <ul className="times" aria-label={interviewer.name}>
        {slots.map((slot) => (
          <li key={slot.id}>
            <Button className="time" aria-label={t.week.choose(format.time(slot.start), format.time(slot.end), interviewer.name)} onPress={() => onChoose(slot)}>
              {format.time(slot.start)}
            </Button>
          </li>
        ))}
      </ul>
    </article>
  )
}

export function Profile({ interviewer, open }: { interviewer: Slot['interviewer']; open?: boolean }) {
  const { t } = useTexts()
  const { name, headline, bio, tags, languages, timeZone } = interviewer
  return (
    <div className="profile">
      <Initials name={name} />
      <div>
        {!open && <h4>{name}</h4>}
        {headline && <p>{headline}</p>}
        <p className="hint">{[t.week.in(placeOf(timeZone)), ...languages].join(' · ')}</p>
        {tags.length > 0 && <ul className="tags">{tags.map((tag) => <li key={tag}>{tag}</li>)}</ul>}
        {bio && (open ? <p className="bio">{bio}</p> : <details><summary>{t.week.about(name)}</summary><p className="bio">{bio}</p></details>)}
      </div>
    </div>
  )
}
