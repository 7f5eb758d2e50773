// The desk: keys and clicks become gestures; the outbox sends them; each answer is the desk drawn anew.

import { ActiveTime } from "./active.js";
import { Actors } from "./actors.js";
import { Finder } from "./finder.js";
import { KEYS, keyFor } from "./keys.js";
import { Outbox } from "./outbox.js";
import { Picker, element, keyOf, numberOf } from "./picker.js";
import { Renewal } from "./renewal.js";
import { Rows } from "./rows.js";
import { Selection } from "./selection.js";
import { Stances, entry } from "./stances.js";
import { Suggestions } from "./suggestions.js";
import { Waiting } from "./waiting.js";

const $ = (id) => document.getElementById(id);
const PATIENCE = 150; // milliseconds that a key waits for the answer to the one before it
const SAME_JUMP = 900;
const FINISHING = ["finish", "empty", "skip"];

class Desk {
  constructor(host) {
    this.host = host;
    this.codebook = JSON.parse($("codebook").textContent);
    this.selection = new Selection();
    this.picker = new Picker($("picker"), { closed: () => this.focus(), replay: (press) => this.press(press), above: () => $("sentence") });
    this.actors = new Actors(this);
    this.rows = new Rows(this);
    this.stances = new Stances(this);
    this.suggestions = new Suggestions(this);
    this.active = new ActiveTime(() => this.n);
    this.finder = new Finder(this, $("finder"));
    this.turns = Promise.resolve();
    this.pressing = 0; // keys that wait for their turn
    this.outbox = new Outbox({
      person: host.dataset.person,
      token: (renewed) => this.token(renewed),
      answered: (html, record, status) => this.answered(html, record, status),
      changed: () => this.waiting.show(),
      ended: (why) => this.renewal.open(why),
    });
    this.waiting = new Waiting(this, $("outbox"));
    this.renewal = new Renewal($("renewal"), {
      person: host.dataset.person,
      here: () => this.region.dataset.url,
      renewed: (token) => (this.token(token), this.outbox.begin(), this.focus()),
      left: () => (this.outbox.leaving = true),
    });
    this.bind();
    host.addEventListener("keydown", (event) => this.key(event));
    host.addEventListener("click", (event) => this.click(event));
    host.addEventListener("pointerdown", (event) => event.target.closest("#sentence") && this.rows.close()); // back to the words
    for (const end of ["pointerup", "click"]) host.addEventListener(end, (event) => event.target.closest("#sentence") && this.picker.renew());
    document.addEventListener("click", () => [document.body, $("main")].includes(document.activeElement) && this.refocus()); // beside everything
    host.addEventListener("submit", (event) => this.submit(event));
    $("show-keys").addEventListener("click", () => this.help());
    for (const dialog of ["help", "guideline"]) $(dialog).addEventListener("close", () => this.focus());
    this.drawHelp();
    this.outbox.open();
    this.focus();
    requestIdleCallback(() => this.wholeArticle());
  }

  get region() {
    return $("desk");
  }

  get n() {
    return Number(this.region.dataset.n);
  }

  lineOf(n) {
    return `${this.host.dataset.project}/${this.host.dataset.document}/${n}`;
  }

  /** The token of this page's forms; a new one takes its place everywhere. */
  token(renewed) {
    if (renewed) {
      document.querySelector("meta[name=csrf-token]").content = renewed;
      for (const input of document.querySelectorAll("[name=csrf_token]")) input.value = renewed;
    }
    return this.region.querySelector("[name=csrf_token]").value;
  }

  bind(place = null) {
    this.selection.bind($("sentence"), place);
    this.rows.show();
    const here = $(`s${this.n}`);
    if (!here || (here === this.here && here.hasAttribute("aria-current"))) return;
    document.querySelector("#article [aria-current]")?.removeAttribute("aria-current");
    here.setAttribute("aria-current", "true");
    here.scrollIntoView({ block: "nearest" });
    this.here = here;
  }

  focus() {
    $("sentence").focus({ preventScroll: true });
  }

  /** Where keys are heard again: in the open list, else at the sentence. */
  refocus() {
    (this.picker.isOpen ? this.picker : this).focus();
  }

  say(text) {
    this.hear(text);
    this.hint(text);
  }

  hear(text) {
    $("said").textContent = text;
  }

  hint(text) {
    this.region.querySelector("p.hint").textContent = text;
  }

  /** A long article comes in two parts; whoever needs the second waits for the same one. */
  wholeArticle() {
    const { rest } = $("article").dataset;
    if (rest) this.fetching ??= this.fetchWhole(rest).finally(() => (this.fetching = null));
    return this.fetching;
  }

  /** The sentence at hand stays where it is on the screen. */
  async fetchWhole(rest) {
    try {
      const answer = await fetch(rest);
      if (!answer.ok) return;
      const whole = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#article");
      const article = $("article");
      const top = () => $(`s${this.n}`)?.getBoundingClientRect().top ?? 0;
      const before = top();
      article.replaceChildren(...whole.childNodes);
      $(`s${this.n}`)?.setAttribute("aria-current", "true");
      article.scrollTop += top() - before;
      article.removeAttribute("data-rest");
      this.here = $(`s${this.n}`);
      this.finder.look();
    } catch {
      // The first screens are there; the links before and after them lead on.
    }
  }

  // --- what goes out and what comes back

  gesture(gesture, words, noun = "gestures") {
    if ("submitted" in this.region.dataset) return this.say("This article is submitted. Withdraw the submission first.");
    const url = `${this.region.dataset.url}/${noun}`;
    const active = noun === "gestures" ? this.active.take() : null;
    return this.outbox.add({ url, line: this.lineOf(this.n), base: Number(this.region.dataset.base), gesture, words, active });
  }

  /** The gestures of the sentence at hand that wait to be saved. */
  unsaved() {
    return this.outbox.waiting.filter((record) => record.line === this.lineOf(this.n)).map((record) => JSON.parse(record.payload));
  }

  /** An answer to a gesture of the sentence at hand is drawn; one of another sentence only marks the article, one of another article nothing. */
  answered(html, record, status) {
    const here = record.line === this.lineOf(this.n);
    const page = new DOMParser().parseFromString(html, "text/html");
    const inArticle = record.line.startsWith(this.lineOf(""));
    if (inArticle) this.markArticle(page);
    if (here) this.paint(page);
    else if (inArticle) this.welcome(page);
    if (here) this.turning = false;
    const error = here ? $("desk-error")?.textContent : "";
    if (error) return this.refused(record, error);
    if (status !== 200) return this.say(`Not saved: ${record.words}.`);
    const notice = here ? ($("desk-notice")?.textContent ?? "") : "";
    this.hear(`Saved: ${record.words}. ${notice}`);
    if (here && !notice && record.line !== this.lineOf(this.n)) this.hint(`Saved: ${record.words} · Z takes it back`);
    if (here && notice && $("submit-article")) $("submit-article").focus();
  }

  /** What was refused is read out; where a role has to be filled first, it is asked for. */
  refused({ payload }, error) {
    const slot = JSON.parse(payload).do === "finish" && this.region.querySelector("[data-needed]");
    if (slot) this.rows.openAt(slot.closest(".row").dataset.tag, slot.dataset.slot);
    this.hear(error);
  }

  /** A region drawn by the server takes the place of the one before; cursor, selection and focus stay. */
  paint(page) {
    const region = page.getElementById("desk");
    if (!region) return;
    const was = this.n;
    const place = this.selection.place();
    const focused = this.region.contains(document.activeElement) || document.activeElement === document.body;
    this.active.pass();
    this.region.replaceWith(region);
    if (was !== this.n) {
      this.rows.tag = this.rows.open = null;
      this.picker.close();
    }
    this.actors.also &&= was === this.n;
    this.bind(was === this.n ? place : null);
    if (focused) this.refocus();
    this.finder.count();
    const url = new URL(this.region.dataset.url, location.href);
    if (url.pathname !== location.pathname) history.replaceState(null, "", url);
    if (was !== this.n) document.title = document.title.replace(/sentence \d+/, `sentence ${this.n}`);
    this.waiting.show();
  }

  /** Whoever joined the cast in another sentence has a number in this one too. */
  welcome(page) {
    const cast = this.region.querySelector(".cast");
    for (const chip of page.querySelectorAll(".cast [data-number]")) {
      if (cast.querySelector(`[data-number="${chip.dataset.number}"]`)) continue;
      cast.querySelector(".nobody")?.remove();
      chip.classList.add("absent");
      cast.append(chip);
    }
  }

  /** The sentence's state in the article, as the answer has it. */
  markArticle(page) {
    const mark = page.querySelector("[hx-swap-oob]");
    const old = mark && $(mark.id);
    if (!old) return;
    old.className = mark.className;
    for (const name of ["flagged", "commented", "types"]) {
      if (name in mark.dataset) old.dataset[name] = mark.dataset[name];
      else delete old.dataset[name];
    }
    const state = mark.firstElementChild.textContent;
    if (old.firstElementChild.textContent !== state) old.firstElementChild.textContent = state; // else a long article is laid out anew for nothing
    this.finder.look();
  }

  // --- keys

  key(event) {
    if (event.defaultPrevented || event.isComposing || event.ctrlKey || event.metaKey || !this.ours(event)) return;
    if (this.jumping !== undefined && this.jumpOn(event)) return event.preventDefault();
    const known = numberOf(event) !== null || keyFor(keyOf(event)) || event.key === " ";
    if (!known && !this.picker.isOpen && !this.pressing) return;
    event.preventDefault();
    this.press(event);
  }

  /** The desk has the focus: not a field, not a link of the article, not a button that Enter would press. */
  ours(event) {
    const at = event.target;
    if (at.closest("input, textarea, select, dialog") || !at.closest(".work")) return false;
    return !(at.closest("button, a") && ["Enter", " ", "Tab"].includes(event.key));
  }

  /** Keys are acted on one after the other, each on what the last one made of the desk. */
  press({ key, code, shiftKey, altKey }) {
    const press = { key, code, shiftKey, altKey };
    const number = numberOf(press);
    this.turn(number === null ? keyFor(keyOf(press)) : { number }, () => this.act(press));
  }

  /** `row` is the key's of the table, or has the number that was pressed. */
  turn(row, act) {
    this.pressing += 1;
    this.turns = this.turns
      .then(() => this.settled(row))
      .then(act)
      .finally(() => (this.pressing -= 1));
  }

  /** Waits a little for the last answer, so that what is drawn is what is acted on; longer for a row or the next sentence. */
  async settled(row) {
    if (row?.moves && !this.turning) return;
    const held = this.turning || row?.drawn || (row?.number && !this.picker.isOpen && this.actors.unsettled(row.number));
    const until = Date.now() + (held ? 20_000 : PATIENCE);
    while (this.outbox.busy && Date.now() < until && (held || !this.outbox.late)) {
      if (held && this.outbox.state === "retrying") break;
      await Promise.race([this.outbox.sent, new Promise((done) => setTimeout(done, 20))]);
    }
  }

  act(press) {
    if (this.picker.isOpen) return this.picker.receive(press);
    if (this.finder.isOpen) return this.finder.receive(press);
    if (this.turning) return this.say("No connection: this sentence is done, and waits to be saved before the next one opens.");
    const number = numberOf(press);
    if (number === 0) return;
    if (number !== null) return this.number(number);
    if (press.key === " ") return this.rows.open && this.rows.nextRole();
    const row = keyFor(keyOf(press));
    if (!row) return;
    if (this.rows.open && !row.keeps) this.rows.close();
    if (row.layer && !this.region.querySelector(`.lane.${row.layer}`)) return;
    row.run(this, press);
  }

  jump() {
    this.jumping = "";
    this.say("Jump to: type the first letters of a word");
  }

  jumpOn(event) {
    if (event.key.length !== 1 || !/[\p{L}\p{N}]/u.test(event.key)) {
      this.jumping = undefined;
      return event.key === "Escape" || event.key === "Enter";
    }
    clearTimeout(this.jumpTimer);
    if (!this.selection.jump(this.jumping + event.key) && this.jumping) {
      this.jumping = undefined; // no word goes on so: this letter is a key of its own
      return false;
    }
    this.jumping += event.key;
    this.jumpTimer = setTimeout(() => (this.jumping = undefined), SAME_JUMP);
    return true;
  }

  stepOut() {
    if (this.rows.open) return this.rows.close();
    this.rows.tag = null;
    this.actors.also = false;
    this.rows.show();
    this.selection.to(this.selection.cursor, false);
    this.say("");
  }

  // --- the sentence as a whole

  finish(gesture) {
    if (gesture.do === "finish" && $("submit-article") && this.region.dataset.state !== "started") return $("submit-article").focus();
    this.turning = true;
    const sent = this.gesture(gesture, gesture.do === "finish" ? `sentence ${this.n} is done` : `nothing in sentence ${this.n}`);
    if (!sent) this.turning = false;
  }

  pickReason() {
    this.picker.open({
      title: "Skip: why?",
      hint: "its key",
      search: false,
      options: this.codebook.skip_reasons.map(entry),
      take: (option) => {
        this.turning = true;
        this.gesture({ do: "skip", reason: option.value }, `sentence ${this.n} skipped: ${option.title}`);
      },
    });
  }

  back() {
    if (this.n > 1) this.show(this.n - 1);
  }

  async mayLeave() {
    const may = await this.picker.leave();
    if (!may) this.say(`${this.picker.title.textContent} is still open: Enter keeps it, Esc leaves it.`);
    return may;
  }

  /** Draws another sentence of the article; what waits is sent all the same. Focus goes to it unless it stays. */
  async show(n, stays = false) {
    if (!(await this.mayLeave())) return;
    try {
      const answer = await fetch(`${this.host.dataset.baseUrl}${n}`, { headers: { "HX-Request": "true" } });
      if (answer.status === 401) return this.renewal.open("nobody");
      if (answer.ok) this.paint(new DOMParser().parseFromString(await answer.text(), "text/html"));
      if (!stays) this.focus();
    } catch {
      this.say("No connection: the sentence cannot be opened now.");
    }
  }

  flag() {
    const last = this.unsaved().findLast((gesture) => gesture.do === "flag");
    const on = last ? last.note !== null : this.region.querySelector("[data-act=flag]").getAttribute("aria-pressed") === "true";
    return this.gesture({ do: "flag", note: on ? null : "flagged" }, on ? "flag taken away" : "flagged");
  }

  comment() {
    const last = this.unsaved().findLast((gesture) => gesture.do === "comment");
    const held = last?.text ?? $("comment-text")?.textContent ?? "";
    this.askText("Comment", held, "area", (text) => this.gesture({ do: "comment", text }, "comment"), "Enter saves · Shift+Enter is a new line");
  }

  askText(title, value, type, done, hint) {
    const control = Object.assign(document.createElement(type === "area" ? "textarea" : "input"), { name: "value", defaultValue: value, maxLength: 10_000 });
    const form = element("form", {}, element("label", {}, title, " ", control), element("button", { className: "primary", textContent: "Save" }));
    this.picker.ask({ title, hint, form, submit: (filled) => done(filled.get("value").replaceAll("\r\n", "\n")) });
  }

  guideline() {
    const { title, parts, query } = this.rows.guideline();
    $("guideline-title").textContent = title;
    const link = element("a", { href: `/${encodeURIComponent(this.host.dataset.project)}/codebook`, target: "_blank", textContent: "The whole codebook" });
    const precedents = element("div", {});
    $("guideline-text").replaceChildren(...parts, precedents, element("p", {}, link));
    $("guideline").showModal();
    if (query) this.precedents(query, precedents);
  }

  async precedents(query, place) {
    try {
      const answer = await fetch(`${this.region.dataset.url}/precedents?${query}`, { headers: { "HX-Request": "true" } });
      if (answer.ok) place.replaceWith(new DOMParser().parseFromString(await answer.text(), "text/html").getElementById("precedents"));
    } catch {
      place.textContent = "Precedents cannot be shown without a connection.";
    }
  }

  // --- the mouse

  click(event) {
    const button = event.target.closest("[data-act]");
    if (button) return this.pressed(button);
    const link = event.target.closest("#article a[data-n]");
    if (link && !event.ctrlKey && !event.metaKey && !event.shiftKey && !event.button) {
      event.preventDefault();
      return this.show(Number(link.dataset.n));
    }
    const row = event.target.closest(".row");
    if (!row || event.target.closest("button")) return;
    const slot = event.target.closest(".slot");
    if (slot) this.rows.openAt(row.dataset.tag, slot.dataset.slot);
    else this.rows.take(row);
    this.focus();
  }

  pressed(button) {
    const row = button.closest(".row");
    const acts = {
      actor: () => this.actors.open(),
      event: () => (this.rows.close(), this.rows.pickType()),
      stance: () => (this.rows.close(), this.stances.compose()),
      take: () => this.suggestions.take(button.closest(".offer")),
      dismiss: () => this.suggestions.dismiss(button.closest(".offer")),
      recall: () => this.suggestions.recall(),
      "take-sure": () => this.suggestions.takeSure(),
      skip: () => this.pickReason(),
      flag: () => this.flag(),
      comment: () => this.comment(),
      cast: () => this.pressedChip(Number(button.dataset.number)),
      role: () => this.rows.openAt(row.dataset.tag, button.dataset.role),
      type: () => this.rows.retype(row),
      who: () => (this.rows.take(row), this.actors.open()),
      fields: () => ((this.rows.tag = row.dataset.tag), this.rows.pickField()),
    };
    const act = acts[button.dataset.act];
    if (!act) return;
    act();
    if (!this.picker.isOpen && !document.querySelector("dialog[open]")) this.focus();
  }

  pressedChip(number) {
    this.turn({ number }, () => this.turning || this.number(number));
  }

  /** An actor by number: into the open role, or onto the selection. */
  number(number) {
    if (this.rows.open) return this.rows.toggle(this.actors.numbered(number));
    return this.actors.link(this.actors.numbered(number));
  }

  /** Buttons that are whole gestures (done, nothing here, undo, remove, a label) go through the outbox too. */
  async submit(event) {
    const button = event.submitter;
    if (event.target.id !== "gesture-form" || !button) return;
    if (button.name !== "gesture") {
      if (!this.outbox.waiting.length) return;
      event.preventDefault();
      return this.say("Not yet: changes are still being saved.");
    }
    event.preventDefault();
    const gesture = JSON.parse(button.value);
    const finishing = FINISHING.includes(gesture.do);
    if (finishing && !(await this.mayLeave())) return;
    this.rows.close();
    if (finishing) this.finish(gesture);
    else this.gesture(gesture, button.getAttribute("aria-label") ?? button.textContent.replace(/\s+/g, " ").trim());
    this.focus();
  }

  // --- help

  drawHelp() {
    const list = document.createElement("dl");
    for (const row of KEYS) {
      if (row.group) list.append(element("dt", { className: "group", textContent: row.group }));
      else list.append(element("dt", {}, element("kbd", { textContent: row.label })), element("dd", { textContent: row.does }));
    }
    $("help-keys").replaceChildren(list);
  }

  help() {
    $("help").showModal();
  }
}

new Desk($("annotate"));
