// A field in which a person is found by name.
import { useState } from 'react'
import { Button, ComboBox, Input, Label, ListBox, ListBoxItem, Popover, Text } from 'react-aria-components'
import { useQuery } from 'urql'
import { FindInterviewersDocument, FindStudentsDocument, InterviewerNameDocument, StudentNameDocument } from '../generated/admin/graphql.ts'
import { useAdminTexts } from './texts.ts'

interface Props {
  kind: 'student' | 'interviewer'
  label: string
  id: string // of the chosen person; empty if there is none
  onChoose(id: string): void // with an empty id if nobody is chosen
}

export function PersonPicker({ kind, label, id, onChoose }: Props) {
  const a = useAdminTexts()
  const [student] = useQuery({ query: StudentNameDocument, variables: { id }, pause: kind !== 'student' || !id })
  const [interviewer] = useQuery({ query: InterviewerNameDocument, variables: { id }, pause: kind !== 'interviewer' || !id })
  const [used, setUsed] = useState(false) // the focus follows what the person does here
  const choose = (other: string) => {
    setUsed(true)
    onChoose(other)
  }
  const name = (kind === 'student' ? student.data?.student?.name : interviewer.data?.interviewer?.name) ?? ''
  if (!id) return <Find kind={kind} label={label} autoFocus={used} onChoose={choose} />
  return (
    <div className="field">
      <span>{label}</span>
      <Button className="button picked" autoFocus={used} aria-label={a.interview.clearOne(label, name)} onPress={() => choose('')}>{name}<span aria-hidden="true">×</span></Button>
    </div>
  )
}

function Find({ kind, label, autoFocus, onChoose }: Omit<Props, 'id'> & { autoFocus: boolean }) {
  const a = useAdminTexts()
  const [text, setText] = useState('')
  const search = text.trim()
  const [students] = useQuery({ query: FindStudentsDocument, variables: { search }, pause: kind !== 'student' || !search })
  const [interviewers] = useQuery({ query: FindInterviewersDocument, variables: { search }, pause: kind !== 'interviewer' || !search })
  const found = (search && (kind === 'student' ? students.data?.students?.nodes : interviewers.data?.interviewers?.nodes)) || []
  return (
    <ComboBox className="field" items={found} inputValue={text} onInputChange={setText} onSelectionChange={(id) => id && onChoose(String(id))} menuTrigger="input" allowsEmptyCollection={search !== ''}>
      <Label>{label}</Label>
      <Input placeholder={a.interview.pickHint} maxLength={254} autoFocus={autoFocus} />
      <Popover className="choices card">
        <ListBox renderEmptyState={() => <p className="hint">{a.interview.nobody}</p>}>
          {(one: (typeof found)[number]) => <ListBoxItem id={one.id} textValue={one.name} className="choice">{one.name}<Text slot="description" className="hint">{one.email}</Text></ListBoxItem>}
        </ListBox>
      </Popover>
    </ComboBox>
  )
}
