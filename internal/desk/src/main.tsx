import './style.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { onLink } from './session.ts'
import { Translated } from './texts/index.tsx'

onLink(() => location.reload())

const root = document.getElementById('desk')
if (root) {
  createRoot(root).render(
    <Translated>
      <App />
    </Translated>,
  )
}
