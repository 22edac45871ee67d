// The language of the page: the one chosen on it, or the first of the browser's that it has.
import { createContext, useContext, useEffect, useState } from 'react'
import type { ReactNode } from 'react'
import { de } from './de.ts'
import { en } from './en.ts'
import type { Texts } from './en.ts'

const languages = { en, de }
export type Language = keyof typeof languages
export const choices = (Object.keys(languages) as Language[]).map((id) => ({ id, name: languages[id].language }))

const chosen = 'rehearse.language'
const isLanguage = (text: string | null | undefined): text is Language => text != null && text in languages

function initial(): Language {
  const kept = localStorage.getItem(chosen)
  if (isLanguage(kept)) return kept
  return navigator.languages.map((tag) => tag.split('-')[0]).find(isLanguage) ?? 'en'
}

// localeOf returns the browser's variant of a language, because countries write times differently.
const localeOf = (language: Language) => navigator.languages.find((tag) => tag.split('-')[0] === language) ?? language

const Context = createContext<{ t: Texts; language: Language; locale: string; choose(language: Language): void }>({ t: en, language: 'en', locale: 'en', choose() {} })

export function Translated({ children }: { children: ReactNode }) {
  const [language, set] = useState(initial)
  useEffect(() => void (document.documentElement.lang = language), [language])
  const choose = (next: Language) => {
    localStorage.setItem(chosen, next)
    set(next)
  }
  return <Context value={{ t: languages[language], language, locale: localeOf(language), choose }}>{children}</Context>
}

export const useTexts = () => useContext(Context)
