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
  let turn = 0;
  sheet.addEventListener("change", async () => {
    const mine = ++turn;
    const answer = await fetch(sheet.dataset.ask, { method: "POST", body: new URLSearchParams(new FormData(sheet)) });
    if (answer.ok && answer.headers.get("content-type").startsWith("application/json") && mine === turn) show(await answer.json());
  });
}
