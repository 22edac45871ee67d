// What only the forms of interviewers have.
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
