// The dialog that blocks time, such as a sick day. It shows what will happen before it does.
import { useState } from 'react'
import { BlockTimeDocument, TryBlockDocument } from '../generated/interviewer/graphql.ts'
import type { TryBlockMutation } from '../generated/interviewer/graphql.ts'
import type { Format } from '../time.ts'
import { windowOn } from './days.ts'
import { useDryRun } from './dry.ts'
import { Check, Entry, Fields, Popup, useSave } from '../forms.tsx'
import { Radios } from './form.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
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
  const sender = useSave(BlockTimeDocument, mine)
  const complete = Boolean(day && (extent === 'day' || (from && to)))
  const window = windowOn(day, from, to, me.timeZone)
  const when = extent === 'day' ? { date: day } : complete ? { start: new Date(window.start).toISOString(), end: new Date(window.end).toISOString() } : {}
  const input = { interviewerId: me.id, ...when, cancelBooked }
  const effect = useDryRun(TryBlockDocument, complete ? { ...input, reason: i.block.title } : undefined)?.blockTime

  async function confirm() {
    if (!complete) return sender.refuse([{ field: day ? (from ? 'end' : 'start') : 'date', text: i.missing }])
    if (!reason.trim()) return sender.refuse([{ field: 'reason', text: i.reasonMissing }])
    const done = await sender.save((idempotencyKey) => ({ ...input, reason: reason.trim(), idempotencyKey }))
    if (done) onClose(i.block.done(done.cancelledCount, done.closedCount - done.cancelledCount, done.conflictCount))
  }

  const cancels = effect?.cancelledCount ?? 0
  return (
    <Popup title={ill ? i.ill.title : i.block.title} role={ill ? 'alertdialog' : 'dialog'} onClose={() => onClose()}>
      <Fields names={['date', 'start', 'end', 'reason']} save={sender} danger={cancels > 0} isDisabled={complete && !effect} submit={cancels ? i.block.confirmCancel(cancels) : i.block.confirm} onSubmit={() => void confirm()} onCancel={() => onClose()}>
        {complete && (!effect ? <p className="notice wide" role="status">{i.publish.checking}</p> : effect.errors.length === 0 && <Effect effect={effect} format={format} />)}
        <Entry name="date" type="date" label={i.day} value={day} onChange={setDay} />
        {!ill && <Radios label={i.block.extent} name="extent" value={extent} options={['day', 'part']} text={(one) => i.block.extents[one]} onChange={setExtent} />}
        {extent === 'part' && (
          <>
            <Entry name="start" type="time" label={i.from} value={from} onChange={setFrom} />
            <Entry name="end" type="time" label={i.to} value={to} onChange={setTo} />
          </>
        )}
        <Entry name="reason" label={i.reason} hint={i.block.reasonHint} value={reason} maxLength={500} onChange={setReason} />
        <Check label={i.block.cancelBooked} value={cancelBooked} onChange={setCancelBooked} />
      </Fields>
    </Popup>
  )
}

// Effect shows a dry run: what is cancelled and withdrawn, and what stays.
function Effect({ effect, format }: { effect: NonNullable<TryBlockMutation['blockTime']>; format: Format }) {
  const i = useInterviewerTexts()
  const { closedSlots, closedCount, conflicts, conflictCount, cancelled, cancelledCount } = effect
  const meetings = [...cancelled, ...conflicts]
  const open = closedCount - cancelledCount
  const held = closedSlots.filter((slot) => slot.status === 'HELD').length
  return (
    <div className={meetings.length ? 'notice bad wide' : 'notice wide'} role="status">
      {meetings.length > 0 && (
        <>
          <strong>{cancelledCount ? i.block.cancels(cancelledCount) : i.block.keeps(conflictCount)}</strong>
          <ul className="conflicts">{meetings.map((one) => <li key={one.id}>{format.time(one.start)} – {format.time(one.end)}, {one.student.name}</li>)}</ul>
        </>
      )}
      {open > 0 && <p>{i.block.withdraws(open)}</p>}
      {held > 0 && <p>{i.block.held(held)}</p>}
      {meetings.length + open === 0 && <p>{i.block.nothing}</p>}
    </div>
  )
}
