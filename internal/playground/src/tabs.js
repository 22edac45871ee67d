// What a visitor finds ready to run, made for the sample school.

export const headers = `{
  // Who sends no token is this machine's administrator, or nobody where AUTH is jwt.
  // To be somebody else: rehearse token --role student --id 101
  // "Authorization": "Bearer TOKEN"
}
`

const day = 24 * 60 * 60 * 1000

export function tabs(now) {
  const hour = new Date(now).setUTCMinutes(0, 0, 0)
  const time = (after) => new Date(hour + after).toISOString().replace('.000Z', 'Z')
  const evening = (days) => time(days * day + (18 - new Date(hour).getUTCHours()) * (day / 24))
  const week = `start: "${time(0)}", end: "${time(7 * day)}"`
  return [
    `# What Nora Newcomer may book in the next week.
query WhatMayBeBooked {
  availableSlots(studentId: 101, ${week}, first: 5) {
    nodes { id start end interviewer { name } }
    eligibility { eligible interviewsUsed interviewsRemaining }
    emptyReasons { code message }
  }
}
`,
    `# Who may book at all, and why not.
query Eligibility {
  new: eligibility(studentId: 101) { ...verdict }
  oneLeft: eligibility(studentId: 102) { ...verdict }
  noneLeft: eligibility(studentId: 103) { ...verdict }
  lowGrades: eligibility(studentId: 104) { ...verdict }
}

fragment verdict on Eligibility {
  eligible
  interviewsUsed
  interviewsRemaining
  recentGrades
  reasons { code message }
}
`,
    [
      `# The slot's id is one of WhatMayBeBooked. Run it twice to see it refused.
mutation BookASlot($slotId: ID!) {
  bookSlot(input: { studentId: 101, slotId: $slotId }) {
    interview { id start status interviewer { name } }
    errors {
      code
      message
      ... on SlotTaken { alternatives { id start } }
    }
  }
}
`,
      { slotId: '1' },
    ],
    [
      `# Fay Fifteen has had all of her interviews. A dry run books nothing.
mutation SeeTheRefusal($slotId: ID!) {
  bookSlot(input: { studentId: 103, slotId: $slotId, dryRun: true }) {
    interview { id }
    errors {
      code
      message
      ... on NotEligible { eligibility { interviewsUsed interviewLimit } }
    }
  }
}
`,
      { slotId: '1' },
    ],
    `# The interviews to come, for an administrator.
query Interviews {
  interviews(first: 10, filter: { status: [BOOKED] }) {
    totalCount
    nodes { id start status student { name } interviewer { name } }
  }
}
`,
    `# Ada Brandt has two more hours.
mutation PublishAvailability {
  addAvailability(input: { interviewerId: 1, start: "${evening(1)}", end: "${evening(1).replace('18:', '20:')}" }) {
    slots { id start status }
    skipped { start reason }
    errors { code message }
  }
}
`,
    `# Watches what Nora may book. Publish availability in another window to see it open.
subscription SlotsChanged {
  slotsChanged(studentId: 101, ${week}) {
    opened { id start interviewer { name } }
    closedIds
  }
}
`,
    `# Watches Nora's interviews.
subscription InterviewChanged {
  interviewChanged(studentId: 101) { id status start grade }
}
`,
  ]
    .map((tab) => [tab].flat())
    .map(([query, variables]) => ({ query, headers, variables: variables && JSON.stringify(variables, null, 2) }))
}
