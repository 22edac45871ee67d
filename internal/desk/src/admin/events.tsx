// The audit log in words.
import { AdminEventsDocument } from '../generated/admin/graphql.ts'
import type { AdminEventsQuery, EventKind } from '../generated/admin/graphql.ts'
import { Choice } from './form.tsx'
import { Day } from './interviews.tsx'
import { Listing, Section, usePaged } from './list.tsx'
import { endOfDay, startOfDay, useMoments } from './moments.ts'
import { PersonPicker } from './picker.tsx'
import { to, useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'

type Texts = ReturnType<typeof useAdminTexts>
export type Group = keyof Texts['event']['groups']

// groups says which kinds of events belong together.
export const groups: Record<Exclude<Group, ''>, EventKind[]> = {
  interviews: [
    'INTERVIEW_BOOKED', 'INTERVIEW_RESCHEDULED', 'INTERVIEW_CANCELLED', 'INTERVIEW_COMPLETED', 'INTERVIEW_GRADED', 'INTERVIEW_INTAKE_UPDATED', 'NO_SHOW_MARKED', 'NO_SHOW_UNDONE', 'INTERVIEW_IMPORTED',
  ],
  holds: ['HOLD_PLACED', 'HOLD_EXTENDED', 'HOLD_RELEASED'],
  people: [
    'STUDENT_CREATED', 'STUDENT_UPDATED', 'STUDENT_ANONYMISED', 'INTERVIEWER_CREATED', 'INTERVIEWER_UPDATED', 'NOTIFICATION_PREFERENCES_UPDATED', 'CALENDAR_FEED_CREATED', 'CALENDAR_FEED_DELETED',
  ],
  waivers: ['WAIVER_GRANTED', 'WAIVER_REVOKED'],
  time: ['AVAILABILITY_ADDED', 'AVAILABILITY_UPDATED', 'AVAILABILITY_REMOVED', 'AVAILABILITY_EXTENDED', 'TIME_BLOCKED', 'TIME_UNBLOCKED', 'SLOT_WITHDRAWN'],
  school: ['POLICY_UPDATED', 'DATA_IMPORTED'],
  webhooks: ['WEBHOOK_CREATED', 'WEBHOOK_UPDATED', 'WEBHOOK_DELETED', 'WEBHOOK_SECRET_ROTATED', 'WEBHOOK_DISABLED'],
}

type Event = NonNullable<AdminEventsQuery['events']>['nodes'][number]

export function Events() {
  const a = useAdminTexts()
  const [{ kind, student, interviewer, from, until }, change] = useFilter('events', ['kind', 'student', 'interviewer', 'from', 'until'])
  const group = (kind in groups ? kind : '') as Group
  const filter = { kind: group ? groups[group] : [], studentId: student || null, interviewerId: interviewer || null, start: startOfDay(from), end: endOfDay(until) }
  const paged = usePaged(AdminEventsDocument, { filter }, (data) => data.events)
  return (
    <Section title={a.sections.events}>
      <div className="filters">
        <Choice label={a.event.kind} value={group} options={a.event.groups} onChange={(value) => change('kind', value)} />
        <PersonPicker kind="student" label={a.interview.student} id={student} onChoose={(id) => change('student', id)} />
        <PersonPicker kind="interviewer" label={a.interview.interviewer} id={interviewer} onChoose={(id) => change('interviewer', id)} />
        <Day label={a.from} value={from} onChange={(day) => change('from', day)} />
        <Day label={a.until} value={until} onChange={(day) => change('until', day)} />
        {(group || student || interviewer || from || until) && <a className="button quiet" href={to('events')}>{a.interview.clear}</a>}
      </div>
      <Listing paged={paged} label={a.sections.events} empty={a.event.none}>{(event) => <Row event={event} />}</Listing>
    </Section>
  )
}

function Row({ event }: { event: Event }) {
  const a = useAdminTexts()
  const { moment } = useMoments()
  const { student, interviewer, actor, changes } = event
  const actorName = actor.person && 'name' in actor.person ? actor.person.name : a.event.roles[actor.role]
  return (
    <div className="row event">
      <time className="hint" dateTime={event.at}>{moment(event.at)}</time>
      <div>
        <p>
          <strong>{a.event.kinds[event.kind]}</strong>
          {(student || interviewer) && ': '}
          {student && <a href={to(`students/${student.id}`)}>{student.name}</a>}
          {student && interviewer && ' · '}
          {interviewer && <a href={to(`interviewers/${interviewer.id}`)}>{interviewer.name}</a>}
          <span className="hint"> {a.event.by} {actorName}</span>
        </p>
        {changes.length > 0 && (
          <details>
            <summary>{a.event.changes(changes.length)}</summary>
            <dl>{changes.map(({ field, before, after }) => <div key={field}><dt>{fieldName(a, field)}</dt><dd><Change field={field} before={before} after={after} /></dd></div>)}</dl>
          </details>
        )}
      </div>
    </div>
  )
}

function fieldName(a: Texts, field: string): string {
  const settings: Partial<Record<string, string>> = a.policy.fields
  return a.event.fields[field] ?? settings[field]?.replace(/, in .*$/, '') ?? field
}

// withheld are the fields whose values are in no event. Their value is true.
const withheld = new Set(['name', 'email', 'headline', 'bio', 'photoUrl', 'note', 'cancelReason', 'reason', 'meetingUrl', 'meetingUrlTemplate'])

function Change({ field, before, after }: { field: string; before?: unknown; after?: unknown }) {
  const a = useAdminTexts()
  const moments = useMoments()
  if (withheld.has(field)) return a.event.changed
  const words = (value: unknown) => wordsOf(a, field, value, moments.moment)
  return before == null ? words(after) : `${words(before)} → ${words(after)}`
}

function wordsOf(a: Texts, field: string, value: unknown, moment: (instant: string) => string): string {
  if (value == null) return a.event.nothing
  if (typeof value === 'boolean') return value ? a.event.yes : a.event.no
  if (typeof value === 'number') return field.endsWith('Seconds') ? a.policy.seconds(String(value)) : String(value)
  if (typeof value !== 'string') return Array.isArray(value) && value.every((one) => typeof one !== 'object') ? value.join(', ') || a.event.nothing : JSON.stringify(value)
  if (/^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(value)) return moment(value)
  const known: Partial<Record<string, string>> = { ...a.interview.statuses, ...a.waiver.rules }
  return known[value] ?? value
}
