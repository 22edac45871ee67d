// The dialogs of a slot without an interview and of blocked time.
import { Button } from 'react-aria-components'
import { UnblockTimeDocument, WithdrawSlotDocument } from '../generated/interviewer/graphql.ts'
import type { CalendarBlockFragment, CalendarSlotFragment } from '../generated/interviewer/graphql.ts'
import { Popup, Refusals, useSave } from '../forms.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
import { useInterviewerTexts } from './texts.ts'

type Dialog = Props & { onClose(text?: string): void }

export function WithdrawDialog({ slot, format, onClose }: Dialog & { slot: CalendarSlotFragment }) {
  const i = useInterviewerTexts()
  const sender = useSave(WithdrawSlotDocument, mine)
  const possible = (slot.status === 'OPEN' || slot.status === 'HELD') && Date.parse(slot.start) > Date.now()
  const withdraw = () => void sender.save(() => ({ slotId: slot.id })).then((payload) => payload && onClose(payload.conflicts.length ? i.slot.justBooked : i.slot.done))
  return (
    <Popup title={i.slot.title[slot.status]} onClose={() => onClose()}>
      <p className="when"><strong>{format.moment(slot.start)}</strong> – {format.time(slot.end)}</p>
      <p className="hint">{possible || slot.status === 'WITHDRAWN' ? i.slot.about[slot.status] : i.slot.past}</p>
      <Refusals problems={sender.problems} />
      <div className="actions">
        {possible && <Button className="button danger" isDisabled={sender.saving} onPress={withdraw}>{i.slot.withdraw}</Button>}
        <Button className="button" onPress={() => onClose()} autoFocus>{i.back}</Button>
      </div>
    </Popup>
  )
}

export function UnblockDialog({ block, format, onClose }: Dialog & { block: CalendarBlockFragment }) {
  const i = useInterviewerTexts()
  const sender = useSave(UnblockTimeDocument, mine)
  const unblock = () => void sender.save(() => ({ blockId: block.id })).then((payload) => payload && onClose(i.unblock.done(payload.publishedCount)))
  return (
    <Popup title={i.unblock.title} onClose={() => onClose()}>
      <p className="when"><strong>{format.moment(block.start)}</strong> – {format.moment(block.end)}</p>
      <p>{block.reason}</p>
      <p className="hint">{i.unblock.about}</p>
      <Refusals problems={sender.problems} />
      <div className="actions">
        <Button className="button" isDisabled={sender.saving} onPress={unblock}>{i.unblock.confirm}</Button>
        <Button className="button" onPress={() => onClose()} autoFocus>{i.back}</Button>
      </div>
    </Popup>
  )
}
