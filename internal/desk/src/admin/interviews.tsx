// Interviews: the list with its filters, cancelling, and correcting a grade.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { AdminCancelDocument, AdminCompleteDocument, AdminInterviewsDocument } from '../generated/admin/graphql.ts'
import type { InterviewRowFragment, InterviewStatus } from '../generated/admin/graphql.ts'
import { Check, Entry, Fields, Popup, useSave } from '../forms.tsx'
import { Choice, isProblem, whole } from './form.tsx'
import type { Entries } from '../forms.tsx'
import { Listing, Said, Section, usePaged } from './list.tsx'
import { endOfDay, startOfDay, useMoments } from './moments.ts'
import { PersonPicker } from './picker.tsx'
import { to, useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'

export function Interviews() {
  const a = useAdminTexts()
  const [said, setSaid] = useState('')
  const [{ status, student, interviewer, from, until }, change] = useFilter('interviews', ['status', 'student', 'interviewer', 'from', 'until'])
  const kind = status in a.interview.statuses ? (status as InterviewStatus) : ''
  const filter = { status: kind ? [kind] : [], studentId: student || null, interviewerId: interviewer || null, start: startOfDay(from), end: endOfDay(until) }
  const paged = usePaged(AdminInterviewsDocument, { filter }, (data) => data.interviews)
  return (
    <Section title={a.sections.interviews}>
      <Said text={said} />
      <div className="filters">
        <Choice label={a.interview.status} value={kind} options={{ '': a.all, ...a.interview.statuses }} onChange={(value) => change('status', value)} />
        <PersonPicker kind="student" label={a.interview.student} id={student} onChoose={(id) => change('student', id)} />
        <PersonPicker kind="interviewer" label={a.interview.interviewer} id={interviewer} onChoose={(id) => change('interviewer', id)} />
        <Day label={a.from} value={from} onChange={(day) => change('from', day)} />
        <Day label={a.until} value={until} onChange={(day) => change('until', day)} />
        {(kind || student || interviewer || from || until) && <a className="button quiet" href={to('interviews')}>{a.interview.clear}</a>}
      </div>
      <Listing paged={paged} label={a.sections.interviews} empty={a.interview.none}>{(one) => <Row interview={one} onSaid={setSaid} />}</Listing>
    </Section>
  )
}

export function Day({ label, value, onChange }: { label: string; value: string; onChange(day: string): void }) {
  return <label className="field"><span>{label}</span><input type="date" value={value} onChange={(e) => onChange(e.target.value)} /></label>
}

export function InterviewRows({ interviews, onSaid }: { interviews: InterviewRowFragment[]; onSaid(text: string): void }) {
  return <ul className="rows card">{interviews.map((one) => <li key={one.id}><Row interview={one} onSaid={onSaid} /></li>)}</ul>
}

function Row({ interview, onSaid }: { interview: InterviewRowFragment; onSaid(text: string): void }) {
  const a = useAdminTexts()
  const { moment } = useMoments()
  const [open, setOpen] = useState<'' | 'cancel' | 'grade'>('')
  const { student, interviewer, status, grade, cancelReason, intake, viewerCanCancel, viewerCanComplete } = interview
  const what = `${a.interview.with(student.name, interviewer.name)}, ${moment(interview.start)}`
  const give = status === 'COMPLETED' ? a.interview.correct : a.interview.complete
  const close = (text: string) => {
    setOpen('')
    onSaid(text)
  }
  return (
    <div className="row">
      <div>
        <p><strong>{moment(interview.start)}</strong></p>
        <p><a href={to(`students/${student.id}`)}>{student.name}</a> · <a href={to(`interviewers/${interviewer.id}`)}>{interviewer.name}</a></p>
        {intake && <><p className="hint">{a.interview.writes(student.name)}</p><blockquote className="bio">{intake}</blockquote></>}
        {cancelReason && <p className="hint">{a.interview.because(cancelReason)}</p>}
      </div>
      <p><span className={`status ${status.toLowerCase()}`}>{a.interview.statuses[status]}</span>{status === 'COMPLETED' && <> {grade == null ? a.interview.noGrade : a.interview.grade(grade)}</>}</p>
      <div className="tools">
        {viewerCanComplete && <Button className="button quiet" aria-label={`${give}: ${what}`} onPress={() => setOpen('grade')}>{give}</Button>}
        {viewerCanCancel && <Button className="button quiet bad" aria-label={`${a.interview.cancel}: ${what}`} onPress={() => setOpen('cancel')}>{a.interview.cancel}</Button>}
      </div>
      {open === 'cancel' && <Cancel interview={interview} what={what} onClose={close} />}
      {open === 'grade' && <Grade interview={interview} what={what} onClose={close} />}
    </div>
  )
}

interface DialogProps {
  interview: InterviewRowFragment
  what: string
  onClose(said: string): void
}

function Cancel({ interview, what, onClose }: DialogProps) {
  const a = useAdminTexts()
  const cancel = useSave(AdminCancelDocument)
  const send = async (entry: Entries) =>
    void ((await cancel.save((idempotencyKey) => ({ interviewId: interview.id, reason: entry('reason'), idempotencyKey }))) && onClose(a.interview.cancelled))
  return (
    <Popup title={a.interview.cancelTitle} role="alertdialog" onClose={() => onClose('')}>
      <p>{what}</p>
      <Fields label={a.interview.cancelTitle} names={['reason']} save={cancel} submit={a.interview.cancelIt} danger onSubmit={(entry) => void send(entry)} onCancel={() => onClose('')}>
        <Entry name="reason" label={a.interview.reason} hint={a.interview.reasonHint} rows={3} autoFocus />
      </Fields>
    </Popup>
  )
}

function Grade({ interview, what, onClose }: DialogProps) {
  const a = useAdminTexts()
  const complete = useSave(AdminCompleteDocument)
  async function send(entry: Entries) {
    const grade = whole(a, 'grade', entry('grade'))
    if (isProblem(grade)) return complete.refuse([grade])
    const done = await complete.save((idempotencyKey) => ({
      interviewId: interview.id, expectedVersion: interview.version, grade, note: entry('note'), shareNote: entry('share') === 'true', idempotencyKey,
    }))
    if (done) onClose(a.interview.graded)
  }
  return (
    <Popup title={a.interview.gradeTitle} onClose={() => onClose('')}>
      <p>{what}</p>
      <Fields label={a.interview.gradeTitle} names={['grade', 'note']} save={complete} submit={a.save} onSubmit={(entry) => void send(entry)} onCancel={() => onClose('')}>
        <Entry name="grade" label={a.interview.gradeField} value={interview.grade} hint={a.interview.gradeHint} numeric autoFocus />
        <Entry name="note" label={a.interview.note} value={interview.note} hint={a.interview.noteHint} rows={4} />
        <div className="wide"><Check name="share" label={a.interview.share} value={interview.noteShared} /></div>
      </Fields>
    </Popup>
  )
}
