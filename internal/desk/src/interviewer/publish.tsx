// The dialog that publishes a window or a weekly rule. It shows what is in the way before anything is published.
import { useMemo, useState } from 'react'
import { useQuery } from 'urql'
import { InterviewerCalendarDocument, PublishRuleDocument, PublishWindowDocument } from '../generated/interviewer/graphql.ts'
import type { PublishRuleMutation, Weekday } from '../generated/interviewer/graphql.ts'
import { addDays, dayOf, startOf } from '../time.ts'
import { cut, daysOf, nameOf, overlap, spanOf, weekdays, windowOn } from './days.ts'
import type { Span } from './days.ts'
import { loadedOf } from './entries.ts'
import type { Loaded } from './entries.ts'
import { Popup } from '../forms.tsx'
import { Check, Entry, Fields, Radios, Select, useSend } from './form.tsx'
import type { Props } from './page.tsx'
import { useInterviewerTexts } from './texts.ts'

const lengths = [15, 30, 45, 60, 90, 120] as const
const gaps = [0, 5, 10, 15, 30] as const
const intervals = [1, 2, 3, 4] as const
const shown = 8 // conflicts

interface Plan {
  kind: 'once' | 'weekly'
  day: string
  last: string
  from: string
  to: string
  days: Weekday[]
  every: number
  length: number
  gap: number
}

type Dialog = Props & { day: string; from: string; to: string; onClose(text?: string): void }

export function PublishDialog({ me, policy, format, day, from, to, onClose }: Dialog) {
  const i = useInterviewerTexts()
  const [plan, setPlan] = useState<Plan>({ kind: 'once', day, last: '', from, to, days: [nameOf(day)], every: 1, length: 60, gap: 0 })
  const change = (part: Partial<Plan>) => setPlan({ ...plan, ...part })
  const once = useSend(PublishWindowDocument)
  const weekly = useSend(PublishRuleDocument)
  const sender = plan.kind === 'once' ? once : weekly
  const hours = (one: { start: string; end: string }) => `${format.time(one.start)} – ${format.time(one.end)}`
  const period = (one: { start: string; end: string }) => `${format.moment(one.start)} – ${format.time(one.end)}`

  async function confirm() {
    if (!plan.day || !plan.from || !plan.to) return sender.refuse([{ field: plan.day ? (plan.from ? 'end' : 'start') : 'startDate', text: i.missing }])
    const cutting = { interviewerId: me.id, slotMinutes: plan.length, gapMinutes: plan.gap }
    const done = await (plan.kind === 'once'
      ? once.send((idempotencyKey) => ({ ...cutting, ...iso(windowOn(plan.day, plan.from, plan.to, me.timeZone)), idempotencyKey }))
      : weekly.send((idempotencyKey) => ({
        ...cutting, startDate: plan.day, endDate: plan.last || null, weekdays: plan.days, startTime: plan.from, endTime: plan.to, everyWeeks: plan.every, idempotencyKey,
      })))
    if (done) onClose(summary(done))
  }

  const summary = (done: NonNullable<PublishRuleMutation['addWeeklyAvailability']>) =>
    // The published slots include those that existed before.
    [i.publish.done(done.publishedCount - done.skipped.filter((one) => one.reason === 'DUPLICATE').length), ...(done.skippedCount ? [i.publish.skipped(done.skippedCount), ...done.skipped.slice(0, shown).map((one) => `${period(one)}: ${i.skipped[one.reason]}`)] : [])].join(' ')

  return (
    <Popup title={i.publish.title} onClose={() => onClose()}>
      <Fields names={['start', 'end', 'startTime', 'endTime', 'startDate', 'endDate']} problems={sender.problems} sending={sender.sending} submit={i.publish.confirm} back={i.back} onSubmit={() => void confirm()} onBack={() => onClose()}>
        <Radios label={i.publish.kind} name="kind" value={plan.kind} options={['once', 'weekly']} text={(kind) => i.publish.kinds[kind]} onChange={(kind) => change({ kind })} />
        <Entry name="startDate" type="date" label={plan.kind === 'once' ? i.day : i.publish.first} value={plan.day} onChange={(value) => change({ day: value })} />
        {plan.kind === 'weekly' && <Entry name="endDate" type="date" label={i.publish.last} hint={i.publish.lastHint} value={plan.last} onChange={(last) => change({ last })} />}
        <Entry name={plan.kind === 'once' ? 'start' : 'startTime'} type="time" label={i.from} value={plan.from} onChange={(value) => change({ from: value })} />
        <Entry name={plan.kind === 'once' ? 'end' : 'endTime'} type="time" label={i.to} value={plan.to} onChange={(value) => change({ to: value })} />
        <Select label={i.publish.length} value={plan.length} options={lengths} text={i.publish.minutes} onChange={(length) => change({ length })} />
        <Select label={i.publish.gap} value={plan.gap} options={gaps} text={(n) => (n ? i.publish.minutes(n) : i.publish.noGap)} onChange={(gap) => change({ gap })} />
        {plan.kind === 'weekly' && (
          <>
            <fieldset className="radios">
              <legend>{i.publish.weekdays}</legend>
              <div>
                {weekdays.map((name, n) => (
                  <Check key={name} label={format.weekday(addDays('2024-01-01', n))} checked={plan.days.includes(name)} onChange={(on) => change({ days: weekdays.filter((one) => (one === name ? on : plan.days.includes(one))) })} />
                ))}
              </div>
            </fieldset>
            <Select label={i.publish.every} value={plan.every} options={intervals} text={i.publish.weeks} onChange={(every) => change({ every })} />
          </>
        )}
        <Forecast id={me.id} plan={plan} timeZone={me.timeZone} horizonDays={policy.publishHorizonDays} period={plan.kind === 'once' ? hours : period} />
      </Fields>
    </Popup>
  )
}

const iso = ({ start, end }: Span) => ({ start: new Date(start).toISOString(), end: new Date(end).toISOString() })

function windowsOf(plan: Plan, timeZone: string, horizonDays: number): Span[] {
  if (!plan.day || !plan.from || !plan.to) return []
  const days = plan.kind === 'once' ? [plan.day] : daysOf({ days: plan.days, first: plan.day, last: plan.last, every: plan.every }, addDays(dayOf(Date.now(), timeZone), horizonDays))
  return days.map((day) => windowOn(day, plan.from, plan.to, timeZone, plan.kind === 'weekly'))
}

interface ForecastProps {
  id: string
  plan: Plan
  timeZone: string
  horizonDays: number
  period(one: { start: string; end: string }): string
}

// Forecast says how many slots are published, and what is in the way of others.
function Forecast({ id, plan, timeZone, horizonDays, period }: ForecastProps) {
  const i = useInterviewerTexts()
  const windows = useMemo(() => windowsOf(plan, timeZone, horizonDays), [plan, timeZone, horizonDays])
  const start = startOf(plan.day || '2000-01-01', timeZone)
  const end = windows.length ? startOf(addDays(dayOf(windows.at(-1)!.end, timeZone), 2), timeZone) : start
  const [{ data }] = useQuery({ query: InterviewerCalendarDocument, variables: { id, start: startOf(addDays(dayOf(Date.parse(start), timeZone), -1), timeZone), end }, pause: windows.length === 0, requestPolicy: 'cache-and-network' })
  const loaded = loadedOf(data)
  const spans = cut(windows, plan.length, plan.gap)
  if (windows.length === 0 || spans.length === 0) return <p className="notice wide" role="status">{i.publish.nothing}</p>
  if (!loaded) return <p className="notice wide" role="status">{i.publish.checking}</p>
  const { free, past, conflicts } = judge(spans, loaded)
  return (
    <div className={conflicts.length || past ? 'notice bad wide' : 'notice wide'} role="status">
      <strong>{i.publish.will(free)}</strong>
      {past > 0 && <p>{i.publish.past(past)}</p>}
      {conflicts.length > 0 && (
        <>
          <p>{i.publish.conflicts(spans.length - free - past)}</p>
          <ul className="conflicts">
            {conflicts.slice(0, shown).map((one) => <li key={one.key}>{period(one)}: {i.publish.inTheWay(one.kind, one.name)}</li>)}
            {conflicts.length > shown && <li>{i.more(conflicts.length - shown)}</li>}
          </ul>
        </>
      )}
      {!loaded.complete && <p className="hint">{i.publish.incomplete}</p>}
    </div>
  )
}

type Conflict = { key: string; start: string; end: string; kind: 'open' | 'booked' | 'blocked'; name: string }

// judge compares the slots to publish with what is in the calendar. The server decides.
function judge(spans: Span[], { slots, meetings, blocks }: Loaded): { free: number; past: number; conflicts: Conflict[] } {
  const future = spans.filter((span) => span.start > Date.now())
  const taken = [
    ...slots.filter((slot) => slot.status !== 'WITHDRAWN').map((slot): Conflict => {
      const name = meetings.find((one) => one.slot.id === slot.id)?.student.name ?? ''
      return { key: `slot ${slot.id}`, ...slot, kind: name ? 'booked' : 'open', name }
    }),
    ...blocks.map((block): Conflict => ({ key: `block ${block.id}`, ...block, kind: 'blocked', name: block.reason })),
  ]
  const inTheWay = (span: Span) => taken.filter((one) => overlap(span, spanOf(one)))
  return {
    free: future.filter((span) => inTheWay(span).length === 0).length,
    past: spans.length - future.length,
    conflicts: taken.filter((one) => future.some((span) => overlap(span, spanOf(one)))),
  }
}
