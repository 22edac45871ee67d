// A student's upcoming interviews, and how to cancel or move one.
import { useRef, useState } from 'react'
import { Button, Dialog, Heading, Label, Modal, ModalOverlay, Text, TextArea, TextField } from 'react-aria-components'
import { useMutation } from 'urql'
import { CancelInterviewDocument } from '../generated/graphql.ts'
import type { MeFragment, RefusalFragment, UpcomingFragment } from '../generated/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import { useNow } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure, Initials } from '../ui.tsx'
import { IntakeDialog } from './intake.tsx'
import { MoveDialog } from './move.tsx'

export function Interviews({ me, format }: { me: MeFragment; format: Format }) {
  const { t } = useTexts()
  const [cancelling, setCancelling] = useState<UpcomingFragment>()
  const [moving, setMoving] = useState<UpcomingFragment>()
  const [telling, setTelling] = useState<UpcomingFragment>()
  const [said, setSaid] = useState('')
  const upcoming = me.upcomingInterviews ?? []
  return (
    <section aria-labelledby="interviews">
      <h2 id="interviews">{t.interviews.title}</h2>
      <p role="status" className={said ? 'notice good' : 'unseen'}>{said}</p>
      {upcoming.length === 0 ? <p className="hint">{t.interviews.none}</p> : (
        <ul>{upcoming.map((one) => <li key={one.id}><Upcoming interview={one} format={format} onCancel={() => setCancelling(one)} onMove={() => setMoving(one)} onTell={() => setTelling(one)} /></li>)}</ul>
      )}
      {cancelling && (
        <CancelDialog interview={cancelling} format={format} onClose={(done) => {
          setCancelling(undefined)
          setSaid(done ? t.interviews.cancelled : '')
        }} />
      )}
      {telling && (
        <IntakeDialog interview={telling} format={format} onClose={(done) => {
          setTelling(undefined)
          setSaid(done ? t.intake.saved : '')
        }} />
      )}
      {moving && (
        <MoveDialog interview={moving} me={me} format={format} onClose={(done) => {
          setMoving(undefined)
          setSaid(done ? t.move.moved : '')
        }} />
      )}
    </section>
  )
}

function Upcoming({ interview, format, onCancel, onMove, onTell }: { interview: UpcomingFragment; format: Format; onCancel(): void; onMove(): void; onTell(): void }) {
  const { t } = useTexts()
  const started = useNow(30_000) >= Date.parse(interview.start)
  const { interviewer, start, end, cancelableUntil, viewerCanCancel, viewerCanReschedule, meetingUrl, intake } = interview
  return (
    <article className="card upcoming">
      <div className="profile">
        <Initials name={interviewer.name} />
        <div>
          <p><strong>{format.moment(start)}</strong> – {format.time(end)}</p>
          <p>{t.interviews.with(interviewer.name)}</p>
        </div>
      </div>
      {intake && <blockquote className="bio">{intake}</blockquote>}
      {cancelableUntil && <p className="hint">{viewerCanCancel ? t.interviews.until(format.moment(cancelableUntil)) : t.interviews.tooLate(format.moment(cancelableUntil))}</p>}
      <div className="actions">
        {meetingUrl && <a className="button primary" href={meetingUrl} target="_blank" rel="noreferrer">{t.interviews.join}</a>}
        <CalendarFile interview={interview} />
        {!started && <Button className="button quiet" aria-label={t.intake.openLabel(interviewer.name, format.moment(start))} onPress={onTell}>{intake ? t.intake.change : t.intake.open}</Button>}
        {viewerCanReschedule && <Button className="button quiet" aria-label={t.move.label(interviewer.name, format.moment(start))} onPress={onMove}>{t.move.open}</Button>}
        {viewerCanCancel && <Button className="button quiet bad" aria-label={t.interviews.cancelLabel(interviewer.name, format.moment(start))} onPress={onCancel}>{t.interviews.cancel}</Button>}
      </div>
    </article>
  )
}

// CalendarFile downloads the interview as a calendar file.
export function CalendarFile({ interview }: { interview: UpcomingFragment }) {
  const { t } = useTexts()
  const save = () => {
    const url = URL.createObjectURL(new Blob([interview.ics], { type: 'text/calendar' }))
    const link = Object.assign(document.createElement('a'), { href: url, download: `interview-${interview.id}.ics` })
    link.click()
    setTimeout(() => URL.revokeObjectURL(url))
  }
  return <Button className="button" onPress={save}>{t.interviews.calendar}</Button>
}

function CancelDialog({ interview, format, onClose }: { interview: UpcomingFragment; format: Format; onClose(done: boolean): void }) {
  const { t } = useTexts()
  const [, cancel] = useMutation(CancelInterviewDocument)
  const [reason, setReason] = useState('')
  const [missing, setMissing] = useState(false)
  const [errors, setErrors] = useState<RefusalFragment[]>([])
  const [failed, setFailed] = useState(false)
  const [sending, setSending] = useState(false)
  const key = useRef(crypto.randomUUID())

  async function confirm() {
    if (!reason.trim()) return setMissing(true)
    setSending(true)
    const { data } = await cancel({ interview: interview.id, reason: reason.trim(), key: key.current })
    setSending(false)
    const payload = data?.cancelInterview
    if (!payload) return setFailed(true)
    setFailed(false)
    setErrors(payload.errors)
    key.current = crypto.randomUUID() // a refusal ends the attempt
    if (payload.errors.length === 0) onClose(true)
  }

  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose(false)}>
      <Modal className="modal">
        <Dialog className="dialog" role="alertdialog">
          <Heading slot="title">{t.interviews.cancelTitle}</Heading>
          <p className="when"><strong>{format.moment(interview.start)}</strong> {t.interviews.with(interview.interviewer.name)}</p>
          {interview.cancelableUntil && <p className="hint">{t.interviews.until(format.moment(interview.cancelableUntil))}</p>}
          <TextField className="field" value={reason} onChange={setReason} isInvalid={missing && !reason.trim()} isRequired maxLength={500} validationBehavior="aria" autoFocus>
            <Label>{t.interviews.reason}</Label>
            <TextArea rows={3} />
            <Text slot="description" className="hint">{t.interviews.reasonHint}</Text>
            {missing && !reason.trim() && <Text slot="errorMessage" className="warn">{t.interviews.reasonMissing}</Text>}
          </TextField>
          {errors.length > 0 && <div className="notice bad" role="alert">{errors.map((e) => <p key={e.code}>{t.refusals[e.code] ?? e.message}</p>)}</div>}
          {failed && <Failure onRetry={() => void confirm()} />}
          <div className="actions">
            <Button className="button danger" isDisabled={sending} onPress={() => void confirm()}>{t.interviews.confirm}</Button>
            <Button className="button" onPress={() => onClose(false)}>{t.interviews.keep}</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
