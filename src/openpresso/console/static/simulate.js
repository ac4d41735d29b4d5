// A simulation around the live page: what the client says, how fast time runs, faults, the end.
"use strict";

(() => {
  const root = document.getElementById("training"), said = document.getElementById("said");
  const base = `/simulate/${root.dataset.key}`, language = live.given.language;
  const write = (node, text) => { if (node && node.textContent !== text) node.textContent = text; };
  let over = false, gone = false;

  async function send(path, body) {
    try {
      const got = await fetch(path, { method: "POST", body, headers: { Accept: "application/json" } });
      const told = await got.json();
      if (!told.done) write(document.getElementById("answer"), [told.message, told.remedy].filter(Boolean).join(" "));
    } catch (error) { write(document.getElementById("answer"), live.say("unreached")); }
  }

  // STOP is sent in place, so that what it does is seen.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if ("stop" in form.dataset || "training" in form.dataset) {
      event.preventDefault();
      send(form.action, new URLSearchParams(new FormData(form, event.submitter))).then(look);
    } else if (form.id === "finish-form" && root.dataset.drill === "yes" && !over && !form.dataset.sure) {
      event.preventDefault();
      form.dataset.sure = "yes";
      write(event.submitter || form.querySelector("button"), form.dataset.again);
    }
  });

  async function look() {
    if (gone) return;
    let told = null;
    try { told = await (await fetch(`${base}/told`, { headers: { Accept: "application/json" } })).json(); } catch (error) { return; }
    if (!("pace" in told)) {
      gone = told.code === "not-found" || told.code === "simulation";
      if (gone) { const note = document.createElement("p"); note.className = "note halt"; note.setAttribute("role", "alert"); write(note, root.dataset.gone); root.append(note); }
      return;
    }
    write(document.getElementById("pace"), root.dataset.pace.replace("{n}", String(Math.round(told.pace))));
    for (const button of document.querySelectorAll("button[name=pace]")) {
      button.setAttribute("aria-pressed", String(Number(button.value) === told.chosen));
    }
    for (const one of told.said.slice(said.children.length)) {
      const line = document.createElement("blockquote"), who = document.createElement("b");
      line.className = "says";
      who.textContent = `${root.dataset.says}: `;
      line.append(who, one.client[language] || one.client.en);
      said.append(line);
    }
    if (told.over && !over) document.getElementById("finish").open = true;
    over = told.over;
    const names = [...document.querySelectorAll("#name option")];
    write(document.getElementById("thrown"), told.thrown.map((one) =>
      `${(names.find((name) => name.value === one.name.replace(/-\d$/, "")) || { text: one.name }).text}: ${live.say(one.leg)}, ${one.chamber}`).join(" · "));
  }
  setInterval(look, 700);
})();
