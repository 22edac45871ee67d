// The weekly rules of an interviewer, which publish slots by themselves.
import { useState } from 'react'
import { Button } from 'react-aria-components'
import { useQuery } from 'urql'
import { InterviewerRulesDocument, RemoveRuleDocument } from '../generated/interviewer/graphql.ts'
import type { RuleFragment } from '../generated/interviewer/graphql.ts'
import { addDays } from '../time.ts'
import type { Format } from '../time.ts'
import { weekdays } from './days.ts'
import { Popup, Refusals, useSave } from '../forms.tsx'
import type { Props } from './page.tsx'
import { mine } from './mine.ts'
import { useInterviewerTexts } from './texts.ts'
import type { InterviewerTexts } from '../texts/interviewer/en.ts'

export function Rules({ me, format, say }: Props) {
  const i = useInterviewerTexts()
  const [{ data }] = useQuery({ query: InterviewerRulesDocument, variables: { id: me.id }, requestPolicy: 'cache-and-network' })
  const [removing, setRemoving] = useState<RuleFragment>()
  const rules = data?.interviewer?.availability?.nodes.filter((one) => one.weekly) ?? []
  if (rules.length === 0) return null
  return (
    <section className="stack">
      <h2>{i.rules.title}</h2>
      <ul className="card rows">
        {rules.map((rule) => (
          <li key={rule.id} className="row">
            <div>
              <p><strong>{inWords(rule, format)}</strong></p>
              <p className="hint">{details(rule, i, format)}</p>
            </div>
            <Button className="button" aria-label={i.rules.removeLabel(inWords(rule, format))} onPress={() => setRemoving(rule)}>{i.rules.remove}</Button>
          </li>
        ))}
      </ul>
      {removing && (
        <RemoveDialog rule={removing} format={format} onClose={(text) => {
          setRemoving(undefined)
          if (text) say(text)
        }} />
      )}
    </section>
  )
}

function inWords({ weekly }: RuleFragment, format: Format): string {
  if (!weekly) return ''
  const days = weekly.weekdays.map((name) => format.weekday(addDays('2024-01-01', weekdays.indexOf(name)))).join(', ')
  return `${days}, ${format.clock(weekly.startTime)} – ${format.clock(weekly.endTime === '24:00' ? '00:00' : weekly.endTime)}`
}

function details({ weekly, slotMinutes, gapMinutes, publishesFrom }: RuleFragment, i: InterviewerTexts, format: Format): string {
  if (!weekly) return ''
  return [
    i.publish.weeks(weekly.everyWeeks),
    i.rules.slots(slotMinutes, gapMinutes),
    weekly.endDate ? i.rules.range(format.date(weekly.startDate), format.date(weekly.endDate)) : i.rules.since(format.date(weekly.startDate)),
    weekly.timeZone,
    ...(publishesFrom ? [i.rules.later(format.moment(publishesFrom))] : []),
  ].join(' · ')
}

function RemoveDialog({ rule, format, onClose }: { rule: RuleFragment; format: Format; onClose(text?: string): void }) {
  const i = useInterviewerTexts()
  const sender = useSave(RemoveRuleDocument, mine)
  const remove = () => void sender.save(() => ({ availabilityId: rule.id })).then((payload) => payload && onClose(i.rules.done(payload.closedCount, payload.conflictCount)))
  return (
    <Popup title={i.rules.removeTitle} role="alertdialog" onClose={() => onClose()}>
      <p><strong>{inWords(rule, format)}</strong></p>
      <p>{i.rules.about}</p>
      <Refusals problems={sender.problems} />
      <div className="actions">
        <Button className="button danger" isDisabled={sender.saving} onPress={remove}>{i.rules.remove}</Button>
        <Button className="button" onPress={() => onClose()} autoFocus>{i.back}</Button>
      </div>
    </Popup>
  )
}
