// The dialog that publishes a window or a weekly rule. It shows what is in the way before anything is published.
import { useState } from 'react'
import { useQuery } from 'urql'
import { InterviewerCalendarDocument, PublishRuleDocument, PublishWindowDocument } from '../generated/interviewer/graphql.ts'
import type { AddAvailabilityInput, AddWeeklyAvailabilityInput, PublishRuleMutation, PublishWindowMutation, Weekday } from '../generated/interviewer/graphql.ts'
import { addDays, dayOf, startOf } from '../time.ts'
import { nameOf, overlap, spanOf, weekdays, windowOn } from './days.ts'
import { useDryRun } from './dry.ts'
import { loadedOf } from './entries.ts'
import { Check, Entry, Fields, Popup, useSave, useWords } from '../forms.tsx'
import { Radios, Select } from './form.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
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

const ready = (plan: Plan) => Boolean(plan.day && plan.from && plan.to)

// windowInput and ruleInput return what is published.
function windowInput(plan: Plan, id: string, timeZone: string): AddAvailabilityInput {
  const { start, end } = windowOn(plan.day, plan.from, plan.to, timeZone)
  return { interviewerId: id, slotMinutes: plan.length, gapMinutes: plan.gap, start: new Date(start).toISOString(), end: new Date(end).toISOString() }
}

const ruleInput = (plan: Plan, id: string): AddWeeklyAvailabilityInput => ({
  interviewerId: id, slotMinutes: plan.length, gapMinutes: plan.gap, everyWeeks: plan.every,
  startDate: plan.day, endDate: plan.last || null, weekdays: plan.days, startTime: plan.from, endTime: plan.to,
})

export function PublishDialog({ me, format, day, from, to, onClose }: Dialog) {
  const i = useInterviewerTexts()
  const [plan, setPlan] = useState<Plan>({ kind: 'once', day, last: '', from, to, days: [nameOf(day)], every: 1, length: 60, gap: 0 })
  const change = (part: Partial<Plan>) => setPlan({ ...plan, ...part })
  const once = useSave(PublishWindowDocument, mine)
  const weekly = useSave(PublishRuleDocument, mine)
  const sender = plan.kind === 'once' ? once : weekly
  const hours = (one: { start: string; end: string }) => `${format.time(one.start)} – ${format.time(one.end)}`
  const period = (one: { start: string; end: string }) => `${format.moment(one.start)} – ${format.time(one.end)}`

  async function confirm() {
    if (!ready(plan)) return sender.refuse([{ field: plan.day ? (plan.from ? 'end' : 'start') : 'startDate', text: i.missing }])
    const done = await (plan.kind === 'once'
      ? once.save((idempotencyKey) => ({ ...windowInput(plan, me.id, me.timeZone), idempotencyKey }))
      : weekly.save((idempotencyKey) => ({ ...ruleInput(plan, me.id), idempotencyKey })))
    if (done) onClose(summary(done))
  }

  const summary = (done: NonNullable<PublishRuleMutation['addWeeklyAvailability']>) =>
    // The published slots include those that existed before.
    [i.publish.done(done.publishedCount - done.skipped.filter((one) => one.reason === 'DUPLICATE').length), ...(done.skippedCount ? [i.publish.skipped(done.skippedCount), ...done.skipped.slice(0, shown).map((one) => `${period(one)}: ${i.skipped[one.reason]}`)] : [])].join(' ')

  return (
    <Popup title={i.publish.title} onClose={() => onClose()}>
      <Fields names={['start', 'end', 'startTime', 'endTime', 'startDate', 'endDate']} save={sender} submit={i.publish.confirm} onSubmit={() => void confirm()} onCancel={() => onClose()}>
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
                  <Check key={name} label={format.weekday(addDays('2024-01-01', n))} value={plan.days.includes(name)} onChange={(on) => change({ days: weekdays.filter((one) => (one === name ? on : plan.days.includes(one))) })} />
                ))}
              </div>
            </fieldset>
            <Select label={i.publish.every} value={plan.every} options={intervals} text={i.publish.weeks} onChange={(every) => change({ every })} />
          </>
        )}
        <Forecast id={me.id} plan={plan} timeZone={me.timeZone} period={plan.kind === 'once' ? hours : period} />
      </Fields>
    </Popup>
  )
}

interface ForecastProps {
  id: string
  plan: Plan
  timeZone: string
  period(one: { start: string; end: string }): string
}

type Outcome = NonNullable<PublishWindowMutation['addAvailability'] | PublishRuleMutation['addWeeklyAvailability']>

// Forecast shows a dry run: how many slots would be published, and what is in the way of others.
function Forecast({ id, plan, timeZone, period }: ForecastProps) {
  const i = useInterviewerTexts()
  const inWords = useWords()
  const complete = ready(plan)
  const window = useDryRun(PublishWindowDocument, complete && plan.kind === 'once' ? windowInput(plan, id, timeZone) : undefined)
  const rule = useDryRun(PublishRuleDocument, complete && plan.kind === 'weekly' ? ruleInput(plan, id) : undefined)
  const outcome: Outcome | null | undefined = plan.kind === 'once' ? window?.addAvailability : rule?.addWeeklyAvailability
  if (!complete) return null
  if (!outcome) return <p className="notice wide" role="status">{i.publish.checking}</p>
  const [refused] = outcome.errors
  if (refused) return <p className="notice bad wide" role="status">{refused.code === 'INVALID_INPUT' || refused.code === 'INVALID_RANGE' ? i.publish.nothing : inWords(refused).text}</p>
  return <Shown id={id} timeZone={timeZone} outcome={outcome} period={period} />
}

function Shown({ id, timeZone, outcome: { publishedCount, skipped, skippedCount }, period }: { outcome: Outcome } & Omit<ForecastProps, 'plan'>) {
  const i = useInterviewerTexts()
  const fresh = publishedCount - skipped.filter((one) => one.reason === 'DUPLICATE').length
  const past = skipped.filter((one) => one.reason === 'SLOT_IN_PAST').length
  const left = skipped.filter((one) => one.reason !== 'SLOT_IN_PAST')
  const nameOfConflict = useNames(id, timeZone, left.slice(0, shown))
  return (
    <div className={skippedCount ? 'notice bad wide' : 'notice wide'} role="status">
      <strong>{i.publish.will(fresh)}</strong>
      {past > 0 && <p>{i.publish.past(past)}</p>}
      {left.length > 0 && (
        <>
          <p>{i.publish.conflicts(skippedCount - past)}</p>
          <ul className="conflicts">
            {left.slice(0, shown).map((one) => <li key={one.start}>{period(one)}: {nameOfConflict(one)}</li>)}
            {skippedCount - past > shown && <li>{i.more(skippedCount - past - shown)}</li>}
          </ul>
        </>
      )}
    </div>
  )
}

type Skipped = Outcome['skipped'][number]

// useNames returns a function that says what is in the way of a slot. The names come from the calendar.
function useNames(id: string, timeZone: string, skipped: Skipped[]): (one: Skipped) => string {
  const i = useInterviewerTexts()
  const day = (instant: string | undefined, days: number) => startOf(addDays(instant ? dayOf(Date.parse(instant), timeZone) : '2000-01-01', days), timeZone)
  const variables = { id, start: day(skipped[0]?.start, -1), end: day(skipped.at(-1)?.end, 2) }
  const [{ data }] = useQuery({ query: InterviewerCalendarDocument, variables, pause: skipped.length === 0 })
  const loaded = loadedOf(data)
  return (one) => {
    const inTheWay = <T extends { start: string; end: string }>(list: T[] | undefined) => list?.find((other) => overlap(spanOf(one), spanOf(other)))
    const meeting = inTheWay(loaded?.meetings.filter((other) => other.status === 'BOOKED'))
    if (meeting) return i.publish.inTheWay('booked', meeting.student.name)
    if (one.reason !== 'BLOCKED') return i.publish.inTheWay('open', '')
    const block = inTheWay(loaded?.blocks)
    return block ? i.publish.inTheWay('blocked', block.reason) : i.publish.withdrawn
  }
}
