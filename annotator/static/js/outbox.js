// Gestures that are not acknowledged yet: kept in IndexedDB, per person, sent one at a time in order.
// Each goes out with its own key and, at that moment, the revision last acknowledged for its sentence.
// What the server refuses stops its sentence's line until a person has seen it; nothing is dropped unseen.

const STORE = "gestures";
const LATE = 400; // milliseconds after which a wait is worth a word
const FIRST_WAIT = 300;
const LONGEST_WAIT = 10_000;
const TIMEOUT = 12_000;

function opened() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open("annotator-outbox", 1);
    request.onupgradeneeded = () => request.result.createObjectStore(STORE, { keyPath: "order", autoIncrement: true });
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

export function newKey() {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

export class Outbox {
  /**
   * `token(renewed)` tells the form's token, or takes a new one; `answered(html, record, status)` draws;
   * `changed()` shows what waits; `ended(why)` is told that nobody, or somebody else, is signed in.
   */
  constructor({ person, token, answered, changed, ended }) {
    Object.assign(this, { person, token, answered, changed, ended });
    this.waiting = [];
    this.refused = new Map(); // line -> the record that stopped it
    this.heads = new Map(); // line -> revision last acknowledged
    this.attempts = 0;
    this.state = "idle"; // idle, sending, retrying, ended
    this.sent = Promise.resolve();
    addEventListener("online", () => this.hurry());
    addEventListener("offline", () => this.changed());
    addEventListener("beforeunload", (event) => {
      if (this.waiting.length && !this.leaving) event.preventDefault();
    });
  }

  /** Takes up what an earlier page (or a killed browser) left behind. */
  async open() {
    try {
      this.database = await opened();
      const kept = await this.stored("readonly", (store) => store.getAll());
      this.waiting.unshift(...kept.filter((record) => record.person === this.person));
    } catch {
      this.database = null; // private windows may refuse: the line is then kept in memory alone
    }
    this.pump();
    this.changed();
  }

  /** One step in the browser's database; settled once it is on disk. */
  stored(mode, step) {
    return new Promise((resolve, reject) => {
      const transaction = this.database.transaction(STORE, mode);
      const request = step(transaction.objectStore(STORE));
      transaction.oncomplete = () => resolve(request.result);
      transaction.onerror = transaction.onabort = () => reject(transaction.error);
    });
  }

  /** Queues a gesture. It goes to the browser's disk and to the server at once; acknowledged is what the server has. */
  add({ url, line, base, gesture, words, active = null }) {
    const kept = { person: this.person, key: newKey(), url, line, base, payload: JSON.stringify(gesture), words, active, at: Date.now() };
    const record = { ...kept };
    this.waiting.push(record);
    record.kept = this.keep(kept);
    this.pump();
    this.changed();
    return record;
  }

  /** Where the browser's database keeps it: by `order`, which an earlier page wrote down or this one is about to. */
  async unkeep(record) {
    const order = record.order ?? (await record.kept);
    if (this.database && order != null) await this.stored("readwrite", (store) => store.delete(order)).catch(() => {});
  }

  async keep(kept) {
    try {
      return this.database ? await this.stored("readwrite", (store) => store.add(kept)) : null;
    } catch {
      return null; // the browser's disk is full: it is sent all the same
    }
  }

  /** Whether the line has been waiting longer than an answer usually takes. */
  get late() {
    return this.state === "retrying" || this.state === "ended" || (this.waiting.length > 0 && Date.now() - this.waiting[0].at > LATE);
  }

  hurry() {
    clearTimeout(this.timer);
    if (this.state === "retrying") this.state = "idle";
    this.pump();
  }

  /** Whether an answer is still to come that the page would draw. */
  get busy() {
    return this.state === "sending" || Boolean(this.next());
  }

  next() {
    return this.waiting.find((record) => !this.refused.has(record.line));
  }

  pump() {
    if (this.state !== "idle" || !this.next()) return;
    this.state = "sending";
    this.sent = this.send(this.next()).finally(() => {
      if (this.state === "sending") this.state = "idle";
      this.changed();
      this.pump();
    });
    setTimeout(() => this.changed(), LATE + 20);
  }

  async send(record) {
    let answer, html;
    try {
      answer = await fetch(record.url, {
        method: "POST",
        body: new URLSearchParams({
          csrf_token: this.token(),
          annotator: record.person,
          base: String(Math.max(record.base, this.heads.get(record.line) ?? 0)),
          key: record.key,
          gesture: record.payload,
          ...(record.active == null ? {} : { active: String(record.active) }),
        }),
        headers: { "HX-Request": "true" },
        signal: AbortSignal.timeout(TIMEOUT),
      });
      html = await answer.text();
    } catch {
      return this.later();
    }
    if (answer.status >= 500 || answer.status === 429 || answer.status === 408) {
      return this.later(answer.headers.get("Retry-After"), answer.status === 507 ? "Not saved: the server’s disk is full." : "");
    }
    if (answer.status === 401) return this.end("nobody");
    if (answer.headers.get("Annotator-Refused") === "person") return this.end("somebody else");
    const renewed = answer.status === 403 && answer.headers.get("X-CSRFToken");
    if (renewed && !record.renewed) {
      record.renewed = true;
      this.token(renewed);
      return this.later(0);
    }
    this.attempts = 0;
    if (answer.ok) this.acknowledged(record, answer);
    else this.stop(record, answer.status);
    this.answered(html, record, answer.status);
  }

  acknowledged(record, answer) {
    this.forget(record);
    const [n, base] = (answer.headers.get("Annotator-Revision") ?? "").split(" ");
    if (base) this.heads.set(record.line.replace(/[^/]*$/, n), Number(base));
  }

  /** A refusal stops its sentence's line; one that nothing waits behind and no other tab caused is told and gone. */
  stop(record, status) {
    const behind = this.waiting.some((other) => other.line === record.line && other !== record);
    if (status === 422 && !behind) return this.forget(record);
    this.refused.set(record.line, record);
  }

  later(seconds = null, trouble = "") {
    this.attempts += 1;
    this.trouble = trouble;
    this.state = "retrying";
    const wait = Math.min(LONGEST_WAIT, seconds != null ? Number(seconds) * 1000 : FIRST_WAIT * 2 ** this.attempts);
    this.timer = setTimeout(() => this.hurry(), wait * (0.75 + Math.random() / 4));
    this.changed();
  }

  end(why) {
    this.state = "ended";
    this.ended(why);
  }

  /** Signed in again, in this very page: the line goes on. */
  begin() {
    this.state = "idle";
    this.attempts = 0;
    this.pump();
  }

  /** Its record goes in its own time: one that is sent once more succeeds by its key, and changes nothing. */
  forget(record) {
    this.waiting = this.waiting.filter((other) => other !== record);
    if (this.refused.get(record.line) === record) this.refused.delete(record.line);
    this.unkeep(record);
    this.changed();
  }

  /** A refused gesture once more, on the sentence as it stands now. */
  again(record, base) {
    this.refused.delete(record.line);
    record.key = newKey();
    record.base = base;
    this.heads.set(record.line, base);
    this.rekeep(record);
    this.pump();
  }

  async rekeep({ kept, ...plain }) {
    const order = plain.order ?? (await kept);
    if (this.database && order != null) await this.stored("readwrite", (store) => store.put({ ...plain, order })).catch(() => {});
  }

  /** A person has seen the refused gesture and lets it go; what waited behind it goes on. */
  leave(record, base) {
    this.heads.set(record.line, base);
    this.forget(record);
    this.pump();
  }
}
