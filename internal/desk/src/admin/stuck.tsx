// The students who cannot book, and why.
import { useState } from 'react'
import { StuckStudentsDocument } from '../generated/admin/graphql.ts'
import type { RefusalCode } from '../generated/admin/graphql.ts'
import { Initials } from '../ui.tsx'
import { Choice } from './form.tsx'
import { Listing, Said, Section, usePaged } from './list.tsx'
import { to, useFilter } from './place.ts'
import { useAdminTexts } from './texts.ts'
import { GrantButton, Verdict } from './waivers.tsx'

const all: RefusalCode[] = ['LIMIT_REACHED', 'GRADES_TOO_LOW']
type Reason = keyof ReturnType<typeof useAdminTexts>['stuck']['reasons']

export function Stuck() {
  const a = useAdminTexts()
  const [{ reason }, change] = useFilter('stuck', ['reason'])
  const [said, setSaid] = useState('')
  const chosen = all.filter((code) => code === reason)
  const paged = usePaged(StuckStudentsDocument, { stuck: chosen.length ? chosen : all }, (data) => data.students)
  const least = (paged.data?.bookingPolicy?.minimumGradeExclusive ?? 0) + 1
  return (
    <Section title={a.sections.stuck} intro={a.stuck.intro}>
      <Said text={said} />
      <div className="filters"><Choice label={a.stuck.filter} value={(chosen[0] ?? '') as Reason} options={a.stuck.reasons} onChange={(value) => change('reason', value)} /></div>
      <Listing paged={paged} label={a.sections.stuck} empty={chosen.length ? a.stuck.noneSo : a.stuck.none}>
        {(student) => (
          <article className="row stuck" aria-label={student.name}>
            <Initials name={student.name} />
            <div>
              <a className="name" href={to(`students/${student.id}`)}>{student.name}</a>
              <p className="hint">{student.email}</p>
            </div>
            <Verdict verdict={student.eligibility} least={least} />
            <GrantButton student={student} onSaid={setSaid} />
          </article>
        )}
      </Listing>
    </Section>
  )
}
