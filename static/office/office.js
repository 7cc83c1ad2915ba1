/**
 * Every page of the office: asks before a form that says so in `data-confirm` is sent.
 *
 * Owns nothing; pages work without it.
 */

document.addEventListener('submit', (event) => {
  const form = event.target;
  if (!(form instanceof HTMLFormElement)) return;
  const question = form.dataset.confirm;
  if (question && !window.confirm(question)) event.preventDefault();
});

// A filter is a wish, not a form to be sent: choosing is enough.
document.addEventListener('change', (event) => {
  const control = event.target;
  if (!(control instanceof HTMLSelectElement)) return;
  const form = control.closest('form[data-filter]');
  if (form instanceof HTMLFormElement) form.requestSubmit();
});

// Planning a visit: the people of the chosen group stand in the list; whoever is ticked stays.
document.addEventListener('change', (event) => {
  const control = event.target;
  if (!(control instanceof HTMLInputElement || control instanceof HTMLSelectElement)) return;
  if (control.name === 'group') {
    for (const member of document.querySelectorAll('[data-team] > [data-group]')) {
      if (!(member instanceof HTMLElement)) continue;
      const ticked = member.querySelector('input[name="team"]:checked') !== null;
      member.hidden = control.value !== '' && member.dataset.group !== control.value && !ticked;
    }
  }
  if (control.name === 'leader') {
    const tick = control.closest('[data-group]')?.querySelector('input[name="team"]');
    if (tick instanceof HTMLInputElement) tick.checked = true;
  }
});
