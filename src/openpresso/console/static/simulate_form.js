// A simulation takes a few seconds to begin: say so, and begin it once.
"use strict";

document.addEventListener("submit", (event) => {
  if (!("begins" in event.target.dataset)) return;
  const told = document.getElementById("begins");
  if (told) { told.hidden = false; told.scrollIntoView({ block: "nearest" }); }
  // After the browser has taken the form, or its own button would be missing in it.
  setTimeout(() => {
    for (const button of document.querySelectorAll("form[data-begins] button")) button.disabled = true;
  });
});
addEventListener("pageshow", () => {
  for (const button of document.querySelectorAll("form[data-begins] button")) button.disabled = false;
});
