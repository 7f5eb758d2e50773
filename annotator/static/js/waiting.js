// What is not saved yet, told on the page: in the line of the saved state, and in a list once it takes long.

import { element } from "./picker.js";

export class Waiting {
  constructor(desk, box) {
    Object.assign(this, { desk, box });
  }

  show() {
    const { outbox } = this.desk;
    const stopped = outbox.waiting.find((record) => outbox.refused.get(record.line) === record);
    const shown = outbox.waiting.length > 0 && (outbox.late || Boolean(stopped) || !navigator.onLine);
    this.state(outbox.waiting.length, shown);
    this.box.hidden = !shown;
    const told = shown ? JSON.stringify([outbox.waiting.map((record) => record.key), outbox.state, outbox.trouble, stopped?.key]) : "";
    if (told === this.told) return;
    this.told = told;
    this.box.replaceChildren(...(shown ? this.parts(stopped) : []));
  }

  /** The line that says what is saved: true at every moment. */
  state(count, shown) {
    const saved = document.getElementById("saved");
    saved.classList.toggle("waiting", count > 0);
    saved.textContent = count === 0 ? saved.dataset.said : shown ? `${count} not saved yet` : "Saving…";
  }

  parts(stopped) {
    const { outbox } = this.desk;
    const count = `${outbox.waiting.length} change${outbox.waiting.length === 1 ? "" : "s"} not saved yet`;
    const why =
      outbox.state === "ended" ? "Sign in again to save." : stopped ? "One was refused: say what becomes of it." : outbox.trouble || "They are kept in this browser, and sent as soon as the server answers.";
    const rows = outbox.waiting.map((record) => element("li", { textContent: `${record.words} (${record === stopped ? "refused" : "waiting"})` }));
    const parts = [element("p", {}, element("strong", { textContent: `${count}. ` }), why), element("ul", {}, ...rows)];
    if (outbox.state === "ended") parts.push(this.button("Sign in", () => this.desk.renewal.open("nobody")));
    if (stopped) parts.push(this.button("Do it again on the sentence as it stands", () => this.decide(stopped, "again")), " ", this.button("Leave it out", () => this.decide(stopped, "leave")));
    return parts;
  }

  button(textContent, act) {
    const made = element("button", { type: "button", textContent });
    made.addEventListener("click", act);
    return made;
  }

  /** Both are decided on the sentence as the server has it now. */
  async decide(record, how) {
    const answer = await fetch(record.url.replace(/\/gestures$/, ""), { headers: { "HX-Request": "true" } }).catch(() => null);
    const base = answer?.ok && answer.headers.get("Annotator-Revision")?.split(" ")[1];
    if (!base) return this.desk.say("The sentence cannot be opened now. Nothing was dropped.");
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (record.line === this.desk.lineOf(this.desk.n)) this.desk.paint(page);
    this.desk.outbox[how](record, Number(base));
    this.show();
    this.desk.focus();
  }
}
