// Commands of the live page: forms are sent in place, what may raise a pressure is asked twice.
"use strict";

(() => {
  const { find, say, write } = live;
  let armed = null, fading = null;

  function disarm() {
    if (!armed) return;
    clearTimeout(armed.timer);
    armed.button.textContent = armed.text;
    armed.button.classList.remove("armed");
    armed = null;
  }
  document.addEventListener("submit", async (event) => {
    const form = event.target;
    if (!(form instanceof HTMLFormElement) || !("send" in form.dataset)) return;
    event.preventDefault();
    const button = event.submitter, twice = button && "twice" in button.dataset;
    if (twice && (!armed || armed.button !== button)) {
      disarm();
      armed = { button, text: button.textContent, timer: setTimeout(disarm, 4000) };
      button.textContent = say("again", { what: armed.text });
      button.classList.add("armed");
      return;
    }
    disarm();
    const body = new URLSearchParams(new FormData(form, button));
    if (twice) body.set("sure", "yes");
    const path = (button && button.getAttribute("formaction")) || form.getAttribute("action");
    const told = await send(path, body);
    if (told && told.done && form.id === "comfort-form") answered(body);
    if (told && told.done && form.dataset.closes) document.getElementById(form.dataset.closes).hidden = true;
  });

  async function send(path, body) {
    const answer = find("#answer"), told = await ask(path, body);
    clearTimeout(fading);
    answer.className = told && told.done ? "" : "wrong";
    if (!told) { write(answer, say("unreached")); return null; }
    // What was taken is said for a moment, what was refused until somebody has read it.
    fading = setTimeout(() => write(answer, ""), told.done ? 3000 : 20000);
    if ("mine" in told) live.mine = told.mine;
    write(answer, told.done ? say("sent") : [told.message, told.remedy].filter(Boolean).join(" "));
    live.paint();
    if (told.mine) beat();
    return told;
  }
  async function ask(path, body) {
    try {
      const got = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
      if (!(got.headers.get("content-type") || "").includes("json")) return { message: say("out") };
      return await got.json();
    } catch (error) { return null; }
  }

  find("#answer").addEventListener("click", () => write(find("#answer"), ""));

  // The seat is kept only as long as this page lives: nobody beats for a browser that is gone.
  async function beat() {
    const told = await ask(`${live.base}/beat`, new URLSearchParams());
    live.unreached = told === null;
    if (!told || !("mine" in told)) return;
    if (live.mine && !told.mine) write(find("#answer"), say("lost"));
    live.mine = told.mine;
    live.paint();
  }
  setInterval(beat, 2000);
  beat();

  // Too strong: softening is offered at once, for the leg that was named.
  function answered(body) {
    const strong = body.get("feeling") === "too-strong", leg = body.get("leg");
    const card = find("#comfort");
    card.dataset.asked = "yes";
    find("#comfort-ask").hidden = strong;
    find("#comfort-soften").hidden = !strong;
    card.hidden = !strong;
    for (const one of card.querySelectorAll("[data-soften]")) {
      one.hidden = one.dataset.soften !== (leg === "both" ? "both" : "one");
    }
    card.dataset.leg = leg;
    if (strong) find("#comfort-soften button:not([hidden])")?.focus();
  }
  async function softenLeg(leg, share) {
    const count = live.list(live.now.cuffs[leg], "shares").length;
    for (let chamber = 1; chamber <= count; chamber += 1) {
      if (live.now.cuffs[leg].shares[chamber - 1] <= share) continue;
      await send(`${live.base}/do/soften`, new URLSearchParams({ leg, chamber, share }));
    }
    find("#comfort").hidden = true;
  }
  for (const button of document.querySelectorAll("[data-soften-leg]")) {
    button.addEventListener("click", () => softenLeg(find("#comfort").dataset.leg, button.dataset.softenLeg));
  }
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => { document.getElementById(button.dataset.close).hidden = true; });
  }

  // Escape, held for a second, presses STOP.
  let holding = null;
  const release = () => { clearTimeout(holding); holding = null; };
  addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || event.repeat || holding) return;
    holding = setTimeout(() => { const stop = find("form.stop"); if (stop) stop.requestSubmit(); }, 1000);
  });
  addEventListener("keyup", (event) => { if (event.key === "Escape") release(); });
  addEventListener("blur", release);
})();
