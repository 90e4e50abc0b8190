// Builds webapp/static from .assets: css (and its right-to-left copy), htmx, our script, licences, and a version for the cache.
import { createHash } from 'node:crypto'
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import rtlcss from 'rtlcss'
import * as sass from 'sass'

const here = dirname(fileURLToPath(import.meta.url))
const out = join(here, '..', 'webapp', 'static')
const templates = join(here, '..', 'webapp', 'templates')
const modules = join(here, 'node_modules')
const read = (...parts) => readFileSync(join(...parts), 'utf8')

const { css } = sass.compile(join(here, 'app.scss'), { style: 'compressed', loadPaths: [modules], quietDeps: true })
writeFileSync(join(out, 'app.css'), css)
writeFileSync(join(out, 'app.rtl.css'), rtlcss.process(css))

const htmx = read(modules, 'htmx.org', 'dist', 'htmx.min.js').replace(/\n?\/\/# sourceMappingURL=.*\s*$/, '\n')
writeFileSync(join(out, 'htmx.min.js'), htmx)
copyFileSync(join(here, 'app.js'), join(out, 'app.js'))
copyFileSync(join(here, 'mark.svg'), join(out, 'mark.svg'))
copyFileSync(join(here, 'favicon.svg'), join(out, 'favicon.svg'))

const version = (name) => JSON.parse(read(modules, name, 'package.json')).version
const licences = [
  ['govuk-frontend', 'app.css, app.rtl.css: parts of the stylesheet', join(here, 'licences', 'govuk-frontend.txt')],
  ['htmx.org', 'htmx.min.js', join(modules, 'htmx.org', 'LICENSE')],
]
writeFileSync(
  join(out, 'LICENSES.txt'),
  licences.map(([name, use, file]) => `${name} ${version(name)} (${use})\n\n${read(file).trim()}\n`).join(`\n${'-'.repeat(72)}\n\n`),
)

const names = ['app.css', 'app.rtl.css', 'htmx.min.js', 'app.js', 'mark.svg', 'favicon.svg']
const hash = createHash('sha256')
names.forEach((name) => hash.update(readFileSync(join(out, name))))
const stamp = hash.digest('hex').slice(0, 10)
writeFileSync(
  join(templates, 'macros', 'assets.html'),
  `{# Written by .assets/build.mjs: changes when a static file changes, so that browsers may cache for ever. #}\n{% set asset_version = "${stamp}" %}\n`,
)

for (const name of names) {
  const size = gzipSync(readFileSync(join(out, name)), { level: 9 }).length
  console.log(`${name.padEnd(14)} ${(size / 1024).toFixed(1)} KB gzip`)
}
