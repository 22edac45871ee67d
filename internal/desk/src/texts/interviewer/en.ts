// The texts of an interviewer's page in English.
import type { AllowedInput, InterviewStatus, RefusalCode, SkipReason, SlotStatus } from '../../generated/interviewer/graphql.ts'
import type { Kind } from '../../interviewer/entries.ts'

const plural = (n: number, one: string, other: string) => `${n} ${n === 1 ? one : other}`
const be = (n: number) => (n === 1 ? 'is' : 'are')

export const en = {
  views: 'Views',
  inactive: 'You give no interviews at present, so you cannot publish time. Your school can change this.',
  back: 'Back',
  sending: 'Saving…',
  day: 'Day',
  from: 'From',
  to: 'To',
  reason: 'Reason',
  missing: 'Fill in this field.',
  reasonMissing: 'Give the reason in a few words.',
  correct: (n: number) => `${plural(n, 'field needs', 'fields need')} a correction.`,
  more: (n: number) => `and ${n} more`,

  calendar: {
    tab: 'Calendar',
    today: 'This week',
    nothing: 'Nothing',
    allDay: 'All day',
    legend: 'What the colours mean',
    drag: 'Drag over free time to publish it, or press the button.',
  },
  kinds: { open: 'Open', held: 'Held by a student', booked: 'Booked', finished: 'Finished', withdrawn: 'Withdrawn', blocked: 'Blocked' } satisfies Record<Kind, string>,

  meetings: {
    tab: 'Interviews',
    today: 'Today',
    noneToday: 'You have no interviews today.',
    waiting: 'Waiting for a result',
    waitingAbout: 'These interviews are over. Complete them, or say who did not attend.',
    upcoming: 'Upcoming',
    noneUpcoming: 'Nobody has booked a later interview yet.',
    past: 'Latest results',
    in: (place: string) => `${place} time`,
    join: 'Join',
    with: (name: string) => `Interview with ${name}`,
    label: (action: string, name: string) => `${action}: ${name}`,
  },
  statuses: { BOOKED: 'Booked', COMPLETED: 'Completed', CANCELLED: 'Cancelled', STUDENT_NO_SHOW: 'The student did not attend', INTERVIEWER_NO_SHOW: 'You did not attend' } satisfies Record<InterviewStatus, string>,

  outcome: {
    complete: 'Complete',
    change: 'Change the result',
    title: 'How did the interview go?',
    grade: 'Grade',
    later: 'Later',
    graded: (grade: number) => `Grade ${grade}`,
    note: 'Note',
    share: 'The student may read the note',
    noteShared: '(shared)',
    notePrivate: '(not shared)',
    confirm: 'Complete the interview',
    save: 'Save the result',
    done: (name: string) => `The result for ${name} is saved.`,
  },

  noShow: {
    open: 'No-show',
    title: 'Who did not attend?',
    who: 'Absent',
    me: 'I did not attend',
    counts: 'The interview counts towards the student’s limit.',
    countsNot: 'The interview does not count towards the student’s limit.',
    confirm: 'Record the no-show',
    done: 'The no-show is recorded. You can undo it for 48 hours.',
    undo: 'Undo the no-show',
    undone: 'The no-show is undone.',
  },

  cancel: {
    open: 'Cancel',
    title: 'Cancel this interview?',
    hint: 'The student can read it.',
    keep: 'Keep the interview',
    confirm: 'Cancel the interview',
    done: 'The interview is cancelled. Its time is withdrawn.',
  },

  publish: {
    open: 'Publish time',
    title: 'Publish time',
    confirm: 'Publish',
    kind: 'How often',
    kinds: { once: 'Once', weekly: 'Every week' },
    first: 'First day',
    last: 'Last day',
    lastHint: 'Optional. Without it, the rule has no end.',
    length: 'Length of an interview',
    gap: 'Break between interviews',
    noGap: 'No break',
    minutes: (n: number) => `${n} minutes`,
    weekdays: 'Weekdays',
    every: 'Repeat',
    weeks: (n: number) => (n === 1 ? 'every week' : `every ${n} weeks`),
    checking: 'Checking your calendar…',
    nothing: 'No interview fits into this time.',
    will: (n: number) => (n ? `${plural(n, 'new time', 'new times')} will be published.` : 'No new time will be published.'),
    past: (n: number) => `${plural(n, 'time is', 'times are')} left out, because ${n === 1 ? 'it is' : 'they are'} in the past.`,
    conflicts: (n: number) => `${plural(n, 'time is', 'times are')} left out, because you already have:`,
    inTheWay: (kind: 'open' | 'booked' | 'blocked', name: string) => (kind === 'open' ? 'a published time' : kind === 'booked' ? `an interview with ${name}` : `blocked time (${name})`),
    incomplete: 'Your calendar is long. There may be more conflicts.',
    done: (n: number) => `${plural(n, 'time is', 'times are')} published.`,
    skipped: (n: number) => `${plural(n, 'time was', 'times were')} left out.`,
  },
  skipped: { DUPLICATE: 'it was published before.', OVERLAP: 'it overlaps another time.', SLOT_IN_PAST: 'it is in the past.', BLOCKED: 'it is blocked or was withdrawn.' } satisfies Record<SkipReason, string>,

  block: {
    open: 'Block time',
    title: 'Block time',
    confirm: 'Block this time',
    confirmCancel: (n: number) => `Cancel ${plural(n, 'interview', 'interviews')} and block`,
    extent: 'How much',
    extents: { day: 'The whole day', part: 'A part of it' },
    reasonHint: 'Students whose interviews are cancelled can read it.',
    cancelBooked: 'Also cancel the booked interviews',
    cancels: (n: number) => `${plural(n, 'interview', 'interviews')} will be cancelled:`,
    keeps: (n: number) => `${plural(n, 'booked interview stays', 'booked interviews stay')}:`,
    withdraws: (n: number) => `${plural(n, 'open time', 'open times')} will be withdrawn.`,
    held: (n: number) => (n === 1 ? 'A student is about to book one of them.' : `Students are about to book ${n} of them.`),
    nothing: 'There is nothing to cancel or withdraw. No time will be published here.',
    done: (cancelled: number, closed: number, kept: number) =>
      ['The time is blocked.', cancelled ? `${plural(cancelled, 'interview', 'interviews')} ${be(cancelled)} cancelled.` : '', closed ? `${plural(closed, 'open time', 'open times')} ${be(closed)} withdrawn.` : '', kept ? `${plural(kept, 'booked interview stays', 'booked interviews stay')}.` : ''].filter(Boolean).join(' '),
  },

  ill: {
    open: 'I am ill today',
    title: 'Cancel the whole day?',
    reason: 'I am ill today.',
  },

  unblock: {
    title: 'Blocked time',
    about: 'If you remove the block, your published times in it open again.',
    confirm: 'Remove the block',
    done: (n: number) => `The block is removed. ${plural(n, 'time is', 'times are')} open again.`,
  },

  slot: {
    title: { OPEN: 'An open time', HELD: 'A held time', BOOKED: 'A booked time', WITHDRAWN: 'A withdrawn time' } satisfies Record<SlotStatus, string>,
    about: {
      OPEN: 'Students can book this time.',
      HELD: 'A student is about to book this time. If you withdraw it, they cannot.',
      BOOKED: 'A student has booked this time.',
      WITHDRAWN: 'Students cannot book this time. To offer it again, publish a time that contains it.',
    } satisfies Record<SlotStatus, string>,
    past: 'This time has passed.',
    withdraw: 'Withdraw',
    done: 'The time is withdrawn.',
    justBooked: 'A student has just booked this time, so it stays. You can cancel the interview.',
  },

  rules: {
    title: 'Your weekly rules',
    slots: (length: number, gap: number) => (gap ? `${length} minutes each, ${gap} minutes between them` : `${length} minutes each`),
    since: (day: string) => `since ${day}`,
    range: (first: string, last: string) => `${first} to ${last}`,
    later: (when: string) => `publishes from ${when}`,
    remove: 'Remove',
    removeLabel: (rule: string) => `Remove the rule ${rule}`,
    removeTitle: 'Remove this rule?',
    about: 'It publishes no more time, and its open times are withdrawn. Booked interviews stay.',
    done: (closed: number, kept: number) => `The rule is removed. ${plural(closed, 'time is', 'times are')} withdrawn.${kept ? ` ${plural(kept, 'booked interview stays', 'booked interviews stay')}.` : ''}`,
  },

  settings: {
    tab: 'Settings',
    profile: 'Your profile',
    profileAbout: 'This is what students see. Ask your school to change it.',
    own: 'Only you and your school see this',
    name: 'Name',
    headline: 'Headline',
    bio: 'About you',
    tags: 'Topics',
    languages: 'Languages',
    zone: 'Time zone',
    email: 'E-mail',
    room: 'Meeting room',
    perDay: 'Interviews per day',
    perWeek: 'Interviews per week',
    noCap: 'No maximum',
    unset: 'Not set',
  },

  feeds: {
    title: 'Calendar feeds',
    about: 'Your calendar program can follow your interviews and open times at a secret address.',
    once: 'The secret address. It is shown only now.',
    copy: 'Copy',
    copied: 'The address is copied.',
    made: (when: string) => `Created ${when}`,
    read: (when: string) => `Last read ${when}`,
    never: 'Never read',
    create: 'Create a feed',
    delete: 'Delete',
    deleteLabel: (when: string) => `Delete the feed created ${when}`,
    deleted: 'The feed is deleted. Its address no longer works.',
  },

  emails: {
    title: 'E-mails',
    about: (address: string) => `We send e-mails to ${address}.`,
    categories: { bookings: 'Bookings and cancellations', reminders: 'Interview reminders', agenda: 'Daily agenda', feedback: 'Reminders to grade' },
    saved: 'Your choice is saved.',
  },

  // Refusals of the API by their code. For a code without a text here, the page shows the
  // message of the API, which is in English.
  refusals: {
    AVAILABILITY_CONFLICT: 'No time can be published, because all of it overlaps other times or blocked time.',
    SLOT_IN_PAST: 'This time has passed.',
    TOO_SOON: 'It is too early for this.',
    WRONG_STATUS: 'This is no longer possible. The interview or the time has changed.',
    VERSION_CONFLICT: 'The interview has changed since you opened it. Close this window and look again.',
    INVALID_RANGE: 'The end must be after the start.',
    NOT_FOUND: 'This no longer exists.',
    LIMIT_REACHED: 'The student has since used all their interviews.',
    ALREADY_INTERVIEWED: 'The student now has another interview with you.',
    OWN_OVERLAP: 'The student has another interview at this time.',
    TOO_MANY_CALENDAR_FEEDS: 'You have 5 feeds. Delete one first.',
    BUSY_RETRY: 'Your calendar is being changed right now. Try again.',
  } as Partial<Record<RefusalCode, string>>,

  // What a field allows, by the kind of value.
  allowed: {
    AFTER_START: () => 'The end must be after the start.',
    LENGTH: (min: number, max: number) => `Use ${min} to ${max} characters.`,
    COUNT: (min: number, max: number) => (max ? `Choose ${min} to ${max}.` : `Choose at least ${min}.`),
    MINUTES: (min: number, max: number) => `Use ${min} to ${max} minutes.`,
    DAYS: (_min: number, max: number) => `Use at most ${max} days.`,
  } as Partial<Record<AllowedInput, (min: number, max: number) => string>>,
}

export type InterviewerTexts = typeof en
