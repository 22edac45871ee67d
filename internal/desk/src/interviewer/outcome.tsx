// What becomes of an interview: a grade and a note, a no-show, or a cancellation.
import { useState } from 'react'
import { CancelMeetingDocument, CompleteMeetingDocument, MarkNoShowDocument } from '../generated/interviewer/graphql.ts'
import type { MeetingFragment, Party } from '../generated/interviewer/graphql.ts'
import { Check, Entry, Fields, useSave } from '../forms.tsx'
import { Radios } from './form.tsx'
import { mine } from './mine.ts'
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
  const sender = useSave(CompleteMeetingDocument, mine)
  const confirm = async () => {
    const payload = await sender.save((idempotencyKey) => ({
      interviewId: meeting.id, expectedVersion: version, grade: grade ? Number(grade) : null, note: note.trim(), shareNote, idempotencyKey,
    }))
    if (payload) onClose(i.outcome.done(meeting.student.name))
  }
  return (
    <Fields names={['note']} save={sender} submit={meeting.status === 'COMPLETED' ? i.outcome.save : i.outcome.confirm} onSubmit={() => void confirm()} onCancel={() => onClose()}>
      <Radios label={i.outcome.grade} name="grade" value={grade} options={options} text={(one) => one || i.outcome.later} onChange={setGrade} />
      <Entry name="note" label={i.outcome.note} rows={5} maxLength={4000} value={note} onChange={setNote} />
      <Check label={i.outcome.share} value={shareNote} onChange={setShareNote} />
    </Fields>
  )
}

export function NoShowForm({ meeting, onClose }: Props) {
  const i = useInterviewerTexts()
  const [party, setParty] = useState<Party>('STUDENT')
  const sender = useSave(MarkNoShowDocument, mine)
  const confirm = async () => {
    const payload = await sender.save((idempotencyKey) => ({ interviewId: meeting.id, party, idempotencyKey }))
    if (payload) onClose(i.noShow.done)
  }
  return (
    <Fields names={[]} save={sender} danger submit={i.noShow.confirm} onSubmit={() => void confirm()} onCancel={() => onClose()}>
      <Radios label={i.noShow.who} name="party" value={party} options={['STUDENT', 'INTERVIEWER']} text={(one) => (one === 'STUDENT' ? meeting.student.name : i.noShow.me)} onChange={setParty} />
      <p className="hint wide">{party === 'STUDENT' ? i.noShow.counts : i.noShow.countsNot}</p>
    </Fields>
  )
}

export function CancelForm({ meeting, onClose }: Props) {
  const i = useInterviewerTexts()
  const [reason, setReason] = useState('')
  const sender = useSave(CancelMeetingDocument, mine)
  const confirm = async () => {
    if (!reason.trim()) return sender.refuse([{ field: 'reason', text: i.reasonMissing }])
    const payload = await sender.save((idempotencyKey) => ({ interviewId: meeting.id, reason: reason.trim(), idempotencyKey }))
    if (payload) onClose(i.cancel.done)
  }
  return (
    <Fields names={['reason']} save={sender} danger submit={i.cancel.confirm} back={i.cancel.keep} onSubmit={() => void confirm()} onCancel={() => onClose()}>
      <Entry name="reason" label={i.reason} hint={i.cancel.hint} rows={3} maxLength={500} autoFocus value={reason} onChange={setReason} />
    </Fields>
  )
}
