// The page of a student.
import { useEffect, useState } from 'react'
import { Button } from 'react-aria-components'
import { useMutation } from 'urql'
import type { Connection } from '../api.ts'
import { InterviewChangedDocument, ReleaseHoldDocument } from '../generated/graphql.ts'
import type { MeFragment } from '../generated/graphql.ts'
import type { Slot } from '../slots.ts'
import { useTexts } from '../texts/index.tsx'
import { formats, useNow } from '../time.ts'
import { Frame } from '../ui.tsx'
import { BookingDialog, Countdown } from './booking.tsx'
import { Calendar } from './calendar.tsx'
import { Finder } from './finder.tsx'
import { Interviews } from './interviews.tsx'
import { Past } from './past.tsx'

interface Props {
  connection: Connection
  me: MeFragment
  cancelCutoffMs: number // the student cannot cancel later than this before the start
  onLeave(): void
  refresh(): void
}

export function StudentPage({ connection, me, cancelCutoffMs, onLeave, refresh }: Props) {
  const { t, locale } = useTexts()
  const [choice, setChoice] = useState<Slot>()
  const [changes, setChanges] = useState(0) // of interviews, by anyone
  const format = formats(locale, me.timeZone)

  // A change of an interview by others, such as a cancellation, changes the student.
  useEffect(() => {
    const changed = () => {
      refresh()
      setChanges((n) => n + 1)
    }
    const subscription = connection.client.subscription(InterviewChangedDocument, { student: me.id }).subscribe(({ data }) => data && changed())
    const stopListening = connection.onReconnect(changed)
    return () => {
      subscription.unsubscribe()
      stopListening()
    }
  }, [connection, me.id, refresh])

  return (
    <Frame name={me.name} connection={connection} onLeave={onLeave}>
      <div className="title">
        <h1>{t.student.hello(me.name.split(' ')[0] ?? me.name)}</h1>
        <p className="hint">{t.student.zone(me.timeZone)}</p>
      </div>
      <div className="columns">
        <div className="standing">
          <Allowance me={me} />
          {!choice && <HoldNotice me={me} format={format} onResume={setChoice} />}
        </div>
        <Finder connection={connection} me={me} format={format} onChoose={setChoice} />
        <div className="interviews">
          <Interviews me={me} format={format} />
          <Past me={me} changes={changes} format={format} />
          <Calendar me={me} format={format} />
        </div>
      </div>
      {choice && <BookingDialog key={choice.id} slot={choice} me={me} cancelCutoffMs={cancelCutoffMs} format={format} onChoose={setChoice} onClose={() => setChoice(undefined)} />}
    </Frame>
  )
}

// Allowance shows how many interviews are left, or why the student cannot book.
function Allowance({ me }: { me: MeFragment }) {
  const { t } = useTexts()
  const verdict = me.eligibility
  if (!verdict) return null
  return (
    <section className="card allowance">
      <p><strong>{t.student.left(verdict.interviewsRemaining)}</strong> <span className="hint">{t.student.used(verdict.interviewsUsed, verdict.interviewLimit)}</span></p>
      <progress aria-label={t.student.used(verdict.interviewsUsed, verdict.interviewLimit)} max={verdict.interviewLimit} value={verdict.interviewsUsed} />
      {verdict.reasons.length > 0 && (
        <div className="notice bad">
          <strong>{t.student.blocked}</strong>
          {verdict.reasons.map(({ code, message }) => <p key={code}>{t.refusals[code] ?? message}</p>)}
        </div>
      )}
    </section>
  )
}

// HoldNotice reminds of a hold that another visit, or another tab, has placed.
function HoldNotice({ me, format, onResume }: { me: MeFragment; format: ReturnType<typeof formats>; onResume(slot: Slot): void }) {
  const { t } = useTexts()
  const now = useNow(1000)
  const [, release] = useMutation(ReleaseHoldDocument)
  const hold = me.hold
  if (!hold || Date.parse(hold.expiresAt) <= now) return null
  return (
    <section className="card held">
      <h2>{t.student.hold}</h2>
      <p>{format.moment(hold.slot.start)}, {t.interviews.with(hold.slot.interviewer.name)}</p>
      <Countdown until={Date.parse(hold.expiresAt)} />
      <div className="actions">
        <Button className="button primary" onPress={() => onResume(hold.slot)}>{t.student.resume}</Button>
        <Button className="button" onPress={() => void release({ hold: hold.id })}>{t.student.release}</Button>
      </div>
    </section>
  )
}
