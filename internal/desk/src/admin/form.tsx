// What only the forms of administrators have.
import type { Problem } from '../forms.tsx'
import type { AdminTexts } from '../texts/admin/en.ts'

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
