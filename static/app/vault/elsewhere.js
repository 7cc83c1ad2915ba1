/**
 * <aq-elsewhere>: another tab owns the vault; one button continues here.
 */
import { AqElement, html, icon } from '../element.js';

export class AqElsewhere extends AqElement {
  render() {
    return html`
      <main class="gate">
        <header><span class="brand">${this.t('shell.name')}</span></header>
        <section class="card stack">
          <h1>${icon('tablet')} ${this.t('vault.elsewhere.title')}</h1>
          <p>${this.t('vault.elsewhere.text')}</p>
          <button class="btn primary block" type="button" @click=${this.#take}>${this.t('vault.elsewhere.here')}</button>
        </section>
      </main>
    `;
  }

  async #take() {
    try {
      this.app.setStatus(await this.app.engine.takeOver());
    } catch (error) {
      this.app.notifyError(error);
    }
  }
}

customElements.define('aq-elsewhere', AqElsewhere);
