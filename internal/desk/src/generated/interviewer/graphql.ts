/* eslint-disable */
/** Internal type. DO NOT USE DIRECTLY. */
type Exact<T extends { [key: string]: unknown }> = { [K in keyof T]: T[K] };
/** Internal type. DO NOT USE DIRECTLY. */
export type Incremental<T> = T | { [P in keyof T]?: P extends ' $fragmentName' | '__typename' ? T[P] : never };
import type { TypedDocumentNode as DocumentNode } from '@graphql-typed-document-node/core';
/** A window to publish. A null field counts as omitted. */
export type AddAvailabilityInput = {
  /**
   * If true, returns the result and changes nothing. A dry run neither uses the idempotency key nor
   * returns a stored response, so the mutation itself can have the same key.
   */
  dryRun?: boolean;
  /** When the window ends, at most 31 days after its start. Time after the last whole slot is not offered. */
  end: string;
  /** The gap between two slots in minutes, 0 to 240. */
  gapMinutes?: number;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interviewer. */
  interviewerId: string | number;
  /** The length of each slot in minutes, 15 to 240. */
  slotMinutes?: number;
  /** When the window starts. The first slot starts then. */
  start: string;
  /** The tags of the slots, such as topics and levels: at most 20 tags of 1 to 50 characters. */
  tags?: Array<string> | null | undefined;
};

/** A weekly rule to publish. A null field counts as omitted. */
export type AddWeeklyAvailabilityInput = {
  /** If true, returns the result and changes nothing, as in `addAvailability`. */
  dryRun?: boolean;
  /** The last day of the rule, inclusive. If omitted, the rule has no end. */
  endDate?: string | null | undefined;
  /** The local time at which each window ends. If it is before `startTime`, the window ends on the next day. */
  endTime: string;
  /**
   * The interval in weeks, 1 to 52: 1 means every week. Weeks begin on Monday. The first
   * week is that of `startDate`.
   */
  everyWeeks?: number;
  /** The gap between two slots in minutes, 0 to 240. */
  gapMinutes?: number;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interviewer. */
  interviewerId: string | number;
  /** The length of each slot in minutes, 15 to 240. */
  slotMinutes?: number;
  /** The first day of the rule. */
  startDate: string;
  /** The local time at which each window starts. */
  startTime: string;
  /** The tags of the slots, such as topics and levels: at most 20 tags of 1 to 50 characters. */
  tags?: Array<string> | null | undefined;
  /** The IANA time zone of the times. Defaults to the interviewer's. */
  timeZone?: string | null | undefined;
  /** The days of the week on which a window starts. */
  weekdays: Array<Weekday>;
};

/** The kinds of values that an input field allows. */
export type AllowedInput =
  /** An end that is after the start. */
  | 'AFTER_START'
  /** A list of `min` to `max` elements. */
  | 'COUNT'
  /** A range of time of at most `max` days. */
  | 'DAYS'
  /** An e-mail address. */
  | 'EMAIL'
  /** An `https` URL. */
  | 'HTTPS_URL'
  /** A whole number from `min` to `max`. */
  | 'INTEGER'
  /** A BCP 47 language tag. */
  | 'LANGUAGE'
  /** A string of `min` to `max` characters. */
  | 'LENGTH'
  /** A range of time of `min` to `max` minutes. */
  | 'MINUTES'
  /** Another kind of value, which the message describes. */
  | 'OTHER'
  /** A string without control characters. */
  | 'PRINTABLE'
  /** A time from `notBefore` to `notAfter`. */
  | 'TIME'
  /** The name of an IANA time zone. */
  | 'TIME_ZONE'
  /** A value that is not in use, such as a new e-mail address. */
  | 'UNUSED';

/** The time to block. A null field counts as omitted. */
export type BlockTimeInput = {
  /**
   * If true, cancels the future booked interviews that overlap the blocked time. If false, keeps them
   * and returns them in `conflicts`.
   */
  cancelBooked?: boolean;
  /**
   * One whole day to block, from midnight to midnight in the interviewer's time zone. Not
   * allowed with `start`, `end` or `dates`.
   */
  date?: string | null | undefined;
  /**
   * The days to block, at most 366, in the interviewer's time zone. With `start` and `end`, only the
   * time of day from `start` to `end` is blocked on these days. Without them, the whole days are
   * blocked.
   */
  dates?: Array<string> | null | undefined;
  /**
   * If true, returns the result and changes nothing, as in `addAvailability`. The payload shows the
   * slots and interviews in their present state.
   */
  dryRun?: boolean;
  /** When the blocked time ends, at most 366 days after its start. Requires `start`. */
  end?: string | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interviewer. */
  interviewerId: string | number;
  /**
   * The reason, in 1 to 500 characters. Students whose interviews are cancelled can read it in
   * `Interview.cancelReason`.
   */
  reason: string;
  /** When the blocked time starts. Requires `end`. Not allowed with `date`. */
  start?: string | null | undefined;
};

/** The interview to cancel, and the reason. A null field counts as omitted. */
export type CancelInterviewInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interview. */
  interviewId: string | number;
  /** The reason, in 1 to 500 characters. The student and the interviewer can read it. */
  reason: string;
};

/** The interview to complete, and its result. A null field counts as omitted. */
export type CompleteInterviewInput = {
  /** When the interview was completed: not before its start, and not in the future. Defaults to now. */
  completedAt?: string | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /** The grade, 0 to 5. If omitted, the grade does not change. It can be given later, by another call. */
  grade?: number | null | undefined;
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interview. */
  interviewId: string | number;
  /** The interviewer's note, at most 4,000 characters. If omitted, the note does not change. */
  note?: string | null | undefined;
  /** Whether the student may read the note; initially false. If omitted, this does not change. */
  shareNote?: boolean | null | undefined;
};

/**
 * The person whose calendar the feed contains: either `studentId` or `interviewerId`.
 * A null field counts as omitted.
 */
export type CreateCalendarFeedInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interviewer. */
  interviewerId?: string | number | null | undefined;
  /** The student. */
  studentId?: string | number | null | undefined;
};

/** The calendar feed to delete. */
export type DeleteCalendarFeedInput = {
  /** The calendar feed. */
  feedId: string | number;
};

/**
 * The status of an interview. It determines whether the interview counts towards the student's limit,
 * and whether the student can book the interviewer again without a waiver.
 */
export type InterviewStatus =
  /** Booked. It counts towards the limit, and the student cannot book the interviewer again. */
  | 'BOOKED'
  /** Cancelled. It does not count towards the limit, and the student can book the interviewer again. */
  | 'CANCELLED'
  /** Completed. It counts towards the limit, and the student cannot book the interviewer again. */
  | 'COMPLETED'
  /**
   * The interviewer did not attend. It does not count towards the limit, and the student
   * can book the interviewer again.
   */
  | 'INTERVIEWER_NO_SHOW'
  /** The student did not attend. It counts towards the limit, but the student can book the interviewer again. */
  | 'STUDENT_NO_SHOW';

/** The interview, and the party that did not attend. A null field counts as omitted. */
export type MarkNoShowInput = {
  /** The idempotency key of the request, 1 to 200 characters. `Mutation` describes idempotency keys. */
  idempotencyKey?: string | null | undefined;
  /** The interview. */
  interviewId: string | number;
  /** The party that did not attend. */
  party: Party;
};

/** A party to an interview. */
export type Party =
  /** The interviewer. */
  | 'INTERVIEWER'
  /** The student. */
  | 'STUDENT';

/** The reasons for refusals. New codes can be added at any time. */
export type RefusalCode =
  /** Only an administrator may change this field. */
  | 'ADMINISTRATORS_ONLY'
  /** The student holds another slot and can hold only one. Release that hold first. */
  | 'ALREADY_HOLDING'
  /** The student has a booked or completed interview with the interviewer, or holds one of their slots. */
  | 'ALREADY_INTERVIEWED'
  /**
   * The time overlaps other slots or blocked time of the interviewer, or the same window is already
   * published.
   */
  | 'AVAILABILITY_CONFLICT'
  /** Other requests are changing the same data. Send the request again. */
  | 'BUSY_RETRY'
  /** The deadline for a cancellation by the student has passed. */
  | 'CANCEL_TOO_LATE'
  /** One of the student's latest grades is too low. An administrator can grant a waiver. */
  | 'GRADES_TOO_LOW'
  /** The hold has expired or was released. Hold the slot again, or book it without a hold. */
  | 'HOLD_EXPIRED'
  /** The idempotency key was used with a different input. Use a new key for each action of the user. */
  | 'IDEMPOTENCY_MISMATCH'
  /** The interviewer has reached their maximum number of interviews for that day or week. */
  | 'INTERVIEWER_FULL'
  /** The value of an input field is not allowed. */
  | 'INVALID_INPUT'
  /** The range is reversed, empty or too long. */
  | 'INVALID_RANGE'
  /** The student has used all their interviews. An administrator can raise the limit or grant a waiver. */
  | 'LIMIT_REACHED'
  /** No object has this id, or the caller may not access it. */
  | 'NOT_FOUND'
  /** The student has another interview at that time, or holds a slot at that time. */
  | 'OWN_OVERLAP'
  /** The deadline for a reschedule by the student has passed. */
  | 'RESCHEDULE_TOO_LATE'
  /** The interviewer has the same e-mail address as the student. */
  | 'SELF_INTERVIEW'
  /** Another student holds the slot. `SlotTaken.alternatives` lists other slots. */
  | 'SLOT_HELD'
  /** The slot has started. */
  | 'SLOT_IN_PAST'
  /** Another student has booked the slot. `SlotTaken.alternatives` lists other slots. */
  | 'SLOT_TAKEN'
  /** The slot was withdrawn. */
  | 'SLOT_WITHDRAWN'
  /** The person has the maximum number of calendar feeds. Delete one first. */
  | 'TOO_MANY_CALENDAR_FEEDS'
  /** The interview has been rescheduled the maximum number of times. */
  | 'TOO_MANY_RESCHEDULES'
  /**
   * It is too early to complete the interview or to mark a no-show, or the slot starts sooner than
   * the minimum notice allows.
   */
  | 'TOO_SOON'
  /** The object has been changed since its version was read. Read it again. */
  | 'VERSION_CONFLICT'
  /** The current status of the object does not allow the change. */
  | 'WRONG_STATUS';

/** The availability to remove. */
export type RemoveAvailabilityInput = {
  /** The availability. */
  availabilityId: string | number;
  /**
   * If true, cancels the booked interviews on future slots that the interviewer no longer offers. If
   * false, keeps them and returns them in `conflicts`.
   */
  cancelBooked?: boolean;
};

/** The reasons why a slot was skipped. */
export type SkipReason =
  /** The time is blocked, or the slot was withdrawn. */
  | 'BLOCKED'
  /** The same slot already exists. */
  | 'DUPLICATE'
  /** The slot overlaps another slot of the interviewer. */
  | 'OVERLAP'
  /** The start of the slot is in the past. */
  | 'SLOT_IN_PAST';

/** The status of a slot. */
export type SlotStatus =
  /** Booked for an interview. */
  | 'BOOKED'
  /** Held by a student. */
  | 'HELD'
  /** Published, and neither held nor booked. */
  | 'OPEN'
  /** Withdrawn. The slot cannot be booked. */
  | 'WITHDRAWN';

/** The time to unblock. */
export type UnblockTimeInput = {
  /** The block. */
  blockId: string | number;
};

/** The no-show to undo. */
export type UndoNoShowInput = {
  /** The interview. */
  interviewId: string | number;
};

/** The changes to an interviewer. Omitted fields do not change. */
export type UpdateInterviewerInput = {
  /** Whether the interviewer gives interviews at present. Null is refused. */
  active?: boolean | null | undefined;
  /** How the interviewer describes themselves, in 1 to 1,000 characters. Null or an empty string removes it. */
  bio?: string | null | undefined;
  /**
   * Only used with `active: false`. If true, cancels the future booked interviews. If
   * false, keeps them and returns them in `conflicts`.
   */
  cancelBooked?: boolean;
  /** The e-mail address. It must be unique among interviewers. Null is refused. */
  email?: string | null | undefined;
  /**
   * The version that the caller has read. If the current version is different, the mutation is refused
   * with `VERSION_CONFLICT`. If null or omitted, the version is not checked.
   */
  expectedVersion?: number | null | undefined;
  /** One line about what the interviewer offers, in 1 to 120 characters. Null or an empty string removes it. */
  headline?: string | null | undefined;
  /** The interviewer. */
  interviewerId: string | number;
  /**
   * The languages in which the interviewer gives interviews: at most 20 BCP 47 tags,
   * such as `en` or `pt-BR`. Null is refused.
   */
  languages?: Array<string> | null | undefined;
  /**
   * The maximum number of interviews per day, 1 to 100, in the interviewer's time zone.
   * Null removes the maximum.
   */
  maxPerDay?: number | null | undefined;
  /**
   * The maximum number of interviews per week, 1 to 100, in the interviewer's time zone.
   * A week begins on Monday. Null removes the maximum.
   */
  maxPerWeek?: number | null | undefined;
  /**
   * The `https` URL of the interviewer's meeting room, at most 500 characters. Null or
   * an empty string removes it.
   */
  meetingUrl?: string | null | undefined;
  /** The full name, in 1 to 200 characters. Null is refused. */
  name?: string | null | undefined;
  /** The `https` URL of a photo, at most 500 characters. Null or an empty string removes it. */
  photoUrl?: string | null | undefined;
  /** Tags, such as topics and levels: at most 20 tags of 1 to 50 characters. Null is refused. */
  tags?: Array<string> | null | undefined;
  /**
   * An IANA time zone, such as `Europe/Berlin`. Case does not matter. An alias such as `Europe/Kiev`
   * is replaced with the canonical name. Null is refused.
   */
  timeZone?: string | null | undefined;
};

/**
 * The changes to the notification preferences of either a student or an interviewer. Omitted fields do
 * not change.
 */
export type UpdateNotificationPreferencesInput = {
  /** Whether to send the daily agenda; only for an interviewer. Null is refused. */
  agenda?: boolean | null | undefined;
  /**
   * Whether to send e-mails about bookings, reschedules, cancellations, no-shows and waivers.
   * Null is refused.
   */
  bookings?: boolean | null | undefined;
  /** Whether to send reminders to grade interviews; only for an interviewer. Null is refused. */
  feedback?: boolean | null | undefined;
  /** Whether to send e-mails about grades and shared notes. Null is refused. */
  grades?: boolean | null | undefined;
  /** The interviewer. Null counts as omitted. */
  interviewerId?: string | number | null | undefined;
  /** Whether to send reminders of interviews. Null is refused. */
  reminders?: boolean | null | undefined;
  /** The student. Null counts as omitted. */
  studentId?: string | number | null | undefined;
};

/** A day of the week. */
export type Weekday =
  /** Friday. */
  | 'FRIDAY'
  /** Monday. */
  | 'MONDAY'
  /** Saturday. */
  | 'SATURDAY'
  /** Sunday. */
  | 'SUNDAY'
  /** Thursday. */
  | 'THURSDAY'
  /** Tuesday. */
  | 'TUESDAY'
  /** Wednesday. */
  | 'WEDNESDAY';

/** The slot to withdraw. */
export type WithdrawSlotInput = {
  /** If true, cancels a booked interview on the slot. If false, keeps it and returns it in `conflicts`. */
  cancelBooked?: boolean;
  /** The slot. */
  slotId: string | number;
};

type Problem_AlreadyHolding_Fragment = { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_AlreadyInterviewed_Fragment = { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_AvailabilityConflict_Fragment = { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_CancelTooLate_Fragment = { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_GradesTooLow_Fragment = { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_InvalidInput_Fragment = { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null };

type Problem_LimitReached_Fragment = { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_OwnOverlap_Fragment = { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_PlainError_Fragment = { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_RescheduleTooLate_Fragment = { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_SlotTaken_Fragment = { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_TooManyReschedules_Fragment = { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_TooSoon_Fragment = { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_VersionConflict_Fragment = { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null };

type Problem_WrongStatus_Fragment = { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null };

export type ProblemFragment =
  | Problem_AlreadyHolding_Fragment
  | Problem_AlreadyInterviewed_Fragment
  | Problem_AvailabilityConflict_Fragment
  | Problem_CancelTooLate_Fragment
  | Problem_GradesTooLow_Fragment
  | Problem_InvalidInput_Fragment
  | Problem_LimitReached_Fragment
  | Problem_OwnOverlap_Fragment
  | Problem_PlainError_Fragment
  | Problem_RescheduleTooLate_Fragment
  | Problem_SlotTaken_Fragment
  | Problem_TooManyReschedules_Fragment
  | Problem_TooSoon_Fragment
  | Problem_VersionConflict_Fragment
  | Problem_WrongStatus_Fragment
;

export type CalendarSlotFragment = { id: string, start: string, end: string, status: SlotStatus };

export type CalendarBlockFragment = { id: string, start: string, end: string, reason: string };

export type MeetingFragment = { id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } };

export type RuleFragment = { id: string, slotMinutes: number, gapMinutes: number, publishesFrom: string | null, weekly: { timeZone: string, startDate: string, endDate: string | null, weekdays: Array<Weekday>, startTime: string, endTime: string, everyWeeks: number } | null };

export type InterviewerProfileQueryVariables = Exact<{
  id: string | number;
}>;


export type InterviewerProfileQuery = { bookingPolicy: { publishHorizonDays: number, feedbackOverdueSeconds: number, agendaHour: number | null, reminderLeadSeconds: Array<number> }, interviewer: { id: string, version: number, name: string, email: string | null, timeZone: string, headline: string | null, bio: string | null, photoUrl: string | null, tags: Array<string>, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, active: boolean } | null };

export type ProfileFragment = { id: string, version: number, name: string, email: string | null, timeZone: string, headline: string | null, bio: string | null, photoUrl: string | null, tags: Array<string>, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, active: boolean };

export type InterviewerCalendarQueryVariables = Exact<{
  id: string | number;
  start: string;
  end: string;
}>;


export type InterviewerCalendarQuery = { interviewer: { id: string, slots: { nodes: Array<{ id: string, start: string, end: string, status: SlotStatus }>, pageInfo: { hasNextPage: boolean } } | null, interviews: { nodes: Array<{ id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } }> } | null, blocks: { nodes: Array<{ id: string, start: string, end: string, reason: string }> } | null } | null };

export type InterviewerRulesQueryVariables = Exact<{
  id: string | number;
}>;


export type InterviewerRulesQuery = { interviewer: { id: string, availability: { nodes: Array<{ id: string, slotMinutes: number, gapMinutes: number, publishesFrom: string | null, weekly: { timeZone: string, startDate: string, endDate: string | null, weekdays: Array<Weekday>, startTime: string, endTime: string, everyWeeks: number } | null }> } | null } | null };

export type InterviewerMeetingsQueryVariables = Exact<{
  id: string | number;
  today: string;
  tomorrow: string;
}>;


export type InterviewerMeetingsQuery = { interviewer: { id: string, today: { nodes: Array<{ id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } }> } | null, waiting: { nodes: Array<{ id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } }> } | null, upcoming: { nodes: Array<{ id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } }> } | null, past: { nodes: Array<{ id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } }> } | null } | null };

export type InterviewerSettingsQueryVariables = Exact<{
  id: string | number;
}>;


export type InterviewerSettingsQuery = { interviewer: { id: string, calendarFeeds: Array<{ id: string, createdAt: string, lastReadAt: string | null }> | null, notificationPreferences: { bookings: boolean, grades: boolean, reminders: boolean, agenda: boolean | null, feedback: boolean | null } | null } | null };

export type InterviewerMeetingChangedSubscriptionVariables = Exact<{
  id: string | number;
}>;


export type InterviewerMeetingChangedSubscription = { interviewChanged: { id: string } };

export type PublishWindowMutationVariables = Exact<{
  input: AddAvailabilityInput;
}>;


export type PublishWindowMutation = { addAvailability: { publishedCount: number, skippedCount: number, unusedMinutes: number, skipped: Array<{ start: string, end: string, reason: SkipReason }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type PublishRuleMutationVariables = Exact<{
  input: AddWeeklyAvailabilityInput;
}>;


export type PublishRuleMutation = { addWeeklyAvailability: { publishedCount: number, skippedCount: number, unusedMinutes: number, skipped: Array<{ start: string, end: string, reason: SkipReason }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type TryBlockMutationVariables = Exact<{
  input: BlockTimeInput;
}>;


export type TryBlockMutation = { blockTime: { closedCount: number, conflictCount: number, cancelledCount: number, closedSlots: Array<{ id: string, status: SlotStatus }>, conflicts: Array<{ id: string, start: string, end: string, student: { id: string, name: string } }>, cancelled: Array<{ id: string, start: string, end: string, student: { id: string, name: string } }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type AffectedFragment = { id: string, start: string, end: string, student: { id: string, name: string } };

export type UpdateProfileMutationVariables = Exact<{
  input: UpdateInterviewerInput;
}>;


export type UpdateProfileMutation = { updateInterviewer: { interviewer: { id: string, version: number, name: string, email: string | null, timeZone: string, headline: string | null, bio: string | null, photoUrl: string | null, tags: Array<string>, languages: Array<string>, maxPerDay: number | null, maxPerWeek: number | null, meetingUrl: string | null, active: boolean } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type RemoveRuleMutationVariables = Exact<{
  input: RemoveAvailabilityInput;
}>;


export type RemoveRuleMutation = { removeAvailability: { closedCount: number, conflictCount: number, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type BlockTimeMutationVariables = Exact<{
  input: BlockTimeInput;
}>;


export type BlockTimeMutation = { blockTime: { closedCount: number, conflictCount: number, cancelledCount: number, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UnblockTimeMutationVariables = Exact<{
  input: UnblockTimeInput;
}>;


export type UnblockTimeMutation = { unblockTime: { publishedCount: number, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type WithdrawSlotMutationVariables = Exact<{
  input: WithdrawSlotInput;
}>;


export type WithdrawSlotMutation = { withdrawSlot: { conflicts: Array<{ id: string }>, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type CompleteMeetingMutationVariables = Exact<{
  input: CompleteInterviewInput;
}>;


export type CompleteMeetingMutation = { completeInterview: { interview: { id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type MarkNoShowMutationVariables = Exact<{
  input: MarkNoShowInput;
}>;


export type MarkNoShowMutation = { markNoShow: { interview: { id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UndoNoShowMutationVariables = Exact<{
  input: UndoNoShowInput;
}>;


export type UndoNoShowMutation = { undoNoShow: { interview: { id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type CancelMeetingMutationVariables = Exact<{
  input: CancelInterviewInput;
}>;


export type CancelMeetingMutation = { cancelInterview: { interview: { id: string, version: number, start: string, end: string, status: InterviewStatus, grade: number | null, note: string | null, noteShared: boolean, meetingUrl: string | null, cancelReason: string | null, noShowAt: string | null, viewerCanCancel: boolean, viewerCanComplete: boolean, slot: { id: string }, student: { id: string, name: string, timeZone: string } } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type CreateFeedMutationVariables = Exact<{
  input: CreateCalendarFeedInput;
}>;


export type CreateFeedMutation = { createCalendarFeed: { url: string | null, feed: { id: string, createdAt: string, lastReadAt: string | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type DeleteFeedMutationVariables = Exact<{
  input: DeleteCalendarFeedInput;
}>;


export type DeleteFeedMutation = { deleteCalendarFeed: { feed: { id: string } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export type UpdatePreferencesMutationVariables = Exact<{
  input: UpdateNotificationPreferencesInput;
}>;


export type UpdatePreferencesMutation = { updateNotificationPreferences: { notificationPreferences: { bookings: boolean, grades: boolean, reminders: boolean, agenda: boolean | null, feedback: boolean | null } | null, errors: Array<
      | { __typename: 'AlreadyHolding', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AlreadyInterviewed', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'AvailabilityConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'CancelTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'GradesTooLow', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'InvalidInput', allowed: AllowedInput, min: number | null, max: number | null, code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'LimitReached', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'OwnOverlap', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'PlainError', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'RescheduleTooLate', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'SlotTaken', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooManyReschedules', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'TooSoon', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'VersionConflict', code: RefusalCode, message: string, path: Array<string> | null }
      | { __typename: 'WrongStatus', code: RefusalCode, message: string, path: Array<string> | null }
    > } | null };

export const ProblemFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<ProblemFragment, unknown>;
export const CalendarSlotFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CalendarSlot"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Slot"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}}]} as unknown as DocumentNode<CalendarSlotFragment, unknown>;
export const CalendarBlockFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CalendarBlock"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Block"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]} as unknown as DocumentNode<CalendarBlockFragment, unknown>;
export const MeetingFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}}]} as unknown as DocumentNode<MeetingFragment, unknown>;
export const RuleFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Rule"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Availability"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slotMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"gapMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"publishesFrom"}},{"kind":"Field","name":{"kind":"Name","value":"weekly"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"startDate"}},{"kind":"Field","name":{"kind":"Name","value":"endDate"}},{"kind":"Field","name":{"kind":"Name","value":"weekdays"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"everyWeeks"}}]}}]}}]} as unknown as DocumentNode<RuleFragment, unknown>;
export const ProfileFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Profile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"active"}}]}}]} as unknown as DocumentNode<ProfileFragment, unknown>;
export const AffectedFragmentDoc = {"kind":"Document","definitions":[{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Affected"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}}]} as unknown as DocumentNode<AffectedFragment, unknown>;
export const InterviewerProfileDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerProfile"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookingPolicy"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishHorizonDays"}},{"kind":"Field","name":{"kind":"Name","value":"feedbackOverdueSeconds"}},{"kind":"Field","name":{"kind":"Name","value":"agendaHour"}},{"kind":"Field","name":{"kind":"Name","value":"reminderLeadSeconds"}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Profile"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Profile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"active"}}]}}]} as unknown as DocumentNode<InterviewerProfileQuery, InterviewerProfileQueryVariables>;
export const InterviewerCalendarDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerCalendar"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"start"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"end"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slots"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"start"},"value":{"kind":"Variable","name":{"kind":"Name","value":"start"}}},{"kind":"Argument","name":{"kind":"Name","value":"end"},"value":{"kind":"Variable","name":{"kind":"Name","value":"end"}}},{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"500"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CalendarSlot"}}]}},{"kind":"Field","name":{"kind":"Name","value":"pageInfo"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"hasNextPage"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"start"},"value":{"kind":"Variable","name":{"kind":"Name","value":"start"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"end"},"value":{"kind":"Variable","name":{"kind":"Name","value":"end"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}}]}},{"kind":"Field","name":{"kind":"Name","value":"blocks"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"CalendarBlock"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CalendarSlot"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Slot"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"CalendarBlock"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Block"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}}]} as unknown as DocumentNode<InterviewerCalendarQuery, InterviewerCalendarQueryVariables>;
export const InterviewerRulesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerRules"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"availability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"100"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Rule"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Rule"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Availability"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"slotMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"gapMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"publishesFrom"}},{"kind":"Field","name":{"kind":"Name","value":"weekly"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"startDate"}},{"kind":"Field","name":{"kind":"Name","value":"endDate"}},{"kind":"Field","name":{"kind":"Name","value":"weekdays"}},{"kind":"Field","name":{"kind":"Name","value":"startTime"}},{"kind":"Field","name":{"kind":"Name","value":"endTime"}},{"kind":"Field","name":{"kind":"Name","value":"everyWeeks"}}]}}]}}]} as unknown as DocumentNode<InterviewerRulesQuery, InterviewerRulesQueryVariables>;
export const InterviewerMeetingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerMeetings"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"today"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}},{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"tomorrow"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DateTime"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","alias":{"kind":"Name","value":"today"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"100"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"start"},"value":{"kind":"Variable","name":{"kind":"Name","value":"today"}}},{"kind":"ObjectField","name":{"kind":"Name","value":"end"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tomorrow"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"waiting"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"BOOKED"}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"end"},"value":{"kind":"Variable","name":{"kind":"Name","value":"today"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"upcoming"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"BOOKED"}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"start"},"value":{"kind":"Variable","name":{"kind":"Name","value":"tomorrow"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}}]}},{"kind":"Field","alias":{"kind":"Name","value":"past"},"name":{"kind":"Name","value":"interviews"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"last"},"value":{"kind":"IntValue","value":"20"}},{"kind":"Argument","name":{"kind":"Name","value":"filter"},"value":{"kind":"ObjectValue","fields":[{"kind":"ObjectField","name":{"kind":"Name","value":"status"},"value":{"kind":"ListValue","values":[{"kind":"EnumValue","value":"COMPLETED"},{"kind":"EnumValue","value":"STUDENT_NO_SHOW"},{"kind":"EnumValue","value":"INTERVIEWER_NO_SHOW"}]}},{"kind":"ObjectField","name":{"kind":"Name","value":"end"},"value":{"kind":"Variable","name":{"kind":"Name","value":"today"}}}]}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"nodes"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}}]} as unknown as DocumentNode<InterviewerMeetingsQuery, InterviewerMeetingsQueryVariables>;
export const InterviewerSettingsDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"query","name":{"kind":"Name","value":"InterviewerSettings"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"id"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"calendarFeeds"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastReadAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"notificationPreferences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookings"}},{"kind":"Field","name":{"kind":"Name","value":"grades"}},{"kind":"Field","name":{"kind":"Name","value":"reminders"}},{"kind":"Field","name":{"kind":"Name","value":"agenda"}},{"kind":"Field","name":{"kind":"Name","value":"feedback"}}]}}]}}]}}]} as unknown as DocumentNode<InterviewerSettingsQuery, InterviewerSettingsQueryVariables>;
export const InterviewerMeetingChangedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"subscription","name":{"kind":"Name","value":"InterviewerMeetingChanged"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"id"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"ID"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewChanged"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"interviewerId"},"value":{"kind":"Variable","name":{"kind":"Name","value":"id"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}}]}}]} as unknown as DocumentNode<InterviewerMeetingChangedSubscription, InterviewerMeetingChangedSubscriptionVariables>;
export const PublishWindowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PublishWindow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddAvailabilityInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addAvailability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishedCount"}},{"kind":"Field","name":{"kind":"Name","value":"skipped"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"500"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"skippedCount"}},{"kind":"Field","name":{"kind":"Name","value":"unusedMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<PublishWindowMutation, PublishWindowMutationVariables>;
export const PublishRuleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"PublishRule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"AddWeeklyAvailabilityInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"addWeeklyAvailability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishedCount"}},{"kind":"Field","name":{"kind":"Name","value":"skipped"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"500"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"reason"}}]}},{"kind":"Field","name":{"kind":"Name","value":"skippedCount"}},{"kind":"Field","name":{"kind":"Name","value":"unusedMinutes"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<PublishRuleMutation, PublishRuleMutationVariables>;
export const TryBlockDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"TryBlock"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"BlockTimeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blockTime"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"closedSlots"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"first"},"value":{"kind":"IntValue","value":"50"}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"status"}}]}},{"kind":"Field","name":{"kind":"Name","value":"closedCount"}},{"kind":"Field","name":{"kind":"Name","value":"conflicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Affected"}}]}},{"kind":"Field","name":{"kind":"Name","value":"conflictCount"}},{"kind":"Field","name":{"kind":"Name","value":"cancelled"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Affected"}}]}},{"kind":"Field","name":{"kind":"Name","value":"cancelledCount"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Affected"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<TryBlockMutation, TryBlockMutationVariables>;
export const UpdateProfileDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdateProfile"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateInterviewerInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateInterviewer"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interviewer"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Profile"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Profile"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interviewer"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"email"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}},{"kind":"Field","name":{"kind":"Name","value":"headline"}},{"kind":"Field","name":{"kind":"Name","value":"bio"}},{"kind":"Field","name":{"kind":"Name","value":"photoUrl"}},{"kind":"Field","name":{"kind":"Name","value":"tags"}},{"kind":"Field","name":{"kind":"Name","value":"languages"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerDay"}},{"kind":"Field","name":{"kind":"Name","value":"maxPerWeek"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"active"}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdateProfileMutation, UpdateProfileMutationVariables>;
export const RemoveRuleDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"RemoveRule"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"RemoveAvailabilityInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"removeAvailability"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"closedCount"}},{"kind":"Field","name":{"kind":"Name","value":"conflictCount"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<RemoveRuleMutation, RemoveRuleMutationVariables>;
export const BlockTimeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"BlockTime"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"BlockTimeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"blockTime"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"closedCount"}},{"kind":"Field","name":{"kind":"Name","value":"conflictCount"}},{"kind":"Field","name":{"kind":"Name","value":"cancelledCount"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<BlockTimeMutation, BlockTimeMutationVariables>;
export const UnblockTimeDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UnblockTime"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UnblockTimeInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"unblockTime"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"publishedCount"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UnblockTimeMutation, UnblockTimeMutationVariables>;
export const WithdrawSlotDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"WithdrawSlot"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"WithdrawSlotInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"withdrawSlot"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"conflicts"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<WithdrawSlotMutation, WithdrawSlotMutationVariables>;
export const CompleteMeetingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CompleteMeeting"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CompleteInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"completeInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CompleteMeetingMutation, CompleteMeetingMutationVariables>;
export const MarkNoShowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"MarkNoShow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"MarkNoShowInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"markNoShow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<MarkNoShowMutation, MarkNoShowMutationVariables>;
export const UndoNoShowDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UndoNoShow"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UndoNoShowInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"undoNoShow"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UndoNoShowMutation, UndoNoShowMutationVariables>;
export const CancelMeetingDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CancelMeeting"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CancelInterviewInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"cancelInterview"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"interview"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Meeting"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Meeting"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"Interview"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"version"}},{"kind":"Field","name":{"kind":"Name","value":"start"}},{"kind":"Field","name":{"kind":"Name","value":"end"}},{"kind":"Field","name":{"kind":"Name","value":"status"}},{"kind":"Field","name":{"kind":"Name","value":"grade"}},{"kind":"Field","name":{"kind":"Name","value":"note"}},{"kind":"Field","name":{"kind":"Name","value":"noteShared"}},{"kind":"Field","name":{"kind":"Name","value":"meetingUrl"}},{"kind":"Field","name":{"kind":"Name","value":"cancelReason"}},{"kind":"Field","name":{"kind":"Name","value":"noShowAt"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanCancel"}},{"kind":"Field","name":{"kind":"Name","value":"viewerCanComplete"}},{"kind":"Field","name":{"kind":"Name","value":"slot"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"student"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"name"}},{"kind":"Field","name":{"kind":"Name","value":"timeZone"}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CancelMeetingMutation, CancelMeetingMutationVariables>;
export const CreateFeedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"CreateFeed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"CreateCalendarFeedInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"createCalendarFeed"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"feed"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}},{"kind":"Field","name":{"kind":"Name","value":"createdAt"}},{"kind":"Field","name":{"kind":"Name","value":"lastReadAt"}}]}},{"kind":"Field","name":{"kind":"Name","value":"url"}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<CreateFeedMutation, CreateFeedMutationVariables>;
export const DeleteFeedDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"DeleteFeed"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"DeleteCalendarFeedInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"deleteCalendarFeed"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"feed"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"id"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<DeleteFeedMutation, DeleteFeedMutationVariables>;
export const UpdatePreferencesDocument = {"kind":"Document","definitions":[{"kind":"OperationDefinition","operation":"mutation","name":{"kind":"Name","value":"UpdatePreferences"},"variableDefinitions":[{"kind":"VariableDefinition","variable":{"kind":"Variable","name":{"kind":"Name","value":"input"}},"type":{"kind":"NonNullType","type":{"kind":"NamedType","name":{"kind":"Name","value":"UpdateNotificationPreferencesInput"}}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"updateNotificationPreferences"},"arguments":[{"kind":"Argument","name":{"kind":"Name","value":"input"},"value":{"kind":"Variable","name":{"kind":"Name","value":"input"}}}],"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"notificationPreferences"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"bookings"}},{"kind":"Field","name":{"kind":"Name","value":"grades"}},{"kind":"Field","name":{"kind":"Name","value":"reminders"}},{"kind":"Field","name":{"kind":"Name","value":"agenda"}},{"kind":"Field","name":{"kind":"Name","value":"feedback"}}]}},{"kind":"Field","name":{"kind":"Name","value":"errors"},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"FragmentSpread","name":{"kind":"Name","value":"Problem"}}]}}]}}]}},{"kind":"FragmentDefinition","name":{"kind":"Name","value":"Problem"},"typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"UserError"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"__typename"}},{"kind":"Field","name":{"kind":"Name","value":"code"}},{"kind":"Field","name":{"kind":"Name","value":"message"}},{"kind":"Field","name":{"kind":"Name","value":"path"}},{"kind":"InlineFragment","typeCondition":{"kind":"NamedType","name":{"kind":"Name","value":"InvalidInput"}},"selectionSet":{"kind":"SelectionSet","selections":[{"kind":"Field","name":{"kind":"Name","value":"allowed"}},{"kind":"Field","name":{"kind":"Name","value":"min"}},{"kind":"Field","name":{"kind":"Name","value":"max"}}]}}]}}]} as unknown as DocumentNode<UpdatePreferencesMutation, UpdatePreferencesMutationVariables>;