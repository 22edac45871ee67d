// What a student tells the interviewer before an interview.
import { Label, Text, TextArea, TextField } from 'react-aria-components'
import { Entry, Fields, FormWords, Popup, useSave } from '../forms.tsx'
import type { Entries } from '../forms.tsx'
import { UpdateIntakeDocument } from '../generated/graphql.ts'
import type { UpcomingFragment } from '../generated/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import type { Format } from '../time.ts'

const longest = 2000

// IntakeField is the field of the dialog in which a student books.
export function IntakeField({ value, isDisabled, onChange }: { value: string; isDisabled: boolean; onChange(value: string): void }) {
  const { t } = useTexts()
  return (
    <TextField className="field" value={value} onChange={onChange} isDisabled={isDisabled} maxLength={longest}>
      <Label>{t.intake.label}</Label>
      <TextArea rows={3} />
      <Text slot="description" className="hint">{t.intake.hint}</Text>
    </TextField>
  )
}

interface Props {
  interview: UpcomingFragment
  format: Format
  onClose(done: boolean): void
}

export function IntakeDialog(props: Props) {
  const { t } = useTexts()
  return (
    <FormWords value={{ back: t.intake.back, saving: t.intake.saving, correct: () => '', refusals: t.refusals, allowed: {} }}>
      <Popup title={t.intake.label} onClose={() => props.onClose(false)}><IntakeForm {...props} /></Popup>
    </FormWords>
  )
}

function IntakeForm({ interview, format, onClose }: Props) {
  const { t } = useTexts()
  const sender = useSave(UpdateIntakeDocument)
  const send = async (entry: Entries) =>
    void ((await sender.save((idempotencyKey) => ({ interviewId: interview.id, intake: entry('intake'), idempotencyKey }))) && onClose(true))
  return (
    <Fields label={t.intake.label} names={['intake']} save={sender} submit={t.intake.save} onSubmit={(entry) => void send(entry)} onCancel={() => onClose(false)}>
      <p className="when"><strong>{format.moment(interview.start)}</strong> {t.interviews.with(interview.interviewer.name)}</p>
      <Entry name="intake" label={t.intake.words} hint={t.intake.clear} value={interview.intake} rows={5} maxLength={longest} autoFocus />
    </Fields>
  )
}
