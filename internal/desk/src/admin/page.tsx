// The pages of an administrator, one for each place in the address.
import { useEffect, useRef } from 'react'
import type { ComponentType } from 'react'
import type { Connection } from '../api.ts'
import { useTexts } from '../texts/index.tsx'
import { FormWords } from '../forms.tsx'
import { Frame, useStyles } from '../ui.tsx'
import './admin.css'
import { Events } from './events.tsx'
import { Imports } from './import.tsx'
import { Interviewer, Interviewers } from './interviewers.tsx'
import { Interviews } from './interviews.tsx'
import { Missing } from './list.tsx'
import { Mail } from './mail.tsx'
import { zone } from './moments.ts'
import { to, usePlace } from './place.ts'
import { Policy } from './policy.tsx'
import { Report } from './report.tsx'
import { Stuck } from './stuck.tsx'
import { Student, Students } from './students.tsx'
import { useAdminTexts } from './texts.ts'
import { Webhook, Webhooks } from './webhooks.tsx'

interface Pages {
  all: ComponentType
  one?: ComponentType<{ id: string }>
}

const places = {
  students: { all: Students, one: Student },
  interviewers: { all: Interviewers, one: Interviewer },
  import: { all: Imports },
  stuck: { all: Stuck },
  interviews: { all: Interviews },
  report: { all: Report },
  events: { all: Events },
  policy: { all: Policy },
  mail: { all: Mail },
  webhooks: { all: Webhooks, one: Webhook },
} satisfies Record<string, Pages>

export default function AdminPage({ connection, onLeave }: { connection: Connection; onLeave(): void }) {
  const { t } = useTexts()
  const a = useAdminTexts()
  useStyles('admin')
  const { section, id } = usePlace()
  const pages: Pages | undefined = section in places ? places[section as keyof typeof places] : undefined
  const One = pages?.one
  const here = useRef<HTMLAnchorElement>(null)
  useEffect(() => void here.current?.scrollIntoView({ block: 'nearest', inline: 'center' }), [section]) // on a phone, not all links are visible
  return (
    <Frame name={a.who} connection={connection} onLeave={onLeave}>
      <nav className="sections" aria-label={a.nav}>
        {(Object.keys(places) as (keyof typeof places)[]).map((name) => (
          <a key={name} ref={name === section ? here : null} href={to(name)} aria-current={name === section ? 'page' : undefined}>{a.sections[name]}</a>
        ))}
      </nav>
      <FormWords value={a}>{!pages ? <Missing /> : id && One ? <One key={id} id={id} /> : id ? <Missing /> : <pages.all key={section} />}</FormWords>
      <p className="hint zone">{t.student.zone(zone)}</p>
    </Frame>
  )
}
