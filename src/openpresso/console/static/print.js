// The button prints the page; without JavaScript the browser's own way is there.
"use strict";

const press = document.getElementById("print");
press.hidden = false;
press.addEventListener("click", () => window.print());
