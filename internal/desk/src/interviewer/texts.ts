// The texts of an interviewer's page, which students do not download.
import { useTexts } from '../texts/index.tsx'
import { de } from '../texts/interviewer/de.ts'
import { en } from '../texts/interviewer/en.ts'
import type { InterviewerTexts } from '../texts/interviewer/en.ts'

export const useInterviewerTexts = (): InterviewerTexts => ({ en, de })[useTexts().language]
