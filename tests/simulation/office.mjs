// The server's side as the scheduler sees it: commands to tests/simulation/office.py, and the door of the running application.

import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

export class OfficeProcess {
  /** @type {{resolve: (value: any) => void, reject: (error: Error) => void}[]} */ #waiting = [];
  port = 0;

  /** @param {string} home @param {string} store */
  constructor(home, store) {
    this.child = spawn(process.env.PYTHON ?? 'python3', ['-m', 'tests.simulation.office', home, store], {
      cwd: ROOT, stdio: ['pipe', 'pipe', 'inherit'],
    });
    createInterface({ input: this.child.stdout }).on('line', (line) => {
      // A library may print a line of its own.
      if (!line.startsWith('{')) return;
      const answer = JSON.parse(line);
      const waiting = this.#waiting.shift();
      if (answer.error) waiting?.reject(new Error(answer.error));
      else waiting?.resolve(answer.result);
    });
    this.child.on('exit', (code) => { for (const { reject } of this.#waiting.splice(0)) reject(new Error(`the office ended: ${code}`)); });
    this.ready = new Promise((resolve, reject) => { this.#waiting.push({ resolve, reject }); });
  }

  /** @param {string} name @param {...any} args @returns {Promise<any>} */
  command(name, ...args) {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.child.stdin.write(`${JSON.stringify([name, ...args])}\n`);
    });
  }

  get address() {
    return `http://127.0.0.1:${this.port}`;
  }

  async start() {
    this.port = await this.command('start');
  }

  /** @param {string} name @param {any} [body] @returns {Promise<any>} */
  async ask(name, body = {}) {
    const response = await fetch(`${this.address}/_office/${name}`, { method: 'POST', body: JSON.stringify(body), headers: { Connection: 'close' } });
    if (!response.ok) throw new Error(`${name}: ${response.status} ${(await response.text()).slice(0, 300)}`);
    return response.json();
  }

  end() {
    this.child.stdin.end();
  }
}
