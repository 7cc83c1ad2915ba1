/**
 * What has to be true before the gate, as a list of points; pure. A point is `ok` only when it is known to be
 * true: what cannot be known is left out or waits.
 *
 * @typedef {object} Facts
 * @property {boolean} brief
 * @property {number} forms for this type of facility
 * @property {'unknown' | 'caching' | 'ready' | 'failed'} offline the shell's copy
 * @property {string | null} wordsTypedAt ISO
 * @property {number} now ms
 * @property {{camera: boolean, microphone: boolean}} needs what the recording policy allows, so what has to work
 * @property {'ok' | 'bad' | 'untried'} devices
 * @property {number | null} battery 0–1, null where the browser does not say
 * @property {{storage: 'ok' | 'bad' | 'wait', secret: boolean, installed: boolean, browser: string} | null} checks of the
 *   browser (vault/checks.js); null while they run
 *
 * @typedef {{name: string, kind: 'ok' | 'wait' | 'bad', key: string, vars?: Record<string, string | number>, blocks: boolean}} Point
 *   `blocks`: not being ok keeps the list from being ready
 */
const DAY_MS = 24 * 60 * 60 * 1000;
const BATTERY_LOW = 0.5;
/** Words typed later than now were typed under a clock that was wrong: nobody knows when. */
const CLOCK_SLIP_MS = 60 * 60 * 1000;

/** @param {Facts} facts @returns {Point[]} */
export function readiness({ brief, forms, offline, wordsTypedAt, now, needs, devices, battery, checks }) {
  const age = wordsTypedAt === null ? NaN : now - Date.parse(wordsTypedAt);
  const typed = age < DAY_MS && age > -CLOCK_SLIP_MS;
  const points = [
    forms === 0 ? point('pack', 'wait', 'prepare.pack.noForms') : brief ? point('pack', 'ok', 'prepare.pack.ok', { n: forms }) : point('pack', 'wait', 'prepare.pack.noBrief'),
    point('offline', offline === 'ready' ? 'ok' : 'wait', offline === 'ready' ? 'prepare.offline.ok' : 'prepare.offline.wait'),
    point('words', typed ? 'ok' : 'wait', typed ? 'prepare.words.ok' : 'prepare.words.wait'),
    devicePoint(needs, devices),
  ];
  if (battery !== null) {
    const full = battery >= BATTERY_LOW;
    points.push(point('battery', full ? 'ok' : 'wait', full ? 'prepare.battery.ok' : 'prepare.battery.wait', { percent: Math.round(battery * 100) }));
  }
  if (checks?.storage === 'bad') points.push(point('storage', 'bad', 'vault.check.storage.bad'));
  else if (checks?.secret) points.push(point('storage', 'bad', 'vault.check.private'));
  // Safari forgets in a week what is not on the home screen; elsewhere the promise to keep data says it all.
  if (checks?.browser === 'ios' && !checks.installed) points.push(point('install', 'wait', 'vault.check.install.wait'));
  return points;
}

/**
 * @param {Facts['needs']} needs @param {Facts['devices']} devices
 * @returns {Point}
 */
function devicePoint({ camera, microphone }, devices) {
  if (!camera && !microphone) return point('devices', 'ok', 'prepare.devices.none');
  if (devices === 'ok') return point('devices', 'ok', camera && microphone ? 'prepare.devices.ok' : camera ? 'prepare.devices.camera' : 'prepare.devices.mic');
  return devices === 'bad' ? point('devices', 'bad', 'prepare.devices.bad') : point('devices', 'wait', 'prepare.devices.wait');
}

/**
 * @param {string} name @param {Point['kind']} kind @param {string} key @param {Record<string, string | number>} [vars]
 * @returns {Point}
 */
function point(name, kind, key, vars) {
  return { name, kind, key, vars, blocks: kind !== 'ok' };
}

/**
 * The forms meant for a facility's type; a form that names no type is meant for all.
 * @template {{doc: any}} T
 * @param {T[]} forms @param {string | undefined} facilityType
 * @returns {T[]}
 */
export function formsFor(forms, facilityType) {
  return forms.filter(({ doc }) => !doc.facility_types?.length || doc.facility_types.includes(facilityType));
}
