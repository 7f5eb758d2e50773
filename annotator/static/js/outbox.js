// Gestures that are not acknowledged yet: kept in IndexedDB, per person, sent one at a time in order.
// Each goes out with its own key and, at that moment, the revision last acknowledged for its sentence.
// What the server refuses stops its sentence's line until a person has seen it; nothing is dropped unseen.

const STORE = "gestures";
const LATE = 400;
const LONGEST_WAIT = 10_000;
const TIMEOUT = 20_000;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("annotator-outbox", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

const asked = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /** `answered(html, record, status)` paints; `changed(outbox)` shows what waits. */
  constructor({ person, token, answered, changed }) {
    Object.assign(this, { person, token, answered, changed });
    this.waiting = [];
    this.refused = new Map(); // line -> the record that stopped it
    this.heads = new Map(); // line -> revision last acknowledged
    this.attempts = 0;
    this.state = "idle"; // idle, sending, retrying, signed-out
    this.idle = Promise.resolve();
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.changed(this));
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length) event.preventDefault();
    });
  }

  /** Takes up what an earlier page (or a killed browser) left behind. */
  async open() {
    try {
      this.database = await opened();
      const kept = await asked(this.database.transaction(STORE).objectStore(STORE).getAll());
      this.waiting = kept.filter((record) => record.person === this.person);
    } catch {
      this.database = null; // private windows may refuse: the line is then kept in memory alone
    }
    if (this.waiting.length) this.pump();
    this.changed(this);
  }

  /** Queues a gesture. Its record is on disk before it is sent. */
  async add({ url, line, base, gesture, words }) {
    const record = { person: this.person, key: newKey(), url, line, base, payload: JSON.stringify(gesture), words, at: Date.now() };
    this.waiting.push(record);
    if (this.database) {
      record.order = await asked(this.database.transaction(STORE, "readwrite").objectStore(STORE).add(record));
    }
    this.pump();
    return record;
  }

  /** Whether the line has been waiting longer than an answer usually takes. */
  get late() {
    return this.state === "retrying" || (this.waiting.length > 0 && Date.now() - this.waiting[0].at > LATE);
  }

  hurry() {
    clearTimeout(this.timer);
    if (this.state === "retrying") this.state = "idle";
    this.pump();
  }

  next() {
    return this.waiting.find((record) => !this.refused.has(record.line));
  }

  pump() {
    if (this.state !== "idle" || !this.next()) return;
    this.state = "sending";
    this.idle = this.send(this.next()).finally(() => {
      if (this.state === "sending") this.state = "idle";
      this.changed(this);
      this.pump();
    });
    setTimeout(() => this.changed(this), LATE + 20);
  }

  async send(record) {
    let answer, html;
    try {
      const form = new URLSearchParams({
        csrf_token: this.token(),
        annotator: record.person,
        base: String(Math.max(record.base, this.heads.get(record.line) ?? 0)),
        key: record.key,
        gesture: record.payload,
      });
      answer = await fetch(record.url, {
        method: "POST",
        body: form,
        headers: { "HX-Request": "true" },
        credentials: "same-origin",
        signal: AbortSignal.timeout(TIMEOUT),
      });
      html = await answer.text();
    } catch {
      return this.later();
    }
    if (answer.status >= 500 || answer.status === 429) return this.later(answer.headers.get("Retry-After"));
    if (answer.status === 401) return void (this.state = "signed-out");
    if (answer.status === 400 && html.includes("csrf") && !record.renewed) {
      record.renewed = true;
      return this.later(0);
    }
    this.attempts = 0;
    if (answer.ok) {
      await this.forget(record);
      const revision = answer.headers.get("Annotator-Revision");
      if (revision) this.heads.set(record.line, Number(revision));
    } else {
      record.status = answer.status;
      this.refused.set(record.line, record);
      if (answer.status === 422 && !this.behind(record)) await this.forget(record);
    }
    this.answered(html, record, answer.status);
  }

  /** How many gestures of the same sentence wait behind a refused one. */
  behind(record) {
    return this.waiting.filter((other) => other.line === record.line && other !== record).length;
  }

  later(seconds) {
    this.attempts += 1;
    this.state = "retrying";
    const wait = seconds != null ? Number(seconds) * 1000 : Math.min(LONGEST_WAIT, 300 * 2 ** this.attempts);
    this.timer = setTimeout(() => this.hurry(), wait * (0.75 + Math.random() / 2));
  }

  async forget(record) {
    this.waiting = this.waiting.filter((other) => other !== record);
    if (this.refused.get(record.line) === record) this.refused.delete(record.line);
    if (this.database && record.order != null) {
      await asked(this.database.transaction(STORE, "readwrite").objectStore(STORE).delete(record.order));
    }
    this.changed(this);
  }

  /** A refused gesture once more, on the sentence as it stands now. */
  async again(record, base) {
    this.refused.delete(record.line);
    record.key = newKey();
    record.base = base;
    this.heads.set(record.line, base);
    if (this.database) await asked(this.database.transaction(STORE, "readwrite").objectStore(STORE).put(record));
    this.pump();
  }

  /** A person has seen the refused gesture and lets it go; what waited behind it goes on. */
  async leave(record, base) {
    await this.forget(record);
    this.heads.set(record.line, base);
    this.pump();
    this.changed(this);
  }

  signedIn() {
    this.state = "idle";
    this.pump();
  }
}
