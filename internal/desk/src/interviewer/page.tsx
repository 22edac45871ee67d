// The page of an interviewer.
import { useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useQuery } from 'urql'
import type { Connection } from '../api.ts'
import { FormWords } from '../forms.tsx'
import { InterviewerProfileDocument } from '../generated/interviewer/graphql.ts'
import type { InterviewerProfileQuery } from '../generated/interviewer/graphql.ts'
import { useTexts } from '../texts/index.tsx'
import { formats } from '../time.ts'
import type { Format } from '../time.ts'
import { Failure, Frame, Loading, useStyles } from '../ui.tsx'
import { Calendar } from './calendar.tsx'
import './interviewer.css'
import { Meetings } from './meetings.tsx'
import { Settings } from './settings.tsx'
import { useInterviewerTexts } from './texts.ts'

export type Me = NonNullable<InterviewerProfileQuery['interviewer']>
export type Policy = InterviewerProfileQuery['bookingPolicy']

// Props are what each view of the page receives.
export interface Props {
  connection: Connection
  me: Me
  policy: Policy
  format: Format
  say(text: string): void // shows what an action did
}

export default function InterviewerPage({ connection, id, onLeave }: { connection: Connection; id: string; onLeave(): void }) {
  const { t, locale } = useTexts()
  const i = useInterviewerTexts()
  const [{ data, error }, again] = useQuery({ query: InterviewerProfileDocument, variables: { id } })
  const [said, setSaid] = useState('')
  useStyles('interviewer')
  const me = data?.interviewer
  if (!me) {
    return <Frame onLeave={onLeave}>{error ? <Failure onRetry={() => again({ requestPolicy: 'network-only' })} /> : data ? <p className="notice">{t.student.unknown}</p> : <Loading />}</Frame>
  }
  const props: Props = { connection, me, policy: data.bookingPolicy, format: formats(locale, me.timeZone), say: setSaid }
  return (
    <Frame name={me.name} connection={connection} onLeave={onLeave}>
      <div className="title">
        <h1>{t.student.hello(me.name.split(' ')[0] ?? me.name)}</h1>
        <p className="hint">{t.student.zone(me.timeZone)}</p>
      </div>
      {!me.active && <p className="notice bad">{i.inactive}</p>}
      <p role="status" className={said ? 'notice good said' : 'unseen'}>{said}</p>
      <Tabs className="tabbed" onSelectionChange={() => setSaid('')}>
        <TabList className="sections" aria-label={i.views}>
          <Tab id="meetings" className="section">{i.meetings.tab}</Tab>
          <Tab id="calendar" className="section">{i.calendar.tab}</Tab>
          <Tab id="settings" className="section">{i.settings.tab}</Tab>
        </TabList>
        <FormWords value={i}>
          <TabPanel id="meetings" className="view"><Meetings {...props} /></TabPanel>
          <TabPanel id="calendar" className="view"><Calendar {...props} /></TabPanel>
          <TabPanel id="settings" className="view"><Settings {...props} /></TabPanel>
        </FormWords>
      </Tabs>
    </Frame>
  )
}
