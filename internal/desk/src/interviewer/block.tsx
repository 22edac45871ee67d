// The dialog that blocks time, such as a sick day. It shows what will happen before it does.
import { useState } from 'react'
import { useQuery } from 'urql'
import { BlockTimeDocument, InterviewerCalendarDocument } from '../generated/interviewer/graphql.ts'
import { addDays, startOf } from '../time.ts'
import type { Format } from '../time.ts'
import { overlap, spanOf, windowOn } from './days.ts'
import type { Span } from './days.ts'
import { loadedOf } from './entries.ts'
import type { Loaded } from './entries.ts'
import { Popup } from '../forms.tsx'
import { Check, Entry, Fields, Radios, useSend } from './form.tsx'
import type { Props } from './page.tsx'
import { useInterviewerTexts } from './texts.ts'

type Dialog = Props & { day: string; ill: boolean; onClose(text?: string): void }

export function BlockDialog({ me, format, day: first, ill, onClose }: Dialog) {
  const i = useInterviewerTexts()
  const [day, setDay] = useState(first)
  const [extent, setExtent] = useState<'day' | 'part'>('day')
  const [from, setFrom] = useState('12:00')
  const [to, setTo] = useState('13:00')
  const [reason, setReason] = useState(ill ? i.ill.reason : '')
  const [cancelBooked, setCancelBooked] = useState(ill)
  const { sending, problems, refuse, send } = useSend(BlockTimeDocument)
  const complete = Boolean(day && (extent === 'day' || (from && to)))
  const { loaded, effect } = useEffectOf(me.id, me.timeZone, day, complete && extent === 'part' ? windowOn(day, from, to, me.timeZone) : undefined)

  async function confirm() {
    if (!complete) return refuse([{ field: day ? (from ? 'end' : 'start') : 'date', text: i.missing }])
    if (!reason.trim()) return refuse([{ field: 'reason', text: i.reasonMissing }])
    const window = windowOn(day, from, to, me.timeZone)
    const when = extent === 'day' ? { date: day } : { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() }
    const done = await send((idempotencyKey) => ({ interviewerId: me.id, ...when, reason: reason.trim(), cancelBooked, idempotencyKey }))
    if (done) onClose(i.block.done(done.cancelledCount, done.closedCount - done.cancelledCount, done.conflictCount))
  }

  const cancels = cancelBooked ? (effect?.meetings.length ?? 0) : 0
  return (
    <Popup title={ill ? i.ill.title : i.block.title} role={ill ? 'alertdialog' : 'dialog'} onClose={() => onClose()}>
      <Fields names={['date', 'start', 'end', 'reason']} problems={problems} sending={sending} danger={cancels > 0} isDisabled={complete && !loaded} submit={cancels ? i.block.confirmCancel(cancels) : i.block.confirm} back={i.back} onSubmit={() => void confirm()} onBack={() => onClose()}>
        {effect && <Effect effect={effect} cancelBooked={cancelBooked} format={format} />}
        <Entry name="date" type="date" label={i.day} value={day} onChange={setDay} />
        {!ill && <Radios label={i.block.extent} name="extent" value={extent} options={['day', 'part']} text={(one) => i.block.extents[one]} onChange={setExtent} />}
        {extent === 'part' && (
          <>
            <Entry name="start" type="time" label={i.from} value={from} onChange={setFrom} />
            <Entry name="end" type="time" label={i.to} value={to} onChange={setTo} />
          </>
        )}
        <Entry name="reason" label={i.reason} hint={i.block.reasonHint} value={reason} maxLength={500} onChange={setReason} />
        <Check label={i.block.cancelBooked} checked={cancelBooked} onChange={setCancelBooked} />
      </Fields>
    </Popup>
  )
}

interface Consequence {
  meetings: Loaded['meetings']
  open: number
  held: number
}

// useEffectOf returns what is in the time to block and has not begun: in a window, or on a whole day.
function useEffectOf(id: string, timeZone: string, day: string, window: Span | undefined): { loaded: boolean; effect: Consequence | undefined } {
  const known = day || '2000-01-01'
  const start = startOf(addDays(known, -1), timeZone)
  const end = startOf(addDays(known, 2), timeZone)
  const [{ data, stale }] = useQuery({ query: InterviewerCalendarDocument, variables: { id, start, end }, pause: !day, requestPolicy: 'cache-and-network' })
  const loaded = loadedOf(data)
  if (!day || !loaded) return { loaded: false, effect: undefined }
  const span = window ?? { start: Date.parse(startOf(day, timeZone)), end: Date.parse(startOf(addDays(day, 1), timeZone)) }
  const affected = <T extends { start: string; end: string }>(list: T[]) => list.filter((one) => Date.parse(one.start) > Date.now() && overlap(span, spanOf(one)))
  const slots = affected(loaded.slots)
  return {
    loaded: !stale,
    effect: {
      meetings: affected(loaded.meetings).filter((one) => one.status === 'BOOKED'),
      open: slots.filter((slot) => slot.status === 'OPEN').length,
      held: slots.filter((slot) => slot.status === 'HELD').length,
    },
  }
}

function Effect({ effect: { meetings, open, held }, cancelBooked, format }: { effect: Consequence; cancelBooked: boolean; format: Format }) {
  const i = useInterviewerTexts()
  return (
    <div className={meetings.length ? 'notice bad wide' : 'notice wide'} role="status">
      {meetings.length > 0 && (
        <>
          <strong>{cancelBooked ? i.block.cancels(meetings.length) : i.block.keeps(meetings.length)}</strong>
          <ul className="conflicts">{meetings.map((one) => <li key={one.id}>{format.time(one.start)} – {format.time(one.end)}, {one.student.name}</li>)}</ul>
        </>
      )}
      {open + held > 0 && <p>{i.block.withdraws(open + held)}</p>}
      {held > 0 && <p>{i.block.held(held)}</p>}
      {meetings.length + open + held === 0 && <p>{i.block.nothing}</p>}
    </div>
  )
}
