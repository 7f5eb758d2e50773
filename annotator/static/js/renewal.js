// A sign-in that has ended is renewed on the page itself, so that nothing on it is lost.

const token = (page) => page.querySelector("[name=csrf_token]")?.value;
const parsed = async (answer) => new DOMParser().parseFromString(await answer.text(), "text/html");

export class Renewal {
  /** `here` is the address of the desk's region; `renewed(token)` goes on; `left()` comes before another's page. */
  constructor(dialog, { person, here, renewed, left }) {
    Object.assign(this, { dialog, person, here, renewed, left });
    this.form = dialog.querySelector("form");
    this.problem = dialog.querySelector(".problem");
    this.form.addEventListener("submit", (event) => {
      event.preventDefault();
      this.submit();
    });
    dialog.querySelector("[data-act=renewed]").addEventListener("click", () => this.check());
  }

  open(why) {
    this.dialog.querySelector(".why").textContent =
      why === "nobody" ? "Your sign-in has ended." : "Somebody else has signed in in this browser.";
    this.say("");
    if (!this.dialog.open) this.dialog.showModal();
    this.form.elements.password.focus();
  }

  say(text) {
    this.problem.textContent = text;
    this.problem.hidden = !text;
  }

  async submit() {
    try {
      const page = await fetch("/sign-in");
      if (page.redirected) return await this.check(); // somebody has signed in meanwhile, in another tab
      const body = new URLSearchParams(new FormData(this.form));
      body.set("csrf_token", token(await parsed(page)) ?? "");
      const answer = await fetch("/sign-in", { method: "POST", body, headers: { "HX-Request": "true" } });
      if (!answer.ok) return this.say((await parsed(answer)).querySelector(".notice")?.textContent ?? "That did not work. Try again.");
      await this.check();
    } catch {
      this.say("No connection. Try again in a moment.");
    } finally {
      this.form.elements.password.value = "";
    }
  }

  /** Whoever is signed in now: the owner of this page goes on, anybody else gets a page of their own. */
  async check() {
    const answer = await fetch(this.here(), { headers: { "HX-Request": "true" } });
    if (answer.status === 401) return this.say("Nobody is signed in yet.");
    const page = answer.ok ? await parsed(answer) : null;
    if (page?.querySelector("[name=annotator]")?.value !== this.person) {
      this.left();
      return location.assign("/");
    }
    this.dialog.close();
    this.renewed(token(page));
  }
}
