// What the forms of administrators and interviewers share: they send a mutation, and show what the API
// refuses beside its field.
import { createContext, useContext, useRef, useState } from 'react'
import type { FormEvent, ReactNode } from 'react'
import { Button, Dialog, FieldError, Heading, Input, Label, Modal, ModalOverlay, Text, TextArea, TextField } from 'react-aria-components'
import { useMutation } from 'urql'
import type { TypedDocumentNode } from 'urql'
import { useTexts } from './texts/index.tsx'

// Words are what forms say, in the language of the page.
export interface Words {
  back: string
  saving: string
  correct(fields: number): string
  refusals: Partial<Record<string, string>> // by code
  allowed: Partial<Record<string, (min: string, max: string) => string>> // by the kind of value
}

export const FormWords = createContext<Words>({ back: '', saving: '', correct: () => '', refusals: {}, allowed: {} })

// A Problem is a refusal in words. Without a field, it concerns the whole form.
export interface Problem {
  field: string
  text: string
}

// Units says by how much the values that a form shows are smaller than those of the API.
export type Units = Partial<Record<string, number>>

interface Refusal {
  __typename?: string
  code: string
  message: string
  path?: string[] | null
  allowed?: string
  min?: number | null
  max?: number | null
}

type PayloadOf<D> = Extract<D[keyof D], { errors: Refusal[] }>

export interface Save<D, I> {
  saving: boolean
  problems: Problem[]
  refuse(problems: Problem[]): void
  // save returns the payload, or undefined if the mutation failed or was refused. Its first argument
  // makes the input from an idempotency key, which stays the same until the server has answered.
  // A refused payload that accept accepts is a result.
  save(input: (key: string) => I, accept?: (payload: PayloadOf<D>) => boolean): Promise<PayloadOf<D> | undefined>
}

// useWords returns a function that puts a refusal into words, with limits in the units of the form.
export function useWords(units: Units = {}): (error: Refusal) => Problem {
  const words = useContext(FormWords)
  const { locale } = useTexts()
  return ({ __typename, code, message, path, allowed, min, max }) => {
    const field = path?.[1] ?? ''
    if (__typename !== 'InvalidInput') return { field, text: words.refusals[code] ?? message }
    const unit = units[field] ?? 1
    const bound = (value: number | null | undefined) => (value == null ? '' : (value / unit).toLocaleString(locale))
    const kind = unit > 1 && allowed === 'INTEGER' ? 'NUMBER' : (allowed ?? '')
    return { field, text: words.allowed[kind]?.(bound(min), bound(max)) ?? words.refusals[code] ?? message }
  }
}

// useSave executes a mutation. What the page shows of the types is read again.
export function useSave<D, I>(mutation: TypedDocumentNode<D, { input: I }>, types: string[] = [], units: Units = {}): Save<D, I> {
  const { t } = useTexts()
  const inWords = useWords(units)
  const [{ fetching }, execute] = useMutation<D, { input: I }>(mutation)
  const [problems, refuse] = useState<Problem[]>([])
  const key = useRef(crypto.randomUUID())

  async function save(input: (key: string) => I, accept?: (payload: PayloadOf<D>) => boolean) {
    const { data, error } = await execute({ input: input(key.current) }, { additionalTypenames: types })
    const payload = Object.values(data ?? {}).find((value) => typeof value === 'object' && value) as PayloadOf<D> | undefined
    if (!payload) {
      refuse([{ field: '', text: error?.graphQLErrors[0]?.message ?? t.failed }])
      return undefined
    }
    key.current = crypto.randomUUID()
    const accepted = payload.errors.length === 0 || accept?.(payload)
    refuse(accepted ? [] : payload.errors.map(inWords))
    return accepted ? payload : undefined
  }
  return { saving: fetching, problems, refuse, save }
}

export type Entries = (name: string) => string

interface FormProps {
  label?: string
  names: readonly string[] // of the fields; other problems are shown above the buttons
  save: { saving: boolean; problems: Problem[] }
  submit: string
  back?: string
  danger?: boolean
  isDisabled?: boolean
  onSubmit(entry: Entries): void
  onCancel?(): void
  children: ReactNode
}

const Beside = createContext<Problem[]>([]) // the problems of the fields of a form

// Fields is a form. It keeps what was entered until it has been saved.
export function Fields({ label, names, save: { saving, problems }, submit, back, danger, isDisabled, onSubmit, onCancel, children }: FormProps) {
  const words = useContext(FormWords)
  // What the API refused is out of date once something has been changed.
  const [corrected, setCorrected] = useState(problems)
  const current = corrected === problems ? [] : problems
  const beside = current.filter((one) => names.includes(one.field))
  const send = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault()
    const data = new FormData(event.currentTarget)
    onSubmit((name) => String(data.get(name) ?? '').trim())
  }
  return (
    <form className="form" aria-label={label} noValidate onSubmit={send} onChange={() => setCorrected(problems)}>
      <Beside value={beside}>{children}</Beside>
      <Refusals problems={current.filter((one) => !beside.includes(one))} />
      {beside.length > 0 && <p className="warn" role="alert">{words.correct(beside.length)}</p>}
      <div className="actions">
        <Button type="submit" className={danger ? 'button danger' : 'button primary'} isDisabled={saving || isDisabled === true}>{saving ? words.saving : submit}</Button>
        {onCancel && <Button className="button" onPress={onCancel}>{back ?? words.back}</Button>}
      </div>
    </form>
  )
}

interface EntryProps {
  name: string
  label: string
  hint?: string
  value?: string | number | null | undefined
  type?: 'text' | 'email' | 'date' | 'time'
  rows?: number
  numeric?: boolean
  maxLength?: number
  autoFocus?: boolean
  onChange?(value: string): void // without it, the field keeps its value itself
}

export function Entry({ name, label, hint, value, type = 'text', rows, numeric, maxLength, autoFocus = false, onChange }: EntryProps) {
  const problem = useContext(Beside).find((one) => one.field === name)
  const text = String(value ?? '')
  return (
    <TextField className={rows ? 'field wide' : 'field'} name={name} {...(onChange ? { value: text, onChange } : { defaultValue: text })} {...(maxLength ? { maxLength } : {})} type={type} autoComplete="off" autoFocus={autoFocus} isInvalid={problem !== undefined} validationBehavior="aria">
      <Label>{label}</Label>
      {rows ? <TextArea rows={rows} /> : <Input inputMode={numeric ? 'decimal' : 'text'} />}
      {hint && <Text slot="description" className="hint">{hint}</Text>}
      <FieldError className="warn">{problem?.text}</FieldError>
    </TextField>
  )
}

export function Check({ name, label, value, onChange }: { name?: string; label: string; value?: boolean; onChange?(checked: boolean): void }) {
  const state = onChange ? { checked: value ?? false, onChange: (e: { target: HTMLInputElement }) => onChange(e.target.checked) } : { defaultChecked: value ?? false }
  return <label className="check"><input type="checkbox" name={name} value="true" {...state} />{label}</label>
}

export function Refusals({ problems }: { problems: Problem[] }) {
  if (problems.length === 0) return null
  return <div className="notice bad" role="alert">{problems.map((one) => <p key={one.text}>{one.text}</p>)}</div>
}

export function Popup({ title, role = 'dialog', onClose, children }: { title: string; role?: 'dialog' | 'alertdialog'; onClose(): void; children: ReactNode }) {
  return (
    <ModalOverlay className="overlay" isOpen isDismissable onOpenChange={(open) => !open && onClose()}>
      <Modal className="modal">
        <Dialog className="dialog" role={role}>
          <Heading slot="title">{title}</Heading>
          {children}
        </Dialog>
      </Modal>
    </ModalOverlay>
  )
}
