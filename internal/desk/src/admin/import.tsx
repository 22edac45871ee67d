// Importing people from a CSV file: a check that writes nothing, then the import.
import { useState } from 'react'
import type { ChangeEvent } from 'react'
import { Button } from 'react-aria-components'
import { ImportInterviewersDocument, ImportStudentsDocument } from '../generated/admin/graphql.ts'
import type { ImportStudentsMutation, ProblemFragment, RowFragment } from '../generated/admin/graphql.ts'
import { Loading } from '../ui.tsx'
import { Refusals } from '../forms.tsx'
import { Choice, useSave } from './form.tsx'
import { Said, Section } from './list.tsx'
import { to } from './place.ts'
import { useAdminTexts } from './texts.ts'

type Kind = 'students' | 'interviewers'
type Result = NonNullable<ImportStudentsMutation['importStudents']>
type Checked = { file: string; csv: string; result: Result }

export function ImportPeople() {
  const a = useAdminTexts()
  const [kind, setKind] = useState<Kind>('students')
  return (
    <Section title={a.sections.import} intro={a.import.intro}>
      <div className="filters"><Choice label={a.import.kind} value={kind} options={a.import.kinds} onChange={(value) => setKind(value)} /></div>
      <Import key={kind} kind={kind} />
    </Section>
  )
}

function Import({ kind }: { kind: Kind }) {
  const a = useAdminTexts()
  const students = useSave(ImportStudentsDocument, ['Student'])
  const interviewers = useSave(ImportInterviewersDocument, ['Interviewer'])
  const [checked, setChecked] = useState<Checked>()
  const [unreadable, setUnreadable] = useState(false)
  const [said, setSaid] = useState('')
  const { saving, problems } = kind === 'students' ? students : interviewers

  // run asks for a check or for the import. A check that found errors is a result, too.
  async function run(csv: string, dryRun: boolean, partial: boolean): Promise<Result | undefined> {
    const variables = (key: string) => ({ csv, dryRun, partial, key })
    const accept = (payload: { errors: ProblemFragment[]; rows: RowFragment[] }) => payload.rows.length > 0
    if (kind === 'students') return (await students.save(variables, accept))?.importStudents ?? undefined
    return (await interviewers.save(variables, accept))?.importInterviewers ?? undefined
  }

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const input = event.currentTarget
    const file = input.files?.[0]
    if (!file) return
    setSaid('')
    setChecked(undefined)
    const csv = await file.arrayBuffer().then((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).catch(() => undefined)
    input.value = '' // so that the corrected file can be chosen again
    setUnreadable(csv === undefined)
    if (csv === undefined) return
    const result = await run(csv, true, false)
    if (result) setChecked({ file: file.name, csv, result })
  }

  async function write(partial: boolean) {
    if (!checked) return
    const result = await run(checked.csv, false, partial)
    if (!result) return
    if (result.failed > 0 && !partial) return setChecked({ ...checked, result }) // something has changed since the check
    setChecked(undefined)
    setSaid(a.import.done(result.created))
  }

  return (
    <>
      <label className="card drop">
        <strong>{a.import.file}</strong>
        <span className="hint">{a.import.fileHint} {a.import.columns[kind]}</span>
        <input type="file" accept=".csv,text/csv" onChange={(event) => void choose(event)} disabled={saving} />
      </label>
      {unreadable && <p className="notice bad" role="alert">{a.import.notText}</p>}
      {saving && <Loading />}
      <Refusals problems={problems} />
      <Said text={said} />
      {said && <p><a href={to(kind)}>{a.sections[kind]}</a></p>}
      {checked && <Outcome checked={checked} saving={saving} onWrite={(partial) => void write(partial)} />}
    </>
  )
}

function Outcome({ checked: { file, result }, saving, onWrite }: { checked: Checked; saving: boolean; onWrite(partial: boolean): void }) {
  const a = useAdminTexts()
  const failed = result.rows.filter((row) => row.status === 'FAILED')
  const noted = result.rows.filter((row) => row.notes.length > 0)
  const valid = result.rows.filter((row) => row.status === 'CREATED' || row.status === 'SKIPPED').length
  return (
    <section className="stack" aria-labelledby="outcome">
      <h2 id="outcome">{a.import.result(file)}</h2>
      <p role="status">{a.import.counts(valid, result.unchanged, result.failed)}</p>
      {failed.length > 0 && <Failed rows={failed} />}
      {noted.length > 0 && (
        <>
          <h3>{a.import.notes}</h3>
          <ul>{noted.map((row) => <li key={row.line}>{a.import.line} {row.line}: {row.notes.join(' ')}</li>)}</ul>
        </>
      )}
      {failed.length > 0 && <p>{a.import.again}</p>}
      {valid === 0 ? <p className="hint">{failed.length === 0 && a.import.nothing}</p> : (
        <div className="actions">
          {failed.length === 0
            ? <Button className="button primary" isDisabled={saving} onPress={() => onWrite(false)}>{a.import.confirm(valid)}</Button>
            : <Button className="button" isDisabled={saving} onPress={() => onWrite(true)}>{a.import.confirmValid(valid)}</Button>}
        </div>
      )}
    </section>
  )
}

function Failed({ rows }: { rows: RowFragment[] }) {
  const a = useAdminTexts()
  return (
    <div className="scroll card" role="region" aria-label={a.import.failedRows} tabIndex={0}>
      <table>
        <caption className="unseen">{a.import.failedRows}</caption>
        <thead><tr><th scope="col">{a.import.line}</th><th scope="col">{a.import.field}</th><th scope="col">{a.import.message}</th></tr></thead>
        <tbody>
          {rows.flatMap((row) => row.errors.map((error, i) => (
            <tr key={`${row.line} ${i}`}>
              <td>{row.line}</td>
              <td>{error.column ? <code>{error.column}</code> : a.import.wholeRow}</td>
              <td>{error.message}</td>
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  )
}
