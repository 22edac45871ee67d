import './style.css'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { Translated } from './texts/index.tsx'

const root = document.getElementById('desk')
if (root) {
  createRoot(root).render(
    <Translated>
      <App />
    </Translated>,
  )
}
