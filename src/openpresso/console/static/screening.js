// Questions that hang on others are shown when the answers so far call for them.
// Without this file all of them are shown, each with a line that says so.
"use strict";

const sheet = document.getElementById("screening");

function show(keys) {
  const asked = new Set(keys);
  for (const one of sheet.querySelectorAll(".asked")) {
    one.hidden = !asked.has(one.dataset.key);
  }
}

if (sheet) {
  for (const line of sheet.querySelectorAll(".only")) line.hidden = true;
  show(sheet.dataset.asked.split(" "));
  let asking = new AbortController(), soon = 0;
  async function ask() {
    asking.abort(); // what was answered since then counts
    asking = new AbortController();
    const body = new URLSearchParams(new FormData(sheet));
    try {
      const answer = await fetch(sheet.dataset.ask, { method: "POST", body, signal: asking.signal });
      if (answer.ok && answer.headers.get("content-type").startsWith("application/json")) show(await answer.json());
    } catch {
      // Nobody answered, or a newer question is under way: what is missing is told when the form is sent.
    }
  }
  sheet.addEventListener("change", () => {
    clearTimeout(soon);
    soon = setTimeout(ask, 100);
  });
}
