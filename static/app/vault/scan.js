/**
 * <aq-scan>: reads an enrolment code's picture with the camera, where the browser can (BarcodeDetector).
 *
 * Owns the camera while it looks; nothing is recorded. What it read goes out as `aq-scanned` with an invitation:
 * the code and the full fingerprint of the organisation's root. A picture of another server is said to be one.
 */
import { AqElement, html, icon } from '../element.js';
import { readInvitationAddress } from './invitation.js';

const LOOK_EVERY_MS = 250;

/** Whether this browser can read a code's picture. */
export async function canScan() {
  const Detector = /** @type {any} */ (globalThis).BarcodeDetector;
  if (!Detector || !navigator.mediaDevices?.getUserMedia) return false;
  const formats = await Detector.getSupportedFormats().catch(() => []);
  return formats.includes('qr_code');
}

export class AqScan extends AqElement {
  static properties = { failure: { state: true } };

  constructor() {
    super();
    /** @type {'' | 'camera' | 'other'} */
    this.failure = '';
    /** @type {MediaStream | null} */
    this.stream = null;
    /** @type {ReturnType<typeof setTimeout> | null} */
    this.timer = null;
  }

  firstUpdated() {
    this.#begin().catch(() => { this.failure = 'camera'; });
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    if (this.timer) clearTimeout(this.timer);
    for (const track of this.stream?.getTracks() ?? []) track.stop();
    this.stream = null;
  }

  async #begin() {
    const stream = await navigator.mediaDevices.getUserMedia({ video: { facingMode: 'environment' }, audio: false });
    if (!this.isConnected) {
      for (const track of stream.getTracks()) track.stop();
      return;
    }
    this.stream = stream;
    const video = /** @type {HTMLVideoElement} */ (this.querySelector('video'));
    video.srcObject = stream;
    await video.play();
    const detector = new (/** @type {any} */ (globalThis).BarcodeDetector)({ formats: ['qr_code'] });
    const look = async () => {
      if (!this.stream) return;
      const found = await detector.detect(video).catch(() => []);
      for (const { rawValue } of found) {
        const invitation = readInvitationAddress(rawValue, location.origin);
        if (invitation) {
          this.dispatchEvent(new CustomEvent('aq-scanned', { detail: invitation }));
          return;
        }
        this.failure = 'other';
      }
      this.timer = setTimeout(look, LOOK_EVERY_MS);
    };
    await look();
  }

  render() {
    return html`
      <video class="scan" muted playsinline aria-label=${this.t('vault.scan.look')}></video>
      <p class="meta" role="status">${this.failure ? html`${icon('warning')} ${this.t(`vault.scan.${this.failure}`)}` : this.t('vault.scan.look')}</p>
    `;
  }
}

customElements.define('aq-scan', AqScan);
