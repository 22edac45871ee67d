// The interviews of an interviewer: today's, those without a result, the next and the last ones.
import { useState } from 'react'
import type { ReactNode } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import { InterviewerMeetingsDocument, UndoNoShowDocument } from '../generated/interviewer/graphql.ts'
import type { MeetingFragment } from '../generated/interviewer/graphql.ts'
import { addDays, dayOf, placeOf, startOf, useNow } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure, Initials, Loading } from '../ui.tsx'
import { Popup, Refusals, useSave } from '../forms.tsx'
import { useChanges } from './live.ts'
import { CancelForm, CompleteForm, NoShowForm } from './outcome.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
import { useInterviewerTexts } from './texts.ts'

const noShowAfterMs = 10 * 60_000
const undoWithinMs = 48 * 3_600_000

export function Meetings(props: Props) {
  const { connection, me } = props
  const i = useInterviewerTexts()
  const day = dayOf(useNow(60_000), me.timeZone)
  const [{ data, error }, again] = useQuery({
    query: InterviewerMeetingsDocument,
    variables: { id: me.id, today: startOf(day, me.timeZone), tomorrow: startOf(addDays(day, 1), me.timeZone) },
    requestPolicy: 'cache-and-network',
  })
  const refresh = () => again({ requestPolicy: 'network-only' })
  useChanges(connection, me.id, refresh)
  if (!data) return error ? <Failure onRetry={refresh} /> : <Loading />
  const { today, waiting, upcoming, past } = data.interviewer ?? {}
  return (
    <div className="meetings">
      <List title={i.meetings.today} none={i.meetings.noneToday} meetings={today?.nodes ?? []} {...props} />
      <List title={i.meetings.waiting} about={i.meetings.waitingAbout} meetings={waiting?.nodes ?? []} {...props} />
      <List title={i.meetings.upcoming} none={i.meetings.noneUpcoming} meetings={upcoming?.nodes ?? []} {...props} />
      <List title={i.meetings.past} meetings={[...(past?.nodes ?? [])].reverse()} {...props} />
    </div>
  )
}

function List({ title, about, none, meetings, ...props }: Props & { title: string; about?: string; none?: string; meetings: MeetingFragment[] }) {
  if (meetings.length === 0 && !none) return null
  return (
    <section className="stack" aria-label={title}>
      <h2>{title}</h2>
      {about && <p className="hint">{about}</p>}
      {meetings.length === 0 ? <p className="hint">{none}</p> : <ul className="stack">{meetings.map((one) => <li key={one.id}><Card meeting={one} {...props} /></li>)}</ul>}
    </section>
  )
}

type Action = 'complete' | 'noShow' | 'cancel'

function Card({ meeting, ...props }: Props & { meeting: MeetingFragment }) {
  const [doing, setDoing] = useState<Action>()
  return (
    <article className="card meeting" aria-label={meeting.student.name}>
      <Summary meeting={meeting} format={props.format} />
      <Buttons meeting={meeting} say={props.say} onDo={setDoing} />
      {doing && (
        <ActionDialog {...props} meeting={meeting} action={doing} onClose={(text) => {
          setDoing(undefined)
          if (text) props.say(text)
        }} />
      )}
    </article>
  )
}

function Summary({ meeting, format }: { meeting: MeetingFragment; format: Format }) {
  const i = useInterviewerTexts()
  const { student, start, end, status, grade, note, noteShared, cancelReason, intake } = meeting
  return (
    <div className="profile">
      <Initials name={student.name} />
      <div>
        <p><strong>{format.moment(start)}</strong> – {format.time(end)}</p>
        <p>{student.name} <span className="hint">{i.meetings.in(placeOf(student.timeZone))}</span></p>
        {status !== 'BOOKED' && <p><span className={`status ${status.toLowerCase()}`}>{i.statuses[status]}</span> {grade != null && <strong>{i.outcome.graded(grade)}</strong>}</p>}
        {intake && <><p className="hint">{i.meetings.writes(student.name)}</p><blockquote className="bio">{intake}</blockquote></>}
        {note && <p className="bio">{note} <span className="hint">{noteShared ? i.outcome.noteShared : i.outcome.notePrivate}</span></p>}
        {cancelReason && <p className="hint">{cancelReason}</p>}
      </div>
    </div>
  )
}

function Buttons({ meeting, say, onDo }: { meeting: MeetingFragment; say: Props['say']; onDo(action: Action): void }) {
  const i = useInterviewerTexts()
  const now = useNow(30_000)
  const undo = useSave(UndoNoShowDocument, mine)
  const { student, status, start, noShowAt, meetingUrl, viewerCanComplete, viewerCanCancel } = meeting
  const absent = status === 'BOOKED' && now >= Date.parse(start) + noShowAfterMs
  const undoable = noShowAt != null && now < Date.parse(noShowAt) + undoWithinMs
  const button = (action: Action, text: string, style: string) => <Button className={`button ${style}`} aria-label={i.meetings.label(text, student.name)} onPress={() => onDo(action)}>{text}</Button>
  return (
    <>
      <Refusals problems={undo.problems} />
      <div className="actions">
        {meetingUrl && <a className="button primary" href={meetingUrl} target="_blank" rel="noreferrer" aria-label={i.meetings.label(i.meetings.join, student.name)}>{i.meetings.join}</a>}
        {viewerCanComplete && button('complete', status === 'COMPLETED' ? i.outcome.change : i.outcome.complete, status === 'COMPLETED' ? '' : 'primary')}
        {absent && button('noShow', i.noShow.open, '')}
        {undoable && <Button className="button" isDisabled={undo.saving} aria-label={i.meetings.label(i.noShow.undo, student.name)} onPress={() => void undo.save(() => ({ interviewId: meeting.id })).then((payload) => payload && say(i.noShow.undone))}>{i.noShow.undo}</Button>}
        {status === 'BOOKED' && viewerCanCancel && button('cancel', i.cancel.open, 'quiet bad')}
      </div>
    </>
  )
}

function ActionDialog({ action, ...props }: Props & { meeting: MeetingFragment; action: Action; onClose(text?: string): void }) {
  const i = useInterviewerTexts()
  const forms: Record<Action, [string, ReactNode]> = {
    complete: [i.outcome.title, <CompleteForm {...props} />],
    noShow: [i.noShow.title, <NoShowForm {...props} />],
    cancel: [i.cancel.title, <CancelForm {...props} />],
  }
  const [title, form] = forms[action]
  return (
    <Popup title={title} role={action === 'complete' ? 'dialog' : 'alertdialog'} onClose={() => props.onClose()}>
      <p className="when"><strong>{props.format.moment(props.meeting.start)}</strong> {props.meeting.student.name}</p>
      {form}
    </Popup>
  )
}

// MeetingDialog shows an interview that was chosen in the calendar.
export function MeetingDialog({ meeting, onClose, ...props }: Props & { meeting: MeetingFragment; onClose(text?: string): void }) {
  const i = useInterviewerTexts()
  const [doing, setDoing] = useState<Action>()
  if (doing) return <ActionDialog {...props} meeting={meeting} action={doing} onClose={onClose} />
  return (
    <Popup title={i.meetings.with(meeting.student.name)} onClose={() => onClose()}>
      <Summary meeting={meeting} format={props.format} />
      <Buttons meeting={meeting} say={onClose} onDo={setDoing} />
      <div className="actions"><Button className="button" onPress={() => onClose()} autoFocus>{i.back}</Button></div>
    </Popup>
  )
}
