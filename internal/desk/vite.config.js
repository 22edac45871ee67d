import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { gzipSync } from 'fflate'
import { defineConfig } from 'vite'

// compressed replaces the files of the bundle by gzipped ones, in which nothing
// depends on the time or on the machine: node's own zlib differs by version.
const compressed = {
  name: 'compressed',
  apply: 'build',
  async closeBundle() {
    const files = await readdir('dist', { recursive: true, withFileTypes: true })
    for (const file of files.filter((f) => f.isFile())) {
      const path = join(file.parentPath, file.name)
      await writeFile(`${path}.gz`, gzipSync(await readFile(path), { level: 9, mtime: 0 }))
      await rm(path)
    }
  },
}

export default defineConfig({
  base: '/desk/',
  build: {
    target: 'es2022',
    license: { fileName: 'licenses.md' },
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    rolldownOptions: { checks: { moduleLevelDirective: false } },
  },
  plugins: [compressed],
})
