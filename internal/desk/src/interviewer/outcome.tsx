// What becomes of an interview: a grade and a note, a no-show, or a cancellation.
import { useState } from 'react'
import { CancelMeetingDocument, CompleteMeetingDocument, MarkNoShowDocument } from '../generated/interviewer/graphql.ts'
import type { MeetingFragment, Party } from '../generated/interviewer/graphql.ts'
import { Check, Entry, Fields, Radios, useSend } from './form.tsx'
import { useInterviewerTexts } from './texts.ts'

interface Props {
  meeting: MeetingFragment
  onClose(text?: string): void
}

const grades = ['', '0', '1', '2', '3', '4', '5'] as const

export function CompleteForm({ meeting, onClose }: Props) {
  const i = useInterviewerTexts()
  // A change that arrives while the form is open must not be overwritten.
  const [{ version }] = useState(meeting)
  // A grade can be changed but not removed.
  const options = grades.filter((one) => one || meeting.grade == null)
  const [grade, setGrade] = useState<(typeof grades)[number]>(grades.find((one) => one === String(meeting.grade ?? '')) ?? '')
  const [note, setNote] = useState(meeting.note ?? '')
  const [shareNote, setShareNote] = useState(meeting.noteShared)
  const { sending, problems, send } = useSend(CompleteMeetingDocument)
  const confirm = async () => {
    const payload = await send((idempotencyKey) => ({
      interviewId: meeting.id, expectedVersion: version, grade: grade ? Number(grade) : null, note: note.trim(), shareNote, idempotencyKey,
    }))
    if (payload) onClose(i.outcome.done(meeting.student.name))
  }
  return (
    <Fields names={['note']} problems={problems} sending={sending} submit={meeting.status === 'COMPLETED' ? i.outcome.save : i.outcome.confirm} back={i.back} onSubmit={() => void confirm()} onBack={() => onClose()}>
      <Radios label={i.outcome.grade} name="grade" value={grade} options={options} text={(one) => one || i.outcome.later} onChange={setGrade} />
      <Entry name="note" label={i.outcome.note} rows={5} maxLength={4000} value={note} onChange={setNote} />
      <Check label={i.outcome.share} checked={shareNote} onChange={setShareNote} />
    </Fields>
  )
}

export function NoShowForm({ meeting, onClose }: Props) {
  const i = useInterviewerTexts()
  const [party, setParty] = useState<Party>('STUDENT')
  const { sending, problems, send } = useSend(MarkNoShowDocument)
  const confirm = async () => {
    const payload = await send((idempotencyKey) => ({ interviewId: meeting.id, party, idempotencyKey }))
    if (payload) onClose(i.noShow.done)
  }
  return (
    <Fields names={[]} problems={problems} sending={sending} danger submit={i.noShow.confirm} back={i.back} onSubmit={() => void confirm()} onBack={() => onClose()}>
      <Radios label={i.noShow.who} name="party" value={party} options={['STUDENT', 'INTERVIEWER']} text={(one) => (one === 'STUDENT' ? meeting.student.name : i.noShow.me)} onChange={setParty} />
      <p className="hint wide">{party === 'STUDENT' ? i.noShow.counts : i.noShow.countsNot}</p>
    </Fields>
  )
}

export function CancelForm({ meeting, onClose }: Props) {
  const i = useInterviewerTexts()
  const [reason, setReason] = useState('')
  const { sending, problems, refuse, send } = useSend(CancelMeetingDocument)
  const confirm = async () => {
    if (!reason.trim()) return refuse([{ field: 'reason', text: i.reasonMissing }])
    const payload = await send((idempotencyKey) => ({ interviewId: meeting.id, reason: reason.trim(), idempotencyKey }))
    if (payload) onClose(i.cancel.done)
  }
  return (
    <Fields names={['reason']} problems={problems} sending={sending} danger submit={i.cancel.confirm} back={i.cancel.keep} onSubmit={() => void confirm()} onBack={() => onClose()}>
      <Entry name="reason" label={i.reason} hint={i.cancel.hint} rows={3} maxLength={500} autoFocus value={reason} onChange={setReason} />
    </Fields>
  )
}
