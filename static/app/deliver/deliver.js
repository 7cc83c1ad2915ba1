/**
 * <aq-deliver channel>: the fourth step. The ledger item by item (captured → sealed → received → verified),
 * what stands in the way, freeing space, and carrying: the undelivered out as a file, a colleague's in, receipts back.
 *
 * Says only what receipts prove. Delivery itself runs in the engine and needs no tap.
 */
import { AqElement, html, icon, nothing, repeat } from '../element.js';
import { describe } from '../wrapup/material.js';
import { offerFile } from './file_offer.js';
import './media_rules.js';
import './returned.js';

const STEPS = /** @type {const} */ (['captured', 'sealed', 'received', 'verified']);
const FILTERS = /** @type {const} */ (['all', 'waiting', 'attention']);
/** How many items are drawn at first; the newest matter most. */
const FIRST = 60;
const PROGRESS_MS = 1000;

class Deliver extends AqElement {
  static properties = {
    channel: {}, ledger: { state: true }, docs: { state: true }, releasable: { state: true },
    carried: { state: true }, filter: { state: true }, shown: { state: true }, busy: { state: true }, progress: { state: true },
    taking: { state: true }, torn: { state: true },
  };

  /** @type {ReturnType<typeof setTimeout> | null} */ #soon = null;

  constructor() {
    super();
    this.channel = '';
    /** @type {import('../../engine/types.js').Ledger | null} */ this.ledger = null;
    /** @type {Map<string, Record<string, any>>} */ this.docs = new Map();
    /** @type {{bytes: number, items: string[]}} */ this.releasable = { bytes: 0, items: [] };
    /** @type {{device: string, envelopes: number, received: number, bytes: number}[]} */ this.carried = [];
    /** @type {typeof FILTERS[number]} */ this.filter = 'all';
    this.shown = FIRST;
    this.busy = false;
    this.taking = false;
    /** What a file brought that had not come whole. @type {import('../../engine/replication/courier.js').Taken | null} */ this.torn = null;
    /** @type {{sent: number, total: number, bytes: number} | null} */ this.progress = null;
  }

  connectedCallback() {
    super.connectedCallback();
    this.follow(this.channel, () => this.#read());
    this.listen(this.app, 'status', () => this.#read());
    this.listen(this.app.engine, 'progress', (event) => this.#onProgress(event.detail));
  }

  async #read() {
    try {
      const [ledger, readings, releasable, carried] = await Promise.all([
        this.app.engine.ledger(this.channel),
        this.app.engine.list(this.channel, ['note', 'medium', 'submission', 'interview', 'finding', 'recommendation', 'event', 'consent', 'withdrawal', 'visit', 'identity', 'testimony']),
        this.app.engine.releasable(this.channel),
        this.app.engine.carried(),
      ]);
      this.carried = carried;
      this.docs = new Map(readings.map((/** @type {any} */ reading) => [reading.doc._id, reading.doc]));
      this.ledger = ledger;
      this.releasable = releasable;
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /** What arrives chunk by chunk moves the items' own bars, not more often than an eye follows. @param {any} progress */
  #onProgress(progress) {
    this.progress = progress;
    this.#soon ??= setTimeout(() => { this.#soon = null; if (this.isConnected) this.#read(); }, PROGRESS_MS);
  }

  async #now() {
    this.busy = true;
    try {
      this.app.setStatus(await this.app.engine.deliver());
    } catch (error) {
      this.app.notifyError(error);
    }
    this.busy = false;
    await this.#read();
  }

  async #release() {
    const sure = await this.app.confirm({
      title: this.t('deliver.releaseTitle', { size: this.app.formatBytes(this.releasable.bytes) }),
      text: this.t('deliver.releaseText'), yes: this.t('deliver.releaseYes'), no: this.t('deliver.cancel'),
    });
    if (!sure) return;
    try {
      const freed = await this.app.engine.release(this.channel);
      this.app.notify({ kind: 'ok', text: this.t('deliver.released', { size: this.app.formatBytes(freed.bytes) }) });
    } catch (error) {
      this.app.notifyError(error);
    }
    await this.#read();
  }

  /** Gives the person a file: the undelivered, or a colleague's receipts. @param {() => Promise<{name: string, file: Blob}>} make */
  async #save(make) {
    try {
      const { name, file } = await make();
      offerFile(name, file);
      this.app.notify({ kind: 'ok', text: this.t('deliver.exported', { name }) });
    } catch (error) {
      this.app.notifyError(error);
    }
  }

  /**
   * Takes a file in. @param {Event} event
   * @param {(file: File) => Promise<string>} take gives what to say of it in passing
   */
  async #take(event, take) {
    const input = /** @type {HTMLInputElement} */ (event.target);
    const file = input.files?.[0];
    input.value = '';
    if (!file) return;
    this.taking = true;
    try {
      const text = await take(file);
      if (text) this.app.notify({ kind: 'ok', text });
    } catch (error) {
      const key = `deliver.file.${/** @type {any} */ (error).detail}`;
      if (this.app.has(key)) this.app.notify({ kind: 'bad', text: this.t(key) });
      else this.app.notifyError(error);
    }
    this.taking = false;
    await this.#read();
  }

  /** @param {File} file */
  async #takeCarried(file) {
    const taken = await this.app.engine.importCarried(file);
    const { envelopes, chunks, lost } = taken;
    this.torn = lost.unknown || lost.envelopes + lost.chunks > 0 ? taken : null;
    if (this.torn) return '';
    return envelopes + chunks > 0 ? this.t('deliver.taken', { n: envelopes }) : this.t('deliver.takenNothing');
  }

  /** @param {File} file */
  async #takeReceipts(file) {
    const { received } = await this.app.engine.importReceipts(file);
    return received > 0 ? this.t('deliver.received.n', { n: received }) : this.t('deliver.received.none');
  }

  render() {
    const { ledger } = this;
    if (!ledger) return html`<p class="page meta">${this.t('deliver.loading')}</p>`;
    const { totals } = ledger;
    const waiting = totals.captured - totals.verified;
    return html`
      <div class="page stack loose">
        ${this.#nearlyFull(waiting)}
        ${this.#connection(totals)}
        ${this.#returned(ledger.items)}
        <section class="card" aria-label=${this.t('deliver.totals')}>
          <div class="numbers ledger-totals">${STEPS.map((step) => html`
            <div><span class="big-number ${step === 'verified' && waiting === 0 && totals.verified > 0 ? 'text-ok' : ''}" data-total=${step}>${this.app.formatNumber(totals[step])}</span>
              <span class="meta">${this.t(`deliver.${step}`)}</span></div>`)}</div>
        </section>
        ${this.#items(ledger.items)}
        <aq-media-rules .app=${this.app} .channel=${this.channel}></aq-media-rules>
        ${this.#space()}
        ${this.#carrying(waiting)}
      </div>`;
  }

  /** What makes room again: freeing what the office has, or else delivering. @param {number} waiting */
  #nearlyFull(waiting) {
    if (!this.app.status?.storage?.nearlyFull) return nothing;
    const freeable = this.releasable.bytes > 0;
    return html`<div class="notice wait" role="status" data-part="nearly-full">${icon('warning')}
      <p><strong>${this.t('deliver.nearlyFull')}</strong> ${this.t(`deliver.nearlyFull.${freeable ? 'release' : waiting > 0 ? 'deliver' : 'other'}`, { size: this.app.formatBytes(this.releasable.bytes) })}</p>
      ${freeable ? html`<button class="btn" type="button" data-action="release-now" @click=${() => this.#release()}>${this.t('deliver.release')}</button>`
        : waiting > 0 ? html`<button class="btn" type="button" data-action="deliver-now" ?disabled=${this.busy} @click=${() => this.#now()}>${this.t(this.busy ? 'deliver.sending' : 'deliver.now')}</button>` : nothing}</div>`;
  }

  /** What stands between the tablet and the office, in words. @param {import('../../engine/types.js').Ledger['totals']} totals */
  #connection(totals) {
    const waiting = totals.captured - totals.verified;
    const bytes = totals.waitingBytes;
    const status = this.app.status;
    const connection = status?.connection ?? 'offline';
    if (totals.captured === 0) {
      return html`<div class="notice info" role="status">${icon('info')}<p><strong>${this.t('deliver.nothingYet')}</strong> ${this.t('deliver.nothingYet.text')}</p></div>`;
    }
    if (waiting === 0) {
      return html`<div class="notice ok" role="status">${icon('check')}<p><strong>${this.t('deliver.allThere')}</strong> ${status?.lastDelivery ? this.t('deliver.last', { day: this.app.formatDate(status.lastDelivery), time: this.app.formatTime(status.lastDelivery) }) : ''}</p></div>`;
    }
    const { progress } = this;
    return html`<div class="notice ${connection === 'online' ? 'info' : 'wait'}" role="status">
      ${icon(connection === 'online' ? 'sync' : 'wifi-off')}
      <div><strong>${this.t('deliver.onlyHere', { n: waiting })}</strong> ${this.t(`deliver.connection.${connection}`)} ${bytes ? this.t('deliver.size', { size: this.app.formatBytes(bytes) }) : ''}
        ${connection === 'online' && progress && progress.total > 0 ? html`<progress max=${progress.total} .value=${progress.sent} aria-label=${this.t('deliver.progress', { sent: progress.sent, total: progress.total })}></progress>` : nothing}</div>
      <button class="btn" type="button" data-action="deliver" ?disabled=${this.busy} @click=${() => this.#now()}>${this.t(this.busy ? 'deliver.sending' : 'deliver.now')}</button></div>`;
  }

  /** What the office handed back: tasks, before anything else. @param {import('../../engine/types.js').LedgerItem[]} items */
  #returned(items) {
    const tasks = items.filter(({ decision }) => decision?.decision === 'returned');
    return repeat(tasks, ({ id }) => id, (item) => html`<aq-returned .app=${this.app} .channel=${this.channel} .item=${item}
      .doc=${this.docs.get(item.id) ?? null} .heading=${this.#named(item).title}></aq-returned>`);
  }

  /** @param {import('../../engine/types.js').LedgerItem[]} items */
  #items(items) {
    const attention = (/** @type {import('../../engine/types.js').LedgerItem} */ item) => Boolean((item.quarantined && item.decision?.decision !== 'kept') || item.error);
    const wanted = items.filter((item) => (this.filter === 'waiting' ? !item.verified : this.filter === 'attention' ? attention(item) : true));
    const counts = { all: items.length, waiting: items.filter((item) => !item.verified).length, attention: items.filter(attention).length };
    return html`<section class="card stack">
      <div class="row between"><h2>${this.t('deliver.items')}</h2>
        <div class="row">${items.length === 0 ? nothing : FILTERS.filter((name) => name === 'all' || counts[name] > 0).map((name) => html`
          <button class="btn small" type="button" aria-pressed=${this.filter === name} @click=${() => { this.filter = name; }}>${this.t(`deliver.filter.${name}`)} ${counts[name]}</button>`)}</div></div>
      ${wanted.length ? html`<ul class="list ledger">${repeat(wanted.slice(0, this.shown), (item) => item.id, (item) => html`<li>${this.#item(item)}</li>`)}</ul>`
        : html`<div class="empty">${icon(items.length ? 'check' : 'sync')}<p>${this.t(items.length ? 'deliver.noneLike' : 'deliver.none')}</p></div>`}
      ${wanted.length > this.shown ? html`<button class="btn" type="button" @click=${() => { this.shown += FIRST; }}>${this.t('deliver.more', { n: wanted.length - this.shown })}</button>` : nothing}
    </section>`;
  }

  /** @param {import('../../engine/types.js').LedgerItem} item */
  #named(item) {
    const doc = this.docs.get(item.id) ?? { type: item.type, kind: item.kind ?? undefined, created_at: item.at, created_by: this.app.status?.account?.id };
    return describe(this.app, doc, [...this.docs.values()].filter((entry) => entry.type === 'interview'));
  }

  /** @param {import('../../engine/types.js').LedgerItem} item */
  #item(item) {
    const named = this.#named(item);
    const facts = [
      this.app.formatBytes(item.bytes),
      item.parts && item.parts[0] < item.parts[1] ? this.t('deliver.parts', { have: item.parts[0], all: item.parts[1] }) : '',
      item.receipt ? this.t('deliver.receipt', { number: item.receipt.seq }) : '',
    ].filter(Boolean).join(' · ');
    const refused = item.quarantined ?? item.error;
    return html`<div class="list-item ledger-item" data-item=${item.id} data-verified=${item.verified}>
      ${icon(named.icon)}
      <span class="body"><strong>${named.title}</strong><span class="meta">${facts}</span>
        ${item.parts && item.parts[0] < item.parts[1] ? html`<progress max=${item.parts[1]} .value=${item.parts[0]} aria-label=${this.t('deliver.parts', { have: item.parts[0], all: item.parts[1] })}></progress>` : nothing}
        ${refused ? html`<span class="text-wait">${this.#refusal(item)}</span>` : nothing}</span>
      <ol class="stepper" aria-label=${this.t('deliver.steps')}>${STEPS.map((step) => html`
        <li class=${item[step] ? 'done' : ''}>${this.t(`deliver.step.${step}`)}<span class="sr-only">${this.t(item[step] ? 'deliver.done' : 'deliver.notYet')}</span></li>`)}</ol>
    </div>`;
  }

  /** @param {import('../../engine/types.js').LedgerItem} item */
  #refusal(item) {
    const reason = `deliver.quarantine.${item.quarantined}`;
    if (item.decision) return item.decision.decision === 'kept' ? `${this.t('deliver.kept')} ${item.decision.note}` : this.t('deliver.returned.short');
    if (item.quarantined) return this.app.has(reason) ? this.t(reason) : this.t('deliver.quarantine.other');
    return Object.values(this.app.explain(item.error)).slice(1).join(' ');
  }

  /** The courier's part. @param {number} waiting */
  #carrying(waiting) {
    const { engine } = this.app;
    const sum = (/** @type {'envelopes' | 'received'} */ name) => this.carried.reduce((all, row) => all + row[name], 0);
    const [carried, delivered] = [sum('envelopes'), sum('received')];
    return html`<section class="card stack" data-part="carrying">
      <div><h2>${this.t('deliver.exportTitle')}</h2>
        <p class="meta">${waiting > 0 ? this.t('deliver.exportText') : nothing} ${this.t('deliver.carryText')}</p>
        ${carried > 0 ? html`<p data-carried=${carried} data-delivered=${delivered}>${this.t('deliver.carriedNow', { n: carried, done: delivered })}</p>` : nothing}</div>
      ${this.taking ? html`<div class="notice info" role="status" data-part="taking">${icon('sync')}<p>${this.t('deliver.taking')}</p></div>` : this.torn ? this.#tornFile(this.torn) : nothing}
      <div class="row">
        ${waiting + carried - delivered > 0 ? html`<button class="btn" type="button" data-action="export" @click=${() => this.#save(() => engine.exportUndelivered())}>${icon('download')} ${this.t('deliver.export')}</button>` : nothing}
        ${this.#fileButton('take-carried', 'upload', '.sealed', (file) => this.#takeCarried(file))}
        ${this.#fileButton('take-receipts', 'check', '.receipts', (file) => this.#takeReceipts(file))}
        ${delivered > 0 ? html`<button class="btn" type="button" data-action="give-receipts" @click=${() => this.#save(() => engine.exportReceipts())}>${icon('download')} ${this.t('deliver.giveReceipts')}</button>` : nothing}
      </div></section>`;
  }

  /** Stays until another file is taken: somebody has to be asked for it. @param {import('../../engine/replication/courier.js').Taken} taken */
  #tornFile({ envelopes, chunks, lost }) {
    const words = [
      this.t('deliver.lost'),
      envelopes + chunks > 0 ? this.t('deliver.taken', { n: envelopes }) : this.t('deliver.lost.nothing'),
      lost.envelopes > 0 ? this.t('deliver.lost.documents', { n: lost.envelopes }) : '',
      lost.chunks > 0 ? this.t('deliver.lost.parts', { n: lost.chunks }) : '',
      lost.unknown ? this.t('deliver.lost.unknown') : '',
      this.t('deliver.lost.act'),
    ];
    return html`<div class="notice bad" role="alert" data-part="torn">${icon('warning')}<p>${words.filter(Boolean).join(' ')}</p></div>`;
  }

  /** @param {'take-carried' | 'take-receipts'} name @param {string} picture @param {string} accept @param {(file: File) => Promise<string>} take */
  #fileButton(name, picture, accept, take) {
    return html`<label class="btn">${icon(picture)} ${this.t(name === 'take-carried' ? 'deliver.takeCarried' : 'deliver.takeReceipts')}
      <input class="sr-only" type="file" accept=${accept} autocomplete="off" ?disabled=${this.taking} data-action=${name} @change=${(/** @type {Event} */ event) => this.#take(event, take)}></label>`;
  }

  #space() {
    const { bytes, items } = this.releasable;
    if (!bytes) return nothing;
    return html`<section class="card row between">
      <div class="grow"><h2>${this.t('deliver.space')}</h2><p class="meta">${this.t('deliver.spaceText', { size: this.app.formatBytes(bytes), n: items.length })}</p></div>
      <button class="btn" type="button" data-action="release" @click=${() => this.#release()}>${icon('erase')} ${this.t('deliver.release')}</button></section>`;
  }
}

customElements.define('aq-deliver', Deliver);
