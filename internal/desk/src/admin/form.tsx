// Forms whose fields show what the API refuses.
import { createContext, useContext, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button, FieldError, Input, Label, Text, TextArea, TextField } from 'react-aria-components'
import { useMutation } from 'urql'
import type { TypedDocumentNode } from 'urql'
import { Refusals } from '../forms.tsx'
import type { Problem } from '../forms.tsx'
import type { ProblemFragment } from '../generated/admin/graphql.ts'
import type { AdminTexts } from '../texts/admin/en.ts'
import { useTexts } from '../texts/index.tsx'
import { useMoments } from './moments.ts'
import { useAdminTexts } from './texts.ts'

// Units says by how much the values that a form shows are smaller than those of the API.
export type Units = Partial<Record<string, number>>

// wordsOf returns a refusal in words, with limits in the units of the form.
function wordsOf(a: AdminTexts, error: ProblemFragment, number: (value: number) => string, units: Units): Problem {
  const field = error.path?.[1] ?? ''
  if (error.__typename !== 'InvalidInput') return { field, text: a.refusals[error.code] ?? error.message }
  const unit = units[field] ?? 1
  const bound = (value: number | null | undefined) => (value == null ? '' : number(value / unit))
  const allowed = unit > 1 && error.allowed === 'INTEGER' ? 'NUMBER' : error.allowed
  return { field, text: a.allowed[allowed]?.(bound(error.min), bound(error.max)) ?? error.message }
}

type Refused = { errors: ProblemFragment[] }

export interface Save<D, V> {
  saving: boolean
  problems: Problem[]
  refuse(problems: Problem[]): void
  // save returns the response, or undefined if the mutation failed or was refused. Its first argument
  // makes the variables from an idempotency key, which stays the same until the server has answered.
  // A refused payload that accept accepts is a result.
  save(variables: (key: string) => V, accept?: (payload: never) => boolean): Promise<D | undefined>
}

export function useSave<D, V extends Record<string, unknown>>(mutation: TypedDocumentNode<D, V>, types: string[] = [], units: Units = {}): Save<D, V> {
  const { t } = useTexts()
  const a = useAdminTexts()
  const { number } = useMoments()
  const [{ fetching }, execute] = useMutation<D, V>(mutation)
  const [problems, refuse] = useState<Problem[]>([])
  const key = useRef(crypto.randomUUID())

  async function save(variables: (key: string) => V, accept?: (payload: never) => boolean) {
    const { data, error } = await execute(variables(key.current), { additionalTypenames: types })
    const payload = data && (Object.values(data).find((value) => typeof value === 'object' && value) as Refused | undefined)
    if (!payload) {
      refuse([{ field: '', text: error?.graphQLErrors[0]?.message ?? t.failed }])
      return undefined
    }
    key.current = crypto.randomUUID()
    const accepted = payload.errors.length === 0 || accept?.(payload as never)
    refuse(accepted ? [] : payload.errors.map((one) => wordsOf(a, one, number, units)))
    return accepted ? data : undefined
  }
  return { saving: fetching, problems, refuse, save }
}

export type Entries = (name: string) => string

interface FormProps {
  label: string
  names: readonly string[] // of the fields; other problems are shown above the buttons
  save: { saving: boolean; problems: Problem[] }
  submit: string
  danger?: boolean
  onSubmit(entry: Entries): void
  onCancel?(): void
  children: ReactNode
}

const Beside = createContext<Problem[]>([]) // the problems of the fields of a form

// Fields is a form. It keeps what was entered until it has been saved.
export function Fields({ label, names, save, submit, danger, onSubmit, onCancel, children }: FormProps) {
  const a = useAdminTexts()
  const beside = save.problems.filter((one) => names.includes(one.field))
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    onSubmit((name) => String(data.get(name) ?? '').trim())
  }
  return (
    <form className="form" aria-label={label} noValidate onSubmit={send}>
      <Beside value={beside}>{children}</Beside>
      <Refusals problems={save.problems.filter((one) => !beside.includes(one))} />
      {beside.length > 0 && <p className="warn" role="alert">{a.correct(beside.length)}</p>}
      <div className="actions">
        <Button type="submit" className={danger ? 'button danger' : 'button primary'} isDisabled={save.saving}>{save.saving ? a.saving : submit}</Button>
        {onCancel && <Button className="button" onPress={onCancel}>{a.cancel}</Button>}
      </div>
    </form>
  )
}

interface InputProps {
  name: string
  label: string
  hint?: string
  value?: string | number | null | undefined
  type?: 'text' | 'email' | 'date'
  rows?: number
  numeric?: boolean
  autoFocus?: boolean
}

export function Entry({ name, label, hint, value, type = 'text', rows, numeric, autoFocus = false }: InputProps) {
  const problem = useContext(Beside).find((one) => one.field === name)
  return (
    <TextField className={rows ? 'field wide' : 'field'} name={name} defaultValue={String(value ?? '')} type={type} autoComplete="off" autoFocus={autoFocus} isInvalid={problem !== undefined} validationBehavior="aria">
      <Label>{label}</Label>
      {rows ? <TextArea rows={rows} /> : <Input inputMode={numeric ? 'decimal' : 'text'} />}
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <FieldError className="warn">{problem?.text}</FieldError>
    </TextField>
  )
}

export function Check({ name, label, value }: { name: string; label: string; value?: boolean }) {
  return <label className="check"><input type="checkbox" name={name} value="true" defaultChecked={value ?? false} />{label}</label>
}

export function Choice<K extends string>({ name, label, value, options, onChange }: { name?: string; label: string; value: K; options: Record<K, string>; onChange?(value: K): void }) {
  const choices = (Object.entries(options) as [K, string][]).map(([id, text]) => <option key={id} value={id}>{text}</option>)
  return (
    <label className="field">
      <span>{label}</span>
      {onChange ? <select value={value} onChange={(e) => onChange(e.target.value as K)}>{choices}</select> : <select name={name} defaultValue={value}>{choices}</select>}
    </label>
  )
}

// whole reads a whole number. It returns null for no text, and a problem for anything else.
export function whole(a: AdminTexts, field: string, text: string): number | null | Problem {
  if (!text) return null
  const value = Number(text.replace(',', '.'))
  return Number.isInteger(value) && Math.abs(value) < 2 ** 31 ? value : { field, text: a.whole }
}

export const isProblem = (value: unknown): value is Problem => typeof value === 'object' && value !== null && 'text' in value

export const listOf = (text: string): string[] => text.split(',').map((one) => one.trim()).filter(Boolean)
