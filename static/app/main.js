/**
 * The tablet's start: takes an invitation out of the address, starts the engine, gives it to <aq-app>.
 */
import { EngineClient } from '../engine/client.js';
import { AqApp } from './app.js';
import { applyTheme, choices } from './context.js';
import { readInvitation } from './vault/invitation.js';

const invitation = readInvitation(location.hash);
// The code must not stay where the browser keeps it: address bar, history, session restore.
if (location.hash) history.replaceState(history.state, '', location.pathname);

applyTheme(choices().theme);
customElements.define('aq-app', AqApp);
const app = /** @type {AqApp} */ (document.querySelector('aq-app'));

EngineClient.start().then(
  (engine) => app.begin({ engine, invitation }),
  (error) => app.broken(error),
);
