// How each normalised cache keys the objects of this API. Three rules: an id is
// unique within its type only, so student 1 is not slot 1; an Eligibility has no
// id, and its student is its key; there is one BookingPolicy. The id of an ImportRow
// is that of what the row stands for, whatever its type is, so it is no key.

// typePolicies are for Apollo Client, which joins __typename and id by itself.
export const typePolicies = {
  Eligibility: { keyFields: ['student', ['id']] },
  BookingPolicy: { keyFields: [] },
  ImportRow: { keyFields: false },
}

// getDataID is for Relay. Without a key, Relay keeps an object with its parent.
export function getDataID(record, type) {
  if (type === 'BookingPolicy') return type
  if (type === 'ImportRow') return undefined
  const id = type === 'Eligibility' ? record.student?.id : record.id
  return id && `${type}:${id}`
}

// embedded are the types without a key: they belong to the object around them.
const embedded = [
  'Actor', 'AddAvailabilityPayload', 'AddWeeklyAvailabilityPayload', 'AlreadyHolding', 'AlreadyInterviewed',
  'AnonymiseStudentPayload', 'AvailabilityConflict', 'AvailabilityConnection', 'AvailabilityEdge',
  'AvailableSlotConnection', 'AvailableSlotEdge', 'BlockConnection', 'BlockEdge', 'BlockTimePayload',
  'BookSlotPayload', 'BookingRefusalConnection', 'BookingRefusalEdge', 'CancelInterviewPayload', 'CancelTooLate', 'Change', 'CompleteInterviewPayload',
  'CreateInterviewerPayload', 'CreateStudentPayload', 'EligibilityReason', 'EmptyReason', 'EventConnection',
  'EventEdge', 'GradesTooLow', 'GrantWaiverPayload', 'HoldSlotPayload', 'ImportAvailabilityPayload',
  'ImportError', 'ImportInterviewersPayload', 'ImportInterviewsPayload', 'ImportRow', 'ImportStudentsPayload',
  'InterviewConnection', 'InterviewEdge', 'InterviewerConnection', 'InterviewerEdge', 'InvalidInput',
  'LimitReached', 'MarkNoShowPayload', 'OwnOverlap', 'PageInfo', 'PlainError', 'ReleaseHoldPayload',
  'RemoveAvailabilityPayload', 'RescheduleInterviewPayload', 'RescheduleTooLate', 'RevokeWaiverPayload',
  'SkippedSlot', 'SlotChange', 'SlotConnection', 'SlotEdge', 'SlotTaken', 'SlotsChanged', 'StudentConnection',
  'StudentEdge', 'TagCount', 'TooManyReschedules', 'TooSoon', 'UnblockTimePayload', 'UndoNoShowPayload',
  'UpdateAvailabilityPayload', 'UpdateBookingPolicyPayload', 'UpdateInterviewerPayload', 'UpdateStudentPayload',
  'VersionConflict', 'Viewer', 'WeeklyRule', 'WithdrawSlotPayload', 'WrongStatus',
]

// keys are for urql's Graphcache, which joins __typename and id by itself.
export const keys = {
  Eligibility: ({ student }) => student?.id ?? null,
  BookingPolicy: () => 'the one',
  ...Object.fromEntries(embedded.map((type) => [type, () => null])),
}
