// What the pages need beyond htmx. Everything works without it.
(function () {
  'use strict'
  const root = document.documentElement
  const status = () => document.getElementById('status')
  root.classList.add('js')

  // An error summary takes the focus, and the title says so; a page without one has a plain title again.
  function announceErrors() {
    const summary = document.querySelector('.govuk-error-summary')
    const prefix = summary && summary.dataset.errorPrefix
    const plain = root.dataset.title || (root.dataset.title = document.title.replace(prefix ? prefix + ' ' : '\u0000', ''))
    document.title = summary ? prefix + ' ' + plain : plain
    if (summary && !summary.dataset.seen) {
      summary.dataset.seen = 'yes'
      summary.focus()
    }
  }

  function toast(text, tone) {
    const region = status()
    if (!region || !text) return
    const box = document.createElement('div')
    const line = document.createElement('p')
    box.className = 'toast toast--' + (tone || 'neutral')
    line.textContent = text
    box.append(line)
    region.replaceChildren(box)
  }

  function saveState(form, state) {
    form?.querySelectorAll?.('[data-save-state]').forEach((line) => {
      line.textContent = line.dataset[state]
      line.dataset.state = state
    })
  }

  function count(area) {
    const line = document.getElementById(area.id + '-count')
    if (!line) return
    const left = Number(area.dataset.count) - area.value.length
    line.textContent = (left < 0 ? line.dataset.over : line.dataset.left).replace('{n}', Math.abs(left))
    line.classList.toggle('count--over', left < 0)
  }

  const counted = () => document.querySelectorAll('[data-count]').forEach(count)
  const formOf = (event) => event.detail?.ctx?.sourceElement?.closest('form')

  document.addEventListener('toast', (event) => toast(event.detail.text, event.detail.tone))
  document.addEventListener('input', (event) => event.target.matches('[data-count]') && count(event.target))
  document.addEventListener('click', (event) => event.target.closest('[data-print]') && window.print())
  document.addEventListener('htmx:before:request', (event) => saveState(formOf(event), 'saving'))
  document.addEventListener('htmx:after:request', (event) => {
    const code = event.detail.ctx.response?.status
    saveState(formOf(event), code < 400 ? 'saved' : 'failed')
    if (code < 400 || code === 409 || code === 422) return
    toast(code === 401 ? status()?.dataset.signedOut : status()?.dataset.failed, 'bad')
  })
  document.addEventListener('htmx:error', (event) => {
    saveState(formOf(event), 'failed')
    if (event.detail.ctx) toast(status()?.dataset.offline, 'bad')
  })
  document.addEventListener('htmx:after:swap', () => {
    announceErrors()
    counted()
  })

  window.addEventListener('beforeprint', () => document.querySelectorAll('details').forEach((part) => (part.open = true)))

  // A second click on the same button within a second is the first click.
  let sent = null
  document.addEventListener('submit', (event) => {
    if (event.defaultPrevented) return
    if (sent === event.target) event.preventDefault()
    sent = event.target
    setTimeout(() => (sent = null), 1000)
  })

  document.addEventListener('DOMContentLoaded', () => {
    const phone = matchMedia('(max-width: 899px)').matches
    document.querySelectorAll('[data-fold-on-phone]').forEach((part) => (part.open = !phone))
    announceErrors()
    counted()
  })
})()
