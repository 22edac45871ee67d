// The booking policy, with the allowed range beside each field.
import { useState } from 'react'
import { AdminPolicyDocument, UpdatePolicyDocument } from '../generated/admin/graphql.ts'
import type { PolicyFragment, UpdateBookingPolicyInput } from '../generated/admin/graphql.ts'
import { Failure, Loading } from '../ui.tsx'
import { Check, Entry, Fields, useSave } from '../forms.tsx'
import type { Problem } from '../forms.tsx'
import type { Entries } from '../forms.tsx'
import { Said, Section, useFresh } from './list.tsx'
import { useMoments } from './moments.ts'
import { useAdminTexts } from './texts.ts'

type Texts = ReturnType<typeof useAdminTexts>
type Setting = Exclude<keyof Texts['policy']['fields'], 'meetingUrlTemplate' | 'shareMeetingRooms' | 'reminderLeadSeconds' | 'agendaHour'>

const minute = 60
const hour = 3600

// settings lists the numbers of the policy as the schema describes them. unit is in seconds, or 1.
const settings: { name: Setting; group: 'booking' | 'changes' | 'mail'; min: number; max: number; unit: number }[] = [
  { name: 'interviewLimit', group: 'booking', min: 0, max: 1000, unit: 1 },
  { name: 'minimumGradeExclusive', group: 'booking', min: -1, max: 4, unit: 1 },
  { name: 'gradeWindow', group: 'booking', min: 0, max: 100, unit: 1 },
  { name: 'holdSeconds', group: 'booking', min: 30, max: 3600, unit: minute },
  { name: 'minimumNoticeSeconds', group: 'booking', min: 0, max: 2_592_000, unit: hour },
  { name: 'publishHorizonDays', group: 'booking', min: 1, max: 730, unit: 1 },
  { name: 'cancelCutoffSeconds', group: 'changes', min: 0, max: 2_592_000, unit: hour },
  { name: 'rescheduleCutoffSeconds', group: 'changes', min: 0, max: 2_592_000, unit: hour },
  { name: 'maxReschedules', group: 'changes', min: 0, max: 100, unit: 1 },
  { name: 'feedbackOverdueSeconds', group: 'mail', min: 0, max: 2_592_000, unit: hour },
]
const units = { ...Object.fromEntries(settings.map(({ name, unit }) => [name, unit])), reminderLeadSeconds: hour }
const names = [...settings.map(({ name }) => name), 'meetingUrlTemplate', 'reminderLeadSeconds', 'agendaHour']

export function Policy() {
  const a = useAdminTexts()
  const [said, setSaid] = useState('')
  const { data, failed, again } = useFresh(AdminPolicyDocument, {})
  if (failed) return <Failure onRetry={again} />
  if (!data) return <Loading />
  return (
    <Section title={a.sections.policy} intro={a.policy.intro}>
      <Said text={said} />
      <PolicyForm key={data.bookingPolicy.version} policy={data.bookingPolicy} onSaid={setSaid} />
    </Section>
  )
}

// shown returns a number of the API in the unit of the form, with a point for decimals.
const shown = (value: number, unit: number) => String(Number((value / unit).toFixed(4)))

// amount reads a number in a unit of the form.
function amount(a: Texts, field: string, text: string, unit: number): number | Problem {
  const value = text ? Number(text.replace(',', '.')) * unit : NaN
  const rounded = Math.round(value)
  if (!Number.isFinite(value) || Math.abs(rounded) >= 2 ** 31) return { field, text: unit === 1 ? a.whole : a.number }
  return unit === 1 && rounded !== value ? { field, text: a.whole } : rounded
}

// changesOf returns the fields that differ from the policy. Fields that are left out do not change.
function changesOf(a: Texts, policy: PolicyFragment, entry: Entries): { changes: UpdateBookingPolicyInput; problems: Problem[] } {
  const changes: UpdateBookingPolicyInput = {}
  const problems: Problem[] = []
  const number = (field: string, text: string, unit: number, then: (value: number) => void) => {
    const value = amount(a, field, text, unit)
    if (typeof value === 'number') then(value)
    else problems.push(value)
  }
  for (const { name, unit } of settings) {
    if (entry(name) !== shown(policy[name], unit)) number(name, entry(name), unit, (value) => (changes[name] = value))
  }
  if (entry('agendaHour') !== String(policy.agendaHour ?? '')) {
    if (entry('agendaHour') === '') changes.agendaHour = null
    else number('agendaHour', entry('agendaHour'), 1, (value) => (changes.agendaHour = value))
  }
  const reminders = entry('reminderLeadSeconds')
  if (reminders !== remindersOf(policy)) {
    const list: number[] = (changes.reminderLeadSeconds = [])
    for (const text of reminders.split(/\s+/).filter(Boolean)) number('reminderLeadSeconds', text, hour, (value) => list.push(value))
  }
  if (entry('meetingUrlTemplate') !== (policy.meetingUrlTemplate ?? '')) changes.meetingUrlTemplate = entry('meetingUrlTemplate') || null
  const share = entry('shareMeetingRooms') === 'true'
  if (share !== policy.shareMeetingRooms) changes.shareMeetingRooms = share
  return { changes, problems }
}

const remindersOf = (policy: PolicyFragment) => policy.reminderLeadSeconds.map((value) => shown(value, hour)).join(' ')

function PolicyForm({ policy, onSaid }: { policy: PolicyFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const update = useSave(UpdatePolicyDocument, [], units)
  async function save(entry: Entries) {
    onSaid('')
    const { changes, problems } = changesOf(a, policy, entry)
    if (problems.length) return update.refuse(problems)
    if (await update.save(() => ({ ...changes, expectedVersion: policy.version }))) onSaid(a.saved)
  }
  return (
    <div className="card">
      <Fields label={a.sections.policy} names={names} save={update} submit={a.save} onSubmit={(entry) => void save(entry)}>
        <Group title={a.policy.booking}><Numbers group="booking" policy={policy} /></Group>
        <Group title={a.policy.changes}><Numbers group="changes" policy={policy} /></Group>
        <Group title={a.policy.links}>
          <Entry name="meetingUrlTemplate" label={a.policy.fields.meetingUrlTemplate} value={policy.meetingUrlTemplate} hint={a.policy.templateHint} />
          <Check name="shareMeetingRooms" label={a.policy.fields.shareMeetingRooms} value={policy.shareMeetingRooms} />
        </Group>
        <Group title={a.policy.mail}>
          <Entry name="reminderLeadSeconds" label={a.policy.fields.reminderLeadSeconds} value={remindersOf(policy)} hint={a.policy.remindersHint} />
          <Entry name="agendaHour" label={a.policy.fields.agendaHour} value={policy.agendaHour} hint={a.policy.agendaHint} numeric />
          <Numbers group="mail" policy={policy} />
        </Group>
      </Fields>
    </div>
  )
}

function Group({ title, children }: { title: string; children: React.ReactNode }) {
  return <fieldset className="form wide"><legend>{title}</legend>{children}</fieldset>
}

function Numbers({ group, policy }: { group: 'booking' | 'changes' | 'mail'; policy: PolicyFragment }) {
  const a = useAdminTexts()
  const { number } = useMoments()
  return settings.filter((one) => one.group === group).map(({ name, min, max, unit }) => (
    <Entry key={name} name={name} label={a.policy.fields[name]} value={shown(policy[name], unit)} numeric
      hint={a.policy.range(number(min / unit), number(max / unit))} />
  ))
}
