// Importing files: a check that writes nothing, then the import.
import { useState } from 'react'
import type { ChangeEvent } from 'react'
import { Button } from 'react-aria-components'
import { ImportAvailabilityDocument, ImportInterviewersDocument, ImportInterviewsDocument, ImportStudentsDocument } from '../generated/admin/graphql.ts'
import type { ImportStudentsMutation, ProblemFragment, RowFragment } from '../generated/admin/graphql.ts'
import { Loading } from '../ui.tsx'
import { Refusals, useSave } from '../forms.tsx'
import { Choice } from './form.tsx'
import { Said, Section } from './list.tsx'
import { PersonPicker } from './picker.tsx'
import { to } from './place.ts'
import { useAdminTexts } from './texts.ts'

type Kind = keyof ReturnType<typeof useAdminTexts>['import']['kinds']
type Result = NonNullable<ImportStudentsMutation['importStudents']>
type Checked = { file: string; text: string; result: Result }

// A Source is what the fields around the file say.
interface Source {
  kind: Kind
  interviewer: string // of a calendar
  wholeDays: boolean // of a calendar: all-day events block the day
  exempt: boolean // of interviews: rows may break rules of booking
}

const places = { students: 'students', interviewers: 'interviewers', availability: 'interviewers', calendar: 'interviewers', interviews: 'interviews' } as const

export function Imports() {
  const a = useAdminTexts()
  const [source, setSource] = useState<Source>({ kind: 'students', interviewer: '', wholeDays: false, exempt: false })
  const change = (part: Partial<Source>) => setSource({ ...source, ...part })
  return (
    <Section title={a.sections.import} intro={a.import.intro}>
      <div className="filters">
        <Choice label={a.import.kind} value={source.kind} options={a.import.kinds} onChange={(kind) => change({ kind })} />
        {source.kind === 'calendar' && (
          <>
            <PersonPicker kind="interviewer" label={a.import.calendarOf} id={source.interviewer} onChoose={(interviewer) => change({ interviewer })} />
            <label className="check"><input type="checkbox" checked={source.wholeDays} onChange={(e) => change({ wholeDays: e.target.checked })} />{a.import.wholeDays}</label>
          </>
        )}
        {source.kind === 'interviews' && <label className="check"><input type="checkbox" checked={source.exempt} onChange={(e) => change({ exempt: e.target.checked })} />{a.import.exempt}</label>}
      </div>
      {source.kind === 'calendar' && !source.interviewer ? <p className="hint">{a.import.calendarHint}</p> : <Import key={JSON.stringify(source)} source={source} />}
    </Section>
  )
}

// useImport returns a function that imports the text of a file, or only checks it. A check that found
// errors is a result, too.
function useImport({ kind, interviewer, wholeDays, exempt }: Source) {
  const students = useSave(ImportStudentsDocument, ['Student'])
  const interviewers = useSave(ImportInterviewersDocument, ['Interviewer'])
  const availability = useSave(ImportAvailabilityDocument, ['Interviewer'])
  const interviews = useSave(ImportInterviewsDocument, ['Interview', 'Student'])
  const accept = (payload: { errors: ProblemFragment[]; rows: RowFragment[] }) => payload.rows.length > 0
  function run(text: string, dryRun: boolean, partial: boolean): Promise<Result | undefined> {
    const table = (idempotencyKey: string) => ({ csv: text, dryRun, partial, idempotencyKey })
    if (kind === 'students') return students.save(table, accept)
    if (kind === 'interviewers') return interviewers.save(table, accept)
    if (kind === 'interviews') return interviews.save((key) => ({ ...table(key), exempt }), accept)
    const what = kind === 'calendar' ? { ical: text, interviewerId: interviewer, wholeDayEvents: wholeDays ? 'BLOCK' : 'SKIP' } as const : { csv: text }
    return availability.save((key) => ({ ...what, dryRun, partial, idempotencyKey: key }), accept)
  }
  return { run, ...{ students, interviewers, availability, calendar: availability, interviews }[kind] }
}

function Import({ source }: { source: Source }) {
  const { kind } = source
  const a = useAdminTexts()
  const { run, saving, problems } = useImport(source)
  const [checked, setChecked] = useState<Checked>()
  const [unreadable, setUnreadable] = useState(false)
  const [said, setSaid] = useState('')

  async function choose(event: ChangeEvent<HTMLInputElement>) {
    const input = event.currentTarget
    const file = input.files?.[0]
    if (!file) return
    setSaid('')
    setChecked(undefined)
    const text = await file.arrayBuffer().then((bytes) => new TextDecoder('utf-8', { fatal: true }).decode(bytes)).catch(() => undefined)
    input.value = '' // so that the corrected file can be chosen again
    setUnreadable(text === undefined)
    if (text === undefined) return
    const result = await run(text, true, false)
    if (result) setChecked({ file: file.name, text, result })
  }

  async function write(partial: boolean) {
    if (!checked) return
    const result = await run(checked.text, false, partial)
    if (!result) return
    if (result.failed > 0 && !partial) return setChecked({ ...checked, result }) // something has changed since the check
    setChecked(undefined)
    setSaid(a.import.done(result.created))
  }

  return (
    <>
      <label className="card drop">
        <strong>{kind === 'calendar' ? a.import.calendarFile : a.import.file}</strong>
        <span className="hint">{kind === 'calendar' ? '' : a.import.fileHint} {a.import.columns[kind]}</span>
        <input type="file" accept={kind === 'calendar' ? '.ics,text/calendar' : '.csv,text/csv'} onChange={(event) => void choose(event)} disabled={saving} />
      </label>
      {unreadable && <p className="notice bad" role="alert">{a.import.notText}</p>}
      {saving && <Loading />}
      <Refusals problems={problems} />
      <Said text={said} />
      {said && <p><a href={to(places[kind])}>{a.sections[places[kind]]}</a></p>}
      {checked && <Outcome checked={checked} saving={saving} onWrite={(partial) => void write(partial)} />}
    </>
  )
}

function Outcome({ checked: { file, result }, saving, onWrite }: { checked: Checked; saving: boolean; onWrite(partial: boolean): void }) {
  const a = useAdminTexts()
  const failed = result.rows.filter((row) => row.status === 'FAILED')
  const noted = result.rows.filter((row) => row.notes.length > 0)
  const valid = result.rows.filter((row) => ['CREATED', 'EXEMPTED', 'SKIPPED'].includes(row.status)).length
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
              <td>{a.import.errors[error.code] ?? (error.code === 'INVALID_INPUT' ? a.import.invalid(error.message) : error.message)}</td>
            </tr>
          )))}
        </tbody>
      </table>
    </div>
  )
}
