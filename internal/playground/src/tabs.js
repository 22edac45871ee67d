// What a visitor finds ready to run, made for the sample school.

export const headers = `{
  // Without a token, you are the administrator. With
  // AUTH=jwt, a token is required. This prints one:
  // rehearse token --role student --id 101
  // "Authorization": "Bearer TOKEN"
}
`

const day = 24 * 60 * 60 * 1000

export function tabs(now) {
  const utc = (ms) => new Date(ms).toISOString().replace('.000Z', 'Z')
  const time = (after) => utc(new Date(now).setUTCMinutes(0, 0, 0) + after)
  const evening = (hour) => utc(new Date(now).setUTCHours(hour, 0, 0, 0) + day)
  const week = `studentId: 101
    start: "${time(0)}"
    end: "${time(7 * day)}"`
  return [
    `# The slots that Nora Newcomer may book in the next week.
query WhatMayBeBooked {
  availableSlots(
    ${week}
    first: 5
  ) {
    nodes { id start end interviewer { name } }
    eligibility { eligible interviewsUsed interviewsRemaining }
    emptyReasons { code message }
  }
}
`,
    `# Whether four students may book, and why not.
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
      `# The id in the variables is that of a slot from WhatMayBeBooked.
mutation BookASlot($slotId: ID!) {
  bookSlot(input: { studentId: 101, slotId: $slotId }) {
    interview { id start status interviewer { name } }
    errors { code message }
  }
}
`,
      { slotId: '1' },
    ],
    [
      `# The same slot again. For Anna Ash it is taken, and Fay Fifteen
# has no interviews left. A dry run books nothing.
mutation SeeTheRefusal($slotId: ID!) {
  anna: bookSlot(input: { studentId: 106, slotId: $slotId, dryRun: true }) { ...outcome }
  fay: bookSlot(input: { studentId: 103, slotId: $slotId, dryRun: true }) { ...outcome }
}

fragment outcome on BookSlotPayload {
  interview { id }
  errors {
    code
    message
    ... on SlotTaken { alternatives { id start } }
    ... on NotEligible { eligibility { interviewsUsed interviewLimit } }
  }
}
`,
      { slotId: '1' },
    ],
    `# The booked interviews, for an administrator.
query Interviews {
  interviews(first: 10, filter: { status: [BOOKED] }) {
    totalCount
    nodes { id start status student { name } interviewer { name } }
  }
}
`,
    `# Publishes two more hours of availability for Ada Brandt.
mutation PublishAvailability {
  addAvailability(input: {
    interviewerId: 1
    start: "${evening(18)}"
    end: "${evening(20)}"
  }) {
    slots { id start status }
    skipped { start reason }
    errors { code message }
  }
}
`,
    `# Reports changes to the slots that Nora may book. To see
# a change, publish availability in another window.
subscription SlotsChanged {
  slotsChanged(
    ${week}
  ) {
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
