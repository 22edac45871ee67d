// The dialog in which a student books a slot. It holds the slot while they decide.
import { useEffect, useRef, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useMutation } from 'urql'
import { BookSlotDocument, HoldSlotDocument, ReleaseHoldDocument } from '../generated/graphql.ts'
import type { HeldFragment, MeFragment, RefusalFragment, UpcomingFragment } from '../generated/graphql.ts'
import type { Slot } from '../slots.ts'
import { useTexts } from '../texts/index.tsx'
import { placeOf, useNow } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure } from '../ui.tsx'
import { Profile } from './finder.tsx'
import { IntakeField } from './intake.tsx'
import { CalendarFile } from './interviews.tsx'

type Step =
  | { at: 'placing' | 'expired' }
  | { at: 'failed'; retry(): void }
  | { at: 'held'; hold: HeldFragment; until: number; booking: boolean }
  | { at: 'refused'; errors: RefusalFragment[] }
  | { at: 'booked'; interview: UpcomingFragment }

// useBooking runs the steps of a booking: hold, then book, or release.
function useBooking(slot: Slot, me: MeFragment) {
  const [, hold] = useMutation(HoldSlotDocument)
  const [, release] = useMutation(ReleaseHoldDocument)
  const [, book] = useMutation(BookSlotDocument)
  const [step, setStep] = useState<Step>({ at: 'placing' })
  // An action keeps its key when it is repeated after a lost answer, so that it happens once.
  const keys = useRef({ hold: crypto.randomUUID(), book: crypto.randomUUID() })
  const placedAt = useRef(0)
  const begun = useRef(false)

  async function place() {
    setStep({ at: 'placing' })
    const other = me.hold
    if (other && Date.parse(other.expiresAt) > Date.now()) {
      if (other.slot.id === slot.id) return setStep(held(other, Date.parse(other.expiresAt)))
      await release({ hold: other.id })
    }
    placedAt.current ||= Date.now()
    const { data } = await hold({ student: me.id, slot: slot.id, key: keys.current.hold })
    const payload = data?.holdSlot
    if (!payload) return setStep({ at: 'failed', retry: () => void place() })
    if (!payload.hold) return setStep({ at: 'refused', errors: payload.errors })
    // The length of the hold, not its end, because the clock of this machine may be wrong.
    setStep(held(payload.hold, placedAt.current + Date.parse(payload.hold.expiresAt) - Date.parse(payload.hold.placedAt)))
  }

  async function confirm(intake: string) {
    setStep((now) => (now.at === 'held' ? { ...now, booking: true } : now))
    const { data } = await book({ student: me.id, slot: slot.id, intake: intake.trim() || null, key: keys.current.book })
    const payload = data?.bookSlot
    if (!payload) return setStep({ at: 'failed', retry: () => void confirm(intake) })
    setStep(payload.interview ? { at: 'booked', interview: payload.interview } : { at: 'refused', errors: payload.errors })
  }

  useEffect(() => {
    if (begun.current) return
    begun.current = true
    void place()
  })

  function again() {
    keys.current = { hold: crypto.randomUUID(), book: crypto.randomUUID() }
    placedAt.current = 0
    void place()
  }
  const giveBack = () => void (step.at === 'held' && release({ hold: step.hold.id }))
  return { step, confirm, again, giveBack, expire: () => setStep({ at: 'expired' }) }
}

const held = (hold: HeldFragment, until: number): Step => ({ at: 'held', hold, until, booking: false })

interface Props {
  slot: Slot
  me: MeFragment
  cancelCutoffMs: number
  format: Format
  onChoose(slot: Slot): void
  onClose(): void
}

export function BookingDialog({ slot, me, cancelCutoffMs, format, onChoose, onClose }: Props) {
  const { t } = useTexts()
  const { step, confirm, again, giveBack, expire } = useBooking(slot, me)
  const [intake, setIntake] = useState('')
  const close = () => {
    giveBack()
    onClose()
  }
  const cancelable = (until: number) => (until > Date.now() ? t.interviews.until(format.moment(new Date(until).toISOString())) : t.interviews.final)
  const theirs = slot.interviewer.timeZone === me.timeZone ? '' : t.booking.their(format.timeIn(slot.start, slot.interviewer.timeZone), placeOf(slot.interviewer.timeZone))
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && close()}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{step.at === 'booked' ? t.booking.booked : t.booking.title(slot.interviewer.name)}</Heading>
          <p className="when"><strong>{format.moment(slot.start)}</strong> – {format.time(slot.end)}{theirs && <span className="hint">{theirs}</span>}</p>
          {step.at !== 'refused' && <Profile interviewer={slot.interviewer} open />}
          {step.at === 'placing' && <p className="loading" role="status">{t.booking.placing}</p>}
          {step.at === 'held' && (
            <>
              <p className="hint">{cancelable(Date.parse(slot.start) - cancelCutoffMs)}</p>
              <p className="kept">{t.booking.kept} <Countdown until={step.until} onEnd={expire} /></p>
              <IntakeField value={intake} isDisabled={step.booking} onChange={setIntake} />
              <Actions>
                <Button className="button primary" isDisabled={step.booking} onPress={() => void confirm(intake)} autoFocus>{step.booking ? t.booking.confirming : t.booking.confirm}</Button>
                <Button className="button" onPress={close}>{t.booking.back}</Button>
              </Actions>
            </>
          )}
          {step.at === 'expired' && <p className="notice" role="alert">{t.booking.expired}</p>}
          {step.at === 'refused' && <Refused errors={step.errors} format={format} onChoose={onChoose} />}
          {step.at === 'failed' && <Failure onRetry={step.retry} />}
          {(step.at === 'expired' || step.at === 'refused') && (
            <Actions>
              <Button className="button" onPress={again}>{t.retry}</Button>
              <Button className="button" onPress={close}>{t.booking.back}</Button>
            </Actions>
          )}
          {step.at === 'booked' && (
            <>
              {step.interview.cancelableUntil && <p className="hint">{cancelable(Date.parse(step.interview.cancelableUntil))}</p>}
              <Actions>
                <Button className="button primary" onPress={onClose} autoFocus>{t.booking.done}</Button>
                <CalendarFile interview={step.interview} />
              </Actions>
            </>
          )}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

const Actions = ({ children }: { children: React.ReactNode }) => <div className="actions">{children}</div>

// Refused says why, and offers other slots.
export function Refused({ errors, format, onChoose }: { errors: RefusalFragment[]; format: Format; onChoose(slot: Slot): void }) {
  const { t } = useTexts()
  const alternatives = errors.flatMap((error) => (error.__typename === 'SlotTaken' ? error.alternatives : []))
  return (
    <>
      <div className="notice bad" role="alert">
        <strong>{t.booking.refused}</strong>
        {errors.map((error) => (
          <p key={error.code}>
            {t.refusals[error.code] ?? error.message}
            {error.__typename === 'SlotTaken' && error.heldUntil && <> {t.booking.heldUntil(format.time(error.heldUntil))}</>}
          </p>
        ))}
      </div>
      {alternatives.length > 0 && (
        <>
          <h3>{t.booking.alternatives}</h3>
          <ul className="alternatives">
            {alternatives.map((other) => (
              <li key={other.id}><Button className="time" onPress={() => onChoose(other)}>{format.moment(other.start)}, {t.interviews.with(other.interviewer.name)}</Button></li>
            ))}
          </ul>
        </>
      )}
    </>
  )
}

// Countdown shows the time until an instant in minutes and seconds.
export function Countdown({ until, onEnd }: { until: number; onEnd?(): void }) {
  const now = useNow(500)
  const seconds = Math.max(0, Math.ceil((until - now) / 1000))
  const ended = seconds === 0
  useEffect(() => {
    if (ended) onEnd?.()
  }, [ended]) // without onEnd, so that it is called once
  return <span role="timer" className={seconds < 60 ? 'timer soon' : 'timer'}>{Math.floor(seconds / 60)}:{String(seconds % 60).padStart(2, '0')}</span>
}
