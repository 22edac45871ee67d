// The texts of an administrator's pages, which students do not download.
import { de } from '../texts/admin/de.ts'
import { en } from '../texts/admin/en.ts'
import type { AdminTexts } from '../texts/admin/en.ts'
import { useTexts } from '../texts/index.tsx'

export const useAdminTexts = (): AdminTexts => ({ en, de })[useTexts().language]
