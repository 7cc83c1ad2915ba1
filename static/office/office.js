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
