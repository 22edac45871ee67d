// Forms whose fields show what the API refuses.
import { useRef, useState } from 'react'
import type { ReactNode } from 'react'
import { Button, FieldError, Form, Input, Label, Text, TextArea, TextField } from 'react-aria-components'
import { useMutation } from 'urql'
import type { TypedDocumentNode } from 'urql'
import { Refusals } from '../forms.tsx'
import type { Problem } from '../forms.tsx'
import type { ProblemFragment } from '../generated/interviewer/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import type { InterviewerTexts } from '../texts/interviewer/en.ts'
import { useInterviewerTexts } from './texts.ts'

export function inWords(i: InterviewerTexts, error: ProblemFragment): Problem {
  const field = error.path?.[1] ?? ''
  const allowed = error.__typename === 'InvalidInput' ? i.allowed[error.allowed]?.(error.min ?? 0, error.max ?? 0) : undefined
  return { field, text: allowed ?? i.refusals[error.code] ?? error.message }
}

type PayloadOf<D> = Extract<D[keyof D], { errors: ProblemFragment[] }>

export interface Sending<D, V> {
  sending: boolean
  problems: Problem[]
  refuse(problems: Problem[]): void
  // send returns the payload, or undefined if the mutation failed or was refused. The idempotency key
  // stays the same until the server has answered.
  send(input: (key: string) => V): Promise<PayloadOf<D> | undefined>
}

// useSend executes a mutation. Everything that the page shows about the interviewer is read again.
export function useSend<D, I>(mutation: TypedDocumentNode<D, { input: I }>): Sending<D, I> {
  const { t } = useTexts()
  const i = useInterviewerTexts()
  const [{ fetching }, execute] = useMutation<D, { input: I }>(mutation)
  const [problems, refuse] = useState<Problem[]>([])
  const key = useRef(crypto.randomUUID())

  async function send(input: (key: string) => I) {
    const { data, error } = await execute({ input: input(key.current) }, { additionalTypenames: ['Interviewer'] })
    const payload = Object.values(data ?? {}).find((value) => typeof value === 'object' && value) as PayloadOf<D> | undefined
    if (!payload) {
      refuse([{ field: '', text: error?.graphQLErrors[0]?.message ?? t.failed }])
      return undefined
    }
    key.current = crypto.randomUUID()
    refuse(payload.errors.map((one) => inWords(i, one)))
    return payload.errors.length === 0 ? payload : undefined
  }
  return { sending: fetching, problems, refuse, send }
}

interface FieldsProps {
  names: readonly string[] // of the fields; other problems are shown above the buttons
  problems: Problem[]
  sending: boolean
  submit: string
  back?: string
  danger?: boolean
  isDisabled?: boolean
  onSubmit(): void
  onBack?(): void
  children: ReactNode
}

export function Fields({ names, problems, sending, submit, back, danger, isDisabled, onSubmit, onBack, children }: FieldsProps) {
  const i = useInterviewerTexts()
  // What the API refused is out of date once something has been changed.
  const [corrected, setCorrected] = useState(problems)
  const current = corrected === problems ? [] : problems
  const beside = current.filter((one) => names.includes(one.field))
  return (
    <Form validationBehavior="aria" validationErrors={Object.fromEntries(beside.map((one) => [one.field, one.text]))} onSubmit={(event) => {
      event.preventDefault()
      onSubmit()
    }}>
      <div className="form" onChange={() => setCorrected(problems)}>
        {children}
        <Refusals problems={current.filter((one) => !beside.includes(one))} />
        {beside.length > 0 && <p className="warn" role="alert">{i.correct(beside.length)}</p>}
        <div className="actions">
          <Button type="submit" className={danger ? 'button danger' : 'button primary'} isDisabled={sending || isDisabled === true}>{sending ? i.sending : submit}</Button>
          {onBack && <Button className="button" onPress={onBack}>{back}</Button>}
        </div>
      </div>
    </Form>
  )
}

interface EntryProps {
  name: string
  label: string
  value: string
  type?: 'text' | 'date' | 'time' | 'number'
  rows?: number
  hint?: string
  maxLength?: number
  autoFocus?: boolean
  onChange(value: string): void
}

export function Entry({ name, label, value, type = 'text', rows, hint, maxLength, autoFocus = false, onChange }: EntryProps) {
  return (
    <TextField className={rows ? 'field wide' : 'field'} name={name} value={value} type={type} autoFocus={autoFocus} onChange={onChange} {...(maxLength ? { maxLength } : {})}>
      <Label>{label}</Label>
      {rows ? <TextArea rows={rows} /> : <Input />}
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <FieldError className="warn" />
    </TextField>
  )
}

export function Select<T extends string | number>({ label, value, options, text, onChange }: { label: string; value: T; options: readonly T[]; text(option: NoInfer<T>): string; onChange(value: NoInfer<T>): void }) {
  return (
    <label className="field">
      <span>{label}</span>
      <select value={String(value)} onChange={(e) => onChange(options[e.target.selectedIndex] ?? value)}>
        {options.map((option) => <option key={option} value={String(option)}>{text(option)}</option>)}
      </select>
    </label>
  )
}

// Radios offers a few options of which one is chosen.
export function Radios<T extends string>({ label, name, value, options, text, onChange }: { label: string; name: string; value: T; options: readonly T[]; text(option: NoInfer<T>): string; onChange(value: NoInfer<T>): void }) {
  return (
    <fieldset className="radios">
      <legend>{label}</legend>
      <div>
        {options.map((option) => (
          <label key={option} className="check"><input type="radio" name={name} checked={option === value} onChange={() => onChange(option)} />{text(option)}</label>
        ))}
      </div>
    </fieldset>
  )
}

export function Check({ label, checked, onChange }: { label: string; checked: boolean; onChange(checked: boolean): void }) {
  return <label className="check"><input type="checkbox" checked={checked} onChange={(e) => onChange(e.target.checked)} />{label}</label>
}
