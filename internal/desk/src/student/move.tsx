// The dialog in which a student moves an interview to another slot.
import { useEffect, useMemo, useRef, useState } from 'react'
import { Button, Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components'
import { useClient, useMutation } from 'urql'
import { RescheduleDocument, SlotsToMoveToDocument } from '../generated/graphql.ts'
import type { MeFragment, RefusalFragment, SlotsToMoveToQuery, UpcomingFragment } from '../generated/graphql.ts'
import type { Slot } from '../slots.ts'
import { useTexts } from '../texts/index.tsx'
import { addDays, dayOf, startOf } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure, Loading } from '../ui.tsx'
import { Refused } from './booking.tsx'

const weeksShown = 4

type List = NonNullable<SlotsToMoveToQuery['availableSlots']>

// useSlotsToMoveTo loads the slots of the next weeks.
function useSlotsToMoveTo(me: MeFragment, interview: string) {
  const client = useClient()
  const [list, setList] = useState<List>()
  const [failed, setFailed] = useState(false)
  const [round, setRound] = useState(0)
  useEffect(() => {
    let late = false
    const today = dayOf(Date.now(), me.timeZone)
    const range = { start: startOf(today, me.timeZone), end: startOf(addDays(today, 7 * weeksShown), me.timeZone) }
    void client.query(SlotsToMoveToDocument, { student: me.id, interview, ...range }, { requestPolicy: 'network-only' }).toPromise().then(({ data }) => {
      if (late) return
      setFailed(!data?.availableSlots)
      if (data?.availableSlots) setList(data.availableSlots)
    })
    return () => void (late = true)
  }, [client, me.id, me.timeZone, interview, round])
  return { list, failed, reload: () => setRound(round + 1) }
}

interface Props {
  interview: UpcomingFragment
  me: MeFragment
  format: Format
  onClose(done: boolean): void
}

export function MoveDialog({ interview, me, format, onClose }: Props) {
  const { t } = useTexts()
  const [, reschedule] = useMutation(RescheduleDocument)
  const { list, failed, reload } = useSlotsToMoveTo(me, interview.id)
  const [chosen, setChosen] = useState<Slot>()
  const [errors, setErrors] = useState<RefusalFragment[]>([])
  const [lost, setLost] = useState(false)
  const [sending, setSending] = useState(false)
  const key = useRef(crypto.randomUUID())

  const choose = (slot: Slot | undefined) => {
    key.current = crypto.randomUUID()
    setErrors([])
    setLost(false)
    setChosen(slot)
    if (!slot) reload()
  }
  async function confirm(slot: Slot) {
    setSending(true)
    const { data } = await reschedule({ interview: interview.id, slot: slot.id, key: key.current })
    setSending(false)
    const payload = data?.rescheduleInterview
    setLost(!payload)
    if (!payload) return
    key.current = crypto.randomUUID() // a refusal ends the attempt
    setErrors(payload.errors)
    if (payload.errors.length === 0) onClose(true)
  }

  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose(false)}>
      <Modal className="modal">
        <Dialog className="dialog">
          <Heading slot="title">{t.move.title}</Heading>
          <p className="when"><strong>{format.moment(interview.start)}</strong> {t.interviews.with(interview.interviewer.name)}</p>
          {interview.reschedulableUntil && <p className="hint">{t.move.until(format.moment(interview.reschedulableUntil))} {t.move.left(interview.reschedulesLeft)}</p>}
          {!chosen ? failed ? <Failure onRetry={reload} /> : list ? <Choices list={list} interview={interview} me={me} format={format} onChoose={choose} /> : <Loading /> : (
            <>
              <p className="when">{t.move.to} <strong>{format.moment(chosen.start)}</strong> {t.interviews.with(chosen.interviewer.name)}</p>
              {errors.length > 0 && <Refused errors={errors} format={format} onChoose={choose} />}
              {lost && <Failure onRetry={() => void confirm(chosen)} />}
            </>
          )}
          <div className="actions">
            {chosen && errors.length === 0 && !lost && <Button className="button primary" isDisabled={sending} onPress={() => void confirm(chosen)} autoFocus>{t.move.confirm}</Button>}
            {chosen && <Button className="button" onPress={() => choose(undefined)}>{t.move.other}</Button>}
            <Button className="button" onPress={() => onClose(false)}>{t.interviews.keep}</Button>
          </div>
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}

interface ChoicesProps {
  list: List
  interview: UpcomingFragment
  me: MeFragment
  format: Format
  onChoose(slot: Slot): void
}

// Choices lists the slots of one day, or says why there are none. Those of the same interviewer
// come first.
function Choices({ list, interview, me, format, onChoose }: ChoicesProps) {
  const { t } = useTexts()
  const days = useMemo(() => Map.groupBy(list.nodes, (slot) => dayOf(Date.parse(slot.start), me.timeZone)), [list, me.timeZone])
  const [chosen, setChosen] = useState(() => dayOf(Date.parse(interview.start), me.timeZone))
  const day = days.has(chosen) ? chosen : [...days.keys()][0]
  if (day === undefined) {
    return <div className="notice">{t.move.none}<ul>{list.emptyReasons.map(({ code, message }) => <li key={code}>{t.empty[code] ?? message}</li>)}</ul></div>
  }
  const others = (slot: Slot) => Number(slot.interviewer.id !== interview.interviewer.id)
  const slots = (days.get(day) ?? []).toSorted((a, b) => others(a) - others(b))
  return (
    <>
      <label className="field">
        <span>{t.week.views.day}</span>
        <select value={day} onChange={(e) => setChosen(e.target.value)}>
          {[...days.keys()].map((one) => <option key={one} value={one}>{format.longDay(one)}</option>)}
        </select>
      </label>
      <ul className="alternatives choices" aria-label={format.longDay(day)}>
        {slots.map((slot) => (
          <li key={slot.id}><Button className="time" onPress={() => onChoose(slot)}>{format.time(slot.start)}, {t.interviews.with(slot.interviewer.name)}</Button></li>
        ))}
      </ul>
    </>
  )
}
